"""The audit entry: who did what to which object, when, linked by hash to the entry before it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from services.domain.base import Instant, Record
from services.domain.ids import UserId


class AuditEvent(Record):
    """What is to be written to the trail; the log adds the sequence and the hashes.

    ``ip_address`` is the address the act came from. Empty for acts of the system: then the canonical JSON
    leaves it out, so that events from before this field keep their hashes.
    """

    actor: UserId
    action: str
    resource: str
    result: str = "ok"
    detail: dict[str, str] = Field(default_factory=dict)
    at: Instant
    ip_address: str = Field(default="", max_length=45, exclude_if=lambda address: not address)


@dataclass(frozen=True, slots=True)
class RequestEvent:
    """A request that is about to be answered, as an event.

    ``part`` is None for one that is an entry of its own. Else those alike within one minute, but for
    their parts (such as the pages of a document), are counted in one entry.
    """

    event: AuditEvent
    part: str | None = None


class AuditEntry(Record):
    """A written event; ``entry_hash`` = SHA-256(previous_hash + SHA-256(canonical JSON of the event))."""

    seq: int
    event: AuditEvent
    previous_hash: str
    entry_hash: str

    @property
    def partition_key(self) -> str:
        """The month of the event in UTC, such as 2026-03 (the specification's ``{year}-{month}``)."""
        return f"{self.event.at:%Y-%m}"

    @property
    def event_id(self) -> str:
        """The first 128 bits of ``entry_hash`` as a UUID: unique, and the same wherever it is computed."""
        return str(UUID(hex=self.entry_hash[:32]))

    @property
    def row_key(self) -> str:
        """The specification's ``{timestamp}-{event_id}``; UTC to the microsecond, so that keys sort by time."""
        return f"{self.event.at:%Y-%m-%dT%H:%M:%S.%fZ}-{self.event_id}"


class AuditQuery(Record):
    """What entries are looked for; None is any.

    ``actor`` and ``action`` match exactly, ``resource`` by how it begins; ``since`` is the first moment
    that counts and ``until`` the first that does not.
    """

    actor: str | None = None
    action: str | None = None
    resource: str | None = None
    since: datetime | None = None
    until: datetime | None = None


class Checkpoint(Record):
    """Where the trail stood: number and hash of its last entry, kept outside the database.

    ``previous`` is the signature of the checkpoint before ('' for the first). ``signature`` is the
    HMAC-SHA256, as hex, over the canonical JSON of the other fields with the installation's key.
    """

    number: int
    seq: int
    head: str
    at: Instant
    previous: str
    signature: str = ""


class BreachKind(StrEnum):
    """How a trail was tampered with."""

    CHANGED = "changed"
    SWAPPED = "swapped"
    DELETED = "deleted"
    INSERTED = "inserted"
    TRUNCATED = "truncated"
    REWRITTEN = "rewritten"
    CHECKPOINT = "checkpoint"


class Breach(Record):
    """The first thing that does not hold: the entry's number, which kind, and a sentence for people."""

    seq: int
    kind: BreachKind
    sentence: str


class Check(Record):
    """What is known of the trail's wholeness: ``breach`` is None when nothing was found that does not hold.

    The entries from ``first`` to ``last`` were checked now, at ``at``; those before ``first`` by the same process
    at ``whole_at``, when it last checked every entry. ``head`` is the hash of the last one that holds.
    """

    breach: Breach | None
    first: int
    last: int
    head: str
    at: Instant
    whole_at: Instant


class Verification(Record):
    """What a check of the whole trail found; ``breach`` is None when everything holds.

    ``first`` and ``last`` are the numbers of the stored entries (first = last + 1 when there are none).
    """

    first: int
    last: int
    head: str
    checkpoints: tuple[Checkpoint, ...]
    breach: Breach | None
