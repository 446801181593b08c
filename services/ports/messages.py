"""Messages: claimed and completed; notices: written with an act, sent later."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from services.domain.messages import Effects, Message, Queue
from services.domain.notices import Notice


@dataclass(frozen=True, slots=True)
class Delivery:
    """A claimed message: hold ``lock_token`` to complete it; ``delivery_count`` starts at 1."""

    message: Message
    queue: Queue
    lock_token: str
    delivery_count: int


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that was given up on, and why."""

    message: Message
    queue: Queue
    reason: str
    description: str


class MessageQueue(Protocol):
    """At-least-once queues with leases; completing commits the stage's effects in the same transaction."""

    def claim(self, queues: Sequence[Queue], worker: str) -> Delivery | None:
        """Lease the oldest visible message, at most one in flight per report; None when idle."""
        ...

    def renew(self, delivery: Delivery) -> bool:
        """Extend the lease; False when it was lost."""
        ...

    def complete(self, delivery: Delivery, effects: Effects) -> bool:
        """Acknowledge and commit effects, next messages and audit at once; False (nothing written) when the lease was lost."""
        ...

    def abandon(self, delivery: Delivery, delay_seconds: float) -> None:
        """Give the message back, visible again after the delay."""
        ...

    def dead_letter(
        self, delivery: Delivery, reason: str, description: str, effects: Effects
    ) -> None:
        """Move the message to the dead letters and commit the effects (such as the report's failure)."""
        ...

    def dead_letters(self) -> list[DeadLetter]:
        """Return the dead letters, newest first."""
        ...

    def depth(self) -> dict[Queue, int]:
        """Return the number of messages waiting or in flight by queue."""
        ...


class Outgoing(Protocol):
    """The messages that records were committed with, where the queue is in another store than the records."""

    def pending(self, limit: int) -> list[Message]:
        """Return at most so many messages to hand to the queue, oldest first.

        A message whose report has an older one without a marker waits for that, so that a report has one in flight.
        """
        ...

    def forwarded(self, messages: Sequence[Message]) -> None:
        """Keep that the queue has these messages."""
        ...

    def was_processed(self, message: Message) -> bool:
        """Whether the marker of a message is committed."""
        ...

    def unprocessed(self) -> dict[Queue, int]:
        """Return the number of committed messages without a marker by queue, whether the queue has them or not."""
        ...


class Outbox(Protocol):
    """The notices that have not left yet; they are written with the act they tell of."""

    def take(self) -> Notice | None:
        """Return the next notice that is due, counted as tried and due again later; None when there is none."""
        ...

    def settle(self, notice: Notice) -> None:
        """Keep what became of a notice: sent, to be tried again, or failed."""
        ...


class Notifier(Protocol):
    """Brings a notice to its recipient; at least once, so that the notice's id tells repeats apart."""

    def send(self, notice: Notice) -> None:
        """Deliver or raise Unavailable with a sentence."""
        ...
