"""Figures that two reports of a company both print, and changes within a subtotal that add up to zero."""

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from services.analysis.facts_view import Lines, line_of
from services.analysis.finding import CannotCompute, Context
from services.domain.periods import Period
from services.domain.reports import Fact, TieOut

_SEVERAL = 2


class Pair(NamedTuple):
    """One amount as the earlier report printed it, and as this one does."""

    then: Fact
    now: Fact

    @property
    def change(self) -> Decimal:
        """This report's amount less the earlier one's."""
        return self.now.value - self.then.value

    @property
    def rounding(self) -> Decimal:
        """One unit of the coarser of the two prints."""
        return max(self.then.rounding_unit, self.now.rounding_unit)

    @property
    def differs(self) -> bool:
        """Whether the change is more than rounding."""
        return abs(self.change) > self.rounding


class NetZero(NamedTuple):
    """A subtotal that is as before although lines in it changed: with the signs they have in it, to zero."""

    total: Fact
    lines: tuple[Pair, ...]
    rest: Decimal


def pairs_of(context: Context) -> list[Pair]:
    """Return the figures that both reports print; raises CannotCompute with the reason where there is none."""
    earlier = context.view.previous_report()
    if not earlier:
        raise CannotCompute("no earlier report of this company was uploaded")
    pairs = [
        Pair(then, fact)
        for fact in context.view.own()
        if fact.concept is not None
        and fact.currency == (then := earlier.get((fact.concept, fact.period), fact)).currency
        and then is not fact
    ]
    if not pairs:
        raise CannotCompute("the earlier report of this company shares no period with this one")
    return pairs


def net_zero(context: Context) -> list[NetZero]:
    """Return the unchanged subtotals in which two lines or more changed by amounts that cancel out.

    Only sums that foot in this report are looked at, and only lines that both reports print count: a line
    that one of them does not print is unknown there, not zero.
    """
    earlier, lines = context.view.previous_report(), context.view.previous_lines()
    found = (_cancelled(context, tie_out, earlier, lines) for tie_out in context.view.sums())
    return [one for one in found if one is not None]


def _cancelled(
    context: Context, tie_out: TieOut, earlier: dict[tuple[str, Period], Fact], lines: Lines
) -> NetZero | None:
    total = context.view.by_id(tie_out.total) if tie_out.total else None
    if total is None:
        return None
    before = _before(total, earlier, lines)
    if before is None or before.currency != total.currency or Pair(before, total).differs:
        return None
    moved = list(_moved(context, tie_out, earlier, lines))
    rest = sum((weight * _as_printed(pair) for pair, weight in moved), Decimal(0))
    cancels = abs(rest) <= sum((pair.rounding for pair, _ in moved), Decimal(0))
    if len(moved) < _SEVERAL or not cancels:
        return None
    return NetZero(total, tuple(pair for pair, _ in moved), rest)


def _moved(
    context: Context, tie_out: TieOut, earlier: dict[tuple[str, Period], Fact], lines: Lines
) -> Iterator[tuple[Pair, int]]:
    for member, weight in zip(tie_out.members, tie_out.weights, strict=False):
        now = context.view.by_id(member)
        then = None if now is None else _before(now, earlier, lines)
        if now is not None and then is not None and then.currency == now.currency:
            pair = Pair(then, now)
            if abs(_as_printed(pair)) > pair.rounding:
                yield pair, weight


def _before(fact: Fact, earlier: dict[tuple[str, Period], Fact], lines: Lines) -> Fact | None:
    meant = earlier.get((fact.concept, fact.period)) if fact.concept else None
    return meant or lines.get(line_of(fact))


def _as_printed(pair: Pair) -> Decimal:
    """Return the change with the sign of print, in which a statement's sums are made."""
    now, then = pair.now, pair.then
    return now.printed_value * now.scale - then.printed_value * then.scale
