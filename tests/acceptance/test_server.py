"""The server: pages and API on one port, nobody else's name, and Ctrl-C ends all of it."""

import contextlib
import gzip
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.acceptance.conftest import ROOT, Product, free_port, serving, stop, wait_until_up

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser")]


def status(url: str, host: str | None = None) -> int:
    request = urllib.request.Request(url, headers={"Host": host} if host else {})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as refused:
        refused.close()
        return refused.code


@pytest.mark.parametrize("path", ["/", "/api/v1/documents", "/_stcore/health"])
def test_pages_and_api_answer_on_one_port_to_this_machines_names_only(product: Product, path: str):
    assert status(product.url + path) == 200
    assert status(product.url + path, host="rebound.example") == 400


def test_the_api_compresses_long_answers_and_writes_a_log_line_a_request(product: Product):
    headers = {"Accept-Encoding": "gzip", "X-Correlation-ID": "call-7"}
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
