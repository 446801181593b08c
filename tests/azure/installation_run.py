"""An installation as a process of its own, which the environment configures: from upload to summary over HTTP.

What it found is printed as JSON, without what differs between any two runs. Telemetry's providers are global to a
process, so that none of the tests' own has them.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

from opentelemetry import _logs, metrics, trace
from starlette.applications import Starlette
from starlette.testclient import TestClient

from services.api.app import create_app, mounted
from services.bootstrap import Services, build, cookie_key
from services.domain.messages import Queue
from services.domain.notices import NoticeState
from services.domain.reports import Fact
from services.domain.users import Role
from services.gate.entra import providers_of
from services.gate.gate import Gate
from services.pipeline.delivery import handle
from services.pipeline.handlers import context_of
from services.pipeline.outbox import Sender
from tests.callers import a_user
from tests.contract.test_queues import wait_for

TOKEN = "TEST_BEARER_TOKEN"
"""The variable with a token of the issuer; without it the installation makes one of its own."""
REVIEWER = "ross@acme.com"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
_CHAIN_ONLY = {"timestamp": True, "steps": {"__all__": {"elapsed_us"}}}
_DEADLINE_SECONDS = 120


def client_of(services: Services) -> TestClient:
    """Return a client that has a token and asks through the gate, as a program does."""
    token = os.environ.get(TOKEN) or _own_token(services)
    gate = Gate(
        Starlette(routes=[mounted(create_app(services))]),
        services=services,
        key=cookie_key(services.settings),
        providers=providers_of(services),
    )
    headers = {
        "Authorization": f"Bearer {token}",
        "traceparent": f"00-{TRACE}-00f067aa0ba902b7-01",
    }
    return TestClient(gate, headers=headers, base_url=services.settings.base_url)


def _own_token(services: Services) -> str:
    return services.tokens.make(a_user(Role.ANALYST), 1, a_user(Role.ADMIN))[0]


def work(services: Services) -> None:
    """Do what workers do until no queue has anything left."""
    context = context_of(services)

    def is_idle() -> bool:
        delivery = context.ports.queue.claim(tuple(Queue), "w")
        if delivery is not None:
            handle(delivery, context)
        return sum(context.ports.queue.depth().values()) == 0

    wait_for(is_idle, _DEADLINE_SECONDS)


def escalated(services: Services, client: TestClient, insight_id: str) -> str:
    """Alert a reviewer, send what is due until that has left, and return its state."""
    wish = {"insight_id": insight_id, "reviewer_email": REVIEWER}
    answer = client.post("/api/v1/alerts/escalate", json=wish)
    assert answer.status_code == 201, answer.text
    sender = Sender(services.outbox, services.notifier, telemetry=services.telemetry)

    def has_left() -> bool:
        sender.send_next()
        notice = services.ports.records.notice(answer.json()["alert_id"])
        return notice is not None and notice.state is NoticeState.SENT

    wait_for(has_left, _DEADLINE_SECONDS)
    state: str = client.get(answer.json()["_links"]["self"]).json()["state"]
    return state


def read(services: Services) -> dict[str, Any]:
    """Return what was read and found, to the byte; when it was found is left out."""
    records = services.ports.records
    found: dict[str, Any] = {"insights": [], "chains": []}
    reports = sorted(records.reports(), key=lambda one: one.name)
    for name in ("statements", "facts", "findings", "tie_outs"):
        given = (getattr(records, name)(report.report_id) for report in reports)
        found[name] = [one.model_dump_json() for some in given for one in some]
    for report in reports:
        for one in records.insights(report.report_id):
            found["insights"].append(one.model_dump_json(exclude={"created_at"}))
            chain = records.chain(one.insight_id)
            assert chain is not None
            found["chains"].append(chain.model_dump_json(exclude=_CHAIN_ONLY))
    return found


def numbers(facts: list[str]) -> list[list[str]]:
    """Return of facts what they say and on which page, in the order of the document."""
    read = map(Fact.model_validate_json, facts)
    return [
        [str(one.concept), one.label, one.period.label, str(one.value), str(one.source.page)]
        for one in read
    ]


def flush() -> None:
    """Send what telemetry holds."""
    for provider in (
        trace.get_tracer_provider(),
        metrics.get_meter_provider(),
        _logs.get_logger_provider(),
    ):
        if hasattr(provider, "force_flush"):
            provider.force_flush()


def main() -> None:
    """Run the job on the reports that are named and print what came of it."""
    services = build()
    with client_of(services) as client:
        for path in map(Path, sys.argv[1:]):
            files = {"file": (path.name, path.read_bytes())}
            answer = client.post("/api/v1/documents/ingest", files=files)
            assert answer.status_code == 202, answer.text
        work(services)
        listed = client.get("/api/v1/insights?limit=200").json()["insights"]
        again = client.get("/api/v1/insights?limit=200").json()["insights"]
        state = escalated(services, client, listed[0]["id"])
        documents = client.get("/api/v1/documents").json()["documents"]
    summary = services.summary.build()
    services.ports.audit.verify()
    checks = services.capabilities.check()
    flush()
    found = read(services)
    print(json.dumps({
        **found,
        "numbers": numbers(found["facts"]),
        "statuses": sorted((one["name"], one["status"]) for one in documents),
        "listed": sorted(one["id"] for one in listed),
        "is_the_same_again": listed == again,
        "alert": state,
        "summary": [
            [str(one.report.report_id), [i.text for i in one.insights], repr(one.figures)]
            for one in summary.reports
        ],
        "breach": services.ports.audit.verify(),
        "adapters": {one.capability.name: one.capability.adapter for one in checks},
        "ailing": [one.sentence for one in checks if not one.is_fine],
    }))  # fmt: skip


if __name__ == "__main__":
    main()
