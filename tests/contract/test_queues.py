"""What every queue does: the embedded one, and Service Bus through the real SDK against the peer in this process.

Service Bus has the records in SQLite or in Cosmos DB, through its SDK against the server in this process.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from services.adapters.azure.cosmos import Cosmos
from services.adapters.azure.outgoing import CosmosOutgoing
from services.adapters.azure.queues import ServiceBusQueue, open_queue
from services.adapters.azure.records import CosmosRecordStore
from services.adapters.azure.telling import CosmosTelling
from services.adapters.local.audit_log import SqliteAuditLog
from services.adapters.local.database import Database
from services.adapters.local.outgoing import SqliteOutgoing
from services.adapters.local.queues import SqliteQueue
from services.adapters.local.records import SqliteRecordStore
from services.config import Settings
from services.domain.audit import AuditEvent
from services.domain.errors import Conflict
from services.domain.messages import Effects, Message, MessageKind, Queue, message
from services.ports import Delivery, MessageQueue, Outgoing, RecordStore
from tests.azure.cosmos import CosmosServer, cosmos_settings
from tests.azure.service_bus import ServiceBusPeer
from tests.core_records import ANN, NOON, a_report

ALL = tuple(Queue)
SHORT_LEASE = pytest.mark.parametrize("lease_seconds", [3.0])
ONE, TWO = a_report(), a_report("other.pdf", "b")
RECEIVED = message(MessageKind.REPORT_RECEIVED, ONE.report_id, "run")
AGAIN = message(MessageKind.REPORT_RECEIVED, ONE.report_id, "another run")
EXTRACTED = message(MessageKind.FACTS_EXTRACTED, ONE.report_id, "run")
OTHER = message(MessageKind.REPORT_RECEIVED, TWO.report_id, "run")
EVENT = AuditEvent(actor=ANN.user_id, action="report_read", resource=ONE.report_id, at=NOON)


@dataclass
class Desk:
    """A queue, another worker's view of it, and the records it commits to."""

    queue: MessageQueue
    other: MessageQueue
    store: RecordStore
    told: Callable[[], int]
    """How many audit events were committed."""

    def send(self, *messages: Message) -> None:
        self.store.commit(Effects(messages=messages))

    def claimed(self, queue: MessageQueue | None = None) -> Delivery:
        """Claim, after a while where it takes a while."""
        found: list[Delivery] = []

        def look() -> bool:
            delivery = (queue or self.queue).claim(ALL, "w")
            if delivery is not None:
                found.append(delivery)
            return bool(found)

        wait_for(look)
        return found[0]

    def events(self) -> int:
        return self.told()


def wait_for(condition: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def on_service_bus(
    peer: ServiceBusPeer, records: RecordStore, outgoing: Outgoing
) -> ServiceBusQueue:
    settings = Settings(_env_file=None, service_bus_connection=peer.connection)
    return open_queue(settings, records, outgoing)


@pytest.fixture
def lease_seconds() -> float:
    return 60.0


@pytest.fixture(params=["sqlite", "service-bus", "service-bus and cosmos"])
def desk(request: pytest.FixtureRequest, tmp_path: Path, lease_seconds: float) -> Iterator[Desk]:
    database = Database(tmp_path / "q.sqlite3")
    store = SqliteRecordStore(database)
    told = lambda: len(SqliteAuditLog(database).entries())  # noqa: E731
    if request.param == "sqlite":
        queue = SqliteQueue(database, lease_seconds)
        yield Desk(queue, SqliteQueue(database, lease_seconds), store, told)
    elif request.param == "service-bus":
        with _peered(lease_seconds, store, SqliteOutgoing(database)) as (one, other):
            yield Desk(one, other, store, told)
    else:
        server = CosmosServer()
        cosmos = Cosmos(cosmos_settings(server))
        kept, trail = CosmosRecordStore(cosmos), CosmosTelling(cosmos)
        with _peered(lease_seconds, kept, CosmosOutgoing(cosmos)) as (one, other):
            yield Desk(
                one, other, kept, lambda: sum(len(told.events) for told in trail.pending(100))
            )
        server.stop()


@contextmanager
def _peered(
    lease_seconds: float, records: RecordStore, outgoing: Outgoing
) -> Iterator[tuple[ServiceBusQueue, ServiceBusQueue]]:
    peer = ServiceBusPeer([queue.value for queue in Queue], lease_seconds)
    peer.start()
    queue, other = (on_service_bus(peer, records, outgoing) for _ in range(2))
    yield queue, other
    queue.close()
    other.close()
    peer.close()


def test_an_idle_queue_gives_nothing(desk: Desk):
    assert desk.queue.claim(ALL, "w") is None
    assert desk.queue.depth() == dict.fromkeys(Queue, 0)


def test_the_oldest_message_comes_first_on_its_own_queue(desk: Desk):
    desk.send(RECEIVED, OTHER)
    delivery = desk.claimed()
    assert (delivery.message, delivery.queue) == (RECEIVED, Queue.INGESTION)
    assert delivery.delivery_count == 1
    assert desk.other.claim([Queue.ANALYSIS], "w2") is None
    assert desk.claimed(desk.other).message == OTHER


def test_a_report_has_one_message_in_flight_whatever_the_queue(desk: Desk):
    desk.send(RECEIVED, EXTRACTED, AGAIN)
    for queue, other, one in (
        (desk.queue, desk.other, RECEIVED),
        (desk.other, desk.queue, EXTRACTED),
        (desk.queue, desk.other, AGAIN),
    ):
        delivery = desk.claimed(queue)
        assert delivery.message == one
        assert other.claim(ALL, "w2") is None
        assert queue.complete(delivery, Effects())


def test_completing_commits_effects_next_messages_and_audit(desk: Desk):
    desk.send(RECEIVED)
    delivery = desk.claimed()
    effects = Effects(records=(ONE,), messages=(EXTRACTED,), audit=(EVENT,))
    assert desk.queue.complete(delivery, effects)
    assert desk.store.report(ONE.report_id) == ONE
    assert desk.events() == 1
    assert desk.queue.depth()[Queue.INGESTION] == 0
    assert desk.claimed().message == EXTRACTED


def test_a_message_is_completed_once(desk: Desk):
    desk.send(RECEIVED)
    delivery = desk.claimed()
    assert desk.queue.complete(delivery, Effects(audit=(EVENT,)))
    assert not desk.queue.complete(delivery, Effects(audit=(EVENT,)))
    assert desk.events() == 1


def test_the_same_message_sent_twice_is_one(desk: Desk):
    desk.send(RECEIVED)
    assert desk.queue.complete(desk.claimed(), Effects())
    desk.send(RECEIVED)
    assert desk.queue.claim(ALL, "w") is None
    assert sum(desk.queue.depth().values()) == 0


@SHORT_LEASE
def test_a_message_whose_lock_is_lost_is_not_completed(desk: Desk):
    desk.send(RECEIVED)
    late = desk.claimed()
    taken = desk.claimed(desk.other)
    assert taken.message == RECEIVED
    assert taken.delivery_count == 2
    assert not desk.queue.renew(late)
    assert not desk.queue.complete(late, Effects(records=(ONE,), audit=(EVENT,)))
    assert desk.store.report(ONE.report_id) is None
    assert desk.events() == 0


@SHORT_LEASE
def test_a_renewed_lock_holds_longer(desk: Desk, lease_seconds: float):
    desk.send(RECEIVED)
    delivery = desk.claimed()
    end = time.monotonic() + 1.5 * lease_seconds
    while time.monotonic() < end:
        assert desk.queue.renew(delivery)
        assert desk.other.claim(ALL, "w2") is None
    assert desk.queue.complete(delivery, Effects(audit=(EVENT,)))


def test_what_cannot_be_committed_stays_in_flight(desk: Desk):
    desk.store.commit(Effects(creates=(ONE,), messages=(RECEIVED,)))
    delivery = desk.claimed()
    with pytest.raises(Conflict):
        desk.queue.complete(delivery, Effects(creates=(ONE,), audit=(EVENT,)))
    assert desk.events() == 0
    assert desk.queue.complete(delivery, Effects(audit=(EVENT,)))


def test_an_abandoned_message_comes_again_at_once_without_a_delay(desk: Desk):
    desk.send(RECEIVED)
    desk.queue.abandon(desk.claimed(), 0)
    assert desk.claimed(desk.other).delivery_count == 2


def test_an_abandoned_message_comes_again_after_its_delay_and_counts_on(desk: Desk):
    desk.send(RECEIVED)
    for tries in (1, 2):
        delivery = desk.claimed()
        assert (delivery.message, delivery.delivery_count) == (RECEIVED, tries)
        due = time.time() + 1
        desk.queue.abandon(delivery, 1)
        assert desk.queue.depth()[Queue.INGESTION] == 1
    assert desk.claimed().delivery_count == 3
    assert time.time() >= due


def test_a_dead_letter_has_its_reason_and_the_effects_are_committed(desk: Desk):
    desk.send(RECEIVED, OTHER)
    for one in (RECEIVED, OTHER):
        delivery = desk.claimed()
        assert delivery.message == one
        desk.queue.dead_letter(
            delivery, "malformed", f"no {one.report_id}", Effects(audit=(EVENT,))
        )
    assert desk.events() == 2
    newest, oldest = desk.queue.dead_letters()
    assert (newest.message, oldest.message) == (OTHER, RECEIVED)
    assert (oldest.queue, oldest.reason) == (Queue.INGESTION, "malformed")
    assert oldest.description == f"no {ONE.report_id}"
    assert desk.queue.depth() == dict.fromkeys(Queue, 0)
    assert desk.queue.claim(ALL, "w") is None


@SHORT_LEASE
def test_a_dead_letter_needs_the_lock(desk: Desk):
    desk.send(RECEIVED)
    late = desk.claimed()
    assert desk.claimed(desk.other).message == RECEIVED
    desk.queue.dead_letter(late, "malformed", "", Effects(audit=(EVENT,)))
    desk.queue.abandon(late, 0)
    assert desk.events() == 0
    assert desk.queue.dead_letters() == []


def test_a_report_is_in_work_from_the_commit_until_its_message_is_completed(desk: Desk):
    desk.send(RECEIVED)
    assert desk.store.is_in_work(ONE.report_id)
    delivery = desk.claimed()
    assert desk.store.is_in_work(ONE.report_id)
    assert desk.queue.complete(delivery, Effects())
    assert not desk.store.is_in_work(ONE.report_id)
