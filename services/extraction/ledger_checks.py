"""Checks of trial balances: both sides are equal, totals add up, opening plus movement is closing.

Facts of a trial balance are debits above and credits below zero, so that both sides add up to nothing.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from services.domain.concepts import StatementKind
from services.domain.periods import Period
from services.domain.reports import Fact, LineItem, Scenario, TieOut, TieOutStatus
from services.extraction.sheet_headers import squashed
from services.extraction.sheet_roles import Moment, Side, ledger_moments, ledger_side
from services.extraction.statement_view import (
    ROUNDING_UNITS,
    Check,
    StatementView,
    not_applicable,
    shown,
    tie_out_id,
    unit_of,
    verdict,
)

SIDES = Check("T31", "Debits equal credits")
TOTALS = Check("T32", "Total of a trial balance equals its accounts")
ROLL_FORWARD = Check("T33", "Opening balance plus movement equals closing balance")
MAX_MEMBERS = 200
"""A check over more accounts than this names none of them: its sentence says how many there are."""
_SHOWN_ACCOUNTS = 20
_TOTAL_ROW = re.compile(r"^\W*(?:(?:grand |sub[\s-]?)?totals?|sum)\b|^\W*$", re.IGNORECASE)


def check(printed: Sequence[StatementView]) -> list[TieOut]:
    """Return T31 to T33 of every trial balance, period by period."""
    results: list[TieOut] = []
    for view in printed:
        if view.statement.kind is StatementKind.TRIAL_BALANCE:
            ledger = _Ledger(view)
            results += [*ledger.sides(), *ledger.totals(), *ledger.roll_forward()]
    return results


class _Ledger:
    """One trial balance: its accounts, its total rows, and what each column shows."""

    def __init__(self, view: StatementView) -> None:
        self._view = view
        self._rows = [row for row in view.statement.rows if any(row.facts)]
        self._totals = {row.row for row in self._rows if _TOTAL_ROW.search(row.label)}
        self._accounts = [row for row in self._rows if row.row not in self._totals]
        headings = [squashed(column.header) for column in view.statement.columns]
        self._sides = [ledger_side(heading) for heading in headings]
        self._moments = ledger_moments(headings)

    def sides(self) -> list[TieOut]:
        """Return T31: of each period and scenario the debits against the credits."""
        groups: dict[tuple[Period, Scenario], list[int]] = {}
        for column in self._view.value_columns:
            told = self._view.statement.columns[column]
            groups.setdefault((told.period, told.scenario), []).append(column)
        results: list[TieOut] = []
        for (period, _), columns in groups.items():
            sided = [column for column in columns if self._sides[column] is not None]
            results += [self._balanced(period, sided)] if sided else []
            alone = [[column] for column in columns if self._sides[column] is None]
            results += [self._balanced(period, column) for column in alone]
        return results

    def _balanced(self, period: Period, columns: Sequence[int]) -> TieOut:
        facts = self._facts(self._accounts, columns)
        debits = sum((fact.value for fact in facts if self._is_debit(fact)), Decimal(0))
        credits = -sum((fact.value for fact in facts if not self._is_debit(fact)), Decimal(0))
        if not debits or not credits:
            heading = self._view.statement.columns[columns[0]].header
            reason = f"'{heading}' does not show debits and credits apart"
            return not_applicable(SIDES, self._view.statement, period, reason)
        return _judged(SIDES, facts, (credits, debits), f"{len(self._accounts):,} accounts")

    def _is_debit(self, fact: Fact) -> bool:
        side = self._sides[fact.column]
        return fact.value > 0 if side is None else side is Side.DEBIT

    def _facts(self, rows: Sequence[LineItem], columns: Sequence[int]) -> list[Fact]:
        cells = (self._view.cell(row, column) for row in rows for column in columns)
        return [fact for fact in cells if fact is not None]

    def totals(self) -> list[TieOut]:
        """Return T32: each total row against the accounts above it, or those since the total before."""
        return [
            tie_out for column in self._view.value_columns for tie_out in self._totals_of(column)
        ]

    def _totals_of(self, column: int) -> Iterator[TieOut]:
        whole: list[Fact] = []
        block: list[Fact] = []
        for row in self._rows:
            fact = self._view.cell(row, column)
            if row.row not in self._totals:
                whole += [] if fact is None else [fact]
                block += [] if fact is None else [fact]
                continue
            if fact is not None and whole:
                tried = [_summed(fact, parts) for parts in (whole, block) if parts]
                yield min(tried, key=lambda tie_out: abs(tie_out.difference or Decimal(0)))
            block = []

    def roll_forward(self) -> list[TieOut]:
        """Return T33: the accounts that do not come from opening to closing by their movement, or that all do."""
        opening, movement, closing = (self._columns_of(moment) for moment in Moment)
        if not (opening and movement and closing):
            return []
        broken: list[TieOut] = []
        compared: list[Fact] = []
        for row in self._accounts:
            parts, ends = self._facts([row], [*opening, *movement]), self._facts([row], closing)
            if not parts or not ends:
                continue
            tie_out = _judged(
                ROLL_FORWARD, [*parts, *ends], (_sum(parts), _sum(ends)), f"'{row.label}'", ends[0]
            )
            compared += ends
            broken += [tie_out] if tie_out.status is TieOutStatus.FAIL else []
        if not compared:
            return []
        if broken:
            return broken[:_SHOWN_ACCOUNTS]
        sides = _sum(compared), _sum(compared)
        return [_judged(ROLL_FORWARD, compared, sides, f"all {len(compared):,} accounts")]

    def _columns_of(self, moment: Moment) -> list[int]:
        return [c for c in self._view.value_columns if self._moments[c] is moment]


def _sum(facts: Iterable[Fact]) -> Decimal:
    return sum((fact.value for fact in facts), Decimal(0))


def _summed(total: Fact, parts: Sequence[Fact]) -> TieOut:
    what = f"'{total.label}' over {len(parts):,} accounts"
    return _judged(TOTALS, parts, (_sum(parts), total.value), what, total)


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
    unit = max(unit_of(fact) for fact in (like, *facts))
    status = verdict(actual - expected, unit)
    holds = status is not TieOutStatus.FAIL
    outcome = (
        f"holds{'' if status is TieOutStatus.PASS else ' within rounding'} ({shown(actual, like)})"
        if holds
        else f"is {shown(actual, like)} against {shown(expected, like)}; "
        f"{shown(actual - expected, like)} is unexplained"
    )
    # Where both sides differ, no account is to blame more than another: none is named.
    named = holds or total is not None
    members = tuple(f.fact_id for f in facts if f is not total) if named else ()
    return TieOut(
        tie_out_id=tie_out_id(check, like.statement_id, like.fact_id, len(facts), what),
        report_id=like.report_id,
        check=check.check_id,
        name=check.name,
        status=status,
        period=like.period,
        total=None if total is None else total.fact_id,
        members=members if len(members) <= MAX_MEMBERS else (),
        expected=expected,
        actual=actual,
        difference=actual - expected,
        tolerance=ROUNDING_UNITS * unit,
        sentence=f"{check.name}: {what} for {like.period.label} {outcome}.",
    )
