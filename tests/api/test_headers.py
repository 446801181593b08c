"""Headers of every answer: correlation, trace, entity tags, and what is accepted."""

import logging
import re

import pytest
from starlette.testclient import TestClient

from services.api.app import create_app
from services.api.negotiation import accepts, matches
from services.domain.messages import Effects
from services.domain.users import Role
from tests.callers import As, a_user
from tests.factories import a_report, an_insight

PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
LIST = "/api/v1/insights"


def test_the_ids_of_the_caller_come_back_with_a_span_of_our_own(client, caplog):
    caplog.set_level(logging.INFO, "services.api.trace")
    answer = client.get(LIST, headers={"X-Correlation-ID": "call-7", "traceparent": PARENT})
    assert answer.headers["x-correlation-id"] == "call-7"
    version, trace, span, flags = answer.headers["traceparent"].split("-")
    assert (version, trace, flags) == ("00", "4bf92f3577b34da6a3ce929d0e0e4736", "01")
    assert re.fullmatch("[0-9a-f]{16}", span)
    assert span != "00f067aa0ba902b7"
    (line,) = [one for one in caplog.messages if "correlation=" in one]
    assert line.startswith("GET /api/v1/insights 200 ")
    assert line.endswith(
        f"ms correlation=call-7 trace=4bf92f3577b34da6a3ce929d0e0e4736 span={span}"
    )


@pytest.mark.parametrize(
    "headers",
    [{}, {"X-Correlation-ID": "two words", "traceparent": "00-" + "0" * 32 + "-00f067aa0ba902b7-01"},
     {"X-Correlation-ID": "x" * 65, "traceparent": PARENT.replace("00-", "ff-", 1)}],
)  # fmt: skip
def test_what_is_missing_or_malformed_is_made_anew_each_time(client, headers):
    first, second = client.get(LIST, headers=headers), client.get(LIST, headers=headers)
    trace = first.headers["traceparent"].split("-")[1]
    assert re.fullmatch("[0-9a-f]{32}", trace)
    assert first.headers["x-correlation-id"] == trace
    assert second.headers["x-correlation-id"] != trace


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/api/v1/none", 404), ("POST", LIST, 405), ("GET", f"{LIST}?limit=0", 422)],
)
def test_every_refusal_has_the_ids_too(client, method, path, status):
    answer = client.request(method, path, headers={"X-Correlation-ID": "call-7"})
    assert (answer.status_code, answer.headers["x-correlation-id"]) == (status, "call-7")
    assert answer.json()["correlation_id"] == "call-7"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-ms-error-code"] == answer.json()["code"]


def test_a_fault_of_ours_has_the_ids_in_answer_and_log(client, services, monkeypatch, caplog):
    monkeypatch.setattr(services.ports.records, "insight", lambda _id: 1 / 0)
    answer = client.get(f"{LIST}/x", headers={"X-Correlation-ID": "call-7"})
    assert (answer.status_code, answer.json()["correlation_id"]) == (500, "call-7")
    assert answer.headers["x-correlation-id"] == "call-7"
    assert answer.headers["traceparent"].startswith("00-")
    assert any("500" in one and "correlation=call-7" in one for one in caplog.messages)


def test_a_line_feed_in_a_path_forges_no_log_line(services, caplog):
    caplog.set_level(logging.INFO, "services.api.trace")
    TestClient(As(create_app(services), a_user(Role.AUDITOR))).get("/x%0AERROR%20forged")
    assert [one for one in caplog.messages if "forged" in one and "\n" in one] == []
    assert any("x%0AERROR%20forged" in one for one in caplog.messages)


def test_what_did_not_change_is_not_sent_again(client, services):
    services.ports.records.commit(Effects(records=(a_report(), an_insight("R1"))))
    first = client.get(LIST)
    tag = first.headers["etag"]
    assert tag.startswith('W/"')
    assert first.headers["cache-control"] == "no-store"
    again = client.get(LIST, headers={"If-None-Match": tag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert "x-correlation-id" in again.headers
    services.ports.records.commit(Effects(records=(an_insight("R2"),)))
    changed = client.get(LIST, headers={"If-None-Match": tag})
    assert (changed.status_code, len(changed.json()["insights"])) == (200, 2)
    assert changed.headers["etag"] != tag


def test_an_error_has_no_tag(client):
    assert "etag" not in client.get(f"{LIST}/none", headers={"If-None-Match": "*"}).headers


@pytest.mark.parametrize(
    ("header", "tag", "same"),
    [('W/"a"', 'W/"a"', True), ('"a"', 'W/"a"', True), ('"b", W/"a"', 'W/"a"', True), ("*", '"a"', True),
     ('"b"', 'W/"a"', False), ("", '"a"', False)],
)  # fmt: skip
def test_tags_are_compared_weakly(header, tag, same):
    assert matches(header, tag) is same


@pytest.mark.parametrize(
    ("accept", "taken"),
    [("", True), ("*/*", True), ("application/json", True), ("application/*;q=0.1", True),
     ("text/html, application/json;q=0.5", True), ("text/html", False), ("application/json;q=0", False),
     ("application/json;q=0, */*", False), ("*/*;q=0", False), ("APPLICATION/JSON", True),
     ("application/json;q=x", False)],
)  # fmt: skip
def test_what_is_accepted_follows_the_most_specific_range(client, accept, taken):
    assert accepts(accept, "application/json") is taken
    answer = client.get(LIST, headers={"Accept": accept})
    assert answer.status_code == (200 if taken else 406)
    if not taken:
        assert answer.json()["code"] == "not-acceptable"
