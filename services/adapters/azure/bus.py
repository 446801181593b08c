"""One namespace of Service Bus: its client and senders, what is handed on to it, and the commit that goes before.

Service Bus and the records cannot commit together. So a stage's effects, the marker of its message and its next messages
are one commit of the records; then the next messages are handed on, then the message is completed. What a crash leaves
undone in between, anybody's next look does (docs/decisions/0028).
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from azure.core.exceptions import AzureError
from azure.servicebus import (
    ServiceBusClient,
    ServiceBusMessage,
    ServiceBusReceivedMessage,
    ServiceBusSender,
    ServiceBusSubQueue,
)
from azure.servicebus.exceptions import (
    MessagingEntityNotFoundError,
    ServiceBusAuthenticationError,
    ServiceBusAuthorizationError,
)

from services.adapters.azure.bus_messages import given_up, message_in, wire
from services.adapters.azure.credentials import identity, verification
from services.config import Settings
from services.domain.base import utc_now
from services.domain.errors import Conflict, Unavailable
from services.domain.messages import Effects, Message, Processed, Queue
from services.ports import DeadLetter, Delivery, Outgoing, RecordStore

_FORWARD_AT_ONCE = 100
_DEAD_LETTERS_SHOWN = 250
_RETRIES = {"retry_total": 2, "retry_backoff_factor": 0.5, "retry_backoff_max": 5}


class Bus:
    """What those who receive by themselves and those to whom a host brings messages have in common; for any thread."""

    def __init__(
        self,
        connect: Callable[[], ServiceBusClient],
        records: RecordStore,
        outgoing: Outgoing,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._connect, self._records = connect, records
        self.outgoing, self.clock = outgoing, clock
        self._lock = threading.RLock()
        self._client: ServiceBusClient | None = None
        self._senders: dict[Queue, ServiceBusSender] = {}

    @property
    def client(self) -> ServiceBusClient:
        """The client, opened with its first use."""
        with self._lock:
            if self._client is None:
                self._client = self._connect()
            return self._client

    def commit(self, delivery: Delivery, effects: Effects) -> bool:
        """Commit the effects with the marker of the message; False, with nothing written, where that is there already."""
        marker = Processed(
            message_id=delivery.message.message_id,
            queue=delivery.queue,
            session=delivery.message.report_id,
            at=self.clock(),
        )
        try:
            self._records.commit(replace(effects, creates=(*effects.creates, marker)))
        except Conflict:
            if not self.outgoing.was_processed(delivery.message):
                raise
            return False
        return True

    def send(self, queue: Queue, message: ServiceBusMessage) -> None:
        """Send one message; raises the SDK's errors."""
        with self._lock:
            if queue not in self._senders:
                self._senders[queue] = self.client.get_queue_sender(queue.value)
            self._senders[queue].send_messages(message)

    def forward(self) -> None:
        """Hand on what the records have for the queues; twice the same is once, by its id. Raises the SDK's errors."""
        with self._lock:
            while pending := self.outgoing.pending(_FORWARD_AT_ONCE):
                for one in pending:
                    self.send(one.kind.queue, wire(one))
                self.outgoing.forwarded(pending)

    def dead_letters(self) -> list[DeadLetter]:
        """Return the dead letters that are messages of ours, the last sent first; 250 of each queue at most."""
        found: list[tuple[tuple[datetime, int], DeadLetter]] = []
        with self._lock, said():
            for queue in Queue:
                with self.client.get_queue_receiver(
                    queue.value, sub_queue=ServiceBusSubQueue.DEAD_LETTER
                ) as receiver:
                    letters = receiver.peek_messages(_DEAD_LETTERS_SHOWN)
                found += [
                    (_place(letter), _dead(read, queue, letter))
                    for letter in letters
                    if (read := received_message(letter)) is not None
                ]
        return [letter for _, letter in sorted(found, key=lambda one: one[0], reverse=True)]

    def close(self) -> None:
        """Close every link and the connection."""
        with self._lock:
            while self._senders:
                self._senders.popitem()[1].close()
            if self._client is not None:
                self._client.close()
                self._client = None


def open_bus(settings: Settings, records: RecordStore, outgoing: Outgoing) -> Bus:
    """Return the Service Bus that the settings name; it is reached with the first use."""
    return Bus(lambda: _client(settings), records, outgoing)


def _client(settings: Settings) -> ServiceBusClient:
    verify = verification(settings)
    options: dict[str, Any] = {
        **_RETRIES,
        **({} if verify is True else {"connection_verify": verify}),
    }
    if settings.service_bus_connection:
        return ServiceBusClient.from_connection_string(settings.service_bus_connection, **options)
    return ServiceBusClient(settings.service_bus_namespace, identity(), **options)


def received_message(received: ServiceBusReceivedMessage) -> Message | None:
    """Return what was received, or None where it is no message of ours."""
    try:
        return message_in(b"".join(received.body))
    except TypeError:  # its body is no bytes
        return None


def _place(received: ServiceBusReceivedMessage) -> tuple[datetime, int]:
    return received.enqueued_time_utc or datetime.min.replace(
        tzinfo=UTC
    ), received.sequence_number or 0


def _dead(message: Message, queue: Queue, letter: ServiceBusReceivedMessage) -> DeadLetter:
    ours = given_up(letter.application_properties)
    if ours is not None:
        return DeadLetter(message, queue, ours.reason, ours.description)
    return DeadLetter(
        message, queue, letter.dead_letter_reason or "", letter.dead_letter_error_description or ""
    )


@contextmanager
def said() -> Iterator[None]:
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
