"""What one header cell of a worksheet says: its date, a length, and what kind of column it heads."""

import re
import unicodedata
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from functools import lru_cache

from services.domain.layout import CellKind, SheetCell
from services.domain.reports import ColumnKind, Scenario
from services.extraction.sheet_roles import (
    Moment,
    Reach,
    Side,
    kind_in,
    moment_in,
    reach_in,
    scenario_in,
    side_in,
)

_MONTHS = {
    name: number
    for number, names in enumerate(
        ("jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july",
         "aug august", "sep sept september", "oct october", "nov november", "dec december"),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_NUMERALS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "six": 6, "nine": 9, "twelve": 12, "thirteen": 13,
    "twenty-six": 26, "thirty-nine": 39, "fifty-two": 52, "fifty-three": 53,
}  # fmt: skip
_WEEKS_TO_MONTHS = {4: 1, 5: 1, 12: 3, 13: 3, 14: 3, 26: 6, 27: 6, 39: 9, 40: 9, 52: 12, 53: 12}
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))

_MONTH_DAY_YEAR = re.compile(rf"\b({_MONTH})\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?\s*,?\s+(\d{{4}})\b")
_DAY_MONTH_YEAR = re.compile(rf"\b(\d{{1,2}})[\s\-./]+({_MONTH})\.?[\s\-./,]+(\d{{4}}|\d{{2}})\b")
_ISO = re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b")
_SLASHES = re.compile(r"\b(\d{1,2})([/.])(\d{1,2})\2(\d{4}|\d{2})\b")
_RANGE = re.compile(r"\s(?:to|through|until|till|-)\s")
_MONTH_DAY = re.compile(rf"\b({_MONTH})\.?\s+(\d{{1,2}})\b(?!\s*,?\s*\d{{4}})(?!')")
_MONTH_YEAR = re.compile(
    rf"\b({_MONTH})\.?[\s\-/_,']*(?:fy)?((?:19|20)\d{{2}}|(?<=['\-\s_/])\d{{2}})(?=\b|[aefbp]\b)"
)
_NUMBERED_MONTH = re.compile(r"(?<![\d/.\-])(0?[1-9]|1[0-2])[/.\-]((?:19|20)\d{2})\b")
_YEAR_MONTH = re.compile(r"\b((?:19|20)\d{2})[-/.](0[1-9]|1[0-2])\b(?![-/.]\d)")
_BARE_MONTH = re.compile(rf"\b({_MONTH})\b\.?")
_QUARTER = re.compile(
    r"\bq\s?([1-4])\b|\b([1-4])\s?q(?=\d|\b)|\b(first|second|third|fourth) quarter\b"
)
_HALF = re.compile(r"\bh([12])\b|\b(first|second) half\b")
_YEAR = re.compile(r"(?:\b|(?<=fy)|(?<=q)|(?<=cy))((?:19|20)\d{2})(?=\b|[aefbp]\b)")
_SHORT_YEAR = re.compile(
    r"\b(?:fy|cy|fiscal|[1-4]q|q[1-4]|h[12])\s?'?(\d{2})(?=\b|[aefbp]\b)|'(\d{2})\b"
)
_MONTHS_ENDED = re.compile(
    rf"\b(\d{{1,2}}|{'|'.join(_NUMERALS)})[\s\-]+(months?|weeks?)(?:\s+(?:period\s+)?(?:ended|ending))?\b"
)
_PERIOD_WORDS = (
    (
        re.compile(r"\b(?:fiscal )?years?[\s\-]+(?:ended|ending)\b|\bannual\b|\bfull[\s\-]year\b"),
        12,
    ),
    (re.compile(r"\bquarters?[\s\-]+(?:ended|ending)\b|\bquarterly\b"), 3),
    (re.compile(r"\bhalf[\s\-]+years?[\s\-]+(?:ended|ending)\b"), 6),
    (re.compile(r"\bmonths?[\s\-]+(?:ended|ending)\b|\bmonthly\b"), 1),
)
_DAY_WORDS = re.compile(r"\b(?:ended|ending|as of|as at)\b")
_INSTANT = re.compile(r"\bas (?:at|of)\b")
_FORMAT_LITERAL = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
_FORMAT_PIECE = re.compile(r'"([^"]*)"|\\(.)|([0#?]+|[yY]+)|_.|\*.|\[[^\]]*\]')
_FIRST_YEAR, _LAST_YEAR = 1950, 2100
_LONGEST_HEADER, _MOST_MONTHS = 80, 24
_SAID = re.compile(
    r"\b(?:fy|cy)\s?'?\d{2,4}[aebfp]?\b|\b\d{1,2}[/.]\d{1,2}[/.]\d{2,4}\b|[\[(]member[\])]|"
    + "|".join(
        pattern.pattern
        for pattern in (
            _MONTHS_ENDED, *(pattern for pattern, _ in _PERIOD_WORDS), _MONTH_DAY_YEAR, _DAY_MONTH_YEAR,
            _ISO, _MONTH_YEAR, _YEAR_MONTH, _NUMBERED_MONTH, _MONTH_DAY, _BARE_MONTH, _QUARTER, _HALF,
            _YEAR, _SHORT_YEAR, _INSTANT,
        )
    )
    + r"|\b(?:actuals?|act|budget(?:ed)?|forecast|fcst|plan|prior year|py|ytd|fy|ended|ending|months?|years?"
    r"|usd|eur|gbp|in (?:thousands|millions)|000s?)\b|[$€£]",
    re.IGNORECASE,
)  # fmt: skip
_PUNCTUATION = " ,;:.-–—/|()[]'"
_WHOLE = re.compile(r"\A(?:total|all)\b|\b(?:group|consolidated|consol|combined)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class HeaderPart:
    """What a header cell, or several over one column, say; None where they say nothing.

    ``end`` is a full date; ``months`` a length; ``kind`` a percentage or a change; ``reach`` how far a
    column goes that is headed 'YTD' or 'Total'; ``moment`` and ``side`` belong to ledgers.
    """

    end: date | None = None
    year: int | None = None
    month: int | None = None
    day: int | None = None
    quarter: int | None = None
    half: int | None = None
    months: int | None = None
    scenario: Scenario | None = None
    kind: ColumnKind | None = None
    reach: Reach | None = None
    moment: Moment | None = None
    side: Side | None = None
    instant: bool = False

    @property
    def when(self) -> "HeaderPart":
        """What it says of the period and the scenario, without the kind of column."""
        return replace(self, kind=None, reach=None, moment=None, side=None)

    @property
    def frame(self) -> "HeaderPart":
        """What it says of the year and the scenario, for a column that reaches as far as 'YTD' says."""
        year = self.year or (self.end.year if self.end else None)
        return HeaderPart(year=year, scenario=self.scenario)

    @property
    def says_when(self) -> bool:
        """Whether there is a date, a year or a part of a year."""
        return (
            self.end is not None
            or self.year is not None
            or self.month is not None
            or self.quarter is not None
            or self.half is not None
        )

    @property
    def tells_apart(self) -> bool:
        """Whether columns can be told apart by it: by date, length, scenario, reach or side."""
        return self.says_when or any(
            (self.scenario, self.months, self.reach, self.moment, self.side)
        )

    @property
    def says_anything(self) -> bool:
        """Whether the cell belongs into a header at all."""
        return self != _NOTHING

    def over(self, other: "HeaderPart") -> "HeaderPart":
        """Return this part with what it does not say taken from ``other``."""
        if other == _NOTHING:
            return self
        return HeaderPart(
            **{name: getattr(self, name) or getattr(other, name) for name in _FIELD_NAMES}
        )


_NOTHING = HeaderPart()
_FIELD_NAMES = tuple(item.name for item in fields(HeaderPart))


def squashed(text: str) -> str:
    """Return text in lower case with plain spaces, dashes and quotes."""
    plain = unicodedata.normalize("NFKC", text).replace("_", " ").replace("’", "'")
    return " ".join(re.sub("[\u2010-\u2015\u2212]", "-", plain).lower().split())


def part_of_cell(cell: SheetCell) -> HeaderPart:
    """Return what a header cell says; a number is a year or nothing, with what its format adds: 0"E"."""
    if cell.kind is CellKind.TEXT:
        return part_of_text(cell.text) if len(cell.text) <= _LONGEST_HEADER else _NOTHING
    if cell.kind is CellKind.DATE:
        return _part_of_date(cell.text[:10], cell.number_format)
    if is_year(cell):
        return _part_of_year(cell.text, cell.number_format)
    return _NOTHING


def is_year(cell: SheetCell) -> bool:
    """Whether the cell is a whole number that can be a year."""
    number = cell.number
    return number is not None and _FIRST_YEAR <= number <= _LAST_YEAR and number % 1 == 0


@lru_cache(maxsize=4096)
def _part_of_date(iso: str, number_format: str | None) -> HeaderPart:
    day = date.fromisoformat(iso)
    added = _part_of_literals(iso[:4], number_format)
    shown = _FORMAT_LITERAL.sub("", (number_format or "").lower())
    if not shown or "d" in shown:
        return HeaderPart(end=day).over(added)
    if "m" in shown:
        return HeaderPart(year=day.year, month=day.month).over(added)
    return HeaderPart(year=day.year).over(added)


@lru_cache(maxsize=4096)
def _part_of_year(digits: str, number_format: str | None) -> HeaderPart:
    return HeaderPart(year=int(float(digits))).over(_part_of_literals(digits, number_format))


def _part_of_literals(year: str, number_format: str | None) -> HeaderPart:
    """What the words that a format adds to a year say: 2026 shown as 2026E or FY2026 Budget."""
    section = (number_format or "").split(";")[0]
    if '"' not in section and "\\" not in section:
        return _NOTHING
    shown = _FORMAT_PIECE.sub(
        lambda piece: year if piece[3] else piece[1] or piece[2] or "", section
    )
    return replace(part_of_text(shown), year=None, end=None, month=None)


@lru_cache(maxsize=8192)
def part_of_text(text: str) -> HeaderPart:
    """Return what a header or a title says in words."""
    plain = squashed(text)
    rest = HeaderPart(
        months=_length(plain),
        scenario=scenario_in(plain),
        kind=kind_in(plain),
        reach=reach_in(plain),
        moment=moment_in(plain),
        side=side_in(plain),
        instant=bool(_INSTANT.search(plain)),
    )
    return _when(plain).over(rest)


def _when(plain: str) -> HeaderPart:
    span = _RANGE.split(plain)
    ends = [end for half in span if (end := _full_date(half)) is not None]
    if len(ends) == 2 and len(span) == 2:
        return HeaderPart(end=ends[1], months=_whole_months(ends[0], ends[1]))
    if ends:
        return HeaderPart(end=ends[0])
    quarter, half = _first(_QUARTER, plain), _first(_HALF, plain)
    if quarter or half:
        return HeaderPart(quarter=quarter, half=half, year=_year(plain))
    day = _MONTH_DAY.search(plain)
    if day and _is_day(int(day[2]), plain):
        return HeaderPart(month=_MONTHS[day[1]], day=int(day[2]), year=_year(plain))
    return _month_or_year(plain)


def _whole_months(first: date, last: date) -> int | None:
    """Return the months from the first day of one to the last day of another, None for other stretches."""
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    whole = first.day == 1 and (last + timedelta(days=1)).day == 1
    return months if whole and 0 < months <= _MOST_MONTHS else None


def _is_day(number: int, plain: str) -> bool:
    """Whether 'June 30' means the thirtieth and not the year 2030: 'Jan 25' is the year."""
    return 28 <= number <= 31 or (1 <= number <= 31 and bool(_DAY_WORDS.search(plain)))


def _month_or_year(plain: str) -> HeaderPart:
    if match := _MONTH_YEAR.search(plain):
        return HeaderPart(month=_MONTHS[match[1]], year=_full_year(match[2]))
    if match := _YEAR_MONTH.search(plain):
        return HeaderPart(month=int(match[2]), year=int(match[1]))
    if match := _NUMBERED_MONTH.search(plain):
        return HeaderPart(month=int(match[1]), year=int(match[2]))
    match = _BARE_MONTH.search(plain)
    words = len(plain.split())
    month = _MONTHS[match[1]] if match and words <= 3 and not plain.startswith("may ") else None
    return HeaderPart(month=month, year=_year(plain))


def _full_date(plain: str) -> date | None:
    if match := _MONTH_DAY_YEAR.search(plain):
        return _date(int(match[3]), _MONTHS[match[1]], int(match[2]))
    if match := _DAY_MONTH_YEAR.search(plain):
        return _date(_full_year(match[3]), _MONTHS[match[2]], int(match[1]))
    if match := _ISO.search(plain):
        return _date(int(match[1]), int(match[2]), int(match[3]))
    if match := _SLASHES.search(plain):
        first, second, year = int(match[1]), int(match[3]), _full_year(match[4])
        day_first = first > 12 or match[2] == "."
        return _date(year, second, first) if day_first else _date(year, first, second)
    return None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _full_year(digits: str) -> int:
    year = int(digits)
    return year if year >= 100 else 2000 + year if year < 70 else 1900 + year


def _year(plain: str) -> int | None:
    if match := _YEAR.search(plain):
        return int(match[1])
    if match := _SHORT_YEAR.search(plain):
        return _full_year(match[1] or match[2])
    return None


def _first(pattern: re.Pattern[str], plain: str) -> int | None:
    match = pattern.search(plain)
    if match is None:
        return None
    found = next(group for group in match.groups() if group)
    return _ORDINALS.get(found) or int(found)


def _length(plain: str) -> int | None:
    if match := _MONTHS_ENDED.search(plain):
        count = _NUMERALS.get(match[1]) or (int(match[1]) if match[1].isdecimal() else 0)
        months = _WEEKS_TO_MONTHS.get(count) if match[2].startswith("week") else count
        return months if months and months <= _MOST_MONTHS else None
    return next((months for pattern, months in _PERIOD_WORDS if pattern.search(plain)), None)


def member_in(header: str) -> str | None:
    """Return what a heading names beside period, scenario and unit, None for nothing or for the whole."""
    words = " ".join(_SAID.sub(" ", header.replace("\u2019", "'")).split()).strip(_PUNCTUATION)
    named = any(letter.isalpha() for letter in words) and not says_whole(words)
    return words if named else None


def says_whole(text: str) -> bool:
    """Whether a heading or title says that its numbers are of the whole company."""
    return _WHOLE.search(text) is not None
