"""What the host indexes of the app: names, queues, sessions, routes, schedules; and the files beside it."""

import json
import re
from pathlib import Path
from typing import Any

import yaml

from services.config import Settings
from services.domain.messages import Queue
from tests.functions.host import INDEXED, TRIGGERS

ROOT = Path(__file__).resolve().parents[2]
HOST = json.loads((ROOT / "host.json").read_text())
TIMERS = {
    "HandOnTimer": "0 * * * * *",
    "NoticesTimer": "30 * * * * *",
    "DecisionsTimer": "15 */5 * * * *",
    "TrailTimer": "0 0 2 * * *",
    "RetentionTimer": "0 30 2 * * *",
}
ORCHESTRATIONS = {"ReadDocument", "AwaitDecision"}
ACTIVITIES = {
    "DocumentParts", "ReadDocumentPart", "FinishReading", "ReviewDue", "RemindOfReview",
}  # fmt: skip
ROUTES = {"IngestDocumentTrigger": "api/v1/documents/ingest", "Api": "api/v1/{*rest}"}


def bindings() -> dict[str, list[dict[str, Any]]]:
    return {
        name: [json.loads(one) for one in function.get_raw_bindings()]
        for name, function in INDEXED.items()
    }


def of(kind: str, found: dict[str, list[dict[str, Any]]]) -> dict[str, dict[str, Any]]:
    """The functions that have a binding of a kind, with it."""
    return {name: one for name, all_ in found.items() for one in all_ if one["type"] == kind}


def queue_faults(found: dict[str, list[dict[str, Any]]]) -> list[str]:
    """Say which triggers listen to something else than their queue, under sessions, by the one connection."""
    wanted = {
        name: {"connection": "ServiceBus", "queueName": queue.value, "isSessionsEnabled": True}
        for queue, name in TRIGGERS.items()
    }
    named = ("connection", "queueName", "isSessionsEnabled")
    given = {
        name: {key: one.get(key) for key in named}
        for name, one in of("serviceBusTrigger", found).items()
    }
    return sorted(name for name in {*wanted, *given} if wanted.get(name) != given.get(name))


def test_each_queue_has_its_trigger():
    assert set(TRIGGERS) == set(Queue)
    assert queue_faults(bindings()) == []


def test_a_trigger_on_another_queue_or_without_sessions_is_found():
    found = bindings()
    of("serviceBusTrigger", found)["AnalyzeDataWorker"]["queueName"] = "ingestion-queue"
    of("serviceBusTrigger", found)["GenerateSummaryWorker"]["isSessionsEnabled"] = False
    assert queue_faults(found) == ["AnalyzeDataWorker", "GenerateSummaryWorker"]


def test_the_template_switches_all_that_starts_by_itself():
    template = (ROOT / "infra" / "modules" / "functions.bicep").read_text()
    listed = re.search(r"var started = \[\n(.*?)\n\]", template, re.DOTALL)
    assert listed is not None
    assert set(re.findall(r"'(\w+)'", listed[1])) == {*TRIGGERS.values(), *TIMERS}


def test_the_rest_is_timers_orchestrations_and_the_api():
    found = bindings()
    assert {n: one["schedule"] for n, one in of("timerTrigger", found).items()} == TIMERS
    assert set(of("orchestrationTrigger", found)) == ORCHESTRATIONS
    assert set(of("activityTrigger", found)) == ACTIVITIES
    routes = of("httpTrigger", found)
    assert {name: one["route"] for name, one in routes.items()} == ROUTES
    assert {one["authLevel"] for one in routes.values()} == {"ANONYMOUS"}  # the gate asks who it is
    known = {*TRIGGERS.values(), *TIMERS, *ORCHESTRATIONS, *ACTIVITIES, *ROUTES}
    assert set(found) == known


def test_the_host_completes_what_returns_and_adds_no_prefix_to_routes():
    extensions = HOST["extensions"]
    assert extensions["http"]["routePrefix"] == ""
    assert extensions["serviceBus"]["autoCompleteMessages"] is True
    assert extensions["serviceBus"]["prefetchCount"] == 0
    assert extensions["durableTask"]["hubName"] == "AdvisorHub"


def seconds(text: str) -> int:
    hours, minutes, rest = (int(part) for part in text.split(":"))
    return 3600 * hours + 60 * minutes + rest


def test_the_longest_reading_ends_before_the_function_and_its_lock_do():
    longest = 120 + 0.2 * 2000  # services/adapters/azure/layout.py
    assert longest < seconds(HOST["functionTimeout"])
    renewed = HOST["extensions"]["serviceBus"]["maxAutoLockRenewalDuration"]
    assert seconds(HOST["functionTimeout"]) <= seconds(renewed)


def test_the_example_names_settings_that_there_are_and_takes_secrets_from_the_vault():
    values = json.loads((ROOT / "local.settings.json.example").read_text())["Values"]
    ours = {name.removeprefix("ADVISOR_").lower() for name in values if name.startswith("ADVISOR_")}
    assert ours <= set(Settings.model_fields)
    secret = {name for name, field in Settings.model_fields.items() if not field.repr}
    for name in ours & secret:
        value = values[f"ADVISOR_{name.upper()}"]
        assert re.fullmatch(
            r"@Microsoft\.KeyVault\(SecretUri=https://\S+/secrets/[A-Z-]+/?\)", value
        )
    assert values["FUNCTIONS_WORKER_RUNTIME"] == "python"
    assert "ServiceBus__fullyQualifiedNamespace" in values


def test_what_is_published_holds_what_the_functions_import_and_no_tests():
    left_out = (ROOT / ".funcignore").read_text().split()
    assert {"tests", "docs", "infra", ".venv", "local.settings.json"} <= set(left_out)
    for needed in ("function_app.py", "host.json", "requirements.txt", "services", "prompts"):
        assert (ROOT / needed).exists()
        assert needed not in left_out
    services = yaml.safe_load((ROOT / "azure.yaml").read_text())["services"]
    assert services["functions"] == {"project": ".", "language": "py", "host": "function"}
