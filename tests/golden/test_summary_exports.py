"""A real annual report as a CFO's files: the PDF's text, feet and links, the workbook's formulas worked out."""

import os
from ctypes import create_string_buffer
from decimal import Decimal
from pathlib import Path

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
import pytest

from services.bootstrap import build
from services.config import read_settings
from services.domain.messages import Queue
from services.exports.pdf import summary_pdf
from services.exports.workbook import summary_workbook
from services.pipeline.delivery import handle
from services.pipeline.handlers import context_of
from tests.core_records import ANN, NOON
from tests.workbook_formulas import opened, value_of

FILINGS = Path(__file__).resolve().parents[3] / "shared" / "eval" / "filings"
URL = "http://127.0.0.1:8501"


@pytest.fixture
def brief(monkeypatch, tmp_path):
    """The brief of 3M's report on 2018, read, analysed and verified by the product."""
    if not FILINGS.is_dir():
        assert os.environ.get("CI") != "true", "the shared reports must be there in CI"
        pytest.skip("the shared reports are absent")
    monkeypatch.setenv("ADVISOR_DATA_DIR", str(tmp_path / "data"))
    services = build(read_settings())
    data = (FILINGS / "3M_2018_10K.pdf").read_bytes()
    report = services.intake.accept("3M_2018_10K.pdf", data, ANN).report
    context = context_of(services)
    while (delivery := services.ports.queue.claim(tuple(Queue), "w")) is not None:
        handle(delivery, context)
    return services.cfo.brief(report.report_id)


def links_of(document, page):
    """The addresses of a page's links."""
    found = []
    for place in range(pdfium_c.FPDFPage_GetAnnotCount(page)):
        link = pdfium_c.FPDFAnnot_GetLink(pdfium_c.FPDFPage_GetAnnot(page, place))
        action = pdfium_c.FPDFLink_GetAction(link)
        length = pdfium_c.FPDFAction_GetURIPath(document, action, None, 0) if action else 0
        if length:
            buffer = create_string_buffer(length)
            pdfium_c.FPDFAction_GetURIPath(document, action, buffer, length)
            found.append(buffer.value.decode())
    return found


@pytest.mark.slow
def test_a_real_annual_report_gives_a_pdf_with_its_figures_feet_and_links(brief):
    data = summary_pdf(brief, URL, NOON)
    document = pdfium.PdfDocument(data)
    texts = [" ".join(page.get_textpage().get_text_range().split()) for page in document]
    assert 2 <= len(texts) <= 4
    for number, text in enumerate(texts, start=1):
        assert f"Page {number} of {len(texts)}" in text
        assert brief.audit_head in text
        assert brief.ruleset_version in text
        assert len(text) > 400, "a page is nearly empty"
    words = " ".join(texts).replace("\N{NO-BREAK SPACE}", " ")
    for shown in ("USD 32.8 bn", "USD 31.7 bn", "+3.5 %", "USD 5,349 m", "USD 8.89", "USD 36.5 bn"):
        assert shown in words
    assert f"{brief.coverage.face_passed} of {brief.coverage.face_passed} face-statement" in words
    links = [link for page in document for link in links_of(document, page)]
    revenue = next(one.current for one in brief.headlines if one.concept == "revenue")
    assert f"{URL}/report?report={revenue.report_id}&fact={revenue.fact_id}" in links
    assert {fact.fact_id for fact in brief.facts} == {
        link.rpartition("fact=")[2] for link in links if "fact=" in link
    }


@pytest.mark.slow
def test_its_workbook_gives_every_value_of_the_engine_by_formulas_over_printed_numbers(brief):
    book = opened(summary_workbook(brief, URL, NOON))
    printed = {fact.fact_id: fact.value for fact in brief.facts}
    facts = book["Facts"]
    rows = range(2, facts.max_row + 1)
    assert {facts.cell(r, 11).value: Decimal(str(facts.cell(r, 5).value)) for r in rows} == printed
    steps = [step for item in brief.items for step in item.calculations]
    sheet = book["Calculations"]
    live = 0
    for row, step in enumerate(steps, start=2):
        assert value_of(book, "Calculations", f"D{row}") == pytest.approx(
            step.value, rel=Decimal("1e-12")
        )
        live += sheet.cell(row, 4).data_type == "f"
    assert live / len(steps) > 0.7
    growth = next(r for r in range(2, 60) if sheet.cell(r, 2).value == "revenue growth")
    assert round(value_of(book, "Calculations", f"D{growth}"), 4) == Decimal("0.0350")


@pytest.mark.slow
def test_every_sentence_of_it_is_verified_and_leads_to_a_cell_or_a_quotation(brief):
    assert brief.withheld == ()
    assert len(brief.moves) == 5
    sentences = [sentence for item in brief.items for sentence in item.sentences]
    assert all(sentence.facts or sentence.quotes for sentence in sentences)
