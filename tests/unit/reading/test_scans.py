"""Pages without a text layer are read from their picture, and everything says so."""

import math
import shutil
from decimal import Decimal

import pytest

from services.confidence.calibration import calibration_words
from services.domain.provenance import Box
from services.domain.reports import TieOutStatus

from .paper import Paper, cover, fact, read, remapped, row_values, scanned, statement

needs_tesseract = pytest.mark.skipif(
    shutil.which("tesseract") is None, reason="Tesseract is not installed"
)
INCOME = [
    ("Net sales", "$ 4,812", "$ 4,377"),
    ("Cost of sales", "2,905", "2,688"),
    ("Gross profit", "1,907", "1,689"),
    ("Selling, general and administrative", "1,020", "971"),
    ("Operating income", "887", "718"),
    ("Interest expense", "(62)", "(58)"),
    ("Income before income taxes", "825", "660"),
    ("Provision for income taxes", "181", "149"),
    ("Net income", "$ 644", "$ 511"),
]
BALANCE = [
    ("Cash and cash equivalents", "$ 310", "$ 275"),
    ("Accounts receivable, net", "540", "498"),
    ("Inventories", "615", "580"),
    ("Total current assets", "1,465", "1,353"),
    ("Property, plant and equipment, net", "2,035", "1,947"),
    ("Total assets", "$ 3,500", "$ 3,300"),
    ("Accounts payable", "$ 425", "$ 410"),
    ("Total current liabilities", "425", "410"),
    ("Long-term debt", "1,275", "1,290"),
    ("Total liabilities", "1,700", "1,700"),
    ("Total shareholders' equity", "1,800", "1,600"),
    ("Total liabilities and shareholders' equity", "$ 3,500", "$ 3,300"),
]


def annual_report(leader: str = "") -> bytes:
    paper = cover(Paper())
    paper.centred("CONSOLIDATED STATEMENTS OF INCOME", "(In millions)")
    paper.heads("2024", "2023", left="Years ended December 31,")
    paper.rows([(label + leader, *cells) for label, *cells in INCOME]).page()
    paper.centred("CONSOLIDATED BALANCE SHEETS", "(In millions)")
    paper.heads("2024", "2023", left="December 31,")
    return paper.rows([(label + leader, *cells) for label, *cells in BALANCE]).pdf()


@needs_tesseract
@pytest.mark.parametrize("degrees", [0.0, 0.7, -1.6])
def test_a_scanned_report_is_read_however_it_lay_on_the_glass(degrees):
    found = read(scanned(annual_report(), degrees))
    assert row_values(found, "Net sales") == [Decimal(4_812_000_000), Decimal(4_377_000_000)]
    assert fact(found, "interest_expense").printed_value == -62
    assert row_values(found, "Total assets") == [Decimal(3_500_000_000), Decimal(3_300_000_000)]
    assert found.report.company == "Example Corporation"
    assert {t.status for t in found.tie_outs if t.check == "T01"} == {TieOutStatus.PASS}


@needs_tesseract
def test_the_box_of_a_recognised_number_stands_on_the_paper_where_the_number_does():
    straight = fact(read(annual_report()), "total_assets", 1).source.boxes[-1]
    askew = fact(read(scanned(annual_report(), -2.6)), "total_assets", 1).source.boxes[-1]
    middle = (straight.x0 + straight.x1) / 2, (straight.y0 + straight.y1) / 2
    assert not _holds(askew, *middle)  # turned about the middle of the page, it moved
    assert _holds(askew, *_turned(*middle, -2.6))


def _holds(box: Box, x: float, y: float) -> bool:
    return box.x0 - 2 <= x <= box.x1 + 2 and box.y0 <= y <= box.y1


def _turned(x: float, y: float, degrees: float) -> tuple[float, float]:
    angle, dx, dy = math.radians(degrees), x - 306, y - 396
    return (
        306 + dx * math.cos(angle) + dy * math.sin(angle),
        396 - dx * math.sin(angle) + dy * math.cos(angle),
    )


@needs_tesseract
def test_dotted_leaders_on_a_scan_are_no_letters():
    found = read(scanned(annual_report(" " + "." * 70)))
    assert row_values(found, "Cost of sales") == [Decimal(2_905_000_000), Decimal(2_688_000_000)]
    assert len(statement(found, "balance_sheet").rows) == len(BALANCE)


@needs_tesseract
def test_a_recognised_number_says_so_in_its_source_its_reasons_and_a_finding():
    found = read(scanned(annual_report()))
    sales = fact(found, "revenue")
    assert sales.source.recognised
    assert sales.source.page == 2
    reasons = {told.name for told in sales.confidence.evidence}
    assert "recognised" in reasons
    assert not reasons & {"text layer", "second reading agrees"}
    assert "Read from a picture" in calibration_words(sales.source)
    (told,) = [f for f in found.findings if f.code == "recognised-pages"]
    assert told.sentence.startswith("Pages 1–3 are read from a picture: compare the numbers")


@needs_tesseract
def test_a_page_whose_text_layer_is_garbled_is_read_from_its_picture():
    """Many converters give glyphs without meaning: the page looks right, its text says nothing."""
    private = {code: 0xE000 + code for code in range(32, 127)}
    found = read(remapped(annual_report(), private))
    assert fact(found, "revenue").source.recognised
    assert fact(found, "total_assets").value == 3_500_000_000


def test_without_tesseract_a_scan_is_named_with_what_to_install(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    found = read(scanned(annual_report()))
    assert found.facts == []
    (told,) = [f for f in found.findings if f.code == "pictures-not-read"]
    assert told.needs_review
    assert told.sentence == (
        "Pages 1–3 are without readable text, and the program that reads pictures is missing on the "
        "server: install the package tesseract-ocr there and upload the report again."
    )


def test_a_report_with_a_text_layer_is_not_recognised():
    found = read(annual_report())
    assert not fact(found, "revenue").source.recognised
    assert [
        f.code for f in found.findings if f.code in {"recognised-pages", "pages-not-read"}
    ] == []
