"""The SQLite file that holds records, queue, audit trail and worker instances, so that one commit covers all."""

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path

from services.adapters.local.guards import REVIEW_GUARDS
from services.adapters.local.identity_tables import IDENTITY
from services.adapters.local.keeping import KEEPING
from services.adapters.local.searching import make_searchable
from services.adapters.local.tables import RECORD_TABLES
from services.adapters.local.tallies import TALLIES
from services.audit import GENESIS
from services.domain.errors import AdvisorError, Conflict, Forbidden, Unavailable

SCHEMA_VERSION = 8
_GROWS_FROM = 2
"""From this version on, later ones only add tables, triggers and indexes: a data folder of it is kept and completed."""
_BUSY_SECONDS = 15.0
_CHECKPOINT_PAGES = 10_000
"""The log goes into the database after so many pages (40 MB): each time all answers wait for it, 5 ms of their p95 at 1,000."""
_REFUSALS: dict[str, type[AdvisorError]] = {"forbidden": Forbidden, "conflict": Conflict}
"""How the refusals of triggers begin, and the errors they leave as."""

_PLUMBING = """
CREATE TABLE progress (report_id TEXT PRIMARY KEY, record TEXT NOT NULL) STRICT;
CREATE TABLE messages (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    queue TEXT NOT NULL,
    message_id TEXT NOT NULL,
    session_key TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'done', 'dead')),
    record TEXT NOT NULL,
    visible_at REAL NOT NULL,
    delivery_count INTEGER NOT NULL DEFAULT 0,
    lock_token TEXT,
    locked_by TEXT,
    lease_until REAL NOT NULL DEFAULT 0,
    settled_at REAL,
    reason TEXT,
    description TEXT,
    forwarded_at REAL,
    UNIQUE (queue, message_id)
) STRICT;
CREATE INDEX messages_waiting ON messages (seq) WHERE state = 'waiting';
CREATE INDEX messages_session ON messages (session_key) WHERE state = 'waiting';
CREATE TABLE audit_entries (
    seq INTEGER PRIMARY KEY,
    event TEXT NOT NULL,
    previous_hash TEXT NOT NULL,
    entry_hash TEXT NOT NULL UNIQUE,
    resource TEXT GENERATED ALWAYS AS (json_extract(event, '$.resource')) VIRTUAL
) STRICT;
CREATE INDEX audit_entries_resource ON audit_entries (resource, seq);
CREATE TRIGGER audit_entries_never_change BEFORE UPDATE ON audit_entries
BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
CREATE TABLE audit_head (
    one INTEGER PRIMARY KEY CHECK (one = 1), seq INTEGER NOT NULL, hash TEXT NOT NULL
) STRICT;
"""
_ANSWERS = """
CREATE TABLE IF NOT EXISTS kept_answers (
    answer_id TEXT PRIMARY KEY, made_at REAL NOT NULL, record TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS kept_answers_made_at ON kept_answers (made_at);
"""

Watcher = Callable[[sqlite3.Connection], None]


@dataclass(slots=True)
class _Whole:
    """Several transactions on one file that become one; the connection is taken when the first begins."""

    path: Path
    connection: sqlite3.Connection | None = None
    watchers: list[Watcher] = field(default_factory=list)


_WHOLE: ContextVar[_Whole | None] = ContextVar("whole", default=None)

_VERSION = """
CREATE TABLE IF NOT EXISTS store_version (
    one INTEGER PRIMARY KEY CHECK (one = 1), number INTEGER NOT NULL
) STRICT;
INSERT OR IGNORE INTO store_version VALUES (1, 0);
"""
"""Counts the commits that changed records; what only appends to the audit trail or the queue is none."""


class Database:
    """Connections to one SQLite file: WAL, every commit on disk, one writer at a time.

    A connection is used by one thread at a time and never crosses a fork. SQLite's errors leave as
    Conflict (a unique value is taken) or Unavailable (the file is busy, full or gone).
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._lock = threading.Lock()
        self._pid = os.getpid()
        self._idle: list[sqlite3.Connection] = []
        self._inherited: list[sqlite3.Connection] = []
        self._watchers: list[Watcher] = []
        self._watch: sqlite3.Connection | None = None
        self._watches = 0
        with self.transaction() as connection:
            _ensure_schema(connection)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Give a connection for reads, which see what ``together`` has written; what is left open is rolled back."""
        whole = self._whole()
        if whole is not None and whole.connection is not None:
            with _advisor_errors():
                yield whole.connection
            return
        with self.reading_committed() as connection:
            yield connection

    @contextmanager
    def reading_committed(self) -> Iterator[sqlite3.Connection]:
        """Give a connection for reads that see what is committed and nothing else."""
        connection = self._take()
        try:
            with _advisor_errors():
                yield connection
        finally:
            self._give_back(connection)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Give a connection that holds the write lock; commits at the end, rolls back on any error.

        Within ``together`` it is a part of that: an error takes back this part alone.
        """
        whole = self._whole()
        if whole is not None:
            with self._part_of(whole) as connection:
                yield connection
            return
        connection = self._take()
        try:
            with _advisor_errors():
                connection.execute("BEGIN IMMEDIATE")
                yield connection
                connection.execute("COMMIT")
                for watcher in self._watchers:
                    watcher(connection)
        finally:
            self._give_back(connection)

    @contextmanager
    def together(self, *, alone: bool = False) -> Iterator[None]:
        """Make what is written to this file meanwhile one transaction; nothing stays of it on any error.

        It holds for the running thread, whichever ``Database`` of the file it uses. The write lock is taken
        with the first write, or with ``alone`` at once, so that nobody else writes meanwhile.
        """
        whole = _Whole(self._path)
        mark = _WHOLE.set(whole)
        try:
            if alone:
                self._begin(whole)
            yield
            if whole.connection is not None:
                with _advisor_errors():
                    whole.connection.execute("COMMIT")
                    for watcher in whole.watchers:
                        watcher(whole.connection)
        finally:
            _WHOLE.reset(mark)
            if whole.connection is not None:
                self._give_back(whole.connection)

    def _whole(self) -> _Whole | None:
        whole = _WHOLE.get()
        return whole if whole is not None and whole.path == self._path else None

    def _begin(self, whole: _Whole) -> sqlite3.Connection:
        if whole.connection is None:
            connection = self._take()
            try:
                with _advisor_errors():
                    connection.execute("BEGIN IMMEDIATE")
            except AdvisorError:
                self._give_back(connection)
                raise
            whole.connection = connection
        if not whole.connection.in_transaction:
            raise Unavailable("The database gave up on what was being written; try again.")
        return whole.connection

    @contextmanager
    def _part_of(self, whole: _Whole) -> Iterator[sqlite3.Connection]:
        connection = self._begin(whole)
        whole.watchers += [one for one in self._watchers if one not in whole.watchers]
        with _advisor_errors():
            connection.execute("SAVEPOINT part")
            is_done = False
            try:
                yield connection
                is_done = True
            finally:
                if not is_done and connection.in_transaction:
                    connection.execute("ROLLBACK TO part")
                if connection.in_transaction:  # a full disk has ended the whole of it
                    connection.execute("RELEASE part")

    def after_commit(self, watcher: Watcher) -> None:
        """Call the watcher with the connection after every commit from now on; it only reads."""
        self._watchers.append(watcher)

    def close(self) -> None:
        """Close the connections nobody uses."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _take(self) -> sqlite3.Connection:
        with self._lock:
            self._leave_inherited()
            if self._idle:
                return self._idle.pop()
        return self._connect()

    def _leave_inherited(self) -> None:
        """Use no connection of before a fork: SQLite forbids even closing it."""
        if self._pid != os.getpid():
            self._inherited += self._idle
            self._pid, self._idle = os.getpid(), []

    def _give_back(self, connection: sqlite3.Connection) -> None:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        with self._lock:
            self._idle.append(connection)

    def _connect(self) -> sqlite3.Connection:
        with _advisor_errors():
            connection = sqlite3.connect(
                self._path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")
        return connection


@contextmanager
def _advisor_errors() -> Iterator[None]:
    try:
        yield
    except sqlite3.IntegrityError as error:
        raise _refused(str(error)) from error
    except sqlite3.ProgrammingError:
        raise
    except sqlite3.DatabaseError as error:
        raise Unavailable(
            f"The database does not answer ({error}); try again in a moment."
        ) from error


def _refused(words: str) -> AdvisorError:
    kind, _, sentence = words.partition(": ")
    if kind in _REFUSALS:
        return _REFUSALS[kind](sentence)
    return Conflict("Somebody else changed this at the same moment; reload and try again.")


def _ensure_schema(connection: sqlite3.Connection) -> None:
    found = connection.execute("PRAGMA user_version").fetchone()[0]
    if found == SCHEMA_VERSION:
        return
    if _GROWS_FROM <= found < SCHEMA_VERSION:
        _add_missing(connection)
        return
    if found != 0:
        raise Unavailable(
            f"The data folder was written by another version (schema {found}, this is {SCHEMA_VERSION}). "
            "Start with an empty ADVISOR_DATA_DIR and upload the reports again."
        )
    for statement in _statements(_PLUMBING):
        connection.execute(statement)
    connection.execute("INSERT INTO audit_head VALUES (1, 0, ?)", (GENESIS,))
    _add_missing(connection)


def _add_missing(connection: sqlite3.Connection) -> None:
    """Create the tables, columns, indexes and triggers that are not there, and say which schema this is from now on."""
    found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    there = {row[0] for row in found}
    for table in RECORD_TABLES.values():
        if table.name not in there:
            for statement in table.create_statements():
                connection.execute(statement)
        table.complete(connection)
    columns = {row[1] for row in connection.execute("PRAGMA table_info(messages)")}
    if "forwarded_at" not in columns:
        connection.execute("ALTER TABLE messages ADD COLUMN forwarded_at REAL")
    make_searchable(connection)
    for statement in _statements(
        REVIEW_GUARDS + KEEPING + IDENTITY + TALLIES + _VERSION + _ANSWERS
    ):
        connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def _statements(script: str) -> Iterator[str]:
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
