"""A server that is killed has in its trail every request that it answered, and every refusal in its counts."""

import http.client
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from services.bootstrap import build
from services.config import Settings
from services.domain.audit import AuditEvent
from services.domain.base import utc_now
from tests.acceptance.conftest import ROOT, free_port

CLIENTS, ANSWERS = 12, 150
SERVER = """
import sys
from pathlib import Path
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount
from services.api.app import create_app
from services.bootstrap import build
from services.config import Settings
from tests.callers import As, a_user
api = create_app(build(Settings(data_dir=Path(sys.argv[1]), rate_limit_per_second=0)))
app = Starlette(routes=[Mount("/known/api/v1", As(api, a_user())), Mount("/nobody/api/v1", As(api, None))])
uvicorn.run(app, port=int(sys.argv[2]), log_level="error", access_log=False)
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[subprocess.Popen, int]]:
    port = free_port()
    command = [sys.executable, "-c", SERVER, str(tmp_path / "data"), str(port)]
    process = subprocess.Popen(command, cwd=ROOT)
    deadline = time.monotonic() + 60
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            break
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.05)
    yield process, port
    process.kill()
    process.wait()


def test_no_answered_request_is_missing_after_a_kill(server, tmp_path):
    process, port = server
    answered, enough = list[tuple[str, int]](), threading.Event()

    def ask(who: str, client: int) -> None:
        with (
            closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection,
            suppress(OSError, http.client.HTTPException),
        ):
            for number in range(10_000):
                name = f"{who}-{client}-{number}"
                address = f"/{who}/api/v1/insights?limit={number % 200 + 1}"
                connection.request("GET", address, headers={"X-Correlation-ID": name})
                answer = connection.getresponse()
                answer.read()
                answered.append((name, answer.status))
                if len(answered) >= ANSWERS:
                    enough.set()

    clients = [
        threading.Thread(target=ask, args=(("known", "nobody")[n % 2], n)) for n in range(CLIENTS)
    ]
    for one in clients:
        one.start()
    assert enough.wait(60)
    process.kill()
    for one in clients:
        one.join()

    audit = build(Settings(data_dir=tmp_path / "data")).ports.audit
    audit.witness((), utc_now().replace(year=2100))
    events = [entry.event for entry in audit.entries(limit=100_000)]
    told = {event.detail.get("correlation_id") for event in events}
    assert [name for name, status in answered if status == 200 and name not in told] == []
    refused = [event for event in events if event.actor == "anonymous"]
    assert sum(map(_counted, refused)) >= sum(status == 401 for _, status in answered) > 0
    assert len(refused) <= 4
    assert audit.verify() is None


def _counted(event: AuditEvent) -> int:
    return int(event.detail.get("count", "1"))
