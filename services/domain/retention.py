"""How long the audit trail is kept, and what keeps it longer."""

from datetime import datetime

from pydantic import Field

from services.domain.base import Instant, Record
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


class Purged(Record):
    """What a purge took away: numbers, count, and the SHA-256 over the purged entries' hashes, one a line."""

    first: int
    through: int
    entries: int
    range_sha256: str
