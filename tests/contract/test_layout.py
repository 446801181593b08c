"""What every LayoutReader does: the one on this machine, and Document Intelligence through the real SDK."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from reportlab.lib.pdfencrypt import StandardEncryption

from services.adapters.azure.layout import open_layout
from services.adapters.local import layout as local_layout
from services.adapters.local.layout import LocalLayoutReader
from services.bootstrap import build_engine
from services.config import Settings
from services.domain.errors import UnreadableDocument
from services.domain.reports import Fact, ReportFormat
from services.ports import LayoutReader
from tests.azure.document_intelligence import KEY, DocumentIntelligence
from tests.unit.reading.paper import Paper, cover

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
WITHIN = 0.5  # points


@pytest.fixture(params=["local", "azure"])
def reader(request: pytest.FixtureRequest) -> Iterator[LayoutReader]:
    if request.param == "local":
        yield LocalLayoutReader()
        return
    with DocumentIntelligence() as server:
        yield open_layout(
            Settings(document_intelligence_endpoint=server.endpoint, document_intelligence_key=KEY)
        )


def pages_of(count: int, **options: object) -> bytes:
    paper = Paper(**options)
    for number in range(1, count + 1):
        paper.row("Total assets of a page with some words on it", f"{number},234", f"{number},100")
        paper.text("A sentence stands below the row.", size=9.0)
        if number < count:
            paper.page()
    return paper.pdf()


def refusal(reader: LayoutReader, data: bytes) -> UnreadableDocument:
    with (
        pytest.raises(UnreadableDocument) as caught,
        reader.open(data, ReportFormat.PDF) as document,
    ):
        document.page_texts()
    return caught.value


def test_a_row_of_a_table_is_one_line_of_the_pages_text(reader: LayoutReader):
    with reader.open(pages_of(3), ReportFormat.PDF) as document:
        assert document.page_count == 3
        texts = document.page_texts()
    assert [text.split("\n")[0].split()[-2:] for text in texts] == [
        [f"{number},234", f"{number},100"] for number in (1, 2, 3)
    ]
    assert all("A sentence stands below the row." in text.splitlines()[1] for text in texts)


def test_words_come_with_boxes_in_points_and_pages_in_the_order_asked(reader: LayoutReader):
    with reader.open(pages_of(12), ReportFormat.PDF) as document:
        pages = document.page_words([12, 2, 7])
        assert document.page_words([]) == []
    assert [page.number for page in pages] == [12, 2, 7]
    assert [(page.width, page.height) for page in pages] == [(612, 792)] * 3
    amounts = [next(word for word in page.words if word.text.endswith(",234")) for page in pages]
    assert [amount.text for amount in amounts] == ["12,234", "2,234", "7,234"]
    for amount in amounts:
        assert amount.x1 == pytest.approx(380, abs=1)
        assert amount.y0 < 792 - 740 < amount.y1 + WITHIN
        assert amount.certainty > 0.9
    assert not any(page.recognised for page in pages)


def test_progress_is_told_up_to_the_last_page(reader: LayoutReader):
    seen: list[tuple[int, int]] = []
    with reader.open(pages_of(23), ReportFormat.PDF) as document:
        document.page_texts(lambda done, total: seen.append((done, total)))
    assert seen[-1] == (23, 23)
    assert seen == sorted(seen)


def test_a_page_without_a_word_has_an_empty_text_and_is_no_picture(reader: LayoutReader):
    data = Paper().row("Total assets", "1,234").page().pdf()
    with reader.open(data, ReportFormat.PDF) as document:
        assert [bool(text.strip()) for text in document.page_texts()] == [True, False]
        assert document.pictured([2]) == []
        assert document.page_words([2])[0].words == ()
        assert document.sheets() == []


def test_a_pdf_behind_a_password_is_refused_as_encrypted(reader: LayoutReader):
    assert refusal(reader, pages_of(1, encrypt=StandardEncryption("secret"))).code == "encrypted"


@pytest.mark.parametrize("data", [b"%PDF-1.7\n", b"PK\x03\x04broken", b"\x00" * 64])
def test_damaged_bytes_are_refused_as_malformed(reader: LayoutReader, data: bytes):
    assert refusal(reader, data).code == "malformed"


def test_a_pdf_of_too_many_pages_is_refused(reader: LayoutReader, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(local_layout, "MAX_PAGES", 3)
    assert refusal(reader, pages_of(4)).code == "too-many-pages"


def test_a_workbook_gives_its_sheets_and_no_pages(reader: LayoutReader):
    book = openpyxl.Workbook()
    book.active["B2"] = 1234.5
    buffer = io.BytesIO()
    book.save(buffer)
    with reader.open(buffer.getvalue(), ReportFormat.XLSX) as document:
        (sheet,) = document.sheets()
        assert (document.page_count, document.page_texts(), document.page_words([1])) == (0, [], [])
    assert [cell.ref for cell in sheet.cells] == ["B2"]


def test_a_small_statement_gives_its_facts(reader: LayoutReader):
    paper = cover(Paper()).centred("CONSOLIDATED BALANCE SHEETS", "(in millions)")
    paper.heads("December 31, 2024", "December 31, 2023", edges=(400.0, 520.0))
    rows = [
        ("Cash and cash equivalents", "1,200", "1,100"),
        ("Accounts receivable, net", "800", "700"),
        ("Inventories", "500", "450"),
        ("Total current assets", "2,500", "2,250"),
        ("Property, plant and equipment, net", "3,500", "3,250"),
        ("Total assets", "6,000", "5,500"),
        ("Accounts payable", "900", "850"),
        ("Total current liabilities", "900", "850"),
        ("Long-term debt", "2,100", "2,000"),
        ("Total liabilities", "3,000", "2,850"),
        ("Total shareholders’ equity", "3,000", "2,650"),
        ("Total liabilities and shareholders’ equity", "6,000", "5,500"),
    ]
    data = paper.rows(rows, edges=(400.0, 520.0)).pdf()
    facts = replace(build_engine(), layout=reader).read("paper.pdf", data).facts
    assert {_of(fact) for fact in facts if fact.concept == "total_assets"} == {
        ("Total assets", "6000000000", 2),
        ("Total assets", "5500000000", 2),
    }


def _of(fact: Fact) -> tuple[str, str, int | None]:
    return fact.label, str(fact.value), fact.source.page


def boxes(facts: Sequence[Fact]) -> list[tuple[float, float, float, float]]:
    return [(b.x0, b.y0, b.x1, b.y1) for fact in facts for b in fact.source.boxes]


@pytest.mark.parametrize(
    "name", ["Larkfield_FY2025_10-K.pdf", "Larkfield_FY2025_10-KA_restated.pdf"]
)
def test_a_report_gives_the_same_facts_as_on_this_machine(reader: LayoutReader, name: str):
    data = (SAMPLES / name).read_bytes()
    expected = build_engine().read(name, data)
    read = replace(build_engine(), layout=reader).read(name, data)
    assert [_of(fact) for fact in read.facts] == [_of(fact) for fact in expected.facts]
    assert len(read.facts) > 100
    for box, other in zip(boxes(read.facts), boxes(expected.facts), strict=True):
        assert box == pytest.approx(other, abs=WITHIN)
    assert [(s.kind, s.title) for s in read.statements] == [
        (s.kind, s.title) for s in expected.statements
    ]
    assert [t.sentence for t in read.tie_outs] == [t.sentence for t in expected.tie_outs]
    assert (read.report.company, read.report.period_end) == (
        expected.report.company,
        expected.report.period_end,
    )
