"""The reviewer's work in a real browser: every decision, the refusals, the way back, and one item by keyboard alone.

Screenshots are kept in build/screenshots as test artefacts.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from itertools import count

import pytest
from playwright.sync_api import Page, expect

from services.amending import amended_claim
from services.bootstrap import Services, build
from services.config import Settings
from services.domain.base import utc_now
from services.domain.ids import InsightId, ReportId, ReviewItemId
from services.domain.insights import Insight, InsightStatus
from services.domain.messages import Effects
from services.domain.reports import Fact
from services.domain.reviews import ReasonCode, ReviewStatus, Verdict
from services.review.items import open_item
from tests.acceptance.conftest import Product, visit
from tests.acceptance.test_browser import shot, wait_until_quiet, wait_until_read
from tests.people import ANALYST, REVIEWER
from tests.people import SECOND_REVIEWER as SECOND
from tests.small_reports import small_pdf

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser")]

_NUMBERS = count(3)


@dataclass(frozen=True)
class Waiting:
    """One item of its own report in the queue of a running product."""

    product: Product
    services: Services
    report_id: ReportId
    insight_id: InsightId
    item_id: ReviewItemId

    def insight(self) -> Insight:
        found = self.services.ports.records.insight(self.insight_id)
        assert found is not None
        return found

    def net_income(self) -> Fact:
        facts = self.services.facts.facts(self.report_id)
        return next(f for f in facts if f.concept == "net_income" and f.period.end.year == 2024)

    def acts(self) -> list[str]:
        return [a.kind.value for a in self.services.ports.records.review_acts(self.item_id)]

    def open(self, page: Page, person: str = "reviewer", item: str = "") -> None:
        visit(page, self.product.url, person, f"/item?item={item or self.item_id}")
        expect(page.get_by_role("heading", name="Profit swing", level=1)).to_be_visible()
        wait_until_quiet(page)

    def settle(self) -> None:
        reports = len(self.services.ports.records.reports())
        wait_until_read(self.product, reports=reports)


@pytest.fixture(scope="module")
def services(product: Product) -> Services:
    return build(Settings(_env_file=None, data_dir=product.data_dir))


@pytest.fixture
def waiting(product: Product, services: Services) -> Iterator[Callable[..., Waiting]]:
    """Make an item of a report of its own: above materiality, or of no amount, which one person decides."""
    made: list[Waiting] = []

    def make(*, above: bool = False, days: int = 0) -> Waiting:
        number = next(_NUMBERS)
        data = small_pdf(f"Firm {number} Inc", number)
        report = services.intake.accept(f"firm-{number}.pdf", data, ANALYST).report
        wait_until_read(product, reports=len(services.ports.records.reports()))
        records = services.ports.records
        found = next(i for i in records.insights(report.report_id) if i.rule_id == "R08")
        changes: dict[str, object] = {"status": InsightStatus.IN_REVIEW}
        insight = found.model_copy(update=changes if above else {**changes, "amount": None})
        since = utc_now() - timedelta(days=days)
        item = open_item(insight, ("confidence 0.41 is below 0.60",), since)
        records.commit(Effects(records=(insight, item)))
        one = Waiting(product, services, report.report_id, insight.insight_id, item.review_item_id)
        made.append(one)
        return one

    yield make
    for one in made:
        item = services.ports.records.review_item(one.item_id)
        if item is not None and item.status is ReviewStatus.OPEN:
            services.ports.records.commit(
                Effects(records=(item.model_copy(update={"status": ReviewStatus.REJECTED}),))
            )


def fill(page: Page, label: str, words: str) -> None:
    page.get_by_label(label, exact=True).fill(words)
    page.get_by_label(label, exact=True).blur()
    wait_until_quiet(page)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=re.compile(rf"(^|\s){name}(\s|$)")).click()


def say(page: Page, words: str) -> None:
    expect(page.get_by_text(re.compile(words)).first).to_be_visible()


def test_an_item_is_on_one_screen_with_its_cell_and_its_reasons(page: Page, waiting):
    one = waiting()
    one.open(page)
    say(page, "Why it is here")
    say(page, "confidence 0.41 is below 0.60")
    say(page, "stands in the CFO summary")
    highlight = page.get_by_test_id("cell-highlight").first
    expect(highlight).to_be_in_viewport()
    shot(page, "20-review-item")


def test_an_approval_reaches_the_cfo_and_is_taken_back_within_ten_seconds(page: Page, waiting):
    one = waiting()
    one.open(page)
    fill(page, "Comment", "Seen on page 1.")
    press(page, "Approve")
    say(page, "Approved and written to the audit trail")
    assert one.insight().status is InsightStatus.APPROVED
    shot(page, "21-undo")
    press(page, "Undo")
    say(page, "Taken back")
    expect(page.get_by_role("button", name="Undo")).to_have_count(0)
    assert one.insight().status is InsightStatus.IN_REVIEW
    assert one.acts() == ["approve", "undo"]
    press(page, "Approve")
    say(page, "Approved and written to the audit trail")
    expect(page.get_by_role("button", name="Undo")).to_have_count(0, timeout=20_000)
    visit(page, one.product.url, "cfo", f"/summary?report={one.report_id}")
    say(page, "Profit swing")


def test_a_rejection_keeps_reason_and_comment(page: Page, waiting):
    one = waiting()
    one.open(page)
    press(page, "Reject")
    say(page, "Say in the comment why you reject this")
    page.get_by_role("combobox", name="Reason").click()
    page.get_by_role("option", name="Not supported by the evidence").click()
    wait_until_quiet(page)
    fill(page, "Comment", "Two one-offs.")
    press(page, "Reject")
    say(page, "Rejected and written to the audit trail")
    (made,) = one.services.ports.records.decisions(one.insight_id)
    assert (made.verdict, made.reason, made.comment) == (
        Verdict.REJECT,
        ReasonCode.UNSUPPORTED,
        "Two one-offs.",
    )


def test_two_people_approve_what_is_above_materiality(page: Page, waiting):
    one = waiting(above=True)
    one.open(page)
    press(page, "Approve")
    say(page, "waits for a second person")
    press(page, "Approve")
    say(page, "a second person has to")
    shot(page, "22-second-approval")
    assert one.insight().status is InsightStatus.IN_REVIEW
    one.open(page, "second-reviewer")
    say(page, "Reviewer approved it as the first of two")
    press(page, "Approve")
    say(page, "Approved by Reviewer and Second reviewer")
    assert one.insight().status is InsightStatus.APPROVED


def test_a_question_goes_to_the_analyst_and_the_answer_returns_the_item(page: Page, waiting):
    one = waiting()
    one.open(page)
    press(page, "Ask the analyst")
    fill(page, "Question to the analyst", "Is the tax rate right?")
    press(page, "Send the question")
    say(page, "The question is with the analyst")
    visit(page, one.product.url, "analyst", f"/inbox?item={one.item_id}")
    say(page, "Reviewer asks: Is the tax rate right")
    shot(page, "23-inbox-question")
    page.get_by_label("Answer").first.fill("Yes, see note 9.")
    page.get_by_label("Answer").first.blur()
    wait_until_quiet(page)
    press(page, "Send the answer")
    say(page, "in the review queue again")
    one.open(page)
    say(page, "Analyst answered: Yes, see note 9")
    assert one.acts() == ["ask", "answer"]


def test_an_escalation_leads_the_named_reviewer_to_the_item(page: Page, waiting):
    one = waiting()
    one.open(page)
    press(page, "Escalate")
    fill(page, "Why", "Needs tax.")
    page.get_by_test_id("stForm").get_by_role("button", name=re.compile("Escalate")).click()
    say(page, "Escalated to Second reviewer; alert notice-")
    visit(page, one.product.url, "second-reviewer", "/inbox")
    say(page, "Reviewer escalated a review item to you: Profit swing")
    wait_until_quiet(page)
    shot(page, "24-inbox-escalation")
    page.get_by_role("link", name=re.compile("Open$")).first.click()
    expect(page.get_by_role("heading", name="Profit swing", level=1)).to_be_visible()
    say(page, "Assigned to Second reviewer")
    assert f"item={one.item_id}" in page.url


def test_an_amended_number_shows_its_ripple_first_and_its_author_does_not_approve(
    page: Page, waiting
):
    one = waiting(above=True)
    printed = one.net_income().printed_value + 20
    one.open(page)
    press(page, "Amend a number")
    fill(page, "As it should be printed", f"{printed}")
    fill(page, "What it rests on", "Note 4.")
    expect(page.get_by_role("button", name=re.compile("Save the amended"))).to_have_count(0)
    press(page, "Show what changes")
    say(page, "Net income")
    expect(
        page.get_by_role("cell", name=re.compile("^(ROA|ROE|Net income growth)"))
    ).to_be_visible()
    say(page, "would fail")
    assert one.services.ports.records.corrections(one.report_id) == []
    shot(page, "25-ripple")
    press(page, "Save the amended number")
    say(page, "Amended; the report is worked out again")
    one.settle()
    assert one.net_income().value == printed * 1_000_000
    one.open(page)
    say(page, "Corrected by Reviewer")
    press(page, "Approve")
    say(page, "You stated a number under this insight")
    shot(page, "26-four-eyes")
    assert one.acts() == ["amend"]
    assert one.insight().status is InsightStatus.IN_REVIEW


def test_a_sign_off_is_void_when_its_number_changes(page: Page, waiting):
    one = waiting(above=True)
    one.services.review.decide(one.item_id, Verdict.APPROVE, "seen", REVIEWER)
    one.services.review.decide(one.item_id, Verdict.APPROVE, "seen", SECOND)
    visit(page, one.product.url, "cfo", f"/summary?report={one.report_id}")
    say(page, "Profit swing")
    fact = one.net_income()
    printed = fact.printed_value + 30
    claim = amended_claim(fact, f"{printed}", Decimal(printed), 0)
    one.services.corrections.add(claim, "as signed", None, ANALYST)
    one.settle()
    visit(page, one.product.url, "cfo", f"/summary?report={one.report_id}")
    say(page, "in review")
    expect(page.get_by_role("heading", name="Profit swing")).to_have_count(0)
    visit(page, one.product.url, "reviewer", "/inbox")
    say(page, "Sign-off void: Profit swing")
    page.get_by_role("link", name=re.compile("Open$")).first.click()
    say(page, "The sign-off is void")
    expect(page.get_by_role("cell", name=f"USD {fact.printed_value} m")).to_be_visible()
    expect(page.get_by_role("cell", name=f"USD {printed} m")).to_be_visible()
    wait_until_quiet(page)
    shot(page, "27-sign-off-void")


def test_one_item_is_reviewed_with_the_keyboard_alone(page: Page, waiting):
    """From the queue to the decision and back without a mouse; the oldest by far is the most pressing."""
    one = waiting(days=1000)
    visit(page, one.product.url, "reviewer", "/review")
    expect(page.get_by_test_id("cell-highlight").first).to_be_visible()
    wait_until_quiet(page)
    shot(page, "28-queue")
    page.keyboard.press("Alt+n")
    expect(page.get_by_role("heading", name="Profit swing", level=1)).to_be_visible()
    say(page, "Claimed by Reviewer until")
    assert f"item={one.item_id}" in page.url
    wait_until_quiet(page)
    tab_to(page, "Comment")
    page.keyboard.type("Seen on page 1.")
    page.keyboard.press("Alt+a")
    say(page, "Approved and written to the audit trail")
    acts = one.services.ports.records.review_acts(one.item_id)
    assert one.acts() == ["claim", "approve"]
    assert acts[-1].comment == "Seen on page 1."
    assert acts[-1].seconds is not None
    assert acts[-1].seconds < 45
    wait_until_quiet(page)
    page.keyboard.press("Alt+u")
    say(page, "Taken back")
    assert one.acts() == ["claim", "approve", "undo"]


def tab_to(page: Page, label: str) -> None:
    """Press Tab until the field of this label has the focus."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement?.getAttribute('aria-label')") == label:
            return
    raise AssertionError(f"Tab does not lead to “{label}”")


def test_several_items_are_approved_at_once(page: Page, waiting):
    first, large = waiting(), waiting(above=True)
    visit(page, first.product.url, "reviewer", "/review")
    expect(page.get_by_role("button", name=re.compile("Take the next"))).to_be_visible()
    page.get_by_role("tab", name="Several at once").click()
    box = page.get_by_role("combobox", name="Items")
    for one in (first, large):
        report = one.services.ports.records.report(one.report_id)
        assert report is not None
        box.fill(f"Profit swing · {report.company}")
        page.get_by_role("option", name=re.compile("Profit swing")).first.click()
        wait_until_quiet(page)
    page.keyboard.press("Escape")
    shot(page, "29-several")
    press(page, "Approve selected")
    say(page, "Approved: 2 items; 1 of them by the first of two people")
    assert first.insight().status is InsightStatus.APPROVED
    assert large.insight().status is InsightStatus.IN_REVIEW
    press(page, "Undo")
    say(page, "Taken back")
    assert first.insight().status is InsightStatus.IN_REVIEW
