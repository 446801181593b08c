"""Documents through the limited child: read, or refused with a sentence; the parent always lives."""

import csv
import io
import time

import openpyxl
import pytest
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from services.adapters.local import layout as layout_module
from services.adapters.local.layout import LocalLayoutReader
from services.domain.errors import UnreadableDocument
from services.domain.layout import CellKind
from services.domain.reports import ReportFormat
from tests.unit.adapters import bombs

READER = LocalLayoutReader()


def a_pdf(pages: int = 1, password: str | None = None) -> bytes:
    buffer = io.BytesIO()
    lock = StandardEncryption(password) if password else None
    canvas = Canvas(buffer, pagesize=(612, 792), invariant=1, encrypt=lock)
    for number in range(1, pages + 1):
        canvas.drawString(72, 720, f"Total assets {number},234")
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def refusal(data: bytes, format: ReportFormat) -> UnreadableDocument:
    with pytest.raises(UnreadableDocument) as caught, READER.open(data, format) as document:
        document.page_texts()
    return caught.value


def test_a_pdf_gives_texts_words_and_progress():
    seen = []
    with READER.open(a_pdf(3), ReportFormat.PDF) as document:
        assert document.page_count == 3
        texts = document.page_texts(lambda *page: seen.append(page))
        second, first = document.page_words([2, 1])
        assert document.sheets() == []
    assert [text.strip() for text in texts] == [f"Total assets {n},234" for n in (1, 2, 3)]
    assert seen == [(1, 3), (2, 3), (3, 3)]
    assert (second.number, first.number) == (2, 1)
    assert [word.text for word in second.words] == ["Total", "assets", "2,234"]
    assert second.words[0].x0 == pytest.approx(72, abs=1)
    assert 60 < second.words[0].y0 < 72 < second.words[0].y1 < 80


def test_a_workbook_gives_sheets_and_no_pages():
    book = openpyxl.Workbook()
    book.active["B2"] = 1234.5
    buffer = io.BytesIO()
    book.save(buffer)
    with READER.open(buffer.getvalue(), ReportFormat.XLSX) as document:
        (sheet,) = document.sheets()
        assert (document.page_count, document.page_texts(), document.page_words([1])) == (0, [], [])
    (cell,) = sheet.cells
    assert (cell.ref, cell.kind, str(cell.number)) == ("B2", CellKind.NUMBER, "1234.5")


def test_a_csv_is_one_sheet_named_csv():
    buffer = io.StringIO()
    csv.writer(buffer).writerows([["", "2024"], ["Revenue", "10"]])
    with READER.open(buffer.getvalue().encode(), ReportFormat.CSV) as document:
        (sheet,) = document.sheets()
    assert (sheet.name, [cell.text for cell in sheet.cells]) == ("csv", ["2024", "Revenue", "10"])


def test_a_pdf_with_too_many_pages_is_refused(monkeypatch):
    monkeypatch.setattr(layout_module, "MAX_PAGES", 3)
    error = refusal(a_pdf(4), ReportFormat.PDF)
    assert error.code == "too-many-pages"
    assert error.sentence.startswith("This PDF has 4 pages; a report may have up to 3.")


def test_a_pdf_behind_a_password_is_refused_as_encrypted():
    assert refusal(a_pdf(1, password="secret"), ReportFormat.PDF).code == "encrypted"


@pytest.mark.parametrize(
    "format", [f for f in ReportFormat if f is not ReportFormat.CSV], ids=lambda f: f.value
)
@pytest.mark.parametrize("data", [b"%PDF-1.7\n", b"PK\x03\x04broken", b"\x00" * 64])
def test_damaged_bytes_are_malformed_in_every_format(format, data):
    error = refusal(data, format)
    assert error.code == "malformed"
    assert "damaged" in error.sentence


def test_a_page_that_breaks_its_child_is_left_out_and_the_others_are_read(monkeypatch):
    monkeypatch.setattr(layout_module, "PDF_CHILD", "tests.unit.adapters.fragile_pdf_child")
    with READER.open(a_pdf(4), ReportFormat.PDF) as document:
        texts = [text.strip() for text in document.page_texts()]
    assert texts == ["Total assets 1,234", "", "Total assets 3,234", "Total assets 4,234"]


def test_two_children_read_a_long_document_in_order_around_broken_pages(monkeypatch):
    monkeypatch.setattr(layout_module, "PDF_CHILD", "tests.unit.adapters.fragile_pdf_child")
    seen = []
    with READER.open(a_pdf(60), ReportFormat.PDF) as document:
        texts = document.page_texts(lambda *page: seen.append(page))
        (words,) = document.page_words([60])
    assert [number for number, text in enumerate(texts, start=1) if not text] == [2, 45]
    assert [text.split()[2] for text in texts if text] == [
        f"{number},234" for number in range(1, 61) if number not in {2, 45}
    ]
    assert seen[-1] == (60, 60)
    assert all(total == 60 for _, total in seen)
    assert words.words[2].text == "60,234"


def test_the_words_of_pages_that_two_children_read_come_in_the_order_asked():
    with READER.open(a_pdf(9), ReportFormat.PDF) as document:
        pages = document.page_words([5, 2, 9, 3])
        assert document.page_words([]) == []
    assert [page.number for page in pages] == [5, 2, 9, 3]
    assert [page.words[2].text for page in pages] == ["5,234", "2,234", "9,234", "3,234"]


@pytest.mark.parametrize(("pages", "children"), [(1, 1), (7, 1), (8, 2), (60, 2)])
def test_only_a_document_of_some_pages_is_worth_a_second_child(monkeypatch, pages, children):
    started = []

    class Counted(layout_module.Child):
        def __init__(self, *arguments) -> None:
            super().__init__(*arguments)
            started.append(self.pid)

    monkeypatch.setattr(layout_module, "Child", Counted)
    with READER.open(a_pdf(pages), ReportFormat.PDF) as document:
        assert len(document.page_texts()) == pages
        document.page_words([1, pages])
    assert len(set(started)) == len(started) == children


def test_a_long_document_that_is_hostile_in_its_second_half_is_refused(monkeypatch):
    monkeypatch.setattr(layout_module, "PDF_CHILD", "tests.unit.adapters.fragile_pdf_child")
    monkeypatch.setattr(layout_module, "MAX_BROKEN_PAGES", 0)
    assert refusal(a_pdf(60), ReportFormat.PDF).code == "resource-limit"


def test_a_document_of_only_breaking_pages_is_refused(monkeypatch):
    monkeypatch.setattr(layout_module, "PDF_CHILD", "tests.unit.adapters.fragile_pdf_child")
    monkeypatch.setattr(layout_module, "MAX_BROKEN_PAGES", 0)
    assert refusal(a_pdf(4), ReportFormat.PDF).code == "resource-limit"


@pytest.mark.parametrize(
    ("make", "format", "code"),
    [
        (bombs.flate_bomb_pdf, ReportFormat.PDF, "resource-limit"),
        (bombs.operator_bomb_pdf, ReportFormat.PDF, "resource-limit"),
        (bombs.spaces_bomb_xlsx, ReportFormat.XLSX, "resource-limit"),
        (bombs.many_parts_xlsx, ReportFormat.XLSX, "resource-limit"),
        (bombs.billion_laughs_xlsx, ReportFormat.XLSX, "malformed"),
        (bombs.spaces_bomb_xlsx, ReportFormat.ODS, "resource-limit"),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_a_bomb_ends_in_a_sentence_and_soon(make, format, code):
    data = make()
    started = time.monotonic()
    error = refusal(data, format)
    assert error.code == code
    assert error.sentence.endswith(".")
    assert time.monotonic() - started < 30


def test_a_lying_directory_does_not_get_more_than_it_declared():
    """A zip that declares a small part but holds a large one is cut off or refused, never inflated."""
    data = bombs.lying_xlsx()
    assert refusal(data, ReportFormat.XLSX).code in {"malformed", "resource-limit"}


def test_a_far_cell_costs_nothing():
    started = time.monotonic()
    with READER.open(bombs.far_cell_xlsx(), ReportFormat.XLSX) as document:
        (sheet,) = document.sheets()
    assert [cell.ref for cell in sheet.cells] == ["A1", "XFD1048576"]
    assert (sheet.cells[1].row, sheet.cells[1].column) == (1_048_576, 16_384)
    assert time.monotonic() - started < 5


def test_an_encrypted_workbook_says_what_to_do():
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600
    data = ole + "EncryptedPackage".encode("utf-16-le")
    for format in (ReportFormat.XLSX, ReportFormat.XLSB, ReportFormat.XLS):
        error = refusal(data, format)
        assert error.code == "encrypted"
        assert "remove the password" in error.sentence


def test_an_old_workbook_behind_a_password_is_told_from_a_damaged_one():
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(512, b"\0")
    start = b"\x09\x08\x04\x00\x00\x06\x05\x00"
    locked = (head + start + b"\x2f\x00\x06\x00" + b"x" * 6).ljust(2048, b"\0")
    assert refusal(locked, ReportFormat.XLS).code == "encrypted"
    plain = (head + start + b"\x42\x00\x02\x00" + b"x" * 2).ljust(2048, b"\0")
    assert refusal(plain, ReportFormat.XLS).code == "malformed"
