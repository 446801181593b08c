"""How long the audit trail is kept, and what keeps it longer."""

from datetime import datetime

from pydantic import Field

from services.domain.base import Instant, Record
from services.domain.errors import Conflict, Forbidden
from services.domain.ids import UserId

RETENTION_YEARS = 7
"""Calendar years an audit entry is kept (specification: 7 years for compliance)."""

CHAIN_TTL_SECONDS = 220_838_400
"""The specification's ``ttl`` of a reasoning chain where it leaves as JSON, in seconds: 2,556 days.

Seven calendar years have 2,556 or 2,557 days, so nothing is deleted by it.
"""

EVERYTHING = "*"
"""The scope of a legal hold on the whole trail."""


def retained_until(moment: datetime) -> datetime:
    """Return when the retention of what happened then is over; 29 February counts as the 1 March after."""
    try:
        return moment.replace(year=moment.year + RETENTION_YEARS)
    except ValueError:
        return moment.replace(year=moment.year + RETENTION_YEARS, month=3, day=1)


class LegalHold(Record):
    """Why entries must not be purged, on one resource or on everything ('*').

    One person sets it. It ends when one person asks for its release and another one confirms.
    """

    hold_id: str
    scope: str = Field(min_length=1)
    reason: str = Field(min_length=1)
    set_by: UserId
    set_at: Instant
    asked_by: UserId | None = None
    asked_at: Instant | None = None
    released_by: UserId | None = None
    released_at: Instant | None = None

    @property
    def in_force(self) -> bool:
        """Whether it still keeps entries."""
        return self.released_by is None

    def keeps(self, resource: str) -> bool:
        """Whether entries on a resource must not be purged."""
        return self.in_force and self.scope in {EVERYTHING, resource}

    def refusal(self) -> Conflict:
        """Return why nothing is purged."""
        on = "everything" if self.scope == EVERYTHING else self.scope
        return Conflict(
            f"The legal hold {self.hold_id} on {on} ({self.reason}) keeps these entries; nothing was purged."
        )

    def follow(self, before: "LegalHold | None") -> None:
        """Raise Conflict where it was changed meanwhile, Forbidden where one person alone would release it."""
        if before is None:
            if self.asked_by or self.released_by:
                raise Forbidden("A legal hold begins unreleased.")
            return
        asked = before.asked_by in {None, self.asked_by}
        if before.released_by or not asked or _set(before) != _set(self):
            raise Conflict("This legal hold was changed by somebody else meanwhile; look again.")
        if self.released_by and before.asked_by in {None, self.released_by}:
            raise Forbidden("Two different people have to release a legal hold.")


def _set(hold: LegalHold) -> tuple[str, str, UserId, datetime]:
    return hold.scope, hold.reason, hold.set_by, hold.set_at


class Purged(Record):
    """What a purge took away: numbers, count, and the SHA-256 over the purged entries' hashes, one a line."""

    first: int
    through: int
    entries: int
    range_sha256: str
