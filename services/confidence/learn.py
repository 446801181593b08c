"""From labels to what insights are scored by: acceptance, the curve, the certified threshold; and the kill switch."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.confidence.acceptance import RulePrior, RuleVersion, acceptance_of
from services.confidence.certify import certify, precision_bounds
from services.confidence.insights import rescored
from services.confidence.measures import effective
from services.confidence.recalibrate import FEWEST_LABELS, recalibrate
from services.confidence.sampling import own_number
from services.domain.confidence import HIGH_FROM, Confidence
from services.domain.ids import ScoringId, deterministic_id
from services.domain.insights import Insight, InsightStatus
from services.domain.policy import Policy
from services.domain.reviews import Decision, ReviewItem, ReviewKind, Verdict
from services.domain.scoring import AuditDraw, Recalibration, RuleCount, Scoring

DELTA = 0.05
"""The probability with which a certified threshold may break its promise."""
WINDOW = 50
"""The kill switch looks at so many labels of what published by itself, the newest."""
SLACK = 0.05
"""So far below the target the proved precision may fall before the kill switch trips."""
_SEALED_SHARE, _SPLIT = 0.5, "sealed split 1"
_LABELLED = {
    Verdict.APPROVE: (True, InsightStatus.APPROVED),
    Verdict.REJECT: (False, InsightStatus.REJECTED),
}
Rules = Mapping[str, RuleVersion]


@dataclass(frozen=True, slots=True)
class Label:
    """An insight with what a person made of it; ``is_sample`` says that it had published by itself and was drawn."""

    insight: Insight
    accepted: bool
    at: datetime
    propensity: float
    is_sample: bool

    @property
    def weight(self) -> float:
        """How many insights it stands for."""
        return 1 / self.propensity

    @property
    def is_sealed(self) -> bool:
        """Whether it only judges, and never tunes; by a coin of the insight's own."""
        return own_number(_SPLIT, self.insight.insight_id) < _SEALED_SHARE


def labels_of(
    decided: Sequence[tuple[Decision, ReviewItem, Insight]], draws: Sequence[AuditDraw]
) -> list[Label]:
    """Return a label for each insight whose last decision still stands, oldest decision first."""
    chance = {draw.insight_id: draw.propensity for draw in draws}
    found: dict[str, Label] = {}
    for decision, item, insight in decided:
        accepted, status = _LABELLED.get(decision.verdict, (False, None))
        found.pop(insight.insight_id, None)
        if insight.status is not status:
            continue
        is_sample = item.kind is ReviewKind.AUDIT_SAMPLE
        propensity = chance.get(insight.insight_id, 1.0) if is_sample else 1.0
        found[insight.insight_id] = Label(
            insight, accepted, decision.decided_at, propensity, is_sample
        )
    return list(found.values())


def learn(
    labels: Sequence[Label], rules: Rules, policy: Policy, before: Scoring, now: datetime
) -> Scoring:
    """Return the version after ``before`` that the labels give under a policy.

    One half of the labels tunes acceptance and curve, the sealed half proves the threshold: of the sealed
    ones those drawn at random from what published by itself.
    """
    tuning = [label for label in labels if not label.is_sealed]
    counts = _counts(tuning)
    draft = before.model_copy(update={"counts": counts, "curve": None, "policy": policy})
    draft = draft.model_copy(update={"curve": _curve(tuning, rules, draft)})
    proved = certified(labels, rules, draft, policy.target)
    stands = before.certified if before.policy.target == policy.target else None
    return Scoring(
        scoring_id=ScoringId(deterministic_id("scoring", before.version + 1)),
        version=before.version + 1,
        policy=policy,
        counts=counts,
        curve=draft.curve,
        certified=stands if proved is None else proved,
        is_certified=proved is not None,
        labels=len(labels),
        made_at=now,
    )


def certified(
    labels: Sequence[Label], rules: Rules, scoring: Scoring, target: float
) -> float | None:
    """Return the threshold from which the sealed audit labels prove the target under a scoring, else None."""
    sealed = [label for label in labels if label.is_sealed and label.is_sample]
    scores = [score_of(label.insight, rules, scoring).total for label in sealed]
    return certify(scores, [label.accepted for label in sealed], target, DELTA)


def score_of(insight: Insight, rules: Rules, scoring: Scoring) -> Confidence:
    """Return an insight's confidence under a scoring; a rule that is no more keeps the acceptance it had."""
    rule = rules.get(insight.rule_id)
    if rule is not None:
        return rescored(insight.confidence, acceptance_of(rule, scoring.counts), scoring)
    kept = next((one.value for one in insight.confidence.factors if one.name == "rule"), 1.0)
    return rescored(insight.confidence, RulePrior(kept, 1 - kept), scoring)


def kill_reason(labels: Sequence[Label], policy: Policy) -> str:
    """Return why nothing may publish by itself any more, "" while it may.

    By the newest 50 labels of what published by itself since people last set the policy: when the lower
    Clopper-Pearson bound of their precision is more than 0.05 under the target. Of fewer labels the bound
    is low whatever they say; they trip it when even the upper bound is.
    """
    recent = [
        label
        for label in labels
        if label.is_sample and (policy.made_at is None or label.at > policy.made_at)
    ][-WINDOW:]
    right, limit = sum(label.accepted for label in recent), policy.target - SLACK
    lower, upper = precision_bounds(right, len(recent))
    name, bound = ("lower", lower) if len(recent) == WINDOW else ("upper", upper)
    if not recent or bound >= limit:
        return ""
    return (
        f"of the last {len(recent)} audited insights that published by themselves {right} were accepted: "
        f"the {name} 95 % bound of their precision is {bound:.3f}, under {limit:.2f}"
    )


def threshold_for(
    target: float, insights: Sequence[Insight], rules: Rules, scoring: Scoring
) -> float:
    """Return the lowest threshold from 0.85 above which confidences state the target on average; 1.0 where none does."""
    scores = [score_of(one, rules, scoring).total for one in insights if not one.held]
    for hundredth in range(round(100 * HIGH_FROM), 100):
        above = [score for score in scores if score >= hundredth / 100]
        if above and sum(above) / len(above) >= target:
            return hundredth / 100
    return 1.0


def _curve(tuning: Sequence[Label], rules: Rules, scoring: Scoring) -> Recalibration | None:
    if len(tuning) < FEWEST_LABELS:
        return None
    products = [score_of(label.insight, rules, scoring).product or 0.0 for label in tuning]
    weights = [label.weight for label in tuning]
    return recalibrate(products, [label.accepted for label in tuning], weights)


def _counts(tuning: Sequence[Label]) -> tuple[RuleCount, ...]:
    groups: dict[tuple[str, str], list[Label]] = defaultdict(list)
    for label in tuning:
        groups[(label.insight.rule_id, label.insight.rule_version)].append(label)
    return tuple(_count(key, groups[key]) for key in sorted(groups))


def _count(key: tuple[str, str], group: Sequence[Label]) -> RuleCount:
    weights = [label.weight for label in group]
    worth = effective(weights)
    share = sum(label.weight for label in group if label.accepted) / sum(weights)
    return RuleCount(
        rule_id=key[0],
        rule_version=key[1],
        labels=len(group),
        accepted=worth * share,
        rejected=worth * (1 - share),
    )
