"""One worksheet's XML, read in a single expat pass: sparse, so that a far cell costs nothing."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from xml.parsers import expat

from services.adapters.local.number_formats import date_of, is_date_format
from services.adapters.local.ooxml import Package, SheetPart, local, unescaped
from services.domain.errors import UnreadableDocument
from services.domain.layout import CellKind, SheetCell, SheetLayout

MAX_CELLS = 1_000_000
TOO_MANY_CELLS = (
    f"This workbook has more than {MAX_CELLS:,} filled cells, more than a report is allowed. "
    "Keep the sheets that hold the report and upload it again."
)
_LARGEST = 9.99999999999999e307  # what a workbook can hold
_REF = re.compile(r"\$?([A-Za-z]{1,3})\$?([1-9][0-9]{0,6})\Z")
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,4})?\Z")
_SHARED_REF = re.compile(r"(?<![A-Za-z0-9_.$])(\$?)([A-Z]{1,3})(\$?)([0-9]{1,7})(?![A-Za-z0-9_(.])")
_QUOTED = re.compile(r"(\"[^\"]*\"|'[^']*')")


def column_name(column: int) -> str:
    """Return a 1-based column's letters: 1 is A, 28 is AB."""
    letters = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_number(letters: str) -> int:
    """Return the 1-based number of a column's letters."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def number_of(text: str) -> Decimal | None:
    """Return a stored number with the 15 significant digits a workbook keeps, None for anything else."""
    if not _NUMBER.match(text):
        return None
    value = float(text)
    if abs(value) > _LARGEST:
        return None
    return Decimal(format(value, ".15g"))


def plain(number: Decimal) -> str:
    """Return a number as digits without exponent."""
    return format(number, "f")


@dataclass(frozen=True, slots=True)
class Tables:
    """What all sheets of a workbook share; ``dates`` tells per style whether it shows a day."""

    strings: Sequence[str]
    formats: Sequence[str]
    uses_1904: bool
    dates: Sequence[bool] = field(default=())


def tables_of(strings: Sequence[str], formats: Sequence[str], uses_1904: bool) -> Tables:
    """Return the shared tables with their date styles marked."""
    return Tables(strings, formats, uses_1904, [is_date_format(text) for text in formats])


def read_sheet(package: Package, part: SheetPart, tables: Tables, budget: int) -> SheetLayout:
    """Return one worksheet; raises UnreadableDocument above ``budget`` cells."""
    reader = _SheetReader(tables, budget)
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    package.parse(part.path, parser)
    return reader.layout(part)


class _SheetReader:
    """Expat handlers that gather the cells of one worksheet."""

    def __init__(self, tables: Tables, budget: int) -> None:
        self._tables = tables
        self._budget = budget
        self._cells: list[SheetCell] = []
        self._merged: list[str] = []
        self._hidden_rows: set[int] = set()
        self._hidden_columns: list[tuple[int, int]] = []
        self._shared: dict[str, tuple[str, int, int]] = {}
        self._row, self._column = 0, 0
        self._ref: str | None = None
        self._type, self._style = "n", 0
        self._value: list[str] = []
        self._formula: list[str] | None = None
        self._shared_key: str | None = None
        self._target: list[str] | None = None
        self._in_hint = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Open an element."""
        name = local(tag)
        if name == "c":
            self._open_cell(attributes)
        elif name in {"v", "t"}:
            self._target = None if self._in_hint else self._value
        elif name == "f":
            self._open_formula(attributes)
        elif name == "row":
            self._open_row(attributes)
        elif name == "rPh":
            self._in_hint = True
        elif name in {"col", "mergeCell"}:
            self._note_shape(name, attributes)

    def _open_row(self, attributes: dict[str, str]) -> None:
        stated = attributes.get("r", "")
        self._row = int(stated) if stated.isdecimal() else self._row + 1
        self._column, self._ref = 0, None
        if attributes.get("hidden") in {"1", "true"}:
            self._hidden_rows.add(self._row)

    def _open_cell(self, attributes: dict[str, str]) -> None:
        ref = attributes.get("r")
        if ref is None:
            self._settle()
            self._column += 1
        self._ref = ref
        self._type = attributes.get("t", "n")
        style = attributes.get("s", "0")
        self._style = int(style) if style.isdecimal() else 0
        self._value, self._formula, self._shared_key = [], None, None

    def _settle(self) -> None:
        """Read the last cell's address; empty cells, most of many sheets, are never asked."""
        if self._ref is None:
            return
        match = _REF.match(self._ref)
        self._ref = None
        if match:
            self._column, self._row = column_number(match[1]), int(match[2])
        else:
            self._column += 1

    def _open_formula(self, attributes: dict[str, str]) -> None:
        self._formula = []
        self._target = self._formula
        if attributes.get("t") == "shared":
            self._shared_key = attributes.get("si")

    def _note_shape(self, name: str, attributes: dict[str, str]) -> None:
        if name == "mergeCell":
            self._merged.append(attributes.get("ref", ""))
        elif attributes.get("hidden") in {"1", "true"}:
            low, high = attributes.get("min", ""), attributes.get("max", "")
            if low.isdecimal() and high.isdecimal():
                self._hidden_columns.append((int(low), int(high)))

    def text(self, data: str) -> None:
        """Take characters."""
        if self._target is not None:
            self._target.append(data)

    def end(self, tag: str) -> None:
        """Close an element."""
        name = local(tag)
        if name == "c":
            self._close_cell()
        elif name in {"v", "t", "f"}:
            self._target = None
        elif name == "rPh":
            self._in_hint = False

    def _close_cell(self) -> None:
        text = "".join(self._value)
        if not text and self._formula is None:
            return
        self._settle()
        formula = self._formula_text()
        if len(self._cells) >= self._budget:
            raise UnreadableDocument(TOO_MANY_CELLS, "resource-limit")
        kind, shown, number = self._typed(text)
        if not shown and formula is None:
            return
        self._cells.append(
            SheetCell(
                row=self._row,
                column=self._column,
                ref=f"{column_name(self._column)}{self._row}",
                kind=kind,
                text=shown,
                number=number,
                number_format=self._number_format(),
                formula=formula,
            )
        )

    def _number_format(self) -> str | None:
        formats = self._tables.formats
        return formats[self._style] if self._style < len(formats) else None

    def _typed(self, text: str) -> tuple[CellKind, str, Decimal | None]:
        if self._type == "n":
            return self._number_or_date(text)
        if self._type == "s":
            index = int(text) if text.strip().isdecimal() else -1
            known = 0 <= index < len(self._tables.strings)
            return CellKind.TEXT, self._tables.strings[index] if known else "", None
        if self._type == "b":
            return CellKind.BOOLEAN, "TRUE" if text.strip() == "1" else "FALSE", None
        if self._type == "e":
            return CellKind.ERROR, text, None
        if self._type == "d":
            return _iso_date(text)
        return CellKind.TEXT, unescaped(text), None

    def _number_or_date(self, text: str) -> tuple[CellKind, str, Decimal | None]:
        number = number_of(text.strip())
        if number is None:
            return CellKind.TEXT, text, None
        dates = self._tables.dates
        if self._style < len(dates) and dates[self._style]:
            day = date_of(float(number), self._tables.uses_1904)
            if day is not None:
                return CellKind.DATE, day.isoformat(), None
        return CellKind.NUMBER, plain(number), number

    def _formula_text(self) -> str | None:
        if self._formula is None:
            return None
        text = "".join(self._formula)
        if self._shared_key is not None:
            if text:
                self._shared[self._shared_key] = (text, self._row, self._column)
            elif self._shared_key in self._shared:
                master, row, column = self._shared[self._shared_key]
                text = moved(master, self._row - row, self._column - column)
        return f"={text}" if text else None

    def layout(self, part: SheetPart) -> SheetLayout:
        """Return what was gathered; rows and columns without cells are not told as hidden."""
        rows = {cell.row for cell in self._cells}
        columns = {cell.column for cell in self._cells}
        hidden = {
            column
            for column in columns
            if any(low <= column <= high for low, high in self._hidden_columns)
        }
        self._cells.sort(key=lambda cell: (cell.row, cell.column))
        return SheetLayout(
            name=part.name,
            cells=tuple(self._cells),
            hidden=part.hidden,
            hidden_rows=frozenset(rows & self._hidden_rows),
            hidden_columns=frozenset(hidden),
            merged=tuple(self._merged),
        )


def _iso_date(text: str) -> tuple[CellKind, str, Decimal | None]:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return CellKind.TEXT, text, None
    midnight = moment.time().isoformat() == "00:00:00"
    return CellKind.DATE, (moment.date() if midnight else moment).isoformat(), None


def moved(formula: str, rows: int, columns: int) -> str:
    """Return a formula as it reads when copied so many rows down and columns to the right."""

    def move(match: re.Match[str]) -> str:
        fixed_column, letters, fixed_row, row = match.groups()
        column = letters if fixed_column else column_name(column_number(letters) + columns)
        line = row if fixed_row else str(int(row) + rows)
        return f"{fixed_column}{column}{fixed_row}{line}"

    pieces = _QUOTED.split(formula)
    pieces[::2] = [_SHARED_REF.sub(move, piece) for piece in pieces[::2]]
    return "".join(pieces)
