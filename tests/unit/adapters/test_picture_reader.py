"""Pictures of pages through the limited children, and what these do in process."""

import io
import shutil

import pytest
from reportlab.pdfgen.canvas import Canvas

from services.adapters.local import ocr_child, pictures
from services.adapters.local.layout import LocalLayoutReader
from services.adapters.local.wire import unpack_pages
from services.domain.errors import UnreadableDocument
from services.domain.reports import ReportFormat
from tests.unit.reading.paper import scanned

needs_tesseract = pytest.mark.skipif(
    shutil.which("tesseract") is None, reason="Tesseract is not installed"
)
READER = LocalLayoutReader()


def a_scan(pages: int = 5, dpi: int = 200) -> bytes:
    """Pages with a heading, their number, and ten rows of two columns."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(612, 792))
    for number in range(1, pages + 1):
        canvas.drawString(72, 720, f"Balance sheet number {number}")
        for row in range(12):
            canvas.drawString(72, 690 - 14 * row, f"Line {row}")
            canvas.drawRightString(400, 690 - 14 * row, f"{number},{100 + row}")
            canvas.drawRightString(500, 690 - 14 * row, f"{number},{200 + row}")
        canvas.showPage()
    canvas.save()
    return scanned(buffer.getvalue(), dpi=dpi)


def outlines() -> bytes:
    """A page whose text is drawn as outlines: many paths, no image, no text."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(612, 792))
    for place in range(500):
        x, y = 72 + 4 * (place % 100), 700 - 14 * (place // 100)
        canvas.line(x, y, x + 2, y + 6)
    canvas.showPage()
    canvas.line(72, 700, 500, 700)
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def test_pages_covered_by_a_picture_or_drawn_as_outlines_are_pictured_and_a_blank_one_is_not():
    with READER.open(a_scan(2), ReportFormat.PDF) as document:
        assert document.pictured([2, 1]) == [2, 1]
    with READER.open(outlines(), ReportFormat.PDF) as document:
        assert document.pictured([1, 2]) == [1]


@needs_tesseract
def test_pages_are_recognised_in_the_order_asked_and_progress_is_told():
    seen = []
    with READER.open(a_scan(), ReportFormat.PDF) as document:
        pages = document.recognise([4, 1, 2], lambda *page: seen.append(page))
    assert [page.number for page in pages] == [4, 1, 2]
    assert [next(w.text for w in page.words if "," in w.text) for page in pages] == [
        "4,100",
        "1,100",
        "2,100",
    ]
    assert all(page.recognised for page in pages)
    assert seen[-1] == (3, 3)


@needs_tesseract
def test_a_page_that_breaks_its_child_has_no_words_and_the_others_are_recognised(monkeypatch):
    monkeypatch.setattr(pictures, "OCR_CHILD", "tests.unit.adapters.fragile_ocr_child")
    with READER.open(a_scan(), ReportFormat.PDF) as document:
        pages = document.recognise([1, 2, 3, 4, 5])
    assert [page.number for page in pages] == [1, 2, 3, 4, 5]
    assert [page.number for page in pages if not page.words] == [3]


def nothing(done: int, total: int) -> None:
    del done, total


@needs_tesseract
def test_a_glance_sees_the_top_of_a_table_and_nothing_of_a_page_without_one():
    reading = ocr_child.PictureReading()
    assert reading.open({}, a_scan(1), nothing) == ({"pages": 1}, b"")
    (page,) = unpack_pages(*reading.glance({"numbers": [1]}, b"", nothing))
    words = [word.text for word in page.words]
    assert words[:2] == ["Balance", "sheet"]
    assert max(word.y1 for word in page.words) < 792 - 690 + 14 * 11  # twelve lines
    reading.open({}, scanned(outlines()), nothing)
    (blank,) = unpack_pages(*reading.glance({"numbers": [2]}, b"", nothing))
    assert blank.words == ()


def test_a_page_that_cannot_be_recognised_has_no_words(monkeypatch):
    def failing(*_: object) -> None:
        raise UnreadableDocument("no", "not-recognised")

    monkeypatch.setattr(ocr_child, "words_on", failing)
    reading = ocr_child.PictureReading()
    reading.open({}, a_scan(1), nothing)
    (page,) = unpack_pages(*reading.recognise({"numbers": [1]}, b"", nothing))
    assert (page.number, page.words) == (1, ())


@pytest.mark.parametrize(("dpi", "read_at"), [(100, 200), (250, 250), (400, 300)])
def test_a_scan_is_read_at_its_own_resolution_within_limits(dpi, read_at):
    reading = ocr_child.PictureReading()
    reading.open({}, a_scan(1, dpi), nothing)
    assert reading._own_dpi(1) == pytest.approx(read_at, abs=1)


def test_a_request_before_a_document_is_refused():
    with pytest.raises(UnreadableDocument, match="No document has been opened"):
        ocr_child.PictureReading().pictured({"numbers": [1]}, b"", nothing)


def test_a_workbook_has_no_pictures():
    with READER.open(b"a,1\nb,2\n", ReportFormat.CSV) as document:
        assert not document.recognises
        assert (document.pictured([1]), document.glance([1]), document.recognise([1])) == (
            [],
            [],
            [],
        )
