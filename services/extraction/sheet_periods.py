"""From what the headers say to periods: what the cell leaves open comes from its neighbours and the title."""

import calendar
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from statistics import median

from services.domain.concepts import StatementKind
from services.domain.periods import Period
from services.extraction.sheet_headers import HeaderPart

EXPLICIT, FROM_TITLE, FROM_SPACING, ASSUMED = 0.99, 0.95, 0.9, 0.7
_SPACINGS = ((25, 35, 1), (80, 100, 3), (350, 380, 12))


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


def context_of(kind: StatementKind, title: HeaderPart, parts: Sequence[HeaderPart]) -> Context:
    """Return the context that a table's title and columns give each other."""
    stated = _stated_year_end(title)
    ends = sorted({part.end for part in parts if part.end is not None})
    gaps = [(later - earlier).days for earlier, later in pairwise(ends)]
    middle = median(gaps) if gaps else 0
    spacing = next((months for low, high, months in _SPACINGS if low <= middle <= high), None)
    firsts = spacing in {1, 3} and all(end.day == 1 for end in ends)
    return Context(kind, title, stated or (12, 31), stated is not None, spacing, firsts)


def _stated_year_end(title: HeaderPart) -> tuple[int, int] | None:
    if title.months not in {12, None}:
        return None
    if title.end is not None:
        return title.end.month, title.end.day
    if title.month is not None and title.day is not None:
        return title.month, title.day
    return None


def periods_of(parts: Sequence[HeaderPart], context: Context) -> list[tuple[Period | None, float]]:
    """Return period and certainty of each column, None where the headers do not tell.

    A total or year-to-date column spans the other columns of its basis.
    """
    periods = [_period(part, context) for part in parts]
    for index, part in enumerate(parts):
        if part.total and not part.says_when:
            periods[index] = _span(part, parts, periods) or periods[index]
    return periods


def _span(
    part: HeaderPart,
    parts: Sequence[HeaderPart],
    periods: Sequence[tuple[Period | None, float]],
) -> tuple[Period | None, float] | None:
    spanned = [
        period
        for other, (period, _) in zip(parts, periods, strict=True)
        if other.basis == part.basis
        and other.kind is None
        and not other.total
        and period is not None
    ]
    starts = [period.start for period in spanned if period.start is not None]
    if len(starts) < 2 or len(starts) != len(spanned):
        return None
    return Period(start=min(starts), end=max(period.end for period in spanned)), FROM_SPACING


def _period(part: HeaderPart, context: Context) -> tuple[Period | None, float]:
    if part.prior:
        this_year = replace(part, prior=False, basis=part.basis or "consolidated")
        period, certainty = _period(this_year, context)
        return (None, 1.0) if period is None else (_year_before(period), certainty)
    if part.end is not None:
        return _to(part.end, part, context)
    if part.year is not None and not (part.month or part.quarter or part.half):
        return _of_year(part.year, part, context)
    if part.says_when:
        return _of_part_year(part, context)
    if part.kind is None and (part.basis is not None or part.total):
        return _of_title(part, context)
    return None, 1.0


def _of_title(part: HeaderPart, context: Context) -> tuple[Period | None, float]:
    title = context.title
    if not title.says_when:
        return None, 1.0
    period, certainty = _period(replace(title, kind=None, total=False, basis=part.basis), context)
    return period, min(certainty, FROM_TITLE)


def _to(end: date, part: HeaderPart, context: Context) -> tuple[Period | None, float]:
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


def _of_month(part: HeaderPart, context: Context) -> tuple[Period | None, float]:
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


def _of_part_year(part: HeaderPart, context: Context) -> tuple[Period | None, float]:
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


def _of_year(year: int, part: HeaderPart, context: Context) -> tuple[Period | None, float]:
    end = _year_end(year, context)
    certainty = FROM_TITLE if context.year_end_is_stated else FROM_SPACING
    if context.kind is StatementKind.BALANCE or part.instant:
        return Period(end=end), certainty
    return duration(end, part.months or context.title.months or 12), certainty


def _title_year(context: Context) -> int | None:
    return context.title.year or (context.title.end.year if context.title.end else None)


def _year_end(year: int, context: Context) -> date:
    month, day = context.year_end
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
