"""Who acts: users and their roles."""

from enum import StrEnum

from services.domain.base import Record
from services.domain.ids import UserId


class Role(StrEnum):
    """What a person does here; permissions hang on it (services.access)."""

    ANALYST = "analyst"
    REVIEWER = "reviewer"
    CFO = "cfo"
    AUDITOR = "auditor"
    ADMIN = "admin"


class User(Record):
    """A signed-in person or program; ``email`` is empty for one without an address."""

    user_id: UserId
    name: str
    role: Role
    email: str = ""


SYSTEM = User(user_id=UserId("system"), name="System", role=Role.ADMIN)
"""The actor of work that no person started: workers, start-up, purge."""
