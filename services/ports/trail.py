"""The audit trail: appended, searched, verified and kept."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.domain.audit import (
    AuditEntry,
    AuditEvent,
    AuditQuery,
    Check,
    RequestEvent,
    Verification,
)
from services.domain.ids import (
    UserId,
)
from services.domain.listings import Page
from services.domain.retention import LegalHold, Purged

StoredEntry = tuple[int, str, str, str]
"""(seq, event JSON, previous hash, entry hash) of an entry, word for word as it is stored."""


class AuditLog(Protocol):
    """The append-only, hash-linked trail."""

    def append(self, event: AuditEvent) -> AuditEntry:
        """Write one event that belongs to no other transaction (such as a refused upload)."""
        ...

    def witness(self, requests: Sequence[RequestEvent], now: datetime) -> None:
        """Write requests down, all in one transaction, and the counts of minutes that are over by ``now``."""
        ...

    def entries(self, resource: str | None = None, limit: int = 200) -> list[AuditEntry]:
        """Return entries, newest first."""
        ...

    def search(
        self, query: AuditQuery, after: tuple[str, int] | None = None, limit: int = 200
    ) -> Page[AuditEntry]:
        """Return a page of the entries that match, newest first by time; ``after`` is the place of the last one given."""
        ...

    def verify(self) -> int | None:
        """Return the first sequence number that does not hold, or None when the trail is whole."""
        ...

    def inspect(self) -> Verification:
        """Check the whole trail and its checkpoints; say where it breaks first and how."""
        ...

    def check(self, *, whole: bool = False) -> Check:
        """Check the trail; of a long one, unless ``whole``, what is new since this process last checked all of it."""
        ...

    def stored(self) -> Iterator[StoredEntry]:
        """Give every entry as it is stored, oldest first; bytes that are no text become U+FFFD."""
        ...

    def sign(self, data: bytes) -> str:
        """Return the installation's signature (HMAC-SHA256, hex); raises Unavailable without a key."""
        ...


@dataclass(frozen=True, slots=True)
class Told:
    """What one commit of records tells the trail, under an id that no other commit has."""

    told_id: str
    events: tuple[AuditEvent, ...]


class Telling(Protocol):
    """The audit events that records were committed with, where the trail is in another store than the records."""

    def pending(self, limit: int) -> list[Told]:
        """Return what up to so many commits told that nobody has settled, oldest first."""
        ...

    def still(self, ids: Collection[str]) -> set[str]:
        """Return those of some ids that nobody has settled."""
        ...

    def settle(self, told: Sequence[Told]) -> None:
        """Drop what is in the trail; what somebody else dropped is no error."""
        ...

    def after_commit(self, call: Callable[[], None]) -> None:
        """Call this after every commit of this process that told something, from now on."""
        ...


class AuditRetention(Protocol):
    """What keeps audit entries, and what ends them; each change commits with its audit entry."""

    def holds(self) -> list[LegalHold]:
        """Return every legal hold, oldest first."""
        ...

    def keep(self, hold: LegalHold, event: AuditEvent) -> None:
        """Write a hold or what became of it; raises Conflict when it changed meanwhile."""
        ...

    def purge(self, before: datetime, actor: UserId, now: datetime) -> Purged | None:
        """Delete the oldest entries up to the first from ``before`` on; raises Conflict under a legal hold."""
        ...
