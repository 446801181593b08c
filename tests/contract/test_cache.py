"""What every cache does: the one in the process's memory, and the one in Redis."""

import asyncio
import contextlib
from collections.abc import Iterator
from typing import Any

import pytest

from services.adapters.azure.cache import open_cache
from services.adapters.local.cache import LocalCache
from services.config import Settings
from services.ports import Cache
from tests.azure.redis_server import patient, running


@pytest.fixture(params=["local", "redis"])
def cache(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cache]:
    patient(monkeypatch)
    with contextlib.ExitStack() as stack:
        if request.param == "local":
            yield LocalCache()
        else:
            server = stack.enter_context(running())
            yield open_cache(Settings(redis_url=server.url), b"test key of the seal")


def got(cache: Cache, key: str) -> Any:
    return asyncio.run(cache.get(key))


def put(cache: Cache, key: str, value: bytes, seconds: int = 60) -> None:
    asyncio.run(cache.put(key, value, seconds))


@pytest.mark.parametrize("value", [b"", b"\x00\xff{}", b"x" * 1_000_000], ids=len)
def test_a_value_comes_back_byte_by_byte(cache, value):
    put(cache, "one", value)
    assert got(cache, "one") == value
    assert got(cache, "one") == value


def test_what_was_never_put_is_not_there(cache):
    put(cache, "one", b"1")
    assert got(cache, "another") is None


def test_the_last_value_of_a_key_counts(cache):
    put(cache, "one", b"1")
    put(cache, "one", b"2")
    assert got(cache, "one") == b"2"


def test_keys_differ_in_every_character(cache):
    keys = ["a b", "a  b", "A b", "a b\n", "ä", "a" * 10_000, "a" * 9_999]
    for key in keys:
        put(cache, key, key.encode())
    assert [got(cache, key) for key in keys] == [key.encode() for key in keys]


def test_a_value_is_gone_after_its_time(cache):
    put(cache, "short", b"1", seconds=1)
    put(cache, "long", b"2", seconds=60)

    async def until_gone() -> None:
        while await cache.get("short") is not None:
            await asyncio.sleep(0.05)

    asyncio.run(asyncio.wait_for(until_gone(), 30))
    assert got(cache, "long") == b"2"
