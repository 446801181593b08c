"""Kept answers in SQLite, in the file of what they were given for."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime

from services.adapters.local.database import Database
from services.domain.answers import KEPT_FOR, KeptAnswer
from services.domain.base import utc_now


class SqliteAnswers:
    """Answers are looked up by id, and dropped when others are kept after their time."""

    def __init__(self, database: Database, clock: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._clock = clock

    def together(self, *, alone: bool = False) -> AbstractContextManager[None]:
        """Make everything committed to the file meanwhile one transaction."""
        return self._database.together(alone=alone)

    def kept(self, answer_id: str) -> KeptAnswer | None:
        """Return an answer that is not older than it is kept for."""
        query = "SELECT record FROM kept_answers WHERE answer_id = ? AND made_at > ?"
        with self._database.reading() as connection:
            row = connection.execute(query, (answer_id, self._oldest())).fetchone()
        return None if row is None else KeptAnswer.model_validate_json(row[0])

    def keep(self, answer: KeptAnswer) -> None:
        """Write an answer; raises Conflict when one with its id is kept."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM kept_answers WHERE made_at <= ?", (self._oldest(),))
            connection.execute(
                "INSERT INTO kept_answers (answer_id, made_at, record) VALUES (?, ?, ?)",
                (answer.answer_id, answer.made_at.timestamp(), answer.model_dump_json()),
            )

    def _oldest(self) -> float:
        return (self._clock() - KEPT_FOR).timestamp()
