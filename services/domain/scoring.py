"""What insights are scored and routed by, in versions: the policy, what reviewers accepted, the curve, the proof."""

from services.domain.base import Instant, Probability, Real, Record
from services.domain.confidence import HIGH_FROM
from services.domain.ids import InsightId, ReportId, ScoringId
from services.domain.policy import COLD_START, Policy


class RuleCount(Record):
    """Decisions on one version of a rule: how many, and what they are worth for and against it.

    The worth is smaller than the number where the decisions were drawn with unequal probabilities.
    """

    rule_id: str
    rule_version: str
    labels: int
    accepted: Real
    rejected: Real


class Recalibration(Record):
    """Platt's curve: the log-odds of the recalibrated confidence are slope × log-odds + intercept."""

    slope: Real
    intercept: Real
    labels: int


class Scoring(Record):
    """One version of all that a confidence and a route hang on beside the report; never changed.

    ``counts`` and ``curve`` come from the decisions that calibrate, ``certified`` is the threshold from
    which sealed ones proved the policy's target, None where nothing was proved yet; ``is_certified`` says
    that they still do. ``labels`` counts all decisions there were, ``cause`` says why the version was made,
    ``ruleset`` names the versions of the rules it was made for.
    """

    scoring_id: ScoringId
    version: int
    policy: Policy
    counts: tuple[RuleCount, ...] = ()
    curve: Recalibration | None = None
    certified: Probability | None = None
    is_certified: bool = False
    labels: int = 0
    cause: str = ""
    ruleset: str = ""
    made_at: Instant | None = None

    @property
    def threshold(self) -> float:
        """The confidence from which an insight publishes by itself: never below 0.85 or what was proved."""
        return max(HIGH_FROM, self.policy.high_from, self.certified or 0.0)


UNLABELLED = Scoring(scoring_id=ScoringId("scoring-0"), version=0, policy=COLD_START)
"""Starting weights and thresholds: what stands before anybody decided anything."""


class AuditDraw(Record):
    """That an insight which published by itself took part in the draw for an audit, and whether it was drawn.

    ``propensity`` is the probability with which it could be; a label counts 1 / propensity.
    """

    insight_id: InsightId
    report_id: ReportId
    is_drawn: bool
    propensity: Probability
    seed: str
    drawn_at: Instant
