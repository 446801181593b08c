"""A worksheet as rows of cells: merged headings, side-by-side parts, rows and columns exchanged."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from services.domain.layout import CellKind, SheetCell, SheetLayout
from services.domain.provenance import column_number
from services.extraction.sheet_numbers import is_number

_RANGE = re.compile(r"([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})\Z")
_MAX_MERGED_CELLS = 4096
_LABELS_NEEDED = 3

Place = tuple[int, int]
Row = Sequence[SheetCell]


@dataclass(frozen=True, slots=True)
class Grid:
    """Filled rows top down, each with its cells from left to right.

    ``anchors`` leads from a covered place to the first of its merged range. Where rows and columns are
    exchanged, a cell's row and column are those of the grid and its address that of the sheet.
    """

    rows: dict[int, Row]
    anchors: dict[Place, Place]

    def columns(self) -> list[int]:
        """Return the columns that hold anything, left to right."""
        return sorted({cell.column for row in self.rows.values() for cell in row})

    def at(self, row: int, column: int) -> SheetCell | None:
        """Return the cell at a place, or the merged one that covers it."""
        own = self._cell(row, column)
        anchor = self.anchors.get((row, column))
        return self._cell(*anchor) if own is None and anchor is not None else own

    def _cell(self, row: int, column: int) -> SheetCell | None:
        return next((cell for cell in self.rows.get(row, ()) if cell.column == column), None)

    def transposed(self) -> "Grid":
        """Return the grid with rows and columns exchanged; cells keep their addresses."""
        rows: dict[int, list[SheetCell]] = {column: [] for column in self.columns()}
        for cells in self.rows.values():
            for cell in cells:
                rows[cell.column].append(cell._replace(row=cell.column, column=cell.row))
        return Grid({**rows}, {(c, r): (ac, ar) for (r, c), (ar, ac) in self.anchors.items()})

    def segments(self) -> list["Grid"]:
        """Return side-by-side parts: an empty column parts them when the right one has own labels."""
        bounds: list[list[int]] = []
        for column in self.columns():
            if bounds and (
                column == bounds[-1][1] + 1 or not has_labels(self.rows.values(), column)
            ):
                bounds[-1][1] = column
            else:
                bounds.append([column, column])
        return [self] if len(bounds) == 1 else [self._slice(*bound) for bound in bounds]

    def _slice(self, first: int, last: int) -> "Grid":
        parts = {
            number: [cell for cell in row if first <= cell.column <= last]
            for number, row in self.rows.items()
        }
        return Grid({number: row for number, row in parts.items() if row}, self.anchors)


def has_labels(rows: Iterable[Row], column: int) -> bool:
    """Whether at least three rows have different texts in the column and a number next to it."""
    texts = set()
    for row in rows:
        for cell, beside in pairwise(row):
            if (
                cell.column == column
                and cell.kind is CellKind.TEXT
                and not is_number(cell)
                and beside.column == column + 1
                and beside.kind is CellKind.NUMBER
            ):
                texts.add(cell.text)
                if len(texts) == _LABELS_NEEDED:
                    return True
    return False


def grid_of(sheet: SheetLayout) -> Grid:
    """Return the grid of a sheet's cells that show something."""
    rows: dict[int, list[SheetCell]] = {}
    for cell in sheet.cells:
        if cell.text and not cell.text.isspace():
            rows.setdefault(cell.row, []).append(cell)
    anchors: dict[Place, Place] = {}
    for merged in sheet.merged:
        anchors.update(_covered(merged))
    return Grid({**rows}, anchors)


def _covered(merged: str) -> Iterator[tuple[Place, Place]]:
    match = _RANGE.match(merged)
    if match is None:
        return
    left, right = column_number(match[1]), column_number(match[3])
    top, bottom = int(match[2]), int(match[4])
    if (right - left + 1) * (bottom - top + 1) > _MAX_MERGED_CELLS:
        return
    for row in range(top, bottom + 1):
        for column in range(left, right + 1):
            if (row, column) != (top, left):
                yield (row, column), (top, left)
