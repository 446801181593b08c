"""A tiny spreadsheet: works out the formulas that the product writes, over the cells of the same workbook."""

import re
from decimal import Decimal
from io import BytesIO
from typing import Any

from openpyxl import Workbook, load_workbook

_REFERENCE = re.compile(r"(?:(\w+)!)?\$?([A-Z]{1,2})\$?(\d+)")
_ALLOWED = re.compile(r"[\d\s.+\-*/^(),]*")


def opened(data: bytes) -> Workbook:
    """Return a workbook with its formulas."""
    return load_workbook(BytesIO(data))


def value_of(book: Workbook, sheet: str, cell: str) -> Any:
    """Return a cell's value; a formula of sums, products, powers and averages is worked out exactly."""
    found = book[sheet][cell].value
    if isinstance(found, str) and book[sheet][cell].data_type == "f":
        return _worked_out(book, sheet, found.removeprefix("="))
    return Decimal(str(found)) if isinstance(found, int | float) else found


def _worked_out(book: Workbook, sheet: str, formula: str) -> Decimal:
    bare = _REFERENCE.sub("", formula).replace("AVERAGE", "")
    assert _ALLOWED.fullmatch(bare), formula
    values: list[Decimal] = []

    def refer(match: re.Match[str]) -> str:
        values.append(value_of(book, match[1] or sheet, f"{match[2]}{match[3]}"))
        return f"V[{len(values) - 1}]"

    text = re.sub(r"AVERAGE\(([^,()]+),([^,()]+)\)", r"((\1+\2)/2)", formula)
    marked = _REFERENCE.sub(refer, text)
    numbered = re.sub(r"(?<![\w.\[])(\d+(?:\.\d+)?)(?![\]\w.])", r"Decimal('\1')", marked)
    result: Decimal = eval(numbered.replace("^", "**"), {"V": values, "Decimal": Decimal})
    return result
