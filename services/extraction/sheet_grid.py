"""A worksheet as a grid: cells by place, merged headings, side-by-side parts, numbers as displayed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from services.domain.layout import CellKind, SheetCell, SheetLayout
from services.extraction.model import RawCell
from services.extraction.numbers import Number, parse_number

_RANGE = re.compile(r"([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})\Z")
_MAX_MERGED_CELLS = 4096
_LOOSE_SIGN = re.compile(r"(?<=[$€£¥(])\s+|\s+(?=[)%])")
_LITERAL = re.compile(r'"([^"]*)"|\\(.)|_.|\*.|\[(?:\$([^\-\]]*))?[^\]]*\]')
_TRAILING_COMMAS = re.compile(r"[0#?](,+)(?![0#?,])")
_STORED_DIGITS_TRUSTED = 2
_CACHED = 8192

Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Grid:
    """Cells by (row, column); ``anchors`` leads from a covered place to its merged range's first."""

    cells: dict[Place, SheetCell]
    anchors: dict[Place, Place]

    def rows(self) -> list[int]:
        """Return the rows that hold anything, top down."""
        return sorted({row for row, _ in self.cells})

    def columns(self) -> list[int]:
        """Return the columns that hold anything, left to right."""
        return sorted({column for _, column in self.cells})

    def by_row(self) -> dict[int, list[tuple[int, SheetCell]]]:
        """Return each row's cells, left to right."""
        rows: dict[int, list[tuple[int, SheetCell]]] = {}
        for (row, column), cell in sorted(self.cells.items()):
            rows.setdefault(row, []).append((column, cell))
        return rows

    def at(self, row: int, column: int) -> SheetCell | None:
        """Return the cell at a place, or the merged one that covers it."""
        place = (row, column)
        return self.cells.get(place) or self.cells.get(self.anchors.get(place, place))

    def transposed(self) -> "Grid":
        """Return the grid with rows and columns exchanged; cells keep their addresses."""
        return Grid(
            {(column, row): cell for (row, column), cell in self.cells.items()},
            {(c, r): (ac, ar) for (r, c), (ar, ac) in self.anchors.items()},
        )

    def segments(self) -> list["Grid"]:
        """Return side-by-side parts: an empty column parts them when the right one has own labels."""
        bounds: list[list[int]] = []
        for column in self.columns():
            if bounds and column == bounds[-1][-1] + 1:
                bounds[-1].append(column)
            elif bounds and not self._has_labels(column):
                bounds[-1].extend(range(bounds[-1][-1] + 1, column + 1))
            else:
                bounds.append([column])
        return [self._slice(columns[0], columns[-1]) for columns in bounds]

    def _has_labels(self, column: int) -> bool:
        """Whether at least three rows have text in the column and a number next to it."""
        hits = sum(
            1
            for (row, place), cell in self.cells.items()
            if place == column
            and cell.kind is CellKind.TEXT
            and not is_number(cell)
            and (neighbour := self.cells.get((row, column + 1))) is not None
            and neighbour.kind is CellKind.NUMBER
        )
        return hits >= 3

    def _slice(self, first: int, last: int) -> "Grid":
        return Grid(
            {place: cell for place, cell in self.cells.items() if first <= place[1] <= last},
            self.anchors,
        )


def grid_of(sheet: SheetLayout) -> Grid:
    """Return the grid of a sheet's cells that show something."""
    cells = {(cell.row, cell.column): cell for cell in sheet.cells if cell.text.strip()}
    anchors: dict[Place, Place] = {}
    for merged in sheet.merged:
        anchors.update(_covered(merged))
    return Grid(cells, anchors)


def _covered(merged: str) -> Iterator[tuple[Place, Place]]:
    match = _RANGE.match(merged)
    if match is None:
        return
    left, right = _number(match[1]), _number(match[3])
    top, bottom = int(match[2]), int(match[4])
    if (right - left + 1) * (bottom - top + 1) > _MAX_MERGED_CELLS:
        return
    for row in range(top, bottom + 1):
        for column in range(left, right + 1):
            if (row, column) != (top, left):
                yield (row, column), (top, left)


def _number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def is_number(cell: SheetCell) -> bool:
    """Whether a cell shows a number, stored as one or printed as text."""
    if cell.kind is CellKind.NUMBER:
        return cell.number is not None
    return cell.kind is CellKind.TEXT and _printed_number(cell.text) is not None


@lru_cache(maxsize=_CACHED)
def _printed_number(text: str) -> Number | None:
    return parse_number(_LOOSE_SIGN.sub("", text.strip()))


def raw_cell(cell: SheetCell) -> RawCell | None:
    """Return the number a cell shows (17.5 for 17.5%), None when it shows none."""
    if cell.kind is CellKind.NUMBER and cell.number is not None:
        decimals = decimals_of(cell)
        percent = "%" in _sections(cell.number_format)[0]
        return RawCell(
            printed=displayed(cell.number, cell.number_format, decimals),
            number=cell.number * 100 if percent else cell.number,
            decimals=decimals,
            nil=cell.number == 0 and _zero_is_dash(cell.number_format),
            cell=cell.ref,
        )
    if cell.kind is not CellKind.TEXT:
        return None
    read = _printed_number(cell.text)
    if read is None:
        return None
    return RawCell(cell.text.strip(), read.value, read.decimals, read.nil, cell=cell.ref)


def decimals_of(cell: SheetCell) -> int:
    """Return the digits shown after the point: by the format, else the stored ones up to two."""
    section = _sections(cell.number_format)[0]
    if re.search(r"[0#?]", section):
        fraction = re.search(r"\.([0#?]+)", section)
        return len(fraction[1]) if fraction else 0
    exponent = (cell.number or Decimal(0)).as_tuple().exponent
    return min(_STORED_DIGITS_TRUSTED, max(0, -int(exponent)))


def displayed(number: Decimal, number_format: str | None, decimals: int) -> str:
    """Return a number as the sheet shows it; a display in thousands is written out in full."""
    sections = _sections(number_format)
    if not re.search(r"[0#?]", sections[0]):
        return format(number, "f")
    percent = "%" in sections[0]
    shown = number * 100 if percent else number
    if shown == 0 and _zero_is_dash(number_format):
        return "-"
    grouping = "," if "," in sections[0] else ""
    digits = "" if _TRAILING_COMMAS.search(sections[0]) else f".{decimals}"
    text = format(abs(shown), f"{grouping}{digits}f") + ("%" if percent else "")
    if shown >= 0:
        return text
    return f"({text})" if len(sections) > 1 and "(" in sections[1] else f"-{text}"


@lru_cache(maxsize=_CACHED)
def _sections(number_format: str | None) -> list[str]:
    """Return a format's sections without quoted text, spacing and colours."""
    return _LITERAL.sub(lambda match: "(" if match[2] == "(" else "", number_format or "").split(
        ";"
    )


@lru_cache(maxsize=_CACHED)
def _zero_is_dash(number_format: str | None) -> bool:
    sections = (number_format or "").split(";")
    return len(sections) > 2 and "-" in sections[2] and not re.search(r"0", sections[2])


@lru_cache(maxsize=_CACHED)
def trailing_commas(number_format: str | None) -> int:
    """Return by how many thousands the format shortens what it shows."""
    match = _TRAILING_COMMAS.search(_sections(number_format)[0])
    return len(match[1]) if match else 0


@lru_cache(maxsize=_CACHED)
def currency_of_format(number_format: str | None) -> str | None:
    """Return the currency sign or code in a format, None when it has none."""
    for match in re.finditer(r'"([^"]*)"|\[\$([^\-\]]+)|([$€£¥])', number_format or ""):
        text = (match[1] or match[2] or match[3] or "").strip()
        if text in {"$", "€", "£", "¥", "US$"} or re.fullmatch(r"[A-Z]{3}", text):
            return text
    return None
