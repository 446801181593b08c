"""Messages that a Functions host brings: it holds the lock, completes what returns and gives back what raises.

The host's Python model lets no function settle a message by itself, so that a retry is a scheduled copy here and what is
given up a marked copy, which is raised at until the queue buries it (docs/decisions/0030).
"""

import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

from azure.core.exceptions import AzureError

from services.adapters.azure.bus import Bus, said
from services.adapters.azure.bus_messages import GivenUp, last_wire, retry
from services.domain.errors import Unavailable
from services.domain.messages import Effects, Queue
from services.ports import DeadLetter, Delivery

_log = logging.getLogger(__name__)


class HostQueue:
    """Effects exactly once by markers, as ``ServiceBusQueue``; each delivery is worked on inside ``brought``."""

    def __init__(self, bus: Bus) -> None:
        self.bus = bus
        self._lock = threading.Lock()
        self._open: set[str] = set()

    @contextmanager
    def brought(self, delivery: Delivery) -> Iterator[None]:
        """Work on a delivery; raises Unavailable at the end where nothing became of it, so that the host gives it back."""
        with self._lock:
            self._open.add(delivery.lock_token)
        try:
            yield
            if delivery.lock_token in self._open:
                raise Unavailable(
                    f"{delivery.message.message_id} could not be worked off; it comes again."
                )
        finally:
            self._done_with(delivery)

    def complete(self, delivery: Delivery, effects: Effects) -> bool:
        """Commit the effects with the marker and hand on the next messages; the host completes the message.

        False, with nothing written, when the message was worked off before.
        """
        written = self.bus.commit(delivery, effects)
        self._done_with(delivery)
        self.hand_on()
        return written

    def abandon(self, delivery: Delivery, delay_seconds: float) -> None:
        """Let a copy come after the delay, which carries how often the message was delivered; raises Unavailable.

        Without a delay the host gives the message back.
        """
        if delay_seconds > 0:
            due = self.bus.clock() + timedelta(seconds=delay_seconds)
            with said():
                self.bus.send(delivery.queue, retry(delivery.message, delivery.delivery_count, due))
            self._done_with(delivery)

    def dead_letter(
        self, delivery: Delivery, reason: str, description: str, effects: Effects
    ) -> None:
        """Send the message on as given up, then commit the effects with the marker; raises Unavailable.

        The copy goes first: a crash in between brings the message again, and the second copy is dropped by its id.
        """
        if not self.bus.outgoing.was_processed(delivery.message):
            with said():
                self.bus.send(
                    delivery.queue, last_wire(delivery.message, GivenUp(reason, description))
                )
            self.bus.commit(delivery, effects)
        self._done_with(delivery)
        self.hand_on()

    def hand_on(self) -> None:
        """Hand on what the records have for the queues; what fails is made up for by the next look, and logged."""
        try:
            self.bus.forward()
        except (AzureError, ValueError):  # ValueError: the SDK's word for a sender that is shut
            _log.warning("what is pending could not be handed on", exc_info=True)

    def claim(self, queues: Sequence[Queue], worker: str) -> Delivery | None:
        """Return None: the host brings messages."""
        del queues, worker
        return None

    def renew(self, delivery: Delivery) -> bool:
        """Return True: the host keeps the lock."""
        del delivery
        return True

    def dead_letters(self) -> list[DeadLetter]:
        """Return the dead letters that are messages of ours, the last sent first; 250 of each queue at most."""
        return self.bus.dead_letters()

    def depth(self) -> dict[Queue, int]:
        """Return the number of messages waiting or in flight by queue, as the records know it."""
        return self.bus.outgoing.unprocessed()

    def _done_with(self, delivery: Delivery) -> None:
        with self._lock:
            self._open.discard(delivery.lock_token)
