"""One delivery to its end: committed, failed with a sentence, given back, or given up."""

import logging
import random
import time

from services.domain.errors import AdvisorError, InvalidInput, NotFound, UnreadableDocument
from services.domain.ids import ReportId
from services.domain.messages import Effects, Message
from services.domain.reports import ReportStatus
from services.pipeline.handlers import Context, event
from services.pipeline.telling import tell
from services.ports import Delivery, Span

MAX_BACKOFF_SECONDS = 60.0
_OUR_FAULT = (
    "Something went wrong on our side while this report was worked on; it was tried {tries} times. "
    "Upload it again to have it read anew."
)
_log = logging.getLogger(__name__)


def handle(delivery: Delivery, context: Context) -> None:
    """Run one delivery to its end: committed, failed with a sentence, given back, or given up.

    A fault of the document fails the report at once; anything else is tried again later, at most
    ``max_delivery`` times. Nothing is raised but what stops the process.
    """
    incoming = delivery.message
    _log.info("%s %s delivery %d", incoming.kind, incoming.report_id, delivery.delivery_count)
    with context.telemetry.span(incoming.kind, "work", incoming.traceparent) as span:
        _run(delivery, context, span)


def _run(delivery: Delivery, context: Context, span: Span) -> None:
    incoming, started = delivery.message, time.perf_counter()
    try:
        if delivery.delivery_count > context.max_delivery:
            # The worker itself died on every try: not even an error came back.
            _give_up(delivery, context, "worker-lost", "the worker ended before it was done")
            return
        effects = _effects(incoming, context)
        with context.telemetry.span("queue.complete", "call"):
            kept = context.ports.queue.complete(delivery, effects)
        if kept:
            tell(context.telemetry, incoming, effects, time.perf_counter() - started)
        else:
            _log.warning("%s lost its lease; nothing was written", incoming.message_id)
    except Exception as error:  # noqa: BLE001 - the one edge where any failure becomes a retry
        _log.exception("%s failed", incoming.message_id)
        span.failed = True
        _try_later(delivery, context, error)


def _effects(incoming: Message, context: Context) -> Effects:
    try:
        return context.handlers[incoming.kind](incoming, context)
    except (UnreadableDocument, InvalidInput, NotFound) as error:
        return _failure(incoming.report_id, context, error.sentence, error.code)


def _try_later(delivery: Delivery, context: Context, error: Exception) -> None:
    reason = error.code if isinstance(error, AdvisorError) else type(error).__name__
    try:
        if delivery.delivery_count >= context.max_delivery:
            _give_up(delivery, context, reason, str(error))
        else:
            context.ports.queue.abandon(delivery, backoff_seconds(delivery))
    except AdvisorError:
        _log.exception("%s stays leased until its lease ends", delivery.message.message_id)


def backoff_seconds(delivery: Delivery) -> float:
    """Return min(2^n, 60) seconds after the n-th try, with up to as much again, always the same for the same try."""
    base = min(2.0**delivery.delivery_count, MAX_BACKOFF_SECONDS)
    seed = f"{delivery.message.message_id}/{delivery.delivery_count}"
    return base * (1 + random.Random(seed).random())  # noqa: S311 - spreads retries, no secret


def _give_up(delivery: Delivery, context: Context, reason: str, description: str) -> None:
    sentence = _OUR_FAULT.format(tries=delivery.delivery_count)
    effects = _failure(delivery.message.report_id, context, sentence, reason)
    context.ports.queue.dead_letter(delivery, reason, description[:2000], effects)


def _failure(report_id: ReportId, context: Context, sentence: str, code: str) -> Effects:
    report = context.ports.records.report(report_id)
    failed = (
        ()
        if report is None
        else (report.model_copy(update={"status": ReportStatus.FAILED, "error": sentence}),)
    )
    return Effects(
        records=failed,
        audit=(event(context, "report_failed", report_id, code, sentence=sentence),),
    )
