"""Table rows to printed rows: wrapped labels joined, headings turned into sections, cells kept."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import reduce

from services.domain.provenance import Box
from services.extraction.lines import Token
from services.extraction.model import RawCell, RawRow
from services.extraction.numbers import is_currency_sign
from services.extraction.tables import Table, TableRow

_CONNECTOR = re.compile(
    r"(?:\b(?:and|or|of|for|to|in|on|by|the|with|from|net|at|than|per|including|excluding|less|its|as|attributable|used|provided)|[,(—–/-])$",
    re.IGNORECASE,
)
_CONTINUES = re.compile(r"^(?:[a-z(]|\d|—|–|and\b)")
_JUNK = re.compile(
    r"^(?:page\s*)?\d{1,3}$|^table of contents$|^\(?(?:unaudited|continued)\)?$|^exhibit \d|^form 10-[kq]|^f-\d+$"
    r"|^part [iv]+\b.{0,12}item",
    re.IGNORECASE,
)
_TOTAL = re.compile(r"^\W*(?:sub)?total\b|^\W*net cash\b", re.IGNORECASE)
_WRAP_GAP = 1.35  # of the line height between the baselines' boxes: wrapped lines stand closer
_OVERLAP = -0.15  # of the line height
_INDENT = 2.0  # points
_PAGE_NUMBER = 1000


@dataclass(slots=True)
class _Draft:
    """A printed row being built from one or more lines."""

    words: list[Token]
    row: TableRow | None
    y1: float
    section: str | None = None
    boxes: list[Box] = field(default_factory=list)

    @property
    def label(self) -> str:
        """The words, '$' signs and leaders left out."""
        return _label(self.words)


def _label(words: Sequence[Token]) -> str:
    kept = [word.text for word in words]
    while kept and (is_currency_sign(kept[-1]) or kept[-1] in {"(", "—"}):
        kept.pop()
    return " ".join(kept).strip()


def raw_rows(table: Table) -> tuple[RawRow, ...]:
    """Return the table's printed rows, blank-labelled totals kept, pure headings as sections."""
    sections = _Sections()
    rows: list[RawRow] = []
    for draft in _joined(_without_page_number(table.rows)):
        label = draft.label
        if draft.row is None:
            sections.open(label, draft.words[0].x0)
            continue
        indent = draft.words[0].x0 if draft.words else 0.0
        section = sections.of(label, indent)
        rows.append(_raw_row(draft, draft.row, section, table.page))
    return tuple(rows)


def _without_page_number(rows: Sequence[TableRow]) -> Sequence[TableRow]:
    """Leave out a last line that is nothing but the page's number."""
    if not rows:
        return rows
    cells = [cell for cell in rows[-1].cells if cell is not None]
    label = _label(rows[-1].label)
    if len(cells) != 1 or not (label == "" or _JUNK.match(label) or label.lower() == "page"):
        return rows
    number = cells[0].number
    plain = number is not None and number.decimals == 0 and 0 < number.value < _PAGE_NUMBER
    return rows[:-1] if plain and cells[0].text.isdigit() else rows


def _joined(rows: Sequence[TableRow]) -> list[_Draft]:
    """Join wrapped labels: forward when the next line goes on, backward when this one does."""
    drafts: list[_Draft] = []
    for row in rows:
        label = _label(row.label)
        if not row.has_cells and (not label or _JUNK.match(label)):
            continue
        last = drafts[-1] if drafts else None
        if last is not None and _continues(last, row, label):
            last.words = last.words + row.label
            last.y1 = row.line.y1
            if row.has_cells:
                last.row = row
            continue
        drafts.append(_Draft(list(row.label), row if row.has_cells else None, row.line.y1))
    return drafts


def _continues(last: _Draft, row: TableRow, label: str) -> bool:
    """Whether the row's words go on with the label of the draft before it."""
    if row.line.y0 - last.y1 > _WRAP_GAP * row.line.height:
        return False
    before = last.label
    if last.row is not None and row.has_cells:
        return False
    if last.row is None and row.has_cells and not label:
        # a number centred beside a label of two lines overlaps it; an unlabelled total stands below
        return row.line.y0 - last.y1 < _OVERLAP * row.line.height
    if before.endswith(":"):
        return False
    goes_on = _CONTINUES.match(label) is not None and not re.match(r"\([a-z0-9]\)", label)
    open_end = _CONNECTOR.search(before) is not None or before.count("(") > before.count(")")
    if last.row is not None:
        return goes_on and (
            label[:1].islower() or open_end or before.count("(") > before.count(")")
        )
    return goes_on or open_end


class _Sections:
    """The headings in force, outermost first, with their indents and their first row's."""

    def __init__(self) -> None:
        self._stack: list[tuple[str, float]] = []
        self._child: float | None = None
        self._fresh = False

    def open(self, label: str, indent: float) -> None:
        """Enter a heading; headings of the same or deeper indent end, unless it follows one at once."""
        while (
            self._stack
            and self._stack[-1][1] >= indent - _INDENT
            and not (self._fresh and self._stack[-1][1] > indent + _INDENT)
        ):
            if self._fresh and abs(self._stack[-1][1] - indent) <= _INDENT and len(self._stack) < 3:
                break
            self._stack.pop()
        self._stack.append((label, indent))
        self._fresh = True
        self._child = None

    def of(self, label: str, indent: float) -> str | None:
        """Return the innermost heading the row stands under."""
        if self._fresh:
            self._child = indent
            self._fresh = False
        section = self._stack[-1][0] if self._stack else None
        indented = (
            self._child is not None and self._stack and self._child > self._stack[-1][1] + _INDENT
        )
        if label and indented and indent <= self._stack[-1][1] + _INDENT:
            self._leave(indent)
            if not _TOTAL.match(label):
                return self._stack[-1][0] if self._stack else None
        return section

    def _leave(self, indent: float) -> None:
        while self._stack and indent <= self._stack[-1][1] + _INDENT:
            self._stack.pop()
        self._child = indent if self._stack else None


def _raw_row(draft: _Draft, row: TableRow, section: str | None, page: int) -> RawRow:
    words = [word for word in draft.words if not is_currency_sign(word.text)]
    return RawRow(
        label=draft.label,
        cells=tuple(_raw_cell(cell, page) for cell in row.cells),
        section=section,
        indent=round(words[0].x0, 1) if words else 0.0,
        page=page,
        label_boxes=_line_boxes(words),
    )


def _line_boxes(words: Sequence[Token]) -> tuple[Box, ...]:
    """Return one box per line of the label."""
    boxes: list[Box] = []
    for word in words:
        box = reduce(Box.union, word.boxes)
        if boxes and abs(boxes[-1].y1 - box.y1) < 0.5 * word.height:
            boxes[-1] = boxes[-1].union(box)
        else:
            boxes.append(box)
    return tuple(boxes)


def _raw_cell(token: Token | None, page: int) -> RawCell | None:
    if token is None or token.number is None:
        return None
    return RawCell(
        printed=token.text,
        number=token.number.value,
        decimals=token.number.decimals,
        nil=token.number.nil,
        page=page,
        boxes=token.boxes,
        certainty=token.certainty,
        recognised=token.recognised,
    )
