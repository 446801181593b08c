"""What holds every company's doings at once, for who sees some companies only: nothing of it is given."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NoReturn

from services.domain.audit import (
    AuditEntry,
    AuditEvent,
    AuditQuery,
    Check,
    RequestEvent,
    Verification,
)
from services.domain.errors import Forbidden
from services.domain.ids import UserId
from services.domain.listings import Page
from services.domain.messages import Effects, Queue
from services.domain.notices import Notice
from services.domain.retention import LegalHold, Purged
from services.ports import AuditLog, DeadLetter, Delivery, StoredEntry

FOR_ALL = "This concerns every company, and you see some of them only; ask somebody who sees all."


def _refuse() -> NoReturn:
    raise Forbidden(FOR_ALL)


class ClosedTrail:
    """The audit trail and its retention: acts are written into it, and nothing is read."""

    def __init__(self, trail: AuditLog) -> None:
        self._trail = trail

    def append(self, event: AuditEvent) -> AuditEntry:
        """Write one event."""
        return self._trail.append(event)

    def entries(self, resource: str | None = None, limit: int = 200) -> list[AuditEntry]:
        """Refuse."""
        _refuse()

    def witness(self, requests: Sequence[RequestEvent], now: datetime) -> None:
        """Write requests down."""
        self._trail.witness(requests, now)

    def search(
        self, query: AuditQuery, after: tuple[str, int] | None = None, limit: int = 200
    ) -> Page[AuditEntry]:
        """Refuse."""
        _refuse()

    def check(self, *, whole: bool = False) -> Check:
        """Refuse."""
        _refuse()

    def verify(self) -> int | None:
        """Refuse."""
        _refuse()

    def inspect(self) -> Verification:
        """Refuse."""
        _refuse()

    def stored(self) -> Iterator[StoredEntry]:
        """Refuse."""
        _refuse()

    def sign(self, data: bytes) -> str:
        """Refuse."""
        _refuse()

    def holds(self) -> list[LegalHold]:
        """Refuse."""
        _refuse()

    def keep(self, hold: LegalHold, event: AuditEvent) -> None:
        """Refuse."""
        _refuse()

    def purge(self, before: datetime, actor: UserId, now: datetime) -> Purged | None:
        """Refuse."""
        _refuse()


class ClosedWork:
    """Queue and outbox: they are the workers', who see everything."""

    def claim(self, queues: Sequence[Queue], worker: str) -> Delivery | None:
        """Refuse."""
        _refuse()

    def renew(self, delivery: Delivery) -> bool:
        """Refuse."""
        _refuse()

    def complete(self, delivery: Delivery, effects: Effects) -> bool:
        """Refuse."""
        _refuse()

    def abandon(self, delivery: Delivery, delay_seconds: float) -> None:
        """Refuse."""
        _refuse()

    def dead_letter(
        self, delivery: Delivery, reason: str, description: str, effects: Effects
    ) -> None:
        """Refuse."""
        _refuse()

    def dead_letters(self) -> list[DeadLetter]:
        """Refuse."""
        _refuse()

    def depth(self) -> dict[Queue, int]:
        """Refuse."""
        _refuse()

    def take(self) -> Notice | None:
        """Refuse."""
        _refuse()

    def settle(self, notice: Notice) -> None:
        """Refuse."""
        _refuse()
