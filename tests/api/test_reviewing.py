"""Reviewers claim, decide, take back, ask and assign over HTTP; nothing is done over a state nobody has seen."""

from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from services.domain.base import utc_now
from services.domain.ids import UserId
from services.domain.insights import InsightStatus
from services.domain.messages import Effects
from services.domain.notices import NoticeState
from services.domain.reviews import ReviewItem
from services.domain.users import Role
from services.review.items import open_item
from tests.callers import a_user
from tests.factories import a_confidence, a_fact, a_report, an_insight
from tests.trail import acts_of

ITEMS = "/api/v1/review-items"
FACT = a_fact("revenue", 2025, 120_000_000)


def waiting(services, rule: str = "R01", **changes: object) -> ReviewItem:
    """An insight in review, with its item."""
    insight = an_insight(
        rule, **{"status": InsightStatus.IN_REVIEW, "confidence": a_confidence(0.5), **changes}
    )
    item = open_item(insight, ("The confidence is low (50 %).",), utc_now())
    services.ports.records.commit(Effects(records=(a_report(), FACT, insight, item)))
    return item


@pytest.fixture
def item(services) -> str:
    """The address of an item that waits."""
    return f"{ITEMS}/{waiting(services).review_item_id}"


@pytest.fixture
def other(as_user) -> TestClient:
    """A second reviewer."""
    return as_user(a_user(Role.REVIEWER, user_id=UserId("other"), name="Other"))


def status_of(services, rule: str = "R01") -> InsightStatus:
    return services.ports.records.insight(an_insight(rule).insight_id).status


def test_an_item_is_given_with_where_it_stands(services, reviewer, item):
    found = reviewer.get(item).json()
    assert found["text"] == "Revenue rose 8.0 % to $108 million."
    assert (found["type"], found["severity"], found["status"]) == ("trend", "low", "open")
    assert (found["claim"], found["question"], found["history"]) == (None, None, [])
    assert found["_links"]["self"] == item
    assert reviewer.get(f"{ITEMS}/review-x").status_code == 404


def test_the_queue_is_given_in_its_order_with_its_pace(services, reviewer):
    waiting(services, "R01")
    waiting(services, "R02", severity="critical")
    found = reviewer.get("/api/v1/review-queue").json()
    assert [one["severity"] for one in found["review_items"]] == ["critical", "low"]
    first, second = (one["priority"] for one in found["review_items"])
    assert first > second > 0
    assert (found["median_seconds"], found["decisions"]) == (None, 0)


def test_an_item_is_claimed_given_back_and_taken_by_who_asks_for_the_next(
    services, reviewer, other, item
):
    claimed = reviewer.post(f"{item}/claim")
    assert claimed.status_code == 200
    assert claimed.json()["claim"]["by"] == "reviewer"
    assert other.post(f"{item}/claim").status_code == 409
    assert other.post(f"{ITEMS}/claims", json={}).status_code == 404
    assert reviewer.post(f"{item}/release").json()["claim"] is None
    assert reviewer.post(f"{item}/release").status_code == 409
    taken = other.post(f"{ITEMS}/claims", json={})
    assert taken.json()["claim"]["by"] == "other"
    ids = [item.rsplit("/", 1)[1], "review-x"]
    released = other.post(f"{ITEMS}/releases", json={"review_item_ids": ids}).json()["outcomes"]
    assert [bool(one["refused"]) for one in released] == [False, True]


def test_an_item_is_approved_and_taken_back(services, reviewer, item):
    approved = reviewer.post(f"{item}/decisions", json={"verdict": "approve", "comment": "Page 5."})
    assert approved.status_code == 200
    assert approved.json()["status"] == "approved"
    assert [one["kind"] for one in approved.json()["history"]] == ["approve"]
    assert status_of(services) is InsightStatus.APPROVED
    again = reviewer.post(f"{item}/decisions", json={"verdict": "reject", "comment": "No."})
    assert (again.status_code, again.json()["code"]) == (409, "conflict")
    undone = reviewer.post(f"{item}/undo")
    assert undone.json()["status"] == "open"
    assert status_of(services) is InsightStatus.IN_REVIEW
    assert reviewer.post(f"{item}/undo").status_code == 409


@pytest.mark.parametrize(
    ("wish", "status"),
    [
        ({"verdict": "reject"}, 422),
        ({"verdict": "maybe"}, 422),
        ({"verdict": "approve", "comment": "x" * 2001}, 422),
        ({"verdict": "approve", "more": 1}, 422),
        ({"verdict": "approve", "reason": "because"}, 422),
        ({}, 422),
    ],
)
def test_what_is_no_decision_is_refused(services, reviewer, item, wish, status):
    assert reviewer.post(f"{item}/decisions", json=wish).status_code == status
    assert status_of(services) is InsightStatus.IN_REVIEW


def test_who_prepared_it_or_has_another_role_does_not_decide(services, as_user, analyst, item):
    wish = {"verdict": "approve"}
    uploader = as_user(a_user(Role.REVIEWER, user_id=a_report().uploaded_by))
    assert uploader.post(f"{item}/decisions", json=wish).status_code == 403
    assert analyst.post(f"{item}/decisions", json=wish).status_code == 403
    assert status_of(services) is InsightStatus.IN_REVIEW


def test_several_are_decided_at_once_and_each_that_is_refused_says_why(services, reviewer):
    ids = [waiting(services, f"R0{n}").review_item_id for n in (1, 2)]
    wish = {"review_item_ids": [*ids, "review-x"], "verdict": "reject", "comment": "No ground."}
    headers = {"Idempotency-Key": "bulk"}
    made = reviewer.post(f"{ITEMS}/decisions", json=wish, headers=headers)
    assert [one["refused"] for one in made.json()["outcomes"]] == [
        "",
        "",
        "This review item does not exist.",
    ]
    again = reviewer.post(f"{ITEMS}/decisions", json=wish, headers=headers)
    assert again.content == made.content
    assert status_of(services, "R02") is InsightStatus.REJECTED


def test_a_decision_on_a_state_that_has_changed_is_refused_with_the_tag_of_now(
    services, reviewer, other, item
):
    seen = reviewer.get(item).headers["etag"]
    other.post(f"{item}/due", json={"due": "2030-01-01T00:00:00Z"})
    wish = {"verdict": "approve"}
    stale = reviewer.post(f"{item}/decisions", json=wish, headers={"If-Match": seen})
    assert (stale.status_code, stale.json()["code"]) == (412, "outdated")
    assert status_of(services) is InsightStatus.IN_REVIEW
    now = reviewer.get(item).headers["etag"]
    assert stale.headers["etag"] == now != seen
    done = reviewer.post(f"{item}/decisions", json=wish, headers={"If-Match": now})
    assert done.status_code == 200
    assert done.headers["etag"] == reviewer.get(item).headers["etag"]


def test_any_state_is_named_by_a_star_and_one_of_several_tags_is_enough(reviewer, item):
    seen = reviewer.get(item).headers["etag"]
    assert reviewer.post(f"{item}/claim", headers={"If-Match": "*"}).status_code == 200
    assert reviewer.post(f"{item}/claim", headers={"If-Match": seen}).status_code == 412
    now = reviewer.get(item).headers["etag"]
    both = {"If-Match": f'W/"x", {now}'}
    assert reviewer.post(f"{item}/claim", headers=both).status_code == 200
    assert reviewer.post(f"{ITEMS}/review-x/claim", headers={"If-Match": "*"}).status_code == 404


def test_a_retry_of_a_decision_is_answered_as_the_first_although_the_state_has_changed(
    services, reviewer, item
):
    headers = {"If-Match": reviewer.get(item).headers["etag"], "Idempotency-Key": "k"}
    wish = {"verdict": "approve"}
    first = reviewer.post(f"{item}/decisions", json=wish, headers=headers)
    again = reviewer.post(f"{item}/decisions", json=wish, headers=headers)
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.content == first.content
    assert again.headers["etag"] == first.headers["etag"]


def test_a_question_goes_to_the_analyst_and_the_answer_returns_the_item(
    services, reviewer, analyst, item
):
    asked = reviewer.post(f"{item}/questions", json={"question": "Which page?"}).json()
    assert asked["question"] == "Which page?"
    (notice,) = services.ports.records.notices(a_report().uploaded_by)
    assert notice.text == "Which page?"
    assert reviewer.post(f"{item}/decisions", json={"verdict": "approve"}).status_code == 409
    answered = analyst.post(f"{item}/answers", json={"answer": "Page 5."}).json()
    assert (answered["question"], answered["answer"]) == (None, "Page 5.")
    assert analyst.post(f"{item}/answers", json={"answer": "Again."}).status_code == 409
    told = reviewer.get("/api/v1/notices").json()["notices"]
    assert [one["text"] for one in told] == ["Page 5."]


def test_an_item_is_given_to_another_with_a_date(services, reviewer, item):
    due = (utc_now() + timedelta(days=3)).isoformat()
    to = {"reviewer_email": "Other@Example.org"}
    assert reviewer.post(f"{item}/assignment", json=to).json()["assigned_to"] == "other@example.org"
    assert reviewer.post(f"{item}/due", json={"due": due}).json()["due"].startswith(due[:19])
    assert reviewer.post(f"{item}/due", json={"due": "2026-01-01T00:00"}).status_code == 422
    bad = reviewer.post(f"{item}/escalations", json={"reviewer_email": "nobody", "comment": "x"})
    assert bad.status_code == 422
    silent = reviewer.post(f"{item}/escalations", json=to)
    assert silent.status_code == 422
    escalated = reviewer.post(f"{item}/escalations", json={**to, "comment": "Above my head."})
    assert [one["kind"] for one in escalated.json()["history"]] == ["assign", "due", "escalate"]


def escalate(client: TestClient, rule: str = "R01", email: str = "cfo@company.com", **more: str):
    wish = {"insight_id": an_insight(rule).insight_id, "reviewer_email": email, **more}
    return client.post("/api/v1/alerts/escalate", json=wish)


@pytest.mark.parametrize("role", [Role.ANALYST, Role.REVIEWER])
def test_an_alert_lies_in_the_outbox_and_hands_the_insights_item_over(services, as_user, role):
    waiting(services)
    client = as_user(a_user(role))
    answer = escalate(client)
    assert answer.status_code == 201
    body = answer.json()
    assert body["notification_sent"] is True
    (notice,) = services.ports.records.notices("cfo@company.com")
    assert (notice.notice_id, notice.state) == (body["alert_id"], NoticeState.WAITING)
    assert notice.text == an_insight().text
    assert client.get(answer.headers["location"]).json() == body
    found = client.get(body["_links"]["review_item"]).json()
    assert found["assigned_to"] == "cfo@company.com"


@pytest.mark.parametrize("status", [InsightStatus.OPEN, InsightStatus.PUBLISHED])
def test_an_insight_without_an_item_gets_one(services, analyst, status):
    insight = an_insight(status=status)
    services.ports.records.commit(Effects(records=(a_report(), insight)))
    body = escalate(analyst, comment="Look at this.").json()
    assert status_of(services) is InsightStatus.IN_REVIEW
    found = analyst.get(body["_links"]["review_item"]).json()
    assert (found["cause"], found["assigned_to"]) == ("requested", "cfo@company.com")
    assert [one["kind"] for one in found["history"]] == ["escalate"]
    assert acts_of(services) == ["review_requested", "review_escalate", "review_item_viewed"]
    assert len(services.ports.records.review_items()) == 1


def test_an_alert_that_was_taken_back_was_not_sent(services, reviewer):
    waiting(services)
    answer = escalate(reviewer)
    reviewer.post(f"{answer.json()['_links']['review_item']}/undo")
    told = reviewer.get(answer.headers["location"]).json()
    assert (told["notification_sent"], told["state"]) == (False, "withdrawn")


@pytest.mark.parametrize(
    ("status", "email", "code"),
    [
        (InsightStatus.APPROVED, "cfo@company.com", 409),
        (InsightStatus.REJECTED, "cfo@company.com", 409),
        (InsightStatus.OPEN, "cfo", 422),
        (InsightStatus.OPEN, "a@b.com, c@d.com", 422),
        (InsightStatus.OPEN, "x" * 250 + "@b.com", 422),
    ],
)
def test_an_alert_that_cannot_be_is_refused_and_nothing_is_written(
    services, analyst, status, email, code
):
    services.ports.records.commit(Effects(records=(a_report(), an_insight(status=status))))
    assert escalate(analyst, email=email).status_code == code
    assert services.ports.records.notices() == []
    assert services.ports.records.review_items() == []


def test_an_alert_to_what_is_not_there_or_by_who_only_reads_is_refused(as_user, analyst):
    assert escalate(analyst).status_code == 404
    assert escalate(as_user(a_user(Role.CFO))).status_code == 403
    assert analyst.get("/api/v1/alerts/notice-x").status_code == 404


def test_an_analyst_asks_for_a_review(services, analyst):
    insight = an_insight(status=InsightStatus.OPEN)
    services.ports.records.commit(Effects(records=(a_report(), insight)))
    where = f"/api/v1/insights/{insight.insight_id}/review-requests"
    made = analyst.post(where, json={"comment": "Unsure."})
    assert made.status_code == 201
    assert analyst.get(made.headers["location"]).json()["id"] == made.json()["review_item_id"]
    assert analyst.post(where, json={}).status_code == 409


def test_controllers_see_the_whole_outbox_and_others_do_not(services, reviewer, analyst):
    waiting(services)
    escalate(reviewer)
    (one,) = reviewer.get("/api/v1/outbox").json()["notices"]
    assert (one["to"], one["state"], one["tries"]) == ("cfo@company.com", "waiting", 0)
    assert analyst.get("/api/v1/outbox").status_code == 403
    assert analyst.get("/api/v1/notices").json()["notices"] == []
