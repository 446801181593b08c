"""The auditor's page in a real browser, opened from a file, without the product and without a network."""

import io
import zipfile
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from services.bootstrap import build
from services.domain.audit import AuditEvent
from services.domain.ids import UserId
from services.domain.users import SYSTEM
from tests.core_records import NOON

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """The files of a bundle of 40 entries, unpacked."""
    services = build()
    for number in range(1, 41):
        services.ports.audit.append(
            AuditEvent(
                actor=UserId("ann"), action="report_read", resource=f"report-{number:02}",
                detail={"note": "</script><b>é€"}, at=NOON, ip_address="192.0.2.7",
            )
        )  # fmt: skip
    folder = tmp_path / "bundle"
    with zipfile.ZipFile(io.BytesIO(services.audit_bundle.make(SYSTEM))) as archive:
        archive.extractall(folder)
    return folder


def opened(context: BrowserContext, folder: Path) -> Page:
    context.set_offline(True)
    page = context.new_page()
    page.goto((folder / "viewer.html").as_uri())
    return page


def test_the_viewer_lists_the_entries_and_computes_that_the_chain_holds(context, bundle):
    page = opened(context, bundle)
    expect(page.get_by_role("status")).to_contain_text("chain holds (entries: 40, checkpoints: 1)")
    expect(page.locator("#rows tr")).to_have_count(40)
    expect(page.locator("#rows tr").first).to_contain_text("report-40")
    expect(page.locator("#rows tr").first).to_contain_text("192.0.2.7")
    expect(page.locator("#marks tr")).to_have_count(1)
    page.locator("#search").fill("report-07")
    expect(page.locator("#rows tr")).to_have_count(1)


def test_the_viewer_holds_after_a_purge_from_the_first_entry_that_is_left(context, tmp_path):
    services = build()
    for number in range(1, 7):
        at = NOON.replace(year=2015 if number < 4 else 2025)
        services.ports.audit.append(
            AuditEvent(actor=UserId("ann"), action="a", resource=f"report-{number}", at=at)
        )
    services.retention.purge(date(2016, 1, 1), SYSTEM)
    folder = tmp_path / "bundle"
    with zipfile.ZipFile(io.BytesIO(services.audit_bundle.make(SYSTEM))) as archive:
        archive.extractall(folder)
    page = opened(context, folder)
    expect(page.get_by_role("status")).to_contain_text("chain holds (entries: 4, ")
    expect(page.locator("#about")).to_contain_text("Entries 4 to 7")


def test_a_changed_byte_in_the_viewer_itself_names_its_entry(context, bundle):
    viewer = bundle / "viewer.html"
    viewer.write_text(viewer.read_text().replace("report-23", "report-99"))
    page = opened(context, bundle)
    expect(page.get_by_role("status")).to_have_text(
        "Entry 23 fails: its content does not fit its hash."
    )
    expect(page.locator("tr.bad")).to_contain_text("report-99")


@pytest.mark.parametrize(
    ("mutate", "words"),
    [
        (lambda lines: lines, "chain holds"),
        (
            lambda lines: [line.replace("report-17", "report-71") for line in lines],
            "Entry 17 fails",
        ),
        (
            lambda lines: [
                line.replace('"user_id": "ann"', '"user_id": "eve"')
                if '"seq": 9,' in line
                else line
                for line in lines
            ],
            "Entry 9 fails: its fields differ from the event that was hashed",
        ),
        (lambda lines: [*lines[:5], *lines[6:]], "Entry 6 fails: its number is not the next one"),
        (lambda lines: lines[:-1], "Entry 40 fails: it and what follows is missing"),
        (lambda lines: [*lines[:20], "{broken", *lines[21:]], "Entry 21 fails: it cannot be read"),
    ],
    ids=["unchanged", "event", "field", "deleted", "truncated", "unreadable"],
)
def test_the_entries_file_of_the_bundle_is_checked_by_the_same_page(context, bundle, mutate, words):
    file = bundle / "entries.jsonl"
    file.write_text("\n".join(mutate(file.read_text().splitlines())) + "\n")
    page = opened(context, bundle)
    expect(page.get_by_role("status")).to_contain_text("chain holds")
    page.locator("#file").set_input_files(str(file))
    expect(page.get_by_role("status")).to_contain_text(words)
