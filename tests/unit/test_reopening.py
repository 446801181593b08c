"""What a later report re-opens: each change once, whatever became of the insight in between."""

import pytest

from services.domain.insights import Insight, InsightStatus
from services.pipeline.reopening import reopen
from tests.core_records import NOON, a_report, an_insight

TOLD = "2019.pdf gives USD 18,365 m for cash from operations, this report USD 18,434 m"
MORE = "2020.pdf gives USD 18,300 m for cash from operations, this report USD 18,434 m"


def found(*reopened: str) -> Insight:
    changes = {"status": InsightStatus.IN_REVIEW, "reopened": reopened}
    return an_insight(a_report()).model_copy(update=changes)


def stored(status: InsightStatus, *reopened: str) -> Insight:
    return found(*reopened).model_copy(update={"status": status})


@pytest.mark.parametrize(
    ("status", "items"),
    [
        (InsightStatus.OPEN, 0),
        (InsightStatus.IN_REVIEW, 0),
        (InsightStatus.PUBLISHED, 0),
        (InsightStatus.APPROVED, 1),
    ],
)
def test_a_change_is_audited_and_only_an_approved_insight_needs_an_item_of_its_own(status, items):
    result = reopen([found(TOLD)], [stored(status)], NOON)
    (event,) = result.events
    assert (event.action, event.detail["reasons"]) == ("insight_reopened", TOLD)
    assert [item.reasons for item in result.items] == [(TOLD,)] * items
    assert result.insights[0].reopened == (TOLD,)


@pytest.mark.parametrize("status", list(InsightStatus))
def test_the_same_change_a_second_time_opens_nothing(status):
    result = reopen([found(TOLD)], [stored(status, TOLD)], NOON)
    assert (result.items, result.events) == ((), ())


def test_what_was_published_reopened_and_then_approved_stays_approved():
    result = reopen([found(TOLD)], [stored(InsightStatus.APPROVED, TOLD)], NOON)
    assert result.insights[0].reopened == ()  # the store keeps the decided one


def test_another_change_opens_an_approved_insight_again_with_an_item_of_its_own():
    first = reopen([found(TOLD)], [stored(InsightStatus.APPROVED)], NOON).items
    second = reopen([found(TOLD, MORE)], [stored(InsightStatus.APPROVED, TOLD)], NOON).items
    assert len(second) == 1
    assert first[0].review_item_id != second[0].review_item_id


def test_a_rejected_insight_stays_rejected():
    result = reopen([found(TOLD)], [stored(InsightStatus.REJECTED)], NOON)
    assert (result.items, result.events, result.insights[0].reopened) == ((), (), ())
