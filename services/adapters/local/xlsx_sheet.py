"""One worksheet's XML, read in a single expat pass: sparse, so that a far cell costs nothing."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from operator import itemgetter
from xml.parsers import expat

from services.adapters.local.formulas import Formulas
from services.adapters.local.number_formats import date_of, is_date_format
from services.adapters.local.ooxml import Package, SheetPart, local, unescaped
from services.domain.errors import UnreadableDocument
from services.domain.layout import CellKind, SheetCell, SheetLayout
from services.domain.provenance import column_letters, column_number

MAX_CELLS = 1_000_000
TOO_MANY_CELLS = (
    f"This workbook has more than {MAX_CELLS:,} filled cells, more than a report is allowed. "
    "Keep the sheets that hold the report and upload it again."
)
_LARGEST = 9.99999999999999e307  # what a workbook can hold
_REF = re.compile(r"\$?([A-Za-z]{1,3})\$?([1-9][0-9]{0,6})\Z")
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,4})?\Z")
_EXACT = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]*[1-9])?\Z")
_EXACT_LENGTH = 15  # nothing to round
_PLACE = itemgetter(0, 1)
_NUMBER_KIND, _decimal, _new = CellKind.NUMBER, Decimal, tuple.__new__


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


class _Styles(dict[str, tuple[str | None, bool]]):
    """Number format and whether it shows a day, by the style index as a cell writes it."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def __missing__(self, style: str) -> tuple[str | None, bool]:
        formats, dates = self._tables.formats, self._tables.dates
        index = int(style) if style.isdecimal() else 0
        number_format = formats[index] if index < len(formats) else None
        self[style] = found = number_format, index < len(dates) and dates[index]
        return found


class _SheetReader:
    """Expat handlers that gather the cells of one worksheet; what every cell passes is kept short."""

    def __init__(self, tables: Tables, budget: int) -> None:
        self._tables = tables
        self._budget = budget
        self._cells: list[SheetCell] = []
        self._merged: list[str] = []
        self._hidden_rows: set[int] = set()
        self._hidden_columns: list[tuple[int, int]] = []
        self._formulas = Formulas()
        self._styles = _Styles(tables)
        self._names: dict[str, str] = {}
        self._columns: dict[str, int] = {}
        self._row, self._column, self._digits = 0, 0, "0"
        self._cell: dict[str, str] = {}
        self._value, self._formula = "", ""
        self._formula_of: dict[str, str] | None = None
        self._takes: str | None = None
        self._in_hint = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Open an element."""
        name = self._names.get(tag)
        if name is None:
            name = self._names[tag] = local(tag)
        self._takes = name
        if name == "c":
            if "r" not in attributes:
                self._place(self._cell.get("r"))
                self._column += 1
            self._cell, self._value, self._formula_of = attributes, "", None
        elif name == "row":
            self._open_row(attributes)
        elif name == "f":
            self._formula, self._formula_of = "", attributes
        elif name == "rPh":
            self._in_hint = True
        elif name in {"col", "mergeCell"}:
            self._note_shape(name, attributes)

    def text(self, data: str) -> None:
        """Take characters."""
        if self._takes == "v":
            self._value += data
        elif self._takes == "f":
            self._formula += data
        elif self._takes == "t" and not self._in_hint:
            self._value += data

    def end(self, tag: str) -> None:
        """Close an element."""
        self._takes = None
        name = self._names[tag]
        if name == "c":
            if self._value or self._formula_of is not None:
                self._close_cell()
        elif name == "rPh":
            self._in_hint = False

    def _open_row(self, attributes: dict[str, str]) -> None:
        stated = attributes.get("r", "")
        self._row = int(stated) if stated.isdecimal() else self._row + 1
        self._digits = str(self._row)
        self._column, self._cell = 0, {}
        if attributes.get("hidden") in {"1", "true"}:
            self._hidden_rows.add(self._row)

    def _note_shape(self, name: str, attributes: dict[str, str]) -> None:
        if name == "mergeCell":
            self._merged.append(attributes.get("ref", ""))
        elif attributes.get("hidden") in {"1", "true"}:
            low, high = attributes.get("min", ""), attributes.get("max", "")
            if low.isdecimal() and high.isdecimal():
                self._hidden_columns.append((int(low), int(high)))

    def _place(self, ref: str | None) -> str:
        """Go where the address says and return it; a cell with a broken one stands right of the one before."""
        if ref is not None:
            letters = ref.removesuffix(self._digits)
            column = self._columns.get(letters)
            if column is not None and letters is not ref:
                self._column = column
                return ref
            if match := _REF.match(ref):
                self._column, self._row = column_number(match[1]), int(match[2])
                self._digits = match[2]
                self._columns[match[1].upper()] = self._column
            else:
                self._column += 1
                self._cell.pop("r")
        return f"{column_letters(self._column)}{self._row}"

    def _close_cell(self) -> None:
        cell, text = self._cell, self._value
        ref = self._place(cell.get("r"))
        number_format, is_date = self._styles[cell.get("s", "0")]
        number: Decimal | None
        if (
            not is_date
            and cell.get("t", "n") == "n"
            and len(text) <= _EXACT_LENGTH
            and _EXACT.match(text) is not None
        ):
            kind, number = _NUMBER_KIND, _decimal(text)
        else:
            kind, text, number = self._typed(text, is_date)
        row, column, formula = self._row, self._column, None
        if self._formula_of is not None:
            formula = self._formulas.written(self._formula, self._formula_of, row, column)
        if not text and formula is None:
            return
        if len(self._cells) >= self._budget:
            raise UnreadableDocument(TOO_MANY_CELLS, "resource-limit")
        self._cells.append(
            _new(SheetCell, (row, column, ref, kind, text, number, number_format, formula))
        )

    def _typed(self, text: str, is_date: bool) -> tuple[CellKind, str, Decimal | None]:
        kind = self._cell.get("t", "n")
        if kind == "n":
            return self._number_or_date(text, is_date)
        if kind == "s":
            index = int(text) if text.strip().isdecimal() else -1
            known = 0 <= index < len(self._tables.strings)
            return CellKind.TEXT, self._tables.strings[index] if known else "", None
        if kind == "b":
            return CellKind.BOOLEAN, "TRUE" if text.strip() == "1" else "FALSE", None
        if kind == "e":
            return CellKind.ERROR, text, None
        if kind == "d":
            return _iso_date(text)
        return CellKind.TEXT, unescaped(text), None

    def _number_or_date(self, text: str, is_date: bool) -> tuple[CellKind, str, Decimal | None]:
        number = number_of(text.strip())
        if number is None:
            return CellKind.TEXT, text, None
        if is_date:
            day = date_of(float(number), self._tables.uses_1904)
            if day is not None:
                return CellKind.DATE, day.isoformat(), None
        return CellKind.NUMBER, plain(number), number

    def layout(self, part: SheetPart) -> SheetLayout:
        """Return what was gathered; rows and columns without cells are not told as hidden."""
        rows = {cell.row for cell in self._cells} if self._hidden_rows else set()
        columns = {cell.column for cell in self._cells} if self._hidden_columns else set()
        hidden = {
            column
            for column in columns
            if any(low <= column <= high for low, high in self._hidden_columns)
        }
        return SheetLayout(
            name=part.name,
            cells=tuple(sorted(self._cells, key=_PLACE)),
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
