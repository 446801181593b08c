"""What only the queues on Service Bus have to live through, against the peer in this process."""

import contextlib
import gc
import itertools
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from azure.servicebus import ServiceBusClient, ServiceBusMessage

from services.adapters.azure import queues
from services.adapters.azure.bus_messages import wire
from services.adapters.azure.queues import ServiceBusQueue, open_queue
from services.adapters.local.audit_log import SqliteAuditLog
from services.adapters.local.database import Database
from services.adapters.local.outgoing import SqliteOutgoing
from services.adapters.local.records import SqliteRecordStore
from services.bootstrap import Services, build
from services.config import Settings
from services.domain.audit import AuditEvent
from services.domain.errors import Unavailable
from services.domain.messages import Effects, MessageKind, Processed, Queue, message
from services.domain.reports import ReportStatus
from services.ports import Delivery
from tests.acceptance.test_kill_workers import (
    Supervisor,
    end_worker,
    outcome,
    run_undisturbed,
    start_worker,
)
from tests.azure.service_bus import ServiceBusPeer
from tests.contract.test_queues import wait_for
from tests.core_records import ANN, NOON, a_report
from tests.small_reports import small_csv, small_pdf

ALL = tuple(Queue)
NAMES = [queue.value for queue in Queue]
ONE, TWO = a_report(), a_report("other.pdf", "b")
RECEIVED = message(MessageKind.REPORT_RECEIVED, ONE.report_id, "run")
EXTRACTED = message(MessageKind.FACTS_EXTRACTED, ONE.report_id, "run")
OTHER = message(MessageKind.REPORT_RECEIVED, TWO.report_id, "run")
EVENT = AuditEvent(actor=ANN.user_id, action="report_read", resource=ONE.report_id, at=NOON)
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
"""The SDK leaves the socket of a connection that was refused to the garbage collector."""

SEED = 20261128
MIN_KILLS = 6
DEADLINE_SECONDS = 240


@pytest.fixture
def peer() -> Iterator[ServiceBusPeer]:
    running = ServiceBusPeer(NAMES, lock_seconds=3)
    running.start()
    yield running
    running.close()
    gc.collect()


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(tmp_path / "q.sqlite3")


@pytest.fixture
def store(database: Database) -> SqliteRecordStore:
    return SqliteRecordStore(database)


def opened(connection: str, database: Database) -> ServiceBusQueue:
    settings = Settings(_env_file=None, service_bus_connection=connection)
    return open_queue(settings, SqliteRecordStore(database), SqliteOutgoing(database))


@pytest.fixture
def queue(peer: ServiceBusPeer, database: Database) -> Iterator[ServiceBusQueue]:
    running = opened(peer.connection, database)
    yield running
    running.close()


def claimed(queue: ServiceBusQueue) -> Delivery:
    found: list[Delivery] = []

    def look() -> bool:
        delivery = queue.claim(ALL, "w")
        found.extend([] if delivery is None else [delivery])
        return bool(found)

    wait_for(look, 60)
    return found[0]


def put(peer: ServiceBusPeer, queue: Queue, sent: ServiceBusMessage) -> None:
    with (
        ServiceBusClient.from_connection_string(peer.connection) as client,
        client.get_queue_sender(queue.value) as sender,
    ):
        sender.send_messages(sent)


def left(peer: ServiceBusPeer) -> int:
    return sum(len(entity.entries) for entity in peer.broker.entities.values())


def test_what_a_crash_left_between_commit_and_forwarding_is_made_up_for_by_the_next_claim(
    peer: ServiceBusPeer,
    queue: ServiceBusQueue,
    store: SqliteRecordStore,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
):
    store.commit(Effects(messages=(RECEIVED,)))
    delivery = claimed(queue)
    peer.stop()
    assert queue.complete(delivery, Effects(messages=(EXTRACTED,), audit=(EVENT,)))
    assert SqliteOutgoing(database).pending(9) == [EXTRACTED]
    peer.start()
    other = opened(peer.connection, database)
    following = claimed(other)
    assert following.message == EXTRACTED
    assert other.complete(following, Effects())
    # the first message, whose lock ran out, is only completed when it comes again
    monkeypatch.setattr(queues, "_FULL_LOOK_SECONDS", 0)
    other._full_look = 0
    wait_for(lambda: other.claim(ALL, "w") is None and left(peer) == 0)
    other.close()
    assert len(SqliteAuditLog(database).entries()) == 1


def test_a_message_forwarded_twice_is_one(
    peer: ServiceBusPeer, queue: ServiceBusQueue, store: SqliteRecordStore, database: Database
):
    store.commit(Effects(messages=(RECEIVED,)))
    assert queue.complete(claimed(queue), Effects())
    with database.transaction() as connection:
        connection.execute("UPDATE messages SET forwarded_at = NULL, state = 'waiting'")
    assert queue.claim(ALL, "w") is None
    assert peer.broker.entities[Queue.INGESTION].dropped == 1


def test_a_duplicate_after_the_window_has_no_effects(
    peer: ServiceBusPeer, queue: ServiceBusQueue, store: SqliteRecordStore, database: Database
):
    peer.broker.window_seconds = 0
    store.commit(Effects(messages=(RECEIVED,)))
    first = claimed(queue)
    assert queue.complete(first, Effects(audit=(EVENT,)))
    with database.transaction() as connection:
        connection.execute("UPDATE messages SET forwarded_at = NULL, state = 'waiting'")
    assert queue.claim(ALL, "w") is None
    assert left(peer) == 0
    assert len(SqliteAuditLog(database).entries()) == 1


def test_what_was_worked_off_by_another_meanwhile_is_only_completed(
    peer: ServiceBusPeer, queue: ServiceBusQueue, store: SqliteRecordStore, database: Database
):
    peer.broker.lock_seconds = 60
    store.commit(Effects(messages=(RECEIVED,)))
    delivery = claimed(queue)
    marker = Processed(
        message_id=RECEIVED.message_id, queue=Queue.INGESTION, session=ONE.report_id, at=NOON
    )
    store.commit(Effects(creates=(marker,)))
    assert not queue.complete(delivery, Effects(audit=(EVENT,)))
    assert SqliteAuditLog(database).entries() == []
    assert left(peer) == 0


def test_a_message_that_the_records_do_not_know_is_found_by_the_full_look(
    peer: ServiceBusPeer, database: Database, monkeypatch: pytest.MonkeyPatch
):
    put(peer, Queue.HIGH_CONFIDENCE, wire(OTHER))
    monkeypatch.setattr(queues, "_FULL_LOOK_SECONDS", 0)
    queue = opened(peer.connection, database)
    assert claimed(queue).message == OTHER
    queue.close()


def test_what_is_no_message_of_ours_goes_to_the_dead_letters_and_holds_up_nothing(
    peer: ServiceBusPeer, queue: ServiceBusQueue, store: SqliteRecordStore
):
    put(peer, Queue.INGESTION, ServiceBusMessage("{}", session_id=ONE.report_id))
    store.commit(Effects(messages=(RECEIVED,)))
    assert claimed(queue).message == RECEIVED
    (letter,) = peer.broker.dead[Queue.INGESTION].entries
    assert letter.reason == ("malformed", "It is no message of ours.")


def test_a_busy_service_is_asked_again(
    peer: ServiceBusPeer, queue: ServiceBusQueue, store: SqliteRecordStore
):
    store.commit(Effects(messages=(RECEIVED,)))
    peer.busy = 1
    assert claimed(queue).message == RECEIVED
    assert peer.busy == 0


def test_a_service_that_stays_busy_is_unavailable_and_nothing_is_lost(
    peer: ServiceBusPeer, queue: ServiceBusQueue, store: SqliteRecordStore
):
    store.commit(Effects(messages=(RECEIVED,)))
    peer.busy = 1000
    with pytest.raises(Unavailable, match="Service Bus does not answer"):
        queue.claim(ALL, "w")
    peer.busy = 0
    assert claimed(queue).message == RECEIVED


def test_a_connection_that_breaks_off_costs_one_more_delivery(
    peer: ServiceBusPeer, queue: ServiceBusQueue, store: SqliteRecordStore
):
    store.commit(Effects(messages=(RECEIVED,)))
    assert claimed(queue).delivery_count == 1
    peer.abort()
    again = claimed(queue)
    assert (again.message, again.delivery_count) == (RECEIVED, 2)


def test_what_was_done_while_the_connection_broke_off_is_done_once(
    peer: ServiceBusPeer, queue: ServiceBusQueue, store: SqliteRecordStore, database: Database
):
    peer.broker.lock_seconds = 60
    store.commit(Effects(messages=(RECEIVED,)))
    delivery = claimed(queue)
    peer.abort()
    assert queue.complete(delivery, Effects(audit=(EVENT,)))
    assert not queue.complete(delivery, Effects(audit=(EVENT,)))
    assert len(SqliteAuditLog(database).entries()) == 1
    assert queue.depth() == dict.fromkeys(Queue, 0)


def test_what_is_given_back_after_the_connection_broke_off_comes_again(
    peer: ServiceBusPeer, queue: ServiceBusQueue, store: SqliteRecordStore
):
    store.commit(Effects(messages=(RECEIVED,)))
    delivery = claimed(queue)
    peer.abort()
    with contextlib.suppress(Unavailable):
        queue.abandon(delivery, 0.1)
    again = claimed(queue)
    assert again.message == RECEIVED
    assert again.delivery_count >= 2


def test_messages_wait_out_a_restart(
    peer: ServiceBusPeer, queue: ServiceBusQueue, store: SqliteRecordStore
):
    store.commit(Effects(messages=(RECEIVED,)))
    peer.stop()
    with pytest.raises(Unavailable, match="ADVISOR_SERVICE_BUS_NAMESPACE"):
        queue.claim(ALL, "w")
    peer.start()
    assert claimed(queue).message == RECEIVED


def test_a_wrong_key_is_said(peer: ServiceBusPeer, database: Database, store: SqliteRecordStore):
    store.commit(Effects(messages=(RECEIVED,)))
    queue = opened(peer.connection_with("a-wrong-key-of-tests"), database)
    with pytest.raises(Unavailable, match="ADVISOR_SERVICE_BUS_CONNECTION"):
        queue.claim(ALL, "w")
    assert SqliteOutgoing(database).pending(9) == [RECEIVED]
    queue.close()


def test_a_queue_that_is_not_there_is_named(database: Database, store: SqliteRecordStore):
    bare = ServiceBusPeer(["another-queue"])
    bare.start()
    store.commit(Effects(messages=(RECEIVED,)))
    queue = opened(bare.connection, database)
    with pytest.raises(Unavailable, match="ingestion-queue"):
        queue.claim(ALL, "w")
    queue.close()
    bare.close()


def test_two_ways_to_service_bus_are_refused(monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(ValueError, match="ADVISOR_SERVICE_BUS_CONNECTION"):
        Settings(
            _env_file=None,
            service_bus_namespace="name.servicebus.windows.net",
            service_bus_connection="Endpoint=sb://test",
        )


def settings_of(folder: Path, connection: str = "") -> Settings:
    return Settings(
        _env_file=None,
        data_dir=folder,
        workers=2,
        poll_seconds=0.02,
        lease_seconds=2,
        max_delivery=100,
        log_level="ERROR",
        service_bus_connection=connection,
    )


def kill_until_done(services: Services) -> int:
    """Let two workers live for random moments and kill each with SIGKILL; return the number of kills."""
    chance = random.Random(SEED)
    lives: dict[int, float] = {}
    kills = 0
    deadline = time.monotonic() + DEADLINE_SECONDS
    try:
        while sum(services.ports.queue.depth().values()):
            assert time.monotonic() < deadline, "the reports were not finished in time"
            while len(lives) < 2:
                life = chance.uniform(0.2, 2.5) * (1 + (kills / 10) ** 2)
                lives[start_worker(services.settings)] = time.monotonic() + life
            for pid in [pid for pid, end in lives.items() if end <= time.monotonic()]:
                end_worker(pid, signal.SIGKILL)
                del lives[pid]
                kills += 1
            time.sleep(0.01)
    finally:
        for pid in lives:
            end_worker(pid, signal.SIGTERM)
    return kills


@pytest.mark.slow
@pytest.mark.xdist_group("browser")
@pytest.mark.timeout(600)
def test_the_command_for_workers_serves_service_bus(peer: ServiceBusPeer, tmp_path: Path):
    services = build(settings_of(tmp_path / "data", peer.connection))
    accepted = services.intake.accept("a.csv", small_csv(1), ANN).report
    assert services.ports.records.is_in_work(accepted.report_id)
    running = Supervisor(services.settings)
    try:
        wait_for(lambda: sum(services.ports.queue.depth().values()) == 0, DEADLINE_SECONDS)
    finally:
        running.close()
    report = services.ports.records.report(accepted.report_id)
    assert report is not None
    assert report.status is ReportStatus.ANALYSED
    assert not services.ports.records.is_in_work(accepted.report_id)


@pytest.mark.slow
@pytest.mark.xdist_group("browser")
@pytest.mark.timeout(600)
def test_killing_workers_on_service_bus_loses_nothing_and_doubles_nothing(
    peer: ServiceBusPeer, tmp_path: Path
):
    documents = [(f"table {size}.csv", small_csv(size)) for size in range(2)]
    documents += [(f"company {n}.pdf", small_pdf(f"Company {n} Corporation", n)) for n in range(2)]
    services = build(settings_of(tmp_path / "data", peer.connection))
    accepted = [services.intake.accept(name, data, ANN).report for name, data in documents]
    assert kill_until_done(services) >= MIN_KILLS
    records = services.ports.records
    assert {r.report_id for r in records.reports()} == {r.report_id for r in accepted}
    assert {r.status for r in records.reports()} <= {
        ReportStatus.ANALYSED,
        ReportStatus.NO_STATEMENTS,
    }
    entries = services.ports.audit.entries(limit=10_000)
    told = Counter((e.event.action, e.event.resource) for e in entries)
    acts = itertools.product(("report_received", "report_read"), accepted)
    assert all(told[act, report.report_id] == 1 for act, report in acts)
    assert services.ports.audit.verify() is None
    calm = build(settings_of(tmp_path / "calm"))
    for name, data in documents:
        calm.intake.accept(name, data, ANN)
    run_undisturbed(calm)
    for report in accepted:
        assert outcome(services, report.report_id) == outcome(calm, report.report_id)
