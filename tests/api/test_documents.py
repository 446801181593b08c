"""The API answers in JSON, images and problem documents."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from services.api.app import create_app, mounted
from services.bootstrap import Services, build
from services.domain.messages import Effects
from services.domain.users import Role
from tests.callers import As, a_user
from tests.corrections import a_claim, a_place
from tests.factories import ANALYST, a_fact, a_report

SAMPLES = Path(__file__).resolve().parents[2] / "samples"


@pytest.fixture
def services() -> Services:
    return build()


@pytest.fixture
def client(services: Services) -> Iterator[TestClient]:
    with TestClient(As(create_app(services), a_user(Role.AUDITOR))) as client:
        yield client


@pytest.fixture
def uploaded(services: Services) -> str:
    path = sorted(SAMPLES.glob("*.pdf"))[0]
    return services.intake.accept(path.name, path.read_bytes(), ANALYST).report.report_id


def test_health_counts_the_waiting_messages(client, uploaded):
    told = client.get("/health").json()
    assert told["queues"] == {
        "ingestion-queue": 1,
        "analysis-queue": 0,
        "high-confidence-queue": 0,
        "low-confidence-queue": 0,
    }
    assert (told["status"], told["_links"]["self"]) == ("ok", "/api/v1/health")


def test_a_page_image_is_webp(client, uploaded):
    answer = client.get(f"/documents/{uploaded}/pages/1.webp")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/webp"
    assert (answer.content[:4], answer.content[8:12]) == (b"RIFF", b"WEBP")


@pytest.mark.parametrize("path", ["documents/none", "documents/none/pages/1.webp", "nothing"])
def test_what_is_not_there_is_a_problem_document(client, path):
    answer = client.get(f"/{path}")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == 404


def test_a_line_feed_in_a_path_leads_nowhere_else(services):
    app = Starlette(routes=[mounted(create_app(services))])
    with TestClient(As(app, a_user(Role.AUDITOR))) as client:
        answer = client.get("/api/v1/ingestions/a%0Ab")
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")


def test_a_page_beyond_the_last_is_not_found(client, uploaded):
    assert client.get(f"/documents/{uploaded}/pages/9999.webp").status_code == 404
    assert client.get(f"/documents/{uploaded}/pages/0.webp").status_code == 422


def test_the_list_and_the_document_say_where_a_report_stands(client, uploaded):
    listed = client.get("/documents").json()
    assert [one["report_id"] for one in listed["documents"]] == [uploaded]
    assert listed["pagination"] == {"next": None}
    assert client.get(f"/documents/{uploaded}").json()["status"] == "received"
    waiting = client.get(f"/documents/{uploaded}/progress").json()
    assert (waiting["report_id"], waiting["stage"], waiting["done"]) == (uploaded, None, 0)
    assert waiting["_links"]["document"] == f"/api/v1/documents/{uploaded}"


def test_facts_show_what_a_person_stated_with_the_machines_reading_beside_it(client, services):
    report, revenue = a_report(page_count=9), a_fact("revenue", 2025, 120_000_000)
    profit = a_fact("net_income", 2025, 9_000_000, source=a_place(page=6))
    services.ports.records.commit(Effects(records=(report, revenue, profit)))
    claim = a_claim(revenue, value=Decimal(125_000_000), printed_value=Decimal(125))
    services.corrections.add(claim, "a digit was misread", None, ANALYST)
    stated, read = client.get(f"/documents/{report.report_id}/facts").json()["facts"]
    assert (stated["value"], stated["concept"], stated["page"]) == (125_000_000, "revenue", 5)
    assert stated["correction"]["kind"] == "corrected"
    assert stated["correction"]["by"] == "Ana Analyst"
    assert stated["correction"]["machine"] == {
        "printed": "120",
        "value": 120_000_000,
        "concept": "revenue",
        "period_start": "2025-01-01",
        "period_end": "2025-12-31",
        "unit": "USD",
        "scale": 1_000_000,
    }
    assert (read["value"], read["correction"]) == (9_000_000, None)


def test_a_number_the_machine_missed_has_no_reading_beside_it(client, services):
    report = a_report(page_count=9)
    services.ports.records.commit(Effects(records=(report,)))
    services.corrections.add(a_claim(a_fact("revenue", 2025, 120_000_000)), "", None, ANALYST)
    (stated,) = client.get(f"/documents/{report.report_id}/facts").json()["facts"]
    assert (stated["value"], stated["correction"]["machine"]) == (120_000_000, None)


def test_the_facts_of_a_report_that_is_not_there_are_not_found(client):
    assert client.get("/documents/none/facts").status_code == 404


def test_a_document_links_to_what_was_made_of_it(client, uploaded):
    (listed,) = client.get("/documents").json()["documents"]
    assert client.get(f"/documents/{uploaded}").json() == listed
    analysis = uploaded.replace("report-", "analysis-")
    assert listed["_links"]["self"] == f"/api/v1/documents/{uploaded}"
    assert listed["_links"]["insights"] == f"/api/v1/insights?analysis_id={analysis}"
    ingestion = client.get(listed["_links"]["ingestion"].removeprefix("/api/v1")).json()
    assert (ingestion["document_id"], ingestion["status"]) == (uploaded, "queued")
