"""The sign-in desk: sessions begin with a password, are looked up with each request, and end."""

import secrets
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from services.domain.audit import AuditEvent
from services.domain.base import utc_now
from services.domain.errors import Unauthenticated
from services.domain.identity import Account, AccountSource, Session
from services.domain.ids import SessionId, UserId
from services.domain.users import User
from services.ports import Accounts, PasswordHasher, Sessions
from services.sign_in.limits import after_failure, is_slowed, keys_of
from services.sign_in.passwords import LONGEST, prepared

IDLE = timedelta(minutes=30)
"""Unused for longer, a session is over."""
LONGEST_SESSION = timedelta(hours=8)
"""Older, a session is over, however much it was used."""
TOUCHED_EVERY = timedelta(seconds=30)
"""Looking a session up writes no more often than this, so that reads stay reads."""
ANONYMOUS = UserId("anonymous")
"""The actor of a sign-in that failed: whoever it was."""
REFUSED = (
    "The name or the password is not right, or there were too many tries lately. "
    "Check both, or wait some minutes."
)
"""The one answer to every failed sign-in, so that it tells nobody which names there are."""
ENDED = "You are not signed in any more. Sign in again."


class SignInDesk:
    """Signs people in and out, and says who a session's user is."""

    def __init__(
        self,
        accounts: Accounts,
        sessions: Sessions,
        hasher: PasswordHasher,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._accounts = accounts
        self._sessions = sessions
        self._hasher = hasher
        self._clock = clock
        self._one_at_a_time = threading.Lock()

    def sign_in(self, name: str, password: str, ip: str) -> Session:
        """Begin a session of whoever has this name (or e-mail address) and password.

        Raises Unauthenticated with the same sentence, and after as long, whatever was wrong. After too many
        failures nothing is checked for a while. One password is checked at a time: each takes 64 MiB.
        """
        with self._one_at_a_time:
            account = self._accounts.named(name.strip())
            called = name.strip().casefold() if account is None else account.user_id
            keys, now = keys_of(called, ip), self._clock()
            until = self._sessions.failures(tuple(keys))
            if is_slowed(keys, until, now):
                raise Unauthenticated(REFUSED)
            may = account is not None and account.is_active
            stored = account.password_hash if account is not None and may else ""
            fits = self._hasher.verify(stored, prepared(password[: LONGEST + 1]))
            if account is None or not fits:
                reason = "password" if may else "account disabled" if account else "unknown name"
                event = _refusal(account, reason, ip, now)
                self._sessions.fail(after_failure(keys, until, now), now, event)
                raise Unauthenticated(REFUSED)
            own = [key for key in keys if not key.startswith("from ")]
            return self._begin(account, ip, "password", own)

    def sign_in_demo(self, user_id: UserId, ip: str) -> Session:
        """Begin a session of a demo person, who has no password; raises Unauthenticated for everybody else."""
        account = self._accounts.account(user_id)
        if account is None or not account.is_demo or not account.is_active:
            raise Unauthenticated(REFUSED)
        return self._begin(account, ip, "demo")

    def sign_in_verified(self, user: User, ip: str) -> Session:
        """Begin a session of somebody whom Entra ID has verified; name, address and role become what it says.

        Raises Unauthenticated when the account is disabled here, or is none of Entra ID's.
        """
        known, now = self._accounts.account(user.user_id), self._clock()
        try:
            admitted = self.admitted(user)
        except Unauthenticated:
            self._sessions.fail({}, now, _refusal(known, "account disabled", ip, now))
            raise
        if known is None or known.user != admitted:
            account = Account(
                **dict(admitted),
                source=AccountSource.ENTRA,
                version=1 if known is None else known.version + 1,
                created_at=now if known is None else known.created_at,
            )
            detail = {"role": user.role.value, "by": "entra"}
            event = _told(user.user_id, "account_taken_over", user.user_id, ip, now)
            self._accounts.keep((account,), (event.model_copy(update={"detail": detail}),))
            known = account
        return self._begin(known, ip, "entra")

    def admitted(self, user: User) -> User:
        """Return somebody whom Entra ID has verified as they may act here: for the companies set here.

        Raises Unauthenticated when the account is disabled here, or is none of Entra ID's.
        """
        known = self._accounts.account(user.user_id)
        if known is None:
            return user
        if known.source is not AccountSource.ENTRA or not known.is_active:
            raise Unauthenticated("This account may not sign in here. Ask an administrator.")
        return user.model_copy(update={"companies": known.companies})

    def user_of(self, session_id: str) -> User:
        """Return whose session this is and keep that it was used; raises Unauthenticated when it is over.

        It is over after sign-out, after 30 minutes without use, after 8 hours, and with every change of the
        account (role, password, companies, disabled).
        """
        session, account = self._found(session_id)
        now = self._clock()
        if now - session.last_seen_at >= TOUCHED_EVERY:
            self._sessions.touch(session.session_id, now)
        return account.user

    def is_over(self, session_id: str) -> bool:
        """Whether a session is over; asking is no use of it."""
        try:
            self._found(session_id)
        except Unauthenticated:
            return True
        return False

    def sign_out(self, session_id: str, ip: str) -> None:
        """End a session; without effect on one that is over."""
        session = self._sessions.session(SessionId(session_id))
        if session is None:
            return
        now = self._clock()
        event = _told(session.user_id, "signed_out", session.user_id, ip, now)
        self._sessions.end(session.session_id, now, event)

    def people(self) -> list[User]:
        """Return everybody who may sign in, oldest account first."""
        return [one.user for one in self._accounts.accounts() if one.is_active]

    def demo_people(self) -> list[User]:
        """Return who may sign in without a password."""
        return [one.user for one in self._accounts.accounts() if one.is_demo and one.is_active]

    def has_password(self, user: User) -> bool:
        """Whether somebody signs in with a password that is kept here."""
        account = self._accounts.account(user.user_id)
        return account is not None and account.source is AccountSource.LOCAL

    def _found(self, session_id: str) -> tuple[Session, Account]:
        session, now = self._sessions.session(SessionId(session_id)), self._clock()
        if (
            session is None
            or session.ended_at is not None
            or now - session.last_seen_at > IDLE
            or now - session.started_at > LONGEST_SESSION
        ):
            raise Unauthenticated(ENDED)
        account = self._accounts.account(session.user_id)
        if account is None or not account.is_active or account.version != session.account_version:
            raise Unauthenticated(ENDED)
        return session, account

    def _begin(
        self, account: Account, ip: str, by: str, forgiven: list[str] | None = None
    ) -> Session:
        now = self._clock()
        session = Session(
            session_id=SessionId(secrets.token_urlsafe(32)),
            user_id=account.user_id,
            account_version=account.version,
            ip_address=ip,
            started_at=now,
            last_seen_at=now,
        )
        event = _told(account.user_id, "signed_in", account.user_id, ip, now)
        self._sessions.begin(
            session, event.model_copy(update={"detail": {"by": by}}), forgiven or ()
        )
        return session


def _refusal(account: Account | None, reason: str, ip: str, now: datetime) -> AuditEvent:
    resource = "account" if account is None else account.user_id
    event = _told(ANONYMOUS, "sign_in_refused", resource, ip, now)
    return event.model_copy(update={"result": "refused", "detail": {"reason": reason}})


def _told(actor: UserId, action: str, resource: str, ip: str, now: datetime) -> AuditEvent:
    return AuditEvent(actor=actor, action=action, resource=resource, at=now, ip_address=ip)
