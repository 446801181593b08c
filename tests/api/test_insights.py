"""Insights over HTTP: the contract's fields, filters, and pages that never skip or repeat."""

from datetime import timedelta
from decimal import Decimal

import pytest
from starlette.testclient import TestClient

from services.access import PERMISSIONS
from services.api.app import create_app
from services.api.models import InsightList
from services.bootstrap import build
from services.domain.audit import AuditEvent
from services.domain.corrections import FactInForce
from services.domain.ids import ReportId
from services.domain.insights import (
    Evidence,
    InsightKind,
    InsightStatus,
    Quote,
    ReasoningChain,
    Severity,
)
from services.domain.messages import Effects
from services.domain.provenance import SourceRef
from services.domain.users import Role
from tests.callers import As, a_user
from tests.factories import NOW, a_confidence, a_fact, a_report, an_insight, fiscal_year

REPORT = a_report()
OTHER = a_report("other.pdf", company="Beta Ltd")
THIS_YEAR = a_fact("revenue", 2025, 8_800_000)
LAST_YEAR = a_fact("revenue", 2024, 10_000_000)


def keep(services, *records: object) -> None:
    services.ports.records.commit(Effects(records=(REPORT, OTHER, *records)))


def ids(answer) -> list[str]:
    return [one["id"] for one in answer.json()["insights"]]


def a_chain(insight) -> ReasoningChain:
    return ReasoningChain(
        chain_id=insight.chain_id,
        insight_id=insight.insight_id,
        report_id=insight.report_id,
        ruleset_version="ruleset-v1",
        prompt_template_version="insights-v2.1.0",
        model_version="deterministic-engine-v1",
        inputs_hash="0" * 64,
        steps=(),
        confidence_score=0.9,
        timestamp=NOW,
    )


def test_an_insight_has_the_fields_of_the_contract(client, services):
    insight = an_insight(
        evidence=(
            Evidence(fact_id=THIS_YEAR.fact_id, role="revenue, this year"),
            Evidence(fact_id=LAST_YEAR.fact_id, role="revenue, last year"),
        ),
        confidence=a_confidence(0.92),
        period=fiscal_year(2025),
    )
    keep(services, insight, THIS_YEAR, LAST_YEAR, a_chain(insight))
    (told,) = client.get("/api/v1/insights").json()["insights"]
    assert told["id"] == insight.insight_id
    assert told["analysis_id"] == REPORT.report_id.replace("report-", "analysis-")
    assert (told["summary"], told["confidence"]) == (insight.text, 0.92)
    this_year, last_year = told["evidence"]
    assert (this_year["value"], this_year["expected"], this_year["variance"]) == (
        8_800_000, 10_000_000, -0.12,
    )  # fmt: skip
    assert this_year["metric"] == "Revenue (Year to Dec 31, 2025)"
    assert (last_year["expected"], last_year["variance"]) == (None, None)
    assert told["source_refs"][0] == {
        "doc": "annual.pdf",
        "document_id": REPORT.report_id,
        "page": 5,
        "sheet": None,
        "cell": None,
        "printed": "9",
    }
    assert told["reasoning_chain_id"] == insight.chain_id
    assert (told["classification"], told["created_at"]) == ("informational", "2026-03-01T12:00:00Z")
    assert told["model_version"] == "deterministic-engine-v1"
    assert told["prompt_template_version"] == "insights-v2.1.0"
    assert told["_links"]["reasoning_chain"] == f"/api/v1/reasoning-chains/{insight.chain_id}"
    assert client.get(told["_links"]["self"]).json() == told


def test_a_page_is_written_as_its_model_would_write_it(client, services):
    keep(services, an_insight("R1", text="Umsatz „Süd“ fiel um 12 %."), an_insight("R2"))
    for address in ("/api/v1/insights", "/api/v1/insights?limit=1&company=acme%20inc.&period=2025"):
        text = client.get(address).text
        assert InsightList.model_validate_json(text).model_dump_json(by_alias=True) == text


def test_a_workbook_is_cited_by_sheet_and_cell_and_a_quote_by_page(client, services):
    cell = SourceRef(
        report_id=REPORT.report_id, document="q4.xlsx", sheet="P&L", cell="B34", printed="8.8"
    )
    fact = a_fact("revenue", 2025, 8_800_000, source=cell)
    keep(services, fact, an_insight(quotes=(Quote(text="Demand fell.", page=7),)))
    number, quote = client.get("/api/v1/insights").json()["insights"][0]["source_refs"]
    assert (number["doc"], number["sheet"], number["cell"]) == ("q4.xlsx", "P&L", "B34")
    assert (quote["doc"], quote["page"], quote["printed"]) == ("annual.pdf", 7, "Demand fell.")


def test_insights_under_sixty_percent_are_listed_only_when_asked_for(client, services):
    sure = an_insight("R01", confidence=a_confidence(0.60))
    unsure = an_insight("R02", confidence=a_confidence(0.59))
    keep(services, sure, unsure)
    assert ids(client.get("/api/v1/insights")) == [sure.insight_id]
    assert len(ids(client.get("/api/v1/insights?confidence_min=0.5"))) == 2
    assert client.get(f"/api/v1/insights/{unsure.insight_id}").json()["confidence"] == 0.59


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("type=anomaly", {"A"}),
        ("severity=critical", {"B"}),
        ("classification=review_required", {"C"}),
        ("classification=informational", {"A", "B", "D", "E"}),
        ("company=beta%20ltd", {"D"}),
        ("period=2024", {"E"}),
        ("period=2024-12-31", {"E"}),
        ("period=2024-11", set()),
        (f"analysis_id={OTHER.report_id.replace('report-', 'analysis-')}", {"D"}),
        (f"analysis_id={OTHER.report_id.removeprefix('report-')}", {"D"}),
        ("analysis_id=none", set()),
        ("type=risk&severity=critical", set()),
    ],
)
def test_a_filter_keeps_exactly_what_it_names(client, services, query, kept):
    made = {
        "A": an_insight("A", kind=InsightKind.ANOMALY),
        "B": an_insight("B", severity=Severity.CRITICAL),
        "C": an_insight("C", status=InsightStatus.IN_REVIEW),
        "D": an_insight("D", report_id=ReportId(OTHER.report_id)),
        "E": an_insight("E", period=fiscal_year(2024)),
    }
    keep(services, *made.values())
    assert set(ids(client.get(f"/api/v1/insights?{query}"))) == {
        made[name].insight_id for name in kept
    }


def test_following_next_gives_every_insight_once_newest_first(client, services):
    made = [an_insight(f"R{n:02}", created_at=NOW + timedelta(minutes=n // 3)) for n in range(11)]
    keep(services, *made)
    found, address = list[str](), "/api/v1/insights?limit=4&severity=low"
    sizes = []
    while address is not None:
        answer = client.get(address)
        assert "severity=low" in answer.json()["_links"]["self"]
        sizes.append(len(ids(answer)))
        found += ids(answer)
        address = answer.json()["pagination"]["next"]
    assert sizes == [4, 4, 3]
    newest_first = sorted(made, key=lambda one: (one.created_at, one.insight_id), reverse=True)
    assert found == [one.insight_id for one in newest_first]


def test_an_insight_that_comes_meanwhile_moves_no_page(client, services):
    made = [an_insight(f"R{n}", created_at=NOW + timedelta(minutes=n)) for n in range(4)]
    keep(services, *made)
    first = client.get("/api/v1/insights?limit=2").json()
    keep(services, an_insight("late", created_at=NOW + timedelta(hours=1)))
    second = client.get(first["pagination"]["next"])
    assert ids(second) == [made[1].insight_id, made[0].insight_id]
    assert second.json()["pagination"]["next"] is None


def test_a_page_is_found_through_an_index_and_not_by_sorting(services):
    filters = "confidence >= 0.6 AND +severity = 4 AND (created_at, id) < ('2026', 'x')"
    order = "ORDER BY created_at DESC, id DESC LIMIT 51"
    database = services.listing._database
    with database.reading() as connection:
        for report, index in (("", "insights_listed "), ("report_id = 'r' AND", "listed_report ")):
            rows = connection.execute(
                f"EXPLAIN QUERY PLAN SELECT record FROM insights WHERE {report} {filters} {order}"
            )
            plan = " ".join(row[3] for row in rows)
            assert index in plan
            assert "B-TREE" not in plan


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=201", "confidence_min=2", "type=guess", "period=soon", "cursor=%C3%A4", "cursor=abc",
     "cursor=WzEsMl0"],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused_as_a_problem(client, query):
    answer = client.get(f"/api/v1/insights?{query}")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "invalid-input"


def test_a_problem_says_what_was_asked_for_and_has_a_type(client):
    answer = client.get("/api/v1/insights/none", headers={"X-Correlation-ID": "call-7"})
    assert answer.json() == {
        "type": "urn:advisor:problem:not-found",
        "title": "Not found",
        "status": 404,
        "detail": "There is no insight with this id.",
        "instance": "/api/v1/insights/none",
        "code": "not-found",
        "correlation_id": "call-7",
    }


def test_another_method_is_refused_and_told_which_there_are(client):
    answer = client.post("/api/v1/insights")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS"
    assert answer.json()["title"] == "Method not allowed"


def test_a_fault_of_ours_is_a_problem_that_tells_nothing_of_it(client, services, monkeypatch):
    def broken(_insight_id):
        raise ZeroDivisionError("secret")

    monkeypatch.setattr(services.ports.records, "insight", broken)
    answer = client.get("/api/v1/insights/any")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "secret" not in answer.text


def test_a_store_that_does_not_answer_asks_to_come_again(client, services, tmp_path):
    services.listing._database._path = tmp_path / "gone" / "x.sqlite3"
    services.listing._database.close()
    answer = client.get("/api/v1/insights")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")


def test_the_list_reads_a_data_folder_of_the_version_before(services):
    database = services.listing._database
    keep(services, an_insight(confidence=a_confidence(0.7)))
    with database.transaction() as connection:
        for name in ("insights_listed", "insights_listed_report"):
            connection.execute(f"DROP INDEX {name}")
        for column in ("created_at", "confidence", "kind", "period_end"):
            connection.execute(f"ALTER TABLE insights DROP COLUMN {column}")
        connection.execute("PRAGMA user_version = 4")
    with TestClient(As(create_app(build()), a_user(Role.AUDITOR))) as again:
        assert again.get("/insights").json()["insights"][0]["confidence"] == 0.7


def test_the_number_a_person_stated_is_the_evidence(client, services):
    from_people = THIS_YEAR.model_copy(update={"value": Decimal(9_000_000)})
    stated = FactInForce(report_id=REPORT.report_id, fact=from_people)
    keep(services, THIS_YEAR, stated, an_insight())
    (told,) = client.get("/api/v1/insights").json()["insights"]
    assert told["evidence"][0]["value"] == 9_000_000


def test_a_page_is_worked_out_once_until_another_process_writes(client, services, monkeypatch):
    asked = []
    insight_ids = services.listing.insight_ids
    monkeypatch.setattr(
        type(services.listing),
        "insight_ids",
        lambda _self, query: asked.append(query) or insight_ids(query),
    )
    keep(services, an_insight("R1"))
    first = client.get("/api/v1/insights").json()
    assert client.get("/api/v1/insights").json() == first
    assert len(asked) == 1
    assert len(ids(client.get("/api/v1/insights?limit=7"))) == 1
    assert len(asked) == 2
    elsewhere = build()
    elsewhere.ports.records.commit(Effects(records=(an_insight("R2"),)))
    assert len(ids(client.get("/api/v1/insights"))) == 2
    assert len(asked) == 3


def test_an_insight_is_written_once_for_all_pages_and_anew_when_a_number_under_it_changes(
    client, services, monkeypatch
):
    read = []
    insights = services.listing.insights
    monkeypatch.setattr(
        type(services.listing),
        "insights",
        lambda _self, ids: read.append(len(ids)) or insights(ids),
    )
    keep(services, THIS_YEAR, *(an_insight(f"R{n}") for n in range(3)))
    first = client.get("/api/v1/insights?limit=2").json()["insights"]
    assert client.get("/api/v1/insights?limit=3").json()["insights"][:2] == first
    assert read == [2, 1]
    keep(services, THIS_YEAR.model_copy(update={"value": Decimal(9_000_000)}))
    again = client.get("/api/v1/insights?limit=3").json()["insights"]
    assert [one["evidence"][0]["value"] for one in again] == [9_000_000] * 3
    assert read == [2, 1, 3]


def test_the_version_of_a_store_is_another_one_after_every_commit_that_changes_a_record(services):
    seen = [services.listing.version()]
    for rule in ("R1", "R2"):
        keep(services, an_insight(rule))
        seen.append(services.listing.version())
    services.ports.records.commit(Effects(replaces=((type(an_insight()), REPORT.report_id),)))
    seen.append(services.listing.version())
    assert len(set(seen)) == 4
    services.ports.audit.append(AuditEvent(actor="ann", action="looked", resource="r", at=NOW))
    services.ports.records.commit(Effects())
    assert services.listing.version() == seen[-1]
    assert build().listing.version() == seen[-1]


def test_a_kept_page_is_given_to_nobody_without_the_permission(services, monkeypatch):
    keep(services, an_insight("R1"))
    app = As(create_app(services), a_user())
    with TestClient(app) as client:
        assert client.get("/insights").status_code == 200
        app.user = None
        assert client.get("/insights").status_code == 401
        app.user = a_user()
        monkeypatch.setitem(PERMISSIONS, Role.ANALYST, frozenset())
        assert client.get("/insights").status_code == 403


def test_a_refused_or_missing_answer_is_not_kept(client, services):
    assert client.get("/api/v1/insights?limit=0").status_code == 422
    insight = an_insight("R1")
    assert client.get(f"/api/v1/insights/{insight.insight_id}").status_code == 404
    keep(services, insight)
    assert client.get(f"/api/v1/insights/{insight.insight_id}").status_code == 200
    assert client.get("/api/v1/insights?limit=0").status_code == 422


def test_facts_are_kept_until_a_number_changes(client, services):
    keep(services, THIS_YEAR)
    assert client.get("/api/v1/facts").json()["facts"][0]["value"] == 8_800_000
    keep(services, THIS_YEAR.model_copy(update={"value": Decimal(9_000_000)}))
    assert client.get("/api/v1/facts").json()["facts"][0]["value"] == 9_000_000
