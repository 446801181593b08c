"""The audit trail's arithmetic: canonical JSON of a record and the hash that links an event to the one before."""

import hashlib
import json
from collections.abc import Iterable

from services.domain.base import Record

GENESIS = "0" * 64
"""The hash before the first entry."""


def canonical_json(record: Record) -> str:
    """Return the record's only JSON form: sorted keys, no spaces, UTF-8, numbers as text."""
    return json.dumps(
        record.model_dump(mode="json"), sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )


def content_hash(record: Record) -> str:
    """Return the SHA-256 over a record's canonical JSON, as hex."""
    return hashlib.sha256(canonical_json(record).encode()).hexdigest()


def link_hash(previous_hash: str, event_json: str) -> str:
    """Return SHA-256(previous hash + SHA-256(canonical JSON)) over the raw digests, as hex."""
    digest = hashlib.sha256(event_json.encode()).digest()
    return hashlib.sha256(bytes.fromhex(previous_hash) + digest).hexdigest()


def first_broken(rows: Iterable[tuple[int, str, str, str]]) -> tuple[int | None, int, str]:
    """Walk (seq, event JSON, previous hash, entry hash) in order of seq.

    Returns:
        The first sequence number that does not hold (None when all do), the last one that does, and
        its hash, so that the caller can compare the end of the trail with what it should be.
    """
    seq, head = 0, GENESIS
    for row_seq, event_json, previous_hash, entry_hash in rows:
        if row_seq != seq + 1:
            return seq + 1, seq, head
        if previous_hash != head or entry_hash != link_hash(head, event_json):
            return row_seq, seq, head
        seq, head = row_seq, entry_hash
    return None, seq, head
