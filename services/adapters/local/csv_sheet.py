"""A CSV as one sheet: encoding, delimiter and decimal comma found from the bytes."""

import csv
import io
import re
from collections import Counter
from datetime import date
from decimal import Decimal

from services.adapters.local.xlsx_sheet import (
    MAX_CELLS,
    TOO_MANY_CELLS,
    number_of,
    plain,
)
from services.domain.errors import UnreadableDocument
from services.domain.layout import CellKind, SheetCell, SheetLayout
from services.domain.provenance import column_letters

_DELIMITERS = ",;\t|"
_SAMPLE_LINES = 60
_MAX_FIELD = 131_072
_HINT = re.compile(r"\Asep=(.)\r?\n", re.IGNORECASE)
_LEADING_ZERO = re.compile(r"-?0[0-9]")
_COMMA_NUMBER = re.compile(r"-?[0-9]{1,3}(\.[0-9]{3})*,[0-9]+\Z|-?[0-9]+,[0-9]+\Z")
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")

NOT_TEXT = (
    "This file is named a CSV but holds no readable text. Export the table as CSV (UTF-8) again."
)
BROKEN = (
    "This CSV cannot be read as a table: a quoted field never ends or is longer than 131,072 characters. "
    "Export it again."
)


def read_csv(data: bytes) -> list[SheetLayout]:
    """Return the table as one sheet named 'csv'.

    Raises:
        UnreadableDocument: ``malformed`` when it is no text, ``resource-limit`` above the cell limit.
    """
    text = decoded(data)
    hint = _HINT.match(text)
    if hint:
        text = text[hint.end() :]
    delimiter = hint[1] if hint else delimiter_of(text)
    return [SheetLayout(name="csv", cells=tuple(_cells(text, delimiter)))]


def decoded(data: bytes) -> str:
    """Return the text of the bytes: UTF-8, UTF-16 (with or without mark), else Windows-1252."""
    for mark, encoding in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if data.startswith(mark):
            return _strict(data, encoding)
    if b"\x00" in data[:4096]:
        return _strict(data, "utf-16-le" if data[1:2] == b"\x00" else "utf-16-be")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _strict(data: bytes, encoding: str) -> str:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise UnreadableDocument(NOT_TEXT) from error
    if "\x00" in text:
        raise UnreadableDocument(NOT_TEXT)
    return text


def delimiter_of(text: str) -> str:
    """Return the delimiter that cuts most of the first lines into equally many fields."""
    sample = "\n".join(text.splitlines()[:_SAMPLE_LINES])
    return max(_DELIMITERS, key=lambda delimiter: _evenness(sample, delimiter))


def _evenness(sample: str, delimiter: str) -> tuple[int, int]:
    try:
        widths = Counter(len(row) for row in csv.reader(io.StringIO(sample), delimiter=delimiter))
    except csv.Error:
        return 0, 0
    shared = [(count, width) for width, count in widths.items() if width > 1]
    return max(shared, default=(0, 0))


def _cells(text: str, delimiter: str) -> list[SheetCell]:
    csv.field_size_limit(_MAX_FIELD)
    cells: list[SheetCell] = []
    try:
        for row, fields in enumerate(csv.reader(io.StringIO(text), delimiter=delimiter), start=1):
            for column, field in enumerate(fields, start=1):
                if field.strip():
                    cells.append(_cell(row, column, field.strip(), comma=delimiter == ";"))
            if len(cells) > MAX_CELLS:
                raise UnreadableDocument(TOO_MANY_CELLS, "resource-limit")
    except csv.Error as error:
        raise UnreadableDocument(BROKEN) from error
    return cells


def _cell(row: int, column: int, text: str, comma: bool) -> SheetCell:
    ref = f"{column_letters(column)}{row}"
    if _ISO_DATE.match(text) and _is_day(text):
        return SheetCell(row, column, ref, CellKind.DATE, text)
    number = _number(text, comma)
    if number is None:
        return SheetCell(row, column, ref, CellKind.TEXT, text)
    return SheetCell(row, column, ref, CellKind.NUMBER, plain(number), number)


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _number(text: str, comma: bool) -> Decimal | None:
    if comma and _COMMA_NUMBER.match(text):
        return number_of(text.replace(".", "").replace(",", "."))
    return None if _LEADING_ZERO.match(text) else number_of(text)
