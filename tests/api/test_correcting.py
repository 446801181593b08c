"""People state numbers over HTTP: what was missed, misread or right; and see before what would follow."""

from decimal import Decimal

import pytest
from starlette.testclient import TestClient

from services.domain.ids import FactId, UserId
from services.domain.insights import InsightStatus
from services.domain.messages import Effects
from services.domain.reports import Fact
from services.domain.reviews import ReviewItem
from services.domain.users import Role
from services.review.items import open_item
from tests.api.test_ingesting import ingest, work
from tests.callers import a_user
from tests.factories import NOW
from tests.small_reports import small_csv, small_pdf


@pytest.fixture
def report_id(services, analyst) -> str:
    """A workbook that was read and analysed, of somebody who does not review."""
    its_id = ingest(analyst, "Q4.csv", small_csv(1)).json()["ingestion_id"]
    work(services)
    return its_id.replace("ingestion", "report")


def fact_of(services, report_id: str, concept: str, year: int = 2024) -> Fact:
    found = services.facts.facts(report_id)
    return next(one for one in found if (one.concept, one.period.end.year) == (concept, year))


def correct(client: TestClient, report_id: str, where: str = "", **wish: object):
    return client.post(f"/api/v1/documents/{report_id}/corrections{where}", json=wish)


def test_a_number_is_corrected_where_a_fact_stands_and_the_report_follows(
    services, analyst, report_id
):
    fact = fact_of(services, report_id, "revenue")
    made = correct(analyst, report_id, fact_id=fact.fact_id, printed="1,101", comment="Misread.")
    assert made.status_code == 201
    body = made.json()
    assert (body["did"], body["claim"]["value"], body["comment"]) == (
        "corrected",
        "1101000000",
        "Misread.",
    )
    assert body["claim"]["source"]["cell"] == fact.source.cell
    assert analyst.get(made.headers["location"]).json() == body
    work(services)
    after = fact_of(services, report_id, "revenue")
    assert (after.value, after.correction.by) == (Decimal(1_101_000_000), "analyst")
    listed = analyst.get(f"/api/v1/documents/{report_id}/corrections").json()["corrections"]
    assert [one["correction_id"] for one in listed] == [body["correction_id"]]


@pytest.mark.parametrize(
    "given",
    [{"opposite_sign": 0}, {"opposite_sign": "true"}, {"scale": "1000"}, {"scale": True},
     {"place": {"page": "1"}}, {"place": {"page": 1, "bbox": ["1", 2, 3, 4]}}],
)  # fmt: skip
def test_a_number_is_stated_in_the_kinds_of_json_that_are_described(
    services, analyst, report_id, given
):
    fact = fact_of(services, report_id, "revenue")
    refused = correct(analyst, report_id, fact_id=fact.fact_id, printed="1,101", **given)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid-input")
    assert services.ports.records.corrections(report_id) == []


def test_what_a_correction_would_change_is_shown_and_nothing_is_written(
    services, analyst, report_id
):
    fact = fact_of(services, report_id, "revenue")
    wish = {"fact_id": fact.fact_id, "printed": "2,001"}
    shown = correct(analyst, report_id, "/preview", **wish)
    assert shown.status_code == 200
    body = shown.json()
    assert (body["before"], body["after"]) == ("1001000000", "2001000000")
    moved = {one["metric_id"] for one in body["metrics"]}
    assert "gross_margin" in moved
    assert body["insights"]
    assert services.ports.records.corrections(report_id) == []


def test_a_number_that_was_missed_is_added_at_its_place(services, analyst, report_id):
    place = {"sheet": "csv", "cell": "D8"}
    wish = {"place": place, "printed": "(12)", "label": "Other", "period_end": "2024-12-31"}
    short = correct(analyst, report_id, **wish)
    assert (short.status_code, short.json()["code"]) == (422, "invalid-input")
    made = correct(analyst, report_id, **wish, period_start="2024-01-01", unit="USD", scale=1000)
    assert made.status_code == 201
    claim = made.json()["claim"]
    assert (made.json()["did"], claim["value"], claim["printed_value"]) == (
        "added",
        "-12000",
        "-12",
    )
    assert (claim["period"]["start"], claim["concept"]) == ("2024-01-01", None)


@pytest.mark.parametrize(
    "wish",
    [
        {"printed": "much"},
        {"printed": ""},
        {"printed": "1", "scale": 0},
        {"printed": "1", "currency": "dollars"},
        {"printed": "1", "period_end": "2024-02-31"},
        {"printed": "1", "period_start": "2030-01-01"},
        {"printed": "1", "concept": "beauty"},
        {"printed": "1", "concept": "total_assets"},
        {"printed": "1", "unit": "shares"},
        {"printed": "1", "more": 1},
        {"printed": "1", "comment": "x" * 2001},
    ],
)
def test_what_cannot_be_stated_is_refused_with_what_to_mend(services, analyst, report_id, wish):
    wish = {"fact_id": fact_of(services, report_id, "revenue").fact_id, **wish}
    answer = correct(analyst, report_id, **wish)
    assert answer.status_code == 422
    assert services.ports.records.corrections(report_id) == []


def test_half_a_character_is_refused_and_not_stored(analyst, report_id):
    answer = analyst.post(
        f"/api/v1/documents/{report_id}/corrections",
        content=rb'{"fact_id": "x", "printed": "1", "comment": "\ud800"}',
        headers={"content-type": "application/json"},
    )
    assert answer.status_code == 422


@pytest.mark.parametrize("field", ["label", "statement", "unit", "scale", "currency", "basis"])
def test_null_leaves_what_the_fact_says(services, analyst, report_id, field):
    fact = fact_of(services, report_id, "revenue")
    made = correct(analyst, report_id, fact_id=fact.fact_id, printed="5", **{field: None})
    assert made.status_code == 201
    assert made.json()["claim"][field] == getattr(fact, field)


@pytest.mark.parametrize(
    "place",
    [
        {"page": 0, "bbox": [0, 0, 1, 1]},
        {"page": 1, "bbox": [1, 0, 0, 1]},
        {"page": 1, "bbox": [0, 0, 1]},
        {"page": 9, "bbox": [0, 0, 1, 1]},
        {"page": 1},
        {"sheet": "csv", "cell": "B2"},
    ],
)
def test_a_place_that_is_none_of_a_pdf_is_refused(services, analyst, place):
    its_id = ingest(analyst, "a.pdf", small_pdf("Acme", 1)).json()["ingestion_id"]
    work(services)
    wish = {"place": place, "printed": "1", "label": "x", "period_end": "2024-12-31", "unit": "USD"}
    assert correct(analyst, its_id.replace("ingestion", "report"), **wish).status_code == 422


def test_who_saw_another_state_of_the_place_overwrites_nothing(services, analyst, report_id):
    fact = fact_of(services, report_id, "revenue")
    first = correct(analyst, report_id, fact_id=fact.fact_id, printed="5", seen=None).json()
    for seen in (None, "correction-x"):
        late = correct(analyst, report_id, fact_id=fact.fact_id, printed="6", seen=seen)
        assert (late.status_code, late.json()["code"]) == (409, "conflict")
    again = correct(
        analyst, report_id, fact_id=fact.fact_id, printed="7", seen=first["correction_id"]
    )
    assert again.status_code == 201
    assert again.json()["replaces"] == first["correction_id"]
    blind = correct(analyst, report_id, fact_id=fact.fact_id, printed="8")
    assert blind.json()["replaces"] == again.json()["correction_id"]


def test_a_number_is_confirmed_and_the_confirmation_withdrawn(services, analyst, report_id):
    fact = fact_of(services, report_id, "revenue")
    confirmed = analyst.post(f"/api/v1/facts/{fact.fact_id}/confirmations", json={})
    assert (confirmed.status_code, confirmed.json()["did"]) == (201, "confirmed")
    assert analyst.post(f"/api/v1/facts/{fact.fact_id}/confirmations", json={}).status_code == 409
    where = confirmed.headers["location"]
    stale = analyst.post(f"{where}/withdrawals", json={}, headers={"If-Match": '"x"'})
    assert stale.status_code == 412
    tag = {"If-Match": analyst.get(where).headers["etag"]}
    withdrawn = analyst.post(f"{where}/withdrawals", json={"comment": "Oops."}, headers=tag)
    assert withdrawn.json()["withdrawn"] is True
    assert analyst.post(f"{where}/withdrawals", json={}).status_code == 409


def test_what_is_not_there_cannot_be_stated(services, analyst, as_user, report_id):
    fact = fact_of(services, report_id, "revenue")
    assert correct(analyst, "report-x", fact_id=fact.fact_id, printed="1").status_code == 404
    assert correct(analyst, report_id, fact_id="fact-x", printed="1").status_code == 404
    assert analyst.post("/api/v1/facts/fact-x/confirmations", json={}).status_code == 404
    where = f"/api/v1/documents/{report_id}/corrections/correction-x"
    assert analyst.get(where).status_code == 404
    assert analyst.post(f"{where}/withdrawals", json={}).status_code == 404
    cfo = as_user(a_user(Role.CFO))
    assert correct(cfo, report_id, fact_id=fact.fact_id, printed="1").status_code == 403
    own = {"fact_id": FactId("fact-computed"), "derived_from": (fact.fact_id,)}
    computed = fact.model_copy(update=own)
    services.ports.records.commit(Effects(records=(computed,)))
    assert correct(analyst, report_id, fact_id=computed.fact_id, printed="1").status_code == 422


def test_a_reviewer_amends_a_number_after_seeing_what_changes_and_takes_it_back(
    services, reviewer, as_user, report_id
):
    fact = fact_of(services, report_id, "revenue")
    item = put_in_review(services, report_id, fact)
    where = f"/api/v1/review-items/{item.review_item_id}"
    wish = {"fact_id": fact.fact_id, "printed": "1,101"}
    assert reviewer.post(f"{where}/amendments/preview", json=wish).json()["after"] == "1101000000"
    silent = reviewer.post(f"{where}/amendments", json=wish)
    assert silent.status_code == 422
    tag = {"If-Match": reviewer.get(where).headers["etag"]}
    amended = reviewer.post(f"{where}/amendments", json={**wish, "comment": "Page 1."}, headers=tag)
    assert amended.status_code == 200
    assert [one["kind"] for one in amended.json()["history"]] == ["amend"]
    (made,) = services.ports.records.corrections(report_id)
    assert made.claim.value == Decimal(1_101_000_000)
    other = as_user(a_user(Role.REVIEWER, user_id=UserId("other")))
    assert other.post(f"{where}/undo").status_code == 403
    assert reviewer.post(f"{where}/undo").status_code == 200
    assert services.ports.records.corrections(report_id)[-1].withdrawn


def put_in_review(services, report_id: str, fact: Fact) -> ReviewItem:
    found = services.ports.records.insights(report_id)
    insight = next(
        one for one in found if fact.fact_id in {evidence.fact_id for evidence in one.evidence}
    )
    item = open_item(insight, ("Drawn for a test.",), NOW)
    waiting = insight.model_copy(update={"status": InsightStatus.IN_REVIEW})
    services.ports.records.commit(Effects(records=(waiting, item)))
    return item
