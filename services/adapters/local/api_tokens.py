"""The tokens of programs in SQLite."""

from services.adapters.local.database import Database
from services.adapters.local.effects import append_events
from services.domain.audit import AuditEvent
from services.domain.identity import ApiToken
from services.domain.ids import TokenId


class SqliteApiTokens:
    """One row a token; every change is one transaction with its audit entry."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def token(self, token_id: TokenId) -> ApiToken | None:
        """Return one token, an expired or revoked one too, or None."""
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT record FROM api_tokens WHERE token_id = ?", (token_id,)
            ).fetchone()
        return None if row is None else ApiToken.model_validate_json(row[0])

    def tokens(self) -> list[ApiToken]:
        """Return every token, oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute("SELECT record FROM api_tokens ORDER BY rowid")
            return [ApiToken.model_validate_json(record) for (record,) in rows]

    def keep(self, token: ApiToken, event: AuditEvent) -> None:
        """Write a new token, or what became of a known one."""
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO api_tokens (token_id, record) VALUES (?, ?) "
                "ON CONFLICT (token_id) DO UPDATE SET record = excluded.record",
                (token.token_id, token.model_dump_json()),
            )
            append_events(connection, (event,))
