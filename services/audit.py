"""The audit trail's arithmetic: canonical JSON, the hash that links an event to the one before, what breaks it."""

import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime

from services.domain.audit import AuditEntry, AuditEvent, Breach, BreachKind, Checkpoint
from services.domain.base import Record
from services.domain.ids import UserId
from services.domain.retention import Purged

GENESIS = "0" * 64
"""The hash before the first entry."""
PURGED = "audit_purged"
"""The act that an entry on a purge tells."""

ACTING_FROM: ContextVar[str] = ContextVar("acting_from", default="")
"""The address the present act comes from; pages set it, workers leave it empty."""

RawRow = tuple[int, bytes, bytes, bytes]
"""(seq, event JSON, previous hash, entry hash) as stored; bytes, because a changed one may be no text."""


def canonical_json(record: Record) -> str:
    """Return the record's only JSON form: sorted keys, no spaces, UTF-8, numbers as text."""
    return json.dumps(
        record.model_dump(mode="json"), sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )


def content_hash(record: Record) -> str:
    """Return the SHA-256 over a record's canonical JSON, as hex."""
    return hashlib.sha256(canonical_json(record).encode()).hexdigest()


def sha256_of(data: bytes) -> str:
    """Return the SHA-256 of bytes, as hex."""
    return hashlib.sha256(data).hexdigest()


def link_hash(previous_hash: str, event_json: str) -> str:
    """Return SHA-256(previous hash + SHA-256(canonical JSON)) over the raw digests, as hex."""
    digest = hashlib.sha256(event_json.encode()).digest()
    return hashlib.sha256(bytes.fromhex(previous_hash) + digest).hexdigest()


def linked(seq: int, head: str, events: Iterable[AuditEvent]) -> Iterator[tuple[AuditEntry, str]]:
    """Give the entries of events behind entry ``seq`` with hash ``head``, each with its event's canonical JSON."""
    for told in events:
        event = _placed(told)
        text = canonical_json(event)
        seq, previous, head = seq + 1, head, link_hash(head, text)
        yield AuditEntry(seq=seq, event=event, previous_hash=previous, entry_hash=head), text


def purge_event(
    purged: Purged, before: datetime, last_hash: str, actor: UserId, now: datetime
) -> AuditEvent:
    """Return the entry that says what a purge took away; ``last_hash`` is that of the last entry that went."""
    detail = {
        "before": f"{before:%Y-%m-%d}",
        "first_seq": str(purged.first),
        "through_seq": str(purged.through),
        "through_hash": last_hash,
        "entries": str(purged.entries),
        "range_sha256": purged.range_sha256,
    }
    return AuditEvent(actor=actor, action=PURGED, resource="audit-trail", detail=detail, at=now)


def proves(event: AuditEvent, seq: int, head: str) -> bool:
    """Whether an entry says that all up to this number and hash was purged."""
    told = event.detail
    return event.action == PURGED and (told.get("through_seq"), told.get("through_hash")) == (
        str(seq),
        head,
    )


def unproved(base: int) -> Breach:
    """Return the breach of a trail whose beginning is gone without an entry that says so."""
    sentence = (
        f"Entries 1 to {base} are gone, and no entry that can be believed says they were purged."
    )
    return Breach(seq=1, kind=BreachKind.DELETED, sentence=sentence)


def _placed(event: AuditEvent) -> AuditEvent:
    """Return the event with the address the present act comes from, where it names none itself."""
    address = ACTING_FROM.get()
    if event.ip_address or not address:
        return event
    return event.model_copy(update={"ip_address": address})


@dataclass(frozen=True, slots=True)
class Ground:
    """What a trail is held against.

    ``base`` is what stands before its first entry (number and hash), ``recorded`` the head the database
    names, ``last`` the greatest stored number, ``marks`` the hashes that checkpoints name by number.
    """

    recorded: tuple[int, str] | None
    last: int
    base: tuple[int, str] = (0, GENESIS)
    marks: Mapping[int, str] = field(default_factory=dict)


def examine(rows: Iterable[RawRow], ground: Ground) -> tuple[Breach | None, int, str]:
    """Walk the rows in order of seq and hold them against the ground.

    Returns:
        The first breach (None when everything holds), the last number that holds, and its hash.
    """
    seq, head = ground.base
    expected, raw, before = head.encode(), bytes.fromhex(head), b""
    marks = {number: mark.encode() for number, mark in ground.marks.items()}
    agreed, contradicted = seq, 0
    stream, sha = iter(rows), hashlib.sha256
    for row in stream:
        row_seq, event, previous, entry_hash = row
        digest = sha(raw + sha(event).digest())
        linked = digest.hexdigest().encode()
        if row_seq != seq + 1 or previous != expected or entry_hash != linked:
            is_short = ground.recorded is not None and ground.last < ground.recorded[0]
            place = _Place(seq, expected, before, is_short)
            return _diagnosed(place, row, stream), seq, expected.decode()
        seq, before, expected, raw = row_seq, expected, entry_hash, digest.digest()
        if row_seq in marks and not contradicted:
            if marks[row_seq] == entry_hash:
                agreed = row_seq
            else:
                contradicted = row_seq
    head = expected.decode()
    if contradicted:
        return _rewritten(agreed + 1, contradicted), agreed, head
    return _ended(seq, head, ground), seq, head


def _rewritten(first: int, last: int) -> Breach:
    return Breach(
        seq=first,
        kind=BreachKind.REWRITTEN,
        sentence=f"Entries {first} to {last} link to each other, but the checkpoint at {last} names "
        "another hash: they were written anew.",
    )


def _ended(seq: int, head: str, ground: Ground) -> Breach | None:
    """Hold the end of a trail whose links hold against the recorded head and the last checkpoint."""
    recorded_seq, recorded_head = ground.recorded or (0, "")
    known = max(recorded_seq, *ground.marks, 0)
    if known > seq:
        return Breach(
            seq=seq + 1,
            kind=BreachKind.TRUNCATED,
            sentence=f"Entries {seq + 1} to {known} were written and are gone from the end.",
        )
    if recorded_seq < seq:
        return Breach(
            seq=recorded_seq + 1,
            kind=BreachKind.INSERTED,
            sentence=f"The trail ended at entry {recorded_seq}; what follows was not written by the product.",
        )
    if recorded_head != head:
        sentence = f"Entry {seq} is not the one the database names as the last."
        return Breach(seq=seq, kind=BreachKind.CHANGED, sentence=sentence)
    return None


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the walk stood: the last number that holds, its hash, the one before, whether entries are missing."""

    seq: int
    head: bytes
    before: bytes
    is_short: bool


def _diagnosed(place: _Place, row: RawRow, rest: Iterator[RawRow]) -> Breach:
    """Say what was done to the first row that does not hold, from what its neighbours still remember."""
    row_seq, event, previous, entry_hash = row
    if row_seq > place.seq + 1:
        missing = f"{place.seq + 1}" + (f" to {row_seq - 1}" if row_seq > place.seq + 2 else "")
        return _breach(
            place.seq + 1, BreachKind.DELETED, f"Missing before entry {row_seq}: {missing}."
        )
    if row_seq <= place.seq:
        return _breach(row_seq, BreachKind.INSERTED, "No entry has this number.")
    after = next(rest, None)
    if previous == place.head or entry_hash != _linked(previous, event):
        if after is not None and after[2] == place.head:
            return _breach(
                row_seq, BreachKind.INSERTED, f"Entry {row_seq + 1} follows {place.seq} directly."
            )
        return _breach(row_seq, BreachKind.CHANGED, "Its content does not fit its hash.")
    if previous == place.before:
        sentence = f"Entry {row_seq} follows {place.seq - 1} directly."
        return _breach(place.seq, BreachKind.INSERTED, sentence)
    return _misplaced(place, row, after, rest)


def _misplaced(place: _Place, row: RawRow, after: RawRow | None, rest: Iterator[RawRow]) -> Breach:
    """Judge an entry that is whole in itself but does not follow the one before it."""
    following = () if after is None else (after,)
    later = next((r[0] for rows in (following, rest) for r in rows if r[2] == place.head), None)
    if later is not None and after is not None:
        if after[2] == place.head and after[3] != row[2]:
            return _breach(
                row[0], BreachKind.INSERTED, f"Entry {later} follows {place.seq} directly."
            )
        return _breach(row[0], BreachKind.SWAPPED, f"What belongs here stands at {later}.")
    if place.is_short:
        return _breach(row[0], BreachKind.DELETED, "The entry that it follows is gone.")
    sentence = f"It follows another entry {place.seq} than the one that is stored."
    return _breach(row[0], BreachKind.CHANGED, sentence)


def _breach(seq: int, kind: BreachKind, sentence: str) -> Breach:
    return Breach(seq=seq, kind=kind, sentence=sentence)


def _linked(previous: bytes, event: bytes) -> bytes | None:
    """Return the hash of an event after ``previous``; None where that is no hash."""
    try:
        raw = bytes.fromhex(previous.decode())
    except ValueError:
        return None
    return hashlib.sha256(raw + hashlib.sha256(event).digest()).hexdigest().encode()


def signature_of(data: bytes, key: bytes) -> str:
    """Return the HMAC-SHA256 of data with a key, as hex."""
    return hmac.new(key, data, hashlib.sha256).hexdigest()


def signed(checkpoint: Checkpoint, key: bytes) -> Checkpoint:
    """Return the checkpoint with its signature."""
    bare = canonical_json(checkpoint.model_copy(update={"signature": ""})).encode()
    return checkpoint.model_copy(update={"signature": signature_of(bare, key)})


def first_unsigned(checkpoints: Sequence[Checkpoint], key: bytes) -> Breach | None:
    """Return a breach for the first checkpoint that this key did not sign or whose neighbour is missing."""
    previous, seq = "", 0
    for number, one in enumerate(checkpoints, start=1):
        is_signed = hmac.compare_digest(signed(one, key).signature, one.signature)
        if not is_signed or one.previous != previous or one.number != number or one.seq <= seq:
            sentence = f"Checkpoint {number} is not the one this installation signed."
            return _breach(one.seq, BreachKind.CHECKPOINT, sentence)
        previous, seq = one.signature, one.seq
    return None
