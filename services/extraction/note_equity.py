"""Retained earnings in the statement of equity: the column that goes from one balance sheet to the next.

The column is told by its amounts and not by its heading: it holds what both balance sheets print. It is
believed only where the movements of one period at least add up in it; then every row was read.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

from services.domain.concepts import StatementKind
from services.domain.layout import PageLayout
from services.domain.periods import Period
from services.domain.reports import ColumnKind
from services.extraction.known import Known
from services.extraction.lines import Line, Token, lines_of
from services.extraction.model import RawCell, RawColumn, RawRow, RawStatement
from services.extraction.note_maturities import cell_of
from services.extraction.note_tables import note_title

_BALANCE = re.compile(r"^\W*balances?\b", re.IGNORECASE)
_LEAST_CELLS = 3
_ALIGNED = 1.0  # of the line height
_CERTAIN, _BORROWED_UNIT = 0.98, 0.9
_TITLE_LINES = 8


@dataclass(frozen=True, slots=True)
class _Balances:
    """Retained earnings on two balance sheets, in printed units, with the period between them."""

    opening: Decimal
    closing: Decimal
    period: Period


def equity_pages(texts: Sequence[str], known: Known) -> list[int]:
    """Return the 1-based pages that print lines of balances with both amounts of retained earnings."""
    sought = _sought(known)
    if sought is None:
        return []
    printed = [f"{abs(amount).normalize():,f}" for amount in (sought.opening, sought.closing)]
    return [
        number
        for number, text in enumerate(texts, start=1)
        if all(amount in text for amount in printed)
        and sum(1 for line in text.splitlines() if _BALANCE.match(line)) > 1
    ]


def _sought(known: Known) -> _Balances | None:
    """Return the two latest balances of retained earnings, None where there are not two or no scale."""
    dated = sorted(
        (
            (period.end, amount)
            for (name, period), amount in known.amounts.items()
            if name == "retained_earnings"
        ),
        reverse=True,
    )
    if len(dated) < 2 or known.scale is None or not dated[0][1] or not dated[1][1]:
        return None
    (end, closing), (start, opening) = dated[:2]
    return _Balances(
        opening / known.scale,
        closing / known.scale,
        Period(start=start + timedelta(days=1), end=end),
    )


def retained_earnings(layout: PageLayout, known: Known) -> RawStatement | None:
    """Return the rows from one balance of retained earnings to the next, None where no column shows them."""
    sought = _sought(known)
    lines = lines_of(layout)
    balances = [i for i, line in enumerate(lines) if _is_balance(line)]
    if sought is None:
        return None
    for first, last in pairwise(balances):
        column = _column(lines[first], lines[last], sought)
        if column is not None and any(
            _foots(lines[start : end + 1], column) for start, end in pairwise(balances)
        ):
            rows = _rows(lines[first : last + 1], column, layout.number)
            return _statement(lines[: balances[0]], rows, sought.period, known, layout.number)
    return None


def _is_balance(line: Line) -> bool:
    return _BALANCE.match(line.text) is not None and len(line.cells) >= _LEAST_CELLS


def _column(first: Line, last: Line, sought: _Balances) -> float | None:
    """Return the right edge of the column that holds both balances."""
    openings = [t for t in first.cells if t.number and t.number.value == sought.opening]
    closings = [t for t in last.cells if t.number and t.number.value == sought.closing]
    pairs = (
        (opening, closing)
        for opening in openings
        for closing in closings
        if abs(opening.edge - closing.edge) <= _ALIGNED * first.height
    )
    return next((closing.edge for _, closing in pairs), None)


def _in(line: Line, column: float) -> Token | None:
    near = [token for token in line.cells if abs(token.edge - column) <= _ALIGNED * line.height]
    return min(near, key=lambda token: abs(token.edge - column), default=None)


def _foots(lines: Sequence[Line], column: float) -> bool:
    amounts = [
        token.number.value
        for line in lines
        if (token := _in(line, column)) is not None and token.number is not None
    ]
    return len(amounts) > _LEAST_CELLS - 1 and sum(amounts[:-1]) == amounts[-1]


def _rows(lines: Sequence[Line], column: float, page: int) -> list[RawRow]:
    found = []
    for line in lines:
        token = _in(line, column)
        cell: RawCell | None = None if token is None else cell_of(token, page)
        if cell is not None:
            words = [t.text for t in line.tokens if not t.free]
            found.append(RawRow(" ".join(words).strip(" $"), (cell,), page=page))
    return found


def _statement(
    above: Sequence[Line], rows: Sequence[RawRow], period: Period, known: Known, page: int
) -> RawStatement:
    return RawStatement(
        kind=StatementKind.RETAINED_EARNINGS,
        title=note_title(StatementKind.RETAINED_EARNINGS, above[:_TITLE_LINES]),
        columns=(RawColumn("Retained earnings", ColumnKind.VALUE, period, _CERTAIN),),
        rows=tuple(rows),
        scale=known.scale or 1,
        scale_certainty=_BORROWED_UNIT,
        currency=known.currency,
        pages=(page,),
    )
