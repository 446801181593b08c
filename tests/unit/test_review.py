"""Decisions are taken once, by somebody else than the uploader, with a trail."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from services.adapters.local.audit_log import SqliteAuditLog
from services.adapters.local.database import Database
from services.adapters.local.records import SqliteRecordStore
from services.domain.errors import Conflict, Forbidden, InvalidInput, NotFound
from services.domain.ids import FindingId, ReviewItemId
from services.domain.insights import InsightStatus
from services.domain.messages import Effects
from services.domain.reports import Finding, FindingSeverity
from services.domain.reviews import ReviewItem, ReviewStatus, Verdict
from services.domain.users import Role, User
from services.review import MAX_COMMENT, ReviewDesk, open_finding, open_item
from tests.factories import ANALYST, AUDITOR, CFO, NOW, REVIEWER, a_report, an_insight


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(tmp_path / "advisor.sqlite3")


@pytest.fixture
def records(database: Database) -> SqliteRecordStore:
    store = SqliteRecordStore(database)
    waiting = an_insight(status=InsightStatus.IN_REVIEW)
    item = open_item(waiting, ("confidence 0.41 is below 0.60",), NOW)
    store.commit(Effects(records=(a_report(), waiting, item)))
    return store


@pytest.fixture
def desk(records: SqliteRecordStore) -> ReviewDesk:
    return ReviewDesk(records, clock=lambda: NOW)


@pytest.fixture
def item_id(records: SqliteRecordStore) -> ReviewItemId:
    return records.review_items(ReviewStatus.OPEN)[0].review_item_id


def test_an_approved_insight_is_safe_and_the_trail_says_who_said_so(
    desk, records, database, item_id
):
    desk.decide(item_id, Verdict.APPROVE, "  looks right ", REVIEWER)
    assert records.insight(an_insight().insight_id).status is InsightStatus.APPROVED
    assert records.review_item(item_id).status is ReviewStatus.APPROVED
    assert [d.comment for d in records.decisions(an_insight().insight_id)] == ["looks right"]
    entry = SqliteAuditLog(database).entries()[0].event
    assert (entry.actor, entry.action, entry.resource) == (
        "rev",
        "insight_approved",
        an_insight().insight_id,
    )


def test_a_decided_item_cannot_be_decided_again(desk, records, item_id):
    desk.decide(item_id, Verdict.REJECT, "wrong year", REVIEWER)
    with pytest.raises(Conflict, match="already rejected"):
        desk.decide(item_id, Verdict.APPROVE, "", REVIEWER)
    assert records.insight(an_insight().insight_id).status is InsightStatus.REJECTED


def test_two_reviewers_at_the_same_moment_cannot_both_win(desk, records, item_id, monkeypatch):
    stale = records.review_item(item_id)
    desk.decide(item_id, Verdict.REJECT, "wrong year", REVIEWER)
    monkeypatch.setattr(records, "review_item", lambda _id: stale)
    with pytest.raises(Conflict):
        desk.decide(item_id, Verdict.APPROVE, "", REVIEWER)
    assert records.insight(an_insight().insight_id).status is InsightStatus.REJECTED


@pytest.mark.parametrize("actor", [ANALYST, CFO, AUDITOR], ids=lambda a: a.role.value)
def test_only_reviewers_decide(desk, item_id, actor):
    with pytest.raises(Forbidden):
        desk.decide(item_id, Verdict.APPROVE, "", actor)


def test_the_uploader_never_decides_even_as_a_reviewer(desk, item_id):
    same_person = User(user_id=ANALYST.user_id, name="Ana", role=Role.REVIEWER)
    with pytest.raises(Forbidden, match="uploaded"):
        desk.decide(item_id, Verdict.APPROVE, "", same_person)


def test_a_rejection_says_why(desk, item_id):
    with pytest.raises(InvalidInput, match="why"):
        desk.decide(item_id, Verdict.REJECT, "   ", REVIEWER)


def test_a_comment_is_refused_and_not_cut(desk, item_id):
    with pytest.raises(InvalidInput, match="2,001"):
        desk.decide(item_id, Verdict.APPROVE, "x" * (MAX_COMMENT + 1), REVIEWER)


def test_an_unknown_item_is_said_to_be_unknown(desk):
    with pytest.raises(NotFound):
        desk.decide(ReviewItemId("nope"), Verdict.APPROVE, "", REVIEWER)


def test_an_analyst_sends_a_medium_insight_to_the_queue(desk, records):
    medium = an_insight("R03", status=InsightStatus.OPEN)
    records.commit(Effects(records=(medium,)))
    item = desk.request(medium.insight_id, "please look", ANALYST)
    assert item.reasons[-1] == "Ana Analyst asked for a review: please look"
    assert records.insight(medium.insight_id).status is InsightStatus.IN_REVIEW
    with pytest.raises(Conflict):
        desk.request(medium.insight_id, "again", ANALYST)
    with pytest.raises(Forbidden):
        desk.request(medium.insight_id, "", AUDITOR)


def test_a_finding_about_the_reading_is_decided_like_an_insight(desk, records, database):
    finding = a_finding_to_review()
    records.commit(Effects(records=(finding, open_finding(finding, NOW))))
    item = next(i for i in records.review_items() if i.finding_id == finding.finding_id)
    desk.decide(item.review_item_id, Verdict.REJECT, "the goodwill row is missing", REVIEWER)
    assert records.review_item(item.review_item_id).status is ReviewStatus.REJECTED
    assert [d.comment for d in records.decisions(finding.finding_id)] == [
        "the goodwill row is missing"
    ]
    entry = SqliteAuditLog(database).entries()[0].event
    assert (entry.action, entry.resource) == ("finding_rejected", finding.finding_id)


def test_an_item_is_of_an_insight_or_of_a_finding_and_never_of_both():
    item = open_finding(a_finding_to_review(), NOW)
    with pytest.raises(ValidationError, match="of an insight or of a finding"):
        ReviewItem.model_validate({**item.model_dump(), "insight_id": "i"})
    with pytest.raises(ValidationError, match="of an insight or of a finding"):
        ReviewItem.model_validate({**item.model_dump(), "finding_id": None})


def a_finding_to_review() -> Finding:
    return Finding(
        finding_id=FindingId("finding-1"),
        report_id=a_report().report_id,
        code="rows-missing",
        severity=FindingSeverity.ERROR,
        sentence="A printed line of the balance sheet was not read: “Goodwill 300 280”.",
        page=5,
        needs_review=True,
    )
