"""A small typesetter: writes a real PDF line by line, and reads it through the real reader."""

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Self

import pypdfium2 as pdfium
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from services.adapters.local.layout import LocalLayoutReader
from services.domain.ids import ReportId, UserId
from services.domain.reports import Fact, Report, ReportFormat, Statement
from services.extraction.service import Extraction, extract
from tests.factories import NOW

LEFT, TOP = 60.0, 740.0
EDGES = (380.0, 460.0, 540.0)
SIZE, LEADING = 9.0, 13.0
FONT, BOLD = "Helvetica", "Helvetica-Bold"

Row = Sequence[str]
"""A label and the printed numbers of its columns, '' for a blank one."""


class Paper:
    """Pages being written from the top down; every method returns the paper."""

    def __init__(self, **options: object) -> None:
        self._buffer = io.BytesIO()
        self.canvas = Canvas(self._buffer, pagesize=(612, 792), invariant=1, **options)
        self.y = TOP

    def text(self, text: str, x: float = LEFT, size: float = SIZE, font: str = FONT) -> Self:
        """Write a line of text from ``x`` on."""
        self.put(text, x, size, font)
        return self.down()

    def centred(self, *texts: str, size: float = 10.0) -> Self:
        """Write lines in the middle of the page, as titles stand."""
        for text in texts:
            self.canvas.setFont(BOLD, size)
            self.canvas.drawCentredString(306, self.y, text)
            self.down()
        return self

    def put(self, text: str, x: float, size: float = SIZE, font: str = FONT) -> Self:
        """Write a text that starts at ``x``, and stay on the line."""
        self.canvas.setFont(font, size)
        self.canvas.drawString(x, self.y, text)
        return self

    def right(self, text: str, edge: float, size: float = SIZE, font: str = FONT) -> Self:
        """Write a number whose digits end at ``edge``, and stay on the line; ')' hangs right of it."""
        digits = text.rstrip(")%")
        self.canvas.setFont(font, size)
        self.canvas.drawRightString(edge, self.y, digits)
        self.canvas.drawString(edge, self.y, text[len(digits) :])
        return self

    def heads(self, *texts: str, edges: Sequence[float] = EDGES, left: str = "") -> Self:
        """Write a line of column heads in bold, each ending at its column's edge."""
        self.put(left, LEFT, font=BOLD)
        for text, edge in zip(texts, edges, strict=False):
            self.right(text, edge, font=BOLD)
        return self.down()

    def row(self, label: str, *cells: str, edges: Sequence[float] = EDGES, x: float = LEFT) -> Self:
        """Write a row: its label at the left, its numbers by their right edges."""
        self.put(label, x)
        for cell, edge in zip(cells, edges, strict=False):
            self.right(cell, edge)
        return self.down()

    def rows(self, rows: Iterable[Row], edges: Sequence[float] = EDGES) -> Self:
        """Write several rows."""
        for label, *cells in rows:
            self.row(label, *cells, edges=edges)
        return self

    def down(self, by: float = LEADING) -> Self:
        """Go on further down."""
        self.y -= by
        return self

    def page(self) -> Self:
        """Begin the next page."""
        self.canvas.showPage()
        self.y = TOP
        return self

    def pdf(self) -> bytes:
        """Return the finished PDF."""
        self.canvas.showPage()
        self.canvas.save()
        return self._buffer.getvalue()


def cover(
    paper: Paper, form: str = "10-K", ended: str = "fiscal year ended December 31, 2024"
) -> Paper:
    """Write the cover of a filing and begin the next page."""
    paper.centred(f"FORM {form}", f"For the {ended}", "Example Corporation")
    return paper.text("(Exact name of registrant as specified in its charter)").page()


def scanned(data: bytes, degrees: float = 0.0, dpi: int = 200) -> bytes:
    """Return the PDF with every page replaced by its picture, turned by some degrees."""
    source, target = pdfium.PdfDocument(data), pdfium.PdfDocument.new()
    for page in source:
        picture = page.render(scale=dpi / 72, grayscale=True).to_pil()
        if degrees:
            picture = picture.rotate(degrees, Image.Resampling.BICUBIC, fillcolor=255)
        jpeg = io.BytesIO()
        picture.save(jpeg, "JPEG", quality=80)
        image = pdfium.PdfImage.new(target)
        image.load_jpeg(jpeg)
        image.set_matrix(pdfium.PdfMatrix().scale(*page.get_size()))
        copy = target.new_page(*page.get_size())
        copy.insert_obj(image)
        copy.gen_content()
    written = io.BytesIO()
    target.save(written)
    return written.getvalue()


def remapped(data: bytes, meanings: Mapping[int, int]) -> bytes:
    """Return the PDF with other meanings for its letters than their shapes, as broken writers give them.

    ``meanings`` maps the code of a drawn character to the code point that the text layer says it is.
    """
    lines = [f"<{code:02x}> <{meanings.get(code, code):04x}>" for code in range(32, 127)]
    cmap = "\n".join(
        [
            "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Other def",
            "1 begincodespacerange\n<00> <ff>\nendcodespacerange\n95 beginbfchar",
            *lines,
            "endbfchar\nendcmap end end",
        ]
    ).encode()
    number = 1 + max(int(found) for found in re.findall(rb"(\d+) 0 obj", data))
    stream = b"%d 0 obj\n<< /Length %d >>\nstream\n%s\nendstream\nendobj\n" % (
        number,
        len(cmap),
        cmap,
    )
    body, tail = data.rsplit(b"\nxref\n", 1)
    body = body.replace(b"/Type /Font\n", b"/Type /Font /ToUnicode %d 0 R\n" % number)
    trailer = b"\ntrailer" + tail.split(b"trailer", 1)[1].split(b"startxref")[0]
    return b"\n".join((body, stream, trailer, b"startxref\n0\n%%EOF\n"))


def read(data: bytes) -> Extraction:
    """Read a PDF as an upload is read."""
    report = Report(
        report_id=ReportId("report-1"),
        name="paper.pdf",
        format=ReportFormat.PDF,
        sha256="0" * 64,
        size=len(data),
        blob_key="paper.pdf",
        uploaded_by=UserId("ann"),
        uploaded_at=NOW,
    )
    with LocalLayoutReader().open(data, ReportFormat.PDF) as document:
        return extract(document, report)


def statement(extraction: Extraction, kind: str) -> Statement:
    """Return the one statement of a kind."""
    (found,) = [s for s in extraction.statements if s.kind.value == kind]
    return found


def row_values(extraction: Extraction, label: str) -> list[Decimal | None]:
    """Return the values of the one row with a label, column by column, None for a blank cell."""
    by_id = {fact.fact_id: fact for fact in extraction.facts}
    (row,) = [r for s in extraction.statements for r in s.rows if r.label == label]
    return [None if fact_id is None else by_id[fact_id].value for fact_id in row.facts]


def fact(extraction: Extraction, concept: str, column: int = 0) -> Fact:
    """Return the one fact with a meaning in a column."""
    (found,) = [
        f
        for f in extraction.facts
        if f.concept == concept and f.column == column and not f.derived_from and f.is_reported
    ]
    return found
