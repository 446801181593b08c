"""The worker loop in this process: it works, keeps its lease, outlives errors, and stops when told."""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from services import worker
from services.bootstrap import Services, build
from services.config import Settings
from services.domain.errors import Unavailable
from services.domain.messages import Effects, Queue
from services.domain.notices import NoticeState
from services.domain.reports import ReportStatus
from services.pipeline.outbox import Sender
from services.ports import Delivery
from services.supervisor import _Slot, ensure_workers, stop_signal
from services.worker import lease_kept, run_worker
from tests.core_records import ANN
from tests.labels import decide
from tests.small_reports import small_csv
from tests.unit.adapters.test_notify import NOTICE


@pytest.fixture
def services(tmp_path: Path) -> Services:
    return build(Settings(_env_file=None, data_dir=tmp_path / "data", poll_seconds=0.01))


@pytest.fixture(autouse=True)
def _signals_as_before() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def in_the_background(act: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=act)
    thread.start()
    return thread


def stop_when_idle(services: Services) -> threading.Thread:
    def wait() -> None:
        while sum(services.ports.queue.depth().values()):
            time.sleep(0.01)
        signal.raise_signal(signal.SIGTERM)

    return in_the_background(wait)


def test_a_worker_finishes_what_is_waiting_and_ends_on_sigterm(services: Services):
    report = services.intake.accept("table.csv", small_csv(1), ANN).report
    stopper = stop_when_idle(services)
    run_worker(services.settings)
    stopper.join()
    stored = services.ports.records.report(report.report_id)
    assert stored is not None
    assert stored.status is ReportStatus.ANALYSED
    assert list((services.settings.data_dir / "workers").glob("*.instance")) == []


def test_a_worker_with_nothing_to_do_trips_the_kill_switch(services: Services):
    decide(services.ports.records, 50, lambda number: number % 5 != 0)

    def wait() -> None:
        ends = time.monotonic() + 60
        while not services.ports.records.policies() and time.monotonic() < ends:
            time.sleep(0.01)
        signal.raise_signal(signal.SIGTERM)

    stopper = in_the_background(wait)
    run_worker(services.settings)
    stopper.join()
    assert not services.calibration.policy().publishing


def test_a_worker_outlives_a_store_that_does_not_answer(
    services: Services, monkeypatch: pytest.MonkeyPatch
):
    looks: list[int] = []
    stop = threading.Event()

    def claim(queues: object, name: str) -> Delivery | None:
        looks.append(1)
        if len(looks) == 1:
            raise Unavailable("Busy.")
        stop.set()
        return None

    monkeypatch.setattr(worker, "_ERROR_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(services.ports.queue, "claim", claim)
    worker._work(worker.context_of(services), "w", services.settings, stop)
    assert len(looks) == 2


def test_a_lease_is_renewed_for_as_long_as_the_work_takes(services: Services):
    services.intake.accept("table.csv", small_csv(1), ANN)
    queue = services.ports.queue
    delivery = queue.claim(tuple(Queue), "w")
    assert delivery is not None
    renewals: list[bool] = []
    renew = queue.renew

    class Watched:
        def renew(self, delivery: Delivery) -> bool:
            if len(renewals) == 1:
                renewals.append(False)
                raise Unavailable("Busy.")
            renewals.append(renew(delivery))
            return renewals[-1]

    with lease_kept(Watched(), delivery, 0.01):  # type: ignore[arg-type]
        while len(renewals) < 4:
            time.sleep(0.005)
    count = len(renewals)
    time.sleep(0.05)
    assert renewals[:4] == [True, False, True, True]
    assert len(renewals) == count


def test_a_lost_lease_is_not_renewed_any_more(services: Services):
    services.intake.accept("table.csv", small_csv(1), ANN)
    queue = services.ports.queue
    delivery = queue.claim(tuple(Queue), "w")
    assert delivery is not None
    queue.abandon(delivery, 0)
    with lease_kept(queue, delivery, 0.005):
        time.sleep(0.05)
        assert "lease" not in {thread.name for thread in threading.enumerate()}


class Ended:
    """A process that has ended."""

    pid = 1
    stdin = None

    def __init__(self, returncode: int) -> None:
        self.returncode = returncode

    def poll(self) -> int:
        return self.returncode


@pytest.mark.parametrize(
    ("returncode", "ends", "least", "most"),
    [(1, 1, 0.0, 0.0), (1, 2, 0.4, 0.5), (1, 4, 1.9, 2.0), (1, 20, 9.9, 10.0), (-9, 20, 0.0, 0.0)],
)
def test_a_worker_that_keeps_failing_at_once_is_started_ever_later_a_killed_one_right_away(
    services: Services,
    monkeypatch: pytest.MonkeyPatch,
    returncode: int,
    ends: int,
    least: float,
    most: float,
):
    started: list[object] = []
    monkeypatch.setattr(
        "services.supervisor._spawn", lambda *_: started.append(1) or Ended(returncode)
    )
    slot = _Slot()
    for _ in range(ends):
        slot.process = Ended(returncode)  # type: ignore[assignment]
        slot.started = time.monotonic()
        slot.tend(services.settings)
    wait = max(0.0, slot.not_before - time.monotonic())
    assert least <= wait <= most
    assert bool(started) is (most == 0.0 or ends > 1)


def test_asking_twice_in_one_process_starts_one_supervisor(
    services: Services, monkeypatch: pytest.MonkeyPatch
):
    started: list[object] = []

    class Running(Ended):
        def poll(self) -> None:  # type: ignore[override]
            return None

    monkeypatch.setattr("services.supervisor._spawn", lambda *_: started.append(1) or Running(0))
    threads = [in_the_background(lambda: ensure_workers(services.settings)) for _ in range(5)]
    for thread in threads:
        thread.join()
    assert started == [1]


def test_a_signal_sets_the_stop_event():
    stop = stop_signal()
    assert not stop.is_set()
    signal.raise_signal(signal.SIGTERM)
    assert stop.is_set()


def test_a_worker_sends_the_notices_that_are_due(services: Services):
    services.ports.records.commit(Effects(creates=(NOTICE,)))

    def stop_when_sent() -> None:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            if services.ports.records.notices()[0].state is NoticeState.SENT:
                break
            time.sleep(0.01)
        signal.raise_signal(signal.SIGTERM)

    stopper = in_the_background(stop_when_sent)
    run_worker(services.settings)
    stopper.join()
    (kept,) = services.ports.records.notices()
    assert (kept.state, kept.tries) == (NoticeState.SENT, 1)


def test_the_sender_outlives_an_outbox_that_does_not_answer(
    services: Services, monkeypatch: pytest.MonkeyPatch
):
    looks: list[int] = []
    stop = threading.Event()

    def take() -> None:
        looks.append(1)
        if len(looks) == 1:
            raise Unavailable("Busy.")
        stop.set()

    monkeypatch.setattr(services.outbox, "take", take)
    monkeypatch.setattr(worker, "_ERROR_PAUSE_SECONDS", 0.01)
    worker._send(Sender(services.outbox, services.notifier), services.settings, stop)
    assert len(looks) == 2
