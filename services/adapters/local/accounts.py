# ruff: noqa: S608 - only our own constants are put into SQL text, values never are
"""Accounts and sessions in SQLite; every change is one transaction with its audit entries."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from services.adapters.local.database import Database
from services.adapters.local.effects import append_events
from services.domain.audit import AuditEvent
from services.domain.errors import Conflict
from services.domain.identity import Account, AccountSource, Session
from services.domain.ids import SessionId, UserId

_FIELDS = tuple(Session.model_fields)
_NAMES, _MARKS = ", ".join(_FIELDS), ", ".join(f":{name}" for name in _FIELDS)


class SqliteAccounts:
    """The people who may sign in, one row an account."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def account(self, user_id: UserId) -> Account | None:
        """Return one account or None."""
        return next(iter(self._all("user_id = ?", user_id)), None)

    def named(self, name: str) -> Account | None:
        """Return the account with this user id or local e-mail address in any letter case, or None."""
        wanted = name.casefold()
        return next(iter(self._all("user_id = ? OR sign_in_email = ?", wanted, wanted)), None)

    def accounts(self) -> list[Account]:
        """Return every account, disabled ones too, oldest first."""
        return self._all("1 ORDER BY rowid")

    def keep(self, accounts: Sequence[Account], events: Sequence[AuditEvent]) -> None:
        """Write new accounts or the next version of known ones; raises Conflict when one is not the next."""
        with self._database.transaction() as connection:
            for account in accounts:
                (known,) = connection.execute(
                    "SELECT coalesce(max(version), 0) FROM accounts WHERE user_id = ?",
                    (account.user_id,),
                ).fetchone()
                if account.version != known + 1:
                    raise Conflict(
                        "This account was changed by somebody else meanwhile; look again."
                    )
                connection.execute(
                    "INSERT INTO accounts (user_id, sign_in_email, version, record) VALUES (?, ?, ?, ?) "
                    "ON CONFLICT (user_id) DO UPDATE SET sign_in_email = excluded.sign_in_email, "
                    "version = excluded.version, record = excluded.record",
                    (
                        account.user_id,
                        _sign_in_email(account),
                        account.version,
                        account.model_dump_json(),
                    ),
                )
            append_events(connection, events)

    def _all(self, where: str, *values: str) -> list[Account]:
        with self._database.reading() as connection:
            rows = connection.execute(f"SELECT record FROM accounts WHERE {where}", values)
            return [Account.model_validate_json(record) for (record,) in rows]


class SqliteSessions:
    """Who is signed in, and until when failed sign-ins are remembered."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def session(self, session_id: SessionId) -> Session | None:
        """Return one session, an ended one too, or None."""
        with self._database.reading() as connection:
            row = connection.execute(
                f"SELECT {_NAMES} FROM sessions WHERE session_id = ?", (session_id,)
            ).fetchone()
        return None if row is None else Session.model_validate(dict(zip(_FIELDS, row, strict=True)))

    def begin(self, session: Session, event: AuditEvent, forgiven: Sequence[str] = ()) -> None:
        """Write a new session and forget the failures under the forgiven keys."""
        with self._database.transaction() as connection:
            connection.execute(
                f"INSERT INTO sessions ({_NAMES}) VALUES ({_MARKS})",
                session.model_dump(mode="json"),
            )
            connection.executemany(
                "DELETE FROM sign_in_failures WHERE key = ?", [(key,) for key in forgiven]
            )
            append_events(connection, (event,))

    def touch(self, session_id: SessionId, at: datetime) -> None:
        """Keep when a session was last used; one that has ended stays as it is."""
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE sessions SET last_seen_at = ? WHERE session_id = ? AND ended_at IS NULL",
                (at.isoformat(), session_id),
            )

    def end(self, session_id: SessionId, at: datetime, event: AuditEvent) -> None:
        """End a session; without effect on one that has ended."""
        with self._database.transaction() as connection:
            ended = connection.execute(
                "UPDATE sessions SET ended_at = ? WHERE session_id = ? AND ended_at IS NULL",
                (at.isoformat(), session_id),
            )
            if ended.rowcount:
                append_events(connection, (event,))

    def failures(self, keys: Sequence[str]) -> dict[str, datetime]:
        """Return when the failures under each of the keys are forgotten."""
        marks = ", ".join("?" * len(keys))
        with self._database.reading() as connection:
            rows = connection.execute(
                f"SELECT key, until FROM sign_in_failures WHERE key IN ({marks})", keys
            ).fetchall()
        return {key: datetime.fromtimestamp(until, UTC) for key, until in rows}

    def fail(self, until: Mapping[str, datetime], now: datetime, event: AuditEvent) -> None:
        """Keep until when failures are remembered under their keys; drop what is forgotten by now."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM sign_in_failures WHERE until <= ?", (now.timestamp(),))
            connection.executemany(
                "INSERT INTO sign_in_failures (key, until) VALUES (?, ?) "
                "ON CONFLICT (key) DO UPDATE SET until = excluded.until",
                [(key, moment.timestamp()) for key, moment in until.items()],
            )
            append_events(connection, (event,))


def _sign_in_email(account: Account) -> str | None:
    """Return what is unique among those who sign in with a password here."""
    local = account.source is AccountSource.LOCAL
    return account.email.casefold() or None if local else None
