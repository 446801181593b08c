"""The rate limit: exactly so many in any one second, each client by itself, and images not counted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from services.api.app import create_app
from services.api.callers import USER
from services.api.limits import SECOND, RateLimit, admit, client_of
from services.bootstrap import build
from services.config import Settings
from services.domain.users import Role
from tests.callers import As, a_user

LIMIT = 10


def admitted(arrivals: list[int], limit: int = LIMIT) -> list[int]:
    times, taken = (), []
    for now in arrivals:
        times, wait = admit(times, now, limit)
        assert len(times) <= limit
        if wait == 0:
            taken.append(now)
        else:
            assert admit(times, now + wait, limit)[1] == 0
            assert admit(times, now + wait - 1, limit)[1] == 1
    return taken


gaps = st.lists(
    st.one_of(st.integers(0, SECOND // 5), st.sampled_from([0, 1, SECOND - 1, SECOND])),
    max_size=80,
)


@given(gaps, st.integers(1, 12))
def test_no_window_of_a_second_holds_more_and_none_is_refused_while_it_holds_fewer(steps, limit):
    now, arrivals = 0, []
    for step in steps:
        now += step
        arrivals.append(now)
    taken = admitted(arrivals, limit)
    for start in taken:
        assert sum(start <= one < start + SECOND for one in taken) <= limit
    for now in set(arrivals):
        came = arrivals.count(now)
        before = sum(now - SECOND < one < now for one in taken)
        assert taken.count(now) == min(came, limit - before)


def test_a_steady_stream_of_a_thousand_a_second_gets_exactly_ten_in_every_second():
    taken = admitted([n * SECOND // 1000 for n in range(5000)])
    assert len(taken) == 50
    for start in range(0, 4 * SECOND, SECOND // 7):
        assert sum(start <= one < start + SECOND for one in taken) == 10


@pytest.fixture
def now() -> list[int]:
    return [0]


@pytest.fixture
def limited(monkeypatch, now):
    """The API with the limit of a fresh installation and a clock that stands."""
    monkeypatch.setattr(RateLimit.__init__, "__defaults__", (lambda: now[0],))
    with TestClient(As(create_app(build()), a_user(Role.AUDITOR))) as client:
        yield client


def test_the_eleventh_request_in_a_second_is_told_when_to_come_again(limited, now):
    assert [limited.get("/documents").status_code for _ in range(10)] == [200] * 10
    refused = limited.get("/documents", headers={"X-Forwarded-For": "10.9.8.7"})
    assert refused.status_code == 429
    assert refused.headers["retry-after"] == "1"
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["code"] == "too-many-requests"
    assert refused.json()["correlation_id"] == refused.headers["x-correlation-id"]
    assert refused.json()["type"].endswith("http-problem-types#quota-exceeded")
    assert refused.json()["violated-policies"] == ["peruser"]
    assert refused.headers["ratelimit"] == '"peruser";r=0;t=1'
    now[0] = SECOND - 1
    assert limited.get("/documents").status_code == 429
    now[0] = SECOND
    assert limited.get("/documents").status_code == 200


def test_every_counted_answer_tells_what_is_left(limited, now):
    for left in range(9, -1, -1):
        answer = limited.get("/documents/none")
        assert answer.headers["ratelimit-policy"] == '"peruser";q=10;w=1'
        assert answer.headers["ratelimit"] == f'"peruser";r={left};t=1'
    now[0] = SECOND
    assert limited.get("/documents").headers["ratelimit"] == '"peruser";r=9;t=1'
    assert "ratelimit" not in limited.get("/health").headers


def test_every_user_has_a_limit_of_their_own(monkeypatch):
    monkeypatch.setattr(RateLimit.__init__, "__defaults__", (lambda: 0,))
    app = create_app(build())
    with TestClient(As(app, a_user(Role.AUDITOR))) as auditor:
        assert [auditor.get("/documents").status_code for _ in range(11)] == [200] * 10 + [429]
        with TestClient(As(app, a_user(Role.ANALYST))) as analyst:
            statuses = [analyst.get("/documents").status_code for _ in range(11)]
            assert statuses == [200] * 10 + [429]
            assert auditor.get("/documents").status_code == 429


def test_page_images_and_the_probe_are_not_counted(limited):
    assert {limited.get("/documents/x/pages/1.webp").status_code for _ in range(30)} == {404}
    assert {limited.get("/health").status_code for _ in range(30)} == {200}
    assert limited.get("/documents").status_code == 200


def test_nought_sets_no_limit():
    with TestClient(
        As(create_app(build(Settings(rate_limit_per_second=0))), a_user(Role.AUDITOR))
    ) as client:
        assert {client.get("/documents").status_code for _ in range(30)} == {200}


def test_a_signed_in_user_is_counted_by_id_and_anybody_else_by_address():
    scope = {"type": "http", "client": ("10.0.0.1", 999)}
    assert client_of(scope) == "address:10.0.0.1"
    assert client_of(scope | {"client": ("10.0.0.1", 1000)}) == client_of(scope)
    assert client_of(scope | {USER: a_user()}) == "user:analyst"
    assert client_of({"type": "http"}) == "address:"


def test_the_addresses_of_one_network_are_one_client():
    asked = [f"2001:db8:1:2::{host:x}" for host in (1, 2, 0xFFFF)]
    assert len({client_of({"type": "http", "client": (one, 1)}) for one in asked}) == 1
    other = client_of({"type": "http", "client": ("2001:db8:1:3::1", 1)})
    assert other != client_of({"type": "http", "client": (asked[0], 1)})


@pytest.mark.parametrize("path", ["/companies/health", "/insights/x.webp", "/documents/x.webp"])
def test_no_id_takes_a_request_out_of_the_count(limited, path):
    statuses = [limited.get(path).status_code for _ in range(11)]
    assert 429 not in statuses[:10]
    assert statuses[10] == 429


def test_clients_that_went_quiet_are_forgotten(monkeypatch):
    monkeypatch.setattr("services.api.limits._MOST_CLIENTS", 3)
    now = [0]
    limit = RateLimit(app=None, limit=1, clock=lambda: now[0])
    for name in "abc":
        limit._wait(name)
    now[0] = SECOND
    assert limit._wait("d") == 0
    assert set(limit._times) == {"d"}
