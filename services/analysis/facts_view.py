"""Facts by meaning and period: a fact, or why there is none. A missing fact is never zero."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from services.domain.concepts import CONCEPTS, StatementKind
from services.domain.confidence import MEDIUM_FROM
from services.domain.ids import FactId, ReportId, TieOutId
from services.domain.periods import Period
from services.domain.reports import Fact, TieOut, TieOutStatus

YEAR_DAYS = (350, 380)
"""A comparable period ended this many days earlier (52 or 53 weeks included)."""
SAME_DATE_DAYS = 3
_PASSES = {TieOutStatus.PASS, TieOutStatus.PASS_ROUNDING}
_BLOCKS = {
    "short_term_investments": (
        "total_current_assets",
        re.compile(r"invest|securit|deposits?\b|treasur|certificates", re.IGNORECASE),
    ),
    "short_term_debt": (
        "total_current_liabilities",
        re.compile(
            r"debt|borrow|notes|commercial paper|loan|overdraft|maturit|current portion|financ",
            re.IGNORECASE,
        ),
    ),
}
"""What a footed block can prove absent: the block's total, and labels that speak against it."""


Line = tuple[StatementKind, str, Period]
Lines = Mapping[Line, Fact]
"""Facts by statement, label and period: what a row without a standard meaning is found again by."""


def line_of(fact: Fact) -> Line:
    """Return what a fact's row is found again by in another report."""
    return fact.statement, " ".join(re.findall(r"[a-z0-9]+", fact.label.lower())), fact.period


@dataclass(frozen=True, slots=True)
class Missing:
    """No usable fact, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class Absent:
    """The statement proves that there is no such row: its block foots without one."""

    reason: str
    tie_out: TieOutId


class FactsView:
    """The facts of one report, and those of the same company's other reports behind them."""

    def __init__(
        self, facts: Sequence[Fact], history: Sequence[Fact] = (), tie_outs: Sequence[TieOut] = ()
    ) -> None:
        self._by_id: dict[FactId, Fact] = {}
        self._own: dict[tuple[str, Period], Fact] = {}
        self._weak: dict[tuple[str, Period], Fact] = {}
        self._facts = tuple(facts)
        self._report_ids = {fact.report_id for fact in facts}
        self._readings = [f for f in facts if f.concept and f.is_reported and not f.derived_from]
        self._index(facts)
        self._earlier: dict[tuple[str, Period], Fact] = {}
        for fact in history:
            self._by_id.setdefault(fact.fact_id, fact)
            if _usable(fact) and fact.concept is not None and fact.is_reported:
                _keep_best(self._earlier, (fact.concept, fact.period), fact)
        self._history = tuple(history)
        self._later_index: dict[tuple[str, Period], Fact] | None = None
        self.tie_outs = tuple(tie_outs)
        self._sums = {
            tie_out.total: tie_out
            for tie_out in tie_outs
            if tie_out.check == "T06" and tie_out.status in _PASSES and tie_out.total is not None
        }

    def _index(self, facts: Iterable[Fact]) -> None:
        for fact in facts:
            self._by_id[fact.fact_id] = fact
            if fact.concept is None or not fact.is_reported:
                continue
            key = (fact.concept, fact.period)
            _keep_best(self._own if _usable(fact) else self._weak, key, fact)

    def by_id(self, fact_id: FactId) -> Fact | None:
        """Return a fact by its id."""
        return self._by_id.get(fact_id)

    def get(self, concept: str, period: Period | None) -> Fact | Missing:
        """Return the surest consolidated fact of at least 0.60, else why there is none."""
        name = CONCEPTS[concept].name
        if period is None:
            return Missing(f"no comparable earlier period for {name} was read")
        key = (concept, period)
        found = self._own.get(key) or self._earlier.get(key)
        if found is not None:
            return found
        weak = self._weak.get(key)
        if weak is not None:
            sureness = f"{weak.confidence.total:.2f}"
            return Missing(f"{name} for {period.label} is read with confidence {sureness} only")
        return Missing(f"no {name} for {period.label} was read")

    def at(self, concept: str, period: Period | None) -> Fact | Missing:
        """Return the balance at the end of a period."""
        if period is None:
            return self.get(concept, None)
        ends = sorted(
            (candidate for candidate in self._instants(concept)),
            key=lambda instant: abs((instant.end - period.end).days),
        )
        for instant in ends[:1]:
            if abs((instant.end - period.end).days) <= SAME_DATE_DAYS:
                return self.get(concept, instant)
        return self.get(concept, Period(end=period.end))

    def absent(self, concept: str, period: Period) -> Fact | Missing | Absent:
        """Return the balance, or the proof that there is no such row, or why it is open."""
        found = self.at(concept, period)
        if isinstance(found, Fact) or concept not in _BLOCKS:
            return found
        total_concept, against = _BLOCKS[concept]
        total = self.at(total_concept, period)
        summed = self._sums.get(total.fact_id) if isinstance(total, Fact) else None
        if summed is None:
            return found
        labels = [self._by_id[member].label for member in summed.members if member in self._by_id]
        if any(against.search(label) for label in labels):
            return found
        name = CONCEPTS[concept].name.lower()
        reason = f"no {name}: {CONCEPTS[total_concept].name.lower()} foots without such a row"
        return Absent(reason, summed.tie_out_id)

    def sum_of(self, fact: Fact) -> TieOut | None:
        """Return the passing subtotal relation whose total is this fact."""
        return self._sums.get(fact.fact_id)

    def sums(self) -> list[TieOut]:
        """Return the passing subtotal relations, in document order."""
        return list(self._sums.values())

    def _instants(self, concept: str) -> list[Period]:
        keys = {*self._own, *self._earlier, *self._weak}
        return sorted(
            (period for name, period in keys if name == concept and period.is_instant),
            key=lambda period: period.end,
        )

    def series(self, concept: str, like: Period) -> list[Fact]:
        """Return the facts of one concept, oldest first, at yearly steps up to ``like``."""
        found: list[Fact] = []
        period: Period | None = like
        while period is not None:
            fact = self.get(concept, period)
            if isinstance(fact, Missing):
                break
            found.append(fact)
            period = self.year_before(concept, period)
        return found[::-1]

    def year_before(self, concept: str, period: Period) -> Period | None:
        """Return the same span one year earlier, as read for this concept."""
        keys = {*self._own, *self._earlier, *self._weak}
        candidates = [
            candidate
            for name, candidate in keys
            if name == concept
            and candidate.span == period.span
            and YEAR_DAYS[0] <= (period.end - candidate.end).days <= YEAR_DAYS[1]
        ]
        return min(candidates, key=_order, default=None)

    def quarters(self, concept: str, like: Period) -> list[Fact]:
        """Return the facts of one concept and currency, oldest first, of consecutive quarters up to ``like``."""
        found: list[Fact] = []
        period: Period | None = like
        while period is not None:
            fact = self.get(concept, period)
            if isinstance(fact, Missing) or (found and fact.currency != found[0].currency):
                break
            found.append(fact)
            period = self._quarter_before(concept, period)
        return found[::-1]

    def _quarter_before(self, concept: str, period: Period) -> Period | None:
        """Return the quarter whose last day is the one before this period's first, give or take a few."""
        keys = {*self._own, *self._earlier}
        apart = {
            other: abs((period.start - other.end).days - 1)
            for name, other in keys
            if name == concept and other.span == "Q" and period.start is not None
        }
        near = [other for other, days in apart.items() if days <= SAME_DATE_DAYS]
        return min(near, key=lambda other: (apart[other], _order(other)), default=None)

    def own(self) -> list[Fact]:
        """Return this report's usable printed facts with a meaning, by concept and then period."""
        found = [fact for fact in self._own.values() if not fact.derived_from]
        return sorted(found, key=lambda fact: (fact.concept or "", _order(fact.period)))

    def readings(self) -> list[Fact]:
        """Return every printed reading of this report that has a meaning, sure or not, in document order."""
        return self._readings

    def previous_report(self) -> dict[tuple[str, Period], Fact]:
        """Return the printed facts of the company's latest report before this one, by meaning."""
        index: dict[tuple[str, Period], Fact] = {}
        for fact in self._previous():
            if fact.concept is not None:
                _keep_best(index, (fact.concept, fact.period), fact)
        return index

    def previous_lines(self) -> Lines:
        """Return the printed lines of that report by statement, label and period, those of their name alone."""
        index: dict[Line, list[Fact]] = {}
        for fact in self._previous():
            index.setdefault(line_of(fact), []).append(fact)
        return {line: facts[0] for line, facts in index.items() if len(facts) == 1}

    def _previous(self) -> Iterator[Fact]:
        newest = self._report_ends()
        own = max((fact.period.end for fact in self._own.values()), default=None)
        before = [(end, report) for report, end in newest.items() if own is not None and end < own]
        chosen = max(before)[1] if before else None
        for fact in self._history:
            printed = fact.report_id == chosen and not fact.derived_from and fact.is_reported
            if printed and _usable(fact):
                yield fact

    def stretches(self, concept: str) -> list[Period]:
        """Return the periods of this report's facts of one concept, latest first."""
        periods = {period for name, period in self._own if name == concept}
        return sorted(periods, key=lambda period: (-period.end.toordinal(), _span_rank(period)))

    def plans(self) -> list[Fact]:
        """Return the printed figures of budgets and forecasts, this report's before other files' of the company."""
        return [fact for fact in self.everything() if fact.is_planned and not fact.derived_from]

    def by_concept(self) -> dict[str, list[Fact]]:
        """Return the surest fact of every period by concept, this report's and then those of the others."""
        found: dict[str, list[Fact]] = {}
        for index in (self._own, self._earlier):
            for (concept, _), fact in index.items():
                found.setdefault(concept, []).append(fact)
        return found

    def owns(self, fact: Fact) -> bool:
        """Whether a fact is one of this report's."""
        return fact.report_id in self._report_ids

    def everything(self) -> list[Fact]:
        """Return the usable facts of the company's reports, this report's first, whatever they show."""
        return [fact for fact in (*self._facts, *self._history) if _usable(fact)]

    def restated_by(self, fact: Fact) -> Fact | None:
        """Return what a later report of the company prints for this figure, None where it agrees or is silent."""
        if fact.concept is None or fact.derived_from:
            return None
        later = self._later().get((fact.concept, fact.period))
        if later is None or later.currency != fact.currency:
            return None
        unit = max(fact.rounding_unit, later.rounding_unit)
        return later if abs(later.value - fact.value) > unit else None

    def _later(self) -> dict[tuple[str, Period], Fact]:
        """Index the printed facts of reports that end after this one, the newest report's first."""
        if self._later_index is None:
            ends = self._report_ends()
            own = max((fact.period.end for fact in self._own.values()), default=date.max)
            self._later_index = {}
            for fact in self._history:
                key = (fact.concept or "", fact.period)
                if ends.get(fact.report_id, own) <= own or not fact.concept or fact.derived_from:
                    continue
                kept = self._later_index.get(key)
                newer = kept is None or ends[kept.report_id] < ends[fact.report_id]
                if _usable(fact) and fact.is_reported and newer:
                    self._later_index[key] = fact
        return self._later_index

    def _report_ends(self) -> dict[ReportId, date]:
        """Return the last day of the reported figures of each report in the history."""
        newest: dict[ReportId, date] = {}
        for fact in self._history:
            if fact.is_reported and fact.concept is not None:
                end = newest.get(fact.report_id, fact.period.end)
                newest[fact.report_id] = max(end, fact.period.end)
        return newest

    def durations(self, statement: StatementKind) -> list[Period]:
        """Return the stretches of time of a primary statement, latest and longest-known first.

        At the same end a year comes before a quarter, a quarter before year-to-date.
        """
        periods = {
            fact.period
            for fact in self._own.values()
            if fact.statement is statement and not fact.period.is_instant
        }
        return sorted(periods, key=lambda period: (-period.end.toordinal(), _span_rank(period)))

    def balance_dates(self) -> list[Period]:
        """Return the balance-sheet dates of this report, latest first."""
        anchors = ("total_assets", "total_liabilities_and_equity", "total_current_assets")
        dates = {period for name, period in self._own if name in anchors and period.is_instant}
        return sorted(dates, key=lambda period: period.end, reverse=True)


def _usable(fact: Fact) -> bool:
    return fact.confidence.total >= MEDIUM_FROM


def _keep_best(index: dict[tuple[str, Period], Fact], key: tuple[str, Period], fact: Fact) -> None:
    kept = index.get(key)
    if kept is None or _rank(fact) > _rank(kept):
        index[key] = fact


def _rank(fact: Fact) -> tuple[bool, float]:
    return (not fact.derived_from, fact.confidence.total)


def _span_rank(period: Period) -> int:
    return ("FY", "Q", "H1", "9M", "M", "?", "I").index(period.span)


def _order(period: Period) -> tuple[date, date]:
    return (period.end, period.start or period.end)
