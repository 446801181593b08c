"""Materiality, policy, signatures, the trail and its keeping over HTTP, each by the rules of its desk."""

import io
import json
import zipfile
from datetime import timedelta
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from services.domain.audit import AuditEvent
from services.domain.base import utc_now
from services.domain.ids import UserId
from services.domain.insights import InsightStatus
from services.domain.messages import Effects
from services.domain.users import Role
from services.materiality import Terms
from tests.api.test_ingesting import ingest, work
from tests.callers import a_user
from tests.small_reports import small_csv, small_pdf
from tests.trail import acts_of

COMPANY = "/api/v1/companies"
SUMMARY = "/api/v1/summaries"
HOLDS = "/api/v1/audit/holds"


@pytest.fixture
def acme(services, analyst) -> str:
    """An analysed report of Acme Corp; returns the id of its analysis."""
    content = small_pdf("Acme Corp", 1)
    its_id = ingest(analyst, "acme.pdf", content).json()["ingestion_id"]
    work(services)
    (report,) = services.ports.records.reports()
    named = report.model_copy(update={"company": "Acme A/S"})
    services.ports.records.commit(Effects(records=(named,)))
    return its_id.replace("ingestion", "analysis")


@pytest.fixture
def cfo(as_user):
    return as_user(a_user(Role.CFO))


@pytest.fixture
def admin(as_user):
    return as_user(a_user(Role.ADMIN))


def materiality_of(client) -> str:
    (company,) = client.get(COMPANY).json()["companies"]
    return company["_links"]["materiality"]


def test_a_company_is_found_whatever_its_name_holds(cfo, acme):
    (company,) = cfo.get(COMPANY).json()["companies"]
    assert company["name"] == "Acme A/S"
    assert company["figures"]["operating_income"]["value"] == "215000000"
    found = cfo.get(company["_links"]["self"]).json()
    assert found["company_id"] == company["company_id"]
    assert found["documents"] == [acme.replace("analysis", "report")]
    assert {one["verdict"] for one in found["applies"]} >= {"applies"}
    assert (found["peers_missing"], found["standings"]) == (4, [])
    assert cfo.get(f"{COMPANY}/company-x").status_code == 404


def test_materiality_is_tried_set_and_set_back_in_versions(services, cfo, acme):
    where = materiality_of(cfo)
    before = cfo.get(where).json()
    assert before["versions"] == []
    assert before["in_force"]["overall"] == before["proposed"]["overall"]
    wish = {"fixed": "50000000", "seen": 0}
    changes = cfo.post(f"{where}/preview", json=wish).json()["changes"]
    assert changes
    assert cfo.get(where).json() == before
    made = cfo.post(where, json={**wish, "comment": "Agreed."})
    assert made.status_code == 200
    body = made.json()
    assert body["in_force"]["overall"] == "50000000"
    assert [(one["version"], one["fixed"]) for one in body["versions"]] == [(1, "50000000")]
    work(services)
    assert cfo.get(where).json()["settled"] is True
    late = cfo.post(where, json={**wish, "comment": "Late."})
    assert (late.status_code, late.json()["code"]) == (409, "conflict")
    back = cfo.post(
        f"{where}/restorations", json={"version": 0, "seen": 1, "comment": "As proposed again."}
    )
    assert [one["withdrawn"] for one in back.json()["versions"]] == [False, True]


def test_a_preview_tells_a_cfo_no_title_of_what_is_not_safe_yet(services, cfo, acme):
    admin = a_user(Role.ADMIN)
    (company,) = services.companies.companies()
    trial = services.materiality.trial(company.name, Terms(fixed=Decimal(50_000_000)), 0, admin)
    wish = {"fixed": "50000000", "seen": 0}

    def told() -> set[str]:
        answer = cfo.post(f"{materiality_of(cfo)}/preview", json=wish).json()
        return {one["title"] for one in answer["changes"]}

    titles = {one.title for one in services.companies.preview(company, trial, admin)}
    assert told() == titles
    records = services.ports.records
    asked = [
        one.model_copy(update={"status": InsightStatus.IN_REVIEW}) for one in records.insights()
    ]
    records.commit(Effects(records=tuple(asked)))
    assert told() == {"A finding that is not safe yet"}
    assert {one.title for one in services.companies.preview(company, trial, admin)} == titles


@pytest.mark.parametrize(
    "wish",
    [
        {},
        {"fixed": "-1"},
        {"fixed": "NaN"},
        {"fixed": "1e999"},
        {"fixed": "1", "percent": "0.5"},
        {"base": "beauty"},
        {"percent": "0.01"},
        {"performance": "1"},
        {"fixed": "1", "comment": ""},
        {"fixed": "1", "comment": "x" * 501},
        {"fixed": "1", "seen": -1},
        {"fixed": "1", "more": 1},
    ],
)
def test_terms_that_cannot_be_are_refused(cfo, acme, wish):
    where = materiality_of(cfo)
    answer = cfo.post(where, json={"seen": 0, "comment": "Why.", **wish})
    assert answer.status_code == 422
    assert cfo.get(where).json()["versions"] == []


def test_materiality_is_set_over_a_known_state_and_by_who_may(cfo, analyst, acme):
    where = materiality_of(cfo)
    wish = {"fixed": 50_000_000, "seen": 0, "comment": "Agreed."}
    assert cfo.post(where, json=wish, headers={"If-Match": '"x"'}).status_code == 412
    assert analyst.post(where, json=wish).status_code == 403
    tag = {"If-Match": cfo.get(where).headers["etag"]}
    assert cfo.post(where, json=wish, headers=tag).status_code == 200
    assert cfo.post(f"{COMPANY}/company-x/materiality", json=wish).status_code == 404


def test_a_policy_is_simulated_proposed_and_approved_by_another_person(
    services, reviewer, cfo, acme
):
    before = reviewer.get("/api/v1/policy").json()
    assert (before["policy"]["version"], before["proposals"], before["measured"]) == (0, [], None)
    assert before["threshold"] == pytest.approx(0.85)
    assert len(before["rules"]) > 30
    threshold = reviewer.get("/api/v1/policy/thresholds?target=0.95").json()
    assert threshold["threshold"] >= 0.85
    assert threshold["proved"] is False
    wish = {"target": 0.95, "high_from": 0.9, "publishing": False}
    found = reviewer.post("/api/v1/policy/simulations", json=wish).json()
    assert found["then"]["published"] == 0
    assert sum(found["now"].values()) == sum(found["then"].values()) > 0
    made = reviewer.post(
        "/api/v1/policy/proposals", json={**wish, "comment": "Careful.", "seen": 0}
    )
    assert made.status_code == 201
    rulings = made.json()["_links"]["rulings"]
    ruling = {"approved": True, "comment": "Agreed."}
    assert reviewer.post(rulings, json=ruling).status_code == 403
    headers = {"Idempotency-Key": "rule-1"}
    approved = cfo.post(rulings, json=ruling, headers=headers)
    assert approved.status_code == 201
    assert approved.json()["policy"]["version"] == 1
    assert cfo.post(rulings, json=ruling, headers=headers).content == approved.content
    assert cfo.post(rulings, json=ruling).status_code == 409
    stale = reviewer.post("/api/v1/policy/proposals", json={**wish, "comment": "Again.", "seen": 0})
    assert stale.status_code == 409
    assert reviewer.post("/api/v1/policy/renewals").status_code == 422


@pytest.mark.parametrize(
    "wish",
    [{"target": 0.5}, {"target": 1.0}, {"high_from": 2}, {"high_from": 0.5}, {"more": 1}],
)
def test_a_policy_nobody_may_want_is_refused(reviewer, analyst, wish):
    said = {"target": 0.9, "high_from": 0.9, **wish}
    assert reviewer.post("/api/v1/policy/simulations", json=said).status_code == 422
    assert analyst.post("/api/v1/policy/simulations", json=said).status_code == 403
    ruling = {"approved": True, "comment": "x"}
    where = "/api/v1/policy/proposals/proposal-x/rulings"
    assert reviewer.post(where, json=ruling).status_code == 404


def test_a_summary_is_signed_as_it_was_read_and_not_otherwise(services, cfo, analyst, acme):
    where = f"{SUMMARY}/{acme}/signatures"
    read = cfo.get(f"{SUMMARY}/{acme}").json()["content_sha256"]
    assert cfo.post(where, json={"content_sha256": "0" * 64}).status_code == 409
    assert cfo.post(where, json={"content_sha256": "x"}).status_code == 422
    assert analyst.post(where, json={"content_sha256": read}).status_code == 403
    headers = {"Idempotency-Key": "sign"}
    signed = cfo.post(where, json={"content_sha256": read}, headers=headers)
    assert signed.status_code == 201
    assert (signed.json()["version"], signed.json()["signed_by"]) == (1, "cfo")
    again = cfo.post(where, json={"content_sha256": read}, headers=headers)
    assert again.content == signed.content
    assert cfo.post(where, json={"content_sha256": read}).status_code == 409
    listed = cfo.get(where).json()
    assert [one["sign_off_id"] for one in listed["signatures"]] == [signed.json()["sign_off_id"]]
    assert listed["differences"] == []
    assert cfo.get(f"{SUMMARY}/analysis-x/signatures").status_code == 404


def test_a_summary_is_taken_along_in_three_forms(cfo, acme):
    pdf, xlsx, csv = (
        cfo.get(f"{SUMMARY}/{acme}/summary.{ending}") for ending in ("pdf", "xlsx", "csv")
    )
    assert pdf.headers["content-type"] == "application/pdf"
    assert pdf.content.startswith(b"%PDF-")
    assert load_workbook(io.BytesIO(xlsx.content)).sheetnames[0] == "Summary"
    assert csv.content.decode("utf-8-sig").startswith("section,title,")
    for answer in (pdf, xlsx, csv):
        assert answer.headers["content-disposition"].startswith("attachment; filename*=UTF-8''")
    only = {"accept": "application/json"}
    assert cfo.get(f"{SUMMARY}/{acme}/summary.pdf", headers=only).status_code == 406
    wanted = {"accept": "application/pdf"}
    assert cfo.get(f"{SUMMARY}/{acme}/summary.pdf", headers=wanted).status_code == 200
    assert cfo.get(f"{SUMMARY}/analysis-x/summary.pdf").status_code == 404


@pytest.mark.parametrize(
    ("where", "sent"),
    [("policy/simulations", {"target": "0.9", "high_from": 0.9}),
     ("policy/simulations", {"target": 0.9, "high_from": True}),
     ("policy/simulations", {"target": 0.9, "high_from": 0.9, "publishing": 1}),
     ("policy/proposals", {"target": 0.92, "high_from": 0.9, "comment": "Why.", "seen": "0"}),
     ("policy/proposals/proposal-x/rulings", {"approved": "yes", "comment": "Why."}),
     ("review-items/review-x/due", {"due": "1767225600"}),
     ("review-items/review-x/due", {"due": "2026-03-01"})],
)  # fmt: skip
def test_what_is_sent_is_of_the_kind_that_is_described(reviewer, where, sent):
    refused = reviewer.post(f"/api/v1/{where}", json=sent)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid-input")


@pytest.mark.parametrize("day", [1_767_225_600, "2018-01-01T00:00:00Z", "20180101"])
def test_a_purge_is_up_to_a_day_and_nothing_else(admin, day):
    assert admin.post("/api/v1/audit/purges", json={"before": day}).status_code == 422


@pytest.mark.parametrize("moment", ["yesterday", "0.5", "1767225600", "2026-03-01"])
def test_entries_are_looked_for_from_a_moment_and_from_nothing_else(client, moment):
    answer = client.get("/api/v1/audit/entries", params={"until": moment})
    assert answer.status_code == 422


def test_the_trail_is_searched(client, analyst):
    ingest(analyst, "a.csv", small_csv(1))
    ingest(analyst, "a.txt", b"junk")
    found = client.get("/api/v1/audit/entries?actor=analyst").json()["entries"]
    assert [one["action"] for one in found] == [
        "request_refused", "report_refused", "request_accepted", "report_received",
    ]  # fmt: skip
    assert found[1]["result"] == "unsupported-type"
    assert found[0]["previous_hash"] == found[1]["entry_hash"]
    assert found[0]["row_key"].endswith(found[0]["event_id"])
    one = client.get("/api/v1/audit/entries?action=report_received&limit=1").json()["entries"]
    assert [each["seq"] for each in one] == [1]
    none = client.get("/api/v1/audit/entries", params={"until": "2020-01-01T00:00:00Z"})
    assert none.json()["entries"] == []
    assert analyst.get("/api/v1/audit/entries").status_code == 403


def test_the_bundle_is_given_whole_and_the_trail_says_so(services, client, analyst):
    assert client.get("/api/v1/audit/bundle").status_code == 422
    ingest(analyst, "a.csv", small_csv(1))
    answer = client.get("/api/v1/audit/bundle", headers={"accept": "application/zip"})
    assert answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as bundle:
        lines = bundle.read("entries.jsonl").splitlines()
    kept = [json.loads(line)["action"] for line in lines]
    assert kept == ["request_refused", "report_received", "request_accepted"]
    assert acts_of(services) == ["report_received", "audit_exported", "bundle_viewed"]


def test_two_people_release_a_hold(as_user, admin, client):
    made = admin.post(HOLDS, json={"scope": "report-1", "reason": "Lawsuit."})
    assert made.status_code == 201
    releases = made.json()["_links"]["releases"]
    assert admin.post(releases).json()["asked_by"] == "admin"
    assert admin.post(releases).status_code == 403
    other = as_user(a_user(Role.ADMIN, user_id=UserId("other")))
    assert other.post(releases).json()["released_by"] == "other"
    assert other.post(releases).status_code == 409
    (hold,) = client.get(HOLDS).json()["holds"]
    assert hold["released_by"] == "other"
    assert admin.post(f"{HOLDS}/x/releases").status_code == 404
    assert admin.post(HOLDS, json={"scope": " ", "reason": "x"}).status_code == 422
    assert client.post(HOLDS, json={"scope": "x", "reason": "x"}).status_code == 403


@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "purge"}])
def test_what_is_older_than_seven_years_is_purged_and_the_trail_stays_whole(
    services, admin, client, headers
):
    old = utc_now() - timedelta(days=8 * 366)
    for number in range(3):
        event = AuditEvent(actor=UserId("a"), action="x", resource=f"r-{number}", at=old)
        services.ports.audit.append(event)
    young = admin.post("/api/v1/audit/purges", json={"before": f"{utc_now():%Y-%m-%d}"})
    assert young.status_code == 403
    wish = {"before": f"{old + timedelta(days=2):%Y-%m-%d}"}
    purged = admin.post("/api/v1/audit/purges", json=wish, headers=headers)
    assert purged.status_code == 200
    assert (purged.json()["purged"]["entries"], purged.json()["purged"]["through"]) == (3, 3)
    assert client.get("/api/v1/audit/verification").json()["intact"] is True
    again = admin.post("/api/v1/audit/purges", json=wish, headers=headers)
    assert (again.json()["purged"] is None) is (not headers)
    assert client.get("/api/v1/audit/verification").json()["intact"] is True


def test_a_purge_whose_answer_cannot_be_kept_has_not_been(services, admin, client):
    """A checkpoint outside the database must not know of what was taken back."""
    old = utc_now() - timedelta(days=8 * 366)
    services.ports.audit.append(AuditEvent(actor=UserId("a"), action="x", resource="r", at=old))

    def full(_answer: object) -> None:
        raise OSError("the disk is full")

    services.answers.keep = full
    wish = {"before": f"{old + timedelta(days=2):%Y-%m-%d}"}
    headers = {"Idempotency-Key": "purge"}
    assert admin.post("/api/v1/audit/purges", json=wish, headers=headers).status_code == 500
    assert [one.event.action for one in services.ports.audit.entries()] == ["request_failed", "x"]
    assert client.get("/api/v1/audit/verification").json()["intact"] is True
