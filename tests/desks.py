"""Desks of sign-in over a real store, with a clock that tests move and passwords that cost nothing."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from services.adapters.local.accounts import SqliteAccounts, SqliteSessions
from services.adapters.local.api_tokens import SqliteApiTokens
from services.adapters.local.audit_log import SqliteAuditLog
from services.adapters.local.database import Database
from services.domain.audit import AuditEvent
from services.domain.users import SYSTEM, Role, User
from services.sign_in.accounts import AccountDesk
from services.sign_in.desk import SignInDesk
from services.sign_in.tokens import TokenDesk
from tests.callers import a_user

PASSWORD = "violet kettle under gravel"


class CheapHasher:
    """Tells passwords apart without the work of Argon2, and counts how often it was asked."""

    def __init__(self) -> None:
        self.verified = 0

    def hash(self, password: str) -> str:
        return f"cheap:{password}"

    def verify(self, stored: str, password: str) -> bool:
        self.verified += 1
        return stored == f"cheap:{password}"


@dataclass
class Clock:
    """Says the time that a test sets."""

    now: datetime = field(default=datetime(2026, 3, 2, 9, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **time: float) -> None:
        self.now += timedelta(**time)


class Desks:
    """The three desks over one store."""

    def __init__(self, folder: Path) -> None:
        database = Database(folder / "advisor.sqlite3")
        self.database = database
        self.clock, self.hasher = Clock(), CheapHasher()
        self.store = SqliteAccounts(database)
        self.sessions = SqliteSessions(database)
        self.accounts = AccountDesk(self.store, self.hasher, self.clock)
        self.sign_in = SignInDesk(self.store, self.sessions, self.hasher, self.clock)
        self.tokens = TokenDesk(SqliteApiTokens(database), self.clock)
        self.audit = SqliteAuditLog(database)

    def add(self, name: str = "ann", role: Role = Role.ANALYST, **changed: object) -> User:
        given = {"user_id": name, "name": name.title(), "email": f"{name}@example.org", **changed}
        return self.accounts.add(a_user(role, **given), PASSWORD, SYSTEM).user

    def events(self) -> list[AuditEvent]:
        """What was audited, oldest first."""
        return [entry.event for entry in reversed(self.audit.entries())]
