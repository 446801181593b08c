"""Reports and what is read from them: statements, line items, facts, findings, tie-outs."""

from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from services.domain.base import Amount, Instant, Record
from services.domain.concepts import StatementKind, Unit
from services.domain.confidence import FactConfidence
from services.domain.ids import (
    CorrectionId,
    FactId,
    FindingId,
    ReportId,
    StatementId,
    TieOutId,
    UserId,
)
from services.domain.narrative import CreditLine, NarrativeClaim, Recast
from services.domain.periods import Period
from services.domain.provenance import SourceRef


class ReportFormat(StrEnum):
    """What the bytes are, by their magic and not by their name."""

    PDF = "pdf"
    XLSX = "xlsx"
    XLSM = "xlsm"
    XLS = "xls"
    XLSB = "xlsb"
    ODS = "ods"
    CSV = "csv"

    @property
    def is_workbook(self) -> bool:
        """Whether sources are sheet cells and not page boxes."""
        return self is not ReportFormat.PDF


class ReportStatus(StrEnum):
    """Where a report stands; ``FAILED`` carries a sentence, ``ANALYSED`` is the end of the path."""

    RECEIVED = "received"
    READING = "reading"
    READ = "read"
    ANALYSED = "analysed"
    NO_STATEMENTS = "no_statements"
    FAILED = "failed"

    @property
    def is_final(self) -> bool:
        """Whether no worker will touch the report again by itself."""
        return self in {ReportStatus.ANALYSED, ReportStatus.NO_STATEMENTS, ReportStatus.FAILED}


CueKind = Literal[
    "going_concern",
    "going_concern_resolved",
    "controls_not_effective",
    "weakness_remediated",
    "non_reliance",
    "error_corrected",
    "auditor_changed",
    "covenant_breached",
    "customer_share",
    "customer_group_share",
    "subsequent_event",
    "contingency",
    "pay_metric",
]
"""What a sentence of a report can assert about it that no statement shows."""


class TextCue(Record):
    """A sentence of the document that asserts something grave: quoted exactly, with its 1-based page.

    ``amounts`` are the numbers it asserts, of the latest year first: shares of revenue as fractions, money
    in base units.
    """

    kind: CueKind
    quote: str
    page: int
    amounts: tuple[Amount, ...] = ()


class Report(Record):
    """An uploaded document and its state.

    ``cues`` are what its text asserts beside the numbers, ``claims`` the sentences that state numbers of a
    headline figure, ``credit_lines`` those that state undrawn credit, ``recasts`` those that say why prior
    figures changed. ``corrections`` counts the corrections by people
    that its last analysis took in.
    """

    report_id: ReportId
    name: str
    format: ReportFormat
    sha256: str
    size: int
    blob_key: str
    uploaded_by: UserId
    uploaded_at: Instant
    version: int = 1
    supersedes: ReportId | None = None
    status: ReportStatus = ReportStatus.RECEIVED
    company: str | None = None
    form: str | None = None
    period_end: str | None = None
    page_count: int | None = None
    error: str | None = None
    cues: tuple[TextCue, ...] = ()
    claims: tuple[NarrativeClaim, ...] = ()
    credit_lines: tuple[CreditLine, ...] = ()
    recasts: tuple[Recast, ...] = ()
    corrections: int = 0


class Progress(Record):
    """How far a worker is with a report; pages count from 1."""

    report_id: ReportId
    stage: str
    done: int = 0
    total: int = 0
    started_at: Instant
    updated_at: Instant


class ColumnKind(StrEnum):
    """What a printed column holds: values of a period, percentages, or changes between columns."""

    VALUE = "value"
    PERCENT = "percent"
    DELTA = "delta"


class Scenario(StrEnum):
    """Which version of the figures a column shows; a prior year beside a budget is an actual of a year ago."""

    ACTUAL = "actual"
    BUDGET = "budget"
    FORECAST = "forecast"
    PRIOR_YEAR = "prior_year"

    @property
    def is_plan(self) -> bool:
        """Whether such figures are what somebody expects and not what was."""
        return self in {Scenario.BUDGET, Scenario.FORECAST}


Basis = Literal["consolidated", "parent-only", "segment", "guarantor", "pro-forma", "unknown"]


class MachineReading(Record):
    """What the extractor reads at a place: the number as printed and what it takes it for."""

    printed: str
    value: Amount
    concept: str | None
    period: Period
    unit: Unit
    currency: str
    scale: int


CorrectionKind = Literal["added", "corrected", "confirmed"]
"""What a person did: stated a number the extractor missed, another than it read, or the same."""


class AppliedCorrection(Record):
    """Who stated a fact, when and why, beside what the extractor says at its place.

    ``machine`` is what it reads there now, ``machine_then`` what it read when the person spoke; None
    where it reads no number.
    """

    correction_id: CorrectionId
    kind: CorrectionKind
    by: str
    at: Instant
    comment: str = ""
    machine_then: MachineReading | None = None
    machine: MachineReading | None = None


class Fact(Record):
    """One number of one row and column, with its meaning and its cell; immutable.

    ``value`` is in base units with the concept's sign; ``printed_value`` is the number as printed
    (before scale, parentheses negative); ``scale`` is 1, 1000, 1000000...; ``decimals`` are the digits
    printed after the point. ``member`` names the part (such as a segment) that the number is of, None
    for the whole. ``derived_from`` is set only for facts computed from others, ``correction`` only
    where a person stated the fact: then everything else on it is what the person said.
    """

    fact_id: FactId
    report_id: ReportId
    statement_id: StatementId
    statement: StatementKind
    row: int
    column: int
    label: str
    concept: str | None
    candidates: tuple[str, ...] = ()
    period: Period
    value: Amount
    printed_value: Amount
    unit: Unit
    currency: str = "USD"
    scale: int = 1
    decimals: int = 0
    basis: Basis = "consolidated"
    scenario: Scenario = Scenario.ACTUAL
    member: str | None = None
    confidence: FactConfidence
    source: SourceRef
    derived_from: tuple[FactId, ...] = ()
    correction: AppliedCorrection | None = None

    @property
    def rounding_unit(self) -> Decimal:
        """One unit of the last printed digit, in base units."""
        return self.scale * Decimal(1).scaleb(-self.decimals)

    @property
    def is_reported(self) -> bool:
        """Whether the number is the whole registrant's own actual one: what checks and analyses run on."""
        return not self.scenario.is_plan and self._is_of_the_whole

    @property
    def is_planned(self) -> bool:
        """Whether the number is what somebody expects of the whole registrant: a budget or a forecast."""
        return self.scenario.is_plan and self._is_of_the_whole

    @property
    def _is_of_the_whole(self) -> bool:
        return self.basis == "consolidated" and self.member is None


class LineItem(Record):
    """One printed row: its label as printed, its section heading, and the facts of its columns in order.

    A column without a number holds None: blank is not zero.
    """

    row: int
    label: str
    section: str | None = None
    indent: float = 0.0
    concept: str | None = None
    is_total: bool = False
    facts: tuple[FactId | None, ...] = ()


class StatementColumn(Record):
    """One printed column: its heading as printed, and the period, scenario and part its numbers are of."""

    header: str = ""
    period: Period
    kind: ColumnKind = ColumnKind.VALUE
    scenario: Scenario = Scenario.ACTUAL
    member: str | None = None


class Statement(Record):
    """One statement as printed: its columns from left to right and its rows in order.

    ``numbers_printed`` is what a second reading of the pages counts in it, None where there is none;
    ``numbers_read`` is what the rows hold.
    """

    statement_id: StatementId
    report_id: ReportId
    kind: StatementKind
    title: str
    basis: Basis = "consolidated"
    currency: str = "USD"
    scale: int = 1
    pages: tuple[int, ...] = ()
    sheet: str | None = None
    columns: tuple[StatementColumn, ...]
    rows: tuple[LineItem, ...]
    numbers_printed: int | None = None
    numbers_read: int = 0


def shows_plans_only(statements: Sequence[Statement]) -> bool:
    """Whether a document shows budgets or forecasts, and no actual figures but those of a prior year beside them.

    The primary statements decide where there are any: a table of assumptions names no scenario.
    """
    primary = [statement for statement in statements if statement.kind.is_primary]
    scenarios = {
        column.scenario
        for statement in primary or statements
        for column in statement.columns
        if column.kind is ColumnKind.VALUE
    }
    return Scenario.ACTUAL not in scenarios and any(one.is_plan for one in scenarios)


class FindingSeverity(StrEnum):
    """How much an extraction finding matters."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Finding(Record):
    """Something the reader must be told about how a document was read; never silence.

    ``needs_review`` makes it a review item: numbers may be missing, and a person has to look.
    """

    finding_id: FindingId
    report_id: ReportId
    code: str
    severity: FindingSeverity
    sentence: str
    page: int | None = None
    sheet: str | None = None
    statement_id: StatementId | None = None
    needs_review: bool = False


class TieOutStatus(StrEnum):
    """The verdict of one check; rounding passes are kept apart."""

    PASS = "pass"  # noqa: S105 - a verdict, not a secret
    PASS_ROUNDING = "pass_rounding"  # noqa: S105 - a verdict, not a secret
    FAIL = "fail"
    NOT_APPLICABLE = "not_applicable"


class TieOut(Record):
    """One arithmetic check on one period: expected against actual, with the facts on both sides.

    ``weights`` are the signs of ``members`` in the expected sum; ``total`` is the fact they should equal.
    """

    tie_out_id: TieOutId
    report_id: ReportId
    check: str
    name: str
    status: TieOutStatus
    period: Period | None = None
    total: FactId | None = None
    members: tuple[FactId, ...] = ()
    weights: tuple[int, ...] = ()
    expected: Amount | None = None
    actual: Amount | None = None
    difference: Amount | None = None
    tolerance: Amount | None = None
    sentence: str
