"""Nobody sees anything of the product before signing in, however they come; and who signed out sees no more."""

import re
import urllib.error
import urllib.request

import pytest
from playwright.sync_api import Page, expect

from components.navigation import PAGES
from tests.acceptance.conftest import Product, serving, visit
from tests.acceptance.test_browser import see_heading, shot, wait_until_quiet, wait_until_read

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.xdist_group("browser")]
SECRETS = ("Larkfield", "Brightwater", "Revenue", "Approve", "report-", "insight-")
"""Words of the sample reports and of the pages, none of which the sign-in page has."""


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("fresh") / "data") as running:
        yield running


def answered(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.read().decode()


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_cold_deep_link_to_a_page_shows_nothing_and_is_kept(page: Page, fresh: Product, name):
    """The first request of this browser, on a server that nobody has signed in to."""
    sockets = []
    page.on("websocket", lambda socket: sockets.append(socket.url))
    page.goto(f"{fresh.url}/{name}?report=report-1&role=admin")
    see_heading(page, "Sign in")
    assert re.fullmatch(rf"{fresh.url}/auth/sign-in\?next=.*", page.url)
    text = page.locator("body").inner_text()
    assert not [word for word in SECRETS if word in text]
    assert page.get_by_test_id("stApp").count() == 0
    assert sockets == []
    page.get_by_role("button", name="Administrator", exact=True).click()
    page.wait_for_url(f"{fresh.url}/{name}?report=report-1&role=admin")


@pytest.mark.parametrize("path", ["documents", "insights", "facts?report=report-1", "summaries"])
def test_the_api_tells_a_stranger_nothing(fresh: Product, path):
    status, body = answered(f"{fresh.url}/api/v1/{path}")
    assert status == 401
    assert not [word for word in SECRETS if word in body.replace("insight_", "")]


def test_signing_out_ends_every_open_page_at_once(page: Page, fresh: Product):
    visit(page, fresh.url, "analyst", "/upload")
    see_heading(page, "Reports")
    page.get_by_role("button", name="Load sample reports").click()
    expect(page.get_by_text("Library")).to_be_visible()
    wait_until_read(fresh, reports=6)
    other = page.context.new_page()
    other.goto(f"{fresh.url}/insights")
    see_heading(other, "Insights")
    wait_until_quiet(other)
    page.get_by_role("button", name="Sign out or switch person").click()
    see_heading(page, "Sign in")
    see_heading(other, "Sign in")  # by itself
    shot(other, "26-signed-out-elsewhere")
    assert not [word for word in SECRETS if word in other.locator("body").inner_text()]


def test_a_wrong_password_is_told_in_one_sentence(page: Page, fresh: Product):
    page.goto(f"{fresh.url}/summary")
    page.get_by_label("Name").fill("nobody")
    page.get_by_label("Password").fill("not the password")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("The name or the password is not right")
    shot(page, "27-sign-in-refused")
