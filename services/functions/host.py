"""The services of a Functions process: built with its first call, then shared by all of its functions."""

import os
import threading
from dataclasses import dataclass, replace

from services.adapters.azure.host_queue import HostQueue
from services.adapters.azure.layout import DocumentIntelligenceReader
from services.adapters.azure.queues import ServiceBusQueue
from services.adapters.local.records import SqliteRecordStore
from services.bootstrap import Services, build
from services.domain.errors import InvalidInput
from services.pipeline.handlers import Context, context_of
from services.supervisor import start_logging

_ON_AZURE = "WEBSITE_INSTANCE_ID"
"""Set by Azure on each instance of a function app."""
_lock = threading.Lock()
_hosts: list["Host"] = []


@dataclass(frozen=True, slots=True)
class Host:
    """What triggers work with: the services, the queue the host brings messages of, the handlers' context.

    ``batches`` reads a long PDF a part at a time into the shared cache; None where there is no such reader or cache.
    """

    services: Services
    queue: HostQueue
    context: Context
    batches: DocumentIntelligenceReader | None


def host() -> Host:
    """Return the process's services; raises InvalidInput naming what functions lack."""
    with _lock:
        if not _hosts:
            _hosts.append(_built(build()))
        return _hosts[0]


def forget() -> None:
    """Close what was built, so that the next call builds it anew."""
    with _lock:
        while _hosts:
            _hosts.pop().queue.bus.close()


def _built(services: Services) -> Host:
    start_logging(services.settings)
    received = services.ports.queue
    if not isinstance(received, ServiceBusQueue):
        raise InvalidInput(
            "Functions are started by messages of Service Bus; set ADVISOR_SERVICE_BUS_NAMESPACE (or _CONNECTION)."
        )
    if os.environ.get(_ON_AZURE) and isinstance(services.ports.records, SqliteRecordStore):
        raise InvalidInput(
            "The records are in the data folder, which no other instance sees and which ends with this one; functions "
            "on Azure need records that are shared (docs/deployment.md)."
        )
    queue = HostQueue(received.bus)
    layout = services.ports.layout
    batches = None
    if isinstance(layout, DocumentIntelligenceReader) and services.settings.redis_url:
        layout = batches = layout.sharing(services.cache)
    context = context_of(services)
    context = replace(context, ports=replace(context.ports, queue=queue, layout=layout))
    return Host(services, queue, context, batches)
