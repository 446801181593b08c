"""What the residual of a sum suggests: the single edit of one number that would make it add up."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from services.domain.reports import Fact


class Cause(NamedTuple):
    """A misreading or misprint in words; where it is one number's, what it would be in the page's unit."""

    words: str
    fact: Fact | None = None
    needed: Decimal | None = None

    @property
    def shown(self) -> str:
        """The number that would add up, with the decimals of the printed one; '' without one."""
        if self.fact is None or self.needed is None:
            return ""
        return f"{self.needed:,.{self.fact.decimals}f}"


UNKNOWN = Cause("a misread number, or a row printed for this period only")


def likely_cause(
    gap: Decimal, total: Fact, members: Sequence[Fact], weights: Sequence[int]
) -> Cause:
    """Return the likeliest misreading or misprint behind ``gap`` = total − weighted sum, in words.

    ``gap`` is in base units, signs as printed.
    """
    edits = [(total, -gap)]
    edits += [(fact, weight * gap) for fact, weight in zip(members, weights, strict=True)]
    for judge in (_one_digit, _swapped, _sign, _left_out):
        for fact, change in edits:
            if (cause := judge(fact, change)) is not None:
                return cause
    return UNKNOWN


def _digits(fact: Fact, change: Decimal) -> tuple[str, str]:
    """Return the printed digits, and those the number would need for the sum to hold."""
    printed = fact.printed_value.scaleb(fact.decimals)
    needed = printed + (change / fact.scale).scaleb(fact.decimals)
    return str(abs(int(printed))), str(abs(int(needed)))


def _differing(fact: Fact, change: Decimal) -> list[int]:
    printed, needed = _digits(fact, change)
    if len(printed) != len(needed):
        return []
    return [place for place, digit in enumerate(printed) if digit != needed[place]]


def _instead(what: str, fact: Fact, change: Decimal) -> Cause:
    cause = Cause(what, fact, fact.printed_value + change / fact.scale)
    return cause._replace(
        words=f"{what}: {fact.printed_value:,.{fact.decimals}f} where {cause.shown} would add up"
    )


def _one_digit(fact: Fact, change: Decimal) -> Cause | None:
    if len(_differing(fact, change)) != 1:
        return None
    return _instead(f"one digit of '{_name(fact)}'", fact, change)


def _swapped(fact: Fact, change: Decimal) -> Cause | None:
    places = _differing(fact, change)
    printed, needed = _digits(fact, change)
    if len(places) != 2 or places[1] - places[0] != 1 or sorted(printed) != sorted(needed):
        return None
    return _instead(f"two digits of '{_name(fact)}' transposed", fact, change)


def _sign(fact: Fact, change: Decimal) -> Cause | None:
    flips = fact.printed_value and change == -2 * fact.printed_value * fact.scale
    return Cause(f"the sign of '{_name(fact)}'") if flips else None


def _left_out(fact: Fact, change: Decimal) -> Cause | None:
    drops = fact.printed_value and change == -fact.printed_value * fact.scale
    return Cause(f"'{_name(fact)}' not being part of the sum") if drops else None


def _name(fact: Fact) -> str:
    return fact.label.strip(" $")
