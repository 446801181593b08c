"""Several transactions become one: all of it is written or nothing, whoever takes part, and nobody sees half."""

import threading
from contextlib import suppress
from pathlib import Path

import pytest

from services.adapters.local.audit_log import CHECKPOINT_EVERY, SqliteAuditLog
from services.adapters.local.checkpoints import CheckpointFile
from services.adapters.local.database import Database
from services.adapters.local.records import SqliteRecordStore
from services.domain.audit import AuditEvent
from services.domain.errors import Conflict, Unavailable
from services.domain.ids import UserId
from services.domain.messages import Effects
from tests.core_records import NOON, a_report


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "advisor.sqlite3"


@pytest.fixture
def store(database: Database) -> SqliteRecordStore:
    return SqliteRecordStore(database)


def creating(name: str) -> Effects:
    return Effects(creates=(a_report(name, name),))


def names(store: SqliteRecordStore) -> set[str]:
    return {one.name for one in store.reports()}


def event() -> AuditEvent:
    return AuditEvent(actor=UserId("ann"), action="x", resource="r", at=NOON)


def test_what_is_written_meanwhile_is_seen_inside_and_by_others_only_at_the_end(
    database, store, path
):
    other = SqliteRecordStore(Database(path))
    seen_by_others: list[set[str]] = []

    def look() -> None:
        thread = threading.Thread(target=lambda: seen_by_others.append(names(other)))
        thread.start()
        thread.join()

    with database.together():
        store.commit(creating("one.pdf"))
        # Another Database of the same file takes part in this thread.
        assert names(other) == {"one.pdf"}
        other.commit(creating("two.pdf"))
        look()
    look()
    assert seen_by_others == [set(), {"one.pdf", "two.pdf"}]


def test_an_error_takes_everything_back(database, store):
    with suppress(ZeroDivisionError), database.together():
        store.commit(creating("one.pdf"))
        store.commit(creating("two.pdf"))
        raise ZeroDivisionError
    assert names(store) == set()
    store.commit(creating("one.pdf"))
    assert names(store) == {"one.pdf"}


def test_a_part_that_fails_takes_itself_back_and_the_rest_goes_on(database, store):
    with database.together():
        store.commit(creating("one.pdf"))
        with pytest.raises(Conflict):
            store.commit(
                Effects(creates=(a_report("two.pdf", "two"), a_report("one.pdf", "one.pdf")))
            )
        store.commit(creating("three.pdf"))
    assert names(store) == {"one.pdf", "three.pdf"}


def test_another_file_takes_no_part(database, store, tmp_path):
    elsewhere = SqliteRecordStore(Database(tmp_path / "other.sqlite3"))
    with suppress(ZeroDivisionError), database.together():
        store.commit(creating("one.pdf"))
        elsewhere.commit(creating("two.pdf"))
        raise ZeroDivisionError
    assert (names(store), names(elsewhere)) == (set(), {"two.pdf"})


def test_alone_nobody_else_writes_from_the_beginning(database, store, path):
    order: list[str] = []

    def write() -> None:
        SqliteRecordStore(Database(path)).commit(creating("other.pdf"))
        order.append("other")

    with database.together(alone=True):
        thread = threading.Thread(target=write)
        thread.start()
        thread.join(0.2)
        order.append("mine")
        store.commit(creating("one.pdf"))
    thread.join()
    assert order == ["mine", "other"]
    assert names(store) == {"one.pdf", "other.pdf"}


def test_a_transaction_that_the_database_ended_is_not_gone_on_with(database, store):
    def ended() -> None:
        with database.together():
            store.commit(creating("one.pdf"))
            with database.reading() as connection:
                connection.execute("ROLLBACK")  # as a full disk does
            store.commit(creating("two.pdf"))

    with pytest.raises(Unavailable):
        ended()
    assert names(store) == set()


def test_the_trail_is_checked_inside_and_its_checkpoint_knows_only_what_is_committed(
    database, tmp_path
):
    trail = SqliteAuditLog(database, CheckpointFile(tmp_path / "checkpoints"))
    trail.append(event())
    with suppress(ZeroDivisionError), database.together():
        trail.append(event())
        found = trail.inspect()
        assert (found.last, found.breach) == (2, None)
        raise ZeroDivisionError
    found = trail.inspect()
    assert (found.last, found.breach) == (1, None)
    assert [one.seq for one in found.checkpoints] == [1]


def test_a_checkpoint_is_due_at_the_end_of_the_whole(database, tmp_path):
    trail = SqliteAuditLog(database, CheckpointFile(tmp_path / "checkpoints"))
    with database.together():
        for _ in range(CHECKPOINT_EVERY):
            trail.append(event())
    assert CheckpointFile(tmp_path / "checkpoints").last_seq() == CHECKPOINT_EVERY
