"""Adjusted against reported profit (K20): the gap between them, and what fills it."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from services.analysis import charts, wording
from services.analysis.compared import role
from services.analysis.facts_view import YEAR_DAYS
from services.analysis.finding import (
    CannotCompute,
    Context,
    Finding,
    calculation,
    rounding_margin,
)
from services.domain.insights import Calculation, Chart, Severity
from services.domain.periods import Period
from services.domain.reports import Fact, TieOut, TieOutStatus

GAP_STEP = Decimal("0.10")
_CHECK = "T30"
_PASSED = (TieOutStatus.PASS, TieOutStatus.PASS_ROUNDING)
_MARK = re.compile(r"^(?:add|plus):\s*|\s*\(\w\)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Adjusted:
    """Adjusted and reported profit of a period with the items between them."""

    adjusted: Fact
    reported: Fact
    items: tuple[Fact, ...]

    @property
    def gap(self) -> Decimal:
        return self.adjusted.value / self.reported.value - 1

    @property
    def largest(self) -> Fact | None:
        """The largest item that is added; what is added and taken off again is none."""
        counts = Counter(item.value for item in self.items)
        added = [i for i in self.items if i.value > 0 and counts[i.value] > counts[-i.value]]
        return max(added, key=lambda item: item.value, default=None)


def gap(context: Context) -> list[Finding]:
    """K20: adjusted profit moved away from reported profit by over 10 points, or does not follow from it."""
    period = context.current()
    failed = context.failures(_CHECK)
    if failed:
        return [_unreconciled(context, tie_out) for tie_out in failed]
    now = _of(context, [t for t in context.tie_outs if t.period == period])
    if now is None:
        raise CannotCompute("no table that leads from reported to adjusted profit was read")
    before = _of(context, [t for t in context.tie_outs if _year_before(t.period, period)])
    if before is None:
        raise CannotCompute("the table of adjusted profit does not show the year before")
    if now.reported.value <= 0 or before.reported.value <= 0:
        raise CannotCompute(
            "reported profit is not positive in both years, so the gap has no measure"
        )
    if not _widened((now.gap, before.gap)):
        return []
    return [_finding(context, now, before)]


def _of(context: Context, tie_outs: Sequence[TieOut]) -> _Adjusted | None:
    for tie_out in tie_outs:
        if tie_out.check == _CHECK and tie_out.status in _PASSED:
            adjusted, reported, *items = context.facts_of(tie_out)
            return _Adjusted(adjusted, reported, tuple(items))
    return None


def _year_before(earlier: Period | None, period: Period) -> bool:
    if earlier is None or earlier.span != period.span:
        return False
    return YEAR_DAYS[0] <= (period.end - earlier.end).days <= YEAR_DAYS[1]


def _widened(gaps: Sequence[Decimal]) -> bool:
    now, before = gaps
    return now > 0 and now - before > GAP_STEP


def _finding(context: Context, now: _Adjusted, before: _Adjusted) -> Finding:
    largest = now.largest
    facts = (now.adjusted, now.reported, before.adjusted, before.reported)
    shown = facts if largest is None else (*facts, largest)
    return Finding(
        period=now.adjusted.period,
        severity=Severity.MEDIUM,
        template="K20",
        values={
            "line": f"'{_label(now.adjusted)}'",
            "reported": f"'{_label(now.reported)}'",
            "g1": wording.percent(now.gap),
            "g0": wording.percent(before.gap),
            "period": wording.stretch(now.adjusted.period),
            "item": ""
            if largest is None
            else f" The largest item added is '{_label(largest)}', {context.money(largest.value)}.",
        },
        inputs=tuple((fact, role(fact)) for fact in shown),
        calculations=(_step(now), _step(before)),
        threshold="adjusted over reported profit grew by more than 10 pp",
        margin=rounding_margin(facts, lambda v: _widened((v[0] / v[1] - 1, v[2] / v[3] - 1))),
        amount=now.adjusted.value - now.reported.value,
        chart=_chart(now),
    )


def _unreconciled(context: Context, tie_out: TieOut) -> Finding:
    facts = context.facts_of(tie_out)
    difference, expected = tie_out.difference or Decimal(0), tie_out.expected or Decimal(0)
    return Finding(
        period=facts[0].period,
        severity=Severity.MEDIUM,
        template="K20 unreconciled",
        values={
            "line": f"'{_label(facts[0])}'",
            "a": context.money(facts[0].value),
            "b": context.money(expected),
            "d": context.money(abs(difference)),
            "period": wording.stretch(facts[0].period),
            "page": facts[0].source.place,
        },
        inputs=tuple((fact, role(fact)) for fact in facts),
        calculations=(
            calculation("sum", "reported + items", expected, context.money(expected), facts[1:]),
            calculation(
                "difference", tie_out.sentence, difference, context.money(difference), facts
            ),
        ),
        threshold="the adjustments add up to adjusted profit in another column, not in this one",
        amount=abs(difference),
        tie_outs=(tie_out.tie_out_id,),
        key=tie_out.tie_out_id,
    )


def _label(fact: Fact) -> str:
    return _MARK.sub("", fact.label.strip(" :$"))


def _step(side: _Adjusted) -> Calculation:
    return calculation(
        f"adjusted over reported profit, {side.adjusted.period.label}",
        "adjusted profit / reported profit − 1",
        side.gap,
        wording.percent(side.gap),
        (side.adjusted, side.reported),
    )


def _chart(side: _Adjusted) -> Chart:
    """Draw the way from reported to adjusted profit."""
    rows = (side.reported, *(item for item in side.items if item.value), side.adjusted)
    steps = [(_label(fact), fact.value, fact) for fact in rows]
    title = "From reported to adjusted profit"
    return charts.waterfall(title, "money", steps, (0, len(steps) - 1))
