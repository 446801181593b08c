# ruff: noqa: S608 - only our own constants are put into SQL text, values never are
"""The append-only, hash-linked audit trail in SQLite, with checkpoints outside of it."""

import logging
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from services.adapters.local.checkpoints import CheckpointFile
from services.adapters.local.database import Database
from services.adapters.local.effects import append_events
from services.adapters.local.searching import matching
from services.adapters.local.tallies import events_of
from services.audit import GENESIS, Ground, examine, unproved
from services.domain.audit import (
    AuditEntry,
    AuditEvent,
    AuditQuery,
    Breach,
    BreachKind,
    Check,
    Checkpoint,
    RequestEvent,
    Verification,
)
from services.domain.base import utc_now
from services.domain.errors import Unavailable
from services.domain.listings import Page
from services.ports import StoredEntry

WHOLE_UP_TO, WHOLE_EVERY = 100_000, timedelta(hours=1)
"""A trail of so few entries is checked as a whole each time, in a third of a second; a longer one so often."""
CHECKPOINT_EVERY = 1_000
"""Entries between two checkpoints at most."""
_COLUMNS = "seq, event, previous_hash, entry_hash"
_RAW = "seq, CAST(event AS BLOB), CAST(previous_hash AS BLOB), CAST(entry_hash AS BLOB)"
_log = logging.getLogger(__name__)


class SqliteAuditLog:
    """Triggers refuse changes; ``inspect`` finds those made around the triggers.

    With a checkpoint file it also finds a cut-off tail and a trail that was written anew as a whole.
    """

    def __init__(self, database: Database, checkpoints: CheckpointFile | None = None) -> None:
        self._database = database
        self._checkpoints = checkpoints
        self._marked = 0
        self._known: Check | None = None
        if checkpoints is not None:
            self._marked = checkpoints.last_seq()
            self.checkpoint()
            database.after_commit(self._look)

    def append(self, event: AuditEvent) -> AuditEntry:
        """Write one event in a transaction of its own."""
        with self._database.transaction() as connection:
            return append_events(connection, (event,))[0]

    def witness(self, requests: Sequence[RequestEvent], now: datetime) -> None:
        """Write requests down, all in one transaction, and the counts of minutes that are over by ``now``."""
        with self._database.transaction() as connection:
            append_events(connection, events_of(connection, requests, now))

    def entries(self, resource: str | None = None, limit: int = 200) -> list[AuditEntry]:
        """Return entries of one resource or of all, newest first."""
        where = "1" if resource is None else "resource = ?"
        values = (limit,) if resource is None else (resource, limit)
        query = f"SELECT {_COLUMNS} FROM audit_entries WHERE {where} ORDER BY seq DESC LIMIT ?"
        with self._database.reading() as connection:
            rows = connection.execute(query, values).fetchall()
        return [_entry(row) for row in rows]

    def search(
        self, query: AuditQuery, after: tuple[str, int] | None = None, limit: int = 200
    ) -> Page[AuditEntry]:
        """Return a page of the entries that match, newest first by time."""
        with self._database.reading() as connection:
            rows = matching(connection, query, after, limit + 1)
        shown = rows[:limit]
        place = shown[-1][:2] if len(rows) > limit else None
        return Page([_entry(row[1:]) for row in shown], place)

    def committed(self, after: int, limit: int) -> list[tuple[int, AuditEvent]]:
        """Return the entries behind a number, oldest first, that no crash takes away any more."""
        query = "SELECT seq, event FROM audit_entries WHERE seq > ? ORDER BY seq LIMIT ?"
        with self._database.reading_committed() as connection:
            rows = connection.execute(query, (after, limit)).fetchall()
        return [(seq, AuditEvent.model_validate_json(event)) for seq, event in rows]

    def after_commit(self, call: Callable[[], None]) -> None:
        """Call this after every commit to the database from now on."""
        self._database.after_commit(lambda _: call())

    def verify(self) -> int | None:
        """Return the first sequence number that does not hold, or None when the trail is whole."""
        breach = self.inspect().breach
        return None if breach is None else breach.seq

    def inspect(self) -> Verification:
        """Check every link, the recorded head and the checkpoints; leave a checkpoint when all holds."""
        marks, fault = self._checkpoints.read() if self._checkpoints else ((), None)
        with self._database.reading() as connection:
            # One state for all reads, also within another transaction.
            connection.execute("SAVEPOINT inspection")
            base = connection.execute("SELECT seq, hash FROM audit_base").fetchone()
            ground = _ground(connection, base, marks)
            breach, seq, head = _walked(connection, ground)
            breach = _unproved_base(connection, ground) or breach
            connection.execute("RELEASE inspection")
        if breach is None and fault is None:
            self.checkpoint()
            marks, fault = self._checkpoints.read() if self._checkpoints else ((), None)
        return Verification(
            first=ground.base[0] + 1, last=seq, head=head, checkpoints=marks, breach=breach or fault
        )

    def check(self, *, whole: bool = False) -> Check:
        """Check the trail; of a long one what is new since this process checked all of it within the hour."""
        known = self._known
        if whole or known is None or known.breach or known.last <= WHOLE_UP_TO:
            return self._whole()
        if utc_now() - known.whole_at >= WHOLE_EVERY:
            return self._whole()
        self._known = self._since(known) or self._whole()
        return self._known

    def _whole(self) -> Check:
        found, now = self.inspect(), utc_now()
        self._known = Check(
            breach=found.breach,
            first=found.first,
            last=found.last,
            head=found.head,
            at=now,
            whole_at=now,
        )
        return self._known

    def _since(self, known: Check) -> Check | None:
        """Check the entries behind a known one; None when that is not stored any more as it was."""
        marks, fault = self._checkpoints.read() if self._checkpoints else ((), None)
        with self._database.reading() as connection:
            connection.execute("SAVEPOINT inspection")
            if not _stands(connection, known.last, known.head):
                return None
            ground = _ground(connection, (known.last, known.head), marks)
            breach, last, head = _walked(connection, ground, f"WHERE seq > {known.last:d}")
        return known.model_copy(
            update={
                "breach": breach or fault,
                "first": known.last + 1,
                "last": last,
                "head": head,
                "at": utc_now(),
            }
        )

    def stored(self) -> Iterator[StoredEntry]:
        """Give every entry as it is stored, oldest first; bytes that are no text become U+FFFD."""
        with self._database.reading() as connection:
            for seq, *texts in connection.execute(f"SELECT {_RAW} FROM audit_entries ORDER BY seq"):
                event, previous_hash, entry_hash = (text.decode(errors="replace") for text in texts)
                yield seq, event, previous_hash, entry_hash

    def sign(self, data: bytes) -> str:
        """Return the installation's signature (HMAC-SHA256, hex); raises Unavailable without a key."""
        if self._checkpoints is None:
            raise Unavailable("There is no key to sign with: the trail has no checkpoints.")
        return self._checkpoints.sign(data)

    def checkpoint(self) -> None:
        """Put the committed head into the checkpoints; a disk that refuses it is only logged."""
        with self._database.reading_committed() as connection:
            seq, head = _head(connection)
        self._mark(seq, head)

    def _look(self, connection: sqlite3.Connection) -> None:
        seq, head = _head(connection)
        if seq - self._marked >= CHECKPOINT_EVERY:
            self._mark(seq, head)

    def _mark(self, seq: int, head: str) -> None:
        if self._checkpoints is None or seq <= self._marked:
            return
        try:
            self._checkpoints.write(seq, head, utc_now())
        except (OSError, ValueError):
            _log.exception("the audit trail's checkpoint at entry %s was not written", seq)
        self._marked = seq


def _ground(
    connection: sqlite3.Connection, base: tuple[int, str], marks: Iterable[Checkpoint]
) -> Ground:
    return Ground(
        recorded=connection.execute("SELECT seq, hash FROM audit_head").fetchone(),
        base=base,
        last=connection.execute("SELECT max(seq) FROM audit_entries").fetchone()[0] or 0,
        marks={one.seq: one.head for one in marks},
    )


def _stands(connection: sqlite3.Connection, seq: int, head: str) -> bool:
    """Whether an entry, or what stands before the first one, is still stored with this hash."""
    query = (
        "SELECT 1 FROM audit_entries WHERE seq = :seq AND entry_hash = :head "
        "UNION SELECT 1 FROM audit_base WHERE seq = :seq AND hash = :head"
    )
    return connection.execute(query, {"seq": seq, "head": head}).fetchone() is not None


def _walked(
    connection: sqlite3.Connection, ground: Ground, where: str = ""
) -> tuple[Breach | None, int, str]:
    rows = connection.execute(f"SELECT {_RAW} FROM audit_entries {where} ORDER BY seq")
    try:
        return examine(rows, ground)
    except sqlite3.DatabaseError as error:
        sentence = f"The database file itself is damaged ({error})."
        return Breach(seq=1, kind=BreachKind.CHANGED, sentence=sentence), 0, GENESIS


def _unproved_base(connection: sqlite3.Connection, ground: Ground) -> Breach | None:
    """Return a breach when what is gone from the beginning was purged by no entry that is still there."""
    seq, head = ground.base
    if seq == 0:
        return None
    proved = connection.execute(
        "SELECT 1 FROM audit_entries WHERE json_extract(event, '$.action') = 'audit_purged' "
        "AND json_extract(event, '$.detail.through_seq') = ? "
        "AND json_extract(event, '$.detail.through_hash') = ?",
        (str(seq), head),
    ).fetchone()
    if proved and ground.marks.get(seq, head) == head:
        return None
    return unproved(seq)


def _head(connection: sqlite3.Connection) -> tuple[int, str]:
    found = connection.execute("SELECT seq, hash FROM audit_head").fetchone()
    return found or (0, GENESIS)


def _entry(row: tuple[int, str, str, str]) -> AuditEntry:
    seq, event, previous_hash, entry_hash = row
    return AuditEntry(
        seq=seq,
        event=AuditEvent.model_validate_json(event),
        previous_hash=previous_hash,
        entry_hash=entry_hash,
    )
