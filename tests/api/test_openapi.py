"""The description of the API is what the code says, and its examples are answers; the client example runs."""

import copy
import re
import subprocess
import sys
from pathlib import Path
from typing import Annotated, Literal

import pytest
from fastapi import Body, Header, Query
from openapi_spec_validator import OpenAPIV30SpecValidator
from starlette.applications import Starlette

from services.api import models
from services.api.app import create_app, mounted
from services.api.dialect import schema_30
from services.api.openapi import Api, as_yaml
from services.cli import main
from services.domain.insights import InsightStatus
from services.domain.messages import Effects
from services.domain.users import SYSTEM, Role
from services.gate.gate import Gate
from tests.callers import a_user
from tests.factories import a_confidence, a_fact, a_report, an_insight
from tests.serving import served
from tests.small_reports import small_csv
from tests.trail import acts_of

ROOT = Path(__file__).resolve().parents[2]
OURS = {"InsightList", "InsightOut", "FactList", "MetricList", "ChainOut", "ReplayOut", "IngestionOut",
        "AnalysisOut", "SummaryList", "ReviewItemList", "AuditVerification", "DocumentList", "DocumentOut",
        "ProgressOut", "Health"}  # fmt: skip


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
    caller = {"401", "403", "429"}
    declared = {
        path: {status for status in one["responses"] if status >= "400"}
        for path, one in operations(document).items()
    }
    assert declared["/health"] == always
    assert declared["/insights"] == always | caller | {"422"}
    assert declared["/insights/{insight_id}"] == always | caller | {"404", "422"}
    assert declared["/facts"] == always | caller | {"404", "422"}
    assert declared["/audit/verification"] == always | caller | {"422"}
    image = declared["/documents/{report_id}/pages/{page}.webp"]
    assert image == (always | caller | {"404", "422"}) - {"429"}
    assert declared["/documents/{report_id}/file"] == always | caller | {"404", "416", "422"}
    for status in ("401", "403", "404", "405", "406", "422", "429", "500", "503"):
        content = document["components"]["responses"][f"Problem{status}"]["content"]
        example = content["application/problem+json"]["example"]
        assert models.Problem.model_validate(example).status == int(status)


def a_new_operation() -> dict:
    """The description of an operation of an application that nobody told about errors."""
    app = Api(responses=models.PROBLEMS)

    @app.post("/decisions", status_code=202)
    def decide(
        reason: Annotated[str, Body(embed=True)],
        kind: Annotated[Literal["a", "b"] | None, Query()] = None,
        key: Annotated[str | None, Header(alias="Idempotency-Key", max_length=64)] = None,
        if_match: Annotated[str | None, Header()] = None,
    ) -> dict[str, str]:
        """Decide."""
        return {}

    found: dict = app.openapi()["paths"]["/decisions"]["post"]
    return found


def test_an_operation_that_is_added_declares_what_its_body_and_headers_can_lead_to():
    told = a_new_operation()
    assert set(told["responses"]) == {
        "202", "400", "401", "403", "404", "405", "406", "409", "412", "413", "415", "422", "429", "500", "503"
    }  # fmt: skip
    assert told["security"] == [{"bearer": []}, {"cookie": []}]
    assert told["requestBody"]["content"]["application/json"]["example"] == {"reason": "…"}
    schemas = {one["name"]: one["schema"] for one in told["parameters"]}
    assert schemas["Idempotency-Key"] == {
        "type": "string", "maxLength": 64, "title": "Idempotency-Key"
    }  # fmt: skip
    assert schemas["kind"] == {"type": "string", "enum": ["a", "b"], "title": "Kind"}


def test_the_description_is_valid_openapi_30(document):
    assert document["openapi"] == "3.0.3"
    assert list(OpenAPIV30SpecValidator(document).iter_errors()) == []
    wrong = copy.deepcopy(document)
    wrong["components"]["schemas"]["Pagination"]["properties"]["next"]["type"] = "null"
    assert list(OpenAPIV30SpecValidator(wrong).iter_errors()) != []


def test_only_the_probe_is_for_anybody(document):
    assert {path for path, one in operations(document).items() if one["security"] == []} == {
        "/health"
    }
    assert set(document["components"]["securitySchemes"]) == {"bearer", "cookie"}


@pytest.mark.parametrize(
    ("written", "in_30"),
    [({"anyOf": [{"type": "string", "maxLength": 3}, {"type": "null"}], "title": "T"},
      {"type": "string", "maxLength": 3, "nullable": True, "title": "T"}),
     ({"anyOf": [{"type": "integer"}, {"type": "number"}, {"type": "null"}]},
      {"anyOf": [{"type": "integer", "nullable": True}, {"type": "number"}]}),
     ({"anyOf": [{"type": "string", "enum": ["a"]}, {"type": "null"}]},
      {"type": "string", "enum": ["a", None], "nullable": True}),
     ({"anyOf": [{"$ref": "#/x"}, {"type": "null"}]}, {"anyOf": [{"$ref": "#/x"}, {"enum": [None]}]}),
     ({"$ref": "#/x", "description": "D"}, {"description": "D", "allOf": [{"$ref": "#/x"}]}),
     ({"const": "a", "type": "string"}, {"enum": ["a"], "type": "string"}),
     ({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1, "examples": [0.5]},
      {"type": "number", "minimum": 0, "exclusiveMinimum": True, "maximum": 1, "exclusiveMaximum": True,
       "example": 0.5}),
     ({"type": "array", "prefixItems": [{"type": "string"}, {"const": 1}], "maxItems": 2},
      {"type": "array", "items": {"anyOf": [{"type": "string"}, {"enum": [1]}]}, "maxItems": 2}),
     ({"type": "string", "contentMediaType": "application/octet-stream"},
      {"type": "string", "format": "binary"}),
     ({"type": "object", "additionalProperties": {"const": 1}, "properties": {"const": {"const": 2}}},
      {"type": "object", "additionalProperties": {"enum": [1]}, "properties": {"const": {"enum": [2]}}})],
)  # fmt: skip
def test_a_schema_is_written_as_openapi_30_has_it(written, in_30):
    assert schema_30(written) == in_30


def test_every_answer_has_an_example_that_its_model_takes(document):
    seen = set()
    for path, operation in operations(document).items():
        for media_type, content in operation["responses"]["200"]["content"].items():
            if media_type == "application/json":
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
    """A real server behind the gate, over a store with five insights that wait for a reviewer."""
    waiting = [
        an_insight(f"R{n}", status=InsightStatus.IN_REVIEW, confidence=a_confidence(0.5))
        for n in range(5)
    ]
    fact = a_fact("revenue", 2025, 120_000_000)
    services.ports.records.commit(Effects(records=(a_report(), fact, *waiting)))
    app = Gate(Starlette(routes=[mounted(create_app(services))]), services, b"k" * 32)
    with served(app) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def token(services):
    """What an analyst's program sends."""
    words, _ = services.tokens.make(a_user(Role.ANALYST), 1, SYSTEM)
    return words


def the_example() -> str:
    section = (ROOT / "README.md").read_text().split("## A client in Python")[1]
    return re.search(r"```python\n(.*?)```", section, re.S)[1]


def test_the_client_of_the_readme_reads_every_page(host, token):
    space: dict = {}
    exec(the_example(), space)
    found = list(space["insights"](host, token, confidence_min="0", limit="2"))
    assert len({one["id"] for one in found}) == 5
    done = subprocess.run(
        [sys.executable, "-c", f"{the_example()}\nmain({token!r}, {host!r})"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert (
        done.stdout.splitlines()
        == ["50% Revenue rose 8.0 % to $108 million. annual.pdf page 5"] * 5
    )


def test_the_client_of_the_readme_uploads_once(services, host, token, tmp_path):
    report = tmp_path / "Q4.csv"
    report.write_bytes(small_csv(1))
    space: dict = {}
    exec(the_example(), space)
    first, again = (space["upload"](host, token, report) for _ in range(2))
    assert first == again
    assert first["status"] == "queued"
    assert [one.name for one in services.ports.records.reports()] == ["Q4.csv", "annual.pdf"]
    acts = acts_of(services)
    assert (acts.count("report_received"), acts.count("report_duplicate")) == (1, 0)


def test_the_client_of_the_readme_is_typed(tmp_path):
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
