"""Confidence: how tie-outs move a fact's probability, what an insight inherits, and where it goes.

Facts are scored in odds of being wrong, multiplied by one likelihood ratio per piece of evidence.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from services.domain.concepts import Unit
from services.domain.confidence import (
    HIGH_FROM,
    MEDIUM_FROM,
    Band,
    Confidence,
    ConfidenceFactor,
    FactConfidence,
)
from services.domain.ids import FactId
from services.domain.insights import Route, Severity
from services.domain.reports import Fact, TieOut, TieOutStatus

FOOTING_RATIOS = {1: 1 / 20, 2: 1 / 300, 3: 1 / 1000}
"""Odds of a wrong cell × this when it is part of a subtotal that holds in 1, 2, 3 or more columns."""
CROSS_TIE_RATIO = 1 / 500
IDENTITY_CONCEPT_RATIO = 1 / 20
"""An identity between meanings (assets = liabilities and equity) also speaks for the meanings."""
PRINTED_UNIT_FROM = 0.9
"""Below this no unit was printed; EPS × shares cannot prove a scale that both were given by guess."""
EPS_UNIT_RATIO = 1 / 200
OTHER_CAUSE_WEIGHT = 0.05
"""Weight of 'a row is missing, or the relation is a coincidence' beside the members of a failed sum."""
CERTAINTY_CAP = 0.9999
SAME_AMOUNT = Decimal("0.001")
"""Two readings of one amount that differ by less, such as at another scale, agree."""
SURE_VALUE = 0.95
"""A value below this keeps its insight out of the high band."""

_IDENTITIES = {"T01", "T11", "T12", "T13", "T14"}
_MAPPED_IDENTITIES = {"T07", "T08", "T09"}
"""Provable by rows of any label: these speak for meanings only when every row has one."""
_CROSS_STATEMENT = {"T13", "T14"}
_SHARE_CHECK = "T15"
_PASSES = {TieOutStatus.PASS, TieOutStatus.PASS_ROUNDING}


class RulePrior(NamedTuple):
    """How often reviewers accept a rule's insights, as Beta(accepted, rejected) before any label."""

    accepted: float
    rejected: float

    @property
    def mean(self) -> float:
        """The expected acceptance."""
        return self.accepted / (self.accepted + self.rejected)


@dataclass(slots=True)
class _Odds:
    """The odds that each part of one fact is wrong, and why they moved."""

    value: float
    concept: float
    period: float
    unit: float
    reasons: list[str] = field(default_factory=list)

    def because(self, reason: str) -> None:
        if reason not in self.reasons:
            self.reasons.append(reason)


def rescore(facts: Sequence[Fact], tie_outs: Sequence[TieOut]) -> list[Fact]:
    """Return the facts with their confidence moved by the tie-outs, each move with its reason.

    Expects the reader's own confidence on the facts; scoring a scored fact would count evidence twice.
    """
    state = {fact.fact_id: _odds_of(fact.confidence) for fact in facts}
    by_id = {fact.fact_id: fact for fact in facts}
    known = [tie_out for tie_out in tie_outs if _members(tie_out) <= state.keys()]
    passing = [tie_out for tie_out in known if tie_out.status in _PASSES]
    for tie_out, columns in _with_columns(passing, by_id):
        _credit(state, tie_out, columns)
        _credit_meaning(state, tie_out, by_id)
    _credit_scale(state, passing, by_id)
    _blame(state, [tie_out for tie_out in known if tie_out.status is TieOutStatus.FAIL])
    settled = [fact.model_copy(update={"confidence": _settled(fact, state)}) for fact in facts]
    return _disputed(settled)


def _odds_of(confidence: FactConfidence) -> _Odds:
    return _Odds(
        value=_odds(confidence.value),
        concept=_odds(confidence.concept),
        period=_odds(confidence.period),
        unit=_odds(confidence.unit),
        reasons=list(confidence.reasons),
    )


def _odds(probability: float) -> float:
    kept = min(max(probability, 1 - CERTAINTY_CAP), CERTAINTY_CAP)
    return (1 - kept) / kept


def _probability(odds: float) -> float:
    return min(CERTAINTY_CAP, 1 / (1 + odds))


def _members(tie_out: TieOut) -> set[FactId]:
    total = () if tie_out.total is None else (tie_out.total,)
    return {*total, *tie_out.members}


def _with_columns(
    passing: Sequence[TieOut], facts: Mapping[FactId, Fact]
) -> list[tuple[TieOut, int]]:
    """Pair each tie-out with the number of columns in which the same rows pass the same check."""
    seen: dict[tuple[object, ...], set[int]] = defaultdict(set)
    keys = []
    for tie_out in passing:
        parts = [facts[fact_id] for fact_id in sorted(_members(tie_out))]
        total = facts.get(tie_out.total) if tie_out.total is not None else None
        anchor = total or parts[0]
        key = (tie_out.check, tie_out.name, anchor.statement_id, anchor.row)
        seen[key].add(anchor.column)
        keys.append(key)
    return [(tie_out, len(seen[key])) for tie_out, key in zip(passing, keys, strict=True)]


def _credit(state: Mapping[FactId, _Odds], tie_out: TieOut, columns: int) -> None:
    if tie_out.check == _SHARE_CHECK:
        return
    cross = tie_out.check in _CROSS_STATEMENT
    ratio = CROSS_TIE_RATIO if cross else FOOTING_RATIOS[min(columns, 3)]
    for fact_id in _members(tie_out):
        odds = state[fact_id]
        odds.value *= ratio
        odds.because(_credit_reason(tie_out, columns))


def _credit_meaning(
    state: Mapping[FactId, _Odds], tie_out: TieOut, facts: Mapping[FactId, Fact]
) -> None:
    members = _members(tie_out)
    mapped = all(facts[fact_id].concept is not None for fact_id in members)
    if tie_out.check in _IDENTITIES or (tie_out.check in _MAPPED_IDENTITIES and mapped):
        for fact_id in members:
            state[fact_id].concept *= IDENTITY_CONCEPT_RATIO


def _credit_reason(tie_out: TieOut, columns: int) -> str:
    where = "this column" if columns == 1 else f"{columns} columns"
    if tie_out.check in _CROSS_STATEMENT:
        return f"{tie_out.check} {tie_out.name}: the same number stands on another statement"
    return f"{tie_out.check} {tie_out.name}: holds in {where}"


def _credit_scale(
    state: Mapping[FactId, _Odds], passing: Sequence[TieOut], facts: Mapping[FactId, Fact]
) -> None:
    """Lift the scale of a statement whose EPS fits its income, and of the statements tied to it."""
    proven = {
        facts[tie_out.total].statement_id
        for tie_out in passing
        if tie_out.check == _SHARE_CHECK and tie_out.total is not None
    }
    for check in sorted(_CROSS_STATEMENT, reverse=True):
        for tie_out in passing:
            if tie_out.check == check:
                linked = {facts[fact_id].statement_id for fact_id in _members(tie_out)}
                proven |= linked if linked & proven else set()
    for fact in facts.values():
        if fact.confidence.unit < PRINTED_UNIT_FROM or fact.unit is Unit.PURE:
            continue
        if fact.statement_id in proven:
            state[fact.fact_id].unit *= EPS_UNIT_RATIO
            state[fact.fact_id].because("scale: EPS × weighted shares agrees with net income")


def _blame(state: Mapping[FactId, _Odds], failing: Iterable[TieOut]) -> None:
    """Spread one fault over each failed sum: whoever is least proven carries most of it."""
    before = {fact_id: odds.value for fact_id, odds in state.items()}
    for tie_out in failing:
        members = sorted(_members(tie_out))
        whole = sum(before[fact_id] for fact_id in members) + OTHER_CAUSE_WEIGHT
        for fact_id in members:
            wrong = min(before[fact_id] / whole, CERTAINTY_CAP)
            odds = state[fact_id]
            odds.value = max(odds.value, wrong / (1 - wrong))
            odds.because(f"{tie_out.check} failed: {tie_out.sentence}")


def _settled(fact: Fact, state: Mapping[FactId, _Odds]) -> FactConfidence:
    odds = state[fact.fact_id]
    return FactConfidence(
        value=_probability(odds.value),
        concept=_probability(odds.concept),
        period=_probability(odds.period),
        unit=_probability(odds.unit),
        reasons=tuple(odds.reasons),
    )


def _disputed(facts: Sequence[Fact]) -> list[Fact]:
    """Lower facts that give one meaning and period different amounts: at most one can be right."""
    groups: dict[tuple[object, ...], list[Fact]] = defaultdict(list)
    for fact in facts:
        if fact.concept is not None and fact.basis == "consolidated" and not fact.derived_from:
            groups[(fact.concept, fact.period.start, fact.period.end)].append(fact)
    lowered = {fact.fact_id: fact for group in groups.values() for fact in _settle_dispute(group)}
    return [lowered.get(fact.fact_id, fact) for fact in facts]


def _settle_dispute(group: Sequence[Fact]) -> list[Fact]:
    camps: dict[Decimal, list[Fact]] = defaultdict(list)
    for fact in group:
        near = (amount for amount in camps if _agree(amount, fact))
        camps[next(near, fact.value)].append(fact)
    if len(camps) < 2:
        return []
    believed = {
        amount: max(fact.confidence.total / (1 - fact.confidence.total) for fact in camp)
        for amount, camp in camps.items()
    }
    whole = 1 + sum(believed.values())
    return [
        _doubted(fact, believed[amount] / whole, len(camps))
        for amount, camp in camps.items()
        for fact in camp
    ]


def _agree(amount: Decimal, fact: Fact) -> bool:
    rounding = 2 * fact.scale * Decimal(1).scaleb(-fact.decimals)
    return abs(amount - fact.value) <= max(rounding, abs(amount) * SAME_AMOUNT)


def _doubted(fact: Fact, right: float, amounts: int) -> Fact:
    confidence = fact.confidence
    kept = min(1.0, right / max(confidence.total, 1 - CERTAINTY_CAP))
    reason = (
        f"{amounts} different amounts are read for this meaning and period; one is right at most"
    )
    changed = confidence.model_copy(
        update={"period": confidence.period * kept, "reasons": (*confidence.reasons, reason)}
    )
    return fact.model_copy(update={"confidence": changed})


def insight_confidence(inputs: Sequence[Fact], margin: float, rule_prior: RulePrior) -> Confidence:
    """Return P(the insight is right) = inputs × margin × rule, each part named.

    ``margin`` is the probability that the trigger still holds when the inputs move within their
    rounding (1 far from the threshold, 0.5 on it). An estimate until reviewers' labels calibrate it.
    """
    factors = [
        _inputs_factor(inputs),
        ConfidenceFactor(name="margin", value=margin, reason=_margin_reason(margin)),
        ConfidenceFactor(
            name="rule",
            value=rule_prior.mean,
            reason=f"expected acceptance of this rule, Beta({rule_prior.accepted:g}, "
            f"{rule_prior.rejected:g}); estimate, not yet calibrated",
        ),
    ]
    total = factors[0].value * factors[1].value * factors[2].value
    weakest = min(inputs, key=lambda fact: fact.confidence.value, default=None)
    if weakest is not None and weakest.confidence.value < SURE_VALUE and total >= HIGH_FROM:
        cap = (HIGH_FROM - 0.01) / total
        reason = (
            f"'{weakest.label}' is read with {weakest.confidence.value:.2f}, below {SURE_VALUE}"
        )
        factors.append(ConfidenceFactor(name="unproven input", value=cap, reason=reason))
        total *= cap
    return Confidence(total=total, factors=tuple(factors), calibrated=False, labels=0)


def _inputs_factor(inputs: Sequence[Fact]) -> ConfidenceFactor:
    """Return 1 minus the summed probabilities of every way an input can be wrong.

    Holds under any dependence. What cells share is counted once: a row its meaning, a column its
    period, a statement its scale.
    """
    wrong = (
        _summed(inputs, lambda fact: (fact.fact_id,), lambda part: part.value)
        + _summed(inputs, lambda fact: (fact.statement_id, fact.row), lambda part: part.concept)
        + _summed(inputs, lambda fact: (fact.statement_id, fact.column), lambda part: part.period)
        + _summed(inputs, lambda fact: (fact.statement_id, fact.scale), lambda part: part.unit)
    )
    weakest = min(inputs, key=lambda fact: fact.confidence.total, default=None)
    reason = f"{len(inputs)} numbers read"
    if weakest is not None:
        reason += f"; least sure: '{weakest.label.strip()}' ({weakest.confidence.total:.3f})"
    return ConfidenceFactor(name="inputs", value=max(0.0, 1 - wrong), reason=reason)


def _summed(
    inputs: Sequence[Fact],
    shared: Callable[[Fact], tuple[object, ...]],
    part: Callable[[FactConfidence], float],
) -> float:
    worst: dict[tuple[object, ...], float] = {}
    for fact in inputs:
        worst[shared(fact)] = max(worst.get(shared(fact), 0.0), 1 - part(fact.confidence))
    return sum(worst[key] for key in sorted(worst, key=str))


def _margin_reason(margin: float) -> str:
    if margin >= 0.99:
        return "far from the threshold: rounding cannot change the statement"
    return f"rounding of the inputs leaves the statement standing with {margin:.2f}"


def route(
    confidence: Confidence, severity: Severity, *, has_failed_check: bool
) -> tuple[Route, tuple[str, ...]]:
    """Return where an insight goes by its stored confidence, and why.

    High goes to the CFO, medium to the analyst, low to review. A failed check, or a critical insight
    that is not high, always goes to review.
    """
    reasons = []
    if has_failed_check:
        reasons.append("a check on its numbers failed")
    if severity is Severity.CRITICAL and confidence.band is not Band.HIGH:
        reasons.append(f"critical and below {HIGH_FROM:.2f}")
    if confidence.band is Band.LOW:
        reasons.append(f"confidence {confidence.total:.2f} is below {MEDIUM_FROM:.2f}")
    if reasons:
        return Route.REVIEW, tuple(reasons)
    if confidence.band is Band.HIGH:
        return Route.CFO, (f"confidence {confidence.total:.2f} is at least {HIGH_FROM:.2f}",)
    reason = f"confidence {confidence.total:.2f} is between {MEDIUM_FROM:.2f} and {HIGH_FROM:.2f}"
    return Route.ANALYST, (reason,)
