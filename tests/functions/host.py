"""A Functions host in the test's own process: what it brings to a function and does with what comes of it.

Our reading of the real one: it receives under a session's lock from the queues' peer, hands a message over as the worker
of Python does, completes it when the function returns and abandons it when it raises.
"""

import asyncio
import contextlib
import json
from collections import Counter
from collections.abc import Callable
from typing import Any

from azure.functions import servicebus
from azure.functions.meta import Datum
from azure.servicebus import NEXT_AVAILABLE_SESSION, ServiceBusClient, ServiceBusReceivedMessage
from azure.servicebus.exceptions import OperationTimeoutError

from function_app import app
from services.domain.messages import Message, Queue
from services.functions.host import host
from tests.functions.durable import Durable

INDEXED = {one.get_function_name(): one for one in app.get_functions()}
"""Every function by its name; the SDK indexes an app once only."""
_MOST_MESSAGES = 60
TRIGGERS = {
    Queue.INGESTION: "ProcessIngestionWorker",
    Queue.ANALYSIS: "AnalyzeDataWorker",
    Queue.HIGH_CONFIDENCE: "GenerateSummaryWorker",
    Queue.LOW_CONFIDENCE: "EscalateReviewWorker",
}


def function(name: str) -> Callable[..., Any]:
    """Return a function of ours as its author wrote it: with its durable client as it is given."""
    found = INDEXED[name].get_user_function()
    return getattr(found, "client_function", found)


def as_triggered(received: ServiceBusReceivedMessage) -> servicebus.ServiceBusMessage:
    """Return a message as the worker of Python hands it to a function; the host counts deliveries from 1."""
    properties = {
        name.decode(): value.decode() if isinstance(value, bytes) else value
        for name, value in (received.application_properties or {}).items()
    }
    told = {
        "MessageId": received.message_id,
        "SessionId": received.session_id,
        "LockToken": str(received.lock_token),
        "DeliveryCount": int(received.delivery_count or 0) + 1,
        "ApplicationProperties": properties,
        "UserProperties": properties,
    }
    return _decoded(b"".join(received.body), told)


def as_sent(one: Message) -> servicebus.ServiceBusMessage:
    """Return a message as a function gets it the first time, without the way over Service Bus."""
    told = {"MessageId": one.message_id, "DeliveryCount": 1, "UserProperties": {}}
    return _decoded(one.model_dump_json().encode(), told)


def _decoded(body: bytes, told: dict[str, Any]) -> servicebus.ServiceBusMessage:
    return servicebus.ServiceBusMessageInConverter.decode(
        Datum(body, "bytes"),
        trigger_metadata={name: Datum(json.dumps(value), "json") for name, value in told.items()},
    )


class FunctionsHost:
    """Brings messages to the functions, one at a time."""

    def __init__(self, connection: str) -> None:
        self._client = ServiceBusClient.from_connection_string(connection)
        orchestrators = [
            name
            for name, one in INDEXED.items()
            if one.get_trigger().type in {"orchestrationTrigger", "activityTrigger"}
        ]
        self.durable = Durable({name: function(name) for name in orchestrators})
        self.brought: Counter[Queue] = Counter()
        self.failed: list[tuple[Queue, Exception]] = []

    def bring(self, queue: Queue) -> bool:
        """Bring the next message of a queue to its function; whether there was one."""
        receiver = self._client.get_queue_receiver(
            queue.value, session_id=NEXT_AVAILABLE_SESSION, max_wait_time=1
        )
        with contextlib.suppress(OperationTimeoutError), receiver:
            for one in receiver.receive_messages(1, max_wait_time=1):
                self.brought[queue] += 1
                try:
                    self.call(queue, as_triggered(one))
                except Exception as error:  # noqa: BLE001 - as the host
                    self.failed.append((queue, error))
                    receiver.abandon_message(one)
                else:
                    receiver.complete_message(one)
                return True
        return False

    def call(self, queue: Queue, received: servicebus.ServiceBusMessage) -> None:
        """Call the function of a queue."""
        trigger = function(TRIGGERS[queue])
        if asyncio.iscoroutinefunction(trigger):
            asyncio.run(trigger(received, client=self.durable))
        else:
            trigger(received)

    def work(self) -> int:
        """Bring messages while the records know of any, or of what is to be handed on; return how many."""
        count = 0
        while True:
            function("HandOnTimer")(None)
            depth = host().services.ports.queue.depth()
            brought = sum(self.bring(queue) for queue, waiting in depth.items() if waiting)
            if not brought:
                return count
            count += brought
            assert count < _MOST_MESSAGES, self.failed[-1]

    def work_directly(self) -> None:
        """Call the functions with what the records have for them, without Service Bus: ``off_the_bus`` has to be on."""
        while pending := host().queue.bus.outgoing.pending(1):
            self.call(pending[0].kind.queue, as_sent(pending[0]))

    def close(self) -> None:
        """Close the connection."""
        self._client.close()
