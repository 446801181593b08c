"""From what the headers say to periods: what the cell leaves open comes from its neighbours and the title."""

import calendar
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from statistics import median

from services.domain.concepts import StatementKind
from services.domain.periods import Period
from services.domain.reports import Scenario
from services.extraction.sheet_headers import HeaderPart
from services.extraction.sheet_roles import Reach

EXPLICIT, FROM_TITLE, FROM_SPACING, ASSUMED = 0.99, 0.95, 0.9, 0.7
_SPACINGS = ((25, 35, 1), (80, 100, 3), (350, 380, 12))
_MONTHS_OF_A_YEAR = 12
_SPANNED = 2  # columns at least, for a span
_DAYS_OF_A_YEAR, _PART_OF_A_YEAR = 366, 300
_CALENDAR_YEAR_END = (12, 31)
_AS_TITLED = {Reach.TOTAL, Reach.FULL_YEAR}

Dated = tuple[Period | None, float]
"""A column's period, None when nothing tells it, and how certain it is."""


@dataclass(frozen=True, slots=True)
class Context:
    """What holds for all columns of a table; ``year_end`` is the fiscal year's last (month, day).

    ``spacing`` is the usual distance of the columns' dates in months; ``ends_are_starts`` says that
    months or quarters are named by their first day.
    """

    kind: StatementKind
    title: HeaderPart
    year_end: tuple[int, int]
    year_end_is_stated: bool
    spacing: int | None
    ends_are_starts: bool

    @property
    def fiscal_year_end(self) -> tuple[int, int]:
        """The last (month, day) of the fiscal year that 'YTD' counts in: stated as a year's end, or December."""
        return self.year_end if self.title.months == _MONTHS_OF_A_YEAR else _CALENDAR_YEAR_END


def context_of(kind: StatementKind, title: HeaderPart, parts: Sequence[HeaderPart]) -> Context:
    """Return the context that a table's title and columns give each other."""
    stated = _stated_year_end(title)
    ends = sorted({part.end for part in parts if part.end is not None})
    gaps = [(later - earlier).days for earlier, later in pairwise(ends)]
    middle = median(gaps) if gaps else 0
    spacing = next((months for low, high, months in _SPACINGS if low <= middle <= high), None)
    firsts = spacing in {1, 3} and all(end.day == 1 for end in ends)
    return Context(kind, title, stated or _CALENDAR_YEAR_END, stated is not None, spacing, firsts)


def _stated_year_end(title: HeaderPart) -> tuple[int, int] | None:
    if title.months not in {12, None} or title.reach not in {None, Reach.FULL_YEAR}:
        return None
    if title.end is not None:
        return title.end.month, title.end.day
    if title.month is not None and title.day is not None:
        return title.month, title.day
    return None


def periods_of(parts: Sequence[HeaderPart], context: Context) -> list[Dated]:
    """Return period and certainty of each column, None where the headers do not tell.

    A total spans the other columns of its scenario, a year to date goes to the last actual one. A
    prior year that is headed by the date of this year is of a year before.
    """
    dated = [_period(part, context) for part in parts]
    for index, part in enumerate(parts):
        if part.reach is not None:
            told = dated[index] if part.reach in _AS_TITLED else (None, 1.0)
            dated[index] = reached(part, _Beside(parts, dated), context) or told
    taken = {
        period
        for part, (period, _) in zip(parts, dated, strict=True)
        if part.scenario is not Scenario.PRIOR_YEAR
    }
    return [
        (_year_before(period), certainty)
        if period is not None and part.scenario is Scenario.PRIOR_YEAR and period in taken
        else (period, certainty)
        for part, (period, certainty) in zip(parts, dated, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class _Beside:
    """The columns of a table with the periods that their own headers give."""

    parts: Sequence[HeaderPart]
    dated: Sequence[Dated]

    def durations(self, scenario: Scenario | None) -> list[Period]:
        """The stretches of time of the dated columns of amounts of one scenario."""
        return [
            period
            for part, (period, _) in zip(self.parts, self.dated, strict=True)
            if part.kind is None
            and part.reach is None
            and (part.scenario or Scenario.ACTUAL) is (scenario or Scenario.ACTUAL)
            and period is not None
            and period.start is not None
        ]

    def last_actual(self) -> date | None:
        """The end of the last actual month or quarter; a whole year says nothing of how far this one is."""
        parts = (period for period in self.durations(None) if period.days < _PART_OF_A_YEAR)
        return max((period.end for period in parts), default=None)


def reached(part: HeaderPart, beside: _Beside, context: Context) -> Dated | None:
    """Return the period of a column headed 'YTD', 'Full year' or 'Total', None when nothing tells its end."""
    spanned = beside.durations(part.scenario)
    if part.reach is Reach.TOTAL:
        if part.says_when or len(spanned) < _SPANNED:
            return None
        whole = Period(start=min(map(_start, spanned)), end=max(period.end for period in spanned))
        return whole, FROM_SPACING
    end = _last_day(part, beside, context)
    if end is None:
        return None
    if context.kind is StatementKind.BALANCE:
        last = _fiscal_year(end, context).end if part.reach is Reach.FULL_YEAR else end
        return Period(end=last), FROM_TITLE
    first = min(map(_start, spanned)) if len(spanned) >= _SPANNED else None
    return _reaching(part.reach, end, first, context), FROM_SPACING


def _last_day(part: HeaderPart, beside: _Beside, context: Context) -> date | None:
    """Return the day up to which a column reaches: its own, the title's, or that of the last actual one."""
    own = _own_end(part, context)
    if own is not None:
        return own
    told = _own_end(context.title, context) or beside.last_actual()
    if told is None or part.year is None:
        return told
    return _month_end(told, 12 * (part.year - told.year))


def _reaching(reach: Reach | None, end: date, first: date | None, context: Context) -> Period:
    """Return the period that reaches to ``end``; ``first`` is the first day of the columns beside it."""
    year = _fiscal_year(end, context)
    if first is not None and 0 <= (end - first).days < _DAYS_OF_A_YEAR:
        year = Period(start=first, end=_month_end(first - timedelta(days=1), 12))
    if reach is Reach.FULL_YEAR:
        return year
    if reach is Reach.YEAR_TO_DATE and year.start is not None:
        return Period(start=year.start, end=end)
    if reach is Reach.QUARTER_TO_DATE and year.start is not None:
        months = (end.year - year.start.year) * 12 + end.month - year.start.month
        return duration(end, months % 3 + 1)
    return duration(end, 12 if reach is Reach.TWELVE_MONTHS else 1)


def _start(period: Period) -> date:
    return period.start or period.end


def _own_end(part: HeaderPart, context: Context) -> date | None:
    """Return the day a header names by itself; a bare year names none but for a full year."""
    if part.end is not None:
        return part.end
    if part.month or part.quarter or part.half:
        period, _ = _period(replace(part, reach=None, months=None), context)
        return None if period is None else period.end
    if part.year is not None and part.reach is Reach.FULL_YEAR:
        return _last_of_year(part.year, context.fiscal_year_end)
    return None


def _fiscal_year(day: date, context: Context) -> Period:
    """Return the fiscal year that a day lies in."""
    end = _last_of_year(day.year, context.fiscal_year_end)
    return duration(end if day <= end else _last_of_year(day.year + 1, context.fiscal_year_end), 12)


def _period(part: HeaderPart, context: Context) -> Dated:
    if part.end is not None:
        return _to(part.end, part, context)
    if part.year is not None and not (part.month or part.quarter or part.half):
        return _of_year(part.year, part, context)
    if part.says_when:
        return _of_part_year(part, context)
    if part.kind is None and part.tells_apart:
        return _of_title(part, context)
    return None, 1.0


def _of_title(part: HeaderPart, context: Context) -> Dated:
    """Return the title's period for a column that tells only what it is, such as 'Actual'."""
    title = context.title
    if not title.says_when:
        return None, 1.0
    reach = None if part.reach is not None else title.reach
    if reach is not None:
        found = reached(replace(title, reach=reach), _Beside((), ()), context)
        return found or (None, 1.0)
    length = part.months or title.months
    period, certainty = _period(replace(title, kind=None, reach=None, months=length), context)
    return period, min(certainty, FROM_TITLE)


def _to(end: date, part: HeaderPart, context: Context) -> Dated:
    if context.kind is StatementKind.BALANCE or part.instant:
        return Period(end=end), EXPLICIT
    if part.months is not None:
        return duration(end, part.months), EXPLICIT
    if context.title.months is not None:
        return duration(end, context.title.months), FROM_TITLE
    if context.spacing is not None:
        last = _month_end(end, context.spacing) - timedelta(days=1)
        return duration(last if context.ends_are_starts else end, context.spacing), FROM_SPACING
    if context.kind is StatementKind.OTHER:
        return Period(end=end), ASSUMED
    return duration(end, 12), ASSUMED


def _of_month(part: HeaderPart, context: Context) -> Dated:
    year = part.year or _title_year(context)
    if year is None or part.month is None:
        return None, 1.0
    last = calendar.monthrange(year, part.month)[1]
    end = date(year, part.month, min(part.day or last, last))
    certainty = EXPLICIT if part.year else FROM_TITLE
    if context.kind is StatementKind.BALANCE or part.instant:
        return Period(end=end), certainty
    whole = part.day is None
    return duration(end, part.months or (1 if whole else context.title.months or 12)), certainty


def _of_part_year(part: HeaderPart, context: Context) -> Dated:
    year = part.year or _title_year(context)
    if part.month is not None:
        return _of_month(part, context)
    if year is None:
        return None, 1.0
    months = 3 if part.quarter else 6
    elapsed = 3 * part.quarter if part.quarter else 6 * (part.half or 1)
    end = _month_end(_year_end(year, context), elapsed - 12)
    certainty = FROM_TITLE if context.year_end_is_stated else FROM_SPACING
    if context.kind is StatementKind.BALANCE:
        return Period(end=end), certainty
    return duration(end, part.months or months), certainty


def _of_year(year: int, part: HeaderPart, context: Context) -> Dated:
    end = _year_end(year, context)
    certainty = FROM_TITLE if context.year_end_is_stated else FROM_SPACING
    if context.kind is StatementKind.BALANCE or part.instant:
        return Period(end=end), certainty
    return duration(end, part.months or context.title.months or 12), certainty


def _title_year(context: Context) -> int | None:
    return context.title.year or (context.title.end.year if context.title.end else None)


def _year_end(year: int, context: Context) -> date:
    return _last_of_year(year, context.year_end)


def _last_of_year(year: int, year_end: tuple[int, int]) -> date:
    month, day = year_end
    last = calendar.monthrange(year, month)[1]
    return date(year, month, last if day >= 28 else day)


def _month_end(day: date, months: int) -> date:
    """Return the day moved by months; the last of a month stays the last."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    last = calendar.monthrange(year, month + 1)[1]
    is_last = day.day == calendar.monthrange(day.year, day.month)[1]
    return date(year, month + 1, last if is_last else min(day.day, last))


def duration(end: date, months: int) -> Period:
    """Return the period of so many months that ends on ``end``."""
    return Period(start=_month_end(end, -months) + timedelta(days=1), end=end)


def _year_before(period: Period) -> Period:
    start = None if period.start is None else _month_end(period.start, -12)
    return Period(start=start, end=_month_end(period.end, -12))
