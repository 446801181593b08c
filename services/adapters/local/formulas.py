"""Formulas of a worksheet as they read in each cell: shared ones moved, arrays and data tables named."""

import re

from services.domain.provenance import column_letters, column_number

_QUOTED = re.compile(r"(\"[^\"]*\"|'[^']*')")
_BEFORE, _AFTER = r"(?<![A-Za-z0-9_.$])", r"(?![A-Za-z0-9_(.!])"
_REFERENCE = re.compile(
    rf"{_BEFORE}(\$?)([A-Z]{{1,3}}):(\$?)([A-Z]{{1,3}}){_AFTER}"
    rf"|{_BEFORE}(\$?)([0-9]{{1,7}}):(\$?)([0-9]{{1,7}}){_AFTER}"
    rf"|{_BEFORE}(\$?)([A-Z]{{1,3}})(\$?)([0-9]{{1,7}}){_AFTER}"
)


class Formulas:
    """Writes out the formulas of one worksheet; remembers those that several cells share."""

    def __init__(self) -> None:
        self._shared: dict[str, tuple[str, int, int]] = {}

    def written(self, text: str, attributes: dict[str, str], row: int, column: int) -> str | None:
        """Return a formula element as the cell at this place shows it, None where it says nothing."""
        kind = attributes.get("t")
        if kind == "shared":
            text = self._of_group(text, attributes.get("si", ""), row, column)
        elif kind == "dataTable":
            text = _data_table(attributes)
        return f"={text}" if text else None

    def _of_group(self, text: str, group: str, row: int, column: int) -> str:
        if text:
            self._shared[group] = (text, row, column)
            return text
        if group not in self._shared:
            return ""
        master, first_row, first_column = self._shared[group]
        return moved(master, row - first_row, column - first_column)


def _data_table(attributes: dict[str, str]) -> str:
    inputs = [attributes.get(name, "") for name in ("r1", "r2")]
    if attributes.get("dt2D") not in {"1", "true"}:
        inputs = [inputs[0], ""] if attributes.get("dtr") in {"1", "true"} else ["", inputs[0]]
    return f"TABLE({','.join(inputs)})"


def moved(formula: str, rows: int, columns: int) -> str:
    """Return a formula as it reads when copied so many rows down and columns to the right."""

    def column(fixed: str, letters: str) -> str:
        return fixed + (letters if fixed else column_letters(column_number(letters) + columns))

    def row(fixed: str, number: str) -> str:
        return fixed + (number if fixed else str(int(number) + rows))

    def move(match: re.Match[str]) -> str:
        groups = match.groups(default="")
        if groups[1]:
            return f"{column(*groups[0:2])}:{column(*groups[2:4])}"
        if groups[5]:
            return f"{row(*groups[4:6])}:{row(*groups[6:8])}"
        return column(*groups[8:10]) + row(*groups[10:12])

    pieces = _QUOTED.split(formula)
    pieces[::2] = [_REFERENCE.sub(move, piece) for piece in pieces[::2]]
    return "".join(pieces)
