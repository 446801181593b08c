"""The API through its HTTP functions: behind the gate, with problem details, and what a request sets going."""

import asyncio
import json
import uuid
from types import SimpleNamespace
from urllib.parse import urlsplit

import azure.functions as func
import pytest

from services.bootstrap import Services
from services.config import PROJECT_ROOT
from services.domain.messages import Queue
from services.domain.users import SYSTEM, Role
from services.functions.host import host
from tests.azure.service_bus import ServiceBusPeer
from tests.callers import a_user
from tests.core_records import ANN
from tests.functions.host import INDEXED, FunctionsHost, function
from tests.small_reports import small_csv

HERE = "https://func-test.azurewebsites.net"
INGEST = f"{HERE}/api/v1/documents/ingest"


def token(services: Services, role: Role) -> dict[str, str]:
    words, _ = services.tokens.make(a_user(role), 1, SYSTEM)
    return {"Authorization": f"Bearer {words}"}


def form(name: str, data: bytes) -> tuple[dict[str, str], bytes]:
    line = uuid.uuid4().hex
    head = f'--{line}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    body = head.encode() + data + f"\r\n--{line}--\r\n".encode()
    return {"Content-Type": f"multipart/form-data; boundary={line}"}, body


def asked(
    brought: FunctionsHost, method: str, url: str, headers: dict[str, str], body: bytes = b""
) -> func.HttpResponse:
    """Ask as the host does: by the route that fits best."""
    request = func.HttpRequest(method, url, headers=headers, body=body)
    context = SimpleNamespace(function_directory="", function_name="", invocation_id="1")
    if method == "POST" and urlsplit(url).path == urlsplit(INGEST).path:
        return asyncio.run(function("IngestDocumentTrigger")(request, context))
    return asyncio.run(function("Api")(request, context, client=brought.durable))


def test_a_document_is_taken_in_with_a_token_and_its_message_is_handed_on_at_once(
    brought: FunctionsHost, services: Services, peer: ServiceBusPeer
):
    kind, body = form("table.csv", small_csv(1))
    answer = asked(brought, "POST", INGEST, {**token(services, Role.ANALYST), **kind}, body)
    assert answer.status_code == 202
    begun = json.loads(answer.get_body())
    assert (begun["status"], begun["outcome"]) == ("queued", "new")
    assert answer.headers["Location"] == begun["_links"]["self"]
    assert len(peer.broker.entities[Queue.INGESTION].entries) == 1
    brought.work()
    state = asked(brought, "GET", f"{HERE}{begun['_links']['self']}", token(services, Role.ANALYST))
    assert json.loads(state.get_body())["status"] == "completed"


def test_without_a_token_nothing_is_taken_in(
    brought: FunctionsHost, services: Services, peer: ServiceBusPeer
):
    kind, body = form("table.csv", small_csv(1))
    answer = asked(brought, "POST", INGEST, kind, body)
    assert answer.status_code == 401
    assert answer.mimetype == "application/problem+json"
    problem = json.loads(answer.get_body())
    assert (problem["status"], problem["code"]) == (401, "unauthenticated")
    assert services.ports.records.reports() == []
    assert peer.broker.entities[Queue.INGESTION].entries == []


def test_a_role_that_may_not_upload_is_refused(brought: FunctionsHost, services: Services):
    kind, body = form("table.csv", small_csv(1))
    answer = asked(brought, "POST", INGEST, {**token(services, Role.AUDITOR), **kind}, body)
    assert answer.status_code == 403


def test_what_is_asked_with_a_query_is_answered(brought: FunctionsHost, services: Services):
    services.intake.accept("table.csv", small_csv(1), ANN)
    caller = token(services, Role.ANALYST)
    answer = asked(brought, "GET", f"{HERE}/api/v1/documents?limit=1", caller)
    assert answer.status_code == 200
    assert len(json.loads(answer.get_body())["documents"]) == 1
    refused = asked(brought, "GET", f"{HERE}/api/v1/documents?limit=none", caller)
    assert refused.status_code == 422
    nothing = asked(brought, "GET", f"{HERE}/api/v1/nothing", caller)
    assert (nothing.status_code, nothing.mimetype) == (404, "application/problem+json")


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ("198.51.100.1, 203.0.113.7:50123", "203.0.113.7"),
        ("[2001:db8::7]:443", "2001:db8::7"),
        ("2001:db8::7", "2001:db8::7"),
        ("nobody", ""),
    ],
)
def test_the_trail_has_the_address_that_the_front_end_saw(
    off_the_bus: FunctionsHost, services: Services, said: str, address: str
):
    kind, body = form("table.csv", small_csv(1))
    headers = {**token(services, Role.ANALYST), **kind, "X-Forwarded-For": said}
    assert asked(off_the_bus, "POST", INGEST, headers, body).status_code == 202
    entries = services.ports.audit.entries(limit=50)
    (received,) = [one.event for one in entries if one.event.action == "report_received"]
    assert received.ip_address == address


def test_a_decision_through_the_api_ends_the_wait_for_it(
    off_the_bus: FunctionsHost, services: Services
):
    name = "Larkfield_FY2025_budget_vs_actual.xlsx"
    services.intake.accept(name, (PROJECT_ROOT / "samples" / name).read_bytes(), ANN)
    off_the_bus.work_directly()
    ((item, instance),) = off_the_bus.durable.instances.items()
    assert instance.output is None
    said = {"verdict": "reject", "comment": "It is small.", "reason": "not_material"}
    kind = {"Content-Type": "application/json"}
    decisions = f"{HERE}/api/v1/review-items/{item}/decisions"
    refused = asked(
        off_the_bus, "POST", decisions, {**token(services, Role.ANALYST), **kind},
        json.dumps(said).encode(),
    )  # fmt: skip
    assert refused.status_code == 403
    assert len(instance.history) == 6
    answer = asked(
        off_the_bus, "POST", decisions, {**token(services, Role.REVIEWER), **kind},
        json.dumps(said).encode(),
    )  # fmt: skip
    assert answer.status_code == 200, answer.get_body()
    assert instance.output == "decided"


def test_a_service_bus_that_is_away_refuses_no_document(
    brought: FunctionsHost, services: Services, peer: ServiceBusPeer
):
    peer.stop()
    kind, body = form("table.csv", small_csv(1))
    answer = asked(brought, "POST", INGEST, {**token(services, Role.ANALYST), **kind}, body)
    assert answer.status_code == 202
    assert len(host().queue.bus.outgoing.pending(9)) == 1


def test_the_host_gives_the_durable_client_to_the_functions_that_use_it():
    having = {
        name
        for name, one in INDEXED.items()
        if any(json.loads(binding)["type"] == "durableClient" for binding in one.get_raw_bindings())
    }
    assert having == {"Api", "ProcessIngestionWorker", "EscalateReviewWorker"}
