"""The insights list under load: 50 clients on 100,000 generated insights, against a bare JSON endpoint.

The server is a process of its own; processor time is read from /proc, so that the clients' is not in it.
Every answer of the API is written into the audit trail first, as in the product.
"""

import asyncio
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import cycle
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route

from services.adapters.local.database import Database
from services.adapters.local.tables import RECORD_TABLES
from services.api.addresses import cursor_of
from services.api.app import create_app, make_ready
from services.api.limits import RateLimit
from services.api.negotiation import Tagging
from services.api.trace import Tracing
from services.api.witness import Witness
from services.bootstrap import build
from services.config import Settings
from services.domain.ids import ChainId, InsightId
from services.domain.insights import Evidence, Insight, ReasoningChain, ReasoningStep
from services.domain.reports import Report, ReportStatus
from services.domain.users import Role
from tests.callers import As, a_user
from tests.factories import NOW, a_fact, a_report, an_insight

INSIGHTS, CLIENTS, SECONDS, FIRST_SECONDS = 100_000, 50, 6.0, 1.0
PACE = 1.0
"""Seconds between the requests of one client that reads and does not hammer."""
FASTEST = 0.1
"""The same of one that asks as often as the limiter lets it: ten times in any second."""
BAR, WORKING_BAR = 0.025, 0.1
"""p95 in seconds of 50 clients: of the first page flat out and of all pages within the limit, and while a worker analyses."""
BARE_BAR, DEEP_BAR = 10, 1.1
"""Processor time: of a page, times a bare answer's; of pages near the end of the list, times those near its start."""
REPORTS = 300
"""More sample reports than a worker analyses meanwhile."""
FIRST, PAGES = "/api/v1/insights?limit=50", 1_000
"""Far more pages than the API keeps, so that asking for them in turn finds none of them made already."""
_CHUNK = 5_000
_WHOLE_ANSWER = 1 << 20
"""Bytes a client takes at once, so that it is not the slow part."""


@dataclass(frozen=True, slots=True)
class Load:
    """What one run of clients measured; times in seconds."""

    name: str
    requests: int
    rate: float
    p50: float
    p95: float
    cpu: float

    def line(self) -> str:
        """One line for people."""
        return (
            f"{self.name}: {self.requests} requests, {self.rate:,.0f}/s, p50 {self.p50 * 1000:.1f} ms, "
            f"p95 {self.p95 * 1000:.1f} ms, {self.cpu * 1000:.2f} ms CPU each"
        )


def fill(data_dir: Path, count: int) -> dict[str, list[str]]:
    """Write generated insights with facts and chains; return pages that begin one insight after the other.

    ``near`` the start of the list and near its ``end``; those that are ``unread`` have no insight in common.
    """
    facts = [a_fact("revenue", year, year * 1_000_000) for year in range(1926, 2026)]
    report = a_report()
    database = Database(data_dir / "advisor.sqlite3")
    with database.transaction() as connection:
        RECORD_TABLES[Report].insert(connection, [(0, report)])
        RECORD_TABLES[type(facts[0])].insert(connection, enumerate(facts))
    made = [_insight(number, facts) for number in range(count)]
    for start in range(0, count, _CHUNK):
        part = made[start : start + _CHUNK]
        with database.transaction() as connection:
            RECORD_TABLES[Insight].insert(connection, enumerate(part, start))
            RECORD_TABLES[ReasoningChain].insert(connection, enumerate(map(_chain, part), start))
    query = "SELECT created_at, id FROM insights ORDER BY created_at DESC, id DESC LIMIT ? OFFSET ?"
    with database.reading() as connection:
        places = connection.execute(query, (count, 0)).fetchall()
    database.close()
    pages = [f"{FIRST}&cursor={cursor_of(tuple(one))}" for one in places]
    return {
        "near": pages[:PAGES],
        "end": pages[-2 * PAGES : -PAGES],
        "unread": pages[2 * PAGES : -2 * PAGES : 50],
    }


def leave_reports(data_dir: Path) -> None:
    """Leave reports for a worker: the samples again and again, each with a comment that makes it another file."""
    services = build(Settings(data_dir=data_dir))
    analyst = a_user(Role.ANALYST)
    samples = [path for path in services.samples.paths() if path.suffix == ".pdf"]
    for number, path in zip(range(REPORTS), cycle(samples), strict=False):
        services.intake.accept(path.name, path.read_bytes() + b"\n%% %d" % number, analyst)


def _insight(number: int, facts: list) -> Insight:
    this, last = facts[number % 99 + 1], facts[number % 99]
    return an_insight(
        f"R{number}",
        insight_id=InsightId(f"insight-{number:08}"),
        chain_id=ChainId(f"chain-{number:08}"),
        evidence=(
            Evidence(fact_id=this.fact_id, role="revenue, this year"),
            Evidence(fact_id=last.fact_id, role="revenue, last year"),
        ),
        created_at=NOW + timedelta(seconds=number // 20),
    )


def _chain(insight: Insight) -> ReasoningChain:
    steps = tuple(
        ReasoningStep(step=n, action="compare", rule="R", inputs=("a = 1", "b = 2"), result="-12 %")
        for n in range(1, 6)
    )
    return ReasoningChain(
        chain_id=insight.chain_id,
        insight_id=insight.insight_id,
        report_id=insight.report_id,
        ruleset_version="ruleset-v1",
        prompt_template_version="insights-v1",
        model_version="deterministic-engine-v1",
        inputs_hash="0" * 64,
        steps=steps,
        confidence_score=0.9,
        timestamp=NOW,
    )


async def _bare(_request: Request) -> JSONResponse:
    return JSONResponse({"status": "ok"})


def serve(data_dir: str, port: str) -> None:
    """Serve the API and the bare endpoint as ``server.py`` does, without pages and without a rate limit."""
    services = build(Settings(data_dir=Path(data_dir), rate_limit_per_second=0))
    person, api = a_user(Role.AUDITOR), create_app(services)
    wrapped = Tagging(Route("/wrapped", _bare))
    wrapped = Tracing(
        Witness(RateLimit(wrapped, limit=0), services.ports.audit), services.telemetry
    )
    routes = [
        Route("/bare", _bare),
        Mount("/api/v1", As(api, person)),
        Mount("/", As(wrapped, person)),
    ]
    compress = Middleware(GZipMiddleware, minimum_size=1024, compresslevel=3)
    app = Starlette(routes=routes, middleware=[compress])
    make_ready(api)
    uvicorn.run(app, port=int(port), log_level="warning", access_log=False, ws="none")


def cpu_seconds(pid: int) -> float:
    """Return the processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def _ask(streams: tuple[asyncio.StreamReader, asyncio.StreamWriter], path: str) -> None:
    reader, writer = streams
    path, _, fragment = path.partition("#")
    accepted = f"Accept-Encoding: {fragment}\r\n" if fragment else ""
    writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{accepted}\r\n".encode())
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    if " 200 " not in head.split("\r\n", 1)[0]:
        raise RuntimeError(head)
    await reader.readexactly(int(head.split("content-length:")[1].split("\r\n")[0]))


async def _client(
    port: int, paths: Iterator[str], until: float, pace: float, offset: float
) -> list[float]:
    streams = await asyncio.open_connection("127.0.0.1", port, limit=_WHOLE_ANSWER)
    times = []
    await asyncio.sleep(offset)
    while (started := time.perf_counter()) < until:
        await _ask(streams, next(paths))
        times.append(time.perf_counter() - started)
        await asyncio.sleep(max(0.0, pace - times[-1]) if pace else 0)
    streams[1].close()
    return times


async def _load(name: str, server: int, port: int, paths: Sequence[str], pace: float = 0.0) -> Load:
    in_turn = cycle(paths)

    async def run(seconds: float) -> list[float]:
        until = time.perf_counter() + seconds
        offsets = [pace * n / CLIENTS for n in range(CLIENTS)]
        clients = [_client(port, in_turn, until, pace, offset) for offset in offsets]
        return [one for times in await asyncio.gather(*clients) for one in times]

    await run(FIRST_SECONDS)
    began, used = time.perf_counter(), cpu_seconds(server)
    times = await run(SECONDS)
    took, used = time.perf_counter() - began, cpu_seconds(server) - used
    cuts = statistics.quantiles(times, n=100)
    return Load(name, len(times), len(times) / took, cuts[49], cuts[94], used / len(times))


async def _measure(server: int, port: int, pages: dict[str, list[str]]) -> dict[str, Load]:
    near = pages["near"]
    return {
        "bare": await _load("bare Starlette JSON", server, port, ["/bare"]),
        "wrapped": await _load("the same behind the API's middlewares", server, port, ["/wrapped"]),
        "kept": await _load("first page again and again", server, port, [FIRST]),
        "gzip": await _load("the same, compressed", server, port, [f"{FIRST}#gzip"]),
        "near": await _load("other pages near the start", server, port, near),
        "end": await _load("other pages near the end", server, port, pages["end"]),
        "unread": await _load("pages nobody has read", server, port, pages["unread"]),
        "fast": await _load("first page, ten a second each", server, port, [FIRST], FASTEST),
        "fast, other": await _load("other pages, ten a second each", server, port, near, FASTEST),
        "paced": await _load("other pages, one a second each", server, port, near, PACE),
    }


async def _measure_working(server: int, port: int, near: list[str]) -> dict[str, Load]:
    return {
        "working, first": await _load(
            "first page, one a second each, beside a worker", server, port, [FIRST], PACE
        ),
        "working": await _load(
            "other pages, one a second each, beside a worker", server, port, near, PACE
        ),
    }


def main() -> int:
    """Print the loads; 1 when one misses its bar."""
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        pages = fill(Path(folder), INSIGHTS)
        size = (Path(folder) / "advisor.sqlite3").stat().st_size / 1e6
        print(
            f"api: {INSIGHTS:,} insights, {size:.0f} MB, made in {time.perf_counter() - started:.0f} s"
        )
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        code = f"from tests.bench.api import serve; serve({folder!r}, '{port}')"
        server = subprocess.Popen([sys.executable, "-c", code])
        try:
            _wait(port)
            loads = asyncio.run(_measure(server.pid, port, pages))
            leave_reports(Path(folder))
            with _worker(folder) as worker:
                loads |= asyncio.run(_measure_working(server.pid, port, pages["near"]))
                used = cpu_seconds(worker)
            done = _analysed(folder)
        finally:
            server.terminate()
            server.wait(timeout=20)
    for load in loads.values():
        print(f"api: {load.line()}")
    print(f"api: the worker analysed {done} reports meanwhile, in {used:.1f} s of processor time")
    bare, near = loads["bare"].cpu, loads["near"].cpu
    times = ", ".join(f"{name} {one.cpu / bare:.1f}" for name, one in loads.items())
    print(f"api: times the CPU of a bare answer: {times}")
    print(f"api: end / start of the list {loads['end'].cpu / near:.2f} x CPU")
    met = (
        max(loads[one].p95 for one in ("kept", "paced", "fast", "fast, other")) < BAR,
        max(loads["working"].p95, loads["working, first"].p95) < WORKING_BAR,
        max(loads["kept"].cpu, near) < BARE_BAR * bare,
        loads["end"].cpu < DEEP_BAR * near,
    )
    return 0 if all(met) else 1


@contextmanager
def _worker(folder: str) -> Iterator[int]:
    """Run one worker; gives its process id."""
    command = [sys.executable, "-m", "services", "worker"]
    environment = {**os.environ, "ADVISOR_DATA_DIR": folder, "ADVISOR_LOG_LEVEL": "ERROR"}
    worker = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL)
    try:
        time.sleep(3)
        yield worker.pid
    finally:
        worker.terminate()
        worker.wait(timeout=60)


def _analysed(folder: str) -> int:
    reports = build(Settings(data_dir=Path(folder))).ports.records.reports()
    return sum(report.status is ReportStatus.ANALYSED for report in reports)


def _wait(port: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server did not come up")


if __name__ == "__main__":
    sys.exit(main())
