"""The path of a report through the functions: messages of the queues' peer, brought by a host in this process."""

import itertools
import os
import random
import signal
import time
from collections import Counter
from pathlib import Path

import pytest
from azure.servicebus import ServiceBusMessage

from services.adapters.azure.bus_messages import wire
from services.adapters.azure.queues import ServiceBusQueue
from services.bootstrap import Services, build
from services.config import PROJECT_ROOT, Settings
from services.domain.errors import Conflict, InvalidInput, Unavailable
from services.domain.messages import Message, MessageKind, Queue, message
from services.domain.reports import ReportStatus
from services.functions.host import forget, host
from services.ports import DeadLetter
from tests.acceptance.test_kill_workers import outcome, run_undisturbed
from tests.azure.service_bus import ServiceBusPeer
from tests.core_records import ANN
from tests.functions.host import FunctionsHost
from tests.small_reports import small_csv, small_pdf

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
"""The SDK leaves the socket of a connection that was refused to the garbage collector."""

SAMPLES = ("Larkfield_FY2025_budget_vs_actual.xlsx", "Larkfield_FY2025_10-K_draft_with_errors.pdf")
SEED = 20261128
MIN_KILLS = 6
DEADLINE_SECONDS = 240


def taken(services: Services, name: str = "table.csv", data: bytes = b"") -> Message:
    """Take a document in; return the message that begins its path."""
    services.intake.accept(name, data or small_csv(1), ANN)
    return host().queue.bus.outgoing.pending(1)[0]


def acts(services: Services) -> Counter[str]:
    return Counter(entry.event.action for entry in services.ports.audit.entries(limit=10_000))


def disk_is_gone(*_: object) -> bytes:
    raise OSError("disk is gone")


def is_away(*_: object) -> None:
    raise Unavailable("Service Bus does not answer.")


def later(peer: ServiceBusPeer) -> None:
    """Let every scheduled message be due."""
    with peer.lock:
        for entity in peer.broker.entities.values():
            for entry in entity.entries:
                entry.visible_at = 0


def left(peer: ServiceBusPeer) -> int:
    return sum(len(entity.entries) for entity in peer.broker.entities.values())


def calm_of(folder: Path, documents: list[tuple[str, bytes]]) -> Services:
    """Work the documents off with a worker and the embedded queue."""
    calm = build(Settings(_env_file=None, data_dir=folder, service_bus_connection=""))
    for name, data in documents:
        calm.intake.accept(name, data, ANN)
    run_undisturbed(calm)
    return calm


def test_reports_go_from_upload_to_summary_and_review_as_with_workers(
    brought: FunctionsHost, services: Services, peer: ServiceBusPeer, tmp_path: Path
):
    documents = [(name, (PROJECT_ROOT / "samples" / name).read_bytes()) for name in SAMPLES]
    accepted = [services.intake.accept(name, data, ANN).report for name, data in documents]
    brought.work()
    assert brought.failed == []
    assert set(brought.brought) == set(Queue)
    assert left(peer) == 0
    assert services.ports.queue.depth() == dict.fromkeys(Queue, 0)
    calm = calm_of(tmp_path / "calm", documents)
    for report in accepted:
        assert outcome(services, report.report_id) == outcome(calm, report.report_id)
    assert {r.status for r in services.ports.records.reports()} == {ReportStatus.ANALYSED}
    routed = [i for i in services.ports.records.review_items() if i.kind.value == "routed"]
    assert {i.review_item_id for i in routed if i.insight_id} == set(brought.durable.instances)


def test_a_message_that_comes_again_has_no_second_effect(
    brought: FunctionsHost, services: Services, peer: ServiceBusPeer
):
    peer.broker.window_seconds = 0
    first = taken(services)
    assert brought.work() == 3
    before = acts(services)
    host().queue.bus.send(Queue.INGESTION, wire(first))
    assert brought.bring(Queue.INGESTION)
    assert acts(services) == before
    assert (brought.failed, left(peer)) == ([], 0)


def test_a_failing_stage_is_tried_again_later_and_then_given_up_with_its_reason(
    brought: FunctionsHost, services: Services, peer: ServiceBusPeer, monkeypatch
):
    first = taken(services)
    monkeypatch.setattr(type(services.ports.blobs), "get", disk_is_gone)
    host().queue.hand_on()
    assert brought.bring(Queue.INGESTION)
    (copy,) = peer.broker.entities[Queue.INGESTION].entries
    assert copy.visible_at > time.time()
    later(peer)
    assert brought.bring(Queue.INGESTION)
    assert brought.failed == []
    failed = services.ports.records.report(first.report_id)
    assert failed is not None
    assert failed.status is ReportStatus.FAILED
    for _ in range(3):  # the copy that was given up, until the queue buries it
        assert brought.bring(Queue.INGESTION)
    assert {type(error) for _, error in brought.failed} == {Conflict}
    assert left(peer) == 0
    letter = DeadLetter(first, Queue.INGESTION, "OSError", "disk is gone")
    assert services.ports.queue.dead_letters() == [letter]
    assert acts(services)["report_failed"] == 1


def test_a_worker_that_gets_what_was_given_up_buries_it_at_once(
    brought: FunctionsHost, services: Services, peer: ServiceBusPeer, monkeypatch
):
    first = taken(services)
    monkeypatch.setitem(os.environ, "ADVISOR_MAX_DELIVERY", "1")
    forget()
    queue = host().services.ports.queue
    assert isinstance(queue, ServiceBusQueue)
    monkeypatch.setattr(type(services.ports.blobs), "get", disk_is_gone)
    host().queue.hand_on()
    assert brought.bring(Queue.INGESTION)
    queue._full_look = 0
    assert queue.claim((Queue.INGESTION,), "w") is None
    (letter,) = queue.dead_letters()
    assert (letter.message, letter.reason) == (first, "OSError")


def test_what_cannot_even_be_sent_as_a_retry_is_given_back_by_the_host(
    brought: FunctionsHost, services: Services, peer: ServiceBusPeer, monkeypatch
):
    taken(services)
    host().queue.hand_on()
    monkeypatch.setattr(type(services.ports.blobs), "get", disk_is_gone)
    with monkeypatch.context() as patch:
        patch.setattr(host().queue.bus, "send", is_away)
        assert brought.bring(Queue.INGESTION)
    ((_, error),) = brought.failed
    assert isinstance(error, Unavailable)
    assert "comes again" in error.sentence
    assert left(peer) == 1
    assert acts(services)["report_read"] == 0


def test_what_is_no_message_of_ours_is_a_dead_letter_after_the_queues_last_try(
    brought: FunctionsHost, services: Services, peer: ServiceBusPeer
):
    astray = message(MessageKind.FACTS_EXTRACTED, taken(services).report_id, "run")
    bus = host().queue.bus
    bus.send(Queue.LOW_CONFIDENCE, ServiceBusMessage("{}", session_id="one"))
    bus.send(Queue.LOW_CONFIDENCE, wire(astray))
    for _ in range(6):
        assert brought.bring(Queue.LOW_CONFIDENCE)
    assert {type(error) for _, error in brought.failed} == {InvalidInput}
    assert len(peer.broker.dead[Queue.LOW_CONFIDENCE].entries) == 2


def test_what_was_committed_while_service_bus_was_away_is_handed_on_by_the_timer(
    brought: FunctionsHost, services: Services, peer: ServiceBusPeer
):
    first = taken(services)
    peer.stop()
    host().queue.hand_on()
    assert host().queue.bus.outgoing.pending(9) == [first]
    peer.start()
    assert FunctionsHost(peer.connection).work() == 3
    assert services.ports.queue.depth() == dict.fromkeys(Queue, 0)


def test_without_service_bus_functions_name_the_setting(
    brought: FunctionsHost, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("ADVISOR_SERVICE_BUS_CONNECTION")
    with pytest.raises(InvalidInput, match="ADVISOR_SERVICE_BUS_NAMESPACE"):
        host()


def test_functions_on_azure_refuse_records_in_a_folder_of_their_own(
    brought: FunctionsHost, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("WEBSITE_INSTANCE_ID", "0123")
    with pytest.raises(InvalidInput, match="shared"):
        host()


def serve_in_a_fork(connection: str) -> int:
    """Run a host in a process of its own, so that it is at work at once and can be killed."""
    pid = os.fork()
    if pid == 0:
        try:
            running = FunctionsHost(connection)
            while True:
                running.work()
                time.sleep(0.05)
        finally:
            os._exit(1)
    return pid


@pytest.mark.slow
@pytest.mark.xdist_group("browser")
@pytest.mark.timeout(600)
def test_killing_hosts_loses_nothing_and_doubles_nothing(
    peer: ServiceBusPeer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    peer.broker.lock_seconds, peer.broker.max_delivery = 2, 1000
    monkeypatch.setenv("ADVISOR_SERVICE_BUS_CONNECTION", peer.connection)
    monkeypatch.setenv("ADVISOR_MAX_DELIVERY", "100")
    documents = [(f"table {size}.csv", small_csv(size)) for size in range(2)]
    documents += [(f"company {n}.pdf", small_pdf(f"Company {n} Corporation", n)) for n in range(2)]
    services = build()
    accepted = [services.intake.accept(name, data, ANN).report for name, data in documents]
    chance, kills, lives = random.Random(SEED), 0, dict[int, float]()
    deadline = time.monotonic() + DEADLINE_SECONDS
    try:
        while sum(services.ports.queue.depth().values()):
            assert time.monotonic() < deadline, "the reports were not finished in time"
            while len(lives) < 2:
                life = chance.uniform(0.2, 1.5) * (1 + (kills / 10) ** 2)
                lives[serve_in_a_fork(peer.connection)] = time.monotonic() + life
            for pid in [pid for pid, end in lives.items() if end <= time.monotonic()]:
                _kill(pid)
                del lives[pid]
                kills += 1
            time.sleep(0.01)
    finally:
        for pid in lives:
            _kill(pid)
    assert kills >= MIN_KILLS
    told = Counter(
        (e.event.action, e.event.resource) for e in services.ports.audit.entries(limit=10_000)
    )
    for act, report in itertools.product(("report_received", "report_read"), accepted):
        assert told[act, report.report_id] == 1
    assert services.ports.audit.verify() is None
    calm = calm_of(tmp_path / "calm", documents)
    for report in accepted:
        assert outcome(services, report.report_id) == outcome(calm, report.report_id)


def _kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
