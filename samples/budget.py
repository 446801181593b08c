"""The monthly budget-versus-actual workbook of fiscal 2025, with formulas and their stored values."""

import datetime as dt
import io
import re
import zipfile
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from samples.company import Year

_YEAR = 2025
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SEASON = (70, 74, 88, 76, 79, 92, 74, 77, 93, 82, 91, 104)
_BUDGET_SEASON = (76, 78, 90, 80, 82, 91, 78, 80, 90, 83, 84, 88)
_FORMAT = '#,##0_);(#,##0);"-"_)'
_FIRST_ROW, _FIRST_COLUMN = 6, 2
_CREATED = dt.datetime(2026, 1, 15, 9, 0, 0)  # noqa: DTZ001 - a workbook's properties carry no zone

# label, budget for the year in thousands (None: a formula), sign of the formula's terms
_LINES: tuple[tuple[str, int | None, str], ...] = (
    ("Revenue", None, ""),
    ("Products", 432_000, ""),
    ("Services", 108_000, ""),
    ("Total revenue", None, "{c}7+{c}8"),
    ("Cost of revenue", None, ""),
    ("Cost of products", 254_900, ""),
    ("Cost of services", 53_500, ""),
    ("Total cost of revenue", None, "{c}11+{c}12"),
    ("Gross profit", None, "{c}9-{c}13"),
    ("Operating expenses", None, ""),
    ("Research and development", 54_000, ""),
    ("Selling, general and administrative", 102_000, ""),
    ("Amortization of intangible assets", 8_200, ""),
    ("Restructuring charges", 0, ""),
    ("Total operating expenses", None, "SUM({c}16:{c}19)"),
    ("Operating income", None, "{c}14-{c}20"),
)


def write_budget(path: Path, year: Year) -> Path:
    """Write the workbook and return its path; actual figures of the months add up to the year's."""
    book = Workbook()
    sheet = book.active
    if not isinstance(sheet, Worksheet):
        raise TypeError("a new workbook has a worksheet")
    sheet.title = "Budget vs Actual"
    values, formulas = _fill(sheet, _actuals(year))
    _style(sheet)
    _notes(book)
    buffer = io.BytesIO()
    book.save(buffer)
    path.write_bytes(_with_formulas(buffer.getvalue(), values, formulas))
    return path


def _actuals(year: Year) -> dict[str, int]:
    given = year.given
    return {
        "Products": given.products,
        "Services": given.services,
        "Cost of products": given.product_cost,
        "Cost of services": given.service_cost,
        "Research and development": given.research,
        "Selling, general and administrative": given.selling,
        "Amortization of intangible assets": given.amortization,
        "Restructuring charges": given.restructuring,
    }


def spread(total: int, weights: tuple[int, ...]) -> list[int]:
    """Return whole amounts by weight that add up to the total exactly."""
    shares, given = [], 0
    for index in range(len(weights)):
        upto = round(total * sum(weights[: index + 1]) / sum(weights))
        shares.append(upto - given)
        given = upto
    return shares


def _months_of(label: str, total: int, actual: bool) -> list[int]:
    if label == "Restructuring charges":
        return [0] * 9 + [0, round(total * 0.4), total - round(total * 0.4)]
    if label.startswith("Amortization"):
        return spread(total, (1,) * 12)
    if label in {"Products", "Cost of products"}:
        return spread(total, _SEASON if actual else _BUDGET_SEASON)
    return spread(total, tuple(90 + index * (2 if actual else 1) for index in range(12)))


def _columns() -> list[tuple[str, bool]]:
    """Return (heading, is actual) of the month columns; the year's four follow."""
    return [(f"{month} {_YEAR}", actual) for month in _MONTHS for actual in (True, False)]


def _fill(sheet: Worksheet, actuals: dict[str, int]) -> tuple[dict[str, int], dict[str, str]]:
    _headings(sheet)
    values: dict[str, int] = {}
    formulas: dict[str, str] = {}
    for offset, (label, budget, formula) in enumerate(_LINES):
        row = _FIRST_ROW + offset
        sheet.cell(row, 1, label)
        if budget is not None:
            by_basis = {
                True: _months_of(label, actuals[label], True),
                False: _months_of(label, budget, False),
            }
            for index, (_, actual) in enumerate(_columns()):
                ref = f"{get_column_letter(_FIRST_COLUMN + index)}{row}"
                values[ref] = by_basis[actual][index // 2]
        if budget is not None or formula:
            _formulas_of_row(row, formula, values, formulas)
    for ref, value in values.items():
        sheet[ref] = value
        sheet[ref].number_format = _FORMAT
    return values, formulas


def _headings(sheet: Worksheet) -> None:
    sheet["A1"] = "Larkfield Instruments, Inc. (invented company)"
    sheet["A2"] = f"Income statement: budget versus actual, fiscal {_YEAR}"
    sheet["A3"] = "(in thousands of US dollars)"
    for index, (heading, actual) in enumerate(_columns()):
        column = _FIRST_COLUMN + index
        if actual:
            sheet.cell(4, column, heading)
            sheet.merge_cells(start_row=4, end_row=4, start_column=column, end_column=column + 1)
        sheet.cell(5, column, "Actual" if actual else "Budget")
    last = _FIRST_COLUMN + 24
    sheet.cell(4, last, f"FY{_YEAR}")
    sheet.merge_cells(start_row=4, end_row=4, start_column=last, end_column=last + 2)
    for offset, words in enumerate(("Actual", "Budget", "Variance")):
        sheet.cell(5, last + offset, words)


def _formulas_of_row(
    row: int, formula: str, values: dict[str, int], formulas: dict[str, str]
) -> None:
    months = [get_column_letter(_FIRST_COLUMN + index) for index in range(24)]
    actual, budget, variance = (get_column_letter(_FIRST_COLUMN + 24 + i) for i in range(3))
    if formula:
        for letter in months:
            formulas[f"{letter}{row}"] = formula.format(c=letter)
            values[f"{letter}{row}"] = _evaluated(formula, letter, values)
    for letter, picked in ((actual, months[::2]), (budget, months[1::2])):
        formulas[f"{letter}{row}"] = "+".join(f"{month}{row}" for month in picked)
        values[f"{letter}{row}"] = sum(values[f"{month}{row}"] for month in picked)
    formulas[f"{variance}{row}"] = f"{actual}{row}-{budget}{row}"
    values[f"{variance}{row}"] = values[f"{actual}{row}"] - values[f"{budget}{row}"]


def _evaluated(formula: str, letter: str, values: dict[str, int]) -> int:
    if match := re.fullmatch(r"SUM\(\{c\}(\d+):\{c\}(\d+)\)", formula):
        rows = range(int(match[1]), int(match[2]) + 1)
        return sum(values[f"{letter}{row}"] for row in rows)
    first, sign, second = re.fullmatch(r"\{c\}(\d+)([+-])\{c\}(\d+)", formula).groups()  # type: ignore[union-attr]
    term = values[f"{letter}{second}"]
    return values[f"{letter}{first}"] + (term if sign == "+" else -term)


def _style(sheet: Worksheet) -> None:
    bold, head = Font(bold=True), PatternFill("solid", fgColor="DDE6EF")
    top = Border(top=Side(style="thin"))
    for row in (1, 2):
        sheet.cell(row, 1).font = bold
    for column in range(1, _FIRST_COLUMN + 27):
        for row in (4, 5):
            cell = sheet.cell(row, column)
            cell.font, cell.fill, cell.alignment = bold, head, Alignment(horizontal="center")
        for offset, (_, budget, formula) in enumerate(_LINES):
            if formula or (budget is None and column == 1):
                sheet.cell(_FIRST_ROW + offset, column).font = bold
            if formula:
                sheet.cell(_FIRST_ROW + offset, column).border = top
    sheet.column_dimensions["A"].width = 38
    sheet.freeze_panes = "B6"


def _notes(book: Workbook) -> None:
    sheet = book.create_sheet("Notes")
    for row, text in enumerate(
        (
            "Prepared by Finance Planning; actual figures agree with the fiscal 2025 income statement.",
            "Budget approved in December 2024. Restructuring was not budgeted.",
            "November and December include shipments to distributors on extended payment terms.",
        ),
        start=1,
    ):
        sheet.cell(row, 1, text)


def _with_formulas(data: bytes, values: dict[str, int], formulas: dict[str, str]) -> bytes:
    """Return the package with formulas beside the stored values, and with times that never vary."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
        for name in sorted(source.namelist()):
            part = source.read(name)
            if name == "xl/worksheets/sheet1.xml":
                part = _formulas_in(part.decode(), values, formulas).encode()
            elif name == "docProps/core.xml":
                stamp = f"{_CREATED.isoformat()}Z"
                part = re.sub(r">[0-9T:\-]+Z<", f">{stamp}<", part.decode()).encode()
            entry = zipfile.ZipInfo(name, date_time=(2026, 1, 15, 9, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, part)
    return out.getvalue()


def _formulas_in(xml: str, values: dict[str, int], formulas: dict[str, str]) -> str:
    def add(match: re.Match[str]) -> str:
        formula = formulas.get(match[2])
        if formula is None:
            return match[0]
        return f"{match[1]}<f>{formula}</f><v>{values[match[2]]}</v>"

    return re.sub(r'(<c r="([A-Z]+[0-9]+)"[^>]*>)<v>[^<]*</v>', add, xml)
