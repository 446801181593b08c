"""What a narrative may speak of: the numbers, periods, words and quotations of one insight."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from services.domain.periods import Period

Kind = Literal["money", "percent", "bp", "pp", "times", "days", "plain"]

NUMBER = re.compile(
    r"(?P<currency>\b[A-Z]{3}\s)?(?P<sign>[+−])?(?P<open>\((?=[\d,.]+\)))?"
    r"(?P<digits>\d[\d,]*(?:\.\d+)?)(?P<close>(?(open)\)))"
    r"(?P<unit>\s?(?:%|×)|\s(?:bn|m|bp|pp|days)\b)?"
)
_KINDS: dict[str, Kind] = {
    "%": "percent", "×": "times", "bp": "bp", "pp": "pp", "days": "days", "bn": "money",
    "m": "money",
}  # fmt: skip
_SCALES = {"bn": Decimal(10) ** 9, "m": Decimal(10) ** 6}


@dataclass(frozen=True, slots=True)
class Printed:
    """A number as it stands in a text: its kind, signed value, and one unit of its last digit.

    Money is in base units, percentages and points in percent, basis points in basis points.
    """

    start: int
    end: int
    kind: Kind
    currency: str
    value: Decimal
    unit: Decimal
    signed: bool


@dataclass(frozen=True, slots=True)
class Ground:
    """A number of the insight: its id (``fact:…`` or ``calc:…``), how it is shown, and what it is of.

    ``amount`` is the value as the display counts it; ``terms`` are the names of what it measures, any of
    which says it; ``changes`` tells a difference from a level, and ``bases`` names what it is one of.
    """

    key: str
    display: str
    amount: Decimal
    period: Period | None
    terms: frozenset[str]
    changes: bool = False
    bases: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Bound:
    """A number in a text, and what it is."""

    printed: Printed
    ground: Ground


@dataclass(frozen=True, slots=True)
class Given:
    """All that a narrative about one insight may use.

    ``names`` are those of the company, in lower case; ``quotes`` the document's own sentences. ``twins``
    are numbers that share name and period with another one, such as a budget beside the actual figure or
    a restated figure beside the first: no sentence here tells them apart, so that none may say them.
    """

    grounds: tuple[Ground, ...]
    periods: tuple[Period, ...]
    names: frozenset[str] = frozenset()
    quotes: tuple[str, ...] = ()
    twins: tuple[Ground, ...] = ()

    def of(self, key: str) -> Ground | None:
        """Return the number of an id, None when the insight has none such."""
        return next((ground for ground in self.grounds if ground.key == key), None)


def blanked(pattern: re.Pattern[str], text: str) -> str:
    """Return a text with every match blanked out, so that all else keeps its place."""
    return pattern.sub(lambda match: " " * len(match[0]), text)


def numbers_in(text: str) -> list[Printed]:
    """Return the numbers of a text in order."""
    return [_printed(match) for match in NUMBER.finditer(text)]


def _printed(match: re.Match[str]) -> Printed:
    unit = (match["unit"] or "").strip()
    decimals = len(match["digits"].partition(".")[2])
    scale = _SCALES.get(unit, Decimal(1))
    size = Decimal(match["digits"].replace(",", "")) * scale
    negative = match["sign"] == "−" or match["open"] is not None
    kind: Kind = "money" if match["currency"] else _KINDS.get(unit, "plain")
    return Printed(
        start=match.start(),
        end=match.end(),
        kind=kind,
        currency=(match["currency"] or "").strip(),
        value=-size if negative else size,
        unit=scale * Decimal(1).scaleb(-decimals),
        signed=match["sign"] is not None or negative,
    )


def binding(printed: Printed, grounds: Sequence[Ground]) -> list[Ground]:
    """Return the numbers that a printed one can be: same kind, same sign, equal at the printed precision."""
    return [ground for ground in grounds if _is(printed, ground)]


def _is(printed: Printed, ground: Ground) -> bool:
    shown = numbers_in(ground.display)
    if not shown or (shown[0].kind, shown[0].currency) != (printed.kind, printed.currency):
        return False
    if printed.unit > shown[0].unit:
        return False
    if abs(printed.value - ground.amount) <= printed.unit / 2:
        return True
    bare = ground.changes and not printed.signed
    return bare and abs(printed.value - abs(ground.amount)) <= printed.unit / 2
