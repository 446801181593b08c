"""The CFO's screen in a real browser: cells behind a sentence, the four files opened, a signature and what voids it."""

import csv
import io
import json
import re
from decimal import Decimal
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from playwright.sync_api import Page, expect

from services.bootstrap import build
from services.config import Settings
from services.domain.corrections import claim_of
from tests.acceptance.conftest import ROOT, Product, serving, visit
from tests.acceptance.test_browser import see_heading, shot, wait_until_quiet, wait_until_read
from tests.factories import ANALYST
from tests.workbook_formulas import opened, value_of

SAMPLES = ROOT / "samples"
NAMES = ("Larkfield_FY2024_10-K.pdf", "Larkfield_FY2025_10-K.pdf")

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser")]


@pytest.fixture(scope="module")
def loaded(tmp_path_factory, browser):
    """A product with two annual reports of one company, read and analysed."""
    with serving(tmp_path_factory.mktemp("cfo") / "data") as product:
        page = browser.new_page()
        page.set_default_timeout(30_000)
        visit(page, product.url, "analyst", "/upload")
        see_heading(page, "Reports")
        page.locator("input[type=file]").set_input_files([str(SAMPLES / name) for name in NAMES])
        wait_until_read(product, reports=2)
        page.close()
        yield product


def stored(product: Product):
    """The product's services over its own store, in this process."""
    return build(Settings(data_dir=product.data_dir))


def report_of(services, name):
    return next(one for one in services.ports.records.reports() if one.name == name)


def open_summary(page: Page, product: Product) -> str:
    report_id = report_of(stored(product), NAMES[1]).report_id
    visit(page, product.url, "cfo", f"/summary?report={report_id}")
    see_heading(page, "CFO summary")
    wait_until_quiet(page)
    return report_id


def download(page: Page, name: str, folder: Path) -> bytes:
    with page.expect_download() as waiting:
        page.get_by_role("button", name=re.compile(f"{name}$")).click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path.read_bytes()


def test_a_sentence_opens_the_cells_behind_its_numbers(page: Page, loaded: Product):
    open_summary(page, loaded)
    expect(page.get_by_test_id("stMetricValue").first).to_have_text("USD 525 m")
    expect(page.get_by_text("89 of 89 face-statement checks passed")).to_be_visible()
    expect(page.get_by_role("heading", name="Since the last report")).to_be_visible()
    shot(page, "18-cfo-summary")
    sentence = page.get_by_text(re.compile("Free cash flow was USD .35.8. m"))
    row = page.get_by_test_id("stHorizontalBlock").filter(has=sentence).last
    row.get_by_role("button", name=re.compile("page 8")).click()
    drawer = page.get_by_role("dialog")
    expect(drawer.get_by_text("Cash from operations, Year to Dec 31, 2025: 5,683")).to_be_visible()
    expect(drawer.get_by_test_id("cell-highlight").first).to_be_visible()
    shot(page, "19-cells-of-a-sentence")


def test_the_four_files_hold_what_the_page_says(page: Page, loaded: Product, tmp_path: Path):
    report_id = open_summary(page, loaded)
    pdf = pdfium.PdfDocument(download(page, "PDF", tmp_path))
    texts = [" ".join(one.get_textpage().get_text_range().split()) for one in pdf]
    for number, text in enumerate(texts, start=1):
        assert f"Page {number} of {len(texts)}" in text
        assert re.search(r"Audit trail entry \d+, head [0-9a-f]{64}", text)
    assert "[Calculation] Free cash flow was USD (35.8) m for the year" in " ".join(texts)
    book = opened(download(page, "Excel", tmp_path))
    assert value_of(book, "Summary", "C6") == 524_619_000
    assert round(value_of(book, "Summary", "E6"), 4) == Decimal("0.0262")
    assert book["Summary"]["G6"].hyperlink.target.startswith(
        f"{loaded.url}/report?report={report_id}&fact="
    )
    text = download(page, "CSV", tmp_path).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert {row["section"] for row in rows} >= {"Key figures", "Since the last report", "Risks"}
    document = json.loads(download(page, "JSON", tmp_path))
    assert document["company"] == "LARKFIELD INSTRUMENTS, INC."
    assert document["audit"]["head"] in texts[0]
    assert sorted(path.name for path in tmp_path.glob("cfo_summary_*")) == [
        f"cfo_summary_Larkfield_FY2025_10-K.{ending}" for ending in ("csv", "json", "pdf", "xlsx")
    ]


def test_the_group_leads_to_a_companys_summary(page: Page, loaded: Product):
    visit(page, loaded.url, "cfo", "/group")
    see_heading(page, "Group overview")
    expect(page.get_by_text("USD 525 m")).to_be_visible()
    shot(page, "20-group")
    page.get_by_role("link", name=re.compile("LARKFIELD")).click()
    see_heading(page, "CFO summary")


def test_a_signature_stands_until_a_number_under_it_is_corrected(page: Page, loaded: Product):
    report_id = open_summary(page, loaded)
    page.get_by_role("button", name=re.compile("Sign this summary")).click()
    expect(page.get_by_text(re.compile("Signed by CFO"))).to_be_visible()
    page.reload()
    see_heading(page, "CFO summary")
    expect(page.get_by_text(re.compile("Signed by CFO"))).to_be_visible()
    shot(page, "21-signed")
    services = stored(loaded)
    revenue = next(
        one.current
        for one in services.cfo.brief(report_id).headlines
        if one.concept == "net_income"
    )
    claim = claim_of(revenue).model_copy(
        update={"value": revenue.value + 1_000_000, "printed_value": revenue.printed_value + 1000}
    )
    services.corrections.add(claim, "A typing error of the printer.", None, ANALYST)
    wait_until_read(loaded, reports=2)
    page.reload()
    see_heading(page, "CFO summary")
    expect(page.get_by_text(re.compile("Signature void"))).to_be_visible()
    gone = "Net income, Year to Dec 31, 2025 is shown no more (4066000 USD)"
    expect(page.get_by_text(gone)).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("Sign this summary"))).to_be_visible()
    shot(page, "22-void")
    assert services.ports.audit.verify() is None
