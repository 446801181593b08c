"""Who may sign in and who is signed in: accounts of people, their sessions, tokens of programs."""

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from services.domain.base import Instant, Record
from services.domain.ids import SessionId, TokenId, UserId
from services.domain.users import Role, User


class AccountSource(StrEnum):
    """Who says that somebody is who they say: a password here, nobody (the demo), or Entra ID."""

    LOCAL = "local"
    DEMO = "demo"
    ENTRA = "entra"


class Account(Record):
    """A person who may sign in; never deleted, so that old acts keep their names.

    ``password_hash`` is empty where no password signs in. ``version`` counts the changes: a session holds
    the one it began with and ends with the next.
    """

    user_id: UserId
    name: str = Field(min_length=1, max_length=100)
    role: Role
    email: str = Field(default="", max_length=254)
    companies: frozenset[str] | None = None
    source: AccountSource = AccountSource.LOCAL
    password_hash: str = Field(default="", repr=False)
    version: int = Field(default=1, ge=1)
    created_at: Instant
    disabled_at: Instant | None = None

    @property
    def user(self) -> User:
        """The person as the services know them."""
        return User(
            user_id=self.user_id,
            name=self.name,
            role=self.role,
            email=self.email,
            companies=self.companies,
        )

    @property
    def is_active(self) -> bool:
        """Whether the person may sign in."""
        return self.disabled_at is None

    @property
    def is_demo(self) -> bool:
        """Whether anybody at this machine may be this person without a password."""
        return self.source is AccountSource.DEMO


class Session(Record):
    """Somebody signed in, from one sign-in to its end; ``ip_address`` is where it began."""

    session_id: SessionId = Field(repr=False)
    user_id: UserId
    account_version: int
    ip_address: str
    started_at: Instant
    last_seen_at: Instant
    ended_at: Instant | None = None


class ApiToken(Record):
    """What a program signs in with; the secret itself is not kept, only its SHA-256 as hex."""

    token_id: TokenId
    name: str = Field(min_length=1, max_length=100)
    role: Role
    companies: frozenset[str] | None = None
    secret_hash: str = Field(repr=False)
    created_at: Instant
    expires_at: Instant
    revoked_at: Instant | None = None

    @property
    def user(self) -> User:
        """The program as the services know it."""
        return User(
            user_id=UserId(f"token-{self.token_id}"),
            name=self.name,
            role=self.role,
            companies=self.companies,
        )

    def is_valid(self, now: datetime) -> bool:
        """Whether it signs in at a moment."""
        return self.revoked_at is None and self.created_at <= now < self.expires_at
