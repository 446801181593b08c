"""Stage 6: the CFO summary, made only of what is published or approved, with its open items stated."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from services.domain.confidence import HIGH_FROM
from services.domain.ids import FactId, ReportId
from services.domain.insights import Insight, InsightStatus
from services.domain.reports import (
    Fact,
    Report,
    ReportStatus,
    TieOut,
    TieOutStatus,
    shows_plans_only,
)
from services.domain.users import Role, User
from services.memo import Memo
from services.ports import RecordStore

KEY_CONCEPTS = (
    "revenue",
    "operating_income",
    "net_income",
    "eps_diluted",
    "cash_from_operations",
    "total_assets",
)
_YEAR_SLACK_DAYS = 10
_KEPT = 256


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """A headline number with its cell; ``prior`` is the same concept one year before, when printed."""

    concept: str
    current: Fact
    prior: Fact | None

    @property
    def change(self) -> Decimal | None:
        """Relative change, or None where one of the two is missing or a loss: no percentage means anything then."""
        if self.prior is None or self.prior.value <= 0 or self.current.value < 0:
            return None
        return self.current.value / self.prior.value - 1


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much stands behind a summary: facts read with high confidence and checks passed, out of all.

    ``face_passed`` and ``face_failed`` count the checks between numbers of the primary statements alone.
    """

    facts: int
    facts_high: int
    checks_passed: int
    checks_failed: int
    face_passed: int = 0
    face_failed: int = 0


@dataclass(frozen=True, slots=True)
class ReportSummary:
    """One report on the CFO page: figures and insights that are safe, and what is still open."""

    report: Report
    figures: tuple[KeyFigure, ...]
    insights: tuple[Insight, ...]
    waiting_review: int
    waiting_analyst: int
    withheld_figures: tuple[str, ...]
    coverage: Coverage
    plans_only: bool = False


@dataclass(frozen=True, slots=True)
class CfoSummary:
    """All analysed reports, the latest period first, those with failed checks after those without.

    Of two for one period the one with more key figures stands first: an annual report before a budget's workbook.
    Workbooks that hold only budgets and forecasts stand behind every report on a period that is over.
    """

    reports: tuple[ReportSummary, ...]


class SummaryDesk:
    """Builds the CFO summary from the stored records; what it made is kept while they stay the same.

    ``facts`` gives a report's facts in force.
    """

    def __init__(self, records: RecordStore, facts: Callable[[ReportId], list[Fact]]) -> None:
        self._records = records
        self._facts = facts
        self._kept: Memo[ReportSummary] = Memo(_KEPT)

    def build(self) -> CfoSummary:
        """Return the summary of every analysed report that no newer version replaces."""
        reports = self._records.reports()
        replaced = {report.supersedes for report in reports}
        current = [
            report
            for report in reports
            if report.status is ReportStatus.ANALYSED and report.report_id not in replaced
        ]
        summaries = [self.of(report) for report in current]
        summaries.sort(key=lambda one: (one.coverage.checks_failed, -len(one.figures)))
        summaries.sort(key=lambda one: one.report.period_end or "", reverse=True)
        summaries.sort(key=lambda one: one.plans_only)
        return CfoSummary(reports=tuple(summaries))

    def of(self, report: Report) -> ReportSummary:
        """Return the summary of one report."""
        key = (report.report_id, self._records.state_of([report.report_id]))
        return self._kept.get(key, lambda: self._summarise(report))

    def _summarise(self, report: Report) -> ReportSummary:
        facts = self._facts(report.report_id)
        tie_outs = self._records.tie_outs(report.report_id)
        insights = self._records.insights(report.report_id)
        figures, withheld = key_figures(facts, tie_outs)
        statuses = [insight.status for insight in insights]
        statements = self._records.statements(report.report_id)
        return ReportSummary(
            report=report,
            figures=figures,
            insights=tuple(insight for insight in insights if is_safe(insight)),
            waiting_review=statuses.count(InsightStatus.IN_REVIEW),
            waiting_analyst=statuses.count(InsightStatus.OPEN),
            withheld_figures=withheld,
            coverage=coverage(facts, tie_outs),
            plans_only=report.format.is_workbook and shows_plans_only(statements),
        )


def is_safe(insight: Insight) -> bool:
    """Whether the CFO may see it: published with nothing that holds it back, or approved by a person."""
    if insight.status is InsightStatus.APPROVED:
        return True
    held = insight.has_failed_check or insight.held
    return insight.status is InsightStatus.PUBLISHED and not held


def is_shown(actor: User, insight: Insight) -> bool:
    """Whether an insight is for the actor: a CFO sees what is safe, everybody else what there is."""
    return actor.role is not Role.CFO or is_safe(insight)


def key_figures(
    facts: Sequence[Fact], tie_outs: Sequence[TieOut]
) -> tuple[tuple[KeyFigure, ...], tuple[str, ...]]:
    """Return the headline figures that are safe and the concepts withheld (low confidence or failed check)."""
    doubted = {
        fact_id
        for tie_out in tie_outs
        if tie_out.status is TieOutStatus.FAIL
        for fact_id in (*tie_out.members, *((tie_out.total,) if tie_out.total else ()))
    }
    figures: list[KeyFigure] = []
    withheld: list[str] = []
    for concept in KEY_CONCEPTS:
        known = [f for f in facts if f.concept == concept and f.is_reported]
        if not known:
            continue
        current = max(known, key=_latest_longest_surest)
        if current.confidence.total < HIGH_FROM or current.fact_id in doubted:
            withheld.append(concept)
            continue
        figures.append(KeyFigure(concept, current, _year_before(current, known, doubted)))
    return tuple(figures), tuple(withheld)


def _latest_longest_surest(fact: Fact) -> tuple[object, int, float]:
    return fact.period.end, fact.period.days, fact.confidence.total


def _year_before(fact: Fact, known: Sequence[Fact], doubted: set[str]) -> Fact | None:
    candidates = [
        other
        for other in known
        if other.period.span == fact.period.span
        and abs((fact.period.end - other.period.end).days - 365) <= _YEAR_SLACK_DAYS
        and other.confidence.total >= HIGH_FROM
        and other.fact_id not in doubted
    ]
    return max(candidates, key=lambda other: other.confidence.total, default=None)


def coverage(facts: Sequence[Fact], tie_outs: Sequence[TieOut]) -> Coverage:
    """Count what the summary rests on."""
    primary = {fact.fact_id for fact in facts if fact.statement.is_primary}
    passed, failed = (
        [tie_out for tie_out in tie_outs if tie_out.status in wanted]
        for wanted in ({TieOutStatus.PASS, TieOutStatus.PASS_ROUNDING}, {TieOutStatus.FAIL})
    )
    return Coverage(
        facts=len(facts),
        facts_high=sum(fact.confidence.total >= HIGH_FROM for fact in facts),
        checks_passed=len(passed),
        checks_failed=len(failed),
        face_passed=sum(_is_on_face(tie_out, primary) for tie_out in passed),
        face_failed=sum(_is_on_face(tie_out, primary) for tie_out in failed),
    )


def _is_on_face(tie_out: TieOut, primary: set[FactId]) -> bool:
    touched = {*tie_out.members, *((tie_out.total,) if tie_out.total else ())}
    return bool(touched) and touched <= primary
