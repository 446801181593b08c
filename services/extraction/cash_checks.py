"""Identities of the cash-flow statement, and where it meets the other two statements."""

import re
from collections.abc import Sequence
from decimal import Decimal
from itertools import combinations

from services.domain.concepts import StatementKind
from services.domain.ids import FactId
from services.domain.reports import Fact, TieOut, TieOutStatus
from services.extraction.statement_view import (
    PASSES,
    Check,
    StatementView,
    Term,
    judged,
    not_applicable,
)

ACTIVITIES = Check("T11", "Cash flows by activity add up to the change in cash")
ROLL_FORWARD = Check("T12", "Opening cash plus the change equals closing cash")
CHAINED = Check("T12", "Opening cash equals the closing cash of the period before")
CASH = Check("T13", "Closing cash agrees with the balance sheet")
NET_INCOME = Check("T14", "Net income agrees between cash flow and income statement")

MAX_EXTRA_ROWS = 4
_EXCHANGE = re.compile(r"exchange|currenc(y|ies)|translation", re.IGNORECASE)
_OTHER_MOVEMENT = re.compile(
    r"discontinued|held.for.sale|disposal|reclassif|restricted|divest|deconsolidat", re.IGNORECASE
)
_CASH_ROW = r"\bcash\b.*"
_OPENING = re.compile(_CASH_ROW + r"\bbeginning|\bbeginning\b.*\bcash\b|\bopening\b", re.IGNORECASE)
_CLOSING = re.compile(
    _CASH_ROW + r"\b(end|ending|closing)\b|\b(end|ending|closing)\b.*\bcash\b", re.IGNORECASE
)
_ON_SHEET = re.compile(r"\bcash\b|restricted|segregated|held.for.sale", re.IGNORECASE)
_INCOME_ROW = re.compile(
    r"^\W*(consolidated )?(net (income|earnings|loss|profit|\(loss\))"
    r"|(income|earnings|loss|profit) (from continuing|including|before allocation)"
    r"|(profit|loss) for the)",
    re.IGNORECASE,
)
_FIRST_ROWS = 4


def check(consolidated: Sequence[StatementView]) -> list[TieOut]:
    """Return T11 to T14 for every column of the consolidated cash-flow statements."""
    results: list[TieOut] = []
    for view in consolidated:
        if view.statement.kind is not StatementKind.CASH_FLOW:
            continue
        columns = view.reported_columns
        for column in columns:
            results += [
                _activities(view, column),
                _rolled_forward(view, column),
                _on_balance_sheet(view, column, consolidated),
                _net_income(view, column, consolidated),
            ]
        reconciled = _reconciled(results)
        results += [_excused(view, result, reconciled) for result in _chained(view, columns)]
    return results


def _activities(view: StatementView, column: int) -> TieOut:
    period = view.period(column)
    names = ("cash_from_operations", "cash_from_investing", "cash_from_financing")
    flows = [fact for name in names if (fact := view.concept(name, column)) is not None]
    change = view.concept("net_change_in_cash", column)
    if len(flows) < len(names) or change is None:
        missing = "the change in cash" if change is None else "one of the three activities"
        return not_applicable(ACTIVITIES, view.statement, period, f"{missing} was not read")
    terms = [Term(1, flow) for flow in flows]
    taken = {flow.row for flow in flows}
    extras = [
        fact
        for fact in view.between(flows[0], change)
        if fact.row not in taken
        and (_EXCHANGE.search(fact.label) or _OTHER_MOVEMENT.search(fact.label))
    ]
    return _with_extras(view, ACTIVITIES, change, terms, _last(extras))


def _last(extras: Sequence[Fact]) -> list[Fact]:
    """Keep the rows nearest the change in cash; earlier ones are lines inside an activity."""
    return list(extras[-MAX_EXTRA_ROWS:])


def _with_extras(
    view: StatementView, check: Check, total: Fact, terms: Sequence[Term], extras: Sequence[Fact]
) -> TieOut:
    """Judge with all subsets of the extra rows, the fullest first for exchange effects."""
    exchange = [fact for fact in extras if _EXCHANGE.search(fact.label)]
    subsets: list[tuple[Fact, ...]] = [tuple(exchange[-1:])]
    for size in range(len(extras) + 1):
        subsets += list(combinations(extras, size))
    for subset in subsets:
        result = judged(check, total, [*terms, *(Term(1, fact) for fact in subset)])
        if result.status is not TieOutStatus.FAIL:
            return result
    if any(_OTHER_MOVEMENT.search(fact.label) for fact in extras):
        reason = "rows of discontinued or reclassified cash stand between"
        return not_applicable(check, view.statement, total.period, reason)
    return judged(check, total, [*terms, *(Term(1, fact) for fact in subsets[0])])


def _rolled_forward(view: StatementView, column: int) -> TieOut:
    period = view.period(column)
    opening, closing = _first(view, _OPENING, column), _first(view, _CLOSING, column)
    change = view.concept("net_change_in_cash", column)
    if opening is None or closing is None or change is None:
        reason = "opening cash, closing cash or the change was not read"
        return not_applicable(ROLL_FORWARD, view.statement, period, reason)
    terms = [Term(1, opening), Term(1, change)]
    extras = [
        fact
        for fact in (*view.between(change, opening), *view.between(opening, closing))
        if _EXCHANGE.search(fact.label) or _OTHER_MOVEMENT.search(fact.label)
    ]
    extras = [fact for fact in extras if fact.row not in {opening.row, change.row, closing.row}]
    return _with_extras(view, ROLL_FORWARD, closing, terms, extras[:MAX_EXTRA_ROWS])


def _first(view: StatementView, pattern: re.Pattern[str], column: int) -> Fact | None:
    return next(iter(view.labelled(pattern, column)), None)


def _chained(view: StatementView, columns: Sequence[int]) -> list[TieOut]:
    results = []
    for later in columns:
        opening = _first(view, _OPENING, later)
        if opening is None or opening.period.start is None:
            continue
        for earlier in columns:
            closing = _first(view, _CLOSING, earlier)
            if closing is not None and (opening.period.start - closing.period.end).days == 1:
                results.append(judged(CHAINED, opening, [Term(1, closing)]))
    return results


def _reconciled(results: Sequence[TieOut]) -> set[FactId]:
    """Return the opening and closing cash of the periods whose roll-forward passes."""
    return {
        fact_id
        for result in results
        if result.name == ROLL_FORWARD.name and result.status in PASSES
        for fact_id in (result.total, *result.members)
        if fact_id is not None
    }


def _excused(view: StatementView, chained: TieOut, reconciled: set[FactId]) -> TieOut:
    """Do not call an opening balance wrong when both periods reconcile: it was reclassified."""
    involved = {chained.total, *chained.members}
    if chained.status is not TieOutStatus.FAIL or not involved <= reconciled:
        return chained
    reason = (
        "opening cash differs from the closing cash before while both periods reconcile, "
        "as after a reclassification of cash held for sale or restricted"
    )
    return not_applicable(CHAINED, view.statement, chained.period, reason)


def _on_balance_sheet(
    view: StatementView, column: int, consolidated: Sequence[StatementView]
) -> TieOut:
    period = view.period(column)
    closing = _first(view, _CLOSING, column)
    if closing is None:
        return not_applicable(CASH, view.statement, period, "closing cash was not read")
    for sheet, at in _sheet_columns(consolidated, closing):
        cash = sheet.concept("cash_and_equivalents", at)
        if cash is not None:
            return _cash_subset(view, closing, cash, sheet)
    reason = "no balance sheet with cash at that date was read"
    return not_applicable(CASH, view.statement, period, reason)


def _sheet_columns(
    consolidated: Sequence[StatementView], closing: Fact
) -> list[tuple[StatementView, int]]:
    return [
        (sheet, column)
        for sheet in consolidated
        if sheet.statement.kind is StatementKind.BALANCE
        for column in sheet.reported_columns
        if sheet.period(column).end == closing.period.end
    ]


def _cash_subset(view: StatementView, closing: Fact, cash: Fact, sheet: StatementView) -> TieOut:
    others = [
        fact
        for fact in sheet.labelled(_ON_SHEET, cash.column)
        if fact.row != cash.row and fact.value > 0
    ][:MAX_EXTRA_ROWS]
    for size in range(len(others) + 1):
        for subset in combinations(others, size):
            result = judged(CASH, closing, [Term(1, cash), *(Term(1, fact) for fact in subset)])
            if result.status is not TieOutStatus.FAIL:
                return result
    if closing.value > cash.value and "restricted" in closing.label.lower():
        reason = "closing cash includes restricted cash that no balance-sheet row shows"
        return not_applicable(CASH, view.statement, closing.period, reason)
    return judged(CASH, closing, [Term(1, cash)])


def _net_income(view: StatementView, column: int, consolidated: Sequence[StatementView]) -> TieOut:
    period = view.period(column)
    start = _starting_income(view, column)
    if start is None:
        reason = "the cash-flow statement does not start from net income"
        return not_applicable(NET_INCOME, view.statement, period, reason)
    candidates = [
        fact
        for income in consolidated
        if income.statement.kind is StatementKind.INCOME
        for at in income.reported_columns
        if income.period(at) == start.period
        for fact in _incomes(income, at)
    ]
    if not candidates:
        reason = "no income statement of that period with net income was read"
        return not_applicable(NET_INCOME, view.statement, period, reason)
    tried = [judged(NET_INCOME, start, [Term(1, fact)]) for fact in candidates]
    return min(tried, key=lambda tie_out: abs(tie_out.difference or Decimal(0)))


def _starting_income(view: StatementView, column: int) -> Fact | None:
    cells = [view.cell(row, column) for row in view.statement.rows]
    printed = [fact for fact in cells if fact is not None][:_FIRST_ROWS]
    mapped = [fact for fact in printed if fact.concept in {"net_income", "net_income_incl_nci"}]
    labelled = [fact for fact in printed if _INCOME_ROW.search(fact.label)]
    return next(iter((*mapped, *labelled)), None)


def _incomes(income: StatementView, column: int) -> list[Fact]:
    names = ("net_income_incl_nci", "net_income")
    mapped = [fact for name in names if (fact := income.concept(name, column)) is not None]
    return mapped + income.labelled(_INCOME_ROW, column)
