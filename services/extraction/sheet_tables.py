"""Tables of a grid: which rows are headers, which are data, and what each value column is called."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.domain.layout import CellKind, SheetCell
from services.extraction.sheet_grid import Grid, is_number
from services.extraction.sheet_headers import HeaderPart, part_of_cell, squashed

MAX_COLUMNS = 400
_MAX_HEADER_ROWS = 4
_TITLE_ROWS = 8
_LONG_TEXT = 60
_LEADING_WORDS = ("in ", "(in ", "$", "usd", "(", "item", "account", "line", "description", "note")

Row = list[tuple[int, SheetCell]]


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """One value column: its place, the words over it, and what they say."""

    column: int
    header: str
    part: HeaderPart


@dataclass(frozen=True, slots=True)
class SheetTable:
    """One table: ``titles`` are the texts above and in the header, nearest last; ``rows`` its data."""

    titles: tuple[str, ...]
    columns: tuple[SheetColumn, ...]
    rows: tuple[Row, ...]


def tables_in(grid: Grid) -> list[SheetTable]:
    """Return the tables of a grid that have a period, or budget and actual, in their header."""
    finder = _Finder(grid)
    groups = finder.header_groups()
    tables = []
    for index, group in enumerate(groups):
        end = groups[index + 1][0] if index + 1 < len(groups) else None
        start = groups[index - 1][-1] if index else None
        table = finder.table(group, start, end)
        if table is not None:
            tables.append(table)
    return tables


class _Finder:
    """What is known of one grid while its tables are looked for."""

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        self._rows = grid.by_row()
        self._numbers = {
            (row, column)
            for row, cells in self._rows.items()
            for column, cell in cells
            if _is_value(cell)
        }
        self._value_columns = self._find_value_columns()

    def _find_value_columns(self) -> frozenset[int]:
        """Columns with a number that has a text to its left."""
        found = set()
        for row, cells in self._rows.items():
            texts = [
                column
                for column, cell in cells
                if cell.kind is CellKind.TEXT and (row, column) not in self._numbers
            ]
            if texts:
                found |= {c for c, _ in cells if (row, c) in self._numbers and c > texts[0]}
        return frozenset(found)

    def header_groups(self) -> list[list[int]]:
        """Return groups of header rows that lie together, top down."""
        groups: list[list[int]] = []
        in_data = False
        for row, cells in self._rows.items():
            told = in_data or bool(groups and self._tells_when(groups[-1]))
            if self._is_header(cells, told):
                near = groups and not in_data and len(groups[-1]) < _MAX_HEADER_ROWS
                if near:
                    groups[-1].append(row)
                else:
                    groups.append([row])
                in_data = False
            elif any((row, column) in self._numbers for column, _ in cells):
                in_data = True
        return [group for group in groups if self._tells_columns_apart(group)]

    def _is_header(self, cells: Row, told: bool) -> bool:
        """Whether the row is a header; ``told``: years with a label are numbers once periods are told."""
        inside = [(column, cell) for column, cell in cells if column in self._value_columns]
        parts = [part_of_cell(cell) for _, cell in inside if len(cell.text) <= _LONG_TEXT]
        if not any(part.says_anything for part in parts):
            return False
        if any(_is_plain_number(cell) for _, cell in inside):
            return False
        years_only = all(cell.kind is CellKind.NUMBER for _, cell in inside)
        return not (told and years_only and self._has_own_label(cells))

    def _has_own_label(self, cells: Row) -> bool:
        """Whether the row starts with words that are no unit and no column title."""
        column, first = cells[0]
        if column in self._value_columns or first.kind is not CellKind.TEXT:
            return False
        return not squashed(first.text).startswith(_LEADING_WORDS)

    def _parts(self, group: Sequence[int]) -> list[HeaderPart]:
        return [
            part_of_cell(cell)
            for row in group
            for column, cell in self._rows[row]
            if column in self._value_columns
        ]

    def _tells_when(self, group: Sequence[int]) -> bool:
        return any(part.says_when for part in self._parts(group))

    def _tells_columns_apart(self, group: Sequence[int]) -> bool:
        parts = self._parts(group)
        return any(part.says_when or part.basis is not None or part.months for part in parts)

    def table(self, group: list[int], start: int | None, end: int | None) -> SheetTable | None:
        """Return the table under a header group, None when it holds no numbers."""
        below = [row for row in self._rows if row > group[-1] and (end is None or row < end)]
        while below and not self._has_number(below[-1]):
            below.pop()
        used = sorted(
            {c for row in below for c, _ in self._rows[row] if (row, c) in self._numbers}
            & self._value_columns
        )
        if len(used) > MAX_COLUMNS:
            return None
        columns = [self._column(column, group) for column in used]
        named = tuple(column for column in columns if column.part.says_anything)
        if not named:
            return None
        rows = tuple(self._rows[row] for row in below)
        return SheetTable(self._titles(group, start, named[0].column), named, rows)

    def _has_number(self, row: int) -> bool:
        return any(c in self._value_columns and is_number(cell) for c, cell in self._rows[row])

    def _has_value(self, row: int) -> bool:
        return any((row, column) in self._numbers for column, _ in self._rows[row])

    def _titles(self, group: list[int], start: int | None, first: int) -> tuple[str, ...]:
        """Texts above the header without numbers beside them, and those left of it."""
        above = [row for row in self._rows if row < group[0] and (start is None or row > start)]
        texts: list[str] = []
        for row in reversed(above[-_TITLE_ROWS:]):
            if self._has_value(row):
                break
            texts[:0] = [cell.text.strip() for _, cell in self._rows[row]]
        for row in group:
            texts += [
                cell.text.strip()
                for column, cell in self._rows[row]
                if column < first or len(cell.text) > _LONG_TEXT
            ]
        return tuple(texts)

    def _column(self, column: int, group: list[int]) -> SheetColumn:
        own: list[SheetCell] = []
        carried: list[SheetCell] = []
        for row in reversed(group):
            cell = self._grid.at(row, column)
            if cell is not None:
                own.append(cell)
            elif (left := self._nearest_left(row, column)) is not None:
                carried.append(left)
        if not own:
            return SheetColumn(column, "", HeaderPart())
        part = _combined(own)
        if not part.total:
            part = part.over(_combined(carried).when)
        words = [cell.text.strip() for cell in (*reversed(carried), *reversed(own))]
        return SheetColumn(column, " ".join(dict.fromkeys(words)), part)

    def _nearest_left(self, row: int, column: int) -> SheetCell | None:
        """The heading that spans the column because nothing stands between."""
        left = [
            (place, cell)
            for place, cell in self._rows[row]
            if place < column and place in self._value_columns and len(cell.text) <= _LONG_TEXT
        ]
        return left[-1][1] if left else None


def _combined(cells: Sequence[SheetCell]) -> HeaderPart:
    part = HeaderPart()
    for cell in cells:
        part = part.over(part_of_cell(cell))
    return part


def _is_value(cell: SheetCell) -> bool:
    return is_number(cell) and not part_of_cell(cell).says_when


def _is_plain_number(cell: SheetCell) -> bool:
    """Whether the cell is a number that no header would hold."""
    if cell.kind is CellKind.NUMBER:
        grouped = "," in (cell.number_format or "")
        return grouped or not part_of_cell(cell).says_anything
    return is_number(cell) and not part_of_cell(cell).says_anything
