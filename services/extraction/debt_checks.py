"""What the table of debt maturities says of itself and of the balance sheet."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from services.domain.concepts import StatementKind
from services.domain.reports import Fact, TieOut
from services.extraction.statement_view import (
    PASSES,
    Check,
    StatementView,
    Term,
    judged,
    not_applicable,
)

MATURITIES = Check("T19", "Debt maturities add up to their total")
DEBT = Check("T19", "Debt in the notes agrees with the balance sheet")

_TOTAL = re.compile(r"^\W*total\b", re.IGNORECASE)
_BEYOND = 100
"""Principal and carrying amount differ by discounts, leases and swaps, but never so many times."""


def check(consolidated: Sequence[StatementView]) -> list[TieOut]:
    """Return T19 for every table of debt maturities that prints its total."""
    sheets = [view for view in consolidated if view.statement.kind is StatementKind.BALANCE]
    return [
        tie_out
        for view in consolidated
        if view.statement.kind is StatementKind.DEBT_MATURITIES
        for column in view.reported_columns
        for tie_out in _column(view, column, sheets)
    ]


def _column(view: StatementView, column: int, sheets: Sequence[StatementView]) -> Iterator[TieOut]:
    cells = [
        (row.label, fact)
        for row in view.statement.rows
        if (fact := view.cell(row, column)) is not None
    ]
    if not cells or not _is_total(*cells[-1]):
        reason = "the table prints no total"
        yield not_applicable(MATURITIES, view.statement, view.period(column), reason)
        return
    total = cells[-1][1]
    yield judged(MATURITIES, total, [Term(1, fact) for _, fact in cells[:-1]])
    yield from _against(view, total, sheets)


def _is_total(label: str, fact: Fact) -> bool:
    """Whether a last row is the total; the reader keeps one without words only where it is the sum."""
    words = label.strip(" $")
    return fact.value != 0 and (not words or _TOTAL.search(words) is not None)


def _against(view: StatementView, total: Fact, sheets: Sequence[StatementView]) -> Iterator[TieOut]:
    for sheet in sheets:
        for column in sheet.reported_columns:
            owed = [
                fact
                for concept in ("short_term_debt", "long_term_debt")
                if (fact := sheet.concept(concept, column)) is not None
            ]
            if sheet.period(column).end == total.period.end and owed:
                yield _compared(view, total, owed)


def _compared(view: StatementView, total: Fact, owed: Sequence[Fact]) -> TieOut:
    base = judged(DEBT, total, [Term(1, fact) for fact in owed])
    whole = sum((fact.value for fact in owed), Decimal(0))
    smallest = min((fact.value for fact in owed if fact.value), default=whole)
    apart = total.value > _BEYOND * whole or total.value * _BEYOND < smallest
    if base.status in PASSES or apart:
        return base
    reason = "the notes print principal, which discounts, leases and short-term borrowings take apart from it"
    return not_applicable(DEBT, view.statement, total.period, reason)
