"""Four eyes, two people above materiality, undo: kept by the service and, whoever writes, by the database."""

from decimal import Decimal

import pytest

from services.domain.errors import Conflict, Forbidden
from services.domain.ids import DecisionId, UserId
from services.domain.insights import InsightStatus
from services.domain.messages import Effects, MessageKind, message
from services.domain.reviews import (
    ActKind,
    Decision,
    ReasonCode,
    ReviewAct,
    ReviewStatus,
    Verdict,
)
from services.domain.users import Role, User
from tests.corrections import a_claim, a_correction, withdrawn
from tests.factories import ANALYST, NOW, REVIEWER, an_insight
from tests.unit.review.conftest import REVENUE, RITA, ROSS, LocalRoom, Room, a_local_room

LARGE = {"amount": Decimal(-5_000_001)}


def a_decision(item, by: str, **changes: object) -> Decision:
    fields = {
        "decision_id": DecisionId(f"d-{by}"),
        "review_item_id": item.review_item_id,
        "insight_id": item.insight_id,
        "report_id": item.report_id,
        "verdict": Verdict.APPROVE,
        "comment": "",
        "decided_by": UserId(by),
        "decided_at": NOW,
    }
    return Decision.model_validate({**fields, **changes})


def an_act(item, number: int, kind: ActKind, by: str, **changes: object) -> ReviewAct:
    fields = {
        "act_id": f"a-{number}-{by}",
        "review_item_id": item.review_item_id,
        "report_id": item.report_id,
        "insight_id": item.insight_id,
        "number": number,
        "kind": kind,
        "made_by": by,
        "made_by_name": by,
        "made_at": NOW,
    }
    return ReviewAct.model_validate({**fields, **changes})


def test_a_decision_keeps_its_reason_and_the_numbers_it_saw(room: Room):
    item = room.wait()
    made = room.desk.decide(item.review_item_id, Verdict.APPROVE, "page 5", RITA, ReasonCode.AGREES)
    assert made is not None
    (stored,) = room.records.decisions(item.insight_id)
    assert stored == made
    assert stored.reason is ReasonCode.AGREES
    (figure,) = stored.figures
    assert (figure.label, figure.value, figure.source) == ("Revenue", REVENUE.value, REVENUE.source)


@pytest.mark.parametrize(("amount", "people"), [(-5_000_001, 2), (5_000_000, 1), (None, 1)])
def test_two_people_approve_what_is_above_overall_materiality(room: Room, amount, people):
    item = room.wait(amount=None if amount is None else Decimal(amount))
    first = room.desk.decide(item.review_item_id, Verdict.APPROVE, "", RITA)
    assert (first is None) is (people == 2)
    if people == 1:
        return
    assert room.insight(item).status is InsightStatus.IN_REVIEW
    with pytest.raises(Forbidden, match="a second person"):
        room.desk.decide(item.review_item_id, Verdict.APPROVE, "", RITA)
    second = room.desk.decide(item.review_item_id, Verdict.APPROVE, "", ROSS)
    assert second is not None
    assert (second.first_by, second.decided_by) == (RITA.user_id, ROSS.user_id)
    assert room.insight(item).status is InsightStatus.APPROVED
    assert len(room.records.decisions(item.insight_id)) == 1


def test_one_person_is_enough_to_reject_what_is_above_materiality(room: Room):
    item = room.wait(**LARGE)
    room.desk.decide(item.review_item_id, Verdict.REJECT, "wrong sign", RITA)
    assert room.insight(item).status is InsightStatus.REJECTED


def test_a_first_approval_of_other_numbers_does_not_count(room: Room):
    item = room.wait(**LARGE)
    room.desk.decide(item.review_item_id, Verdict.APPROVE, "", RITA)
    room.records.commit(
        Effects(records=(REVENUE.model_copy(update={"value": Decimal(130_000_000)}),))
    )
    assert room.desk.decide(item.review_item_id, Verdict.APPROVE, "", ROSS) is None
    assert room.insight(item).status is InsightStatus.IN_REVIEW
    assert room.desk.decide(item.review_item_id, Verdict.APPROVE, "", RITA) is not None


def test_the_database_takes_no_single_approval_above_materiality(room: Room):
    item = room.wait(**LARGE)
    for changes in ({}, {"first_by": "ros"}, {"first_by": "rev"}):
        with pytest.raises(Forbidden, match="two different people"):
            room.records.commit(Effects(creates=(a_decision(item, "rev", **changes),)))
    room.desk.decide(item.review_item_id, Verdict.APPROVE, "", RITA)
    with pytest.raises(Forbidden, match="two different people"):
        room.records.commit(Effects(creates=(a_decision(item, "rev", first_by="rev"),)))
    assert room.records.decisions(item.insight_id) == []


def test_who_stated_a_number_under_an_insight_does_not_decide_on_it(room: Room):
    item = room.wait()
    other = REVENUE.model_copy(update={"value": Decimal(1)})
    room.records.commit(Effects(creates=(a_correction(a_claim(REVENUE), other, by=RITA),)))
    for verdict in Verdict:
        with pytest.raises(Forbidden, match="stated a number"):
            room.desk.decide(item.review_item_id, verdict, "seen", RITA)
    assert room.desk.preparers(item.review_item_id) == {ANALYST.user_id, RITA.user_id}
    room.desk.decide(item.review_item_id, Verdict.APPROVE, "", ROSS)


def test_who_confirmed_a_number_or_took_back_their_own_word_may_decide(room: Room):
    item = room.wait()
    confirmed = a_correction(a_claim(REVENUE), REVENUE, by=RITA)
    room.records.commit(Effects(creates=(confirmed,)))
    assert room.desk.preparers(item.review_item_id) == {ANALYST.user_id}
    stated = a_correction(a_claim(REVENUE, value=Decimal(1)), REVENUE, by=RITA, after=confirmed)
    room.records.commit(Effects(creates=(stated,)))
    assert RITA.user_id in room.desk.preparers(item.review_item_id)
    room.records.commit(Effects(creates=(withdrawn(stated, by=RITA),)))
    assert room.desk.preparers(item.review_item_id) == {ANALYST.user_id}


def test_who_takes_back_anothers_word_has_prepared_the_number(room: Room):
    item = room.wait()
    stated = a_correction(a_claim(REVENUE, value=Decimal(1)), REVENUE, by=ROSS)
    room.records.commit(Effects(creates=(stated,)))
    room.records.commit(Effects(creates=(withdrawn(stated, by=RITA),)))
    assert room.desk.preparers(item.review_item_id) == {ANALYST.user_id, RITA.user_id}


@pytest.mark.parametrize(
    ("by", "words"), [("ana", "uploaded this report"), ("pre", "stated a number")]
)
def test_the_database_takes_no_decision_of_a_preparer(room: Room, by: str, words: str):
    item = room.wait(prepared_by=("pre",))
    with pytest.raises(Forbidden, match=words):
        room.records.commit(Effects(creates=(a_decision(item, by),)))
    for kind in (ActKind.APPROVE, ActKind.REJECT):
        with pytest.raises(Forbidden, match=words):
            room.records.commit(Effects(creates=(an_act(item, 1, kind, by),)))
    assert room.records.review_acts(item.review_item_id) == []
    room.records.commit(Effects(creates=(an_act(item, 1, ActKind.CLAIM, by),)))


def test_the_database_takes_no_second_decision_on_an_item(room: Room):
    item = room.wait()
    room.desk.decide(item.review_item_id, Verdict.APPROVE, "", RITA)
    with pytest.raises(Conflict, match="already decided"):
        room.records.commit(Effects(creates=(a_decision(item, "ros"),)))
    with pytest.raises(Conflict, match="already decided"):
        room.records.commit(Effects(creates=(an_act(item, 2, ActKind.REJECT, "ros"),)))


def test_the_database_changes_and_deletes_no_act_and_no_decision(local_room: LocalRoom):
    item = local_room.wait()
    local_room.desk.decide(item.review_item_id, Verdict.APPROVE, "", RITA)
    for table in ("decisions", "review_acts"):
        for change in (f"UPDATE {table} SET report_id = 'x'", f"DELETE FROM {table}"):
            with (
                pytest.raises(Conflict, match="never changed"),
                local_room.database.transaction() as connection,
            ):
                connection.execute(change)


def test_an_older_data_folder_gets_the_rules_too(local_room: LocalRoom):
    item = local_room.wait()
    with local_room.database.transaction() as connection:
        for name in ("review_acts", "notices"):
            connection.execute(f"DROP TABLE {name}")
        connection.execute("DROP TRIGGER decisions_keep_the_rules")
        connection.execute("PRAGMA user_version = 3")
    again = a_local_room(local_room.path)
    with pytest.raises(Forbidden, match="uploaded"):
        again.records.commit(Effects(creates=(a_decision(item, "ana"),)))
    assert again.desk.decide(item.review_item_id, Verdict.APPROVE, "", RITA) is not None


def test_nothing_is_approved_while_its_numbers_are_worked_out_again(room: Room):
    item = room.wait()
    pending = message(MessageKind.FACTS_EXTRACTED, item.report_id, "run")
    room.records.commit(Effects(messages=(pending,)))
    with pytest.raises(Conflict, match="worked out again"):
        room.desk.decide(item.review_item_id, Verdict.APPROVE, "", RITA)
    with pytest.raises(Conflict, match="worked out again"):
        room.records.commit(Effects(creates=(an_act(item, 1, ActKind.APPROVE, "rev"),)))


@pytest.mark.parametrize("verdict", list(Verdict))
def test_a_decision_is_taken_back_within_ten_seconds_and_stays_in_the_history(room: Room, verdict):
    item = room.wait()
    room.desk.decide(item.review_item_id, verdict, "too quick", RITA)
    room.clock.forward(10)
    assert room.desk.undoable_until(item.review_item_id, RITA) is None
    room.clock.forward(-1)
    assert room.desk.undoable_until(item.review_item_id, RITA) is not None
    room.desk.undo(item.review_item_id, RITA)
    assert room.item(item.review_item_id).status is ReviewStatus.OPEN
    assert room.insight(item).status is InsightStatus.IN_REVIEW
    assert room.records.decisions(item.insight_id) == []
    kinds = [act.kind.value for act in room.records.review_acts(item.review_item_id)]
    assert kinds == [verdict.value, "undo"]
    trail = room.trail(item.insight_id)
    assert trail[0] == "review_undo"
    assert len(trail) == 2
    again = room.desk.decide(item.review_item_id, Verdict.APPROVE, "", ROSS)
    assert room.records.decisions(item.insight_id) == [again]


def test_an_undo_is_refused_to_others_and_after_ten_seconds(room: Room):
    item = room.wait()
    with pytest.raises(Conflict, match="nothing to undo"):
        room.desk.undo(item.review_item_id, RITA)
    room.desk.decide(item.review_item_id, Verdict.APPROVE, "", RITA)
    with pytest.raises(Forbidden, match="only they"):
        room.desk.undo(item.review_item_id, ROSS)
    room.clock.forward(10.5)
    with pytest.raises(Conflict, match="10 seconds"):
        room.desk.undo(item.review_item_id, RITA)
    assert room.insight(item).status is InsightStatus.APPROVED


def test_the_database_takes_no_late_undo_and_none_of_anothers_act(room: Room):
    item = room.wait()
    room.desk.decide(item.review_item_id, Verdict.APPROVE, "", RITA)
    (act,) = room.records.review_acts(item.review_item_id)
    room.clock.forward(12)
    late = an_act(item, 2, ActKind.UNDO, "rev", undoes=act.act_id, made_at=room.clock.now)
    with pytest.raises(Conflict, match="seconds"):
        room.records.commit(Effects(creates=(late,)))
    other = an_act(item, 2, ActKind.UNDO, "ros", undoes=act.act_id)
    with pytest.raises(Forbidden, match="by who did it"):
        room.records.commit(Effects(creates=(other,)))


def test_a_decision_is_not_taken_back_under_the_hands_of_an_analysis(room: Room):
    """The analysis under way saw it decided and would drop the item that the undo opens again."""
    item = room.wait()
    room.desk.decide(item.review_item_id, Verdict.APPROVE, "", RITA)
    (act,) = room.records.review_acts(item.review_item_id)
    pending = message(MessageKind.FACTS_EXTRACTED, item.report_id, "run")
    room.records.commit(Effects(messages=(pending,)))
    with pytest.raises(Conflict, match="worked out again"):
        room.desk.undo(item.review_item_id, RITA)
    undo = an_act(item, 2, ActKind.UNDO, "rev", undoes=act.act_id)
    with pytest.raises(Conflict, match="worked out again"):
        room.records.commit(Effects(creates=(undo,)))


def test_a_first_approval_is_taken_back_alone(room: Room):
    item = room.wait(**LARGE)
    room.desk.decide(item.review_item_id, Verdict.APPROVE, "", RITA)
    room.desk.undo(item.review_item_id, RITA)
    assert room.desk.decide(item.review_item_id, Verdict.APPROVE, "", ROSS) is None
    room.desk.decide(item.review_item_id, Verdict.APPROVE, "", RITA)
    room.desk.undo(item.review_item_id, RITA)
    assert room.desk.decide(item.review_item_id, Verdict.APPROVE, "", RITA) is not None


def test_several_items_are_decided_at_once_each_by_every_rule(room: Room):
    fine, mine = room.wait("R01"), room.wait("R02", prepared_by=(RITA.user_id,))
    large = room.wait("R03", **LARGE)
    ids = [one.review_item_id for one in (fine, mine, large)]
    outcomes = room.desk.decide_all(ids, Verdict.APPROVE, "", RITA)
    assert [bool(one.refused) for one in outcomes] == [False, True, False]
    assert "stated a number" in outcomes[1].refused
    assert [one.needs_second for one in outcomes] == [False, False, True]
    statuses = [room.insight(one).status.value for one in (fine, mine, large)]
    assert statuses == ["approved", "in_review", "in_review"]


def test_a_claim_of_another_keeps_everybody_else_from_deciding(room: Room):
    item = room.wait()
    room.queue.claim(item.review_item_id, ROSS)
    with pytest.raises(Conflict, match="Ross Reviewer has this item until 12:15 UTC"):
        room.desk.decide(item.review_item_id, Verdict.APPROVE, "", RITA)
    room.clock.forward(15 * 60)
    assert room.desk.decide(item.review_item_id, Verdict.APPROVE, "", RITA) is not None


def test_an_analyst_with_the_role_of_a_reviewer_still_does_not_decide_on_their_own(room: Room):
    item = room.wait()
    both = User(user_id=ANALYST.user_id, name="Ana", role=Role.REVIEWER)
    outcome = room.desk.decide_all([item.review_item_id], Verdict.APPROVE, "", both)[0]
    assert "uploaded this report" in outcome.refused
    assert REVIEWER.user_id != both.user_id


def test_who_asked_for_a_review_does_not_decide_on_it(room: Room):
    insight = an_insight("asked", status=InsightStatus.OPEN)
    room.records.commit(Effects(records=(insight,)))
    item = room.desk.request(insight.insight_id, "look at this", RITA)
    assert item.requested_by == RITA.user_id
    assert RITA.user_id in room.desk.preparers(item.review_item_id)
    for verdict in Verdict:
        with pytest.raises(Forbidden, match="You asked for this review"):
            room.desk.decide(item.review_item_id, verdict, "because", RITA)
    assert room.queue.claim_next(RITA) is None
    for written in (a_decision(item, RITA.user_id), an_act(item, 1, ActKind.APPROVE, RITA.user_id)):
        with pytest.raises(Forbidden, match="You asked for this review"):
            room.records.commit(Effects(creates=(written,)))
    assert room.desk.decide(item.review_item_id, Verdict.APPROVE, "", ROSS) is not None
