"""The audit entry: who did what to which object, when, linked by hash to the entry before it."""

from pydantic import Field

from services.domain.base import Instant, Record
from services.domain.ids import UserId


class AuditEvent(Record):
    """What is to be written to the trail; the log adds the sequence and the hashes."""

    actor: UserId
    action: str
    resource: str
    result: str = "ok"
    detail: dict[str, str] = Field(default_factory=dict)
    at: Instant


class AuditEntry(Record):
    """A written event; ``entry_hash`` = SHA-256(previous_hash + SHA-256(canonical JSON of the event))."""

    seq: int
    event: AuditEvent
    previous_hash: str
    entry_hash: str
