"""Draws a report's pages: headings, paragraphs, and statements set like those of a real filing."""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from reportlab.lib.pagesizes import LETTER
from reportlab.lib.utils import simpleSplit
from reportlab.pdfgen.canvas import Canvas

from samples.statements import Amount, Row, StatementRows

_WIDTH, _HEIGHT = LETTER
_LEFT, _RIGHT = 60.0, _WIDTH - 60.0
_TOP, _BOTTOM = _HEIGHT - 62.0, 64.0
_SERIF, _BOLD, _ITALIC = "Times-Roman", "Times-Bold", "Times-Italic"
_BODY, _TABLE = 10.0, 9.2
_COLUMN = 82.0
_SIGN_SHIFT = 58.0


class Pages:
    """A PDF being written from the top of one page to the bottom of the last; bytes never vary."""

    def __init__(self, path: Path, title: str, footer: str) -> None:
        self._canvas = Canvas(str(path), pagesize=LETTER, invariant=1, pageCompression=1)
        self._canvas.setTitle(title)
        self._canvas.setAuthor("Sample generator")
        self._canvas.setSubject("Invented company; for demonstration only")
        self._footer = footer
        self._number = 1
        self._y = _TOP

    def save(self) -> None:
        """Finish the last page and write the file."""
        self._end_page()
        self._canvas.save()

    def new_page(self) -> None:
        """Go to the top of the next page."""
        self._end_page()
        self._number += 1
        self._y = _TOP

    def _end_page(self) -> None:
        self._canvas.setFont(_SERIF, 8)
        self._canvas.drawCentredString(_WIDTH / 2, 36, str(self._number))
        if self._number > 1:
            self._canvas.drawString(_LEFT, 36, self._footer)
        self._canvas.showPage()

    def space(self, points: float) -> None:
        """Leave room."""
        self._y -= points

    def centred(self, text: str, size: float = _BODY, bold: bool = False) -> None:
        """Write a centred line."""
        self._canvas.setFont(_BOLD if bold else _SERIF, size)
        self._canvas.drawCentredString(_WIDTH / 2, self._y, text)
        self._y -= size * 1.35

    def heading(self, text: str) -> None:
        """Write a bold heading, on the next page when little room is left."""
        if self._y < _BOTTOM + 60:
            self.new_page()
        self._y -= 8
        self._canvas.setFont(_BOLD, 11)
        self._canvas.drawString(_LEFT, self._y, text)
        self._y -= 17

    def paragraph(self, text: str) -> None:
        """Write running text."""
        self._canvas.setFont(_SERIF, _BODY)
        for line in simpleSplit(text, _SERIF, _BODY, _RIGHT - _LEFT):
            if self._y < _BOTTOM:
                self.new_page()
                self._canvas.setFont(_SERIF, _BODY)
            self._canvas.drawString(_LEFT, self._y, line)
            self._y -= 12.6
        self._y -= 5

    def statement(self, company: str, statement: StatementRows) -> None:
        """Draw a statement on a page of its own."""
        self.new_page()
        self.centred(company, 11, bold=True)
        self.centred(statement.title, 11, bold=True)
        self.centred(statement.scale, 9.2)
        self._y -= 10
        self.table(statement.columns, statement.rows, statement.over)
        self._y -= 8
        self._canvas.setFont(_ITALIC, 8.5)
        note = "The accompanying notes are an integral part of these consolidated financial statements."
        self._canvas.drawCentredString(_WIDTH / 2, self._y, note)
        self._y -= 16

    def table(self, columns: Sequence[str], rows: Sequence[Row], over: str = "") -> None:
        """Draw a table with right-aligned columns under their headers."""
        edges = [_RIGHT - 8 - _COLUMN * (len(columns) - 1 - i) for i in range(len(columns))]
        self._heads(columns, edges, over)
        for row in rows:
            if self._y < _BOTTOM:
                self.new_page()
            self._row(row, edges)
        self._y -= 6

    def _heads(self, columns: Sequence[str], edges: Sequence[float], over: str) -> None:
        canvas = self._canvas
        canvas.setFont(_BOLD, _TABLE)
        if over:
            middle = (edges[0] - _SIGN_SHIFT + edges[-1]) / 2
            canvas.drawCentredString(middle, self._y, over)
            self._line(edges[0] - _SIGN_SHIFT, edges[-1] + 4, self._y - 3)
            self._y -= 13
        lines = [column.split("\n") for column in columns]
        for index in range(max(len(words) for words in lines)):
            for words, edge in zip(lines, edges, strict=True):
                if index < len(words):
                    canvas.drawCentredString(edge - _SIGN_SHIFT / 2, self._y, words[index])
            self._y -= 11
        for edge in edges:
            self._line(edge - _SIGN_SHIFT, edge + 4, self._y + 8)
        self._y -= 4

    def _row(self, row: Row, edges: Sequence[float]) -> None:
        canvas = self._canvas
        room = (
            edges[0] - _SIGN_SHIFT - _LEFT - 12 * row.indent - 6 if row.values else _RIGHT - _LEFT
        )
        font = _BOLD if not row.values and not row.indent else _SERIF
        lines = simpleSplit(row.label, font, _TABLE, room)
        canvas.setFont(font, _TABLE)
        for index, line in enumerate(lines):
            shift = 12 * row.indent + (8 if index else 0)
            canvas.drawString(_LEFT + shift, self._y, line)
            if index < len(lines) - 1:
                self._y -= 11
        canvas.setFont(_SERIF, _TABLE)
        for value, edge in zip(row.values, edges, strict=False):
            self._amount(value, edge, row)
        self._y -= 16 if row.rule == "double" else 13.4

    def _amount(self, value: Amount, edge: float, row: Row) -> None:
        if value is None:
            return
        text = printed(value)
        if text.endswith(")"):
            self._canvas.drawRightString(edge, self._y, text[:-1])
            self._canvas.drawString(edge, self._y, ")")
        else:
            self._canvas.drawRightString(edge, self._y, text)
        if row.dollar:
            self._canvas.drawString(edge - _SIGN_SHIFT, self._y, "$")
        if row.rule:
            self._line(edge - _SIGN_SHIFT, edge + 4, self._y + 9)
        if row.rule == "double":
            self._line(edge - _SIGN_SHIFT, edge + 4, self._y - 3)
            self._line(edge - _SIGN_SHIFT, edge + 4, self._y - 5)

    def _line(self, left: float, right: float, y: float) -> None:
        self._canvas.setLineWidth(0.5)
        self._canvas.line(left, y, right, y)


def printed(value: int | Decimal) -> str:
    """Return an amount as a filing prints it: thousands grouped, negatives in parentheses, nil a dash."""
    if value == 0:
        return "—"
    text = f"{abs(value):,}"
    return f"({text})" if value < 0 else text
