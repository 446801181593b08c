"""What got past the gate by its name, and what many who sign in at once hold up."""

import threading
from concurrent.futures import ThreadPoolExecutor, as_completed
from itertools import islice

import pytest

from services.domain.users import SYSTEM, Role
from services.gate.pages import _MOST_WAITING
from tests.callers import a_user
from tests.desks import PASSWORD
from tests.gate.conftest import OWN


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1", 303),
        ("/manifest.jsonx", 303),
        ("/favicon.png/x", 303),
        ("/static", 303),
        ("/_stcore/healthx", 401),
        ("/_stcore/health/", 401),
        ("//api/v1/documents", 303),
        ("/API/V1/documents", 303),
        ("/api/v1;x/documents", 303),
        ("/%61uth/../queue", 303),
    ],
)
def test_what_is_only_called_like_something_open_is_not(door, client, path, status):
    assert client.get(f"http://127.0.0.1:8501{path}").status_code == status
    assert door.passed == []


@pytest.mark.parametrize(
    "path", ["/api/v1/%2e%2e/queue", "/api/v1/..%2fqueue", "/auth/%2e%2e/queue", "/api/v1/%00"]
)
def test_a_path_that_climbs_leads_nowhere(door, client, path):
    for headers in ({}, door.signed_in()):
        answer = client.get(f"http://127.0.0.1:8501{path}", headers=headers)
        assert answer.status_code == 404
    assert door.passed == []


def test_the_figures_of_all_sessions_are_for_who_administers(door, client):
    path = "/_stcore/metrics"
    assert client.get(path).status_code == 401
    assert client.get(path, headers=door.signed_in("analyst")).status_code == 403
    assert client.get(path, headers=door.signed_in("admin")).status_code == 200
    words, _ = door.services.tokens.make(a_user(Role.ADMIN), 1, SYSTEM)
    assert client.get(path, headers={"Authorization": f"Bearer {words}"}).status_code == 401


def test_no_cache_keeps_what_pages_load(door, client):
    for path in ("/media/x", "/queue", "/_stcore/host-config"):
        for headers in ({}, door.signed_in()):
            assert client.get(path, headers=headers).headers["cache-control"] == "no-store"


def test_a_flood_of_sign_ins_holds_up_nobody_who_is_signed_in(door, client, monkeypatch):
    """The check of a password waits here until the test lets it go on."""
    go_on = threading.Event()

    class Slow:
        def verify(self, _stored: str, _password: str) -> bool:
            return not go_on.wait(300)

    monkeypatch.setattr(door.services.sign_in, "_hasher", Slow())
    signed_in = door.signed_in()
    form = {"name": "ann", "password": PASSWORD}
    sent_away = 14  # more than one that is checked, those that wait, and the threads of the server

    def try_once(_: int) -> int:
        return client.post("/auth/sign-in", data=form, headers=OWN).status_code

    with ThreadPoolExecutor(_MOST_WAITING + 1 + sent_away + 1) as threads:
        try:
            tries = [threads.submit(try_once, n) for n in range(_MOST_WAITING + 1 + sent_away)]
            first = islice(as_completed(tries, timeout=120), sent_away)
            assert {one.result() for one in first} == {503}
            page = threads.submit(client.get, "/queue", headers=signed_in)
            assert page.result(timeout=120).status_code == 200
        finally:
            go_on.set()
    assert sorted({one.result() for one in tries}) == [401, 503]
