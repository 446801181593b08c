"""Requests that share an entry of the audit trail: those alike within one minute, counted in the database.

The first of them is an entry at once, the others are one more when the minute is over. Until then their
count is a row of its own, committed before they are answered, so that a crash loses none of them.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from datetime import datetime

from services.domain.audit import AuditEvent, RequestEvent
from services.domain.ids import UserId

MOST_TALLIES = 1_000
"""Rows of one minute; further ones are counted without the address that they come from."""

TALLIES = """
CREATE TABLE IF NOT EXISTS request_tallies (
    minute TEXT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    resource TEXT NOT NULL,
    result TEXT NOT NULL,
    ip_address TEXT NOT NULL,
    count INTEGER NOT NULL,
    parts TEXT NOT NULL,
    PRIMARY KEY (minute, actor, action, resource, result, ip_address)
) STRICT, WITHOUT ROWID;
"""
_KEY = "minute = ? AND actor = ? AND action = ? AND resource = ? AND result = ? AND ip_address = ?"
_COUNT = (
    "UPDATE request_tallies SET count = count + 1, "  # noqa: S608 - only our own constant is put in
    f"parts = CASE WHEN instr(parts, ' ' || ? || ' ') THEN parts ELSE parts || ? || ' ' END WHERE {_KEY}"
)


def events_of(
    connection: sqlite3.Connection, requests: Sequence[RequestEvent], now: datetime
) -> list[AuditEvent]:
    """Return what is to be appended now: the counts of minutes that are over, and every request but the counted."""
    events = [*_ended(connection, now)]
    events += (one.event for one in requests if one.part is None or _is_first(connection, one))
    return events


def _is_first(connection: sqlite3.Connection, request: RequestEvent) -> bool:
    key = key_of(request.event)
    if _counted(connection, request.part, key):
        return False
    (many,) = connection.execute("SELECT count(*) FROM request_tallies").fetchone()
    if many >= MOST_TALLIES:
        key = (*key[:-1], "")
        if _counted(connection, request.part, key):
            return False
    connection.execute("INSERT INTO request_tallies VALUES (?, ?, ?, ?, ?, ?, 0, ' ')", key)
    return True


def key_of(event: AuditEvent) -> tuple[str, ...]:
    """Return what requests that are counted together have in common."""
    minute = minute_of(event.at)
    return minute, event.actor, event.action, event.resource, event.result, event.ip_address


def _counted(connection: sqlite3.Connection, part: str | None, key: tuple[str, ...]) -> bool:
    return connection.execute(_COUNT, (part, part, *key)).rowcount == 1


def _ended(connection: sqlite3.Connection, now: datetime) -> Iterator[AuditEvent]:
    query = "SELECT * FROM request_tallies WHERE minute < ? ORDER BY minute"
    rows = connection.execute(query, (minute_of(now),)).fetchall()
    for *key, count, parts in rows:
        if count:
            yield count_event(key, count, parts, now)
    if rows:
        connection.execute("DELETE FROM request_tallies WHERE minute < ?", (minute_of(now),))


def count_event(key: Sequence[str], count: int, parts: str, now: datetime) -> AuditEvent:
    """Return the entry that tells how many more requests there were under a key, and of which parts."""
    minute, actor, action, resource, result, ip_address = key
    named = {"parts": parts.strip()} if parts.strip() else {}
    return AuditEvent(
        actor=UserId(actor),
        action=action,
        resource=resource,
        result=result,
        ip_address=ip_address,
        detail={"count": str(count), "minute": minute} | named,
        at=now,
    )


def minute_of(moment: datetime) -> str:
    """Return the minute that a moment is counted in."""
    return f"{moment:%Y-%m-%dT%H:%MZ}"
