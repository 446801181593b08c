# ruff: noqa: S608 - only our own constants are put into SQL text, values never are
"""The audit trail searched through indexes, a page at a time: newest first by the time of the act."""

import sqlite3
from datetime import UTC, datetime

from services.domain.audit import AuditQuery

_COLUMNS = {
    "actor": "json_extract(event, '$.actor')",
    "action": "json_extract(event, '$.action')",
    "at": "rtrim(json_extract(event, '$.at'), 'Z')",
}
"""Times without their Z, so that they sort as texts with fractions of a second and without."""
_INDEXES = {
    "when": "at, seq",
    "who": "actor, at, seq, action",
    "what": "action, at, seq",
}
_BY_INDEX = {
    "resource": "resource >= ? AND resource < ?",
    "who": "actor = ?",
    "what": "action = ?",
}
_FEW = 2_000
"""Entries that are sorted in a moment; what more entries than that have in common is walked in order of time."""
_BEYOND = "\U0010ffff"
"""Sorts after every character, so that a range ends behind all texts that begin alike."""

Row = tuple[str, int, str, str, str]
"""(time as it is stored, seq, event, previous hash, entry hash)."""


def make_searchable(connection: sqlite3.Connection) -> None:
    """Add the columns that SQLite reads out of the events, and their indexes; no stored text is touched."""
    there = {row[1] for row in connection.execute("PRAGMA table_xinfo(audit_entries)")}
    for column, read in _COLUMNS.items():
        if column not in there:
            connection.execute(
                f"ALTER TABLE audit_entries ADD COLUMN {column} TEXT "
                f"GENERATED ALWAYS AS ({read}) VIRTUAL"
            )
    for name, columns in _INDEXES.items():
        connection.execute(
            f"CREATE INDEX IF NOT EXISTS audit_entries_{name} ON audit_entries ({columns})"
        )


def matching(
    connection: sqlite3.Connection,
    query: AuditQuery,
    after: tuple[str, int] | None,
    limit: int,
) -> list[Row]:
    """Return the rows of the entries that match, newest first, from behind the place of another one."""
    named = _named(query)
    asked: dict[str, tuple[str | int, ...]] = {_BY_INDEX[name]: named[name] for name in named}
    if query.since is not None:
        asked["at >= ?"] = (_moment(query.since),)
    if query.until is not None:
        asked["at < ?"] = (_moment(query.until),)
    if after is not None:
        asked["(at, seq) < (?, ?)"] = after
    where = " AND ".join(asked) or "1"
    values = [value for given in asked.values() for value in given]
    return connection.execute(
        f"SELECT at, seq, event, previous_hash, entry_hash FROM audit_entries "
        f"INDEXED BY audit_entries_{_index(connection, named)} "
        f"WHERE {where} ORDER BY at DESC, seq DESC LIMIT ?",
        (*values, limit),
    ).fetchall()


def _named(query: AuditQuery) -> dict[str, tuple[str, ...]]:
    """Return the values that are asked for, by the index that leads to them."""
    named = dict[str, tuple[str, ...]]()
    if query.resource is not None:
        named["resource"] = (query.resource, query.resource + _BEYOND)
    if query.actor is not None:
        named["who"] = (query.actor,)
    if query.action is not None:
        named["what"] = (query.action,)
    return named


def _index(connection: sqlite3.Connection, named: dict[str, tuple[str, ...]]) -> str:
    """Return the index to search by: the first that leads to few entries, else one in the order of time."""
    for name, values in named.items():
        (many,) = connection.execute(
            f"SELECT count(*) FROM (SELECT 1 FROM audit_entries WHERE {_BY_INDEX[name]} LIMIT {_FEW})",
            values,
        ).fetchone()
        if many < _FEW:
            return name
    return next((name for name in named if name != "resource"), "when")


def _moment(moment: datetime) -> str:
    """Return the form in which moments compare as text with the stored ones, which may have fractions."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}"
