"""The queue's order, claims, filters and timing; questions, escalations and assignments with their notices."""

from datetime import timedelta
from decimal import Decimal

import pytest

from services.domain.errors import Conflict, Forbidden, InvalidInput
from services.domain.insights import Severity
from services.domain.messages import Effects
from services.domain.notices import NoticeState
from services.domain.reports import Finding, FindingSeverity
from services.domain.reviews import Cause, ReviewKind, Verdict
from services.review.items import audit_item_id, open_finding
from services.review.queue import Wanted
from tests.factories import ANALYST, AUDITOR, a_confidence, a_report
from tests.unit.review.conftest import RITA, ROSS, Room

DAY = 86_400


def order(room: Room) -> list[str]:
    return [entry.subject.rule_id for entry in room.queue.entries()]


def test_the_queue_is_ranked_by_materiality_times_uncertainty_times_age(room: Room):
    room.wait("old", severity=Severity.MEDIUM, confidence=a_confidence(0.5))
    room.clock.forward(14 * DAY)
    room.wait("large", amount=Decimal(10_000_000), confidence=a_confidence(0.5))
    room.wait("sure", amount=Decimal(10_000_000), confidence=a_confidence(0.9))
    room.wait("small", amount=Decimal(500_000), confidence=a_confidence(0.1))
    scores = {e.subject.rule_id: round(e.priority.score, 3) for e in room.queue.entries()}
    assert scores == {"old": 1.125, "large": 1.0, "small": 0.225, "sure": 0.2}
    assert order(room) == ["old", "large", "small", "sure"]


def test_the_priority_of_what_is_judged_blind_says_nothing_of_its_confidence(room: Room):
    for rule, sure in (("sure", 0.99), ("less", 0.86)):
        item = room.wait(rule, severity=Severity.HIGH, confidence=a_confidence(sure))
        drawn = item.model_copy(update={"kind": ReviewKind.AUDIT_SAMPLE})
        room.records.commit(Effects(records=(drawn,)))
    assert {one.priority.uncertainty for one in room.queue.entries()} == {0.5}


def test_a_finding_about_the_reading_ranks_like_a_severe_insight(room: Room):
    finding = Finding(
        finding_id="f-1", report_id=a_report().report_id, code="rows-missing",
        severity=FindingSeverity.ERROR, sentence="A row was not read.", needs_review=True,
    )  # fmt: skip
    room.records.commit(Effects(records=(finding, open_finding(finding, room.clock.now))))
    (entry,) = room.queue.entries()
    assert (entry.priority.score, entry.severity) == (0.5, Severity.HIGH)
    assert entry.reason == "Numbers may be missing"


def test_a_claim_runs_out_is_renewed_and_given_back(room: Room):
    item = room.wait()
    room.queue.claim(item.review_item_id, RITA)
    with pytest.raises(Conflict, match="Rita Reviewer has this item"):
        room.queue.claim(item.review_item_id, ROSS)
    room.clock.forward(14 * 60)
    room.queue.claim(item.review_item_id, RITA)
    room.clock.forward(14 * 60)
    (entry,) = room.queue.entries()
    assert entry.state.claim is not None
    assert entry.state.claim.since == room.clock.now - timedelta(minutes=28)
    room.queue.release(item.review_item_id, RITA)
    room.queue.claim(item.review_item_id, ROSS)
    room.clock.forward(15 * 60)
    with pytest.raises(Conflict, match="run out"):
        room.queue.release(item.review_item_id, ROSS)
    room.queue.claim(item.review_item_id, RITA)


def test_the_next_item_skips_what_the_person_may_not_or_need_not_take(room: Room):
    room.wait("own", severity=Severity.CRITICAL, prepared_by=(RITA.user_id,))
    held, asked = room.wait("held", severity=Severity.HIGH), room.wait("asked")
    given = room.wait("given")
    free = room.wait("free", severity=Severity.INFO)
    room.queue.claim(held.review_item_id, ROSS)
    room.talk.ask(asked.review_item_id, "why?", ROSS)
    room.talk.assign(given.review_item_id, "ross@acme.com", "", RITA)
    assert room.queue.claim_next(RITA) == free.review_item_id
    room.queue.release(free.review_item_id, RITA)
    assert room.queue.claim_next(RITA, [held.review_item_id]) is None
    with pytest.raises(Forbidden):
        room.queue.claim_next(ANALYST)


def test_filters_take_company_severity_kind_reason_and_whose(room: Room):
    large = room.wait("A", severity=Severity.HIGH, has_failed_check=True)
    late = room.wait("B", severity=Severity.LOW)
    room.queue.claim(large.review_item_id, RITA)
    room.talk.set_due(late.review_item_id, room.clock.now - timedelta(days=1), RITA)

    def found(**wanted: object) -> list[str]:
        sieve = Wanted(**wanted)
        entries = room.queue.entries()
        now = room.clock.now
        return sorted(e.subject.rule_id for e in entries if sieve.takes(e, RITA, now))

    assert found() == ["A", "B"]
    assert found(company="Acme Corp") == ["A", "B"]
    assert found(company="Other") == []
    assert found(severities=frozenset({Severity.HIGH})) == ["A"]
    assert found(kinds=frozenset({"trend"})) == ["A", "B"]
    assert found(kinds=frozenset({"risk"})) == []
    assert found(reasons=frozenset({"A check failed"})) == ["A"]
    assert found(reasons=frozenset({"Low confidence"})) == ["B"]
    assert found(whose="mine") == ["A"]
    assert found(whose="unclaimed") == ["B"]
    assert found(whose="overdue") == ["B"]


def test_an_item_is_due_by_its_severity_until_somebody_sets_a_date(room: Room):
    item = room.wait(severity=Severity.HIGH)
    assert room.queue.entries()[0].due == room.clock.now + timedelta(days=2)
    later = room.clock.now + timedelta(days=30)
    room.talk.set_due(item.review_item_id, later, RITA)
    assert room.queue.entries()[0].due == later


def test_the_median_time_of_an_item_is_from_claim_to_decision(room: Room):
    assert room.queue.pace().median_seconds is None
    for rule, seconds in (("A", 20), ("B", 40), ("C", 300)):
        item = room.wait(rule)
        room.queue.claim(item.review_item_id, RITA)
        room.clock.forward(seconds)
        room.desk.decide(item.review_item_id, Verdict.APPROVE, "", RITA)
    room.desk.decide(room.wait("D").review_item_id, Verdict.APPROVE, "", RITA)
    pace = room.queue.pace()
    assert (pace.median_seconds, pace.decisions) == (40, 3)


def test_several_items_are_given_back_at_once(room: Room):
    one, other = room.wait("A"), room.wait("B")
    room.queue.claim(one.review_item_id, RITA)
    room.queue.claim(other.review_item_id, ROSS)
    outcomes = room.queue.release_all([one.review_item_id, other.review_item_id], RITA)
    assert [bool(outcome.refused) for outcome in outcomes] == [False, True]


def test_a_question_goes_to_the_uploader_and_the_answer_returns_the_item(room: Room):
    item = room.wait()
    sent = room.talk.ask(item.review_item_id, "Is this the restated figure?", RITA)
    assert (sent.to, sent.path) == ("ana", f"inbox?item={item.review_item_id}")
    with pytest.raises(Conflict, match="waits for an answer"):
        room.desk.decide(item.review_item_id, Verdict.APPROVE, "", RITA)
    with pytest.raises(Forbidden):
        room.talk.answer(item.review_item_id, "yes", AUDITOR)
    room.talk.answer(item.review_item_id, "Yes, see note 3.", ANALYST)
    with pytest.raises(Conflict, match="Nobody waits"):
        room.talk.answer(item.review_item_id, "again", ANALYST)
    (entry,) = room.queue.entries()
    assert entry.state.question is None
    assert entry.state.answer is not None
    assert entry.state.answer.comment == "Yes, see note 3."
    (told,) = room.records.notices(RITA.user_id)
    assert told.text == "Yes, see note 3."
    assert room.desk.decide(item.review_item_id, Verdict.APPROVE, "", RITA) is not None


def test_an_escalation_carries_insight_and_reviewer_and_returns_an_alert(room: Room):
    item = room.wait()
    alert = room.talk.escalate(item.review_item_id, " Ross@Acme.com ", "needs tax", RITA)
    assert alert.insight_id == item.insight_id
    assert alert.to == "ross@acme.com"
    assert alert.notice_id.startswith("notice-")
    assert room.records.notices("ross@acme.com") == [alert]
    (entry,) = room.queue.entries()
    assert entry.state.is_mine(ROSS)
    assert not entry.state.is_mine(RITA)


def test_a_notice_tells_summary_and_confidence_of_its_insight_but_not_while_it_is_audited(
    room: Room,
):
    item = room.wait()
    insight = room.insight(item)
    told = room.talk.escalate(item.review_item_id, "ross@acme.com", "needs tax", RITA)
    assert (told.summary, told.confidence) == (insight.title, insight.confidence.total)
    audit = {
        "kind": ReviewKind.AUDIT_SAMPLE,
        "review_item_id": audit_item_id(insight.insight_id),
    }
    room.records.commit(Effects(records=(item.model_copy(update=audit),)))
    blind = room.talk.assign(item.review_item_id, "rita@acme.com", "", ROSS)
    assert (blind.summary, blind.confidence) == (insight.title, None)


@pytest.mark.parametrize("typed", ["", "ross", "a@b", "a b@c.de", "a@b.de, c@d.de", "x" * 260])
def test_what_is_no_address_is_not_escalated_to(room: Room, typed: str):
    item = room.wait()
    with pytest.raises(InvalidInput, match="no e-mail address"):
        room.talk.escalate(item.review_item_id, typed, "please", RITA)
    assert room.records.review_acts(item.review_item_id) == []


def test_words_are_needed_to_ask_answer_and_escalate(room: Room):
    item = room.wait()
    with pytest.raises(InvalidInput, match="question"):
        room.talk.ask(item.review_item_id, " ", RITA)
    with pytest.raises(InvalidInput, match="why you escalate"):
        room.talk.escalate(item.review_item_id, "ross@acme.com", "", RITA)


def test_an_undone_escalation_is_never_sent(room: Room):
    item = room.wait()
    alert = room.talk.escalate(item.review_item_id, "ross@acme.com", "needs tax", RITA)
    assert alert.next_try == room.clock.now + timedelta(seconds=10)
    room.desk.undo(item.review_item_id, RITA)
    (kept,) = room.records.notices("ross@acme.com")
    assert kept.state is NoticeState.WITHDRAWN
    assert room.queue.entries()[0].state.assigned_to == ""


def test_an_item_that_is_assigned_to_another_leaves_who_had_claimed_it(room: Room):
    item = room.wait()
    room.queue.claim(item.review_item_id, RITA)
    room.talk.assign(item.review_item_id, "ross@acme.com", "tax", ROSS)
    (entry,) = room.queue.entries()
    assert entry.state.claim is None
    assert entry.state.assigned_to == "ross@acme.com"


def test_nothing_is_said_about_a_decided_item(room: Room):
    item = room.wait()
    room.desk.decide(item.review_item_id, Verdict.APPROVE, "", RITA)
    with pytest.raises(Conflict, match="already approved"):
        room.talk.ask(item.review_item_id, "why?", ROSS)
    with pytest.raises(Conflict, match="decided"):
        room.talk.set_due(item.review_item_id, room.clock.now, ROSS)


def test_an_item_says_that_an_analyst_asked_for_it(room: Room):
    item = room.wait()
    room.records.commit(Effects(records=(item.model_copy(update={"cause": Cause.REQUESTED}),)))
    assert room.queue.entries()[0].reason == "Asked by an analyst"
