"""The description of the API is what the code says, and its examples are answers; the client example runs."""

import re
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount

from services.api import models
from services.api.app import create_app
from services.api.openapi import as_yaml
from services.cli import main
from services.domain.insights import InsightStatus
from services.domain.messages import Effects
from services.domain.users import Role
from tests.callers import As, a_user
from tests.factories import a_confidence, a_fact, a_report, an_insight
from tests.small_reports import small_csv

ROOT = Path(__file__).resolve().parents[2]
OURS = {"InsightList", "InsightOut", "FactList", "MetricList", "ChainOut", "ReplayOut", "IngestionOut",
        "AnalysisOut", "SummaryList", "ReviewItemList", "AuditVerification"}  # fmt: skip


@pytest.fixture
def document(services) -> dict:
    return create_app(services).openapi()


def operations(document: dict) -> dict[str, dict]:
    return {path: methods["get"] for path, methods in document["paths"].items() if "get" in methods}


def acts(document: dict) -> dict[str, dict]:
    return {
        path: methods["post"] for path, methods in document["paths"].items() if "post" in methods
    }


def test_the_description_in_the_documents_is_up_to_date(capsys):
    """After a change of the API: python -m services openapi > docs/openapi.yaml"""
    assert main(["openapi"]) == 0
    written = (ROOT / "docs" / "openapi.yaml").read_text(encoding="utf-8")
    assert capsys.readouterr().out == written


def test_the_api_reads_and_acts_and_nothing_else(document):
    assert {method for methods in document["paths"].values() for method in methods} == {
        "get",
        "post",
    }
    assert document["servers"] == [{"url": "/api/v1"}]


def test_every_act_takes_an_idempotency_key_and_declares_what_it_is_refused_with(document):
    assert len(acts(document)) > 4
    for path, act in acts(document).items():
        headers = {one["name"] for one in act["parameters"] if one["in"] == "header"}
        assert "Idempotency-Key" in headers, path
        declared = {status for status in act["responses"] if status >= "400"}
        assert declared >= {"400", "401", "403", "409", "422", "429", "500", "503"}, path
        assert ("412" in declared) is ("If-Match" in headers), path


def test_an_operation_declares_the_errors_that_it_can_answer(document):
    always = {"405", "406", "500", "503"}
    declared = {
        path: {status for status in one["responses"] if status >= "400"}
        for path, one in operations(document).items()
    }
    assert declared["/health"] == always
    assert declared["/insights"] == always | {"422", "429"}
    assert declared["/insights/{insight_id}"] == always | {"404", "422", "429"}
    assert declared["/facts"] == always | {"404", "422", "429"}
    assert declared["/audit/verification"] == always | {"422", "429"}
    assert declared["/documents/{report_id}/pages/{page}.webp"] == always | {"404", "422"}
    for status in ("404", "405", "406", "422", "429", "500", "503"):
        content = document["components"]["responses"][f"Problem{status}"]["content"]
        example = content["application/problem+json"]["example"]
        assert models.Problem.model_validate(example).status == int(status)


def test_every_answer_has_an_example_that_its_model_takes(document):
    seen = set()
    for path, operation in operations(document).items():
        for media_type, content in operation["responses"]["200"]["content"].items():
            if media_type == "application/json" and path != "/documents/{report_id}/progress":
                assert content["example"], path
                name = content["schema"].get("$ref", "").rsplit("/", 1)[-1]
                if name in OURS:
                    getattr(models, name).model_validate(content["example"])
                    seen.add(name)
    assert seen == OURS


def test_yaml_is_written_in_blocks_with_quoted_strings():
    data = {"a": [{"b": "x: y", "on": None}, [1, True]], "200": {}, "e": [], "f": "ü\n"}
    assert as_yaml(data) == (
        'a:\n  - b: "x: y"\n    "on": null\n  - - 1\n    - true\n"200": {}\ne: []\nf: "ü\\n"\n'
    )


@pytest.fixture
def host(services):
    """A real server over a store with five insights that wait for a reviewer; the caller may upload."""
    waiting = [
        an_insight(f"R{n}", status=InsightStatus.IN_REVIEW, confidence=a_confidence(0.5))
        for n in range(5)
    ]
    fact = a_fact("revenue", 2025, 120_000_000)
    services.ports.records.commit(Effects(records=(a_report(), fact, *waiting)))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    app = As(Starlette(routes=[Mount("/api/v1", create_app(services))]), a_user(Role.ANALYST))
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning", ws="none"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(timeout=10)


def the_example() -> str:
    section = (ROOT / "docs" / "interfaces.md").read_text().split("### A client in Python")[1]
    return re.search(r"```python\n(.*?)```", section, re.S)[1]


def test_the_client_of_the_documents_reads_every_page(host):
    space: dict = {}
    exec(the_example(), space)
    found = list(space["insights"](host, confidence_min="0", limit="2"))
    assert len({one["id"] for one in found}) == 5
    done = subprocess.run(
        [sys.executable, "-c", f"{the_example()}\nmain({host!r})"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert (
        done.stdout.splitlines()
        == ["50% Revenue rose 8.0 % to $108 million. annual.pdf page 5"] * 5
    )


def test_the_client_of_the_documents_uploads_once(services, host, tmp_path):
    report = tmp_path / "Q4.csv"
    report.write_bytes(small_csv(1))
    space: dict = {}
    exec(the_example(), space)
    first, again = (space["upload"](host, report) for _ in range(2))
    assert first == again
    assert first["status"] == "queued"
    assert [one.name for one in services.ports.records.reports()] == ["Q4.csv", "annual.pdf"]
    actions = [one.event.action for one in services.ports.audit.entries()]
    assert actions == ["report_received"]


def test_the_client_of_the_documents_is_typed(tmp_path):
    example = tmp_path / "client.py"
    example.write_text(the_example())
    checked = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--config-file=", str(example)],
        capture_output=True,
        text=True,
        timeout=300,
        cwd=tmp_path,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout
