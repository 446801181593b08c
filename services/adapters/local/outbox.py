"""The outbox in SQLite: notices that were committed with their act and have not left yet."""

from collections.abc import Callable
from datetime import datetime, timedelta

from services.adapters.local.database import Database
from services.adapters.local.tables import RECORD_TABLES
from services.domain.base import utc_now
from services.domain.notices import Notice

_DUE = (
    "SELECT record FROM notices WHERE state = 'waiting' AND next_try <= ? "
    "ORDER BY next_try, rowid LIMIT 1"
)


class SqliteOutbox:
    """A notice that is taken is due again after the lease, should its sender die with it."""

    def __init__(
        self,
        database: Database,
        lease_seconds: float = 30,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._database = database
        self._lease = timedelta(seconds=lease_seconds)
        self._clock = clock

    def take(self) -> Notice | None:
        """Return the next due notice, counted as tried and moved on by the lease; None when there is none."""
        now = self._clock()
        due = now.isoformat(timespec="microseconds")
        with self._database.reading() as connection:
            if connection.execute(_DUE, (due,)).fetchone() is None:
                return None
        with self._database.transaction() as connection:
            row = connection.execute(_DUE, (due,)).fetchone()
            if row is None:
                return None
            found = Notice.model_validate_json(row[0])
            taken = found.model_copy(
                update={"tries": found.tries + 1, "next_try": now + self._lease}
            )
            RECORD_TABLES[Notice].upsert(connection, [(0, taken)])
        return taken

    def settle(self, notice: Notice) -> None:
        """Keep what became of a notice."""
        with self._database.transaction() as connection:
            RECORD_TABLES[Notice].upsert(connection, [(0, notice)])
