"""The four queues on Service Bus: peek-lock, a session a report, duplicate detection, dead letters.

Here a worker receives by itself; what a Functions host brings is in ``host_queue``.
"""

import logging
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from azure.core.exceptions import AzureError
from azure.servicebus import (
    NEXT_AVAILABLE_SESSION,
    ServiceBusReceivedMessage,
    ServiceBusReceiver,
)
from azure.servicebus.exceptions import OperationTimeoutError, SessionLockLostError

from services.adapters.azure.bus import Bus, open_bus, received_message, said
from services.adapters.azure.bus_messages import deliveries_before, given_up, retry
from services.config import Settings
from services.domain.messages import Effects, Queue
from services.ports import DeadLetter, Delivery, Outgoing, RecordStore

_SESSION_WAIT_SECONDS = 1.0
_FULL_LOOK_SECONDS = 30.0
"""So often all queues are looked at, those too in which the records know of no message."""
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Held:
    """A session that is ours, with its one message in hand."""

    receiver: ServiceBusReceiver
    message: ServiceBusReceivedMessage
    lost: bool = False


def open_queue(settings: Settings, records: RecordStore, outgoing: Outgoing) -> "ServiceBusQueue":
    """Return the queues of the Service Bus that the settings name; it is reached with the first use."""
    return ServiceBusQueue(open_bus(settings, records, outgoing))


class ServiceBusQueue:
    """At-least-once delivery, effects exactly once by markers; one message in flight per report."""

    def __init__(self, bus: Bus) -> None:
        self.bus = bus
        self._lock = threading.RLock()
        self._held: dict[str, _Held] = {}
        self._full_look = time.monotonic() + _FULL_LOOK_SECONDS

    def claim(self, queues: Sequence[Queue], worker: str) -> Delivery | None:
        """Hand on what is pending, then lock a session and its oldest message; None when idle.

        Raises Unavailable when Service Bus does not answer or refuses.
        """
        with self._lock, said():
            self.bus.forward()
            for token in [token for token, held in self._held.items() if self._is_lost(held)]:
                self._let_go(token)
            for queue in self._worth_a_look(queues):
                delivery = self._taken(queue)
                if delivery is not None:
                    _log.debug("%s has %s", worker, delivery.message.message_id)
                    return delivery
        return None

    def renew(self, delivery: Delivery) -> bool:
        """Extend the session's lock; False when it was lost."""
        with self._lock, said():
            held = self._held.get(delivery.lock_token)
            if held is None or held.lost:
                return False
            try:
                held.receiver.session.renew_lock()
            except SessionLockLostError:
                held.lost = True
            return not held.lost

    def complete(self, delivery: Delivery, effects: Effects) -> bool:
        """Commit the effects with the marker, hand on the next messages, then complete the message.

        False, with nothing written, when the lock was known to be lost or the message was worked off before.
        """
        held = self._holding(delivery)
        if held is None:
            return False
        written = self.bus.commit(delivery, effects)
        with self._after_commit(delivery):
            self.bus.forward()
            held.receiver.complete_message(held.message)
        return written

    def abandon(self, delivery: Delivery, delay_seconds: float) -> None:
        """Give the message back; with a delay as a scheduled copy, which carries how often it was delivered.

        The copy is sent before the message is completed, so that a crash in between leaves both; the marker lets one
        of them have effects. Without effect when the lock was lost.
        """
        held = self._holding(delivery)
        if held is None:
            return
        with self._lock, said():
            try:
                if delay_seconds > 0:
                    due = self.bus.clock() + timedelta(seconds=delay_seconds)
                    self.bus.send(
                        delivery.queue, retry(delivery.message, delivery.delivery_count, due)
                    )
                    held.receiver.complete_message(held.message)
                else:
                    held.receiver.abandon_message(held.message)
            finally:
                self._let_go(delivery.lock_token)

    def dead_letter(
        self, delivery: Delivery, reason: str, description: str, effects: Effects
    ) -> None:
        """Commit the effects with the marker and move the message; without effect when the lock was lost."""
        held = self._holding(delivery)
        if held is None:
            return
        written = self.bus.commit(delivery, effects)
        with self._after_commit(delivery):
            self.bus.forward()
            if written:
                held.receiver.dead_letter_message(
                    held.message, reason=reason, error_description=description
                )
            else:
                held.receiver.complete_message(held.message)

    def dead_letters(self) -> list[DeadLetter]:
        """Return the dead letters that are messages of ours, the last sent first; 250 of each queue at most."""
        return self.bus.dead_letters()

    def depth(self) -> dict[Queue, int]:
        """Return the number of messages waiting or in flight by queue, as the records know it."""
        return self.bus.outgoing.unprocessed()

    def close(self) -> None:
        """Close every link and the connection; what is in hand comes again when its lock ends."""
        with self._lock:
            for token in list(self._held):
                self._let_go(token)
            self.bus.close()

    def _worth_a_look(self, queues: Sequence[Queue]) -> list[Queue]:
        """Return the queues that have messages by the records; all of them now and then, whatever these say."""
        now = time.monotonic()
        if now >= self._full_look:
            self._full_look = now + _FULL_LOOK_SECONDS
            return list(queues)
        waiting = self.bus.outgoing.unprocessed()
        return [queue for queue in queues if waiting[queue]]

    def _taken(self, queue: Queue) -> Delivery | None:
        receiver = self.bus.client.get_queue_receiver(
            queue.value,
            session_id=NEXT_AVAILABLE_SESSION,
            max_wait_time=_SESSION_WAIT_SECONDS,
        )
        delivery = None
        try:
            delivery = self._received(receiver, queue)
        except OperationTimeoutError:
            return None  # no session came free
        finally:
            if delivery is None:
                receiver.close()
        return delivery

    def _received(self, receiver: ServiceBusReceiver, queue: Queue) -> Delivery | None:
        """Return the first message of a session that is to be worked on."""
        while found := receiver.receive_messages(1, max_wait_time=_SESSION_WAIT_SECONDS):
            incoming = received_message(found[0])
            letter = given_up(found[0].application_properties)
            if letter is not None:
                receiver.dead_letter_message(
                    found[0], reason=letter.reason, error_description=letter.description
                )
            elif incoming is None:
                receiver.dead_letter_message(
                    found[0], reason="malformed", error_description="It is no message of ours."
                )
            elif self.bus.outgoing.was_processed(incoming):
                receiver.complete_message(found[0])
            else:
                token = str(found[0].lock_token)
                self._held[token] = _Held(receiver, found[0])
                return Delivery(incoming, queue, token, _deliveries(found[0]))
        return None

    def _holding(self, delivery: Delivery) -> _Held | None:
        with self._lock:
            held = self._held.get(delivery.lock_token)
            if held is not None and self._is_lost(held):
                self._let_go(delivery.lock_token)
                return None
            return held

    def _is_lost(self, held: _Held) -> bool:
        until = held.receiver.session.locked_until_utc
        return held.lost or (until is not None and until <= self.bus.clock())

    def _let_go(self, token: str) -> None:
        held = self._held.pop(token)
        try:
            held.receiver.close()
        except AzureError:
            _log.info("a session could not be closed; its lock ends by itself", exc_info=True)

    @contextmanager
    def _after_commit(self, delivery: Delivery) -> Iterator[None]:
        """Let nothing that fails after the commit look like a failure: it is made up for by a later claim."""
        with self._lock:
            try:
                yield
            except (
                AzureError,
                ValueError,
            ):  # ValueError: the SDK's word for a receiver that is shut
                _log.warning(
                    "%s is worked off, but Service Bus was not told", delivery.message.message_id,
                    exc_info=True,
                )  # fmt: skip
            finally:
                self._let_go(delivery.lock_token)


def _deliveries(received: ServiceBusReceivedMessage) -> int:
    """Return how often a message was delivered, this time and the times before its retries included."""
    before = deliveries_before(received.application_properties)
    return before + int(received.delivery_count or 0) + 1
