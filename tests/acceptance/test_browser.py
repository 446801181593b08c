"""The main job in a real browser: upload, progress, insight, highlighted cell, chain, review, CFO summary.

Screenshots are kept in build/screenshots as test artefacts.
"""

import json
import os
import re
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from services.adapters.local.database import Database
from services.adapters.local.records import SqliteRecordStore
from services.domain.ids import ReportId
from services.domain.messages import Effects, MessageKind, message
from tests.acceptance.conftest import Product, serving, token_of, visit

ROOT = Path(__file__).resolve().parents[2]
SHOTS = ROOT / "build" / "screenshots"
FILINGS = ROOT.parent / "shared" / "eval" / "filings"
READ_SECONDS = 120

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser")]


def reports_to_upload() -> list[Path]:
    """Two real annual reports (samples on a machine without any, never in CI) and a faulty sample."""
    faulty = ROOT / "samples" / "Larkfield_FY2025_10-K_draft_with_errors.pdf"
    if FILINGS.is_dir():
        return [*sorted(FILINGS.glob("*_10K.pdf"))[:2], faulty]
    assert os.environ.get("CI") != "true", (
        "the real filings are missing; in CI they have to be there"
    )
    return [*sorted((ROOT / "samples").glob("*FY202?_10-K.pdf"))[:2], faulty]


def ask(product: Product, path: str) -> Any:
    request = urllib.request.Request(f"{product.url}/api/v1/{path}", headers=token_of(product))
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def wait_until_read(product: Product, reports: int) -> None:
    """Wait until every report has reached its end and no message is under way."""
    deadline = time.monotonic() + READ_SECONDS
    while time.monotonic() < deadline:
        documents = ask(product, "documents")["documents"]
        queues = ask(product, "health")["queues"]
        done = [d for d in documents if d["status"] in {"analysed", "no_statements", "failed"}]
        if len(done) == reports and not any(queues.values()):
            return
        time.sleep(0.5)
    raise AssertionError(f"not read after {READ_SECONDS} s")


def shot(page: Page, name: str) -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}.png", full_page=True)


def see_heading(page: Page, name: str) -> None:
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible(timeout=30_000)


def wait_until_quiet(page: Page) -> None:
    """Wait until no script run is under way."""
    page.wait_for_selector("[data-testid='stApp'][data-test-script-state='notRunning']")


@pytest.fixture(scope="module")
def uploaded(product: Product, browser) -> Product:
    """The product after an analyst uploaded real reports and watched them being read."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.set_default_timeout(30_000)
    visit(page, product.url, "analyst", "/upload")
    see_heading(page, "Reports")
    page.locator("input[type=file]").set_input_files([str(p) for p in reports_to_upload()])
    expect(page.get_by_test_id("stProgress").first).to_be_visible()
    shot(page, "1-progress")
    wait_until_read(product, reports=3)
    page.reload()
    see_heading(page, "Reports")
    expect(page.get_by_text("Library")).to_be_visible()
    wait_until_quiet(page)
    shot(page, "2-library")
    page.close()
    return product


def test_people_sign_in_where_a_link_led_them_and_see_only_their_roles_pages(
    page: Page, product: Product
):
    page.goto(f"{product.url}/insights?severity=high")
    see_heading(page, "Sign in")
    shot(page, "0-sign-in")
    page.get_by_role("button", name="Analyst").click()
    see_heading(page, "Insights")
    assert page.url == f"{product.url}/insights?severity=high"
    queue = page.get_by_role("link", name="Review queue")
    expect(queue).to_have_count(0)
    page.get_by_role("button", name="Sign out or switch person").click()
    see_heading(page, "Sign in")
    page.get_by_role("button", name="Reviewer", exact=True).click()
    see_heading(page, "Review queue")
    expect(queue).to_be_visible()


def test_an_insight_shows_its_highlighted_cell_and_its_reasoning_chain(
    page: Page, uploaded: Product
):
    visit(page, uploaded.url, "analyst", "/insights")
    see_heading(page, "Insights")
    page.get_by_text("Evidence and reasoning").first.click()
    highlight = page.get_by_test_id("cell-highlight").first
    expect(highlight).to_be_visible()
    expect(highlight).to_be_in_viewport()
    box = highlight.bounding_box()
    assert box is not None
    assert 8 < box["width"] < 200
    assert 5 < box["height"] < 60
    shot(page, "3-insight")
    page.get_by_text("Reasoning chain").click()
    expect(page.get_by_text("SHA-256 of the inputs")).to_be_visible()
    expect(page.get_by_text(re.compile(r"\(page \d+\)")).first).to_be_visible()
    shot(page, "4-reasoning-chain")


def test_a_file_of_a_wrong_type_gets_a_plain_sentence(
    page: Page, uploaded: Product, tmp_path: Path
):
    visit(page, uploaded.url, "analyst", "/upload")
    see_heading(page, "Reports")
    wrong, empty = tmp_path / "notes.docx", tmp_path / "empty.pdf"
    wrong.write_bytes(b"\x00\x01no report\x00")
    empty.write_bytes(b"")
    page.locator("input[type=file]").set_input_files([str(wrong), str(empty)])
    refusals = page.get_by_test_id("stAlert")
    expect(refusals).to_have_count(2)
    expect(refusals.first).to_contain_text("notes.docx")
    expect(refusals.first).to_contain_text("PDF")
    expect(refusals.last).to_contain_text("empty.pdf")
    shot(page, "9-refused-files")


def test_a_click_on_a_number_of_a_statement_shows_its_cell(page: Page, uploaded: Product):
    visit(page, uploaded.url, "analyst", "/report")
    see_heading(page, "Statements")
    expect(page.get_by_test_id("cell-highlight").first).to_be_visible()
    number = page.locator("button.number").nth(5)
    number.click()
    wait_until_quiet(page)
    expect(page.get_by_test_id("cell-highlight").first).to_be_visible()
    shot(page, "5-statement")


def test_a_reviewer_decides_and_the_cfo_sees_what_was_approved(page: Page, uploaded: Product):
    visit(page, uploaded.url, "reviewer", "/review")
    see_heading(page, "Review queue")
    expect(page.get_by_text("Why it is here")).to_be_visible()
    expect(page.get_by_test_id("cell-highlight").first).to_be_visible()
    shot(page, "6-review-queue")
    title = page.get_by_role("heading", level=2).first.inner_text()
    page.get_by_label("Comment").fill("Checked against the page.")
    page.get_by_label("Comment").blur()
    item = re.search("item=([^&]+)", page.url)
    assert item is not None
    page.get_by_role("button", name=re.compile("Approve")).click()
    first, whole = "waits for a second person", "Approved and written"
    expect(page.get_by_text(re.compile(f"{first}|{whole}")).first).to_be_visible()
    if page.get_by_text(re.compile(first)).count():  # above overall materiality two people approve
        visit(page, uploaded.url, "second-reviewer", f"/item?item={item[1]}")
        page.get_by_role("button", name=re.compile("Approve")).click()
    expect(page.get_by_text(re.compile("Approved")).first).to_be_visible()
    visit(page, uploaded.url, "cfo", "/summary")
    see_heading(page, "CFO summary")
    expect(page.get_by_text("Revenue", exact=True).first).to_be_visible()
    expect(page.get_by_text(title).first).to_be_visible()
    shot(page, "7-cfo-summary")


def report_named(product: Product, part: str) -> ReportId:
    documents = ask(product, "documents")["documents"]
    (found,) = [one["report_id"] for one in documents if part in one["name"]]
    return ReportId(found)


def read_again(product: Product, report_id: ReportId, run: str) -> None:
    """Have a report read once more, as after an upgrade of the reader, and wait until it is."""
    store = SqliteRecordStore(Database(product.data_dir / "advisor.sqlite3"))
    again = message(MessageKind.REPORT_RECEIVED, report_id, run)
    store.commit(Effects(messages=(again,)))
    wait_until_read(product, reports=len(ask(product, "documents")["documents"]))


def open_report(page: Page, product: Product, report_id: ReportId, role: str = "analyst") -> None:
    visit(page, product.url, role, f"/report?report={report_id}")
    see_heading(page, "Statements")
    wait_until_quiet(page)


def click_on_paper(page: Page, label: str, printed: str) -> None:
    """Click the number on the page image with the mouse, where the paper shows it."""
    number = page.locator(f'.token[aria-label="{label}: {printed}"]').first
    number.scroll_into_view_if_needed()
    box = number.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    wait_until_quiet(page)


def badge(page: Page, words: str) -> Any:
    """The badge with these words; its icon is text too."""
    return page.get_by_text(re.compile(f"^[a-z_ ]*{words}$"))


def save(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^Save")).click()


def test_a_number_pointed_at_on_the_page_is_corrected_and_outlives_reading_again(
    page: Page, uploaded: Product
):
    """The draft prints total assets 9,000 too high: the analyst says what it should be."""
    report_id = report_named(uploaded, "draft_with_errors")
    open_report(page, uploaded, report_id)
    page.get_by_text("Balance sheet", exact=True).click()
    wait_until_quiet(page)
    page.get_by_role("button", name="Add a missing number").click()
    expect(page.get_by_text("Point at the number on the page")).to_be_visible()
    expect(page.get_by_label(re.compile("^Page, 1 to"))).to_have_value("7")
    shot(page, "10-pointing-mode")
    click_on_paper(page, "Total assets", "$708,317")
    expect(page.get_by_role("heading", name="Correct this number")).to_be_visible()
    expect(page.get_by_label("Number as printed")).to_have_value("$708,317")
    wait_until_quiet(page)
    shot(page, "11-correction-form")
    page.get_by_label("Number as printed").fill("699,317")
    page.get_by_label("Number as printed").blur()
    expect(page.get_by_text("699,317,000 USD")).to_be_visible()
    page.get_by_label("Comment").fill("As in the signed report.")
    page.get_by_label("Comment").blur()
    wait_until_quiet(page)
    save(page)
    expect(page.get_by_test_id("stToast")).to_contain_text("Corrected: Total assets")
    expect(page.locator("button.number[aria-pressed=true]")).to_contain_text("699,317")
    expect(page.get_by_text("Machine read $708,317, Analyst says 699,317.")).to_be_visible()
    wait_until_read(uploaded, reports=3)
    expect(page.get_by_text("are being worked out again")).to_have_count(0)
    shot(page, "12-corrected")
    read_again(uploaded, report_id, "after a correction")
    page.reload()
    see_heading(page, "Statements")
    expect(page.locator("button.number[aria-pressed=true]")).to_contain_text("699,317")
    expect(badge(page, "Corrected by Analyst")).to_be_visible()
    facts = ask(uploaded, f"facts?report={report_id}&concept=total_assets")["facts"]
    (stated,) = [fact for fact in facts if fact["correction"]]
    assert (stated["value"], stated["correction"]["machine"]["value"]) == (699317000, 708317000)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_test_id("stToast")).to_contain_text("Withdrawn: Total assets")
    expect(page.locator("button.number[aria-pressed=true]")).to_contain_text("708,317")
    wait_until_read(uploaded, reports=3)


def test_a_missed_number_is_added_from_any_page_with_the_keyboard_alone(
    page: Page, uploaded: Product
):
    report_id = report_named(uploaded, "draft_with_errors")
    open_report(page, uploaded, report_id, role="reviewer")
    page.get_by_role("button", name="Add a missing number").press("Enter")
    page.get_by_label(re.compile("^Page, 1 to")).fill("3")
    page.get_by_label(re.compile("^Page, 1 to")).press("Enter")
    expect(page.get_by_text(re.compile(r"page 3 of \d+"))).to_be_visible()
    first = page.locator(".token[tabindex='0']")
    first.focus()
    first.press("ArrowDown")
    page.locator(".token:focus").press("Enter")
    expect(page.get_by_role("heading", name="Add a missing number")).to_be_visible()
    page.get_by_label("Label", exact=True).fill("Share of products")
    page.get_by_label("Label", exact=True).press("Enter")
    wait_until_quiet(page)
    shot(page, "13-missed-number")
    pick(page, "Period", "Year to Dec 31, 2025")
    save(page)
    expect(page.get_by_test_id("stToast")).to_contain_text("Added: Share of products")
    expect(badge(page, "Added by Reviewer")).to_be_visible()
    expect(page.get_by_text("Numbers added by people ·")).to_be_visible()
    wait_until_read(uploaded, reports=3)
    shot(page, "14-added")


def pick(page: Page, field: str, option: str) -> None:
    """Choose an option of a select box by typing it."""
    box = page.get_by_role("combobox", name=field)
    box.click()
    page.get_by_role("option", name=option, exact=True).first.click()
    wait_until_quiet(page)


def test_a_cell_of_a_workbook_is_clicked_and_corrected(page: Page, tmp_path: Path):
    with serving(tmp_path / "data") as fresh:
        visit(page, fresh.url, "analyst", "/upload")
        see_heading(page, "Reports")
        book = ROOT / "samples" / "Larkfield_FY2025_budget_vs_actual.xlsx"
        page.locator("input[type=file]").set_input_files(str(book))
        wait_until_read(fresh, reports=1)
        open_report(page, fresh, report_named(fresh, "budget"))
        page.get_by_role("button", name="Add a missing number").click()
        page.locator("td[data-cell=D9]").click()
        expect(page.get_by_role("heading", name="Correct this number")).to_be_visible()
        page.locator("td[data-cell=D9]").press("ArrowUp")
        page.locator("td[data-cell=D8]").press("Enter")
        expect(page.locator("input[aria-label=Label][value=Services]")).to_have_count(1)
        wait_until_quiet(page)
        shot(page, "15-workbook-cell")
        save(page)
        expect(page.get_by_test_id("stToast")).to_contain_text("Confirmed: Services")
        expect(badge(page, "Confirmed by Analyst")).to_be_visible()


def test_a_deep_link_on_a_fresh_server_meets_the_role_gate_first(page: Page, tmp_path: Path):
    """Streamlit runs a page script past app.py when it is the first request (docs/decisions/0003)."""
    with serving(tmp_path / "data") as fresh:
        visit(page, fresh.url, "analyst", "/review")
        expect(page.get_by_text("may not open this page")).to_be_visible()
        expect(page.get_by_role("tab")).to_have_count(0)


def test_the_samples_load_with_one_click(page: Page, tmp_path: Path):
    with serving(tmp_path / "data") as fresh:
        visit(page, fresh.url, "analyst", "/upload")
        page.get_by_role("button", name="Load sample reports").click()
        expect(page.get_by_text("Library")).to_be_visible()
        wait_until_read(fresh, reports=6)
        visit(page, fresh.url, "analyst", "/insights")
        see_heading(page, "Insights")
        expect(page.get_by_text("Evidence and reasoning").first).to_be_visible()
        shot(page, "8-sample-insights")


def test_a_cfo_sets_materiality_sees_what_changes_and_undoes_it(page: Page, uploaded: Product):
    visit(page, uploaded.url, "cfo", "/company")
    see_heading(page, "Company")
    expect(page.get_by_text("Nobody has changed it")).to_be_visible()
    page.get_by_text("Change materiality").click()
    page.get_by_text("Amounts", exact=True).click()
    wait_until_quiet(page)
    for label, typed in (("Overall, in millions", "5000"), ("Reason", "Decided by the board")):
        page.get_by_label(label).fill(typed)
        page.get_by_label(label).blur()
        wait_until_quiet(page)
    page.get_by_role("button", name=re.compile("Show what changes")).click()
    expect(page.get_by_text("would change")).to_be_visible()
    shot(page, "16-materiality-preview")
    save(page)
    expect(page.get_by_text("Saved. The company's reports are analysed again now.")).to_be_visible()
    wait_until_read(uploaded, reports=3)
    page.reload()
    see_heading(page, "Company")
    expect(page.get_by_text("Decided by the board").first).to_be_visible()
    expect(page.get_by_test_id("stMetricValue").first).to_have_text("USD 5,000 m")
    wait_until_quiet(page)
    shot(page, "17-materiality-set")
    page.get_by_role("button", name=re.compile("Undo: as proposed")).click()
    expect(
        page.get_by_text("Undone. The company's reports are analysed again now.")
    ).to_be_visible()
    expect(page.get_by_test_id("stMetricValue").first).not_to_have_text("USD 5,000 m")
    wait_until_read(uploaded, reports=3)
