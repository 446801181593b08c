"""Insights and their proof: evidence, calculations, the reasoning chain, the route."""

from enum import StrEnum

from services.domain.base import Amount, Instant, Record
from services.domain.confidence import Band, Confidence
from services.domain.ids import ChainId, FactId, InsightId, ReportId, TieOutId, UserId
from services.domain.periods import Period
from services.domain.reasoning import Narration, Opinion


class InsightKind(StrEnum):
    """What an analysis looks for."""

    ANOMALY = "anomaly"
    TREND = "trend"
    RISK = "risk"


class Severity(StrEnum):
    """How much it matters; independent of how sure we are."""

    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for info up to 4 for critical."""
        return list(Severity).index(self)


class Route(StrEnum):
    """Where an insight goes by itself; a person can move it later."""

    CFO = "cfo"
    ANALYST = "analyst"
    REVIEW = "review"


class InsightStatus(StrEnum):
    """What people made of it; PUBLISHED is automatic, APPROVED is a person's."""

    PUBLISHED = "published"
    OPEN = "open"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    REJECTED = "rejected"


class Evidence(Record):
    """A fact the insight rests on and the part it plays, such as 'revenue, this year'."""

    fact_id: FactId
    role: str


class Quote(Record):
    """A sentence of the document that an insight rests on, exactly as printed, with its 1-based page."""

    text: str
    page: int


class Calculation(Record):
    """One computed number: name, formula in words, value at full precision, and how it is shown."""

    name: str
    formula: str
    value: Amount
    display: str
    inputs: tuple[FactId, ...] = ()


class ChartSeries(Record):
    """One named series of points; a missing y is unknown, not zero."""

    name: str
    x: tuple[str, ...]
    y: tuple[Amount | None, ...]
    fact_ids: tuple[FactId | None, ...] = ()


class Chart(Record):
    """What to draw: kind is waterfall, line, bars, ratio_bands or combo; unit is money, percent, days or ratio.

    ``bands`` are (name, low, high) in the series' unit, open ends as None. For a waterfall the single
    series holds the steps and ``totals`` the indexes that are totals.
    """

    kind: str
    title: str
    unit: str
    series: tuple[ChartSeries, ...]
    bands: tuple[tuple[str, Amount | None, Amount | None], ...] = ()
    totals: tuple[int, ...] = ()


class Materiality(Record):
    """Overall, performance and trivial amounts in base units, with the base they come from (SAB 99 practice).

    ``version`` is that of the choice people made for the company, 0 where the proposal stands.
    """

    report_id: ReportId
    base: str
    base_amount: Amount
    percent: Amount
    overall: Amount
    performance: Amount
    trivial: Amount
    version: int = 0
    sentence: str


class Insight(Record):
    """A finding made trustworthy: what, how much, why believed, where it goes.

    ``reopened`` says which of its figures a later report of the company gives otherwise, ``held`` why it
    never publishes by itself. ``prepared_by`` are the people who stated a number under it: none of them
    decides on it.
    """

    insight_id: InsightId
    report_id: ReportId
    rule_id: str
    rule_version: str
    kind: InsightKind
    title: str
    text: str
    severity: Severity
    amount: Amount | None = None
    period: Period | None = None
    confidence: Confidence
    route: Route
    route_reasons: tuple[str, ...] = ()
    status: InsightStatus
    has_failed_check: bool = False
    held: tuple[str, ...] = ()
    reopened: tuple[str, ...] = ()
    prepared_by: tuple[UserId, ...] = ()
    evidence: tuple[Evidence, ...]
    quotes: tuple[Quote, ...] = ()
    calculations: tuple[Calculation, ...] = ()
    tie_outs: tuple[TieOutId, ...] = ()
    chain_id: ChainId
    chart: Chart | None = None
    what_to_check: str = ""
    created_at: Instant

    @property
    def band(self) -> Band:
        """The confidence band."""
        return self.confidence.band


class NotComputable(Record):
    """A rule that did not run and why; a missing input is an answer, never zero."""

    report_id: ReportId
    rule_id: str
    title: str
    reason: str


class ReasoningStep(Record):
    """One step: what was done, by which rule, on what, with which result (all as text or numbers in text).

    ``elapsed_us`` is how many microseconds the work took where it was timed: the one part that a replay does not repeat.
    """

    step: int
    action: str
    rule: str
    inputs: tuple[str, ...] = ()
    result: str
    fact_ids: tuple[FactId, ...] = ()
    elapsed_us: int | None = None


class ReasoningChain(Record):
    """The ordered steps from cells to sentence; ``inputs_hash`` pins what it ran on (SHA-256).

    ``prompt_template_version`` names the template set and its hash; ``model_version`` says which model
    took part ('deterministic-engine-v1.3.0' and the like when none did). ``materiality_version`` is the
    version of the company's materiality in force then, 0 where the proposal stood; ``scoring_version``
    that of what it was scored and routed by (policy, acceptance, calibration), 0 for the starting weights.
    ``narration`` is how a model came to the insight's sentences, ``opinion`` how it reads what is quoted;
    None where none was asked.
    """

    chain_id: ChainId
    insight_id: InsightId
    report_id: ReportId
    ruleset_version: str
    prompt_template_version: str
    model_version: str
    inputs_hash: str
    materiality_version: int = 0
    scoring_version: int = 0
    steps: tuple[ReasoningStep, ...]
    confidence_score: float
    narration: Narration | None = None
    opinion: Opinion | None = None
    timestamp: Instant
