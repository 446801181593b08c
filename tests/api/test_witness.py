"""Every request is in the audit trail before it is answered, and a flood cannot fill the trail."""

import asyncio
import sqlite3
import threading
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from services.adapters.local import tallies
from services.api import witness
from services.api.app import create_app
from services.api.witness import GroupCommit, Witness, action_of
from services.bootstrap import build
from services.config import Settings
from services.domain.audit import AuditEvent, AuditQuery, RequestEvent
from services.domain.errors import Unavailable
from services.domain.messages import Effects
from services.domain.users import Role
from tests.callers import As, a_user
from tests.factories import NOW, a_report, an_insight

REPORT = a_report()


class Clock:
    now = NOW

    def __call__(self):
        return self.now


@pytest.fixture
def clock(monkeypatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(witness, "utc_now", clock)
    return clock


@pytest.fixture
def nobody(services):
    with TestClient(As(create_app(services), None), client=("10.0.0.9", 1)) as client:
        yield client


def told(services, **asked) -> list[AuditEvent]:
    """Events, oldest first."""
    return [one.event for one in reversed(services.ports.audit.search(AuditQuery(**asked)).items)]


def acts(services) -> list[tuple[str, str, str]]:
    return [(one.action, one.resource, one.result) for one in told(services)]


def an_event(number: int = 0, **changed) -> AuditEvent:
    fields = {"actor": "ann", "action": "looked", "resource": f"r{number}", "at": NOW}
    return AuditEvent(**fields | changed)


def test_a_request_says_who_asked_for_what_from_where_and_with_which_result(services):
    app = As(create_app(services), a_user(Role.AUDITOR))
    with TestClient(app, client=("10.0.0.7", 1)) as client:
        client.get("/insights?limit=3", headers={"X-Correlation-ID": "call-7"})
    (event,) = told(services)
    assert (event.actor, event.action, event.resource) == ("auditor", "insights_listed", "insights")
    assert (event.result, event.ip_address) == ("200", "10.0.0.7")
    assert event.detail == {"correlation_id": "call-7", "request": "GET /insights?limit=3"}


def test_an_object_that_is_read_is_named_by_its_id(client, services):
    insight = an_insight()
    services.ports.records.commit(Effects(records=(REPORT, insight)))
    first = client.get(f"/api/v1/documents/{REPORT.report_id}")
    client.get(f"/api/v1/insights/{insight.insight_id}")
    client.get("/api/v1/audit/verification")
    assert first.status_code == 200
    assert acts(services) == [
        ("document_viewed", REPORT.report_id, "200"),
        ("insight_viewed", insight.insight_id, "200"),
        ("audit_trail_verified", "audit/verification", "200"),
    ]


def test_an_unchanged_answer_a_refusal_and_a_fault_are_told_as_such(client, services, monkeypatch):
    tag = client.get("/api/v1/insights").headers["etag"]
    client.get("/api/v1/insights", headers={"If-None-Match": tag})
    client.get("/api/v1/insights/none")
    client.get("/api/v1/insights?limit=0")
    client.post("/api/v1/insights")
    monkeypatch.setattr(services.ports.records, "insight", lambda _id: 1 / 0)
    client.get("/api/v1/insights/none")
    assert acts(services)[1:] == [
        ("insights_listed", "insights", "304"),
        ("request_refused", "none", "404"),
        ("request_refused", "insights", "422"),
        ("request_refused", "insights", "405"),
        ("request_failed", "none", "500"),
    ]


def test_a_role_that_may_not_is_in_the_trail_by_name(services):
    with TestClient(As(create_app(services), a_user(Role.CFO))) as client:
        client.get("/audit/verification")
    (event,) = told(services)
    assert (event.actor, event.action, event.result) == ("cfo", "request_refused", "403")
    assert event.detail["request"] == "GET /audit/verification"


def test_the_probe_is_not_written_down(client, services):
    assert client.get("/api/v1/health").status_code == 200
    assert acts(services) == []


def test_the_refusals_of_nobody_are_one_entry_at_once_and_one_that_counts_the_rest_of_the_minute(
    nobody, services, clock
):
    for n in range(50):
        assert nobody.get(f"/insights/{n}").status_code == 401
    assert acts(services) == [("request_refused", "api", "401")]
    clock.now += timedelta(minutes=1)
    nobody.get("/insights")
    first, rest, _next_minute = told(services)
    assert (first.actor, first.ip_address) == ("anonymous", "10.0.0.9")
    assert "count" not in first.detail
    assert (rest.actor, rest.action, rest.result) == ("anonymous", "request_refused", "401")
    assert rest.detail == {"count": "49", "minute": "2026-03-01T12:00Z"}
    assert rest.ip_address == "10.0.0.9"


def test_refusals_over_the_rate_limit_are_counted_though_somebody_is_signed_in(tmp_path, clock):
    services = build(Settings(data_dir=tmp_path, rate_limit_per_second=1))
    with TestClient(As(create_app(services), a_user())) as client:
        answers = [client.get("/documents").status_code for _ in range(5)]
        answers += [client.get("/documents").status_code for _ in range(5)]
    refused = answers.count(429)
    assert refused >= 5
    assert [one.result for one in told(services, actor="analyst", action="request_refused")] == [
        "429"
    ]


def test_page_images_are_one_entry_a_document_and_minute_that_names_the_pages(
    client, services, clock, monkeypatch
):
    monkeypatch.setattr(type(services.ports.renderer), "webp", lambda *_: b"image")
    services.ports.records.commit(Effects(records=(REPORT,)))
    for page in (3, 4, 5, 4, 45):
        client.get(f"/api/v1/documents/{REPORT.report_id}/pages/{page}.webp")
    clock.now += timedelta(minutes=2)
    client.get("/api/v1/documents")
    first, rest, _ = told(services)
    assert (first.action, first.resource) == ("page_image_viewed", REPORT.report_id)
    assert first.detail["request"].endswith("/pages/3.webp")
    assert rest.detail == {"count": "4", "minute": "2026-03-01T12:00Z", "parts": "4 5 45"}


def test_counts_outlive_a_crash(nobody, services, clock):
    for _ in range(3):
        nobody.get("/insights")
    again = build(services.settings)
    again.ports.audit.witness((), clock.now + timedelta(minutes=1))
    assert told(services)[-1].detail["count"] == "2"
    again.ports.audit.witness((), clock.now + timedelta(minutes=2))
    assert len(told(services)) == 2
    assert services.ports.audit.verify() is None


def test_a_flood_from_many_addresses_is_counted_without_them(services, monkeypatch):
    monkeypatch.setattr(tallies, "MOST_TALLIES", 3)
    flood = [RequestEvent(an_event(ip_address=f"10.0.0.{n}", resource="api"), "") for n in range(9)]
    services.ports.audit.witness(flood, NOW)
    services.ports.audit.witness((), NOW + timedelta(minutes=1))
    assert [(one.ip_address, one.detail.get("count")) for one in told(services)] == [
        ("10.0.0.0", None),
        ("10.0.0.1", None),
        ("10.0.0.2", None),
        ("10.0.0.3", None),
        ("", "5"),
    ]


def test_an_answer_leaves_only_when_its_request_is_on_disk(services):
    seen = []

    async def send(message):
        with sqlite3.connect(services.settings.data_dir / "advisor.sqlite3") as other:
            rows = other.execute("SELECT count(*) FROM audit_entries").fetchone()[0]
        other.close()
        seen.append((message["type"], rows))

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = {
        "type": "http",
        "method": "GET",
        "path": "/insights",
        "query_string": b"",
        "headers": [],
    }
    asyncio.run(As(create_app(services), a_user())(scope, receive, send))
    assert seen == [("http.response.start", 1), ("http.response.body", 1)]


def test_what_cannot_be_written_down_is_not_given(client, services, monkeypatch):
    services.ports.records.commit(Effects(records=(REPORT,)))

    def full(*_):
        raise Unavailable("The disk is full.")

    monkeypatch.setattr(type(services.ports.audit), "witness", full)
    answer = client.get(f"/api/v1/documents/{REPORT.report_id}")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert answer.json()["detail"] == "The disk is full."
    assert REPORT.name not in answer.text


class SlowTrail:
    """Remembers its batches; the first takes until it is let go."""

    def __init__(self):
        self.batches = []
        self.go = threading.Event()

    def witness(self, requests, _now):
        self.batches.append(len(requests))
        assert self.go.wait(10)


def test_requests_that_come_during_a_commit_share_the_next_one():
    async def ask(trail):
        commit = GroupCommit(trail)
        asked = [asyncio.create_task(commit.write(RequestEvent(an_event(n)))) for n in range(50)]
        await asyncio.sleep(0)
        trail.go.set()
        await asyncio.gather(*asked)

    trail = SlowTrail()
    asyncio.run(ask(trail))
    assert trail.batches == [1, 49]


def test_a_commit_that_fails_fails_its_requests_and_not_the_next(services):
    class Once:
        failed = False

        def witness(self, _requests, _now):
            if not self.failed:
                self.failed = True
                raise Unavailable("busy")

    async def ask():
        commit = GroupCommit(Once())
        with pytest.raises(Unavailable):
            await commit.write(RequestEvent(an_event()))
        await commit.write(RequestEvent(an_event()))

    asyncio.run(ask())


def test_counts_are_written_when_the_minute_is_over_though_nobody_asks_any_more(monkeypatch):
    monkeypatch.setattr(witness, "_SETTLE_SECONDS", 0)
    trail = SlowTrail()
    trail.go.set()

    async def ask():
        await GroupCommit(trail).write(RequestEvent(an_event(), ""))
        while len(trail.batches) < 2:
            await asyncio.sleep(0.001)

    asyncio.run(asyncio.wait_for(ask(), 10))
    assert trail.batches == [1, 0]


def test_an_act_of_a_request_names_the_address_it_came_from(services):
    async def act(_scope, _receive, send):
        services.ports.audit.append(an_event())
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    TestClient(Witness(act, services.ports.audit), client=("10.0.0.7", 1)).post("/alerts")
    act, request = told(services)
    assert act.ip_address == request.ip_address == "10.0.0.7"
    assert (request.action, request.resource) == ("request_accepted", "alerts")


@pytest.mark.parametrize(
    ("operation", "action"),
    [
        ("list_review_items", "review_items_listed"),
        ("get_page_image", "page_image_viewed"),
        ("verify_audit_trail", "audit_trail_verified"),
        ("replay_chain", "chain_replayed"),
        ("escalate_alert", "alert_escalated"),
        ("undo_decision", "decision_undone"),
        ("openapi", "openapi_viewed"),
    ],
)
def test_an_act_is_named_after_its_operation(operation, action):
    assert action_of(operation) == action
