"""Numbers in a report's sentences against its statements (§4.11): K16 contradiction, K17 mismatch.

A sentence is judged only where one of its numbers, of three digits or more, is the statements' own: then it
speaks of this figure and period, and its other numbers have to agree too.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from hashlib import sha256
from itertools import product

from services.analysis import wording
from services.analysis.compared import role
from services.analysis.facts_view import FactsView, Missing
from services.analysis.finding import CannotCompute, Context, Finding, calculation, rounding_margin
from services.analysis.metric_catalogue import BY_ID
from services.analysis.metrics import Measured, measure
from services.domain.concepts import CONCEPTS, Unit
from services.domain.ids import FactId
from services.domain.insights import Calculation, Quote, Severity
from services.domain.narrative import NarrativeClaim, StatedAmount
from services.domain.periods import Period
from services.domain.reports import Fact

_ALSO = {"net_income": ("net_income", "net_income_incl_nci")}
"""Concepts that a sentence may mean by the same words."""
_USED = frozenset({"cash_from_investing", "cash_from_financing"})
"""Flows of which sentences are read that say how much was used."""
_TELLING = 100
"""Units of its last digit from which a number is not met by chance."""
_POINT = Decimal("0.01")
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
_ZERO = Decimal(0)


class Verdict(StrEnum):
    """What a sentence's number is worth beside the statements'."""

    MATCH = "match"
    ROUNDING = "rounding"
    MISMATCH = "mismatch"
    CONTRADICTION = "contradiction"
    NOT_COMPARABLE = "not comparable"


@dataclass(frozen=True, slots=True)
class Level:
    """The statements' figure of one period: its value, how far rounding may move it, and its facts."""

    period: Period
    value: Decimal
    slack: Decimal
    facts: tuple[Fact, ...]
    metric: Measured | None = None

    def moved(self, amounts: Mapping[FactId, Decimal]) -> "Level":
        """Return the figure with other amounts for its facts."""
        if self.metric is not None:
            return replace(self, value=self.metric.again(amounts))
        (fact,) = self.facts
        return replace(self, value=_told(fact.concept, amounts[fact.fact_id]))


@dataclass(frozen=True, slots=True)
class Compared:
    """One number of a sentence beside what the statements give for it."""

    stated: StatedAmount
    computed: Decimal
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Judged:
    """A sentence, what it was held against, and how each of its numbers came out.

    ``now`` is None where no number of it is the statements' own.
    """

    claim: NarrativeClaim
    verdict: Verdict
    now: Level | None = None
    before: Level | None = None
    numbers: tuple[Compared, ...] = ()


def judged_claims(context: Context) -> list[Judged]:
    """Return the report's sentences, each with its verdict; raises CannotCompute without running text."""
    if context.claims is None:
        raise CannotCompute("a workbook has no running text to compare")
    context.current()
    return [_judge(claim, context) for claim in context.claims]


def contradictions(context: Context) -> list[Finding]:
    """K16: a sentence says up where the statements say down, or the other way round."""
    judged = judged_claims(context)
    agreed = _agreed(judged)
    found = [one for one in judged if one.verdict is Verdict.CONTRADICTION]
    return [_contradiction(context, one, agreed) for one in found]


def mismatches(context: Context) -> list[Finding]:
    """K17: a sentence's number differs from the statements' by more than rounding."""
    judged = judged_claims(context)
    agreed = _agreed(judged)
    found = [one for one in judged if one.verdict is Verdict.MISMATCH]
    return [_mismatch(context, one, agreed) for one in found]


def _agreed(judged: Sequence[Judged]) -> str:
    compared = [one for one in judged if one.verdict is not Verdict.NOT_COMPARABLE]
    good = sum(one.verdict in {Verdict.MATCH, Verdict.ROUNDING} for one in compared)
    return f"{good} of {len(compared)} sentences compared agree"


def _judge(claim: NarrativeClaim, context: Context) -> Judged:
    candidates = [
        _against(claim, now, before, context) for now, before in _levels(context.view, claim)
    ]
    best = max(candidates, key=_fit, default=None)
    if best is None or best.verdict is Verdict.NOT_COMPARABLE:
        return Judged(claim, Verdict.NOT_COMPARABLE)
    return best


def _fit(judged: Judged) -> tuple[bool, int, int]:
    good = sum(number.verdict is Verdict.MATCH for number in judged.numbers)
    bad = sum(number.verdict is Verdict.MISMATCH for number in judged.numbers)
    return judged.verdict is not Verdict.NOT_COMPARABLE, good, -bad


def _levels(view: FactsView, claim: NarrativeClaim) -> Iterator[tuple[Level, Level | None]]:
    """Yield what the sentence may speak of: this figure of each period it may mean, and the year before."""
    for concept in _ALSO.get(claim.subject, (claim.subject,)):
        for period in view.stretches(concept if concept in CONCEPTS else "revenue"):
            if not _speaks_of(claim, period):
                continue
            now = _level(view, concept, period)
            earlier = view.year_before(concept if concept in CONCEPTS else "revenue", period)
            if now is not None:
                yield now, None if earlier is None else _level(view, concept, earlier)


def _speaks_of(claim: NarrativeClaim, period: Period) -> bool:
    if claim.span is not None and period.span != claim.span:
        return False
    return claim.year is None or _is_year(period, claim.year)


def _is_year(period: Period, year: int) -> bool:
    """Whether a period is of a fiscal year: named by its end or, where it ends in winter, by its start."""
    return period.end.year == year or (period.end.year == year + 1 and period.end.month <= 2)


def _level(view: FactsView, subject: str, period: Period) -> Level | None:
    if subject in CONCEPTS:
        fact = view.get(subject, period)
        if isinstance(fact, Missing):
            return None
        return Level(period, _told(subject, fact.value), fact.rounding_unit / 2, (fact,))
    metric = measure(view, BY_ID[subject], period)
    if isinstance(metric, Missing):
        return None
    return Level(period, metric.value, _slack(metric), metric.facts, metric)


def _told(concept: str | None, value: Decimal) -> Decimal:
    """Return a figure as sentences tell it: cash used is what the statements print below zero."""
    return -value if concept in _USED else value


def _slack(metric: Measured) -> Decimal:
    """Return how far the metric moves when each of its facts moves half a unit of its last digit."""
    corners = product((-1, 1), repeat=len(metric.facts))
    moved = []
    for corner in corners:
        amounts = {
            fact.fact_id: fact.value + sign * fact.rounding_unit / 2
            for fact, sign in zip(metric.facts, corner, strict=True)
        }
        moved.append(abs(metric.again(amounts) - metric.value))
    return max(moved, default=_ZERO)


def _against(claim: NarrativeClaim, now: Level, before: Level | None, context: Context) -> Judged:
    numbers = tuple(
        number for stated in claim.amounts if (number := _number(stated, now, before)) is not None
    )
    verdicts = {number.verdict for number in numbers}
    alike = len(numbers) > 1 and verdicts == {Verdict.MATCH}
    if not alike and not any(anchors(number) for number in numbers):
        return Judged(claim, Verdict.NOT_COMPARABLE, now, before, numbers)
    if before is not None and _opposed(claim, now, before, context):
        verdict = Verdict.CONTRADICTION
    elif Verdict.MISMATCH in verdicts:
        verdict = Verdict.MISMATCH
    else:
        verdict = Verdict.ROUNDING if Verdict.ROUNDING in verdicts else Verdict.MATCH
    return Judged(claim, verdict, now, before, numbers)


def anchors(number: Compared) -> bool:
    """Whether a number is the statements' own and has too many digits to be met by chance."""
    exact = number.verdict is Verdict.MATCH and number.stated.role != "growth"
    return exact and number.stated.value >= _TELLING * number.stated.unit


def _opposed(claim: NarrativeClaim, now: Level, before: Level, context: Context) -> bool:
    """Whether the statements moved the other way, by more than matters (§4.11)."""
    move = now.value - before.value
    if claim.direction is None or (move > 0) == (claim.direction == "up"):
        return False
    if _is_rate(claim):
        return abs(move) > _POINT
    if _is_per_share(claim):
        return abs(move) > now.slack + before.slack
    return abs(move) > context.measured().performance


def _number(stated: StatedAmount, now: Level, before: Level | None) -> Compared | None:
    expected = _expected(stated, now, before)
    if expected is None:
        return None
    computed, slack = expected
    gap = abs(stated.value - computed)
    if gap <= stated.unit / 2 + slack:
        return Compared(stated, computed, Verdict.MATCH)
    if gap <= stated.unit + slack:
        return Compared(stated, computed, Verdict.ROUNDING)
    return None if stated.about else Compared(stated, computed, Verdict.MISMATCH)


def _expected(
    stated: StatedAmount, now: Level, before: Level | None
) -> tuple[Decimal, Decimal] | None:
    """Return what the statements give for a number, and how far rounding may move that."""
    if stated.role == "level":
        return now.value, now.slack
    if before is None:
        return None
    if stated.role == "before":
        return before.value, before.slack
    if stated.role == "change":
        return abs(now.value - before.value), now.slack + before.slack
    if before.value <= 0:
        return None
    share = now.value / before.value
    return abs(share - 1), (now.slack + before.slack * abs(share)) / before.value


def _is_rate(claim: NarrativeClaim) -> bool:
    return claim.subject not in CONCEPTS


def _is_per_share(claim: NarrativeClaim) -> bool:
    return not _is_rate(claim) and CONCEPTS[claim.subject].unit is Unit.PER_SHARE


def _mismatch(context: Context, judged: Judged, agreed: str) -> Finding:
    claim = judged.claim
    number = next(one for one in judged.numbers if one.verdict is Verdict.MISMATCH)
    stated, gap = number.stated, abs(number.stated.value - number.computed)

    def differs(now: Level, before: Level | None) -> bool:
        again = _number(stated, now, before)
        return again is not None and again.verdict is Verdict.MISMATCH

    return _finding(
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


def _contradiction(context: Context, judged: Judged, agreed: str) -> Finding:
    claim = judged.claim
    level = StatedAmount(role="level", value=_ZERO, unit=_ZERO)
    now, before = _both(judged)
    return _finding(
        context,
        judged,
        "K16",
        severity=Severity.HIGH,
        values={
            "said": "rose" if claim.direction == "up" else "fell",
            "moved": "rose" if now.value > before.value else "fell",
            "a": _shown(context, claim, level, before.value),
            "b": _shown(context, claim, level, now.value),
            "what": _what(claim, level),
        },
        holds=lambda one, other: other is not None and _opposed(claim, one, other, context),
        threshold=f"the other direction, by more than performance materiality or 1 pp; {agreed}",
    )


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
    if _is_rate(claim):
        return wording.points(value) if stated.role == "change" else wording.percent(value)
    if _is_per_share(claim):
        return wording.per_share(value, context.currency)
    return context.money(value)
