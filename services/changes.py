"""A report beside others of its company: the last one (figures, thresholds, restated figures, risk factors), its budget."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from services.analysis.budget import Variance, variances
from services.analysis.facts_view import YEAR_DAYS, FactsView, Missing
from services.analysis.metrics import Metric, derived_metrics
from services.analysis.profile import Profile, profile_of
from services.analysis.text_change import TextChange, compare
from services.analysis.thresholds import Crossings, crossings
from services.domain.concepts import CONCEPTS, StatementKind, Unit
from services.domain.insights import Insight, Quote
from services.domain.periods import Period
from services.domain.reports import ColumnKind, Fact, Report, Scenario
from services.engine import companions, holds_plans_only, in_force, stored
from services.extraction.filing import ANNUAL_FORMS
from services.extraction.risk_factors import risk_factors
from services.ports import BlobStore, LayoutReader, RecordStore

_SHOWN = {Unit.MONEY, Unit.PER_SHARE}
_QUARTERLY_FORM = "10-Q"


@dataclass(frozen=True, slots=True)
class Moved:
    """One line in this report's latest period and in the last report's latest period of the same length."""

    concept: str
    now: Fact
    then: Fact

    @property
    def change(self) -> Decimal:
        """This report's figure less the last report's, in base units."""
        return self.now.value - self.then.value

    @property
    def share(self) -> Decimal | None:
        """The change over the last report's figure, None where that is not positive."""
        return self.change / self.then.value if self.then.value > 0 else None


class ChangeDesk:
    """Answers what changed between two stored reports of one company; it changes nothing."""

    def __init__(self, records: RecordStore, blobs: BlobStore, layout: LayoutReader) -> None:
        self._records = records
        self._blobs = blobs
        self._layout = layout

    def last_before(self, report: Report) -> Report | None:
        """Return the company's last report of the same kind before this one, None when there is none.

        A year stands beside the last year. A part of a year stands beside the one that ended a year before:
        both have the same season, and it is what the report itself compares with; else beside the last part
        of a year. Only where none of its kind is stored is the latest of the other kind taken. A workbook that
        holds only plans reports on nothing and is no last report.
        """
        ends = report.period_end
        if ends is None:
            return None
        older = [
            other
            for other in companions(report, self._records.reports())
            if other.period_end
            and other.period_end < ends
            and not holds_plans_only(other, self._records)
        ]
        annual = self._covers_year(report)
        alike = [other for other in older if self._covers_year(other) is annual]
        year_before = [other for other in alike if _is_year_before(other.period_end, ends)]
        return max(
            year_before or alike or older,
            key=lambda other: (other.period_end or "", other.form == report.form),
            default=None,
        )

    def _covers_year(self, report: Report) -> bool | None:
        """Whether a report is on a whole year, by its form, else by its columns; None where neither tells."""
        form = report.form or ""
        if form.startswith((*ANNUAL_FORMS, _QUARTERLY_FORM)):
            return not form.startswith(_QUARTERLY_FORM)
        periods = [
            column.period
            for statement in self._records.statements(report.report_id)
            for column in statement.columns
            if statement.kind.is_primary
            and column.kind is ColumnKind.VALUE
            and column.scenario is Scenario.ACTUAL
            and not column.period.is_instant
        ]
        latest = max((period.end for period in periods), default=None)
        spans = {period.span for period in periods if period.end == latest}
        return "FY" in spans if spans else None

    def figures(self, report: Report, last: Report) -> list[Moved]:
        """Return the lines that both reports give for their latest period, in the order of the concepts."""
        now, then = self._view(report), self._view(last)
        found = []
        for concept in CONCEPTS.values():
            if concept.unit not in _SHOWN:
                continue
            one = _latest(now, concept.concept_id)
            other = None if one is None else _latest(then, concept.concept_id, one.period)
            if one is not None and other is not None and one.currency == other.currency:
                found.append(Moved(concept.concept_id, one, other))
        return found

    def restated(self, report: Report) -> list[Insight]:
        """Return the findings on figures that this report gives otherwise than the last one did."""
        insights = self._records.insights(report.report_id)
        return [insight for insight in insights if insight.rule_id in {"A07", "A08"}]

    def not_compared(self, report: Report) -> str | None:
        """Return why restated figures could not be looked for, None when they were."""
        not_run = self._records.not_computable(report.report_id)
        return next((one.reason for one in not_run if one.rule_id == "A07"), None)

    def crossed(self, report: Report, last: Report) -> Crossings:
        """Return the metrics that lie on another side of a rule's threshold than in the last report."""
        profile, now = self._measured(report)
        _, before = self._measured(last)
        return crossings(profile, now, before)

    def risk_factors(self, report: Report, last: Report) -> TextChange | str:
        """Return what the risk factors say anew, no more and otherwise, or why they cannot be compared."""
        before, after = self._risks(last), self._risks(report)
        for one, sentences in ((last, before), (report, after)):
            if not sentences:
                return f"{one.name} has no section of risk factors (Item 1A) that could be read."
        return compare(before, after)

    def budget(self, report: Report) -> list[Variance]:
        """Return the figures of a report that have a budget or forecast, in it or in another file of the company."""
        work = stored(report, self._records)
        return variances(FactsView(work.read.facts, work.history, work.read.tie_outs))

    def _measured(self, report: Report) -> tuple[Profile, Sequence[Metric]]:
        work = stored(report, self._records)
        view = FactsView(work.read.facts, work.history, work.read.tie_outs)
        profile = profile_of(work.read.statements, view)
        return profile, derived_metrics(view, profile)

    def budget_finding(self, report: Report, lines: Sequence[Variance]) -> Insight | None:
        """Return the finding on the budget of these lines, told with this report or another one of the company."""
        plans = {line.plan.fact_id for line in lines}
        tellers = [report, *companions(report, self._records.reports())]
        found = (
            insight
            for one in tellers
            for insight in self._records.insights(one.report_id)
            if insight.rule_id == "R22"
            and not plans.isdisjoint(evidence.fact_id for evidence in insight.evidence)
        )
        return next(found, None)

    def _view(self, report: Report) -> FactsView:
        own = in_force(report, self._records)
        return FactsView(own.facts, (), own.tie_outs)

    def _risks(self, report: Report) -> Sequence[Quote]:
        if report.format.is_workbook:
            return ()
        data = self._blobs.get(report.blob_key)
        with self._layout.open(data, report.format) as document:
            return risk_factors(document.page_texts())


def _is_year_before(ends: str | None, other: str) -> bool:
    if ends is None:
        return False
    days = (date.fromisoformat(other) - date.fromisoformat(ends)).days
    return YEAR_DAYS[0] <= days <= YEAR_DAYS[1]


def _latest(view: FactsView, concept: str, like: Period | None = None) -> Fact | None:
    """Return a concept's newest fact, of the same length as ``like`` where that is given."""
    periods = _periods(view, concept)
    fitting = [period for period in periods if like is None or period.span == like.span]
    found = view.get(concept, fitting[0]) if fitting else None
    return None if found is None or isinstance(found, Missing) else found


def _periods(view: FactsView, concept: str) -> list[Period]:
    if CONCEPTS[concept].instant:
        return view.stretches(concept)
    flows = [*view.durations(StatementKind.INCOME), *view.durations(StatementKind.CASH_FLOW)]
    first = {period: place for place, period in enumerate(dict.fromkeys(flows))}
    return sorted(view.stretches(concept), key=lambda period: first.get(period, len(first)))
