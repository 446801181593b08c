"""What the limited children do, called in process: the handlers behind the pipe."""

import io
import zipfile

import pytest
from PIL import Image

from services.adapters.local import child_main, sheets
from services.adapters.local.pdf_child import PdfReading
from services.adapters.local.render_child import render
from services.adapters.local.sheet_child import sheets as read_request
from services.adapters.local.sheets import read_with_calamine
from services.adapters.local.wire import unpack_pages
from services.domain.errors import UnreadableDocument
from services.domain.layout import CellKind
from tests.unit.adapters.bombs import workbook_of
from tests.unit.adapters.test_layout_reader import a_pdf

OFFICE = "urn:oasis:names:tc:opendocument:xmlns"
TABLE = (
    '<table:table table:name="Plan"><table:table-row>'
    '<table:table-cell office:value-type="string"><text:p>Revenue</text:p></table:table-cell>'
    '<table:table-cell office:value-type="float" office:value="1234.5"/>'
    '<table:table-cell office:value-type="boolean" office:boolean-value="true"/>'
    '<table:table-cell office:value-type="date" office:date-value="2024-12-31"/>'
    '<table:table-cell office:value-type="date" office:date-value="2024-12-31T18:30:00"/>'
    "</table:table-row></table:table>"
)


def an_ods(table: str = TABLE) -> bytes:
    content = (
        f'<?xml version="1.0"?><office:document-content xmlns:office="{OFFICE}:office:1.0" '
        f'xmlns:table="{OFFICE}:table:1.0" xmlns:text="{OFFICE}:text:1.0"><office:body>'
        f"<office:spreadsheet>{table}</office:spreadsheet></office:body></office:document-content>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr("content.xml", content)
        manifest = f'<m:manifest xmlns:m="{OFFICE}:manifest:1.0"/>'
        package.writestr("META-INF/manifest.xml", manifest)
    return out.getvalue()


def nothing(done: int, total: int) -> None:
    raise AssertionError("this handler tells no progress")


def test_the_pdf_child_reads_the_pages_asked_for_and_leaves_out_the_broken():
    reading, seen = PdfReading(), []
    assert reading.open({}, a_pdf(4), nothing) == ({"pages": 4}, b"")
    body, _ = reading.texts(
        {"numbers": [2, 3, 4], "skip": [3]}, b"", lambda *page: seen.append(page)
    )
    assert [text.strip() for text in body["texts"]] == [
        "Total assets 2,234",
        "",
        "Total assets 4,234",
    ]
    assert seen == [(1, 3), (2, 3), (3, 3)]
    (page,) = unpack_pages(*reading.words({"numbers": [4]}, b"", nothing))
    assert [word.text for word in page.words] == ["Total", "assets", "4,234"]


def test_the_pdf_child_reads_nothing_before_a_document_is_opened():
    with pytest.raises(UnreadableDocument, match="No document has been opened"):
        PdfReading().words({"numbers": [1]}, b"", nothing)


def test_the_render_child_draws_the_page_or_says_how_many_there_are():
    body, picture = render({"index": 0, "dpi": 36}, a_pdf(2), nothing)
    with Image.open(io.BytesIO(picture)) as image:
        assert (body, image.size, image.format) == ({"pages": 2}, (306, 396), "WEBP")
    assert render({"index": 2, "dpi": 36}, a_pdf(2), nothing) == ({"pages": 2}, b"")


def test_the_sheet_child_packs_the_sheets_it_read():
    body, blob = read_request({"format": "csv"}, b"Revenue,5", nothing)
    assert [head["texts"] for head in body["sheets"]] == [["Revenue", "5"]]
    assert len(blob) == 2 * 4 * 4


def test_an_opendocument_sheet_gives_values_without_formats():
    (sheet,) = read_with_calamine(an_ods())
    assert sheet.name == "Plan"
    assert [(cell.ref, cell.kind, cell.text) for cell in sheet.cells] == [
        ("A1", CellKind.TEXT, "Revenue"),
        ("B1", CellKind.NUMBER, "1234.5"),
        ("C1", CellKind.BOOLEAN, "TRUE"),
        ("D1", CellKind.DATE, "2024-12-31"),
        ("E1", CellKind.DATE, "2024-12-31T18:30:00"),
    ]
    assert {(cell.number_format, cell.formula) for cell in sheet.cells} == {(None, None)}


def test_zeros_and_false_are_cells_and_blanks_are_none():
    row = (
        '<table:table-cell office:value-type="float" office:value="0"/><table:table-cell/>'
        '<table:table-cell office:value-type="boolean" office:boolean-value="false"/>'
    )
    table = f'<table:table table:name="T"><table:table-row>{row}</table:table-row></table:table>'
    (sheet,) = read_with_calamine(an_ods(table))
    assert [(cell.ref, cell.text) for cell in sheet.cells] == [("A1", "0"), ("C1", "FALSE")]


def test_too_many_cells_are_refused_in_every_reader(monkeypatch):
    monkeypatch.setattr(sheets, "MAX_CELLS", 2)
    with pytest.raises(UnreadableDocument) as caught:
        read_with_calamine(an_ods())
    assert caught.value.code == "resource-limit"
    book = workbook_of(
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        b"<row><c><v>1</v></c><c><v>2</v></c><c><v>3</v></c></row></sheetData></worksheet>"
    )
    with pytest.raises(UnreadableDocument, match="more than"):
        sheets.read_xlsx(book)


def test_values_a_reader_may_hand_over_keep_their_meaning():
    assert sheets._typed(7) == (CellKind.NUMBER, "7", 7)
    assert sheets._typed(float("inf")) == (CellKind.TEXT, "inf", None)


@pytest.mark.skipif(child_main.resource is None, reason="the limits are POSIX's")
def test_the_limits_are_those_documented(monkeypatch):
    asked = {}
    resource = child_main.resource
    monkeypatch.setattr(resource, "setrlimit", lambda kind, pair: asked.update({kind: pair}))
    child_main.set_limits()
    assert asked == {
        resource.RLIMIT_AS: (1024**3, 1024**3),
        resource.RLIMIT_CPU: (60, 60),
        resource.RLIMIT_FSIZE: (0, 0),
        resource.RLIMIT_NOFILE: (32, 32),
        resource.RLIMIT_CORE: (0, 0),
    }


def test_without_such_limits_the_parent_s_clock_remains(monkeypatch):
    monkeypatch.setattr(child_main, "resource", None)
    child_main.set_limits()
    assert child_main.resource is None
