"""The years and quarters of a company as its reports show them, and which of them a question means."""

from collections import Counter
from datetime import date, timedelta

from services.analysis.facts_view import SAME_DATE_DAYS, FactsView
from services.ask.formula import When
from services.ask.refusals import Reason, Refused
from services.domain.periods import Period

_WEEK = timedelta(days=7)
"""A year of whole weeks may end some days into the next calendar year."""
_EARLY_MONTHS = 2
"""Years that end in January or February are called after either calendar year."""
_QUARTER_DAYS, _QUARTERS, _SLACK_DAYS = 91.3, 4, 12
_DECEMBER = 12


class Calendar:
    """The periods of a view's facts, this report's before those of others."""

    def __init__(self, view: FactsView) -> None:
        periods = Counter(fact.period for facts in view.by_concept().values() for fact in facts)
        self._instants = sorted({period.end for period in periods if period.is_instant})
        durations = [period for period, _ in periods.most_common() if not period.is_instant]
        self._durations = _distinct(durations)
        self._own_ends = {fact.period.end for fact in view.own()}

    def year_ends(self) -> list[date]:
        """Return the ends of fiscal years, oldest first: of years that are read, and those before the year to date."""
        ends = {one.end for one in self._durations if one.span == "FY"}
        started = [
            one.start - timedelta(days=1)
            for one in self._durations
            if one.span in {"H1", "9M"} and one.start is not None
        ]
        return sorted(ends | {day for day in started if not _near(day, ends)})

    def find(self, when: When | None) -> Period:
        """Return the period that is meant, the newest year where none is named; raises Refused."""
        if when is None:
            return self._newest()
        if when.day is not None:
            return self._dated(when, when.day)
        return self._quarter(when) if when.quarter else self._year(when.year)

    def back(self, period: Period, years: int) -> Period:
        """Return the same period some years earlier; raises Refused when nothing of it is read."""
        if years == 0:
            return period
        target = _years_before(period.end, years)
        same = [
            one for one in self._durations if one.span == period.span and _apart(one.end, target)
        ]
        if same:
            return same[0]
        dates = [day for day in self._instants if _apart(day, target)]
        if dates:
            return Period(end=min(dates, key=lambda day: abs((day - target).days)))
        raise Refused(
            Reason.NO_SUCH_PERIOD,
            f"The question needs the year before {period.label}, too, which no loaded report shows. "
            "Load the report before this one.",
        )

    def _newest(self) -> Period:
        newest = max((one.end for one in self._durations), default=None)
        ending = [one for one in self._durations if one.end == newest]
        years = [one for one in ending if one.span == "FY"]
        if years:
            return years[0]
        if len(ending) == 1:
            return ending[0]
        raise Refused(
            Reason.WHICH_PERIOD,
            "The question names no period and the newest report covers more than one. "
            f"Say which: {self._told()}.",
        )

    def _year(self, year: int) -> Period:
        named = {end: _label(end) for end in self.year_ends()}
        found = [end for end, label in named.items() if label == year]
        other = [
            end for end, label in named.items() if label - 1 == year and end.month <= _EARLY_MONTHS
        ]
        newest = max(named, default=None)
        if other and (not found or newest in other):
            raise Refused(
                Reason.WHICH_PERIOD,
                f"FY{year} can be the year that ended in early {year} or in early {year + 1}. "
                f"Write the date, such as: year ended {_written(other[0])}.",
            )
        if not found:
            raise Refused(
                Reason.NO_SUCH_PERIOD,
                f"No loaded report shows figures of FY{year}. There are {self._told()}.",
            )
        stretches = [one for one in self._durations if one.span == "FY" and one.end in found]
        return stretches[0] if stretches else Period(end=found[-1])

    def _quarter(self, when: When) -> Period:
        ends = self.year_ends()
        quarters = [one for one in self._durations if one.span == "Q"]
        named = {one: self._named(one, ends) for one in quarters}
        anchor = ends[-1] if ends else None
        if anchor is not None and not _ends_in_december(anchor) and not when.fiscal:
            raise Refused(
                Reason.WHICH_PERIOD,
                f"The company's years end in {anchor:%B}: say fiscal, or when the quarter ended.",
            )
        found = [one for one, name in named.items() if name == (when.year, when.quarter)]
        if not found:
            raise Refused(
                Reason.NO_SUCH_PERIOD,
                f"No loaded report shows {when.words}. There are {self._told()}.",
            )
        return found[0]

    def _named(self, quarter: Period, ends: list[date]) -> tuple[int, int]:
        """Return the year and number of a quarter; calendar quarters where no year's end is known."""
        anchor = ends[-1] if ends else date(quarter.end.year, _DECEMBER, 31)
        behind = (
            round(((quarter.end - anchor).days % 365.25) / _QUARTER_DAYS) % _QUARTERS or _QUARTERS
        )
        end = quarter.end + timedelta(days=(_QUARTERS - behind) * _QUARTER_DAYS)
        return _label(end), behind

    def _dated(self, when: When, day: date) -> Period:
        ending = [one for one in self._durations if abs((one.end - day).days) <= SAME_DATE_DAYS]
        wanted = [one for one in ending if one.span == (when.span or "FY")]
        if wanted:
            return wanted[0]
        if not when.span and any(abs((end - day).days) <= SAME_DATE_DAYS for end in self._instants):
            return ending[0] if len(ending) == 1 else Period(end=day)
        raise Refused(
            Reason.NO_SUCH_PERIOD,
            f"No loaded report shows figures of {when.words}. There are {self._told()}.",
        )

    def _told(self) -> str:
        shown = sorted(self._durations, key=lambda one: (one.end, one.days), reverse=True)[:6]
        labels = [one.label for one in shown] or [_written(day) for day in self._instants[::-1][:6]]
        return "; ".join(labels) or "none"


def _distinct(periods: list[Period]) -> list[Period]:
    """Return periods without those that begin and end within some days of one before them."""
    kept: list[Period] = []
    for period in periods:
        near = (
            one for one in kept
            if one.span == period.span and abs((one.end - period.end).days) <= SAME_DATE_DAYS
        )  # fmt: skip
        if next(near, None) is None:
            kept.append(period)
    return kept


def _label(end: date) -> int:
    return (end - _WEEK).year


def _near(day: date, days: set[date]) -> bool:
    return any(abs((day - other).days) <= SAME_DATE_DAYS for other in days)


def _apart(day: date, target: date) -> bool:
    return abs((day - target).days) <= _SLACK_DAYS


def _years_before(day: date, years: int) -> date:
    return day - timedelta(days=round(365.25 * years))


def _ends_in_december(end: date) -> bool:
    return (end - _WEEK).month == _DECEMBER


def _written(day: date) -> str:
    return Period(end=day).label
