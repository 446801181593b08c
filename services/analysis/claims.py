"""Sentences held against the statements (§4.11): each number of a claim beside what the statements give for it.

A sentence is judged only where one of its numbers, of three digits or more, is the statements' own: then it
speaks of this figure and period, and its other numbers have to agree too.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from itertools import product

from services.analysis.facts_view import FactsView, Missing
from services.analysis.finding import CannotCompute, Context
from services.analysis.metric_catalogue import BY_ID
from services.analysis.metrics import Measured, measure
from services.domain.concepts import CONCEPTS, Unit
from services.domain.ids import FactId
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
        number
        for stated in claim.amounts
        if (number := number_beside(stated, now, before)) is not None
    )
    verdicts = {number.verdict for number in numbers}
    alike = len(numbers) > 1 and verdicts == {Verdict.MATCH}
    if not alike and not any(anchors(number) for number in numbers):
        return Judged(claim, Verdict.NOT_COMPARABLE, now, before, numbers)
    if before is not None and opposed(claim, now, before, context):
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


def opposed(claim: NarrativeClaim, now: Level, before: Level, context: Context) -> bool:
    """Whether the statements moved the other way, by more than matters (§4.11)."""
    move = now.value - before.value
    if claim.direction is None or (move > 0) == (claim.direction == "up"):
        return False
    if is_rate(claim):
        return abs(move) > _POINT
    if is_per_share(claim):
        return abs(move) > now.slack + before.slack
    return abs(move) > context.measured().performance


def number_beside(stated: StatedAmount, now: Level, before: Level | None) -> Compared | None:
    """Return a sentence's number beside what the statements give for it, None where they give nothing."""
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


def is_rate(claim: NarrativeClaim) -> bool:
    """Whether a sentence speaks of a metric, such as a margin, and not of a figure of the statements."""
    return claim.subject not in CONCEPTS


def is_per_share(claim: NarrativeClaim) -> bool:
    """Whether a sentence speaks of an amount per share."""
    return not is_rate(claim) and CONCEPTS[claim.subject].unit is Unit.PER_SHARE
