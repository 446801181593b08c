"""The lease queue: one holder a message, one message a report, and effects only with a held lease."""

import threading

import pytest

from services.adapters.local.audit_log import SqliteAuditLog
from services.adapters.local.database import Database
from services.adapters.local.queues import SqliteQueue
from services.adapters.local.records import SqliteRecordStore
from services.domain.audit import AuditEvent
from services.domain.errors import Conflict
from services.domain.messages import Effects, Message, MessageKind, Queue, message
from services.domain.reports import ReportStatus
from services.ports import Delivery
from tests.core_records import ANN, NOON, Clock, a_fact, a_report

ALL = tuple(Queue)
ONE, TWO = a_report(), a_report("other.pdf", "b")
RECEIVED = message(MessageKind.REPORT_RECEIVED, ONE.report_id, "run")
EXTRACTED = message(MessageKind.FACTS_EXTRACTED, ONE.report_id, "run")
OTHER = message(MessageKind.REPORT_RECEIVED, TWO.report_id, "run")
EVENT = AuditEvent(actor=ANN.user_id, action="report_read", resource=ONE.report_id, at=NOON)


@pytest.fixture
def queue(database: Database, clock: Clock) -> SqliteQueue:
    return SqliteQueue(database, lease_seconds=30, clock=clock)


@pytest.fixture
def store(database: Database, clock: Clock) -> SqliteRecordStore:
    return SqliteRecordStore(database, clock)


def claimed(queue: SqliteQueue, worker: str = "w1") -> Delivery:
    delivery = queue.claim(ALL, worker)
    assert delivery is not None
    return delivery


def send(store: SqliteRecordStore, *messages: Message) -> None:
    store.commit(Effects(messages=messages))


def test_an_idle_queue_gives_nothing(queue: SqliteQueue):
    assert queue.claim(ALL, "w1") is None
    assert queue.depth() == dict.fromkeys(Queue, 0)


def test_the_oldest_message_comes_first_on_its_own_queue(
    queue: SqliteQueue, store: SqliteRecordStore
):
    send(store, RECEIVED, OTHER)
    delivery = claimed(queue)
    assert delivery.message == RECEIVED
    assert delivery.queue is Queue.INGESTION
    assert delivery.delivery_count == 1
    assert queue.claim([Queue.ANALYSIS], "w2") is None
    assert claimed(queue, "w2").message == OTHER


def test_the_same_message_sent_twice_is_one_even_after_it_was_done(
    queue: SqliteQueue, store: SqliteRecordStore
):
    send(store, RECEIVED)
    send(store, RECEIVED)
    assert queue.depth()[Queue.INGESTION] == 1
    assert queue.complete(claimed(queue), Effects())
    send(store, RECEIVED)
    assert queue.depth()[Queue.INGESTION] == 0


def test_a_report_has_one_message_in_flight(queue: SqliteQueue, store: SqliteRecordStore):
    send(store, RECEIVED, EXTRACTED, OTHER)
    first = claimed(queue)
    assert claimed(queue, "w2").message == OTHER
    assert queue.claim(ALL, "w3") is None
    queue.complete(first, Effects())
    assert claimed(queue, "w3").message == EXTRACTED


def test_completing_commits_effects_messages_and_audit_together(
    queue: SqliteQueue, store: SqliteRecordStore, database: Database
):
    send(store, RECEIVED)
    read = ONE.model_copy(update={"status": ReportStatus.READ})
    effects = Effects(records=(read, a_fact(ONE)), messages=(EXTRACTED,), audit=(EVENT,))
    assert queue.complete(claimed(queue), effects) is True
    assert store.report(ONE.report_id) == read
    assert store.facts(ONE.report_id) == [a_fact(ONE)]
    assert queue.depth() == dict.fromkeys(Queue, 0) | {Queue.ANALYSIS: 1}
    assert [entry.event for entry in SqliteAuditLog(database).entries()] == [EVENT]


def test_effects_that_cannot_be_written_leave_the_message_leased_and_nothing_behind(
    queue: SqliteQueue, store: SqliteRecordStore, database: Database
):
    store.commit(Effects(creates=(ONE,), messages=(RECEIVED,)))
    delivery = claimed(queue)
    with pytest.raises(Conflict):
        queue.complete(delivery, Effects(creates=(ONE,), messages=(EXTRACTED,), audit=(EVENT,)))
    assert queue.depth()[Queue.ANALYSIS] == 0
    assert SqliteAuditLog(database).entries() == []
    assert queue.complete(delivery, Effects()) is True


def test_a_slow_worker_whose_lease_ended_and_went_to_another_writes_nothing(
    queue: SqliteQueue, store: SqliteRecordStore, clock: Clock
):
    send(store, RECEIVED)
    slow = claimed(queue)
    clock.forward(31)
    fast = claimed(queue, "w2")
    assert fast.delivery_count == 2
    assert queue.complete(slow, Effects(records=(a_fact(ONE),), messages=(EXTRACTED,))) is False
    assert queue.renew(slow) is False
    queue.abandon(slow, 0)
    queue.dead_letter(slow, "late", "", Effects(records=(a_fact(ONE),)))
    assert store.facts(ONE.report_id) == []
    assert queue.dead_letters() == []
    assert queue.complete(fast, Effects(records=(a_fact(ONE),))) is True
    assert store.facts(ONE.report_id) == [a_fact(ONE)]


def test_a_message_is_completed_once(queue: SqliteQueue, store: SqliteRecordStore):
    send(store, RECEIVED)
    delivery = claimed(queue)
    assert queue.complete(delivery, Effects()) is True
    assert queue.complete(delivery, Effects(records=(a_fact(ONE),))) is False
    assert store.facts(ONE.report_id) == []


def test_a_renewed_lease_holds_longer(queue: SqliteQueue, store: SqliteRecordStore, clock: Clock):
    send(store, RECEIVED)
    delivery = claimed(queue)
    clock.forward(29)
    assert queue.renew(delivery) is True
    clock.forward(29)
    assert queue.claim(ALL, "w2") is None
    clock.forward(2)
    assert claimed(queue, "w2").message == RECEIVED


def test_an_abandoned_message_comes_back_after_its_delay(
    queue: SqliteQueue, store: SqliteRecordStore, clock: Clock
):
    send(store, RECEIVED)
    queue.abandon(claimed(queue), 5)
    clock.forward(4.9)
    assert queue.claim(ALL, "w1") is None
    clock.forward(0.2)
    assert claimed(queue).delivery_count == 2


def test_a_dead_letter_keeps_message_and_reason_and_commits_its_effects(
    queue: SqliteQueue, store: SqliteRecordStore, clock: Clock
):
    store.commit(Effects(creates=(ONE,), messages=(RECEIVED, OTHER)))
    failed = ONE.model_copy(update={"status": ReportStatus.FAILED, "error": "It did not work."})
    queue.dead_letter(claimed(queue), "RuntimeError", "boom", Effects(records=(failed,)))
    clock.forward(1)
    queue.dead_letter(claimed(queue), "worker-lost", "gone", Effects())
    newest, oldest = queue.dead_letters()
    assert (newest.message, newest.reason) == (OTHER, "worker-lost")
    assert (oldest.message, oldest.reason, oldest.description) == (RECEIVED, "RuntimeError", "boom")
    assert store.report(ONE.report_id) == failed
    assert queue.depth()[Queue.INGESTION] == 0
    clock.forward(1000)
    assert queue.claim(ALL, "w1") is None


def test_what_dead_workers_held_is_free_at_once_and_nothing_else(
    queue: SqliteQueue, store: SqliteRecordStore
):
    send(store, RECEIVED, OTHER)
    claimed(queue, "dead")
    alive = claimed(queue, "alive")
    assert queue.release(["dead", "unknown"]) == 1
    assert claimed(queue, "w3").message == RECEIVED
    assert queue.complete(alive, Effects()) is True


def test_many_threads_never_hold_the_same_message_or_the_same_report(
    queue: SqliteQueue, store: SqliteRecordStore
):
    reports = [a_report(f"{number}.pdf", str(number)) for number in range(8)]
    send(
        store,
        *(message(MessageKind.REPORT_RECEIVED, r.report_id, run) for r in reports for run in "xy"),
    )
    done: list[str] = []
    in_flight: list[str] = []
    clashes: list[str] = []

    def work(name: str) -> None:
        while (delivery := queue.claim(ALL, name)) is not None:
            if delivery.message.report_id in in_flight:
                clashes.append(delivery.message.report_id)
            in_flight.append(delivery.message.report_id)
            in_flight.remove(delivery.message.report_id)
            assert queue.complete(delivery, Effects())
            done.append(delivery.message.message_id)

    threads = [threading.Thread(target=work, args=(f"w{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == len(set(done)) == 16
    assert clashes == []
