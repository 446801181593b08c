# ruff: noqa: S608 - only our own constants are put into SQL text, values never are
"""The four queues as leases in SQLite, in the same file as the records.

Because acknowledgement, effects, next messages and audit are one transaction, a worker that is killed
at any moment leaves either all of a stage or nothing of it. The verbs are those of Azure Service Bus:
lock token, lease, delivery count, abandon, dead letter, session.
"""

import sqlite3
import uuid
from collections.abc import Callable, Sequence
from datetime import datetime

from services.adapters.local.database import Database
from services.adapters.local.effects import write_effects
from services.domain.base import utc_now
from services.domain.messages import Effects, Message, Queue
from services.ports import DeadLetter, Delivery

_READY = """
    SELECT m.seq FROM messages m
    WHERE m.state = 'waiting' AND m.queue IN ({marks}) AND m.visible_at <= :now AND m.lease_until <= :now
      AND NOT EXISTS (
        SELECT 1 FROM messages other
        WHERE other.session_key = m.session_key AND other.state = 'waiting' AND other.lease_until > :now)
    ORDER BY m.seq LIMIT 1
"""
_HELD = "queue = ? AND message_id = ? AND lock_token = ? AND state = 'waiting'"


class SqliteQueue:
    """At-least-once delivery, exactly-once effects; one message in flight per report."""

    def __init__(
        self,
        database: Database,
        lease_seconds: float = 30,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._database = database
        self._lease_seconds = lease_seconds
        self._clock = clock

    def claim(self, queues: Sequence[Queue], worker: str) -> Delivery | None:
        """Lease the oldest visible message whose report has none in flight; None when idle."""
        names = {f"q{index}": queue.value for index, queue in enumerate(queues)}
        now = self._now()
        ready = _READY.format(marks=", ".join(f":{name}" for name in names))
        values = {**names, "now": now}
        with self._database.reading() as connection:
            # A look without the write lock, so that idle workers never stand in a writer's way.
            if connection.execute(ready, values).fetchone() is None:
                return None
        values |= {
            "token": uuid.uuid4().hex,
            "worker": worker,
            "until": now + self._lease_seconds,
        }
        with self._database.transaction() as connection:
            row = connection.execute(
                "UPDATE messages SET lock_token = :token, locked_by = :worker, lease_until = :until, "
                f"delivery_count = delivery_count + 1 WHERE seq = ({ready}) "
                "RETURNING record, queue, lock_token, delivery_count",
                values,
            ).fetchone()
        return None if row is None else _delivery(row)

    def renew(self, delivery: Delivery) -> bool:
        """Extend the lease; False when it was lost."""
        with self._database.transaction() as connection:
            return self._settle(connection, delivery, "lease_until = ?", self._lease_end())

    def complete(self, delivery: Delivery, effects: Effects) -> bool:
        """Acknowledge and commit the effects at once; False, with nothing written, when the lease was lost."""
        now = self._now()
        with self._database.transaction() as connection:
            held = self._settle(
                connection, delivery, "state = 'done', lock_token = NULL, settled_at = ?", now
            )
            if held:
                write_effects(connection, effects, now)
        return held

    def abandon(self, delivery: Delivery, delay_seconds: float) -> None:
        """Give the message back, visible again after the delay; without effect when the lease was lost."""
        with self._database.transaction() as connection:
            self._settle(
                connection,
                delivery,
                "lock_token = NULL, locked_by = NULL, lease_until = 0, visible_at = ?",
                self._now() + delay_seconds,
            )

    def dead_letter(
        self, delivery: Delivery, reason: str, description: str, effects: Effects
    ) -> None:
        """Give the message up and commit the effects; without effect when the lease was lost."""
        now = self._now()
        with self._database.transaction() as connection:
            held = self._settle(
                connection,
                delivery,
                "state = 'dead', lock_token = NULL, settled_at = ?, reason = ?, description = ?",
                now,
                reason,
                description,
            )
            if held:
                write_effects(connection, effects, now)

    def dead_letters(self) -> list[DeadLetter]:
        """Return the dead letters, newest first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT record, queue, reason, description FROM messages WHERE state = 'dead' "
                "ORDER BY settled_at DESC, seq DESC"
            ).fetchall()
        return [
            DeadLetter(Message.model_validate_json(record), Queue(queue), reason, description)
            for record, queue, reason, description in rows
        ]

    def depth(self) -> dict[Queue, int]:
        """Return the number of messages waiting or in flight by queue."""
        with self._database.reading() as connection:
            counts = dict(
                connection.execute(
                    "SELECT queue, count(*) FROM messages WHERE state = 'waiting' GROUP BY queue"
                ).fetchall()
            )
        return {queue: counts.get(queue.value, 0) for queue in Queue}

    def release(self, workers: Sequence[str]) -> int:
        """Make the messages of dead workers visible at once; return how many there were."""
        with self._database.transaction() as connection:
            return sum(
                connection.execute(
                    "UPDATE messages SET lock_token = NULL, locked_by = NULL, lease_until = 0 "
                    "WHERE state = 'waiting' AND locked_by = ?",
                    (worker,),
                ).rowcount
                for worker in workers
            )

    def _settle(
        self, connection: sqlite3.Connection, delivery: Delivery, changes: str, *values: object
    ) -> bool:
        cursor = connection.execute(
            f"UPDATE messages SET {changes} WHERE {_HELD}",
            (*values, delivery.queue.value, delivery.message.message_id, delivery.lock_token),
        )
        return cursor.rowcount == 1

    def _now(self) -> float:
        return self._clock().timestamp()

    def _lease_end(self) -> float:
        return self._now() + self._lease_seconds


def _delivery(row: tuple[str, str, str, int]) -> Delivery:
    record, queue, lock_token, delivery_count = row
    return Delivery(Message.model_validate_json(record), Queue(queue), lock_token, delivery_count)
