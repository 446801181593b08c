"""Retained earnings from one balance sheet to the next, by the rows of the statement of equity."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from services.domain.concepts import StatementKind
from services.domain.reports import Fact, TieOut
from services.extraction.statement_view import Check, StatementView, Term, judged

ROLL_FORWARD = Check("T17", "Retained earnings and what moved them give the next balance")

_CONCEPT = "retained_earnings"
_FEWEST = 3
"""Rows: two balances and what stands between them."""


def check(consolidated: Sequence[StatementView]) -> list[TieOut]:
    """Return T17 for the retained earnings read in the statement of equity.

    The balances are the balance sheet's own where it prints them, the table's otherwise. Net income less
    dividends is no such check: treasury shares and new standards move retained earnings too.
    """
    sheets = [view for view in consolidated if view.statement.kind is StatementKind.BALANCE]
    return [
        tie_out
        for view in consolidated
        if view.statement.kind is StatementKind.RETAINED_EARNINGS
        for column in view.reported_columns
        for tie_out in _column(view, column, sheets)
    ]


def _column(view: StatementView, column: int, sheets: Sequence[StatementView]) -> Iterator[TieOut]:
    cells = [fact for row in view.statement.rows if (fact := view.cell(row, column)) is not None]
    period = view.period(column)
    if len(cells) < _FEWEST or period.start is None:
        return
    opening, *moves, closing = cells
    before = _balance(sheets, period.start - timedelta(days=1)) or opening
    after = _balance(sheets, period.end) or closing
    yield judged(ROLL_FORWARD, after, [Term(1, fact) for fact in (before, *moves)])


def _balance(sheets: Sequence[StatementView], day: date) -> Fact | None:
    return next(
        (
            fact
            for sheet in sheets
            for column in sheet.reported_columns
            if sheet.period(column).end == day
            and (fact := sheet.concept(_CONCEPT, column)) is not None
        ),
        None,
    )
