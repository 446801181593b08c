"""A reconciliation of reported to adjusted profit: the rows from the one to the other.

It is told by its last row, "Adjusted" or "Non-GAAP" with a measure, and by its first, which must be what
the income statement prints of that measure in every column; and it must add up in one column at least.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from services.domain.concepts import StatementKind
from services.domain.layout import PageLayout
from services.domain.reports import ColumnKind
from services.extraction.known import Known
from services.extraction.model import RawRow, RawStatement
from services.extraction.note_tables import as_note, note_tables
from services.extraction.periods import Calendar

_ADJUSTED = r"^\W*(?:total\s)?(?:adjusted|non-?gaap)\s"
_MEASURES = {
    "operating_income": re.compile(
        rf"{_ADJUSTED}(?:operating\s(?:income|profit|earnings)|income\sfrom\soperations)\b(?!.*\b(?:margin|adjustments)\b)",
        re.IGNORECASE,
    ),
    "net_income": re.compile(
        rf"{_ADJUSTED}net\s(?:income|earnings)\b(?!.*\b(?:return|per|margin|adjustments)\b)",
        re.IGNORECASE,
    ),
}
_PRINTED = re.compile(
    rf"{_ADJUSTED}(?:operating\s(?:income|profit|earnings)|income\sfrom\soperations|net\s(?:income|earnings))\b"
    r"[^%]*\d\)?\s*$",
    re.IGNORECASE | re.MULTILINE,
)
_FEWEST_ROWS = 3

Amounts = tuple[Decimal | None, ...]


def reconciliation_pages(texts: Sequence[str], known: Known) -> list[int]:
    """Return the 1-based pages with a row of adjusted profit, those first that print most reported profits."""
    if known.scale is None:
        return []
    printed = {
        f"{abs(amount / known.scale).normalize():,f}"
        for (concept, period), amount in known.amounts.items()
        if concept in _MEASURES and period in known.durations and amount
    }
    ranked = [
        (-sum(amount in text for amount in printed), number)
        for number, text in enumerate(texts, start=1)
        if _PRINTED.search(text.replace("\u00a0", " ")) is not None
    ]
    return [number for count, number in sorted(ranked) if count]


def reconciliation(layout: PageLayout, known: Known, calendar: Calendar) -> RawStatement | None:
    """Return the rows from reported to adjusted profit, operating income before net income; None without."""
    tables = [
        _of_periods(known.with_unit(as_note(StatementKind.NON_GAAP, table, calendar)), known)
        for table in note_tables(layout)
    ]
    for concept in _MEASURES:
        for raw in tables:
            rows = _rows(raw, concept, known)
            if rows is not None:
                return replace(raw, rows=rows)
    return None


def _of_periods(raw: RawStatement, known: Known) -> RawStatement:
    """Return the table with the columns of amounts of the income statement's periods, each period once."""
    kept: dict[object, int] = {}
    for index, column in enumerate(raw.columns):
        if column.kind is ColumnKind.VALUE and column.period in known.durations:
            kept.setdefault(column.period, index)
    places = list(kept.values())
    return replace(
        raw,
        columns=tuple(raw.columns[index] for index in places),
        rows=tuple(
            replace(row, cells=tuple(row.cells[index] for index in places)) for row in raw.rows
        ),
    )


def _rows(raw: RawStatement, concept: str, known: Known) -> tuple[RawRow, ...] | None:
    for end, row in enumerate(raw.rows):
        if _MEASURES[concept].search(row.label) is None:
            continue
        for start in _starts(raw, end, concept, known):
            found = _between(raw.rows[start : end + 1])
            if found is not None:
                return found
    return None


def _starts(raw: RawStatement, end: int, concept: str, known: Known) -> Iterator[int]:
    """Yield the rows above that print the reported profit in every column, the nearest first."""
    for start in range(end - 2, -1, -1):
        amounts = _amounts(raw.rows[start])
        if amounts and all(
            amount is not None
            and column.period is not None
            and amount * raw.scale == known.amount(concept, column.period)
            for amount, column in zip(amounts, raw.columns, strict=True)
        ):
            yield start


def _between(rows: Sequence[RawRow]) -> tuple[RawRow, ...] | None:
    """Return the rows without subtotals and shares where they add up in a column at least, else None."""
    first, *others, last = rows
    kept = [first]
    running = [amount or Decimal(0) for amount in _amounts(first)]
    for row in others:
        amounts = _amounts(row)
        if any(cell is not None and "%" in cell.printed for cell in row.cells) or not any(
            amount is not None for amount in amounts
        ):
            continue
        if list(amounts) == running:
            continue  # a subtotal
        kept.append(row)
        running = [
            total + (amount or Decimal(0)) for total, amount in zip(running, amounts, strict=True)
        ]
    ends = _amounts(last)
    adds_up = any(total == amount for total, amount in zip(running, ends, strict=True))
    return (*kept, last) if adds_up and len(kept) + 1 >= _FEWEST_ROWS else None


def _amounts(row: RawRow) -> Amounts:
    return tuple(None if cell is None else cell.number for cell in row.cells)
