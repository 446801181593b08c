# ruff: noqa: S608 - only our own constants are put into SQL text, values never are
"""Legal holds and the purge of the audit trail in SQLite, with the rules as triggers too."""

import hashlib
import sqlite3
from datetime import datetime

from services.adapters.local.database import Database
from services.adapters.local.effects import append_events
from services.audit import purge_event
from services.domain.audit import AuditEvent
from services.domain.ids import UserId
from services.domain.retention import EVERYTHING, LegalHold, Purged

_FIELDS = (
    "hold_id", "scope", "reason", "set_by", "set_at", "asked_by", "asked_at", "released_by", "released_at",
)  # fmt: skip
_NAMES, _MARKS = ", ".join(_FIELDS), ", ".join(f":{name}" for name in _FIELDS)


class SqliteRetention:
    """Every change is one transaction with its audit entry."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def holds(self) -> list[LegalHold]:
        """Return every hold, oldest first."""
        with self._database.reading() as connection:
            return _holds(connection)

    def keep(self, hold: LegalHold, event: AuditEvent) -> None:
        """Write a hold or what became of it; raises Conflict when somebody else changed it meanwhile."""
        with self._database.transaction() as connection:
            connection.execute(
                f"INSERT INTO legal_holds ({_NAMES}) VALUES ({_MARKS}) ON CONFLICT (hold_id) DO UPDATE SET "
                "asked_by = excluded.asked_by, asked_at = excluded.asked_at, "
                "released_by = excluded.released_by, released_at = excluded.released_at",
                hold.model_dump(mode="json"),
            )
            append_events(connection, (event,))

    def purge(self, before: datetime, actor: UserId, now: datetime) -> Purged | None:
        """Delete the oldest entries up to the first from ``before`` on, and say so in an entry.

        Raises Conflict under a legal hold; the triggers refuse what is younger than seven years.
        """
        with self._database.transaction() as connection:
            base, base_hash = connection.execute("SELECT seq, hash FROM audit_base").fetchone()
            through = _through(connection, before)
            if through <= base:
                return None
            _refuse_held(connection, through)
            rows = connection.execute(
                "SELECT entry_hash FROM audit_entries WHERE seq <= ? ORDER BY seq", (through,)
            )
            digest, count, last = hashlib.sha256(), 0, base_hash
            for (last,) in rows:
                digest.update(f"{last}\n".encode())
                count += 1
            purged = Purged(
                first=base + 1, through=through, entries=count, range_sha256=digest.hexdigest()
            )
            append_events(connection, (purge_event(purged, before, last, actor, now),))
            connection.execute("UPDATE audit_base SET seq = ?, hash = ?", (through, last))
            connection.execute("DELETE FROM audit_entries WHERE seq <= ?", (through,))
        return purged


def _through(connection: sqlite3.Connection, before: datetime) -> int:
    """Return the last number before the first entry that is not older; 0 when there is none."""
    first_kept, last = connection.execute(
        "SELECT min(seq) FILTER (WHERE json_extract(event, '$.at') >= ?), max(seq) FROM audit_entries",
        (f"{before:%Y-%m-%dT%H:%M:%S}",),
    ).fetchone()
    return int(last or 0) if first_kept is None else int(first_kept) - 1


def _refuse_held(connection: sqlite3.Connection, through: int) -> None:
    for hold in _holds(connection):
        if not hold.in_force:
            continue
        touched = connection.execute(
            "SELECT 1 FROM audit_entries WHERE seq <= ? AND (? = ? OR resource = ?) LIMIT 1",
            (through, hold.scope, EVERYTHING, hold.scope),
        ).fetchone()
        if touched:
            raise hold.refusal()


def _holds(connection: sqlite3.Connection) -> list[LegalHold]:
    rows = connection.execute(f"SELECT {_NAMES} FROM legal_holds ORDER BY rowid").fetchall()
    return [LegalHold.model_validate(dict(zip(_FIELDS, row, strict=True))) for row in rows]
