"""Where the tables of the notes meet the statements: segments and revenue, the tax table and the tax."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from services.domain.concepts import StatementKind, Unit
from services.domain.reports import Fact, LineItem, TieOut, TieOutStatus
from services.extraction.statement_view import (
    PASSES,
    Check,
    StatementView,
    Term,
    conclude,
    judged,
    shown,
)

SEGMENTS = Check("T20", "Segments add up to the consolidated amount")
PARTS = Check("T27", "No part of the revenue is more than the whole")
ADJUSTED = Check("T30", "Adjustments lead from reported to adjusted profit")
TAXES = Check("T21", "The tax reconciliation ends at the tax expense")

_REPORTED = ("operating_income", "net_income")
_WHOLES = ("revenue", "operating_income")
_MEASURE = re.compile(r"\b(?:sales|revenues?)\b", re.IGNORECASE)
_RATE_TOLERANCE = Decimal("0.1")
_FEWEST_PARTS = 2


def check(consolidated: Sequence[StatementView]) -> list[TieOut]:
    """Return T20 and T21, totals of the notes that the income statement prints too, and T27 of revenue's parts.

    T30 is made of what was read as a reconciliation to adjusted profit, from its first row to its last.
    """
    incomes = [view for view in consolidated if view.statement.kind is StatementKind.INCOME]
    results: list[TieOut] = []
    for view in consolidated:
        if view.statement.kind is StatementKind.SEGMENTS:
            results += _segments(view, incomes)
            results += _parts(view, incomes)
        elif view.statement.kind is StatementKind.NON_GAAP:
            results += _adjusted(view, incomes)
        elif view.statement.kind is StatementKind.TAX_RECONCILIATION:
            results += _taxes(view, incomes)
    return results


def _of_income(incomes: Sequence[StatementView], concept: str, like: Fact) -> Fact | None:
    """Return the income statement's fact of a concept for the period of a note's fact."""
    return next(
        (
            fact
            for view in incomes
            for column in view.reported_columns
            if view.period(column) == like.period
            and (fact := view.concept(concept, column)) is not None
        ),
        None,
    )


def _totals(view: StatementView) -> Iterator[Fact]:
    """Yield the facts of the rows that are of no single part and stand below at least two others."""
    for row in view.statement.rows[_FEWEST_PARTS:]:
        for column in range(len(view.statement.columns)):
            fact = view.cell(row, column)
            if fact is not None and fact.member is None:
                yield fact


def _segments(view: StatementView, incomes: Sequence[StatementView]) -> list[TieOut]:
    found: list[TieOut] = []
    for total in _totals(view):
        for concept in _WHOLES:
            whole = _of_income(incomes, concept, total)
            if whole is not None and total.unit is Unit.MONEY and total.value == whole.value:
                found.append(judged(SEGMENTS, whole, [Term(1, total)]))
    return found


def _parts(view: StatementView, incomes: Sequence[StatementView]) -> Iterator[TieOut]:
    """Yield T27 of the rows that add up to a row of revenue in one column at least, for every column."""
    for place, row in enumerate(view.statement.rows):
        totals = {
            column: fact
            for column in view.reported_columns
            if (fact := view.cell(row, column)) is not None and fact.unit is Unit.MONEY
        }
        if not any(_is_revenue(fact, incomes) for fact in totals.values()):
            continue
        parts = _rows_of(view, place)
        verdicts = [
            _part(total, [f for part in parts if (f := view.cell(part, column)) is not None])
            for column, total in totals.items()
        ]
        if len(parts) >= _FEWEST_PARTS and any(added for added, _ in verdicts):
            yield from (tie_out for _, tie_out in verdicts)


def _is_revenue(fact: Fact, incomes: Sequence[StatementView]) -> bool:
    revenue = _of_income(incomes, "revenue", fact)
    return fact.member is None and revenue is not None and revenue.value == fact.value


def _rows_of(view: StatementView, place: int) -> list[LineItem]:
    """Return the rows of parts: those of its own name, or those printed above it up to another total."""
    rows, total = view.statement.rows, view.statement.rows[place]
    named = [row for row in rows[:place] if row.label == total.label and _member(view, row)]
    if named and _MEASURE.search(total.label):
        return named
    found: list[LineItem] = []
    for row in reversed(rows[:place]):
        units = {f.unit for c in view.reported_columns if (f := view.cell(row, c)) is not None}
        if units == {Unit.PURE}:
            continue  # the shares of revenue between its parts
        if not _member(view, row) or (found and row.section != found[0].section):
            break
        found.append(row)
    return found[::-1]


def _member(view: StatementView, row: LineItem) -> str | None:
    facts = (view.cell(row, column) for column in view.reported_columns)
    return next((fact.member for fact in facts if fact is not None), None)


def _part(total: Fact, parts: Sequence[Fact]) -> tuple[bool, TieOut]:
    """Return whether the parts add up to the total, and the verdict that none of them is more."""
    base = judged(PARTS, total, [Term(1, part) for part in parts])
    taken = sum((-part.value for part in parts if part.value < 0), Decimal(0))
    over = [part for part in parts if part.value > total.value + taken + (base.tolerance or 0)]
    status = TieOutStatus.FAIL if over else TieOutStatus.PASS
    when, label = total.period.label, total.label.strip(" $")
    sentence = f"{PARTS.name}: holds for '{label}' of {when}."
    if over:
        sentence = (
            f"{PARTS.name}: '{over[0].member}' is {shown(over[0].value, over[0])} and '{label}' "
            f"{shown(total.value, total)} for {when}."
        )
    update = {"status": status, "sentence": sentence}
    return base.status in PASSES, base.model_copy(update=update)


def _adjusted(view: StatementView, incomes: Sequence[StatementView]) -> Iterator[TieOut]:
    """Yield T30 of every column; reported profit is the income statement's own where it prints it."""
    for column in view.reported_columns:
        cells = [f for row in view.statement.rows if (f := view.cell(row, column)) is not None]
        if len(cells) <= _FEWEST_PARTS:
            continue
        first, *adjustments, adjusted = cells
        printed = (_of_income(incomes, concept, first) for concept in _REPORTED)
        reported = next((f for f in printed if f is not None and f.value == first.value), first)
        yield judged(ADJUSTED, adjusted, [Term(1, f) for f in (reported, *adjustments)])


def _taxes(view: StatementView, incomes: Sequence[StatementView]) -> list[TieOut]:
    found: list[TieOut] = []
    for total in _totals(view):
        tax = _of_income(incomes, "income_tax_expense", total)
        income = _of_income(incomes, "income_before_tax", total)
        if tax is None or income is None or not income.value:
            continue
        if total.unit is Unit.MONEY and total.value == tax.value:
            found.append(judged(TAXES, tax, [Term(1, total)]))
        elif total.unit is Unit.PURE:
            rate = 100 * tax.value / income.value
            if abs(rate - total.value) <= _RATE_TOLERANCE:
                base = conclude(TAXES, total, [Term(1, tax), Term(1, income)], (rate, total.value))
                found.append(base.model_copy(update={"status": TieOutStatus.PASS}))
    return found
