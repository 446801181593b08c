"""Who decides on an audit learns from no address of the API how sure we are, until it is decided."""

import pytest
from starlette.testclient import TestClient

from services.api.app import create_app
from services.domain.insights import InsightStatus
from services.domain.messages import Effects, MessageKind, message
from services.domain.reports import ReportStatus
from services.domain.reviews import ReviewStatus, Verdict
from services.domain.users import Role
from services.pipeline.audit_sample import audit_item
from services.pipeline.handlers import analyse_report, context_of
from tests.callers import As, a_user
from tests.core_records import a_chain, a_fact, a_report, an_insight
from tests.factories import NOW, a_confidence
from tests.unit.statement_builder import REPORT as BUILT
from tests.unit.statement_builder import manufacturer
from tests.unit.statement_builder import report as built_report

SURE = 0.9371
REPORT = a_report(status=ReportStatus.ANALYSED, company="Acme", period_end="2025-12-31")
AUDITED = an_insight(
    REPORT, "audited", status=InsightStatus.PUBLISHED, confidence=a_confidence(SURE)
)
OTHER = an_insight(REPORT, "other", status=InsightStatus.APPROVED, confidence=a_confidence(0.7))
ITEM = audit_item(AUDITED, NOW)
ANALYSIS = REPORT.report_id.replace("report-", "analysis-")
ADDRESSES = (
    "/insights?confidence_min=0",
    f"/insights/{AUDITED.insight_id}",
    f"/reasoning-chains/{AUDITED.chain_id}",
    f"/reasoning-chains/{AUDITED.chain_id}/replay",
    f"/analysis/{ANALYSIS}",
    f"/summaries/{ANALYSIS}",
    "/review-items",
)


@pytest.fixture
def ask(services):
    chain = a_chain(AUDITED).model_copy(update={"confidence_score": SURE})
    records = (REPORT, a_fact(REPORT), AUDITED, OTHER, chain, ITEM)
    services.ports.records.commit(Effects(records=records))
    app = create_app(services)

    def asked(address: str, role: Role = Role.REVIEWER):
        with TestClient(As(app, a_user(role))) as client:
            return client.get(address)

    return asked


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_address_tells_a_reviewer_the_confidence(ask, address):
    answer = ask(address)
    assert answer.status_code in {200, 403}
    assert "0.93" not in answer.text


def test_the_insight_is_shown_with_its_evidence_and_as_one_that_waits(ask):
    told = ask(f"/insights/{AUDITED.insight_id}").json()
    assert (told["confidence"], told["status"]) == (None, None)
    assert told["classification"] == "review_required"
    assert told["summary"] == AUDITED.text
    assert told["evidence"][0]["fact_id"] == a_fact(REPORT).fact_id


def test_no_filter_and_no_page_of_the_list_gives_it_away(ask):
    for least in ("0", "0.6", "0.93", "0.94"):
        first = ask(f"/insights?confidence_min={least}&limit=1").json()
        assert AUDITED.insight_id not in str(first)
        assert first["pagination"]["next"] is None


def test_the_mean_of_an_analysis_leaves_it_out(ask):
    assert ask(f"/analysis/{ANALYSIS}").json()["confidence_score"] == 0.7
    seen_by_others = ask(f"/analysis/{ANALYSIS}", Role.AUDITOR).json()["confidence_score"]
    assert seen_by_others == round((SURE + 0.7) / 2, 6)


def test_the_chain_is_refused_with_the_reason(ask):
    answer = ask(f"/reasoning-chains/{AUDITED.chain_id}")
    assert answer.status_code == 403
    assert "shown to you when it is decided" in answer.json()["detail"]


def test_everybody_else_is_told(ask):
    for role in (Role.ANALYST, Role.CFO, Role.AUDITOR, Role.ADMIN):
        told = ask(f"/insights/{AUDITED.insight_id}", role).json()
        assert (told["confidence"], told["status"]) == (SURE, "published")
        chain = ask(f"/reasoning-chains/{AUDITED.chain_id}", role).json()
        assert chain["confidence_score"] == SURE


def test_a_reviewer_is_told_when_it_is_decided(ask, services):
    services.review.decide(ITEM.review_item_id, Verdict.APPROVE, "", a_user(Role.REVIEWER))
    assert services.ports.records.review_item(ITEM.review_item_id).status is ReviewStatus.APPROVED
    assert ask(f"/insights/{AUDITED.insight_id}").json()["confidence"] == SURE
    listed = ask("/insights?confidence_min=0").json()["insights"]
    assert AUDITED.insight_id in {one["id"] for one in listed}
    assert ask(f"/reasoning-chains/{AUDITED.chain_id}").json()["confidence_score"] == SURE


def test_a_cfo_gets_what_is_safe_and_nothing_else(services, ask):
    waits = an_insight(REPORT, "waits", status=InsightStatus.IN_REVIEW)
    services.ports.records.commit(Effects(records=(waits, a_chain(waits))))
    listed = ask("/insights?confidence_min=0", Role.CFO).json()["insights"]
    assert {one["id"] for one in listed} == {AUDITED.insight_id, OTHER.insight_id}
    for address in (f"/insights/{waits.insight_id}", f"/reasoning-chains/{waits.chain_id}"):
        assert ask(address, Role.CFO).status_code == 404
        assert ask(address, Role.ANALYST).status_code == 200


@pytest.mark.parametrize("address", ADDRESSES[:3])
def test_the_same_address_tells_an_auditor(ask, address):
    assert "0.93" in ask(address, Role.AUDITOR).text


def test_a_summary_keeps_the_confidence_of_what_is_under_an_audit(ask, services):
    statements, facts = manufacturer()
    read = built_report(status=ReportStatus.READ, company="Acme")
    services.ports.records.commit(Effects(records=(read, *statements, *facts)))
    incoming = message(MessageKind.FACTS_EXTRACTED, BUILT, "run-1")
    services.ports.records.commit(analyse_report(incoming, context_of(services)))
    found = services.ports.records.insights(BUILT)
    safe = [one.model_copy(update={"status": InsightStatus.APPROVED}) for one in found]
    services.ports.records.commit(Effects(records=tuple(safe)))
    address = f"/summaries/{BUILT}"
    items = [
        one
        for section in ("since_the_last_report", "risks")
        for one in ask(address).json()[section]
        if one["id"].startswith("ins-")
    ]
    drawn = next(one for one in safe if one.insight_id == items[0]["id"])
    services.ports.records.commit(Effects(records=(audit_item(drawn, NOW),)))

    def told(role: Role) -> dict:
        answer = ask(address, role).json()
        return {
            one["id"]: one["confidence"]
            for one in answer["since_the_last_report"] + answer["risks"]
        }

    assert told(Role.REVIEWER) == told(Role.AUDITOR) | {drawn.insight_id: None}
    assert told(Role.AUDITOR)[drawn.insight_id] == drawn.confidence.total
    assert ask(address).json()["content_sha256"] == ask(address, Role.CFO).json()["content_sha256"]
