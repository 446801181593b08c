"""Reading and analysing files without a store: what the command line and the benchmarks use."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from services.analysis import wording
from services.analysis.facts_view import FactsView
from services.analysis.metrics import Metric, derived_metrics
from services.analysis.profile import profile_of
from services.analysis.service import Analysis, analyse
from services.analysis.templates import Templates
from services.confidence.facts import unscored
from services.corrections.facts import FactDesk, with_corrections
from services.domain.base import utc_now
from services.domain.concepts import Unit
from services.domain.corrections import Correction
from services.domain.errors import NotFound
from services.domain.ids import FactId, InsightId, ReportId, deterministic_id
from services.domain.materiality import MaterialityChoice, company_key
from services.domain.reports import Fact, Report, ReportStatus, Statement, TieOut, shows_plans_only
from services.domain.scoring import UNLABELLED, Scoring
from services.domain.users import SYSTEM
from services.extraction.service import Extraction, checked, extract
from services.intake import detect_format
from services.narrative.given import given_of
from services.narrative.grounds import Given
from services.narrative.guard import Verdict, judge
from services.ports import LayoutReader, RecordStore

Read = Extraction
"""A read report: the report with what was found on it, statements, facts, findings and tie-outs."""


@dataclass(frozen=True, slots=True)
class Analysed:
    """A read report and what its analysis found."""

    read: Read
    analysis: Analysis


@dataclass(frozen=True, slots=True)
class Checked:
    """Statements and facts in force, and the checks on them."""

    statements: Sequence[Statement]
    facts: Sequence[Fact]
    tie_outs: Sequence[TieOut]


def corrected(read: Checked, corrections: Sequence[Correction]) -> Checked:
    """Return what was read with people's corrections in place, checked and computed anew; as it is without any."""
    if not corrections:
        return read
    printed = [unscored(fact) for fact in read.facts if not fact.derived_from]
    stated = with_corrections(read.statements, printed, corrections)
    return Checked(stated.statements, *checked(stated.statements, stated.facts))


@dataclass(frozen=True, slots=True)
class Engine:
    """The stages joined in memory: read a file, analyse files together."""

    layout: LayoutReader
    templates: Templates

    def read(self, name: str, data: bytes) -> Read:
        """Read one file; raises UnsupportedType, EmptyFile or UnreadableDocument."""
        format = detect_format(data)
        digest = sha256(data).hexdigest()
        report = Report(
            report_id=ReportId(deterministic_id("report", digest)),
            name=name,
            format=format,
            sha256=digest,
            size=len(data),
            blob_key="",
            uploaded_by=SYSTEM.user_id,
            uploaded_at=utc_now(),
        )
        with self.layout.open(data, format) as document:
            return extract(document, report)

    def analyse(self, reads: Sequence[Read]) -> list[Analysed]:
        """Analyse files together: reports of one company are each other's history."""
        now = utc_now()
        return [
            Analysed(
                read,
                analyse(
                    read.report,
                    read.statements,
                    read.facts,
                    read.tie_outs,
                    _history(read, reads),
                    self.templates,
                    now,
                ),
            )
            for read in reads
        ]


def same_company(one: Report, other: Report) -> bool:
    """Whether two reports name the same company; an unknown company is the same as none."""
    if one.company is None or other.company is None:
        return False
    return company_key(one.company) == company_key(other.company)


def companions(report: Report, reports: Sequence[Report]) -> list[Report]:
    """Return the read reports of the same company that are its history; replaced versions are none."""
    replaced = {other.supersedes for other in reports} | {report.supersedes}
    return [
        other
        for other in reports
        if other.report_id != report.report_id
        and other.report_id not in replaced
        and other.status in {ReportStatus.READ, ReportStatus.ANALYSED}
        and same_company(report, other)
    ]


def holds_plans_only(report: Report, records: RecordStore) -> bool:
    """Whether a stored report is a workbook of budgets or forecasts: no report on a period that is over."""
    return report.format.is_workbook and shows_plans_only(records.statements(report.report_id))


def _history(read: Read, reads: Sequence[Read]) -> list[Fact]:
    return [
        fact
        for other in reads
        if other is not read and same_company(other.report, read.report)
        for fact in other.facts
    ]


@dataclass(frozen=True, slots=True)
class Stored:
    """A report's numbers with people's corrections in place, and the company's other reports."""

    read: Checked
    corrections: Sequence[Correction]
    others: Sequence[Report]
    history: Sequence[Fact]
    choice: MaterialityChoice | None


def in_force(report: Report, records: RecordStore) -> Checked:
    """Return a report's own statements, facts and checks with people's corrections in place."""
    report_id = report.report_id
    as_read = Checked(
        records.statements(report_id), records.facts(report_id), records.tie_outs(report_id)
    )
    return corrected(as_read, records.corrections(report_id))


def stored(report: Report, records: RecordStore) -> Stored:
    """Return what the next analysis of a report works on."""
    others = companions(report, records.reports())
    facts_of = FactDesk(records).facts
    return Stored(
        read=in_force(report, records),
        corrections=records.corrections(report.report_id),
        others=others,
        history=[fact for other in others for fact in facts_of(other.report_id)],
        choice=choice_in_force(report, records),
    )


def choice_in_force(report: Report, records: RecordStore) -> MaterialityChoice | None:
    """Return what people set of the company's materiality last, None where the proposal stands."""
    made = _choices(report, records)
    return made[-1] if made and not made[-1].withdrawn else None


def choice_of_version(
    report: Report, version: int, records: RecordStore
) -> MaterialityChoice | None:
    """Return one version of what people set of the company's materiality, None where the proposal stood."""
    return next((one for one in _choices(report, records) if one.version == version), None)


def scoring_of_version(version: int, records: RecordStore) -> Scoring:
    """Return a version of what insights are scored by; the starting weights where it is 0 or not stored."""
    return (records.scoring(version) if version else None) or UNLABELLED


def _choices(report: Report, records: RecordStore) -> list[MaterialityChoice]:
    return records.materiality_choices(company_key(report.company)) if report.company else []


@dataclass(frozen=True, slots=True)
class Measures:
    """A stored report's metrics, latest period first, and the facts behind them by id."""

    metrics: Sequence[Metric]
    facts: Mapping[FactId, Fact]


class MetricDesk:
    """Gives the metrics of stored reports, computed from the numbers in force."""

    def __init__(self, records: RecordStore) -> None:
        self._records = records

    def of(self, report_id: ReportId) -> Measures:
        """Return the metrics of a report; raises NotFound when it is not stored."""
        report = self._records.report(report_id)
        if report is None:
            raise NotFound("This report is not stored.")
        work = stored(report, self._records)
        view = FactsView(work.read.facts, work.history, work.read.tie_outs)
        metrics = derived_metrics(view, profile_of(work.read.statements, view))
        facts = {fact.fact_id: fact for fact in (*work.history, *work.read.facts)}
        return Measures(metrics, facts)


def shown(fact: Fact) -> str:
    """Write a fact as the product's sentences do; nothing where they write no such number."""
    if fact.unit is Unit.PER_SHARE:
        return wording.per_share(fact.value, fact.currency)
    return wording.money(fact.value, fact.currency) if fact.unit is Unit.MONEY else ""


class NarrativeDesk:
    """Takes what others write about a stored insight: a model, or a person with prose of their own."""

    def __init__(self, records: RecordStore) -> None:
        self._records = records

    def given(self, insight_id: InsightId) -> Given:
        """Return all that a text about an insight may use; raises NotFound when it is not stored."""
        insight = self._records.insight(insight_id)
        report = None if insight is None else self._records.report(insight.report_id)
        if insight is None or report is None:
            raise NotFound("This insight is not stored.")
        work = stored(report, self._records)
        facts = {fact.fact_id: fact for fact in (*work.history, *work.read.facts)}
        return given_of(insight, facts, shown, report.company or "")

    def judge(self, insight_id: InsightId, text: str) -> Verdict:
        """Fill and judge a text about an insight; raises NotFound when it is not stored."""
        return judge(text, self.given(insight_id))
