# ruff: noqa: S608 - only our own constants are put into SQL text, values never are
"""The append-only, hash-linked audit trail in SQLite."""

from services.adapters.local.database import Database
from services.adapters.local.effects import append_events
from services.audit import first_broken
from services.domain.audit import AuditEntry, AuditEvent

_COLUMNS = "seq, event, previous_hash, entry_hash"


class SqliteAuditLog:
    """Triggers refuse changes; ``verify`` finds those made around the triggers."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def append(self, event: AuditEvent) -> AuditEntry:
        """Write one event in a transaction of its own."""
        with self._database.transaction() as connection:
            return append_events(connection, (event,))[0]

    def entries(self, resource: str | None = None, limit: int = 200) -> list[AuditEntry]:
        """Return entries of one resource or of all, newest first."""
        where = "1" if resource is None else "resource = ?"
        values = (limit,) if resource is None else (resource, limit)
        query = f"SELECT {_COLUMNS} FROM audit_entries WHERE {where} ORDER BY seq DESC LIMIT ?"
        with self._database.reading() as connection:
            rows = connection.execute(query, values).fetchall()
        return [_entry(row) for row in rows]

    def verify(self) -> int | None:
        """Return the first sequence number that does not hold, or None when the trail is whole.

        Besides every link this compares the end with the recorded head, so that a cut-off tail shows.
        """
        with self._database.reading() as connection:
            connection.execute("BEGIN")
            rows = connection.execute(f"SELECT {_COLUMNS} FROM audit_entries ORDER BY seq")
            broken, seq, head = first_broken(rows)
            recorded = connection.execute("SELECT seq, hash FROM audit_head").fetchone()
            connection.execute("COMMIT")
        if broken is None and recorded != (seq, head):
            return min(seq, recorded[0] if recorded else 0) + 1
        return broken


def _entry(row: tuple[int, str, str, str]) -> AuditEntry:
    seq, event, previous_hash, entry_hash = row
    return AuditEntry(
        seq=seq,
        event=AuditEvent.model_validate_json(event),
        previous_hash=previous_hash,
        entry_hash=entry_hash,
    )
