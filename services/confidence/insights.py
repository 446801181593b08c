"""What an insight inherits from its inputs, and where its confidence sends it."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from services.domain.confidence import (
    HIGH_FROM,
    MEDIUM_FROM,
    Band,
    Confidence,
    ConfidenceFactor,
    FactConfidence,
)
from services.domain.insights import Route, Severity
from services.domain.reports import Fact

SURE_VALUE = 0.95
"""A value below this keeps its insight out of the high band."""


class RulePrior(NamedTuple):
    """How often reviewers accept a rule's insights, as Beta(accepted, rejected) before any label."""

    accepted: float
    rejected: float

    @property
    def mean(self) -> float:
        """The expected acceptance."""
        return self.accepted / (self.accepted + self.rejected)


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
    reason = f"{len(inputs)} numbers read" if inputs else "no number is read, a sentence is quoted"
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
    confidence: Confidence,
    severity: Severity,
    *,
    has_failed_check: bool,
    unbound: Sequence[str] = (),
) -> tuple[Route, tuple[str, ...]]:
    """Return where an insight goes by its stored confidence, and why.

    High goes to the CFO, medium to the analyst, low to review. A failed check, a number of the sentence
    that is ``unbound`` (no figure and no calculation of it), or a critical insight that is not high,
    always goes to review.
    """
    reasons = []
    if has_failed_check:
        reasons.append("a check on its numbers failed")
    if unbound:
        reasons.append(f"no figure or calculation stands behind {', '.join(unbound)}")
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
