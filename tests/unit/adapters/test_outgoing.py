"""Outgoing messages in SQLite: from the commit to the marker, in a file of before as well."""

from services.adapters.local.database import Database
from services.adapters.local.outgoing import SqliteOutgoing
from services.adapters.local.records import SqliteRecordStore
from services.domain.messages import Effects, MessageKind, Queue, message
from tests.core_records import a_report

ONE, TWO = a_report(), a_report("other.pdf", "b")
RECEIVED = message(MessageKind.REPORT_RECEIVED, ONE.report_id, "run")
OTHER = message(MessageKind.REPORT_RECEIVED, TWO.report_id, "run")


def test_messages_are_pending_oldest_first_until_they_are_forwarded(database: Database):
    outgoing = SqliteOutgoing(database)
    SqliteRecordStore(database).commit(Effects(messages=(RECEIVED, OTHER)))
    assert outgoing.pending(1) == [RECEIVED]
    assert outgoing.pending(9) == [RECEIVED, OTHER]
    outgoing.forwarded([RECEIVED])
    assert outgoing.pending(9) == [OTHER]
    assert outgoing.unprocessed()[Queue.INGESTION] == 2


def test_a_file_of_before_gains_what_forwarding_needs(database: Database):
    SqliteRecordStore(database).commit(Effects(messages=(RECEIVED,)))
    with database.transaction() as connection:
        connection.execute("ALTER TABLE messages DROP COLUMN forwarded_at")
        connection.execute("DROP TABLE processed")
        connection.execute("PRAGMA user_version = 7")
    outgoing = SqliteOutgoing(Database(database._path))
    assert outgoing.pending(9) == [RECEIVED]
    assert not outgoing.was_processed(RECEIVED)
