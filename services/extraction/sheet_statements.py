"""One table of a worksheet as a statement: kind, columns with their periods, rows, scale and currency."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from services.domain.concepts import StatementKind
from services.domain.layout import CellKind, SheetCell
from services.domain.reports import Basis, ColumnKind, Scenario
from services.extraction.model import RawColumn, RawRow, RawStatement
from services.extraction.sheet_headers import HeaderPart, member_in, part_of_text, squashed
from services.extraction.sheet_kinds import (
    STATED,
    currency_of,
    kind_of,
    kind_of_title,
    scale_of,
    title_kind,
    unstated_scale_certainty,
)
from services.extraction.sheet_ledger import is_ledger, ledger_columns, ledger_label
from services.extraction.sheet_numbers import currency_of_format, display_of, raw_cell
from services.extraction.sheet_periods import context_of, periods_of
from services.extraction.sheet_roles import Reach
from services.extraction.sheet_tables import SheetTable, TableRow

_MAX_TITLE = 200
_LABELS_READ = 1_000  # a statement's usual rows stand among its first ones
_DUPLICATE_CERTAINTY = 0.5
_HOLDING = {CellKind.NUMBER, CellKind.ERROR}


@dataclass(frozen=True, slots=True)
class ReadTable:
    """A table of a sheet and the statement that was read from it."""

    table: SheetTable
    raw: RawStatement


def split_at_titles(table: SheetTable) -> Iterator[SheetTable]:
    """Yield a table per statement where several stand under one header."""
    if title_kind(table.titles) is StatementKind.OTHER:
        yield table
        return
    starts = [index for index, row in enumerate(table.rows) if _is_title(row, table)]
    titles = table.titles
    for start, end in pairwise([-1, *starts, len(table.rows)]):
        if start >= 0:
            titles = (*titles, table.rows[start].label)
        if end > start + 1:
            yield replace(table, titles=titles, rows=table.rows[start + 1 : end])


def _is_title(row: TableRow, table: SheetTable) -> bool:
    if table.has_numbers(row) or "[" in row.label:
        return False
    return kind_of_title(row.label) not in {None, StatementKind.OTHER}


def statement_of(sheet: str, table: SheetTable) -> ReadTable | None:
    """Return the statement of a table, None when it holds no dated values."""
    titles = (sheet, *table.titles)
    title = _title_part(titles)
    if is_ledger(table, titles):
        kind = StatementKind.TRIAL_BALANCE
        table, columns = ledger_columns(table, title)
    else:
        kind = kind_of(titles, [row.label for row in table.rows[:_LABELS_READ]])
        columns = _columns(table, kind, title)
    if not _is_statement(kind, columns, table):
        return None
    values = _values(table)
    texts = (*reversed(titles), *(column.header for column in table.columns))
    scale, certainty = _scale(values, texts)
    raw = RawStatement(
        kind=kind,
        title=" - ".join(dict.fromkeys(table.titles or (sheet,)))[:_MAX_TITLE],
        columns=tuple(columns),
        rows=tuple(_rows(table, coded=kind is StatementKind.TRIAL_BALANCE)),
        scale=scale,
        scale_certainty=certainty,
        currency=_currency(values, texts),
        basis=_basis(titles),
        sheet=sheet,
    )
    return ReadTable(table, raw)


def _columns(table: SheetTable, kind: StatementKind, title: HeaderPart) -> list[RawColumn]:
    parts = [column.part for column in table.columns]
    periods = periods_of(parts, context_of(kind, title, parts))
    columns = [
        RawColumn(
            header=column.header,
            kind=column.part.kind or ColumnKind.VALUE,
            period=period,
            certainty=certainty,
            scenario=column.part.scenario or title.scenario or Scenario.ACTUAL,
        )
        for column, (period, certainty) in zip(table.columns, periods, strict=True)
    ]
    return _told_apart(columns)


def _title_part(titles: Iterable[str]) -> HeaderPart:
    """What the titles say of all columns; a title of budget and actual says neither."""
    part = HeaderPart()
    for title in titles:
        said = part_of_text(title)
        reach = None if said.reach is Reach.TOTAL else said.reach
        part = replace(said.when, reach=reach).over(part)
    words = " ".join(squashed(title) for title in titles)
    one_scenario = "actual" not in words and ("budget" in words or "forecast" in words)
    return part if one_scenario else replace(part, scenario=None)


def _basis(titles: Iterable[str]) -> Basis:
    words = " ".join(squashed(title) for title in titles)
    return "pro-forma" if "pro forma" in words else "consolidated"


def _is_statement(kind: StatementKind, columns: Sequence[RawColumn], table: SheetTable) -> bool:
    """Whether there are dated values: at least two rows, and a period (or a kind known without one)."""
    dated = any(c.period is not None and c.kind is ColumnKind.VALUE for c in columns)
    if not dated and kind is StatementKind.OTHER:
        return False
    rows = (row for row in table.rows if table.has_numbers(row))
    return next(rows, None) is not None and next(rows, None) is not None


def _told_apart(columns: Sequence[RawColumn]) -> list[RawColumn]:
    """Name the parts that columns of one period and scenario are of; doubt those that name none.

    'East 2024' and 'West 2024' are two parts; 'Group 2024' beside them is the whole.
    """
    claims = Counter(map(_claim, columns))
    shared = [(claim := _claim(column)) is not None and claims[claim] > 1 for column in columns]
    named = [
        replace(column, member=member_in(column.header)) if among else column
        for column, among in zip(columns, shared, strict=True)
    ]
    again = Counter((_claim(column), column.member) for column in named)
    return [
        replace(column, certainty=min(column.certainty, _DUPLICATE_CERTAINTY))
        if among and again[(_claim(column), column.member)] > 1
        else column
        for column, among in zip(named, shared, strict=True)
    ]


def _claim(column: RawColumn) -> tuple[Scenario, date | None, date] | None:
    if column.kind is not ColumnKind.VALUE or column.period is None:
        return None
    return column.scenario, column.period.start, column.period.end


def _rows(table: SheetTable, coded: bool) -> Iterator[RawRow]:
    section: str | None = None
    places = [column.column for column in table.columns]
    for row in table.rows:
        found = map(row.cells.get, places)
        cells = tuple([None if cell is None else raw_cell(cell) for cell in found])
        label = ledger_label(row) if coded else row.label
        if any(cells):
            yield RawRow(label, cells, section, row.indent)
        elif label and not any(cell.kind in _HOLDING for cell in row.cells.values()):
            section = label


def _values(table: SheetTable) -> list[SheetCell]:
    places = [column.column for column in table.columns if column.part.kind is None]
    found = (row.cells.get(place) for row in table.rows for place in places)
    return [cell for cell in found if cell is not None and cell.number is not None]


def _scale(values: Sequence[SheetCell], texts: Sequence[str]) -> tuple[int, float]:
    """Return scale and certainty: a format that shows thousands means the cell holds whole units."""
    formats = Counter([cell.number_format for cell in values])
    shortened = sum(count for text, count in formats.items() if display_of(text).thousands)
    if shortened * 2 > formats.total():
        return 1, STATED
    stated = scale_of(texts)
    if stated is not None:
        return stated, STATED
    largest = max((abs(float(cell.number or 0)) for cell in values), default=0.0)
    return 1, unstated_scale_certainty(largest)


def _currency(values: Sequence[SheetCell], texts: Sequence[str]) -> str:
    formats = dict.fromkeys([cell.number_format for cell in values])
    sign = next((found for text in formats if (found := currency_of_format(text))), "")
    return currency_of((*texts, sign)) or "USD"
