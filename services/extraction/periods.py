"""Header texts to periods: durations, dates, fiscal years; 52/53-week years and quarters included."""

import re
from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date, timedelta

from services.domain.concepts import StatementKind
from services.domain.periods import Period

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("january", "jan"), ("february", "feb"), ("march", "mar"), ("april", "apr"), ("may",),
            ("june", "jun"), ("july", "jul"), ("august", "aug"), ("september", "sept", "sep"),
            ("october", "oct"), ("november", "nov"), ("december", "dec"),
        ),
        start=1,
    )
    for name in names
}  # fmt: skip
_MONTH = "(?P<month>" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\.?"
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_DATE = re.compile(rf"\b{_MONTH}\s*(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s*,?\s*{_YEAR}\b")
_DAY_FIRST = re.compile(rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+{_MONTH}\s*,?\s*{_YEAR}\b")
_SLASHED = re.compile(r"\b(?P<month>\d{1,2})/(?P<day>\d{1,2})/(?P<year>(?:19|20)?\d\d)\b")
_DAY = r"(?:" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\.? ?\d{1,2} ?, ?"
_DAYS_OVER_YEARS = re.compile(rf"\b((?:{_DAY}){{2,}})((?:(?:19|20)\d\d\b ?){{2,}})")
_MONTH_DAY = re.compile(rf"\b{_MONTH}\s*(?P<day>\d{{1,2}})\b(?!\d)")
_YEARS = re.compile(r"(?<![\d,.$/])((?:19|20)\d\d)(?![\d,]|\.\d)")
_FISCAL_SHORT = re.compile(r"\bfy\s?'?(\d\d)\b")
_QUARTER_YEAR = re.compile(r"\b(?:q([1-4])|([1-4])q)\s*(?:fy)?\s*'?((?:19|20)?\d\d)\b")
_NUMBER_WORDS = {
    "three": 3, "six": 6, "nine": 9, "twelve": 12, "eleven": 11, "four": 4, "five": 5, "seven": 7,
    "eight": 8, "ten": 10, "two": 2, "one": 1, "thirteen": 13, "twelve-week": 12, "twenty-six": 26,
    "twenty-four": 24, "twenty-five": 25, "thirty-nine": 39, "forty": 40, "fifty-two": 52,
    "fifty-three": 53, "fourteen": 14, "sixteen": 16, "twenty-seven": 27, "thirty-six": 36, "fifty": 50,
}  # fmt: skip
_COUNT = "(?P<count>" + "|".join(sorted(_NUMBER_WORDS, key=len, reverse=True)) + r"|\d{1,2})"
_MAY_MENTION = re.compile(
    r"\b(?:19|20)\d\d|month|week|quarter|year|fiscal|annual|\bfy|\bq[1-4]|[1-4]q\b|\d/\d"
    r"|(?:jan|feb|mar|apr|may|june?|july?|aug|sep|oct|nov|dec)[a-z]*\.?\s*\d",
    re.IGNORECASE,
)
_IN_MONTHS = re.compile(rf"\b{_COUNT}[\s-]+months?\b")
_IN_WEEKS = re.compile(rf"\b{_COUNT}[\s-]+weeks?\b")
_IN_YEARS = re.compile(
    r"\byears?\b|\bfiscal\s+(?:19|20)\d\d|\bannual|\bfull[\s-]year|\bfy\s?'?\d\d"
)
_IN_QUARTERS = re.compile(r"\bquarters?\b|\bq[1-4]\b|\b[1-4]q\b")
_FROM_TO = re.compile(r"\bfrom\b|\bthrough\b|\bto\b|-")
_QUARTER_WEEKS, _YEAR_DAYS = 13, 364


@dataclass(frozen=True, slots=True)
class Hint:
    """What a header text says about its period; any part may be missing."""

    months: int | None = None
    weeks: int | None = None
    month: int | None = None
    day: int | None = None
    year: int | None = None
    start: date | None = None

    @property
    def has_length(self) -> bool:
        """Whether a duration is said."""
        return self.months is not None or self.weeks is not None

    @property
    def is_empty(self) -> bool:
        """Whether the text says nothing about time."""
        return self.year is None and self.month is None and not self.has_length


@dataclass(frozen=True, slots=True)
class Calendar:
    """The registrant's calendar: the report's period end and the dates printed in the document."""

    period_end: date | None = None
    fiscal_year_end: tuple[int, int] | None = None
    annual: bool = True
    dates: frozenset[date] = field(default=frozenset())


def dates_in(text: str) -> list[date]:
    """Return the full dates printed in a text, in order; impossible ones are left out.

    A row of days over a row of as many years is read column by column, as the heads of a table stand.
    """
    plain = " ".join(text.lower().replace("\u00a0", " ").split())
    plain = _DAYS_OVER_YEARS.sub(_by_column, plain)
    found = [
        (match.start(), _date_of(match))
        for pattern in (_DATE, _DAY_FIRST, _SLASHED)
        for match in pattern.finditer(plain)
    ]
    return [day for _, day in sorted(found, key=lambda pair: pair[0]) if day is not None]


def _by_column(match: re.Match[str]) -> str:
    days, years = match[1].split(",")[:-1], match[2].split()
    if len(days) != len(years):
        return match[0]
    return "".join(f"{day},{year} " for day, year in zip(days, years, strict=True))


def _date_of(match: re.Match[str]) -> date | None:
    month = match["month"]
    year = int(match["year"])
    return _date(
        year + 2000 if year < 100 else year,
        MONTHS[month] if month in MONTHS else int(month),
        int(match["day"]),
    )


def _date(year: int, month: int, day: int) -> date | None:
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    return date(year, month, min(day, monthrange(year, month)[1]))


def years_in(text: str) -> list[int]:
    """Return the four-digit years that stand alone in a text, in order."""
    return [int(year) for year in _YEARS.findall(text)]


def mentions_period(text: str) -> bool:
    """Whether the text could be part of a column header: a year, a month and day, or a length."""
    return _MAY_MENTION.search(text) is not None and not read_hint(text).is_empty


def read_hint(text: str) -> Hint:
    """Read a column's header text, its lines joined from top to bottom."""
    plain = " ".join(text.lower().replace("\u00a0", " ").replace("\u2013", "-").split())
    months, weeks = _length(plain)
    month, day, year = _end(plain)
    days = dates_in(plain)
    if len(days) == 2 and _FROM_TO.search(plain) and days[0] < days[1]:
        return Hint(None, None, days[1].month, days[1].day, days[1].year, days[0])
    return Hint(months, weeks, month, day, year)


def _length(plain: str) -> tuple[int | None, int | None]:
    match = _IN_WEEKS.search(plain)
    if match is not None:
        return None, _count(match["count"])
    match = _IN_MONTHS.search(plain)
    if match is not None:
        return _count(match["count"]), None
    if _IN_QUARTERS.search(plain):
        return 3, None
    if _IN_YEARS.search(plain):
        return 12, None
    return None, None


def _count(text: str) -> int:
    return _NUMBER_WORDS.get(text) or int(text)


def _end(plain: str) -> tuple[int | None, int | None, int | None]:
    dates = dates_in(plain)
    if dates:
        return dates[0].month, dates[0].day, dates[0].year
    years = years_in(plain)
    short = _FISCAL_SHORT.search(plain) or _QUARTER_YEAR.search(plain)
    year = years[0] if years else None
    if year is None and short is not None:
        last = int(short.groups()[-1])
        year = last + 2000 if last < 100 else last
    match = _MONTH_DAY.search(plain)
    if match is not None:
        return MONTHS[match["month"]], int(match["day"]), year
    return None, None, year


def resolve(
    hints: list[Hint], kind: StatementKind, context: str, calendar: Calendar
) -> list[tuple[Period | None, float]]:
    """Return each column's period and the probability that it is right.

    ``context`` is the title text above the header; it fills in the length, the day or the year that
    the columns leave out. A column that says nothing gets no period.
    """
    title = read_hint(context)
    sentence = dates_in(context)
    newest = max((hint.year for hint in hints if hint.year is not None), default=None)
    resolved: list[tuple[Period | None, float]] = []
    for hint in hints:
        end, certainty = _end_date(hint, title, sentence, newest, calendar)
        if end is None or hint.is_empty:
            resolved.append((None, 0.0))
        elif kind is StatementKind.BALANCE:
            resolved.append((Period(end=end), certainty))
        else:
            period, sure = _duration(hint, title, end, calendar)
            resolved.append((period, certainty * sure))
    return resolved


def _end_date(
    hint: Hint, title: Hint, sentence: list[date], newest: int | None, calendar: Calendar
) -> tuple[date | None, float]:
    if hint.year is None and hint.month is not None:
        return _year_from_title(hint, title, calendar)
    if hint.year is None:
        return (
            (calendar.period_end, 0.6) if hint.has_length and calendar.period_end else (None, 0.0)
        )
    if hint.month is not None and hint.day is not None:
        return _date(hint.year, hint.month, hint.day), 0.995
    if title.month is not None and title.day is not None:
        return _end_in_sentence(hint.year, title, sentence, newest, calendar), 0.985
    return _fiscal_end(hint.year, newest, calendar)


def _end_in_sentence(
    year: int, title: Hint, sentence: list[date], newest: int | None, calendar: Calendar
) -> date | None:
    """Return the date of the title sentence that belongs to the column's year.

    A fiscal year may end early in the next calendar year: the newest column belongs to the latest date.
    """
    offset = max(day.year for day in sentence) - newest if sentence and newest is not None else 0
    offset = offset if offset in {0, 1} else 0
    exact = [day for day in sentence if day.year == year + offset]
    if exact:
        return exact[0]
    ends = sorted(sentence)
    month, day = (ends[-1].month, ends[-1].day) if ends else (title.month, title.day)
    if month is None or day is None:
        return None
    return _nearest(_date(year + offset, month, day), calendar)


def _year_from_title(hint: Hint, title: Hint, calendar: Calendar) -> tuple[date | None, float]:
    year = title.year or (calendar.period_end.year if calendar.period_end else None)
    if year is None or hint.month is None or hint.day is None:
        return None, 0.0
    return _date(year, hint.month, hint.day), 0.8


def _fiscal_end(year: int, newest: int | None, calendar: Calendar) -> tuple[date | None, float]:
    """Return the end of a fiscal year named by its number, from the report's own period end."""
    end = calendar.period_end
    if end is None or not calendar.annual:
        month, day = calendar.fiscal_year_end or (12, 31)
        return _nearest(_date(year, month, day), calendar), 0.7
    offset = end.year - newest if newest is not None and abs(end.year - newest) <= 1 else 0
    return _nearest(_date(year + offset, end.month, end.day), calendar), 0.95


def _nearest(guess: date | None, calendar: Calendar) -> date | None:
    """Return the printed date within a week of the guess, which a 52/53-week year moves about."""
    if guess is None or guess in calendar.dates:
        return guess
    near = [day for day in calendar.dates if abs((day - guess).days) <= 7]
    return min(near, key=lambda day: abs((day - guess).days), default=guess)


def _duration(hint: Hint, title: Hint, end: date, calendar: Calendar) -> tuple[Period, float]:
    if hint.start is not None and hint.start < end:
        return Period(start=hint.start, end=end), 0.98
    for source, certainty in ((hint, 1.0), (title, 0.99)):
        if source.weeks is not None:
            return Period(start=end - timedelta(days=7 * source.weeks - 1), end=end), certainty
        if source.months is not None:
            return Period(start=_months_before(source.months, end, calendar), end=end), certainty
    if calendar.annual:
        return Period(start=_months_before(12, end, calendar), end=end), 0.93
    return Period(start=_months_before(3, end, calendar), end=end), 0.6


def _months_before(months: int, end: date, calendar: Calendar) -> date:
    """Return the first day of the ``months`` up to ``end``; off month ends a quarter has 13 weeks."""
    month_end = monthrange(end.year, end.month)[1]
    if end.day == month_end:
        index = end.year * 12 + end.month - months
        return date(index // 12, index % 12 + 1, 1)
    days = round(months / 3) * _QUARTER_WEEKS * 7
    before = end - timedelta(days=days)
    if months == 12:
        printed = [day for day in calendar.dates if 357 <= (end - day).days <= 372]
        regular = _date(end.year - 1, end.month, end.day)
        before = min(printed, key=lambda day: abs((end - day).days - _YEAR_DAYS), default=before)
        before = regular if regular is not None and regular in printed else before
    return before + timedelta(days=1)
