"""Unusual movement (A12): this year's change of a line against the company's own past changes."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from services.analysis import charts, wording
from services.analysis.finding import CannotCompute, Context, Finding, calculation, counted
from services.analysis.stats import (
    Moderated,
    benjamini_hochberg,
    tested_together,
)
from services.domain.concepts import CONCEPTS, StatementKind, Unit
from services.domain.insights import Calculation, Chart, Severity
from services.domain.periods import Period
from services.domain.reports import Fact

PAST_CHANGES = 3
RESIDUAL_LINES = frozenset({"net_change_in_cash"})
"""Lines that are only what others leave over: their movement says nothing of its own."""
FALSE_DISCOVERY = 0.05
CONTAMINATED_MARGIN = 0.80
"""Cap where an old outlier was set aside: the insight stays below high."""


@dataclass(frozen=True, slots=True)
class _Line:
    """One line's facts, oldest first, and its yearly changes in logs or as shares of a base."""

    concept: str
    facts: tuple[Fact, ...]
    changes: tuple[float, ...]
    base: Decimal | None

    @property
    def step(self) -> Decimal:
        return self.facts[-1].value - self.facts[-2].value

    def level(self, change: float) -> Decimal:
        """Return the amount that a change from the previous period leads to."""
        previous = self.facts[-2].value
        if self.base is None:
            return previous * Decimal(repr(math.exp(change)))
        return previous + self.base * Decimal(repr(change))


@dataclass(frozen=True, slots=True)
class _Tested:
    line: _Line
    result: Moderated
    dropped: int | None


def unusual_movement(context: Context) -> list[Finding]:
    """A12: moderated t over all lines with three or more past changes, FDR about 5 %."""
    period = context.current()
    limit = context.measured().performance
    lines = _lines(context, period)
    tested = [
        item
        for scaled in (False, True)
        for item in _test([line for line in lines if (line.base is not None) is scaled])
    ]
    if not tested:
        raise CannotCompute(
            "it needs five comparable periods of at least two lines; upload earlier reports"
        )
    adjusted = benjamini_hochberg([item.result.p for item in tested])
    return [
        _finding(context, item, p_adjusted, (len(tested), limit))
        for item, p_adjusted in zip(tested, adjusted, strict=True)
        if p_adjusted <= FALSE_DISCOVERY and abs(item.line.step) > limit
    ]


def _lines(context: Context, period: Period) -> list[_Line]:
    instant = next(iter(context.view.balance_dates()), None)
    lines = []
    for concept in CONCEPTS.values():
        like = instant if concept.instant else period
        residual = concept.concept_id in RESIDUAL_LINES
        if residual or concept.unit is not Unit.MONEY or like is None:
            continue
        facts = context.view.series(concept.concept_id, like)
        if len(facts) >= PAST_CHANGES + 2:
            line = _line(context, concept.concept_id, facts)
            if line is not None:
                lines.append(line)
    return lines


def _line(context: Context, concept: str, facts: Sequence[Fact]) -> _Line | None:
    if all(fact.value > 0 for fact in facts):
        changes = tuple(math.log(later.value / earlier.value) for earlier, later in pairwise(facts))
        return _Line(concept, tuple(facts), changes, None)
    balance = CONCEPTS[concept].statement is StatementKind.BALANCE
    anchor = context.view.get("total_assets" if balance else "revenue", facts[-1].period)
    if not isinstance(anchor, Fact) or anchor.value <= 0:
        return None
    changes = tuple(
        float((later.value - earlier.value) / anchor.value) for earlier, later in pairwise(facts)
    )
    return _Line(concept, tuple(facts), changes, anchor.value)


def _test(lines: Sequence[_Line]) -> list[_Tested]:
    results = tested_together([line.changes for line in lines])
    return [
        _Tested(line, result, dropped)
        for line, (result, dropped) in zip(lines, results, strict=bool(results))
    ]


def _finding(
    context: Context, item: _Tested, adjusted: float, scope: tuple[int, Decimal]
) -> Finding:
    line, (count, limit) = item.line, scope
    latest = line.facts[-1]
    low, high = line.level(item.result.low), line.level(item.result.high)
    aside = "" if item.dropped is None else wording.stretch(line.facts[item.dropped + 1].period)
    p_text = probability_words(item.result.p)
    return Finding(
        period=latest.period,
        subject=CONCEPTS[line.concept].name.lower(),
        severity=context.severity(line.step) or Severity.LOW,
        template="A12" if item.dropped is None else "A12 cleaned",
        values={
            "line": CONCEPTS[line.concept].name,
            "v": context.money(latest.value),
            "previous": context.money(line.facts[-2].value),
            "lo": context.money(low),
            "hi": context.money(high),
            "p": p_text,
            "k": str(count),
            "m": str(len(line.changes) - 1),
            "period": wording.stretch(latest.period),
            "aside": aside,
        },
        inputs=tuple(
            (fact, f"{CONCEPTS[line.concept].name.lower()}, {fact.period.label}")
            for fact in line.facts
        ),
        calculations=tuple(_steps(context, item, adjusted, count)),
        threshold=f"false discovery rate about 5 % over {count} lines and change above "
        f"{context.money(limit)}",
        margin=1.0 if item.dropped is None else CONTAMINATED_MARGIN,
        amount=line.step,
        chart=_chart(line, low, high),
        key=line.concept,
    )


def _steps(context: Context, item: _Tested, adjusted: float, count: int) -> Iterator[Calculation]:
    facts, result = item.line.facts, item.result
    yield calculation(
        "moderated t",
        "(newest change − mean of past changes) / shrunken spread",
        Decimal(repr(result.t)),
        f"{result.t:.2f} (p {probability_words(result.p)}, "
        f"adjusted p {probability_words(adjusted)})",
        facts,
    )
    for side, change in (("lower", result.low), ("upper", result.high)):
        end = item.line.level(change)
        formula = "previous amount moved by (mean of past changes ± t × spread)"
        name = f"{side} end of the 80 % range"
        yield calculation(name, formula, end, context.money(end), facts)
    yield counted("past changes", len(item.line.changes) - 1, facts)
    yield counted("lines tested", count, facts)


def probability_words(p: float) -> str:
    """Write a probability behind 'p': '= 0.012', '< 0.001'."""
    return "< 0.001" if p < 0.001 else f"= {p:.3f}"


def _chart(line: _Line, low: Decimal, high: Decimal) -> Chart:
    name = CONCEPTS[line.concept].name
    ends = [fact.period for fact in line.facts[-2:]]
    start = line.facts[-2].value
    return charts.line(
        name,
        "money",
        charts.fact_series(name, line.facts),
        charts.computed_series("Expected, low (80 %)", ends, (start, low)),
        charts.computed_series("Expected, high (80 %)", ends, (start, high)),
    )
