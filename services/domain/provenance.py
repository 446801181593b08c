"""Provenance: the page or sheet, the cell and the boxes that a number was read from."""

import re
from functools import lru_cache
from typing import NamedTuple

from services.domain.base import Record
from services.domain.ids import ReportId

_CELL = re.compile(r"^([A-Z]{1,3})([0-9]{1,7})$")
_ALPHABET = 26
_CACHED = 32_768


class Box(NamedTuple):
    """A rectangle in PDF points, origin at the top left of the page as displayed."""

    x0: float
    y0: float
    x1: float
    y1: float

    def union(self, other: "Box") -> "Box":
        """Return the smallest box holding both."""
        return Box(
            min(self.x0, other.x0),
            min(self.y0, other.y0),
            max(self.x1, other.x1),
            max(self.y1, other.y1),
        )


class SourceRef(Record):
    """Where one printed thing stands in one document.

    ``page`` is 1-based (PDF); ``sheet`` and ``cell`` (such as ``B34``) are set for workbooks, and
    ``formula`` where the cell holds one; ``boxes`` hold the number's token(s), ``label_boxes`` the
    row's label. ``recognised`` says that the number was recognised on a picture (OCR).
    """

    report_id: ReportId
    document: str
    page: int | None = None
    sheet: str | None = None
    cell: str | None = None
    boxes: tuple[Box, ...] = ()
    label_boxes: tuple[Box, ...] = ()
    printed: str
    formula: str | None = None
    recognised: bool = False

    @property
    def place(self) -> str:
        """The place in words: 'page 56' or 'P&L!B34'."""
        if self.page is not None:
            return f"page {self.page}"
        return f"{self.sheet}!{self.cell}"

    @property
    def is_verifiable(self) -> bool:
        """Whether somebody can look it up: what is printed, and the page, or the sheet and the cell."""
        if not self.printed.strip() or not self.document.strip():
            return False
        if self.page is not None:
            return self.page >= 1
        return bool(self.sheet and self.cell and cell_position(self.cell))


def cell_position(cell: str) -> tuple[int, int] | None:
    """Return the 1-based row and column of a cell such as ``B34``, None for a malformed reference."""
    match = _CELL.match(cell)
    return None if match is None else (int(match[2]), column_number(match[1]))


@lru_cache(maxsize=_CACHED)
def column_number(letters: str) -> int:
    """Return the 1-based column of 'A', 'Z', 'AA'."""
    number = 0
    for letter in letters.upper():
        number = number * _ALPHABET + ord(letter) - ord("A") + 1
    return number


@lru_cache(maxsize=_CACHED)
def column_letters(number: int) -> str:
    """Return the letters of a 1-based column: 27 is 'AA'."""
    letters = ""
    while number > 0:
        number, rest = divmod(number - 1, _ALPHABET)
        letters = chr(ord("A") + rest) + letters
    return letters
