"""Checks of trial balances: both sides are equal, totals add up, opening plus movement is closing.

Facts of a trial balance are debits above and credits below zero, so that both sides add up to nothing.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from services.domain.concepts import StatementKind
from services.domain.periods import Period
from services.domain.reports import ColumnKind, Fact, Scenario, Statement, TieOut, TieOutStatus
from services.extraction.sheet_headers import squashed
from services.extraction.sheet_roles import Moment, Side, ledger_moments, ledger_side
from services.extraction.statement_view import (
    ROUNDING_UNITS,
    Check,
    not_applicable,
    shown,
    tie_out_id,
)

SIDES = Check("T31", "Debits equal credits")
TOTALS = Check("T32", "Total of a trial balance equals its accounts")
ROLL_FORWARD = Check("T33", "Opening balance plus movement equals closing balance")
MAX_MEMBERS = 200
"""A check over more accounts than this names none of them: its sentence says how many there are."""
_SHOWN_ACCOUNTS = 20
_CENT, _NOTHING = Decimal("0.01"), Decimal(0)
_ROUNDED = TieOutStatus.PASS_ROUNDING
_TOTAL_ROW = re.compile(r"^\W*(?:(?:grand |sub[\s-]?)?totals?|sum)\b|^\W*$", re.IGNORECASE)


def check(statements: Iterable[Statement], facts: Iterable[Fact]) -> list[TieOut]:
    """Return T31 to T33 of every trial balance, period by period."""
    ledgers = {
        statement.statement_id: _Ledger(statement)
        for statement in statements
        if statement.kind is StatementKind.TRIAL_BALANCE
    }
    if not ledgers:
        return []
    for fact in facts:
        ledger = ledgers.get(fact.statement_id)
        if ledger is not None and fact.column in ledger.columns:
            ledger.columns[fact.column].append(fact)
    return [tie_out for ledger in ledgers.values() for tie_out in ledger.checked()]


class _Ledger:
    """One trial balance: the facts of its ``columns`` of amounts in printed order, and its total rows."""

    def __init__(self, statement: Statement) -> None:
        self._statement = statement
        self._totals = {row.row for row in statement.rows if _TOTAL_ROW.search(row.label)}
        headings = [squashed(column.header) for column in statement.columns]
        self._sides = [ledger_side(heading) for heading in headings]
        self._moments = ledger_moments(headings)
        self.columns: dict[int, list[Fact]] = {
            place: []
            for place, column in enumerate(statement.columns)
            if column.kind is ColumnKind.VALUE
        }

    def checked(self) -> list[TieOut]:
        """Return the verdicts on the facts gathered."""
        totals = [
            tie_out for place in self.columns for tie_out in self._totals_of(place) if self._totals
        ]
        return [*self._balances(), *totals, *self._roll_forward()]

    def _accounts(self, place: int) -> list[Fact]:
        if not self._totals:
            return self.columns[place]
        return [fact for fact in self.columns[place] if fact.row not in self._totals]

    def _balances(self) -> list[TieOut]:
        """Return T31: of each period and scenario the debits against the credits."""
        groups: dict[tuple[Period, Scenario], list[int]] = {}
        for place in self.columns:
            told = self._statement.columns[place]
            groups.setdefault((told.period, told.scenario), []).append(place)
        results: list[TieOut] = []
        for (period, _), places in groups.items():
            sided = [place for place in places if self._sides[place] is not None]
            results += [self._balanced(period, sided)] if sided else []
            results += [
                self._balanced(period, [place]) for place in places if self._sides[place] is None
            ]
        return results

    def _balanced(self, period: Period, places: Sequence[int]) -> TieOut:
        debits, credits = _NOTHING, _NOTHING
        facts: list[Fact] = []
        for place in places:
            accounts = self._accounts(place)
            values = [fact.value for fact in accounts]
            whole = sum(values, _NOTHING)
            above = sum([value for value in values if value > _NOTHING], _NOTHING)
            side = self._sides[place]
            owed = whole if side is Side.DEBIT else _NOTHING if side is Side.CREDIT else above
            debits, credits = debits + owed, credits + owed - whole
            facts += accounts
        if not debits or not credits:
            heading = self._statement.columns[places[0]].header
            reason = f"'{heading}' does not show debits and credits apart"
            return not_applicable(SIDES, self._statement, period, reason)
        rows = facts if len(places) == 1 else {fact.row for fact in facts}
        what = f"the debits of {_counted(len(rows))}"
        return _judged(SIDES, facts, (credits, debits), what)

    def _totals_of(self, place: int) -> Iterator[TieOut]:
        """Yield T32: each total row against the accounts above it, or those since the total before."""
        whole: list[Fact] = []
        block: list[Fact] = []
        for fact in self.columns[place]:
            if fact.row not in self._totals:
                whole.append(fact)
                block.append(fact)
                continue
            if whole:
                tried = [_summed(fact, parts) for parts in (whole, block) if parts]
                yield min(tried, key=lambda tie_out: abs(tie_out.difference or _NOTHING))
            block.clear()

    def _roll_forward(self) -> list[TieOut]:
        """Return T33: the accounts that do not come from opening to closing by their movement, or that all do."""
        opening, movement, closing = (self._by_row(moment) for moment in Moment)
        if not (opening and movement and closing):
            return []
        judged = [
            _judged(ROLL_FORWARD, parts, (_sum(parts), _sum(ends)), f"'{ends[0].label}'", ends[0])
            for row, ends in closing.items()
            if (parts := [*opening.get(row, ()), *movement.get(row, ())])
        ]
        broken = [tie_out for tie_out in judged if tie_out.status is TieOutStatus.FAIL]
        if broken or not judged:
            return _at_most(broken, len(judged))
        return [_all_hold(judged)]

    def _by_row(self, moment: Moment) -> dict[int, list[Fact]]:
        rows: dict[int, list[Fact]] = {}
        for place in self.columns:
            if self._moments[place] is moment:
                for fact in self._accounts(place):
                    rows.setdefault(fact.row, []).append(fact)
        return rows


def _sum(facts: Iterable[Fact]) -> Decimal:
    return sum([fact.value for fact in facts], _NOTHING)


def _counted(accounts: int) -> str:
    return f"{accounts:,} account" + ("" if accounts == 1 else "s")


def _summed(total: Fact, parts: Sequence[Fact]) -> TieOut:
    label = f"'{total.label}'" if total.label else "the total without a label"
    what = f"{label} over {_counted(len(parts))}"
    return _judged(TOTALS, parts, (_sum(parts), total.value), what, total)


def _at_most(broken: Sequence[TieOut], judged: int) -> list[TieOut]:
    """Return the first failures; the last one shown says how many there are in all."""
    if len(broken) <= _SHOWN_ACCOUNTS:
        return list(broken)
    *shown_first, last = broken[:_SHOWN_ACCOUNTS]
    more = f" In all {len(broken):,} of {judged:,} accounts do not."
    return [*shown_first, last.model_copy(update={"sentence": last.sentence + more})]


def _all_hold(judged: Sequence[TieOut]) -> TieOut:
    """Return one verdict for accounts that all hold; it names none of them."""
    first = judged[0]
    rounded = sum(tie_out.status is TieOutStatus.PASS_ROUNDING for tie_out in judged)
    note = f", {rounded:,} of them within rounding" if rounded else ""
    when = "" if first.period is None else f" for {first.period.label}"
    return first.model_copy(
        update={
            "tie_out_id": tie_out_id(ROLL_FORWARD, first.tie_out_id, "all"),
            "status": TieOutStatus.PASS_ROUNDING if rounded else TieOutStatus.PASS,
            "total": None,
            "members": (),
            "expected": None,
            "actual": None,
            "difference": None,
            "tolerance": None,
            "sentence": f"{ROLL_FORWARD.name}: holds{when} for all of {_counted(len(judged))}{note}.",
        }
    )


def _judged(
    check: Check,
    facts: Sequence[Fact],
    sides: tuple[Decimal, Decimal],
    what: str,
    total: Fact | None = None,
) -> TieOut:
    """Return the verdict on (expected, actual) amounts of these facts."""
    expected, actual = sides
    like = total or facts[0]
    scales, decimals = {like.scale}, {like.decimals}
    scales.update([fact.scale for fact in facts])
    decimals.update([fact.decimals for fact in facts])
    unit = _coarsest(max(scales), min(decimals))
    status = _verdict(actual - expected, unit)
    holds = status is not TieOutStatus.FAIL
    outcome = f"holds within rounding for {what}" if status is _ROUNDED else f"holds for {what}"
    if not holds:
        outcome = (
            f"{what}: {shown(actual, like)} stands where {shown(expected, like)} is expected; "
            f"{shown(actual - expected, like)} is unexplained"
        )
    # Where both sides differ, no account is to blame more than another: none is named.
    named, few = holds or total is not None, len(facts) <= MAX_MEMBERS
    members = [fact.fact_id for fact in facts if fact is not total] if named and few else []
    return TieOut(
        tie_out_id=tie_out_id(check, like.statement_id, like.fact_id, len(facts), what),
        report_id=like.report_id,
        check=check.check_id,
        name=check.name,
        status=status,
        period=like.period,
        total=None if total is None else total.fact_id,
        members=tuple(members),
        expected=expected,
        actual=actual,
        difference=actual - expected,
        tolerance=ROUNDING_UNITS * unit,
        sentence=f"{check.name} ({like.period.label}): {outcome}.",
    )


def _coarsest(scale: int, decimals: int) -> Decimal:
    """Return the rounding unit of booked amounts: whole ones without a scale are exact to the cent."""
    unit = scale * Decimal(1).scaleb(-decimals)
    return min(unit, _CENT) if scale == 1 else unit


def _verdict(difference: Decimal, unit: Decimal) -> TieOutStatus:
    """Judge booked amounts: they agree to less than half a unit, or within rounding, or not."""
    gap = abs(difference)
    if gap * 2 < unit:
        return TieOutStatus.PASS
    return _ROUNDED if gap <= ROUNDING_UNITS * unit else TieOutStatus.FAIL
