"""The extractor seam: what a reader saw (words, cells, boxes), before any meaning is read into it."""

import math
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from services.domain.provenance import Box


class Word(NamedTuple):
    """A run of characters without white space and its box in points from the top left.

    ``certainty`` is the probability in [0, 1] that the characters are right: 1 from a text layer, the
    engine's own from character recognition.
    """

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    certainty: float = 1.0


@dataclass(frozen=True, slots=True)
class PageLayout:
    """The words of one page; ``number`` is 1-based, sizes in points.

    ``recognised`` says that the words were recognised on the page's picture (OCR) and not read from a
    text layer. Their boxes are those of the levelled page; ``skew`` are the degrees by which the page was
    turned counter-clockwise for that, and ``printed_at`` gives the place on the page as it is.
    """

    number: int
    width: float
    height: float
    words: tuple[Word, ...]
    recognised: bool = False
    skew: float = 0.0

    def printed_at(self, box: Box) -> Box:
        """Return where a box of the levelled page stands on the page as it is, of the same size."""
        angle = math.radians(self.skew)
        dx, dy = (box.x0 + box.x1 - self.width) / 2, (box.y0 + box.y1 - self.height) / 2
        right = dx * (math.cos(angle) - 1) - dy * math.sin(angle)
        down = dx * math.sin(angle) + dy * (math.cos(angle) - 1)
        return Box(box.x0 + right, box.y0 + down, box.x1 + right, box.y1 + down)


class CellKind(StrEnum):
    """What a workbook cell holds."""

    NUMBER = "number"
    TEXT = "text"
    DATE = "date"
    BOOLEAN = "boolean"
    ERROR = "error"


class SheetCell(NamedTuple):
    """One non-empty cell; ``row`` and ``column`` are 1-based, ``text`` is what the cell holds as text.

    ``ref`` is the address that row and column have on the sheet, such as ``B34``. ``number`` is set for
    numbers and is what ``text`` says in digits; a date has kind DATE and ISO text. ``number_format`` and
    ``formula`` are None where the format of the file does not tell them.
    """

    row: int
    column: int
    ref: str
    kind: CellKind
    text: str
    number: Decimal | None = None
    number_format: str | None = None
    formula: str | None = None


@dataclass(frozen=True, slots=True)
class SheetLayout:
    """One worksheet's non-empty cells in row order; hidden rows and columns by 1-based index.

    ``saved`` is the day the workbook was last saved, None where the file does not tell.
    """

    name: str
    cells: tuple[SheetCell, ...]
    hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    merged: tuple[str, ...] = field(default=())
    saved: date | None = None
