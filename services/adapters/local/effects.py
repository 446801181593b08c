"""Writing what a stage wants to happen into one open transaction."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence

from services.adapters.local.tables import RECORD_TABLES
from services.audit import linked
from services.domain.audit import AuditEntry, AuditEvent
from services.domain.base import Record
from services.domain.messages import Effects, Message, Processed

Rows = dict[type[Record], list[tuple[int, Record]]]


def write_effects(connection: sqlite3.Connection, effects: Effects, now: float) -> None:
    """Write creates, drops, records, messages and audit events; the caller commits or rolls back.

    ``now`` is the Unix time from which the messages are visible.
    """
    for kind, rows in _by_table(effects.creates):
        RECORD_TABLES[kind].insert(connection, rows)
    for kind, report_id in effects.replaces:
        RECORD_TABLES[kind].drop(connection, report_id)
    for kind, rows in _by_table(effects.records):
        RECORD_TABLES[kind].upsert(connection, rows)
    if effects.creates or effects.replaces or effects.records:
        connection.execute("UPDATE store_version SET number = number + 1")
    _end_processed(connection, effects, now)
    send(connection, effects.messages, now)
    append_events(connection, effects.audit)


def _end_processed(connection: sqlite3.Connection, effects: Effects, now: float) -> None:
    """Settle the messages whose markers are written: they are not in work any more."""
    connection.executemany(
        "UPDATE messages SET state = 'done', settled_at = ? WHERE queue = ? AND message_id = ?",
        [
            (now, marker.queue.value, marker.message_id)
            for marker in effects.creates
            if isinstance(marker, Processed)
        ],
    )


def send(connection: sqlite3.Connection, messages: Iterable[Message], now: float) -> None:
    """Enqueue messages; one that was sent before, even if already settled, is the same message."""
    connection.executemany(
        "INSERT INTO messages (queue, message_id, session_key, record, visible_at) "
        "VALUES (?, ?, ?, ?, ?) ON CONFLICT (queue, message_id) DO NOTHING",
        [
            (m.kind.queue.value, m.message_id, m.report_id, m.model_dump_json(), now)
            for m in messages
        ],
    )


def append_events(connection: sqlite3.Connection, events: Sequence[AuditEvent]) -> list[AuditEntry]:
    """Append events to the trail, each linked to the one before, and move the trail's head."""
    if not events:
        return []
    seq, head = connection.execute("SELECT seq, hash FROM audit_head").fetchone()
    entries = []
    for entry, text in linked(seq, head, events):
        entries.append(entry)
        connection.execute(
            "INSERT INTO audit_entries (seq, event, previous_hash, entry_hash) VALUES (?, ?, ?, ?)",
            (entry.seq, text, entry.previous_hash, entry.entry_hash),
        )
    last = entries[-1]
    connection.execute("UPDATE audit_head SET seq = ?, hash = ?", (last.seq, last.entry_hash))
    return entries


def _by_table(records: Iterable[Record]) -> Iterable[tuple[type[Record], list[tuple[int, Record]]]]:
    grouped: Rows = defaultdict(list)
    for position, record in enumerate(records):
        if type(record) not in RECORD_TABLES:
            raise TypeError(f"there is no table for {type(record).__name__}")
        grouped[type(record)].append((position, record))
    return [(kind, grouped[kind]) for kind in RECORD_TABLES if kind in grouped]
