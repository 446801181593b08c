"""The messages of the records' commits, for a queue that is elsewhere: the rows that the embedded queue would lease."""

from collections.abc import Callable, Sequence
from datetime import datetime

from services.adapters.local.database import Database
from services.domain.base import utc_now
from services.domain.messages import Message, Queue

_PENDING = """
    SELECT m.record FROM messages m
    WHERE m.state = 'waiting' AND m.forwarded_at IS NULL AND NOT EXISTS (
        SELECT 1 FROM messages o WHERE o.session_key = m.session_key AND o.state = 'waiting' AND o.seq < m.seq)
    ORDER BY m.seq LIMIT ?
"""


class SqliteOutgoing:
    """A message waits from its commit until its marker is committed; in between it is handed on."""

    def __init__(self, database: Database, clock: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._clock = clock

    def pending(self, limit: int) -> list[Message]:
        """Return at most so many messages to hand to the queue, oldest first; a report's next waits for its last."""
        with self._database.reading() as connection:
            rows = connection.execute(_PENDING, (limit,)).fetchall()
        return [Message.model_validate_json(record) for (record,) in rows]

    def forwarded(self, messages: Sequence[Message]) -> None:
        """Keep that the queue has these messages."""
        now = self._clock().timestamp()
        with self._database.transaction() as connection:
            connection.executemany(
                "UPDATE messages SET forwarded_at = ? WHERE queue = ? AND message_id = ?",
                [(now, one.kind.queue.value, one.message_id) for one in messages],
            )

    def was_processed(self, message: Message) -> bool:
        """Whether the marker of a message is committed."""
        marker = f"{message.kind.queue}/{message.message_id}"
        with self._database.reading() as connection:
            found = connection.execute("SELECT 1 FROM processed WHERE id = ?", (marker,))
            return found.fetchone() is not None

    def unprocessed(self) -> dict[Queue, int]:
        """Return the number of committed messages without a marker by queue, whether the queue has them or not."""
        with self._database.reading() as connection:
            counts = dict(
                connection.execute(
                    "SELECT queue, count(*) FROM messages WHERE state = 'waiting' GROUP BY queue"
                ).fetchall()
            )
        return {queue: counts.get(queue.value, 0) for queue in Queue}
