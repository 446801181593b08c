"""Identity: accounts, sessions and tokens kept; passwords hashed; tokens verified."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from services.domain.audit import AuditEvent
from services.domain.identity import Account, ApiToken, Session
from services.domain.ids import SessionId, TokenId, UserId
from services.domain.users import User


class Accounts(Protocol):
    """The people who may sign in; each change commits with its audit entries."""

    def account(self, user_id: UserId) -> Account | None:
        """Return one account or None."""
        ...

    def named(self, name: str) -> Account | None:
        """Return the account with this user id or local e-mail address in any letter case, or None."""
        ...

    def accounts(self) -> list[Account]:
        """Return every account, disabled ones too, oldest first."""
        ...

    def keep(self, accounts: Sequence[Account], events: Sequence[AuditEvent]) -> None:
        """Write new accounts (version 1) or the next version of known ones.

        Raises Conflict, with nothing written, when one was changed meanwhile or a local e-mail address is taken.
        """
        ...


class Sessions(Protocol):
    """Who is signed in, and where too many passwords were wrong lately."""

    def session(self, session_id: SessionId) -> Session | None:
        """Return one session, an ended one too, or None."""
        ...

    def begin(self, session: Session, event: AuditEvent, forgiven: Sequence[str] = ()) -> None:
        """Write a new session and forget the failures under the forgiven keys."""
        ...

    def touch(self, session_id: SessionId, at: datetime) -> None:
        """Keep when a session was last used; one that has ended stays as it is."""
        ...

    def end(self, session_id: SessionId, at: datetime, event: AuditEvent) -> None:
        """End a session; without effect, and without audit entry, on one that has ended."""
        ...

    def failures(self, keys: Sequence[str]) -> dict[str, datetime]:
        """Return when the failures under each of the keys are forgotten; keys without any are left out."""
        ...

    def fail(self, until: Mapping[str, datetime], now: datetime, event: AuditEvent) -> None:
        """Keep until when failures are remembered under their keys; drop what is forgotten by now."""
        ...


class ApiTokens(Protocol):
    """The tokens of programs; each change commits with its audit entry."""

    def token(self, token_id: TokenId) -> ApiToken | None:
        """Return one token, an expired or revoked one too, or None."""
        ...

    def tokens(self) -> list[ApiToken]:
        """Return every token, oldest first."""
        ...

    def keep(self, token: ApiToken, event: AuditEvent) -> None:
        """Write a new token, or what became of a known one."""
        ...


class PasswordHasher(Protocol):
    """Hashes passwords so that a stolen hash is slow to guess."""

    def hash(self, password: str) -> str:
        """Return the salted hash of a password, with its parameters in it."""
        ...

    def verify(self, stored: str, password: str) -> bool:
        """Whether the password has the stored hash; without one ('') it takes as long and is False."""
        ...


class TokenVerifier(Protocol):
    """Says whose a bearer token is."""

    def verify(self, token: str) -> User:
        """Return whose token it is; raises Unauthenticated for every other string."""
        ...


class BrowserSignIn(Protocol):
    """Lets people sign in at an identity provider; ``tokens`` verifies the bearer tokens of its users."""

    @property
    def tokens(self) -> TokenVerifier:
        """Who says whose a token of the provider is."""
        ...

    def begin(self, next_path: str) -> tuple[str, str]:
        """Return where to send the browser and the key it is to bring back; raises Unavailable."""
        ...

    def finish(self, key: str, answer: Mapping[str, str]) -> tuple[User, str]:
        """Return who signed in and the path that was kept; each key finishes once.

        Raises Unauthenticated when nobody was signed in or the answer is none to this sign-in,
        Unavailable when the provider does not answer.
        """
        ...
