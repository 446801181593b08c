"""The server: pages and API on one port, nobody else's name, and Ctrl-C ends all of it."""

import contextlib
import gzip
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

from services.bootstrap import build
from services.config import Settings
from services.domain.audit import AuditQuery
from services.domain.users import SYSTEM
from tests.acceptance.conftest import (
    ROOT,
    Product,
    free_port,
    serving,
    stop,
    token_of,
    wait_until_up,
)
from tests.callers import a_user
from tests.desks import PASSWORD

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser")]


def signed_in(url: str, headers: dict[str, str], **form: str) -> dict[str, str]:
    """Send the form of sign-in; return the cookie."""
    sent = urllib.parse.urlencode(form).encode()
    host = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection("127.0.0.1", host.port, timeout=30)
    own = {"Host": host.netloc, "Content-Type": "application/x-www-form-urlencoded", **headers}
    connection.request("POST", "/auth/sign-in", sent, own)
    answer = connection.getresponse()
    assert answer.status == 303, answer.read()
    cookie = answer.headers["set-cookie"].partition(";")[0]
    connection.close()
    return {"Cookie": cookie}


def opened(url: str, headers: dict[str, str], origin: str) -> bool:
    """Whether the pages' websocket opens and serves a first message."""
    host = urllib.parse.urlsplit(url)
    with socket.create_connection(("127.0.0.1", host.port), timeout=30) as raw:
        try:
            with connect(
                f"ws://{host.netloc}/_stcore/stream",
                sock=raw,
                origin=Origin(origin),
                additional_headers=headers,
                subprotocols=[Subprotocol("streamlit")],
            ) as websocket:
                return websocket.ping().wait(30)
        except InvalidStatus:
            return False


def status(url: str, host: str | None = None, headers: dict[str, str] | None = None) -> int:
    request = urllib.request.Request(
        url, headers={**(headers or {}), **({"Host": host} if host else {})}
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as refused:
        refused.close()
        return refused.code


@pytest.mark.parametrize("path", ["/", "/api/v1/documents", "/_stcore/health"])
def test_pages_and_api_answer_on_one_port_to_this_machines_names_only(product: Product, path: str):
    token = token_of(product) if path.startswith("/api/") else {}
    assert status(product.url + path, headers=token) == 200
    assert status(product.url + path, host="rebound.example", headers=token) == 400


def test_the_description_of_the_api_is_found_at_the_root_without_signing_in(product: Product):
    with urllib.request.urlopen(f"{product.url}/openapi.json", timeout=10) as answer:
        assert answer.url == f"{product.url}/api/v1/openapi.json"
        assert json.load(answer)["openapi"] == "3.0.3"
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{product.url}/openapi.json", data=b"{}", timeout=10)
    assert refused.value.code == 405
    refused.value.close()


def test_nobody_gets_in_without_signing_in_and_no_address_is_taken_from_a_header(product: Product):
    assert status(f"{product.url}/api/v1/documents") == 401
    assert status(f"{product.url}/_stcore/host-config") == 401
    own = {"Origin": product.url, "X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}
    cookie = signed_in(product.url, own, person="demo-auditor")
    assert status(f"{product.url}/_stcore/host-config", headers=cookie) == 200
    assert status(f"{product.url}/api/v1/audit/verification", headers=cookie) == 200
    assert opened(product.url, cookie, origin=product.url)
    assert not opened(product.url, cookie, origin="https://evil.example")
    assert not opened(product.url, {}, origin=product.url)
    trail = build(Settings(data_dir=product.data_dir)).ports.audit
    newest = trail.search(AuditQuery(action="signed_in"), limit=1).items[0].event
    assert newest.ip_address == "127.0.0.1"


def test_where_others_reach_it_the_product_starts_without_demo_accounts_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    data_dir = tmp_path / "data"
    services = build(Settings(data_dir=data_dir))
    services.accounts.open(at_home=True)
    monkeypatch.setenv("ADVISOR_HOST", "0.0.0.0")
    monkeypatch.setenv("ADVISOR_PUBLIC_URL", "http://advisor.test")
    refused = subprocess.run(
        [sys.executable, "-m", "services", "serve"],
        cwd=ROOT,
        env=os.environ | {"ADVISOR_DATA_DIR": str(data_dir)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert refused.returncode == 2
    assert "user remove-demo" in refused.stderr
    services.accounts.remove_demo(SYSTEM)
    services.accounts.add(a_user(user_id="ann"), PASSWORD, SYSTEM)
    with serving(data_dir) as running:
        port = urllib.parse.urlsplit(running.url).port
        url, own = f"http://advisor.test:{port}", {"Origin": "http://advisor.test"}
        cookie = signed_in(url, own, name="ann", password=PASSWORD)
        assert opened(url, cookie, origin="http://advisor.test")
        assert status(f"{running.url}/auth/sign-in", host="other.test") == 400


def test_the_api_compresses_long_answers_and_writes_a_log_line_a_request(product: Product):
    headers = {
        **token_of(product),
        "Accept-Encoding": "gzip",
        "X-Correlation-ID": "call-7",
    }
    request = urllib.request.Request(f"{product.url}/api/v1/openapi.json", headers=headers)
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.headers["content-encoding"] == "gzip"
        assert answer.headers["x-correlation-id"] == "call-7"
        assert b"openapi" in gzip.decompress(answer.read())
    log = product.data_dir.parent / "server.log"
    assert wait_for(lambda: "GET /api/v1/openapi.json 200" in log.read_text(), seconds=10)
    assert "correlation=call-7" in log.read_text()


def processes_of(data_dir: Path) -> list[int]:
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            environment = (place / "environ").read_bytes().split(b"\0")
            if f"ADVISOR_DATA_DIR={data_dir}".encode() in environment:
                found.append(int(place.name))
    return found


def wait_for(condition, seconds: float = 60) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.2)
    return False


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="processes are looked up in /proc")
def test_ctrl_c_stops_pages_api_and_workers(tmp_path: Path):
    data_dir = tmp_path / "data"
    with serving(data_dir) as running:
        # the server, the supervisor and at least one worker
        assert wait_for(lambda: len(processes_of(data_dir)) >= 3)
        os.kill(running.process.pid, signal.SIGINT)
        running.process.wait(timeout=30)
        assert wait_for(lambda: processes_of(data_dir) == [])
    assert processes_of(data_dir) == []


def test_the_plain_streamlit_command_serves_the_pages(tmp_path: Path):
    port, log = free_port(), tmp_path / "server.log"
    environment = os.environ | {"ADVISOR_DATA_DIR": str(tmp_path / "data")}
    with log.open("wb") as out:
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "streamlit",
                "run",
                str(ROOT / "app.py"),
                f"--server.port={port}",
            ],
            cwd=ROOT,
            env=environment,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        wait_until_up(f"http://127.0.0.1:{port}/_stcore/health", process, log)
        assert status(f"http://127.0.0.1:{port}/") == 200
    finally:
        stop(process)
