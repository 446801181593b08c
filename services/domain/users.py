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
    """A signed-in person or program; ``email`` is empty for one without an address.

    ``companies`` are the keys (``company_key``) of the companies whose documents the user may know of;
    None is all of them.
    """

    user_id: UserId
    name: str
    role: Role
    email: str = ""
    companies: frozenset[str] | None = None


SYSTEM = User(user_id=UserId("system"), name="System", role=Role.ADMIN)
"""The actor of work that no person started: workers, start-up, purge."""
