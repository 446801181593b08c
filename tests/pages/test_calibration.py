"""The Calibration page: what is measured, what is missing, the slider, the second person; and the blind audit."""

import pytest

from services.domain.messages import Effects
from services.domain.policy import COLD_START
from services.domain.reviews import ReviewKind
from services.domain.users import Role
from services.pipeline.audit_sample import REASON, audit_item
from tests.core_records import NOON
from tests.factories import a_confidence
from tests.labels import RULE, decide, waiting
from tests.pages.conftest import PUBLISHED, texts
from tests.unit.test_access import a_user

CFO, REVIEWER = a_user(Role.CFO), a_user(Role.REVIEWER)


@pytest.fixture
def labelled(store):
    """A store with 160 decisions on audit samples, one in ten a rejection, and three insights that wait."""
    stored = tuple(waiting(n, inputs) for n, inputs in enumerate((1.0, 0.99, 0.7)))
    decide(store.ports.records, 160, lambda number: number % 20 != 0)
    store.ports.records.commit(Effects(records=stored))
    return store


def table(at, column):
    return next(one.value for one in at.table if column in one.value.columns)


def test_without_decisions_the_page_says_what_is_missing(store, open_page):
    at = open_page("calibration", Role.REVIEWER)
    assert not at.exception
    words = texts(at)
    assert "Not measured yet" in words
    assert "50 that tune are needed (0 are there)" in words
    assert [(one.label, one.value) for one in at.metric] == [
        ("Publishes from", "0.85"), ("Promised precision", "90%"),
        ("Audited at random", "10%"), ("Decisions", "0"),
    ]  # fmt: skip
    assert "not proved by labels yet" in words


def test_decisions_are_measured_with_counts_and_taken_up_on_demand(labelled, open_page):
    at = open_page("calibration", Role.CFO)
    assert "160 not taken up yet" in texts(at)
    at.button(key="renew").click().run()
    assert not at.exception
    words = texts(at)
    assert "Taken up. Every report is scored again." in words
    found = labelled.calibration.overview()
    curve = found.scoring.curve
    assert f"Recalibrated on {curve.labels} of them." in words
    metrics = {one.label: one.value for one in at.metric}
    assert metrics["Calibration error"] == f"{found.measured.ece:.3f}"
    assert metrics["Brier score"] == f"{found.measured.brier:.3f}"
    assert f"stays under {found.measured.ece_limit:.3f} in 95 of 100" in words
    bands = table(at, "Band")
    assert sum(int(one) for one in bands["Labels"]) == found.measured.labels
    assert "no label" in bands["Precision, 95 % interval"].to_list()
    rules = at.dataframe[0].value
    assert rules["Rule"].to_list()[0] == RULE.rule_id
    assert rules["Decisions"].to_list()[0] == found.tuning


def test_the_slider_shows_the_queue_before_anything_is_proposed(store, open_page):
    stored = tuple(waiting(n, inputs) for n, inputs in enumerate((1.0, 0.95, 0.7, 0.3)))
    store.ports.records.commit(Effects(records=stored))
    at = open_page("calibration", Role.CFO)
    assert table(at, "Then")["Then"].to_list() == table(at, "Then")["Now"].to_list()
    at.slider(key="target").set_value(89).run()
    assert "From a confidence of **0.86** the stored insights state it on average" in texts(at)
    assert table(at, "Then")["Now"].to_list() == ["2", "1", "1"]
    assert table(at, "Then")["Then"].to_list() == ["1", "2", "1"]
    at.number_input(key="high_from_89").set_value(0.91).run()
    assert table(at, "Then")["Then"].to_list() == ["0", "3", "1"]
    at.slider(key="target").set_value(99).run()
    assert "**nothing** would publish by itself" in texts(at)
    assert store.ports.records.policy_proposals() == []


def test_a_change_is_proposed_by_one_person_and_approved_by_another(labelled, open_page):
    at = open_page("calibration", Role.REVIEWER)
    at.slider(key="target").set_value(95).run()
    at.text_input(key="policy_reason").set_value("The board asked")
    at.button(key="propose").click().run()
    assert "Another person has to approve it." in texts(at)
    assert "You made it: somebody else approves it" in texts(at)
    assert [one for one in at.button if one.key == "approve_0"] == []
    (proposal,) = labelled.ports.records.policy_proposals()
    assert (proposal.target, proposal.made_by_name) == (0.95, "Reviewer")
    assert labelled.calibration.policy() == COLD_START
    other = open_page("calibration", Role.CFO)
    other.text_input(key="ruling_0").set_value("Agreed")
    other.button(key="approve_0").click().run()
    assert not other.exception
    policy = labelled.calibration.policy()
    assert (policy.version, policy.target) == (1, 0.95)
    (row,) = table(other, "Approved by").to_dict("records")
    assert (row["Proposed by"], row["Approved by"], row["Why"]) == (
        "Reviewer", "CFO", "The board asked",
    )  # fmt: skip


def test_a_missing_reason_is_said_and_a_proposal_can_be_rejected(labelled, open_page):
    at = open_page("calibration", Role.CFO)
    at.slider(key="target").set_value(95).run()
    at.button(key="propose").click().run()
    assert "Say why" in texts(at)
    at.text_input(key="policy_reason").set_value("Once")
    at.button(key="propose").click().run()
    other = open_page("calibration", Role.REVIEWER)
    other.text_input(key="ruling_0").set_value("Too strict")
    other.button(key="reject_0").click().run()
    assert "Rejected by Reviewer" in texts(other)
    assert labelled.calibration.policy() == COLD_START


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMIN])
def test_who_may_not_set_the_policy_sees_everything_and_changes_nothing(labelled, open_page, role):
    at = open_page("calibration", role)
    assert "A reviewer or the CFO proposes a change" in texts(at)
    assert [one.key for one in at.button if one.key in {"propose", "renew"}] == []
    assert [one.label for one in at.metric][-1] == "Log loss"


def test_a_tripped_kill_switch_is_said_with_its_reason_and_the_way_out(store, open_page):
    decide(store.ports.records, 50, lambda number: number % 5 != 0)
    store.calibration.watch()
    at = open_page("calibration", Role.CFO)
    (error,) = [one.value for one in at.error]
    assert error.startswith("Nothing publishes by itself: of the last 50 audited insights")
    assert at.metric[0].value == "never"
    assert table(at, "Approved by")["Approved by"].to_list() == ["nobody: the kill switch"]


def test_an_audit_item_is_judged_without_the_confidence_and_told_with_it_afterwards(
    seeded, open_page
):
    records = seeded.ports.records
    item = audit_item(PUBLISHED, NOON)
    records.commit(Effects(records=(item,)))
    at = open_page("review", Role.REVIEWER)
    assert any("Confidence" in one.value for one in at.markdown if "badge" in one.value)
    at.radio[0].set_value(1).run()
    assert not at.exception
    assert f"- {REASON}" in texts(at)
    badges = [one.value for one in at.markdown if "badge" in one.value]
    assert badges
    assert not any("Confidence" in one for one in badges)
    captions = [c for one in at.radio for c in getattr(one.proto, "captions", [])]
    assert [c for c in captions if "audit sample" in c]
    assert not [c for c in captions if "audit sample" in c and "%" in c.split("—")[-1]]
    assert [one.label for one in at.expander if one.label == "Reasoning chain"] == []
    assert item.kind is ReviewKind.AUDIT_SAMPLE


def test_a_calibrated_confidence_says_how_many_like_it_were_right(seeded, open_page):
    confidence = a_confidence(0.874).model_copy(
        update={"calibrated": True, "labels": 412, "product": 0.91, "as_of": NOON}
    )
    told = PUBLISHED.model_copy(update={"confidence": confidence})
    seeded.ports.records.commit(Effects(records=(told,)))
    words = texts(open_page("insight", Role.ANALYST, insight=PUBLISHED.insight_id))
    assert (
        "Of statements scored like this, about 87 in 100 have been right (n = 412, as of Mar 2, 2026)."
        in words
    )
    assert "recalibrated from 91%, the product of its parts" in words


def test_an_estimate_is_called_one(seeded, open_page):
    words = texts(open_page("insight", Role.ANALYST, insight=PUBLISHED.insight_id))
    assert "Estimate, not yet calibrated on reviewed insights" in words
    assert "starting weights and thresholds" in "\n".join(
        str(value)
        for one in open_page("insight", Role.ANALYST, insight=PUBLISHED.insight_id).table
        for value in one.value.to_numpy().ravel()
    )
