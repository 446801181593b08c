"""The review queue: why an item waits, the decision, and who may take it."""

from services.domain.insights import InsightStatus
from services.domain.messages import Effects
from services.domain.reviews import ReviewStatus
from services.domain.users import Role
from services.review import open_finding
from tests.factories import NOW
from tests.pages.conftest import IN_REVIEW, ITEM, NOTE, texts


def status(seeded):
    item = seeded.ports.records.review_item(ITEM.review_item_id)
    insight = seeded.ports.records.insight(IN_REVIEW.insight_id)
    return item.status, insight.status


def test_an_open_item_says_why_it_waits_and_what_to_check(seeded, open_page):
    at = open_page("review", Role.REVIEWER)
    assert not at.exception
    words = texts(at)
    assert "a check on its numbers failed" in words
    assert r"Compare with the ageing list" in words


def test_an_approval_moves_the_insight_and_empties_the_queue(seeded, open_page):
    at = open_page("review", Role.REVIEWER)
    at.button(key="approve").click().run()
    assert status(seeded) == (ReviewStatus.APPROVED, InsightStatus.APPROVED)
    assert "Nothing waits" in texts(at)
    assert at.success[0].value == "Approved and written to the audit trail."
    assert at.dataframe[0].value["Decision"].tolist() == ["Approve"]


def test_a_rejection_without_a_comment_is_refused_with_a_sentence(seeded, open_page):
    at = open_page("review", Role.REVIEWER)
    at.button(key="reject").click().run()
    assert status(seeded)[0] is ReviewStatus.OPEN
    assert at.error[0].value == "Say in the comment why you reject this."


def test_a_rejection_keeps_its_comment(seeded, open_page):
    at = open_page("review", Role.REVIEWER)
    at.text_area[0].set_value("The ageing list disagrees.")
    at.button(key="reject").click().run()
    assert status(seeded) == (ReviewStatus.REJECTED, InsightStatus.REJECTED)
    decisions = seeded.ports.records.decisions(IN_REVIEW.insight_id)
    assert [decision.comment for decision in decisions] == ["The ageing list disagrees."]


def test_an_auditor_reads_the_queue_and_cannot_decide(seeded, open_page):
    at = open_page("review", Role.AUDITOR)
    assert "a check on its numbers failed" in texts(at)
    assert "approve" not in {button.key for button in at.button}


def test_an_empty_queue_says_that_nothing_waits(store, open_page):
    assert "Nothing waits" in texts(open_page("review", Role.REVIEWER))


def test_items_of_the_same_title_can_be_told_apart_and_chosen(seeded, open_page):
    twin = IN_REVIEW.model_copy(update={"insight_id": "ins-twin", "text": "The twin."})
    item = ITEM.model_copy(update={"review_item_id": "item-2", "insight_id": "ins-twin"})
    seeded.ports.records.commit(Effects(records=(twin, item)))
    at = open_page("review", Role.REVIEWER, item="item-2")
    options = at.radio[0].options
    assert len(set(options)) == len(options) == 2
    assert "The twin." in texts(at)


def test_a_finding_about_the_reading_waits_with_its_page_and_can_be_decided(seeded, open_page):
    finding = NOTE.model_copy(
        update={"finding_id": "f-2", "code": "rows-missing", "needs_review": True}
    )
    seeded.ports.records.commit(Effects(records=(finding, open_finding(finding, NOW))))
    item = open_finding(finding, NOW).review_item_id
    at = open_page("review", Role.REVIEWER, item=item)
    assert not at.exception
    assert "Printed lines were not read" in texts(at)
    at.button(key="approve").click().run()
    assert seeded.ports.records.review_item(item).status is ReviewStatus.APPROVED
    assert at.dataframe[0].value["About"].tolist() == ["Printed lines were not read"]
