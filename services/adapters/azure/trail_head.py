"""The head of the audit trail in Table Storage: its end, and the entries that the last write added to it.

Entries lie in the partitions of their months, the head in its own, and no transaction spans two partitions. So one
write of the head, guarded by its ETag, is what adds entries to the trail; it holds them whole until they are in
their places (docs/decisions/0027-the-head-holds-what-it-adds.md).
"""

import json
import uuid
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.adapters.azure.tallies import Tallies
from services.audit import GENESIS
from services.domain.audit import AuditEntry, AuditEvent
from services.domain.errors import InvalidInput
from services.domain.retention import LegalHold

PARTITION = "head"
"""Sorts behind every month."""
_PIECE_BYTES, _MOST_PIECES = 60_000, 12
"""A property holds 64 KiB, an entity with all that it has 1 MiB."""
_PIECE = "pending"

Added = tuple[AuditEntry, str]
"""An entry and its event's canonical JSON."""


@dataclass(frozen=True, slots=True)
class Head:
    """Where the trail ends: number and hash of its last entry, between which times it has entries.

    ``pending`` is what the last write added, ``sources`` how much of other trails was taken over into this one,
    ``taken`` names what records told that is in the trail already, until it is settled there; ``base`` is
    number and hash of the last entry that was purged, ``holds`` are the legal holds; ``write_id`` names the last write,
    ``etag`` the stored state.
    """

    seq: int = 0
    hash: str = GENESIS
    earliest: str = ""
    latest: str = ""
    pending: tuple[Added, ...] = ()
    tallies: Tallies = field(default_factory=dict)
    sources: Mapping[str, int] = field(default_factory=dict)
    taken: tuple[str, ...] = ()
    base: tuple[int, str] = (0, GENESIS)
    holds: tuple[LegalHold, ...] = ()
    write_id: str = ""
    etag: str = ""

    def moved(self, added: Sequence[Added]) -> "Head":
        """Return the head once these entries are added."""
        times = [time_of(entry) for entry, _ in added]
        last = added[-1][0] if added else None
        return Head(
            seq=last.seq if last else self.seq,
            hash=last.entry_hash if last else self.hash,
            earliest=min([*filter(None, [self.earliest]), *times], default=""),
            latest=max([self.latest, *times]),
            pending=tuple(added),
            tallies=self.tallies,
            sources=self.sources,
            taken=self.taken,
            base=self.base,
            holds=self.holds,
            write_id=uuid.uuid4().hex,
        )


def time_of(entry: AuditEntry) -> str:
    """Return the time in an entry's row key: UTC to the microsecond."""
    return entry.row_key[: -len(entry.event_id) - 1]


def entity_of(head: Head) -> dict[str, Any]:
    """Return the head as it is stored; raises InvalidInput for more than one write can add."""
    kept = {
        "pending": [
            [entry.seq, text, entry.previous_hash, entry.entry_hash] for entry, text in head.pending
        ],
        "tallies": [[*key, count, parts] for key, (count, parts) in head.tallies.items()],
        "sources": dict(head.sources),
        "taken": head.taken,
        "base": head.base,
        "holds": [hold.model_dump(mode="json") for hold in head.holds],
    }
    packed = zlib.compress(json.dumps(kept).encode())
    pieces = [packed[at : at + _PIECE_BYTES] for at in range(0, len(packed), _PIECE_BYTES)]
    if len(pieces) > _MOST_PIECES:
        raise InvalidInput("These are more audit entries than can be written down at once.")
    return {
        "PartitionKey": PARTITION,
        "RowKey": PARTITION,
        "seq": head.seq,
        "hash": head.hash,
        "earliest": head.earliest,
        "latest": head.latest,
        "write_id": head.write_id,
    } | {f"{_PIECE}_{number:02d}": piece for number, piece in enumerate(pieces)}


def head_of(entity: Mapping[str, Any], etag: str) -> Head:
    """Return a stored head."""
    names = sorted(name for name in entity if name.startswith(_PIECE))
    kept = json.loads(zlib.decompress(b"".join(entity[name] for name in names)))
    return Head(
        seq=entity["seq"],
        hash=entity["hash"],
        earliest=entity["earliest"],
        latest=entity["latest"],
        pending=tuple(_added(*one) for one in kept["pending"]),
        tallies={tuple(key): (count, parts) for *key, count, parts in kept["tallies"]},
        sources=kept["sources"],
        taken=tuple(kept.get("taken", ())),
        base=tuple(kept.get("base", (0, GENESIS))),
        holds=tuple(map(LegalHold.model_validate, kept.get("holds", ()))),
        write_id=entity["write_id"],
        etag=etag,
    )


def _added(seq: int, text: str, previous_hash: str, entry_hash: str) -> Added:
    event = AuditEvent.model_validate_json(text)
    return (
        AuditEntry(seq=seq, event=event, previous_hash=previous_hash, entry_hash=entry_hash),
        text,
    )
