"""Documents: taken in over HTTP, read by a message; a long PDF part by part, each in a function of its own.

The parts are read into the shared cache. What then works the message off is the same stage as without them, so that a
part that is missing costs a second call and nothing else; and the message has a copy in its queue until it is worked off,
so that an orchestration that is lost costs time and nothing else.
"""

import asyncio
import logging
from collections.abc import Generator
from typing import Any

import azure.durable_functions as df
import azure.functions as func

from services.domain.errors import AdvisorError
from services.domain.messages import Message, MessageKind, Queue
from services.domain.reports import Report
from services.functions.host import Host, host
from services.functions.stages import delivery_of, run
from services.ports import Delivery

FALLBACK_SECONDS = 900.0
"""After so long the message comes by itself; the longest reading lasts nine minutes."""
Taken = dict[str, Any]
"""A delivery as an orchestration passes it on: the message, and how often it was delivered."""
documents = df.Blueprint()
_log = logging.getLogger(__name__)


@documents.function_name("ProcessIngestionWorker")
@documents.service_bus_queue_trigger(
    "received", "ServiceBus", Queue.INGESTION.value, is_sessions_enabled=True
)
@documents.durable_client_input("client")
async def process_ingestion(
    received: func.ServiceBusMessage, client: df.DurableOrchestrationClient
) -> None:
    """Read the document of a message: a long PDF part by part, everything else at once."""
    taken = await asyncio.to_thread(_begun, received)
    if taken is not None:
        instance = f"{taken['message']['message_id']}-{taken['deliveries']}"
        await client.start_new("ReadDocument", instance, taken)


def _begun(received: func.ServiceBusMessage) -> Taken | None:
    """Work a message off; where its document is read in parts, leave a copy for later and return what to begin with."""
    at = host()
    delivery = delivery_of(received, Queue.INGESTION, at)
    if delivery is None:
        return None
    if delivery.delivery_count > 1 or len(_parts(delivery.message, at)) < 2:
        run(delivery, at)
        return None
    with at.queue.brought(delivery):
        at.queue.abandon(delivery, FALLBACK_SECONDS)
    message = delivery.message.model_dump(mode="json")
    return {"message": message, "deliveries": delivery.delivery_count}


def _parts(incoming: Message, at: Host) -> list[list[int]]:
    """Return the parts that a document is read in; none where something of it is in the way, which reading it will say."""
    report = _report(incoming, at)
    if at.batches is None or report is None or report.format.is_workbook:
        return []
    try:
        return at.batches.parts(at.services.ports.blobs.get(report.blob_key))
    except AdvisorError:
        _log.info("%s is not read in parts", report.report_id, exc_info=True)
        return []


def _report(incoming: Message, at: Host) -> Report | None:
    if incoming.kind is not MessageKind.REPORT_RECEIVED:
        return None
    return at.services.ports.records.report(incoming.report_id)


@documents.function_name("ReadDocument")
@documents.orchestration_trigger("context")
def read_document(context: df.DurableOrchestrationContext) -> Generator[Any, Any, str]:
    """Fan out over the parts of a document, then work its message off with all of them read."""
    taken = context.get_input(dict)
    parts = yield context.call_activity("DocumentParts", taken, list)
    reading = [
        context.call_activity("ReadDocumentPart", {**taken, "pages": pages}, bool)
        for pages in parts
    ]
    if reading:
        yield context.task_all(reading)
    yield context.call_activity("FinishReading", taken, bool)
    return "read"


@documents.function_name("DocumentParts")
@documents.activity_trigger("taken")
def document_parts(taken: Taken) -> list[list[int]]:
    """Return the pages of a document in the parts that are asked for."""
    return _parts(Message.model_validate(taken["message"]), host())


@documents.function_name("ReadDocumentPart")
@documents.activity_trigger("taken")
def read_document_part(taken: Taken) -> bool:
    """Have one part of a document read into the cache; whether it was, for one that was not is asked for again."""
    at = host()
    report = _report(Message.model_validate(taken["message"]), at)
    if report is None or at.batches is None:
        return False
    try:
        data = at.services.ports.blobs.get(report.blob_key)
        at.batches.read_part(data, taken["pages"])
    except AdvisorError:
        _log.warning("a part of %s was not read", report.report_id, exc_info=True)
        return False
    return True


@documents.function_name("FinishReading")
@documents.activity_trigger("taken")
def finish_reading(taken: Taken) -> bool:
    """Work the message off as the worker does; True, or raises Unavailable where its copy in the queue has to."""
    incoming = Message.model_validate(taken["message"])
    token = f"{incoming.message_id}-{taken['deliveries']}"
    run(Delivery(incoming, Queue.INGESTION, token, taken["deliveries"]), host())
    return True
