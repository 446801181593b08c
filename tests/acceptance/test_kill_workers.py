"""kill -9 at any moment loses nothing and doubles nothing."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from services.bootstrap import Services, build
from services.config import PROJECT_ROOT, Settings
from services.domain.ids import ReportId
from services.domain.insights import InsightStatus
from services.domain.reports import Finding, Report, ReportStatus
from services.domain.reviews import ReviewStatus
from services.supervisor import supervisor_lock
from services.worker import run_worker
from tests.core_records import ANN
from tests.small_reports import small_csv, small_pdf

pytestmark = [
    pytest.mark.skipif(
        not sys.platform.startswith("linux"), reason="processes are watched through /proc"
    ),
    pytest.mark.xdist_group("browser"),  # with the other heavy ones, so that they never run at once
    pytest.mark.timeout(900),
]
SEED = 20261122
UPLOADS = 10
MIN_KILLS = 12
DEADLINE_SECONDS = 600
END_SECONDS = 30


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        _env_file=None,
        data_dir=tmp_path / "data",
        workers=2,
        poll_seconds=0.02,
        lease_seconds=30,
        max_delivery=100,
        log_level="WARNING",
    )


@pytest.fixture
def services(settings: Settings) -> Services:
    return build(settings)


class Supervisor:
    """``python -m services workers`` and its end."""

    def __init__(self, settings: Settings) -> None:
        self._environment = {**os.environ, **settings.environment()}
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "services", "workers"],
            cwd=PROJECT_ROOT,
            env=self._environment,
            stdin=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def kill_and_restart(self) -> None:
        self.process.kill()
        self.close()
        self.process = self._start()

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(timeout=30)


@pytest.fixture
def supervisor(services: Services) -> Iterator[Supervisor]:
    running = Supervisor(services.settings)
    yield running
    running.close()


def ten_documents() -> list[tuple[str, bytes]]:
    samples = sorted((PROJECT_ROOT / "samples").glob("*.pdf"))[:4]
    documents = [(path.name, path.read_bytes()) for path in samples]
    documents += [(f"table {size}.csv", small_csv(size)) for size in range(3)]
    missing = UPLOADS - len(documents)
    return documents + [
        (f"company {n}.pdf", small_pdf(f"Company {n} Corporation", n)) for n in range(missing)
    ]


def worker_pids(settings: Settings) -> set[int]:
    """The workers that are registered and running."""
    pids = (int(p.stem.split("-")[0]) for p in (settings.data_dir / "workers").glob("*.instance"))
    return {pid for pid in pids if is_running(pid)}


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def wait_for(condition: Callable[[], bool], seconds: float = DEADLINE_SECONDS) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


def is_idle(services: Services) -> bool:
    return sum(services.ports.queue.depth().values()) == 0


def outcome(services: Services, report_id: ReportId) -> tuple[object, ...]:
    """What a reader sees of a report; the times of the runs are left out."""
    records = services.ports.records
    report = records.report(report_id)
    assert report is not None
    insights = [i.model_dump(exclude={"created_at"}) for i in records.insights(report_id)]
    return (
        report.model_dump(exclude={"uploaded_at", "blob_key"}),
        records.facts(report_id),
        records.statements(report_id),
        records.tie_outs(report_id),
        records.findings(report_id),
        insights,
    )


def start_worker(settings: Settings) -> int:
    """Start a worker by a fork, so that it is at work at once and kills come thick and fast."""
    pid = os.fork()
    if pid == 0:
        run_worker(settings)
        os._exit(0)
    return pid


def end_worker(pid: int, number: signal.Signals) -> None:
    """Send a signal and wait for the end, which a worker that does not listen comes to by force."""
    os.kill(pid, number)
    deadline = time.monotonic() + END_SECONDS
    while os.waitpid(pid, os.WNOHANG) == (0, 0):
        if time.monotonic() > deadline:
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.001)


def kill_until_done(services: Services) -> int:
    """Let two workers live for random moments and kill each with SIGKILL; return the number of kills."""
    chance = random.Random(SEED)
    lives: dict[int, float] = {}
    kills = 0
    deadline = time.monotonic() + DEADLINE_SECONDS
    try:
        while not is_idle(services):
            assert time.monotonic() < deadline, "the reports were not finished in time"
            while len(lives) < 2:
                # Lives grow, so that a slow machine gets done as well.
                life = chance.uniform(0.02, 0.3) * (1 + (kills / 15) ** 2)
                lives[start_worker(services.settings)] = time.monotonic() + life
            for pid in [pid for pid, end in lives.items() if end <= time.monotonic()]:
                end_worker(pid, signal.SIGKILL)
                del lives[pid]
                kills += 1
            time.sleep(0.005)
    finally:
        # A fork that lives on holds the pipes of the test run, which then never ends.
        for pid in lives:
            end_worker(pid, signal.SIGTERM)
    return kills


def run_undisturbed(services: Services) -> None:
    workers = [start_worker(services.settings) for _ in range(2)]
    try:
        wait_for(lambda: is_idle(services))
    finally:
        for pid in workers:
            end_worker(pid, signal.SIGTERM)


def _to_review(services: Services, report: Report) -> list[Finding]:
    findings = services.ports.records.findings(report.report_id)
    return [finding for finding in findings if finding.needs_review]


def check_invariants(services: Services, accepted: list[Report]) -> None:
    records = services.ports.records
    assert {r.report_id for r in records.reports()} == {r.report_id for r in accepted}
    assert {r.status for r in records.reports()} <= {
        ReportStatus.ANALYSED,
        ReportStatus.NO_STATEMENTS,
    }
    insights = records.insights()
    once = Counter((i.report_id, i.rule_id, str(i.period), i.text) for i in insights)
    assert set(once.values()) == {1}
    assert all(records.chain(i.insight_id) is not None for i in insights)
    waiting = {i.insight_id for i in insights if i.status is InsightStatus.IN_REVIEW}
    waiting |= {f.finding_id for r in accepted for f in _to_review(services, r)}
    published = {i.insight_id for i in insights if i.status is InsightStatus.PUBLISHED}
    drawn = {draw.insight_id for draw in records.audit_draws() if draw.is_drawn}
    assert drawn
    waiting |= drawn & published
    open_items = records.review_items(ReviewStatus.OPEN)
    items = Counter(item.insight_id or item.finding_id for item in open_items)
    assert items == dict.fromkeys(waiting, 1)
    actions = Counter(
        (e.event.action, e.event.resource) for e in services.ports.audit.entries(limit=10_000)
    )
    for report in accepted:
        assert actions["report_received", report.report_id] == 1
        assert actions["report_read", report.report_id] == 1
    assert services.ports.audit.verify() is None
    assert services.ports.queue.dead_letters() == []
    with sqlite3.connect(services.settings.data_dir / "advisor.sqlite3") as raw:
        assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.slow
def test_killing_workers_during_ten_uploads_loses_nothing_and_doubles_nothing(
    services: Services, tmp_path: Path
):
    documents = ten_documents()
    accepted = [services.intake.accept(name, data, ANN).report for name, data in documents]
    kills = kill_until_done(services)
    assert kills >= MIN_KILLS
    check_invariants(services, accepted)
    undisturbed = build(services.settings.model_copy(update={"data_dir": tmp_path / "calm"}))
    for name, data in documents:
        undisturbed.intake.accept(name, data, ANN)
    run_undisturbed(undisturbed)
    for report in accepted:
        assert outcome(services, report.report_id) == outcome(undisturbed, report.report_id)


@pytest.mark.slow
def test_a_killed_worker_is_replaced_and_its_message_goes_on_without_waiting_for_the_lease(
    services: Services, supervisor: Supervisor
):
    settings = services.settings
    wait_for(lambda: len(worker_pids(settings)) == 2, 60)
    before = worker_pids(settings)
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    accepted = services.intake.accept("a.csv", small_csv(1), ANN).report
    started = time.monotonic()
    wait_for(lambda: is_idle(services), settings.lease_seconds - 5)
    assert time.monotonic() - started < settings.lease_seconds
    assert not worker_pids(settings) & before
    report = services.ports.records.report(accepted.report_id)
    assert report is not None
    assert report.status is ReportStatus.ANALYSED


@pytest.mark.slow
def test_workers_end_when_their_parents_end_in_whatever_way(
    services: Services, supervisor: Supervisor
):
    settings = services.settings
    wait_for(lambda: len(worker_pids(settings)) == 2, 60)
    workers = worker_pids(settings)
    supervisor.kill_and_restart()
    wait_for(lambda: not any(is_running(pid) for pid in workers), 15)
    wait_for(lambda: len(worker_pids(settings)) == 2, 60)


@pytest.mark.slow
def test_one_supervisor_serves_a_data_folder_however_often_workers_are_asked_for(
    services: Services,
):
    settings = services.settings
    asking = (
        "import sys\n"
        "from services.config import read_settings\n"
        "from services.supervisor import ensure_workers\n"
        "for _ in range(3): ensure_workers(read_settings())\n"
        "sys.stdin.read()\n"
    )
    askers = [
        subprocess.Popen(
            [sys.executable, "-c", asking],
            cwd=PROJECT_ROOT,
            env={**os.environ, **settings.environment()},
            stdin=subprocess.PIPE,
        )
        for _ in range(2)
    ]
    try:
        wait_for(lambda: len(worker_pids(settings)) == 2, 60)
        # both may start a supervisor at the same moment; the one that finds the lock taken gives up
        wait_for(lambda: [has_children(asker.pid) for asker in askers].count(True) == 1, 30)
        first = worker_pids(settings)
        assert len(first) == 2
        (owner,) = [asker for asker in askers if has_children(asker.pid)]
        owner.kill()
        wait_for(lambda: len(worker_pids(settings) - first) == 2, 60)
        wait_for(lambda: not worker_pids(settings) & first, 60)
    finally:
        for asker in askers:
            assert asker.stdin is not None
            asker.stdin.close()
            asker.wait(timeout=30)
    wait_for(lambda: not worker_pids(settings) and not is_served(settings), 20)


def has_children(pid: int) -> bool:
    """Whether a process has a child process."""
    return any(path.read_text().split() for path in Path(f"/proc/{pid}/task").glob("*/children"))


def is_served(settings: Settings) -> bool:
    """Whether a supervisor holds the data folder."""
    lock = supervisor_lock(settings)
    free = lock.acquire()
    lock.release()
    return not free
