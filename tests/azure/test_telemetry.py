"""What arrives at Application Insights of one report: one trace, the figures of the contract, nobody and no text."""

import json
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.azure.app_insights import connection_string, serving
from tests.azure.telemetry_run import CALLER, TRACE

ROOT = Path(__file__).resolve().parents[2]
REPORT = ROOT / "samples" / "Larkfield_FY2025_10-K_draft_with_errors.pdf"
QUEUES = {"ReportReceived", "FactsExtracted", "InsightsAccepted", "InsightsEscalated"}


def ran(connection: str, folder: Path) -> list[str]:
    command = [sys.executable, "-m", "tests.azure.telemetry_run", connection, folder, REPORT]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


@dataclass(frozen=True)
class Arrived:
    """The envelopes of one run and what the run said of itself."""

    envelopes: list[dict[str, Any]]
    said: list[str]

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [one for one in self.envelopes if one["data"]["baseType"] == kind]

    def figures(self, name: str) -> list[dict[str, Any]]:
        points = (p for one in self.of("MetricData") for p in one["data"]["baseData"]["metrics"])
        return [point for point in points if point["name"] == name]


@pytest.fixture(scope="module")
def arrived(tmp_path_factory: pytest.TempPathFactory) -> Arrived:
    with serving() as (connection, envelopes):
        said = ran(connection, tmp_path_factory.mktemp("data"))
    return Arrived(envelopes, said)


def names(envelopes: list[dict[str, Any]]) -> set[str]:
    return {one["data"]["baseData"]["name"] for one in envelopes}


def test_the_request_and_each_stage_arrive_as_requests(arrived: Arrived):
    assert arrived.said[:2] == ["202", "analysed"]
    requests = names(arrived.of("RequestData"))
    assert {"POST /documents/ingest", *QUEUES} <= requests


def test_what_is_asked_of_other_services_arrives_as_dependencies(arrived: Arrived):
    assert names(arrived.of("RemoteDependencyData")) == {"blobs.get", "queue.complete"}


def test_one_trace_leads_from_the_caller_through_the_queues_to_the_insight(arrived: Arrived):
    kinds = ("RequestData", "RemoteDependencyData", "EventData")
    ids = {one["tags"]["ai.operation.id"] for kind in kinds for one in arrived.of(kind)}
    assert ids == {TRACE}
    parents = {
        one["data"]["baseData"]["name"]: one["tags"]["ai.operation.parentId"]
        for one in arrived.of("RequestData")
    }
    spans = {
        one["data"]["baseData"]["name"]: one["data"]["baseData"]["id"]
        for one in arrived.of("RequestData")
    }
    assert parents["POST /documents/ingest"] == CALLER.split("-")[2]
    assert parents["ReportReceived"] == spans["POST /documents/ingest"]
    assert parents["FactsExtracted"] == spans["ReportReceived"]
    assert parents["InsightsAccepted"] == spans["FactsExtracted"]


def test_the_three_figures_of_the_contract_arrive(arrived: Arrived):
    (took,) = arrived.figures("ingestion_duration_ms")
    (sure,) = arrived.figures("confidence_score")
    (anomalies,) = arrived.figures("anomalies_detected")
    assert took["value"] > 0
    assert sure["count"] == int(arrived.said[2])
    assert 0 <= sure["min"] <= sure["max"] <= 1
    assert 0 < anomalies["value"] <= int(arrived.said[2])


def test_each_published_insight_arrives_as_an_event_with_its_confidence(arrived: Arrived):
    events = arrived.of("EventData")
    assert names(events) == {"HighConfidenceInsight"}
    assert len(events) == int(arrived.said[3]) > 0
    for event in events:
        told = event["data"]["baseData"]["properties"]
        assert told["insight_id"].startswith("ins-")
        assert float(told["confidence_score"]) >= 0.85
        assert told["classification"] == "auto_summary_generated"


def test_nobody_no_company_and_no_file_is_named(arrived: Arrived):
    everything = json.dumps(arrived.envelopes).lower()
    for word in ("larkfield", "10-k", "analyst", "testclient", ".pdf", "revenue"):
        assert word not in everything


def test_a_sink_that_is_gone_changes_nothing(tmp_path: Path, arrived: Arrived):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        said = ran(connection_string(taken.getsockname()[1]), tmp_path)
    assert said == arrived.said


@pytest.mark.parametrize("status", [429, 403])
def test_a_sink_that_refuses_holds_nothing_up(tmp_path: Path, arrived: Arrived, status: int):
    with serving([status] * 50) as (connection, envelopes):
        said = ran(connection, tmp_path)
    assert said == arrived.said
    assert envelopes == []
