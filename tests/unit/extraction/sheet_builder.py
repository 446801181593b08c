"""Worksheets from rows of plain values, and what was read from them, for the tests of the Excel reader."""

from datetime import date
from decimal import Decimal

from services.domain.layout import CellKind, SheetCell, SheetLayout
from services.domain.provenance import column_letters
from services.domain.reports import Scenario
from services.extraction.model import RawStatement
from services.extraction.sheet_notes import SheetNote
from services.extraction.sheets import read_workbook

ACCOUNTING = '#,##0_);(#,##0);"-"_)'


def cell(row: int, column: int, value: object, number_format: str | None = None) -> SheetCell:
    """Return a cell; a pair is a value with its number format."""
    ref = f"{column_letters(column)}{row}"
    if isinstance(value, tuple) and not isinstance(value, SheetCell):
        value, number_format = value
    if isinstance(value, SheetCell):
        return value
    if isinstance(value, int | Decimal):
        number = Decimal(value)
        return SheetCell(row, column, ref, CellKind.NUMBER, str(number), number, number_format)
    if isinstance(value, date):
        return SheetCell(row, column, ref, CellKind.DATE, value.isoformat(), None, number_format)
    return SheetCell(row, column, ref, CellKind.TEXT, str(value))


def sheet(rows: list[list[object]], name: str = "Sheet1", **changes: object) -> SheetLayout:
    formats = changes.pop("formats", None)
    cells = tuple(
        cell(r, c, value, formats)
        for r, row in enumerate(rows, start=1)
        for c, value in enumerate(row, start=1)
        if value not in {None, ""}
    )
    return SheetLayout(name=name, cells=cells, **changes)


def read(rows: list[list[object]], name: str = "Sheet1", **changes: object) -> list[RawStatement]:
    return read_workbook([sheet(rows, name, **changes)]).statements


def only(rows: list[list[object]], name: str = "Sheet1", **changes: object) -> RawStatement:
    (statement,) = read(rows, name, **changes)
    return statement


def spans(statement: RawStatement) -> list[tuple[date | None, date] | None]:
    return [c.period and (c.period.start, c.period.end) for c in statement.columns]


INCOME = [
    ["Revenue", 100, 90],
    ["Cost of sales", 60, 50],
    ["Gross profit", 40, 40],
    ["Net income", 10, 12],
]


def scenarios(statement: RawStatement) -> list[Scenario]:
    return [column.scenario for column in statement.columns]


def notes(*sheets: SheetLayout) -> dict[str, SheetNote]:
    return {note.code: note for note in read_workbook(sheets).notes}
