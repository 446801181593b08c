"""Outgoing messages, in SQLite and in Cosmos DB: from the commit to the marker, one in flight for a report."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from services.adapters.azure.cosmos import Cosmos
from services.adapters.azure.outgoing import CosmosOutgoing
from services.adapters.azure.records import CosmosRecordStore
from services.adapters.local.database import Database
from services.adapters.local.outgoing import SqliteOutgoing
from services.adapters.local.records import SqliteRecordStore
from services.domain.errors import Conflict
from services.domain.messages import Effects, Message, MessageKind, Processed, Queue, message
from services.ports import Outgoing, RecordStore
from tests.azure.cosmos import CosmosServer, cosmos_settings
from tests.core_records import NOON, a_fact, a_report

ONE, TWO = a_report(), a_report("other.pdf", "b")
RECEIVED = message(MessageKind.REPORT_RECEIVED, ONE.report_id, "run")
EXTRACTED = message(MessageKind.FACTS_EXTRACTED, ONE.report_id, "run")
ACCEPTED = message(MessageKind.INSIGHTS_ACCEPTED, ONE.report_id, "run", ("insight-1", "insight-2"))
OTHER = message(MessageKind.REPORT_RECEIVED, TWO.report_id, "run")


@dataclass(frozen=True)
class Kept:
    store: RecordStore
    outgoing: Outgoing

    def send(self, *messages: Message) -> None:
        self.store.commit(Effects(messages=messages))

    def work_off(self, done: Message, *following: Message) -> None:
        marker = Processed(
            message_id=done.message_id, queue=done.kind.queue, session=done.report_id, at=NOON
        )
        self.store.commit(Effects(creates=(marker,), messages=following))


@pytest.fixture(params=["local", "azure"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Kept]:
    if request.param == "local":
        database = Database(tmp_path / "advisor.sqlite3")
        yield Kept(SqliteRecordStore(database), SqliteOutgoing(database))
        database.close()
    else:
        server = CosmosServer()
        cosmos = Cosmos(cosmos_settings(server))
        yield Kept(CosmosRecordStore(cosmos), CosmosOutgoing(cosmos))
        server.stop()


def test_messages_are_pending_oldest_first_until_they_are_forwarded(kept: Kept):
    kept.send(RECEIVED)
    kept.send(OTHER)
    assert kept.outgoing.pending(1) == [RECEIVED]
    assert kept.outgoing.pending(9) == [RECEIVED, OTHER]
    kept.outgoing.forwarded([RECEIVED])
    assert kept.outgoing.pending(9) == [OTHER]
    kept.outgoing.forwarded([RECEIVED, OTHER])
    assert kept.outgoing.pending(9) == []
    assert kept.outgoing.unprocessed()[Queue.INGESTION] == 2


def test_a_report_has_one_in_flight_and_the_next_goes_when_its_marker_is_there(kept: Kept):
    kept.send(RECEIVED, EXTRACTED)
    assert kept.outgoing.pending(9) == [RECEIVED]
    kept.outgoing.forwarded([RECEIVED])
    assert kept.outgoing.pending(9) == []
    kept.work_off(RECEIVED, ACCEPTED)
    assert kept.outgoing.pending(9) == [EXTRACTED]
    kept.work_off(EXTRACTED)
    assert kept.outgoing.pending(9) == [ACCEPTED]
    assert kept.outgoing.unprocessed() == {
        **dict.fromkeys(Queue, 0), Queue.HIGH_CONFIDENCE: 1,
    }  # fmt: skip


def test_a_marker_is_made_once_and_its_second_commit_writes_nothing(kept: Kept):
    kept.send(RECEIVED)
    assert not kept.outgoing.was_processed(RECEIVED)
    kept.work_off(RECEIVED)
    assert kept.outgoing.was_processed(RECEIVED)
    assert not kept.outgoing.was_processed(EXTRACTED)
    marker = Processed(
        message_id=RECEIVED.message_id, queue=Queue.INGESTION, session=ONE.report_id, at=NOON
    )
    again = Effects(creates=(marker,), records=(a_fact(ONE),), messages=(EXTRACTED,))
    with pytest.raises(Conflict):
        kept.store.commit(again)
    assert kept.store.facts(ONE.report_id) == []
    assert kept.outgoing.pending(9) == []


def test_a_message_that_was_worked_off_is_not_sent_again(kept: Kept):
    kept.send(RECEIVED)
    kept.send(RECEIVED)
    assert kept.outgoing.unprocessed()[Queue.INGESTION] == 1
    kept.work_off(RECEIVED)
    kept.send(RECEIVED)
    assert kept.outgoing.pending(9) == []
    assert kept.outgoing.unprocessed()[Queue.INGESTION] == 0
    assert not kept.store.is_in_work(ONE.report_id)


def test_a_report_is_in_work_while_it_is_to_be_read_or_analysed(kept: Kept):
    kept.send(RECEIVED, ACCEPTED)
    assert kept.store.is_in_work(ONE.report_id)
    kept.work_off(RECEIVED)
    assert not kept.store.is_in_work(ONE.report_id)
    assert not kept.store.is_in_work(TWO.report_id)


def test_markers_say_nothing_of_a_report(kept: Kept):
    kept.store.commit(Effects(creates=(ONE,), messages=(RECEIVED,)))
    before = kept.store.state_of([ONE.report_id])
    kept.work_off(RECEIVED)
    assert kept.store.state_of([ONE.report_id]) == before
