"""The four queues on Service Bus: peek-lock, a session a report, duplicate detection, dead letters.

Service Bus and the records cannot commit together. So a stage's effects, the marker of its message and its next messages
are one commit of the records; then the next messages are handed on, then the message is completed. What a crash leaves
undone in between, any worker's next claim does (docs/decisions/0027).
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from azure.core.exceptions import AzureError
from azure.servicebus import (
    NEXT_AVAILABLE_SESSION,
    ServiceBusClient,
    ServiceBusMessage,
    ServiceBusReceivedMessage,
    ServiceBusReceiver,
    ServiceBusSender,
    ServiceBusSubQueue,
)
from azure.servicebus.exceptions import (
    MessagingEntityNotFoundError,
    OperationTimeoutError,
    ServiceBusAuthenticationError,
    ServiceBusAuthorizationError,
    SessionLockLostError,
)
from pydantic import ValidationError

from services.adapters.azure.credentials import identity, verification
from services.config import Settings
from services.domain.base import utc_now
from services.domain.errors import Conflict, Unavailable
from services.domain.messages import Effects, Message, Processed, Queue
from services.ports import DeadLetter, Delivery, Outgoing, RecordStore

_SESSION_WAIT_SECONDS = 1.0
_FULL_LOOK_SECONDS = 30.0
"""So often all queues are looked at, those too in which the records know of no message."""
_FORWARD_AT_ONCE = 100
_DEAD_LETTERS_SHOWN = 250
_DELIVERIES = "deliveries"
_RETRIES = {"retry_total": 2, "retry_backoff_factor": 0.5, "retry_backoff_max": 5}
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Held:
    """A session that is ours, with its one message in hand."""

    receiver: ServiceBusReceiver
    message: ServiceBusReceivedMessage
    lost: bool = False


def open_queue(settings: Settings, records: RecordStore, outgoing: Outgoing) -> "ServiceBusQueue":
    """Return the queues of the Service Bus that the settings name; it is reached with the first use."""
    return ServiceBusQueue(lambda: _client(settings), records, outgoing)


def _client(settings: Settings) -> ServiceBusClient:
    verify = verification(settings)
    options: dict[str, Any] = {
        **_RETRIES,
        **({} if verify is True else {"connection_verify": verify}),
    }
    if settings.service_bus_connection:
        return ServiceBusClient.from_connection_string(settings.service_bus_connection, **options)
    return ServiceBusClient(settings.service_bus_namespace, identity(), **options)


class ServiceBusQueue:
    """At-least-once delivery, effects exactly once by markers; one message in flight per report."""

    def __init__(
        self,
        connect: Callable[[], ServiceBusClient],
        records: RecordStore,
        outgoing: Outgoing,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._connect, self._records, self._outgoing = connect, records, outgoing
        self._clock = clock
        self._lock = threading.RLock()
        self._client: ServiceBusClient | None = None
        self._senders: dict[Queue, ServiceBusSender] = {}
        self._held: dict[str, _Held] = {}
        self._full_look = time.monotonic() + _FULL_LOOK_SECONDS

    def claim(self, queues: Sequence[Queue], worker: str) -> Delivery | None:
        """Hand on what is pending, then lock a session and its oldest message; None when idle.

        Raises Unavailable when Service Bus does not answer or refuses.
        """
        with self._lock, _said():
            self._forward()
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
        with self._lock, _said():
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
        written = self._commit(delivery, effects)
        with self._after_commit(delivery):
            self._forward()
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
        with self._lock, _said():
            try:
                if delay_seconds > 0:
                    copy = _wire(delivery.message, delivery.delivery_count)
                    copy.scheduled_enqueue_time_utc = self._clock() + timedelta(
                        seconds=delay_seconds
                    )
                    self._sender(delivery.queue).send_messages(copy)
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
        written = self._commit(delivery, effects)
        with self._after_commit(delivery):
            self._forward()
            if written:
                held.receiver.dead_letter_message(
                    held.message, reason=reason, error_description=description
                )
            else:
                held.receiver.complete_message(held.message)

    def dead_letters(self) -> list[DeadLetter]:
        """Return the dead letters that are messages of ours, the last sent first; 250 of each queue at most."""
        found: list[tuple[tuple[datetime, int], DeadLetter]] = []
        with self._lock, _said():
            for queue in Queue:
                with self._opened().get_queue_receiver(
                    queue.value, sub_queue=ServiceBusSubQueue.DEAD_LETTER
                ) as receiver:
                    letters = receiver.peek_messages(_DEAD_LETTERS_SHOWN)
                found += [
                    (_place(letter), _dead(read, queue, letter))
                    for letter in letters
                    if (read := _message(letter)) is not None
                ]
        return [letter for _, letter in sorted(found, key=lambda one: one[0], reverse=True)]

    def depth(self) -> dict[Queue, int]:
        """Return the number of messages waiting or in flight by queue, as the records know it."""
        return self._outgoing.unprocessed()

    def close(self) -> None:
        """Close every link and the connection; what is in hand comes again when its lock ends."""
        with self._lock:
            for token in list(self._held):
                self._let_go(token)
            while self._senders:
                self._senders.popitem()[1].close()
            if self._client is not None:
                self._client.close()
                self._client = None

    def _worth_a_look(self, queues: Sequence[Queue]) -> list[Queue]:
        """Return the queues that have messages by the records; all of them now and then, whatever these say."""
        now = time.monotonic()
        if now >= self._full_look:
            self._full_look = now + _FULL_LOOK_SECONDS
            return list(queues)
        waiting = self._outgoing.unprocessed()
        return [queue for queue in queues if waiting[queue]]

    def _taken(self, queue: Queue) -> Delivery | None:
        receiver = self._opened().get_queue_receiver(
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
            incoming = _message(found[0])
            if incoming is None:
                receiver.dead_letter_message(
                    found[0], reason="malformed", error_description="It is no message of ours."
                )
            elif self._outgoing.was_processed(incoming):
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
        return held.lost or (until is not None and until <= self._clock())

    def _let_go(self, token: str) -> None:
        held = self._held.pop(token)
        try:
            held.receiver.close()
        except AzureError:
            _log.info("a session could not be closed; its lock ends by itself", exc_info=True)

    def _commit(self, delivery: Delivery, effects: Effects) -> bool:
        marker = Processed(
            message_id=delivery.message.message_id,
            queue=delivery.queue,
            session=delivery.message.report_id,
            at=self._clock(),
        )
        try:
            self._records.commit(replace(effects, creates=(*effects.creates, marker)))
        except Conflict:
            if not self._outgoing.was_processed(delivery.message):
                raise
            return False
        return True

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

    def _forward(self) -> None:
        """Hand on what the records have for the queues; twice the same is once, by its id."""
        while pending := self._outgoing.pending(_FORWARD_AT_ONCE):
            for one in pending:
                self._sender(one.kind.queue).send_messages(_wire(one))
            self._outgoing.forwarded(pending)

    def _sender(self, queue: Queue) -> ServiceBusSender:
        if queue not in self._senders:
            self._senders[queue] = self._opened().get_queue_sender(queue.value)
        return self._senders[queue]

    def _opened(self) -> ServiceBusClient:
        if self._client is None:
            self._client = self._connect()
        return self._client


def _wire(message: Message, deliveries: int = 0) -> ServiceBusMessage:
    """Return a message as it travels; each retry has an id of its own, as duplicates of an id are dropped."""
    return ServiceBusMessage(
        message.model_dump_json(),
        message_id=f"{message.message_id}/{deliveries}" if deliveries else message.message_id,
        session_id=message.report_id,
        correlation_id=message.correlation_id,
        subject=message.kind.value,
        content_type="application/json",
        application_properties={_DELIVERIES: deliveries},
    )


def _message(received: ServiceBusReceivedMessage) -> Message | None:
    """Return what was received, or None where it is no message of ours."""
    try:
        return Message.model_validate_json(b"".join(received.body))
    except (ValidationError, TypeError):
        return None


def _deliveries(received: ServiceBusReceivedMessage) -> int:
    """Return how often a message was delivered, this time and the times before its retries included."""
    carried = (received.application_properties or {}).get(_DELIVERIES.encode(), 0)
    return int(carried) + int(received.delivery_count or 0) + 1


def _place(received: ServiceBusReceivedMessage) -> tuple[datetime, int]:
    return received.enqueued_time_utc or datetime.min.replace(
        tzinfo=UTC
    ), received.sequence_number or 0


def _dead(message: Message, queue: Queue, letter: ServiceBusReceivedMessage) -> DeadLetter:
    return DeadLetter(
        message, queue, letter.dead_letter_reason or "", letter.dead_letter_error_description or ""
    )


@contextmanager
def _said() -> Iterator[None]:
    """Turn the SDK's errors into one that says what to do."""
    try:
        yield
    except (ServiceBusAuthenticationError, ServiceBusAuthorizationError) as error:
        raise Unavailable(
            "Service Bus refuses to let the product in; check ADVISOR_SERVICE_BUS_CONNECTION, or the identity's roles "
            "to send and receive."
        ) from error
    except MessagingEntityNotFoundError as error:
        names = ", ".join(queue.value for queue in Queue)
        raise Unavailable(
            f"Service Bus lacks a queue; it has to have {names}, all with sessions."
        ) from error
    except AzureError as error:
        raise Unavailable(
            "Service Bus does not answer; check ADVISOR_SERVICE_BUS_NAMESPACE (or _CONNECTION) and the network."
        ) from error
