"""Tables of a grid: which rows are headers, which are data, and what each value column is called."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, takewhile
from typing import NamedTuple

from services.domain.layout import CellKind, SheetCell
from services.extraction.sheet_grid import Grid, Row, has_labels
from services.extraction.sheet_headers import HeaderPart, is_year, part_of_cell, squashed
from services.extraction.sheet_numbers import is_number, looks_like_number
from services.extraction.sheet_roles import heads_labels

MAX_COLUMNS = 400
_MAX_HEADER_ROWS = 4
_TITLE_ROWS = 8
_LONG_TEXT = 60
_LONGEST_CODE = 24
_LEADING_WORDS = ("in ", "(in ", "$", "usd", "(", "item", "account", "line", "description", "note")
_HOLDS_YEAR = re.compile(r"(?:19|20)\d\d|\d[/.\-]\d")
_DIGITS_OF_A_YEAR = 4


class TableRow(NamedTuple):
    """One data row: its words, their depth, the cells by column, and what stands left of the values.

    ``code`` is a short text with digits such as an account's, ``codes`` are the addresses of numbers
    there, ``dated`` says that a day stands there.
    """

    label: str
    indent: float
    cells: Mapping[int, SheetCell]
    code: str = ""
    codes: tuple[str, ...] = ()
    dated: bool = False


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """One value column: its place, the words over it, and what they say."""

    column: int
    header: str
    part: HeaderPart


@dataclass(frozen=True, slots=True)
class SheetTable:
    """One table: ``titles`` are the texts above and in the header, nearest last; ``rows`` its data.

    ``others`` are columns of numbers whose header says neither when nor what they are; ``told`` are the
    addresses of years that stand among the titles.
    """

    titles: tuple[str, ...]
    columns: tuple[SheetColumn, ...]
    rows: tuple[TableRow, ...]
    others: tuple[SheetColumn, ...] = ()
    told: tuple[str, ...] = ()

    def has_numbers(self, row: TableRow) -> bool:
        """Whether the row shows a number in one of the named columns."""
        return any(
            (cell := row.cells.get(column.column)) is not None and is_number(cell)
            for column in self.columns
        )


def tables_in(grid: Grid) -> list[SheetTable]:
    """Return the tables of a grid that have a period, a scenario or sides of a ledger in their header."""
    finder = _Finder(grid)
    groups = finder.header_groups()
    tables: list[SheetTable] = []
    for index, group in enumerate(groups):
        if finder.tells_columns_apart(group):
            end = groups[index + 1][0] if index + 1 < len(groups) else None
            start = groups[index - 1][-1] if index else None
            tables += finder.tables(group, start, end)
    return tables


class _Finder:
    """What is known of one grid while its tables are looked for."""

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        self._rows = grid.rows
        self._values = {
            number: values for number, row in self._rows.items() if (values := _values(row))
        }
        self._value_columns = self._find_value_columns()
        self._data = {
            number
            for number, values in self._values.items()
            if not self._value_columns.isdisjoint(values)
        }

    def _find_value_columns(self) -> frozenset[int]:
        """Columns with a number that has a text to its left."""
        found: set[int] = set()
        for number, values in self._values.items():
            if found.issuperset(values):
                continue
            first = next(
                (
                    cell.column
                    for cell in self._rows[number]
                    if cell.kind is CellKind.TEXT and cell.column not in values
                ),
                None,
            )
            if first is not None:
                found.update(column for column in values if column > first)
        return frozenset(found)

    def header_groups(self) -> list[list[int]]:
        """Return groups of header rows that lie together, top down.

        A row of headings without a date after data begins a group too: what follows is not under the
        periods above.
        """
        groups: list[list[int]] = []
        in_data = False
        before: int | None = None
        for number, row in self._rows.items():
            if number in self._data:
                in_data = True
                continue
            told = in_data or bool(groups and self._tells_when(groups[-1]))
            if self._is_header(row, told):
                if groups and not in_data and len(groups[-1]) < _MAX_HEADER_ROWS:
                    groups[-1].append(number)
                else:
                    groups.append([*self._headings_just_above(number, before), number])
                in_data = False
            elif in_data and self._is_heading(row):
                groups.append([number])
                in_data = False
            before = number
        return groups

    def _headings_just_above(self, number: int, before: int | None) -> list[int]:
        if before is None or before != number - 1 or not self._is_heading(self._rows[before]):
            return []
        return [before]

    def _is_header(self, row: Row, told: bool) -> bool:
        """Whether the row is a header; ``told``: years with a label are numbers once periods are told."""
        inside = [cell for cell in row if cell.column in self._value_columns]
        parts = [part_of_cell(cell) for cell in inside if len(cell.text) <= _LONG_TEXT]
        if not any(part.says_anything for part in parts):
            return False
        if any(_is_plain_number(cell) for cell in inside):
            return False
        years_only = all(cell.kind is CellKind.NUMBER for cell in inside)
        return not (told and years_only and self._has_own_label(row))

    def _is_heading(self, row: Row) -> bool:
        """Whether the row is one of different words over value columns, without a label of its own."""
        words = [cell for cell in row if cell.column in self._value_columns]
        texts = {cell.text for cell in words if cell.kind is CellKind.TEXT}
        worded = all(any(letter.isalpha() for letter in text) for text in texts)
        return len(texts) > 1 and worded and not self._has_own_label(row)

    def _has_own_label(self, row: Row) -> bool:
        """Whether the row starts with words that are no unit and no column title."""
        first = row[0]
        if first.column in self._value_columns or first.kind is not CellKind.TEXT:
            return False
        plain = squashed(first.text)
        return not (plain.startswith(_LEADING_WORDS) or heads_labels(plain))

    def _parts(self, group: Sequence[int]) -> Iterator[HeaderPart]:
        for row in group:
            for cell in self._rows[row]:
                if cell.column in self._value_columns:
                    yield part_of_cell(cell)

    def _tells_when(self, group: Sequence[int]) -> bool:
        return any(part.says_when for part in self._parts(group))

    def tells_columns_apart(self, group: Sequence[int]) -> bool:
        """Whether the group's headings say of columns when they are or what of an account they show."""
        return any(part.tells_apart for part in self._parts(group))

    def tables(self, group: list[int], start: int | None, end: int | None) -> list[SheetTable]:
        """Return the tables under a header group: none without numbers, several side by side."""
        below = [row for row in self._rows if row > group[-1] and (end is None or row < end)]
        while below and not self._has_number(below[-1]):
            below.pop()
        used: set[int] = set()
        for row in below:
            used.update(self._values.get(row, ()))
        used &= self._value_columns
        if not used or len(used) > MAX_COLUMNS:
            return []
        rows = [self._rows[row] for row in below]
        inner = _inner_labels(rows, used)
        titles = self._titles(group, start, min(used))
        bounds = [0, *inner, max(used) + 1]
        found = []
        for left, right in pairwise(bounds):
            columns = [self._column(c, group) for c in sorted(used) if left <= c < right]
            table = _table(titles, columns, _between(rows, left, right) if inner else rows)
            if table is not None:
                found.append(table)
        return found

    def _has_number(self, row: int) -> bool:
        return row in self._data or any(
            cell.column in self._value_columns and is_number(cell) for cell in self._rows[row]
        )

    def _titles(self, group: list[int], start: int | None, first: int) -> list[SheetCell]:
        """Cells above the header with at most one number beside them, and those left of it."""
        above = [row for row in self._rows if row < group[0] and (start is None or row > start)]
        titles: list[SheetCell] = []
        for number in reversed(above[-_TITLE_ROWS:]):
            if len(self._values.get(number, ())) > 1:
                break
            titles[:0] = self._rows[number]
        for number in group:
            titles += [
                cell
                for cell in self._rows[number]
                if cell.column < first or len(cell.text) > _LONG_TEXT
            ]
        return titles

    def _column(self, column: int, group: list[int]) -> SheetColumn:
        """Return the column with its words: its own, and those that span it from the left above them."""
        own: list[SheetCell] = []
        carried: list[SheetCell] = []
        for row in reversed(group):
            cell = self._grid.at(row, column)
            if cell is not None:
                own.append(cell)
                carried.clear()
            elif (left := self._nearest_left(row, column)) is not None:
                carried.append(left)
        if not own:
            return SheetColumn(column, "", HeaderPart())
        part, beside = _combined(own), _combined(carried)
        if part.reach is None:
            part = part.over(beside.when)
            if beside.reach is not None and not _combined(own).says_when:
                part = part.over(HeaderPart(reach=beside.reach))
        else:
            part = part.over(beside.frame)
        words = [cell.text.strip() for cell in (*reversed(carried), *reversed(own))]
        return SheetColumn(column, " ".join(dict.fromkeys(words)), part)

    def _nearest_left(self, row: int, column: int) -> SheetCell | None:
        """The heading that spans the column because nothing stands between.

        Where a row repeats a heading from column to column, none spans.
        """
        inside = [cell for cell in self._rows[row] if cell.column in self._value_columns]
        if any(one.text == other.text for one, other in pairwise(inside) if _touch(one, other)):
            return None
        left = [c for c in inside if c.column < column and len(c.text) <= _LONG_TEXT]
        return left[-1] if left else None


def _touch(one: SheetCell, other: SheetCell) -> bool:
    return other.column == one.column + 1


def _values(row: Row) -> list[int]:
    """Return the columns of a row that hold a number, or what looks like one, and no year and no date."""
    return [
        cell.column
        for cell in row
        if (
            cell.kind is CellKind.TEXT and looks_like_number(cell.text) and not _says_when(cell)
            if cell.number is None
            else len(cell.text) != _DIGITS_OF_A_YEAR or not part_of_cell(cell).says_when
        )
    ]


def _says_when(cell: SheetCell) -> bool:
    return _HOLDS_YEAR.search(cell.text) is not None and part_of_cell(cell).says_when


def _is_plain_number(cell: SheetCell) -> bool:
    """Whether the cell is a number that no header would hold."""
    if cell.kind is CellKind.NUMBER:
        grouped = "," in (cell.number_format or "")
        return grouped or not part_of_cell(cell).says_anything
    return is_number(cell) and not part_of_cell(cell).says_anything


def _combined(cells: Sequence[SheetCell]) -> HeaderPart:
    part = HeaderPart()
    for cell in cells:
        part = part.over(part_of_cell(cell))
    return part


def _inner_labels(rows: Sequence[Row], used: Iterable[int]) -> list[int]:
    """Return the columns between value columns that hold labels of their own: tables side by side."""
    taken = set(used)
    first, last = min(taken), max(taken)
    texts = {
        cell.column
        for row in rows
        for cell in row
        if cell.kind is CellKind.TEXT and first < cell.column < last
    }
    return [column for column in sorted(texts - taken) if has_labels(rows, column)]


def _between(rows: Sequence[Row], left: int, right: int) -> list[Row]:
    return [[cell for cell in row if left <= cell.column < right] for row in rows]


def _table(
    titles: Sequence[SheetCell], columns: Sequence[SheetColumn], rows: Sequence[Row]
) -> SheetTable | None:
    named = tuple(column for column in columns if column.part.says_anything)
    if not named:
        return None
    others = tuple(column for column in columns if not column.part.says_anything)
    first = named[0].column
    left = min((row[0].column for row in rows if row), default=first)
    return SheetTable(
        titles=tuple(cell.text.strip() for cell in titles if cell.number is None or is_year(cell)),
        columns=named,
        rows=tuple(_table_row(row, left, first) for row in rows),
        others=others,
        told=tuple(cell.ref for cell in titles if is_year(cell)),
    )


def _table_row(row: Row, left: int, first: int) -> TableRow:
    """Return a row with its words: the longest text left of the values; a code may stand before them."""
    before = list(takewhile(lambda cell: cell.column < first, row))
    cells = {cell.column: cell for cell in row[len(before) :]}
    texts = [cell for cell in before if cell.kind is CellKind.TEXT and not is_number(cell)]
    worded = [cell for cell in texts if any(letter.isalpha() for letter in cell.text)]
    label = max(worded or texts, key=lambda cell: len(cell.text), default=None)
    code = next((cell.text.strip() for cell in before if cell is not label and _is_code(cell)), "")
    return TableRow(
        label="" if label is None else " ".join(label.text.split()),
        indent=0.0 if label is None else _indent(label, left),
        cells=cells,
        code=code,
        codes=tuple(cell.ref for cell in before if cell.number is not None),
        dated=any(cell.kind is CellKind.DATE for cell in before),
    )


def _indent(label: SheetCell, left: int) -> float:
    """Return a label's depth: leading spaces, and two for each column right of the leftmost."""
    leading = len(label.text) - len(label.text.lstrip())
    return float(leading + 2 * (label.column - left))


def _is_code(cell: SheetCell) -> bool:
    short = cell.kind is not CellKind.DATE and len(cell.text) <= _LONGEST_CODE
    return short and any(letter.isdigit() for letter in cell.text)
