"""Worksheets of every workbook format we read, from bytes; runs inside the limited child only."""

import io
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from services.adapters.local.csv_sheet import read_csv
from services.adapters.local.number_formats import read_number_formats
from services.adapters.local.ooxml import (
    ENCRYPTED,
    MALFORMED,
    Package,
    read_shared_strings,
    read_workbook_part,
    refuse_encrypted,
    triage,
)
from services.adapters.local.xlsx_sheet import (
    MAX_CELLS,
    TOO_MANY_CELLS,
    number_of,
    plain,
    read_sheet,
    tables_of,
)
from services.domain.errors import UnreadableDocument
from services.domain.layout import CellKind, SheetCell, SheetLayout
from services.domain.provenance import column_letters

_ZIP_MAGIC = b"PK\x03\x04"
_RECORD = struct.Struct("<HH")
_STREAM_START, _FILE_PASS, _FIRST_RECORDS = b"\x09\x08", 0x2F, 6
_OLE_SECTOR, _SCANNED_BYTES = 512, 1_048_576
Value = int | float | str | bool | time | date | datetime | timedelta


def read_sheets(data: bytes, format: str) -> list[SheetLayout]:
    """Return the worksheets of a workbook of this ReportFormat value.

    Raises:
        UnreadableDocument: ``encrypted``, ``malformed`` or ``resource-limit``.
    """
    if format == "csv":
        return read_csv(data)
    if format in {"xlsx", "xlsm"}:
        return read_xlsx(data)
    return read_with_calamine(data)


def read_xlsx(data: bytes) -> list[SheetLayout]:
    """Return the worksheets of an xlsx or xlsm, with formats, formulas and what is hidden."""
    package = Package(data)
    workbook = read_workbook_part(package)
    if workbook.is_binary:
        return read_with_calamine(data)
    tables = tables_of(
        read_shared_strings(package, workbook.strings),
        read_number_formats(package, workbook.styles),
        workbook.uses_1904,
    )
    sheets: list[SheetLayout] = []
    budget = MAX_CELLS
    for part in workbook.sheets:
        if package.has(part.path):
            sheets.append(read_sheet(package, part, tables, budget))
            budget -= len(sheets[-1].cells)
    return [replace(sheet, saved=workbook.saved) for sheet in sheets]


def read_with_calamine(data: bytes) -> list[SheetLayout]:
    """Return the values of an xls, xlsb or ods; these give no formats and no formulas."""
    refuse_encrypted(data)
    try:
        if data.startswith(_ZIP_MAGIC):
            triage(zipfile.ZipFile(io.BytesIO(data)))
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        return _calamine_sheets(workbook)
    except PasswordError as error:
        raise UnreadableDocument(ENCRYPTED, "encrypted") from error
    except (CalamineError, zipfile.BadZipFile, ValueError, OSError) as error:
        if "password" in str(error).lower() or _is_locked_xls(data):
            raise UnreadableDocument(ENCRYPTED, "encrypted") from error
        raise UnreadableDocument(MALFORMED) from error


def _is_locked_xls(data: bytes) -> bool:
    """Whether one of the first records of an old workbook's stream says that the rest is encrypted."""
    for start in range(0, min(len(data), _SCANNED_BYTES), _OLE_SECTOR):
        if not data.startswith(_STREAM_START, start):
            continue
        place = start
        for _ in range(_FIRST_RECORDS):
            kind, size = _RECORD.unpack(data[place : place + 4].ljust(4, b"\0"))
            if kind == _FILE_PASS:
                return True
            place += _RECORD.size + size
    return False


def _calamine_sheets(workbook: CalamineWorkbook) -> list[SheetLayout]:
    sheets: list[SheetLayout] = []
    budget = MAX_CELLS
    for index, about in enumerate(workbook.sheets_metadata):
        if about.typ != SheetTypeEnum.WorkSheet:
            continue
        sheet = workbook.get_sheet_by_index(index)
        cells = []
        for cell in _calamine_cells(sheet):
            cells.append(cell)
            if len(cells) > budget:
                raise UnreadableDocument(TOO_MANY_CELLS, "resource-limit")
        budget -= len(cells)
        hidden = about.visible != SheetVisibleEnum.Visible
        sheets.append(SheetLayout(about.name, tuple(cells), hidden, merged=_merged(sheet)))
    return sheets


def _merged(sheet: CalamineSheet) -> tuple[str, ...]:
    ranges = sheet.merged_cell_ranges or []
    return tuple(
        f"{column_letters(left + 1)}{top + 1}:{column_letters(right + 1)}{bottom + 1}"
        for (top, left), (bottom, right) in ranges
    )


def _calamine_cells(sheet: CalamineSheet) -> Iterator[SheetCell]:
    top, left = sheet.start or (0, 0)
    for row, values in enumerate(sheet.to_python(skip_empty_area=True), start=top + 1):
        for column, value in enumerate(values, start=left + 1):
            if value not in {"", None}:
                kind, text, number = _typed(value)
                ref = f"{column_letters(column)}{row}"
                yield SheetCell(row, column, ref, kind, text, number)


def _typed(value: Value) -> tuple[CellKind, str, Decimal | None]:
    if isinstance(value, bool):
        return CellKind.BOOLEAN, str(value).upper(), None
    if isinstance(value, int | float):
        number = number_of(repr(value))
        return (CellKind.TEXT, str(value), None) if number is None else _number(number)
    if isinstance(value, datetime):
        midnight = value.time() == time()
        return CellKind.DATE, (value.date() if midnight else value).isoformat(), None
    if isinstance(value, date):
        return CellKind.DATE, value.isoformat(), None
    return CellKind.TEXT, str(value), None


def _number(number: Decimal) -> tuple[CellKind, str, Decimal | None]:
    return CellKind.NUMBER, plain(number), number
