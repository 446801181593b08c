"""What one header cell of a worksheet says: dates, lengths, budget or actual, changes, totals."""

import re
import unicodedata
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import lru_cache

from services.domain.layout import CellKind, SheetCell
from services.domain.reports import Basis, ColumnKind

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
_SLASHES = re.compile(r"\b(\d{1,2})[/.](\d{1,2})[/.](\d{4}|\d{2})\b")
_MONTH_DAY = re.compile(rf"\b({_MONTH})\.?\s+(\d{{1,2}})\b(?!\s*,?\s*\d{{4}})(?!')")
_MONTH_YEAR = re.compile(
    rf"\b({_MONTH})\.?[\s\-/_,']*(?:fy)?((?:19|20)\d{{2}}|(?<=['\-\s_/])\d{{2}})\b"
)
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
_BASES: tuple[tuple[re.Pattern[str], Basis], ...] = (
    (
        re.compile(r"\b(?:budget(?:ed)?|bud|plan(?:ned)?|target|aop)\b|\b(?:19|20)\d{2}b\b"),
        "budget",
    ),
    (
        re.compile(
            r"\b(?:forecast(?:ed)?|fcst|estimated?|est|outlook|project(?:ed|ion)|proj|pro forma)\b"
            r"|(?:19|20)\d{2}[efp]\b|\b(?:fy|[1-4]q|q[1-4])\s?'?\d{2}[efp]\b"
        ),
        "pro-forma",
    ),
    (re.compile(r"\b(?:actuals?|act)\b|(?:19|20)\d{2}a\b"), "consolidated"),
)
_PRIOR = re.compile(r"\b(?:prior|previous|last)[\s\-]+year\b|\bpy\b|\bly\b")
_DELTA = re.compile(
    r"\b(?:variance|var|change|chg|diff|difference|increase|decrease|inc|dec\)|delta|vs|yoy|growth"
    r"|favou?rable|over|under)\b|\u0394|\bb/\(?w"
)
_PERCENT = re.compile(r"%|\bpercent(?:age)?\b|\bpct\b|\bmargin\b|\bgrowth\b")
_TOTAL = re.compile(
    r"\A(?:grand )?total\b|\btotal\Z|\bytd\b|\byear[\s\-]to[\s\-]date\b|\Afull[\s\-]year\b|\Afy\Z|\Ayear\Z"
)
_FIRST_YEAR, _LAST_YEAR = 1950, 2100


@dataclass(frozen=True, slots=True)
class HeaderPart:
    """What a header cell, or several over one column, say; None where they say nothing.

    ``end`` is a full date; ``months`` a length; ``kind`` a percentage or a change.
    """

    end: date | None = None
    year: int | None = None
    month: int | None = None
    day: int | None = None
    quarter: int | None = None
    half: int | None = None
    months: int | None = None
    basis: Basis | None = None
    kind: ColumnKind | None = None
    instant: bool = False
    prior: bool = False
    total: bool = False

    @property
    def when(self) -> "HeaderPart":
        """What it says of the period and the basis, without the kind of column."""
        return replace(self, kind=None, prior=False, total=False)

    @property
    def says_when(self) -> bool:
        """Whether there is a date, a year or a part of a year."""
        return any(
            value is not None
            for value in (self.end, self.year, self.month, self.quarter, self.half)
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
    """Return what a header cell says; a number is a year or nothing."""
    if cell.kind is CellKind.DATE:
        return _part_of_date(cell)
    if cell.kind is CellKind.NUMBER and cell.number is not None:
        is_year = _FIRST_YEAR <= cell.number <= _LAST_YEAR and cell.number % 1 == 0
        return HeaderPart(year=int(cell.number)) if is_year else _NOTHING
    if cell.kind is CellKind.TEXT and len(cell.text) <= 80:
        return part_of_text(cell.text)
    return _NOTHING


def _part_of_date(cell: SheetCell) -> HeaderPart:
    day = date.fromisoformat(cell.text[:10])
    shown = re.sub(r'"[^"]*"|\[[^\]]*\]', "", (cell.number_format or "").lower())
    if not shown or "d" in shown:
        return HeaderPart(end=day)
    if "m" in shown:
        return HeaderPart(year=day.year, month=day.month)
    return HeaderPart(year=day.year)


@lru_cache(maxsize=8192)
def part_of_text(text: str) -> HeaderPart:
    """Return what a header or a title says in words."""
    plain = squashed(text)
    when = _when(plain)
    kind = None
    if _DELTA.search(plain):
        kind = ColumnKind.PERCENT if _PERCENT.search(plain) else ColumnKind.DELTA
    elif _PERCENT.search(plain):
        kind = ColumnKind.PERCENT
    rest = HeaderPart(
        months=_length(plain),
        basis=next((basis for pattern, basis in _BASES if pattern.search(plain)), None),
        kind=kind,
        instant=bool(_INSTANT.search(plain)),
        prior=bool(_PRIOR.search(plain)),
        total=bool(_TOTAL.search(plain)),
    )
    return when.over(rest)


def _when(plain: str) -> HeaderPart:
    end = _full_date(plain)
    if end is not None:
        return HeaderPart(end=end)
    quarter, half = _first(_QUARTER, plain), _first(_HALF, plain)
    if quarter or half:
        return HeaderPart(quarter=quarter, half=half, year=_year(plain))
    day = _MONTH_DAY.search(plain)
    if day and _is_day(int(day[2]), plain):
        return HeaderPart(month=_MONTHS[day[1]], day=int(day[2]), year=_year(plain))
    return _month_or_year(plain)


def _is_day(number: int, plain: str) -> bool:
    """Whether 'June 30' means the thirtieth and not the year 2030: 'Jan 25' is the year."""
    return 28 <= number <= 31 or (1 <= number <= 31 and bool(_DAY_WORDS.search(plain)))


def _month_or_year(plain: str) -> HeaderPart:
    if match := _MONTH_YEAR.search(plain):
        return HeaderPart(month=_MONTHS[match[1]], year=_full_year(match[2]))
    if match := _YEAR_MONTH.search(plain):
        return HeaderPart(month=int(match[2]), year=int(match[1]))
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
        first, second, year = int(match[1]), int(match[2]), _full_year(match[3])
        return _date(year, first, second) if first <= 12 else _date(year, second, first)
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
        return months if months and months <= 24 else None
    return next((months for pattern, months in _PERIOD_WORDS if pattern.search(plain)), None)
