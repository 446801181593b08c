"""Outgoing messages in an SQLite file of before them."""

from services.adapters.local.database import Database
from services.adapters.local.outgoing import SqliteOutgoing
from services.adapters.local.records import SqliteRecordStore
from services.domain.messages import Effects, MessageKind, message
from tests.core_records import a_report

ONE = a_report()
RECEIVED = message(MessageKind.REPORT_RECEIVED, ONE.report_id, "run")


def test_a_file_of_before_gains_what_forwarding_needs(database: Database):
    SqliteRecordStore(database).commit(Effects(messages=(RECEIVED,)))
    with database.transaction() as connection:
        connection.execute("ALTER TABLE messages DROP COLUMN forwarded_at")
        connection.execute("DROP TABLE processed")
        connection.execute("PRAGMA user_version = 7")
    outgoing = SqliteOutgoing(Database(database._path))
    assert outgoing.pending(9) == [RECEIVED]
    assert not outgoing.was_processed(RECEIVED)
