"""Where the tables of the notes meet the statements: segments and revenue, the tax table and the tax."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from services.domain.concepts import StatementKind, Unit
from services.domain.reports import Fact, TieOut, TieOutStatus
from services.extraction.statement_view import Check, StatementView, Term, conclude, judged

SEGMENTS = Check("T20", "Segments add up to the consolidated amount")
TAXES = Check("T21", "The tax reconciliation ends at the tax expense")

_WHOLES = ("revenue", "operating_income")
_RATE_TOLERANCE = Decimal("0.1")
_FEWEST_PARTS = 2


def check(consolidated: Sequence[StatementView]) -> list[TieOut]:
    """Return T20 and T21: totals of the notes that print what the income statement prints."""
    incomes = [view for view in consolidated if view.statement.kind is StatementKind.INCOME]
    results: list[TieOut] = []
    for view in consolidated:
        if view.statement.kind is StatementKind.SEGMENTS:
            results += _segments(view, incomes)
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
