"""A document over HTTP as it was read, beside the last report and beside its budget."""

import pytest

from tests.api.test_ingesting import ingest, work
from tests.small_reports import letter_pdf, small_csv


@pytest.fixture
def documents(services, analyst) -> list[str]:
    """The sample reports, worked through."""
    analyst.post("/api/v1/samples")
    work(services)
    return [report.report_id for report in services.ports.records.reports()]


def found(client, documents: list[str], what: str) -> list[dict]:
    answers = [client.get(f"/api/v1/documents/{one}/{what}") for one in documents]
    assert {one.status_code for one in answers} <= {200, 404}
    return [one.json() for one in answers if one.status_code == 200]


@pytest.mark.slow
def test_the_samples_are_compared_with_the_last_report_and_with_their_budget(
    services, client, documents
):
    changes = found(client, documents, "changes")
    assert changes
    line = next(one for change in changes for one in change["figures"])
    assert float(line["change"]) == pytest.approx(float(line["now"]) - float(line["then"]))
    assert any(change["risk_factors"] or change["risk_factors_not_compared"] for change in changes)
    assert any(change["metrics_compared"] for change in changes)
    lines = [line for budget in found(client, documents, "budget") for line in budget["lines"]]
    assert {one["against"] for one in lines} >= {"budget"}
    assert {one["verdict"] for one in lines} >= {"favourable", "adverse"}


def test_statements_are_given_with_their_checks_and_findings(services, client, analyst):
    its_id = ingest(analyst, "a.csv", small_csv(1)).json()["ingestion_id"]
    where = f"/api/v1/documents/{its_id.replace('ingestion', 'report')}"
    work(services)
    body = client.get(f"{where}/statements").json()
    assert [one["kind"] for one in body["statements"]] == ["income_statement"]
    assert "pass" in {one["status"] for one in body["checks"]}
    assert body["is_waiting"] is False
    assert client.get(f"{where}/changes").status_code == 404
    assert client.get(f"{where}/budget").json()["lines"] == []


@pytest.mark.parametrize("what", ["statements", "changes", "budget"])
def test_what_is_not_there_or_not_analysed_is_not_compared(services, client, analyst, what):
    assert client.get(f"/api/v1/documents/report-x/{what}").status_code == 404
    its_id = ingest(analyst, "letter.pdf", letter_pdf()).json()["ingestion_id"]
    work(services)
    where = f"/api/v1/documents/{its_id.replace('ingestion', 'report')}/{what}"
    assert client.get(where).status_code == (200 if what == "statements" else 404)
