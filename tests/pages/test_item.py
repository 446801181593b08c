"""One item on one screen, the queue's filters and acts on several, the inbox: as people use them, without a browser."""

from datetime import timedelta
from decimal import Decimal

import pytest

from components.queue_list import caption
from services.domain.base import utc_now
from services.domain.insights import InsightStatus, Materiality
from services.domain.messages import Effects
from services.domain.notices import NoticeKind
from services.domain.reviews import Cause, FigureChange, ReviewStatus, Verdict
from services.domain.users import Role
from services.review.items import open_finding
from tests.corrections import a_claim, a_correction
from tests.factories import NOW
from tests.pages.conftest import IN_REVIEW, ITEM, NOTE, REPORT, REVENUE, texts
from tests.people import REVIEWER
from tests.people import SECOND_REVIEWER as SECOND

TWIN = IN_REVIEW.model_copy(
    update={"insight_id": "ins-twin", "text": "The twin.", "has_failed_check": False}
)
TWIN_ITEM = ITEM.model_copy(update={"review_item_id": "item-2", "insight_id": "ins-twin"})


@pytest.fixture
def item_page(seeded, open_page):
    def opened(role=Role.REVIEWER, item=ITEM.review_item_id, person=""):
        return open_page("item", role, person, item=item)

    return opened


def acts(seeded, item=ITEM.review_item_id):
    return [act.kind.value for act in seeded.ports.records.review_acts(item)]


def test_an_item_says_what_is_claimed_why_it_is_here_and_what_each_choice_changes(item_page):
    at = item_page()
    assert not at.exception
    words = texts(at)
    for part in (
        "Receivables outgrew revenue", "a check on its numbers failed",
        "Compare with the ageing list", "stands in the CFO summary", "another person decides",
        "Priority", "Due ",
    ):  # fmt: skip
        assert part in words


def test_a_claim_shows_its_holder_and_is_given_back(seeded, item_page):
    at = item_page()
    at.button(key="claim").click().run()
    assert "Claimed by Reviewer until" in texts(at)
    at.button(key="release").click().run()
    assert "Claimed by" not in texts(at)
    assert acts(seeded) == ["claim", "release"]


def test_a_decision_is_undone_from_the_page(seeded, item_page):
    at = item_page()
    at.selectbox(key=f"reason_{ITEM.review_item_id}").set_value("not_supported")
    at.text_area[0].set_value("The list disagrees.")
    at.button(key="reject").click().run()
    assert "Rejected and written to the audit trail." in texts(at)
    assert seeded.ports.records.insight(IN_REVIEW.insight_id).status is InsightStatus.REJECTED
    at.button(key="undo_review").click().run()
    assert "Taken back" in texts(at)
    assert seeded.ports.records.insight(IN_REVIEW.insight_id).status is InsightStatus.IN_REVIEW
    assert acts(seeded) == ["reject", "undo"]
    assert "undo_review" not in {button.key for button in at.button}


def test_a_question_is_answered_from_the_inbox_and_the_item_shows_the_answer(
    seeded, item_page, open_page
):
    at = item_page()
    at.button(key="panel_ask").click().run()
    at.text_area(key=f"question_{ITEM.review_item_id}").set_value("Which customer?")
    at.button(key="send_question").click().run()
    assert "The question is with the analyst" in texts(at)
    inbox = open_page("inbox", Role.ANALYST, item=ITEM.review_item_id)
    assert "Reviewer asks: Which customer?" in texts(inbox)
    inbox.text_area[0].set_value("Customer A.")
    inbox.button(key=f"send_{ITEM.review_item_id}").click().run()
    assert "in the review queue again" in texts(inbox)
    assert "Analyst answered: Customer A" in texts(item_page())


def test_an_escalation_says_its_alert_and_lies_in_the_reviewers_inbox(seeded, item_page, open_page):
    at = item_page()
    at.button(key="panel_escalate").click().run()
    at.text_area(key=f"escalate_why_{ITEM.review_item_id}").set_value("Needs tax.")
    at.button(key="send_escalation").click().run()
    (alert,) = seeded.ports.records.notices(SECOND.email)
    assert alert.kind is NoticeKind.ESCALATED
    assert f"alert {alert.notice_id}" in at.success[0].value
    inbox = open_page("inbox", Role.REVIEWER, "second-reviewer")
    assert "Reviewer escalated a review item to you" in texts(inbox)
    assert inbox.dataframe[0].value["To"].tolist() == ["Second reviewer"]


def test_an_item_is_assigned_and_dated(seeded, item_page):
    at = item_page()
    at.button(key="panel_assign").click().run()
    at.button(key="send_assign").click().run()
    assert "Assigned to Second reviewer" in texts(at)
    at.date_input[0].set_value(utc_now().date())
    at.button(key="send_due").click().run()
    assert "The due date is set." in texts(at)
    assert acts(seeded) == ["assign", "due"]


def test_the_person_who_corrected_a_number_is_refused_with_a_sentence(seeded, item_page):
    other = REVENUE.model_copy(update={"value": Decimal(1)})
    made = a_correction(a_claim(REVENUE), other, by=REVIEWER)
    seeded.ports.records.commit(Effects(creates=(made,)))
    at = item_page()
    at.button(key="approve").click().run()
    assert "You stated a number under this insight" in at.error[0].value
    assert acts(seeded) == []


def test_two_reviewers_approve_above_materiality(seeded, item_page):
    large = IN_REVIEW.model_copy(update={"amount": Decimal(9_000_000)})
    overall = Materiality(
        report_id=REPORT.report_id, base="revenue", base_amount=Decimal(1), percent=Decimal(1),
        overall=Decimal(5_000_000), performance=Decimal(3), trivial=Decimal(1), sentence="x",
    )  # fmt: skip
    seeded.ports.records.commit(Effects(records=(large, overall)))
    at = item_page()
    assert "the first of two" in texts(at)
    at.button(key="approve").click().run()
    assert "waits for a second person" in texts(at)
    assert "Reviewer approved it as the first of two" in texts(at)
    at.button(key="approve").click().run()
    assert "a second person has to" in at.error[0].value
    second = item_page(person="second-reviewer")
    second.button(key="approve").click().run()
    assert "Approved by Reviewer and Second reviewer" in texts(second)
    assert seeded.ports.records.insight(large.insight_id).status is InsightStatus.APPROVED


def test_a_void_sign_off_shows_both_numbers_and_what_was_signed(seeded, item_page):
    change = FigureChange(
        label="Revenue", period="Year to Dec 31, 2025", place="page 5", before="USD 120 m",
        after="USD 130 m", by="Ana Analyst",
    )  # fmt: skip
    void = ITEM.model_copy(
        update={
            "review_item_id": "item-void", "cause": Cause.VOID, "changes": (change,),
            "signed_text": "Revenue was 120.",
        }
    )  # fmt: skip
    seeded.ports.records.commit(Effects(records=(void,)))
    at = item_page(item="item-void")
    assert "The sign-off is void" in texts(at)
    assert "Signed: Revenue was 120" in texts(at)
    table = at.table[0].value
    assert table["When signed"].tolist() == ["USD 120 m"]
    assert table["Now"].tolist() == ["**USD 130 m**"]


def test_a_number_is_amended_only_after_its_ripple_was_seen(seeded, item_page):
    at = item_page()
    at.button(key="panel_amend").click().run()
    key = f"amended_{ITEM.review_item_id}_{REVENUE.fact_id}"
    at.text_input(key=key).set_value("130").run()
    assert "save_amended" not in {button.key for button in at.button}
    at.button(key="ripple").click().run()
    assert not at.error
    assert "130,000,000 USD" in texts(at)
    assert "save_amended" in {button.key for button in at.button}
    at.text_input(key=key).set_value("140").run()
    assert "save_amended" not in {button.key for button in at.button}
    at.text_input(key=key).set_value("130").run()
    at.button(key="ripple").click().run()
    at.button(key="save_amended").click().run()
    assert "what the amended number rests on" in at.error[0].value
    at.text_input(key=f"amend_why_{ITEM.review_item_id}").set_value("note 4").run()
    at.button(key="save_amended").click().run()
    assert "another person decides" in at.success[0].value
    (made,) = seeded.ports.records.corrections(REPORT.report_id)
    assert (made.claim.value, made.comment) == (Decimal(130_000_000), "note 4")
    assert acts(seeded) == ["amend"]


def test_a_number_that_is_none_gets_a_sentence(seeded, item_page):
    at = item_page()
    at.button(key="panel_amend").click().run()
    at.text_input(key=f"amended_{ITEM.review_item_id}_{REVENUE.fact_id}").set_value("much").run()
    at.button(key="ripple").click().run()
    assert "is not a number" in at.error[0].value


def test_a_decided_item_says_who_decided(seeded, item_page):
    seeded.review.decide(ITEM.review_item_id, Verdict.REJECT, "disagrees", SECOND)
    at = item_page()
    assert "Rejected by Second reviewer. disagrees" in texts(at)
    assert "approve" not in {button.key for button in at.button}


def test_a_contradicted_person_is_a_finding_of_its_own_kind(seeded, item_page):
    finding = NOTE.model_copy(
        update={"finding_id": "f-c", "code": "contradicted", "needs_review": True}
    )
    item = open_finding(finding, NOW)
    seeded.ports.records.commit(Effects(records=(finding, item)))
    words = texts(item_page(item=item.review_item_id))
    assert "A later reading contradicts a person" in words
    assert "the person's number is used" in words
    assert "the person's number stands; the finding is settled" in words
    assert "Numbers may be missing" not in words


def test_an_item_that_is_not_there_says_so(seeded, item_page):
    assert "No such item" in texts(item_page(item="nope"))


def test_an_auditor_reads_an_item_and_has_no_button_to_act(seeded, item_page):
    at = item_page(Role.AUDITOR)
    keys = {button.key for button in at.button}
    assert keys.isdisjoint({"claim", "next", "approve", "panel_ask"})
    assert "a check on its numbers failed" in texts(at)


def test_the_next_item_is_claimed_and_opened(seeded, open_page):
    seeded.ports.records.commit(Effects(records=(TWIN, TWIN_ITEM)))
    seeded.queue.claim(ITEM.review_item_id, SECOND)
    at = open_page("review", Role.REVIEWER)
    at.button(key="next").click().run()
    assert at.title[0].value == "Receivables outgrew revenue"
    assert "The twin" in texts(at)
    assert acts(seeded, "item-2") == ["claim"]


def test_the_queue_is_filtered_by_reason_and_by_whose_it_is(seeded, open_page):
    seeded.ports.records.commit(Effects(records=(TWIN, TWIN_ITEM)))
    seeded.queue.claim("item-2", REVIEWER)
    at = open_page("review", Role.REVIEWER)
    assert len(at.radio[0].options) == 2
    at.button_group(key="of_reason").set_value(["A check failed"]).run()
    assert len(at.radio[0].options) == 1
    assert "The twin" not in texts(at)
    at.button_group(key="of_reason").set_value([]).run()
    at.button_group(key="whose").set_value("mine").run()
    assert "The twin" in texts(at)
    at.button_group(key="whose").set_value("overdue").run()
    assert len(at.radio[0].options) == 2


def test_several_items_are_approved_at_once_and_what_is_refused_says_why(seeded, open_page):
    twin = TWIN.model_copy(update={"prepared_by": (REVIEWER.user_id,)})
    seeded.ports.records.commit(Effects(records=(twin, TWIN_ITEM)))
    at = open_page("review", Role.REVIEWER)
    at.multiselect(key="bulk_items").set_value([ITEM.review_item_id, "item-2"]).run()
    at.button(key="bulk_approve").click().run()
    assert "Approved: 1 item." in texts(at)
    assert "You stated a number" in texts(at)
    records = seeded.ports.records
    assert records.review_item(ITEM.review_item_id).status is ReviewStatus.APPROVED
    assert records.review_item("item-2").status is ReviewStatus.OPEN
    at.button(key="undo_review").click().run()
    assert records.review_item(ITEM.review_item_id).status is ReviewStatus.OPEN


def test_the_queue_shows_the_median_time_of_an_item(seeded, open_page):
    assert "No decision was timed yet" in texts(open_page("review", Role.REVIEWER))
    seeded.queue.claim(ITEM.review_item_id, REVIEWER)
    seeded.review.decide(ITEM.review_item_id, Verdict.APPROVE, "", REVIEWER)
    assert "Median time of an item: 0 s, from claim to decision, over 1." in texts(
        open_page("review", Role.REVIEWER)
    )


def test_an_item_that_waits_for_long_says_so_in_days(seeded):
    old = ITEM.model_copy(update={"opened_at": utc_now() - timedelta(days=40)})
    seeded.ports.records.commit(Effects(records=(old,)))
    (entry,) = seeded.queue.entries()
    assert caption(entry).endswith("waiting 40 days · overdue")


def test_an_empty_inbox_says_so(store, open_page):
    at = open_page("inbox", Role.CFO)
    assert not at.exception
    assert "Nobody has told you anything yet." in texts(at)
    assert "Questions" not in [header.value for header in at.header]
