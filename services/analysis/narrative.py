"""Numbers in a report's sentences that its statements do not bear out (§4.11): K16 contradiction, K17 mismatch."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from hashlib import sha256

from services.analysis import wording
from services.analysis.claims import (
    Compared,
    Judged,
    Level,
    Verdict,
    is_per_share,
    is_rate,
    judged_claims,
    number_beside,
    opposed,
)
from services.analysis.compared import role
from services.analysis.finding import CannotCompute, Context, Finding, calculation, rounding_margin
from services.domain.concepts import CONCEPTS
from services.domain.insights import Calculation, Quote, Severity
from services.domain.narrative import NarrativeClaim, StatedAmount

_ROLES = {
    "level": "{name}",
    "before": "{name} of the earlier period",
    "change": "the change of {name}",
    "growth": "the growth of {name}",
}
_FORMULAS = {
    "level": "as the statements print it",
    "before": "as the statements print it",
    "change": "|this period − the earlier one|",
    "growth": "|this period ÷ the earlier one − 1|",
}
_LEVEL = StatedAmount(role="level", value=Decimal(0), unit=Decimal(0))


def contradictions(context: Context) -> list[Finding]:
    """K16: a sentence says up where the statements say down, or the other way round."""
    judged = context.once(judged_claims)
    agreed = _agreed(judged)
    found = [one for one in judged if one.verdict is Verdict.CONTRADICTION]
    return [_contradiction(context, one, agreed) for one in found]


def mismatches(context: Context) -> list[Finding]:
    """K17: a sentence's number differs from the statements' by more than rounding."""
    judged = context.once(judged_claims)
    agreed = _agreed(judged)
    found = [one for one in judged if one.verdict is Verdict.MISMATCH]
    return [_mismatch(context, one, agreed) for one in found]


def _agreed(judged: Sequence[Judged]) -> str:
    compared = [one for one in judged if one.verdict is not Verdict.NOT_COMPARABLE]
    good = sum(one.verdict in {Verdict.MATCH, Verdict.ROUNDING} for one in compared)
    return f"{good} of {len(compared)} sentences compared agree"


def _mismatch(context: Context, judged: Judged, agreed: str) -> Finding:
    claim = judged.claim
    number = next(one for one in judged.numbers if one.verdict is Verdict.MISMATCH)
    stated, gap = number.stated, abs(number.stated.value - number.computed)

    def differs(now: Level, before: Level | None) -> bool:
        again = number_beside(stated, now, before)
        return again is not None and again.verdict is Verdict.MISMATCH

    found = _finding(
        context,
        judged,
        "K17",
        severity=Severity.MEDIUM,
        values={
            "x": _shown(context, claim, stated, stated.value),
            "y": _shown(context, claim, stated, number.computed),
            "d": _shown(context, claim, stated, gap),
            "what": _what(claim, stated),
        },
        holds=differs,
        threshold=f"beyond the rounding of its last digit and of the statements; {agreed}",
    )
    shown = _shown(context, claim, stated, gap)
    apart = calculation("apart", "|text − statements|", gap, shown, found.facts)
    return replace(found, calculations=(*found.calculations, apart))


def _contradiction(context: Context, judged: Judged, agreed: str) -> Finding:
    claim = judged.claim
    now, before = _both(judged)
    found = _finding(
        context,
        judged,
        "K16",
        severity=Severity.HIGH,
        values={
            "said": "rose" if claim.direction == "up" else "fell",
            "moved": "rose" if now.value > before.value else "fell",
            "a": _shown(context, claim, _LEVEL, before.value),
            "b": _shown(context, claim, _LEVEL, now.value),
            "what": _what(claim, _LEVEL),
        },
        holds=lambda one, other: other is not None and opposed(claim, one, other, context),
        threshold=f"the other direction, by more than performance materiality or 1 pp; {agreed}",
    )
    levels = (_level_step(context, claim, one) for one in (now, before))
    return replace(found, calculations=(*found.calculations, *levels))


def _both(judged: Judged) -> tuple[Level, Level]:
    if judged.now is None or judged.before is None:
        raise CannotCompute("no comparable earlier period was read")
    return judged.now, judged.before


def _finding(  # noqa: PLR0913 - what differs between the two rules
    context: Context,
    judged: Judged,
    rule_id: str,
    *,
    severity: Severity,
    values: dict[str, str],
    holds: Callable[[Level, Level | None], bool],
    threshold: str,
) -> Finding:
    claim, now, before = judged.claim, judged.now, judged.before
    if now is None:
        raise CannotCompute("no figure of the statements was compared")
    facts = (*now.facts, *(() if before is None else before.facts))

    def still(moved: Sequence[Decimal]) -> bool:
        amounts = {fact.fact_id: value for fact, value in zip(facts, moved, strict=True)}
        return holds(now.moved(amounts), None if before is None else before.moved(amounts))

    return Finding(
        period=now.period,
        severity=severity,
        template=rule_id,
        values={
            "p": str(claim.page),
            "period": wording.stretch(now.period),
            "quote": claim.quote.rstrip("."),
            **values,
        },
        inputs=tuple((fact, role(fact)) for fact in facts),
        calculations=tuple(_step(context, judged, number) for number in judged.numbers),
        threshold=threshold,
        margin=rounding_margin(facts, still),
        quotes=(Quote(text=claim.quote, page=claim.page),),
        key=f"{claim.page}-{sha256(claim.quote.encode()).hexdigest()[:12]}-{claim.subject}",
        subject=f"{_name(claim)}, page {claim.page}",
    )


def _step(context: Context, judged: Judged, number: Compared) -> Calculation:
    """Return one number of the sentence as the statements give it."""
    claim, stated = judged.claim, number.stated
    now, before = judged.now, judged.before
    facts = (*(now.facts if now else ()), *(before.facts if before else ()))
    return calculation(
        f"{_what(claim, stated)} (the text says {_shown(context, claim, stated, stated.value)}: "
        f"{number.verdict})",
        _FORMULAS[stated.role],
        number.computed,
        _shown(context, claim, stated, number.computed),
        facts,
    )


def _level_step(context: Context, claim: NarrativeClaim, level: Level) -> Calculation:
    return calculation(
        f"{_what(claim, _LEVEL)}, {level.period.label}",
        "as the statements give it",
        level.value,
        _shown(context, claim, _LEVEL, level.value),
        level.facts,
    )


def _name(claim: NarrativeClaim) -> str:
    if claim.subject in CONCEPTS:
        return CONCEPTS[claim.subject].name
    return claim.subject.replace("_", " ").capitalize()


def _what(claim: NarrativeClaim, stated: StatedAmount) -> str:
    name = _name(claim)
    name = name if name[:2].isupper() else name[:1].lower() + name[1:]
    return _ROLES[stated.role].format(name=name)


def _shown(context: Context, claim: NarrativeClaim, stated: StatedAmount, value: Decimal) -> str:
    if stated.role == "growth":
        return wording.percent(value)
    if is_rate(claim):
        return wording.points(value) if stated.role == "change" else wording.percent(value)
    if is_per_share(claim):
        return wording.per_share(value, context.currency)
    return context.money(value)
