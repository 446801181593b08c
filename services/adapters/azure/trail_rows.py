"""Entries of the audit trail as entities of a table, and in the order of the trail again."""

import json
from collections.abc import Iterable, Iterator, Mapping
from heapq import heappop, heappush
from typing import Any

from services.adapters.azure.trail_head import Added
from services.audit import RawRow
from services.domain.audit import AuditEntry, AuditEvent

PIECE_CHARACTERS = 16_000
"""A property of text holds 64 KiB, which are so many of the widest characters."""
MOST_CHARACTERS = 200_000
"""An event's JSON at most: what an entity of 1 MiB holds."""
OUT_OF_ORDER = 100_000
"""Entries are written up to so many places away from the order of their times."""
_COLUMN_CHARACTERS = 200
_EVENT = "event"


def entity_of(added: Added, write_id: str) -> dict[str, Any]:
    """Return an entry as it is stored: the event word for word, and columns to look for it by."""
    entry, text = added
    return {
        "PartitionKey": entry.partition_key,
        "RowKey": entry.row_key,
        "seq": entry.seq,
        "previous_hash": entry.previous_hash,
        "entry_hash": entry.entry_hash,
        "write_id": write_id,
        **_columns(entry.event),
        **pieces_of(text),
    }


def pieces_of(text: str) -> dict[str, str]:
    """Return a text as properties, in pieces that fit into one each."""
    starts = range(0, len(text), PIECE_CHARACTERS)
    return {
        f"{_EVENT}_{number:02d}": text[start : start + PIECE_CHARACTERS]
        for number, start in enumerate(starts)
    }


def text_of(entity: Mapping[str, Any]) -> str:
    """Return the event of an entity, word for word."""
    names = sorted(name for name in entity if name.startswith(f"{_EVENT}_"))
    return "".join(str(entity[name]) for name in names)


def column(value: str) -> str:
    """Return a value as its column has it: on one line, and short enough to be asked for in an address."""
    return json.dumps(value, ensure_ascii=False)[1:-1][:_COLUMN_CHARACTERS]


def entry_of(entity: Mapping[str, Any]) -> AuditEntry:
    """Return the entry of an entity."""
    return AuditEntry(
        seq=entity["seq"],
        event=AuditEvent.model_validate_json(text_of(entity)),
        previous_hash=entity["previous_hash"],
        entry_hash=entity["entry_hash"],
    )


def raw_row(entity: Mapping[str, Any]) -> RawRow:
    """Return what is stored of an entry, word for word."""
    seq, previous, linked = (entity.get(name) for name in ("seq", "previous_hash", "entry_hash"))
    return (
        seq if isinstance(seq, int) else 0,
        text_of(entity).encode(errors="replace"),
        str(previous).encode(errors="replace"),
        str(linked).encode(errors="replace"),
    )


def judged_row(entity: Mapping[str, Any]) -> RawRow:
    """Return what is stored of an entry; an event that is filed as another one is not the one that was written."""
    seq, event, previous, entry_hash = raw_row(entity)
    if not _is_filed_right(entity):
        event += b" (filed as another event)"
    return seq, event, previous, entry_hash


def in_order(rows: Iterable[RawRow], following: int = 1) -> Iterator[RawRow]:
    """Give rows that come by their times by their numbers, from ``following`` on; what is missing shows as a gap."""
    waiting: list[RawRow] = []
    for row in rows:
        heappush(waiting, row)
        while waiting and (waiting[0][0] <= following or len(waiting) > OUT_OF_ORDER):
            following = max(following, waiting[0][0] + 1)
            yield heappop(waiting)
    while waiting:
        yield heappop(waiting)


def _is_filed_right(entity: Mapping[str, Any]) -> bool:
    """Whether an entity is found where and by what its own event says."""
    try:
        entry = entry_of(entity)
        place = (entry.partition_key, entry.row_key)
    except (ValueError, KeyError):
        return False
    if (entity["PartitionKey"], entity["RowKey"]) != place:
        return False
    return all(entity.get(name) == value for name, value in _columns(entry.event).items())


def _columns(event: AuditEvent) -> dict[str, str]:
    """Return the specification's properties of an entry."""
    return {
        "user_id": column(event.actor),
        "action": column(event.action),
        "resource": column(event.resource),
        "ip_address": column(event.ip_address),
        "result": column(event.result),
    }
