"""Statements in worksheets: income statement, balance sheet, cash flow, and tables of budget and actual."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from services.domain.concepts import StatementKind
from services.domain.layout import CellKind, SheetCell, SheetLayout
from services.domain.reports import Basis, ColumnKind
from services.extraction.model import RawCell, RawColumn, RawRow, RawStatement
from services.extraction.sheet_grid import (
    Grid,
    currency_of_format,
    grid_of,
    is_number,
    raw_cell,
    trailing_commas,
)
from services.extraction.sheet_headers import HeaderPart, part_of_text, squashed
from services.extraction.sheet_kinds import (
    STATED,
    currency_of,
    kind_of,
    kind_of_title,
    scale_of,
    title_kind,
    unstated_scale_certainty,
)
from services.extraction.sheet_notes import (
    NO_PERIOD,
    SIDE_TABLE,
    SheetNote,
    gathered,
    hidden_note,
    notes_of_sheet,
)
from services.extraction.sheet_periods import context_of, periods_of
from services.extraction.sheet_tables import MAX_COLUMNS, Row, SheetColumn, SheetTable, tables_in

_MAX_TITLE = 200
_PRIMARY_MAKE_A_REPORT = 2
_DUPLICATE_CERTAINTY = 0.5


def read_workbook(
    sheets: Sequence[SheetLayout],
) -> tuple[list[RawStatement], list[SheetNote]]:
    """Return the statements of all visible worksheets in order, and what was left out and why.

    Columns of budget or forecast become statements of their own with basis ``budget`` or ``pro-forma``.
    Where a workbook holds two or more primary statements, its other tables of actual figures (notes,
    details) are left out.
    """
    visible = [sheet for sheet in sheets if not sheet.hidden]
    found = [(sheet, _statements_of_sheet(sheet)) for sheet in visible]
    kept, left = _without_side_tables([s for _, statements in found for s in statements])
    unread = [
        sheet.name
        for sheet, statements in found
        if not statements and any(cell.kind is CellKind.NUMBER for cell in sheet.cells)
    ]
    notes = [*gathered(left, *SIDE_TABLE), *gathered(unread, *NO_PERIOD)]
    for sheet in sheets:
        if sheet.hidden:
            notes += hidden_note(sheet)
        else:
            notes += notes_of_sheet(sheet, [s for s in kept if s.sheet == sheet.name])
    return kept, notes


def _statements_of_sheet(sheet: SheetLayout) -> list[RawStatement]:
    found: list[RawStatement] = []
    for segment in grid_of(sheet).segments():
        for table in _tables(segment):
            for part in _split_at_titles(table):
                found += _statements_of_table(sheet.name, part)
    return found


def _tables(grid: Grid) -> list[SheetTable]:
    """Return the tables of a grid; where none has periods across, those with periods down."""
    across = tables_in(grid)
    return across if across or len(grid.rows()) > MAX_COLUMNS else tables_in(grid.transposed())


def _split_at_titles(table: SheetTable) -> Iterator[SheetTable]:
    """Yield a table per statement where several stand under one header."""
    titles, rows = table.titles, table.rows
    if title_kind(titles) is StatementKind.OTHER:
        yield table
        return
    start = 0
    for index, row in enumerate(rows):
        label = _label(row, table)
        kind = None if "[" in label or _has_numbers(row, table) else kind_of_title(label)
        if kind in {None, StatementKind.OTHER}:
            continue
        if index > start:
            yield SheetTable(titles, table.columns, rows[start:index])
        titles, start = (*table.titles, label), index + 1
    if start < len(rows):
        yield SheetTable(titles, table.columns, rows[start:])


def _has_numbers(row: Row, table: SheetTable) -> bool:
    places = {column.column for column in table.columns}
    return any(column in places and is_number(cell) for column, cell in row)


def _statements_of_table(sheet: str, table: SheetTable) -> list[RawStatement]:
    labels = [_label(row, table) for row in table.rows]
    titles = (sheet, *table.titles)
    kind = kind_of(titles, labels)
    title_part = _title_part(titles)
    parts = [column.part for column in table.columns]
    periods = periods_of(parts, context_of(kind, title_part, parts))
    columns = [
        RawColumn(column.header, column.part.kind or ColumnKind.VALUE, period, certainty)
        for column, (period, certainty) in zip(table.columns, periods, strict=True)
    ]
    if not _is_statement(kind, columns, table):
        return []
    columns = _doubted(columns, table.columns)
    scale, certainty = _scale(table, titles)
    return [
        RawStatement(
            kind=kind,
            title=" - ".join(dict.fromkeys(table.titles or (sheet,)))[:_MAX_TITLE],
            columns=tuple(columns[index] for index in places),
            rows=tuple(_rows(table, [table.columns[index] for index in places])),
            scale=scale,
            scale_certainty=certainty,
            currency=_currency(table, titles),
            basis=basis,
            sheet=sheet,
        )
        for basis, places in _by_basis(table.columns, title_part).items()
    ]


def _title_part(titles: Iterable[str]) -> HeaderPart:
    """What the titles say of all columns; a title of budget and actual says neither."""
    part = HeaderPart()
    for title in titles:
        part = part_of_text(title).over(part)
    words = " ".join(squashed(title) for title in titles)
    one_basis = "actual" not in words and ("budget" in words or "forecast" in words)
    return part.when if one_basis else replace(part.when, basis=None)


def _is_statement(kind: StatementKind, columns: Sequence[RawColumn], table: SheetTable) -> bool:
    """Whether there are dated values: at least two rows, and a period (or a primary statement's rows)."""
    dated = any(c.period is not None and c.kind is ColumnKind.VALUE for c in columns)
    rows = sum(1 for row in table.rows if _has_numbers(row, table))
    return rows >= 2 and (dated or kind is not StatementKind.OTHER)


def _doubted(columns: Sequence[RawColumn], told: Sequence[SheetColumn]) -> list[RawColumn]:
    """Return the columns with less certainty where two of one basis claim the same period."""
    keys = [_claim(column, part) for column, part in zip(columns, told, strict=True)]
    claims = Counter(key for key in keys if key is not None)
    return [
        replace(column, certainty=min(column.certainty, _DUPLICATE_CERTAINTY))
        if key is not None and claims[key] > 1
        else column
        for column, key in zip(columns, keys, strict=True)
    ]


def _claim(column: RawColumn, told: SheetColumn) -> tuple[Basis | None, date | None, date] | None:
    if column.kind is not ColumnKind.VALUE or column.period is None:
        return None
    return told.part.basis, column.period.start, column.period.end


def _by_basis(columns: Sequence[SheetColumn], title: HeaderPart) -> dict[Basis, list[int]]:
    """Return the columns' places by basis; changes and percentages stay with the actual figures."""
    default: Basis = title.basis or "consolidated"
    groups: dict[Basis, list[int]] = {}
    for index, column in enumerate(columns):
        if column.part.kind is None:
            groups.setdefault(column.part.basis or default, []).append(index)
    home: Basis = "consolidated" if "consolidated" in groups else next(iter(groups), default)
    for index, column in enumerate(columns):
        if column.part.kind is not None:
            groups.setdefault(home, []).append(index)
    return {basis: sorted(places) for basis, places in groups.items()}


def _rows(table: SheetTable, columns: Sequence[SheetColumn]) -> Iterator[RawRow]:
    section: str | None = None
    first = min(column.column for column in table.columns)
    left = min((row[0][0] for row in table.rows), default=first)
    for row in table.rows:
        by_column = dict(row)
        cells = [_read(by_column.get(column.column)) for column in columns]
        label = _label(row, table)
        if any(cell is not None for cell in cells):
            yield RawRow(label, tuple(cells), section, _indent(row, left, first))
        elif label and not _has_numbers(row, table):
            section = label


def _read(cell: SheetCell | None) -> RawCell | None:
    return None if cell is None else raw_cell(cell)


def _label(row: Row, table: SheetTable) -> str:
    """Return the row's words: the longest text left of the values (a code may stand before it)."""
    found = _label_cell(row, min(column.column for column in table.columns))
    return "" if found is None else " ".join(found[1].text.split())


def _label_cell(row: Row, first: int) -> tuple[int, SheetCell] | None:
    texts = [
        (column, cell)
        for column, cell in row
        if column < first and cell.kind is CellKind.TEXT and not is_number(cell)
    ]
    worded = [found for found in texts if any(letter.isalpha() for letter in found[1].text)]
    return max(worded or texts, key=lambda found: len(found[1].text), default=None)


def _indent(row: Row, left: int, first: int) -> float:
    """Return the label's depth: leading spaces, and two for each column right of the leftmost."""
    found = _label_cell(row, first)
    if found is None:
        return 0.0
    column, cell = found
    return float(len(cell.text) - len(cell.text.lstrip()) + 2 * (column - left))


def _values(table: SheetTable) -> Iterator[SheetCell]:
    places = {column.column for column in table.columns if column.part.kind is None}
    for row in table.rows:
        for column, cell in row:
            if column in places and cell.kind is CellKind.NUMBER:
                yield cell


def _scale(table: SheetTable, titles: Sequence[str]) -> tuple[int, float]:
    """Return scale and certainty: a format that shows thousands means the cell holds whole units."""
    numbers = [cell for cell in _values(table) if cell.number is not None]
    stated = scale_of((*reversed(titles), *(column.header for column in table.columns)))
    shortened = [trailing_commas(cell.number_format) for cell in numbers]
    if shortened and sorted(shortened)[len(shortened) // 2] > 0:
        return 1, STATED
    if stated is not None:
        return stated, STATED
    largest = max((abs(float(cell.number or 0)) for cell in numbers), default=0.0)
    return 1, unstated_scale_certainty(largest)


def _currency(table: SheetTable, titles: Sequence[str]) -> str:
    signs = (currency_of_format(cell.number_format) for cell in _values(table))
    sign = next((found for found in signs if found is not None), None)
    return currency_of((*reversed(titles), sign or "")) or "USD"


def _without_side_tables(
    statements: Sequence[RawStatement],
) -> tuple[list[RawStatement], list[str]]:
    """Return the statements to keep and the names of the sheets whose tables were left out."""
    primary = {s.kind for s in statements if s.kind is not StatementKind.OTHER}
    if len(primary) < _PRIMARY_MAKE_A_REPORT:
        return list(statements), []
    kept: list[RawStatement] = []
    left: list[RawStatement] = []
    for statement in statements:
        aside = statement.kind is StatementKind.OTHER and statement.basis == "consolidated"
        (left if aside else kept).append(statement)
    return kept, list(dict.fromkeys(statement.sheet or "" for statement in left))
