"""One worker process: claim a message, keep its lease, run the pipeline on it, until told to stop."""

import logging
import math
import os
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from services.adapters.local.wiring import local_instances
from services.bootstrap import build
from services.config import Settings
from services.domain.errors import AdvisorError
from services.domain.messages import Queue
from services.pipeline.delivery import handle
from services.pipeline.handlers import Context, context_of
from services.pipeline.outbox import Sender
from services.ports import Delivery, MessageQueue
from services.supervisor import start_logging, stop_signal

_QUEUES = tuple(Queue)
_ERROR_PAUSE_SECONDS = 1.0
_WATCH_SECONDS = 30.0
"""So often, with nothing to do too, a worker looks whether decisions trip the kill switch or are due to be learnt from."""
_OUTBOX_SECONDS = 1.0
_log = logging.getLogger(__name__)


def run_worker(settings: Settings) -> None:
    """Work until SIGTERM, SIGINT or the end of the parent; what is in hand is finished first."""
    start_logging(settings)
    stop = stop_signal()
    services = build(settings)
    name = f"{os.getpid()}-{uuid.uuid4().hex[:8]}"
    with local_instances(settings).registered(name):
        _log.info("worker %s is ready", name)
        sender = Sender(services.outbox, services.notifier, telemetry=services.telemetry)
        mail = threading.Thread(
            target=_send, args=(sender, settings, stop), name="outbox", daemon=True
        )
        mail.start()
        _work(context_of(services), name, settings, stop)
        mail.join(_ERROR_PAUSE_SECONDS)
    _log.info("worker %s has ended", name)


def _work(context: Context, name: str, settings: Settings, stop: threading.Event) -> None:
    watched = -math.inf
    while not stop.is_set():
        try:
            if time.monotonic() - watched >= _WATCH_SECONDS:
                watched = time.monotonic()
                context.scoring()
            delivery = context.ports.queue.claim(_QUEUES, name)
            if delivery is None:
                stop.wait(settings.poll_seconds)
                continue
            with lease_kept(context.ports.queue, delivery, settings.lease_seconds / 3):
                handle(delivery, context)
        except Exception:  # noqa: BLE001 - a worker outlives whatever one look at the queue does
            _log.exception("worker %s could not ask for work", name)
            stop.wait(_ERROR_PAUSE_SECONDS)


def _send(sender: Sender, settings: Settings, stop: threading.Event) -> None:
    """Send notices beside the work, so that a report of many pages delays none."""
    while not stop.is_set():
        try:
            if not sender.send_next():
                stop.wait(max(settings.poll_seconds, _OUTBOX_SECONDS))
        except Exception:  # noqa: BLE001 - notices wait for the next look, whatever one look does
            _log.exception("the outbox could not be looked at")
            stop.wait(_ERROR_PAUSE_SECONDS)


@contextmanager
def lease_kept(queue: MessageQueue, delivery: Delivery, every_seconds: float) -> Iterator[None]:
    """Renew the lease of a delivery from a thread of its own while the block runs."""
    done = threading.Event()

    def beat() -> None:
        while not done.wait(every_seconds):
            if not _renewed(queue, delivery):
                return

    thread = threading.Thread(target=beat, name="lease", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _renewed(queue: MessageQueue, delivery: Delivery) -> bool:
    try:
        return queue.renew(delivery)
    except AdvisorError:
        _log.exception("the lease of %s could not be renewed", delivery.message.message_id)
        return True
