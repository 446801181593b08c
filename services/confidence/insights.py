"""What an insight inherits from its inputs, and where its confidence sends it."""

import math
from collections.abc import Callable, Sequence

from services.confidence.acceptance import Acceptance, RulePrior
from services.confidence.recalibrate import recalibrated
from services.domain.confidence import HIGH_FROM, Confidence, ConfidenceFactor, FactConfidence
from services.domain.insights import Route, Severity
from services.domain.reports import Fact
from services.domain.scoring import UNLABELLED, Scoring

SURE_VALUE = 0.95
"""A value below this keeps its insight out of the high band."""


_RULE, _DOUBT = "rule", "unproven input"


def insight_confidence(
    inputs: Sequence[Fact],
    margin: float,
    acceptance: RulePrior | Acceptance,
    scoring: Scoring = UNLABELLED,
) -> Confidence:
    """Return P(the insight is right) = inputs × margin × rule, each part named, recalibrated once there are labels.

    ``margin`` is the probability that the trigger still holds when the inputs move within their
    rounding (1 far from the threshold, 0.5 on it); ``acceptance`` is that of the rule.
    """
    parts = (
        _inputs_factor(inputs),
        ConfidenceFactor(name="margin", value=margin, reason=_margin_reason(margin)),
    )
    weakest = min(inputs, key=lambda fact: fact.confidence.value, default=None)
    doubt = ""
    if weakest is not None and weakest.confidence.value < SURE_VALUE:
        read = weakest.confidence.value
        doubt = f"'{weakest.label}' is read with {read:.2f}, below {SURE_VALUE}"
    return _scored(parts, acceptance, doubt, scoring)


def rescored(
    confidence: Confidence, acceptance: RulePrior | Acceptance, scoring: Scoring
) -> Confidence:
    """Return the confidence of the same inputs and margin under another acceptance and curve."""
    parts = tuple(one for one in confidence.factors if one.name not in {_RULE, _DOUBT})
    if not parts:
        parts = (ConfidenceFactor(name="inputs", value=confidence.total, reason="as stated"),)
    return _scored(parts, acceptance, confidence.doubt, scoring)


def _scored(
    parts: Sequence[ConfidenceFactor],
    acceptance: RulePrior | Acceptance,
    doubt: str,
    scoring: Scoring,
) -> Confidence:
    known = acceptance if isinstance(acceptance, Acceptance) else Acceptance(acceptance, 0)
    rule = ConfidenceFactor(name=_RULE, value=known.posterior.mean, reason=_rule_reason(known))
    factors = [*parts, rule]
    product = math.prod(factor.value for factor in factors)
    total = recalibrated(product, scoring.curve)
    if doubt and total >= HIGH_FROM:
        cap = (HIGH_FROM - 0.01) / total
        factors.append(ConfidenceFactor(name=_DOUBT, value=cap, reason=doubt))
        total *= cap
    curve = scoring.curve
    return Confidence(
        total=total,
        factors=tuple(factors),
        calibrated=curve is not None,
        labels=0 if curve is None else curve.labels,
        product=product,
        as_of=None if curve is None else scoring.made_at,
        doubt=doubt,
    )


def _rule_reason(known: Acceptance) -> str:
    beta = f"Beta({known.posterior.accepted:.4g}, {known.posterior.rejected:.4g})"
    if not known.labels:
        return f"expected acceptance of this rule, {beta}; estimate, not yet calibrated"
    return f"acceptance of this rule after {known.labels} decisions of reviewers, {beta}"


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


def held_by(
    *, has_failed_check: bool, unbound: Sequence[str] = (), uncited: Sequence[str] = ()
) -> tuple[str, ...]:
    """Return why an insight never publishes by itself, whatever its confidence and the policy; () for no reason."""
    reasons = []
    if has_failed_check:
        reasons.append("a check on its numbers failed")
    if unbound:
        reasons.append(f"no figure or calculation stands behind {', '.join(unbound)}")
    if uncited:
        reasons.append(f"no cell, page or quotation stands behind {', '.join(uncited)}")
    return tuple(reasons)


def route(
    confidence: Confidence,
    severity: Severity,
    *,
    has_failed_check: bool,
    unbound: Sequence[str] = (),
    scoring: Scoring = UNLABELLED,
) -> tuple[Route, tuple[str, ...]]:
    """Return where an insight goes by its stored confidence, and why.

    A failed check or a number of the sentence that is ``unbound`` (no figure and no calculation of it)
    always goes to review; for the rest see ``routed``.
    """
    held = held_by(has_failed_check=has_failed_check, unbound=unbound)
    return routed(confidence, severity, held, scoring)


def routed(
    confidence: Confidence, severity: Severity, held: Sequence[str], scoring: Scoring = UNLABELLED
) -> tuple[Route, tuple[str, ...]]:
    """Return where an insight goes, and why: high to the CFO, medium to the analyst, low to review.

    What is ``held``, a critical insight that is not high, and everything while publishing is switched
    off, goes to review.
    """
    policy, high_from, total = scoring.policy, scoring.threshold, confidence.total
    by = f" (policy version {policy.version})" if policy.version else ""
    reasons = list(held)
    if not policy.publishing:
        reasons.append(f"automatic publishing is switched off{by}")
    if severity is Severity.CRITICAL and total < high_from:
        reasons.append(f"critical and below {high_from:.2f}")
    if total < policy.medium_from:
        reasons.append(f"confidence {total:.2f} is below {policy.medium_from:.2f}")
    if reasons:
        return Route.REVIEW, tuple(reasons)
    if total >= high_from:
        return Route.CFO, (f"confidence {total:.2f} is at least {high_from:.2f}{by}",)
    reason = f"confidence {total:.2f} is between {policy.medium_from:.2f} and {high_from:.2f}{by}"
    return Route.ANALYST, (reason,)
