"""The record store as a file: what is there after opening it again, and files of other schemas."""

import pytest

from services.adapters.local.database import Database
from services.adapters.local.records import SqliteRecordStore
from services.domain.errors import Unavailable
from services.domain.messages import Effects
from tests.core_records import Clock, a_report

REPORT = a_report()


@pytest.fixture
def store(database: Database, clock: Clock) -> SqliteRecordStore:
    return SqliteRecordStore(database, clock)


def test_what_is_committed_is_there_after_opening_the_file_again(
    database: Database, store: SqliteRecordStore, tmp_path
):
    store.commit(Effects(creates=(REPORT,)))
    again = Database(tmp_path / "advisor.sqlite3")
    assert SqliteRecordStore(again).reports() == [REPORT]
    with again.reading() as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
    again.close()


def test_a_file_of_the_schema_before_is_completed_and_keeps_what_is_in_it(
    database: Database, store: SqliteRecordStore, tmp_path
):
    store.commit(Effects(creates=(REPORT,)))
    with database.transaction() as connection:
        connection.execute("DROP TABLE materiality_choices")
        connection.execute("DROP TABLE scorings")
        connection.execute("PRAGMA user_version = 2")
    again = SqliteRecordStore(Database(tmp_path / "advisor.sqlite3"))
    assert again.reports() == [REPORT]
    assert again.materiality_choices("acme") == []
    assert again.scoring() is None


def test_a_file_of_another_schema_is_refused_with_a_sentence(database: Database, tmp_path):
    with database.reading() as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(Unavailable, match="schema 99"):
        Database(tmp_path / "advisor.sqlite3")
