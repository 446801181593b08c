"""One message of a queue, from the host to the stage that the worker runs too."""

import logging
import uuid

import azure.functions as func

from services.adapters.azure.bus_messages import deliveries_before, given_up, message_in
from services.domain.errors import Conflict, InvalidInput
from services.domain.messages import Queue
from services.functions.host import Host
from services.pipeline.delivery import handle
from services.ports import Delivery

_log = logging.getLogger(__name__)


def work(received: func.ServiceBusMessage, queue: Queue, host: Host) -> None:
    """Run the stage of a message; returning lets the host complete it, raising gives it back.

    Raises Conflict for a copy that was given up, so that the queue buries it, and as ``delivery_of``.
    """
    delivery = delivery_of(received, queue, host)
    if delivery is not None:
        run(delivery, host)


def delivery_of(received: func.ServiceBusMessage, queue: Queue, host: Host) -> Delivery | None:
    """Return what is to be worked on, None for what was worked off before.

    Raises Conflict for a copy that was given up and InvalidInput for what is no message of ours: both are dead letters
    after the queue's last try.
    """
    properties = received.application_properties
    letter = given_up(properties)
    if letter is not None:
        raise Conflict(f"This message was given up ({letter.reason}); it goes to the dead letters.")
    incoming = message_in(received.get_body())
    if incoming is None or incoming.kind.queue is not queue:
        raise InvalidInput(f"What came on {queue.value} is no message of ours for it.")
    if host.queue.bus.outgoing.was_processed(incoming):
        _log.info("%s was worked off before", incoming.message_id)
        return None
    # The host counts deliveries from 1.
    count = deliveries_before(properties) + max(1, received.delivery_count or 1)
    return Delivery(incoming, queue, received.lock_token or uuid.uuid4().hex, count)


def run(delivery: Delivery, host: Host) -> None:
    """Bring a delivery to its end; raises Unavailable where it has to come again."""
    with host.queue.brought(delivery):
        handle(delivery, host.context)
