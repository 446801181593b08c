"""The CFO's desk: the brief of a report, and the group's companies side by side."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from services.analysis import wording
from services.analysis.facts_view import FactsView
from services.analysis.registry import RULESET_VERSION
from services.analysis.templates import Templates
from services.audit import GENESIS
from services.cfo.brief import (
    MOST_ITEMS,
    Brief,
    Headline,
    Item,
    OpenItems,
    Signature,
    differences,
)
from services.cfo.moves import Pair, doubted, is_sure, moves
from services.cfo.verify import Verified, Verifier, Withheld
from services.changes import ChangeDesk
from services.companies import Company, CompanyDesk
from services.domain.concepts import CONCEPTS
from services.domain.errors import NotFound
from services.domain.ids import InsightId, ReportId
from services.domain.insights import Insight, InsightKind, InsightStatus, Severity
from services.domain.reports import Fact, Report
from services.domain.reviews import ReviewStatus
from services.domain.users import User
from services.engine import Stored, companions, stored
from services.memo import Memo
from services.ports import Ports
from services.review.blind import blind_to
from services.summary import KeyFigure, ReportSummary, SummaryDesk

_KEPT = 64
OVERVIEW_CONCEPTS = ("revenue", "operating_income", "net_income")
"""The headline figures of the group's table."""


@dataclass(frozen=True, slots=True)
class CompanyRow:
    """A company in the group's table, by its newest report; of two for one period the one with more key figures.

    ``figures`` are by concept; ``open_reviews`` counts the items that wait for a reviewer in all its
    reports; ``severity`` is the highest among the insights that are published or approved.
    """

    company: Company
    report: Report
    figures: dict[str, KeyFigure]
    open_reviews: int
    failed_checks: int
    severity: Severity | None


class CfoDesk:
    """Answers what a CFO may rely on; it changes nothing."""

    def __init__(
        self, ports: Ports, summary: SummaryDesk, companies: CompanyDesk, changes: ChangeDesk,
        templates: Templates,
    ) -> None:  # fmt: skip
        self._ports = ports
        self._records = ports.records
        self._summary = summary
        self._companies = companies
        self._changes = changes
        self._templates = templates
        self._verifier = Verifier(ports.records, templates)
        self._kept: Memo[Brief] = Memo(_KEPT)

    def brief(self, report_id: ReportId) -> Brief:
        """Return the summary of an analysed report, every sentence verified against the numbers in force.

        It is worked out anew when anything stored of the company's reports changed. Raises NotFound.
        """
        report = self._records.report(report_id)
        if report is None:
            raise NotFound("This report is not stored.")
        of_company = [report_id, *(one.report_id for one in self._others(report))]
        state = self._records.state_of(of_company)
        made = self._kept.get((report_id, state), lambda: self._make(report))
        last_entry = next(iter(self._ports.audit.entries(limit=1)), None)
        marked = replace(
            made,
            audit_seq=last_entry.seq if last_entry else 0,
            audit_head=last_entry.entry_hash if last_entry else GENESIS,
        )
        return replace(marked, signature=self._signature(marked))

    def brief_for(self, report_id: ReportId, reader: User) -> Brief:
        """Return the summary as somebody may read it: who is to judge an insight blind is not told how sure it is."""
        brief = self.brief(report_id)
        shown = [one.insight_id for one in brief.items if one.insight_id is not None]
        hidden = blind_to(reader, shown, self._records)
        return replace(
            brief,
            moves=_without_confidence(brief.moves, hidden),
            risks=_without_confidence(brief.risks, hidden),
        )

    def overview(self) -> list[CompanyRow]:
        """Return the companies, the worst first: severity, failed checks, open reviews, then by name."""
        waiting = [item.report_id for item in self._records.review_items(ReviewStatus.OPEN)]
        rows = [self._row(company, waiting) for company in self._companies.companies()]
        return sorted(rows, key=_badness)

    def _others(self, report: Report) -> list[Report]:
        return sorted(
            companions(report, self._records.reports()), key=lambda other: other.report_id
        )

    def _row(self, company: Company, waiting: Sequence[ReportId]) -> CompanyRow:
        newest = [
            self._summary.of(report)
            for report in company.reports
            if report.period_end == company.latest.period_end
        ]
        summary = max(newest, key=lambda one: (not one.plans_only, len(one.figures)))
        ids = {report.report_id for report in company.reports}
        known = {figure.concept: figure for figure in summary.figures}
        return CompanyRow(
            company=company,
            report=summary.report,
            figures={name: known[name] for name in OVERVIEW_CONCEPTS if name in known},
            open_reviews=sum(report_id in ids for report_id in waiting),
            failed_checks=summary.coverage.checks_failed,
            severity=max(
                (insight.severity for insight in summary.insights),
                key=lambda severity: severity.rank,
                default=None,
            ),
        )

    def _signature(self, brief: Brief) -> Signature | None:
        signed = self._records.sign_offs(brief.report.report_id)
        if not signed:
            return None
        last = signed[-1]
        if last.content_hash == brief.content_hash:
            return Signature(last, ())
        return Signature(last, differences(last.content, brief.content))

    def _make(self, report: Report) -> Brief:
        summary = self._summary.of(report)
        last = self._changes.last_before(report)
        work = stored(report, self._records)
        checked = self._verifier.verify(report, summary.insights, work)
        items = [_item(one, self._news(one.insight, last)) for one in checked.verified]
        figures = moves(
            list(self._pairs(summary, last)),
            self._records.materiality(report.report_id),
            self._templates,
        )
        told = [item for item in items if item.is_on_change]
        told += [figure for figure in figures if not _tells(items, figure)]
        risks = [item for item in items if not item.is_on_change]
        materiality = self._records.materiality(report.report_id)
        return Brief(
            report=report,
            last=last,
            headlines=tuple(_headlines(summary, work)),
            moves=tuple(_ranked(told)[:MOST_ITEMS]),
            more_moves=max(0, len(told) - MOST_ITEMS),
            risks=tuple(_ranked(risks)[:MOST_ITEMS]),
            more_risks=max(0, len(risks) - MOST_ITEMS),
            withheld=(*checked.withheld, *_unsure(summary)),
            open=self._open(report, summary),
            coverage=summary.coverage,
            materiality=materiality.sentence if materiality else "No materiality could be set.",
            ruleset_version=RULESET_VERSION,
        )

    def _open(self, report: Report, summary: ReportSummary) -> OpenItems:
        notes = [
            item
            for item in self._records.review_items(ReviewStatus.OPEN)
            if item.report_id == report.report_id and item.finding_id is not None
        ]
        return OpenItems(
            in_review=summary.waiting_review,
            with_analyst=summary.waiting_analyst,
            reading_notes=len(notes),
            failed_checks=summary.coverage.checks_failed,
        )

    def _pairs(self, summary: ReportSummary, last: Report | None) -> Iterator[Pair]:
        """Give the key figures of this and the last report, else those that this one prints side by side."""
        if last is None:
            for figure in summary.figures:
                if figure.prior is not None:
                    yield Pair(figure.current, figure.prior, "a year earlier")
            return
        doubts = doubted(
            tie_out
            for one in (summary.report, last)
            for tie_out in self._records.tie_outs(one.report_id)
        )
        for moved in self._changes.figures(summary.report, last):
            if is_sure(moved.now, doubts) and is_sure(moved.then, doubts):
                when = wording.stretch(moved.then.period)
                yield Pair(moved.now, moved.then, f"in the last report ({when})")

    def _news(self, insight: Insight, last: Report | None) -> str:
        if last is None:
            return ""
        before = next(
            (
                one
                for one in self._records.insights(last.report_id)
                if (one.rule_id, one.title) == (insight.rule_id, insight.title)
                and one.status is not InsightStatus.REJECTED
            ),
            None,
        )
        if before is None:
            return "new since the last report"
        if before.severity is insight.severity:
            return "in the last report too"
        worse = insight.severity.rank > before.severity.rank
        return f"{'more' if worse else 'less'} severe than in the last report"


def _without_confidence(items: Sequence[Item], hidden: frozenset[InsightId]) -> tuple[Item, ...]:
    return tuple(
        replace(one, confidence=None) if one.insight_id in hidden else one for one in items
    )


def _headlines(summary: ReportSummary, work: Stored) -> Iterator[Headline]:
    view = FactsView(work.read.facts, work.history, work.read.tie_outs)
    doubts = doubted(work.read.tie_outs)
    for figure in summary.figures:
        series = view.series(figure.concept, figure.current.period)
        trend = tuple(fact for fact in series if is_sure(fact, doubts))
        yield Headline(figure.concept, figure.current, figure.prior, figure.change, trend)


def _item(verified: Verified, news: str) -> Item:
    insight = verified.insight
    return Item(
        item_id=insight.insight_id,
        title=insight.title,
        kind=insight.kind,
        severity=insight.severity,
        amount=insight.amount,
        sentences=verified.sentences,
        facts=verified.facts,
        calculations=insight.calculations,
        approved=insight.status is InsightStatus.APPROVED,
        confidence=insight.confidence.total,
        news=news,
        chart=insight.chart,
        insight_id=insight.insight_id,
    )


def _tells(items: Sequence[Item], figure: Item) -> bool:
    """Whether an insight on a trend tells the move of a figure already: it computes with that line alone."""
    now = figure.facts[0]
    return any(
        item.kind is InsightKind.TREND
        and now.fact_id in calculation.inputs
        and _of_one_line(calculation.inputs, item.facts)
        for item in items
        for calculation in item.calculations
    )


def _of_one_line(inputs: Sequence[str], facts: Sequence[Fact]) -> bool:
    concepts = {fact.concept for fact in facts if fact.fact_id in inputs}
    return len(concepts) == 1 and len(set(inputs)) > 1


def _ranked(items: Sequence[Item]) -> list[Item]:
    return sorted(items, key=_weight)


def _weight(item: Item) -> tuple[int, Decimal, str]:
    return -item.severity.rank, -abs(item.amount or Decimal(0)), item.title


def _unsure(summary: ReportSummary) -> Iterator[Withheld]:
    for concept in summary.withheld_figures:
        reason = "it was not read surely enough, or a check on it does not hold"
        yield Withheld(CONCEPTS[concept].name, (reason,))


def _badness(row: CompanyRow) -> tuple[int, int, int, str]:
    rank = -1 if row.severity is None else row.severity.rank
    return -rank, -row.failed_checks, -row.open_reviews, row.company.name.casefold()
