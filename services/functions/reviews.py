"""The stages after reading, and the wait for a person's decision with a reminder when it is overdue."""

import asyncio
from collections.abc import Generator
from datetime import datetime
from typing import Any

import azure.durable_functions as df
import azure.functions as func

from services.adapters.azure.bus_messages import message_in
from services.domain.ids import ReviewItemId
from services.domain.messages import Queue
from services.domain.reviews import ReviewStatus
from services.functions.host import host
from services.functions.stages import work
from services.review.reminding import ReminderDesk

DECIDED = "Decided"
"""The event that ends the wait; the instance it is raised on has the item's id."""
_RUNNING = frozenset({df.OrchestrationRuntimeStatus.Running, df.OrchestrationRuntimeStatus.Pending})
reviews = df.Blueprint()


@reviews.function_name("AnalyzeDataWorker")
@reviews.service_bus_queue_trigger(
    "received", "ServiceBus", Queue.ANALYSIS.value, is_sessions_enabled=True
)
def analyze_data(received: func.ServiceBusMessage) -> None:
    """Analyse the facts of a report."""
    work(received, Queue.ANALYSIS, host())


@reviews.function_name("GenerateSummaryWorker")
@reviews.service_bus_queue_trigger(
    "received", "ServiceBus", Queue.HIGH_CONFIDENCE.value, is_sessions_enabled=True
)
def generate_summary(received: func.ServiceBusMessage) -> None:
    """Publish insights for the CFO summary."""
    work(received, Queue.HIGH_CONFIDENCE, host())


@reviews.function_name("EscalateReviewWorker")
@reviews.service_bus_queue_trigger(
    "received", "ServiceBus", Queue.LOW_CONFIDENCE.value, is_sessions_enabled=True
)
@reviews.durable_client_input("client")
async def escalate_review(
    received: func.ServiceBusMessage, client: df.DurableOrchestrationClient
) -> None:
    """Open the review items of insights, and wait for a decision on each; an item that is waited for stays so."""
    for item in await asyncio.to_thread(_opened, received):
        status = await client.get_status(item)
        if status.runtime_status not in _RUNNING:
            await client.start_new("AwaitDecision", item, item)


def _opened(received: func.ServiceBusMessage) -> list[ReviewItemId]:
    work(received, Queue.LOW_CONFIDENCE, host())
    incoming = message_in(received.get_body())
    told = () if incoming is None else incoming.insight_ids
    waiting = host().services.ports.records.review_items(ReviewStatus.OPEN)
    return [item.review_item_id for item in waiting if item.insight_id in told]


@reviews.function_name("AwaitDecision")
@reviews.orchestration_trigger("context")
def await_decision(context: df.DurableOrchestrationContext) -> Generator[Any, Any, str]:
    """Wait until an item is decided, or due: then remind of it. A due date that was moved is waited for again."""
    item = context.get_input(str)
    while True:
        due = yield context.call_activity("ReviewDue", item, str)
        if not due:
            return "decided"
        decided = context.wait_for_external_event(DECIDED, bool)
        deadline = context.create_timer(datetime.fromisoformat(due))
        first = yield context.task_any([decided, deadline])
        if first is decided:
            deadline.cancel()
        elif (yield context.call_activity("RemindOfReview", item, bool)):
            return "reminded"


@reviews.function_name("ReviewDue")
@reviews.activity_trigger("item")
def review_due(item: str) -> str:
    """Return until when an item is to be decided, '' for one that is."""
    due = _desk().due(ReviewItemId(item))
    return "" if due is None else due.isoformat()


@reviews.function_name("RemindOfReview")
@reviews.activity_trigger("item")
def remind_of_review(item: str) -> bool:
    """Remind of an overdue item; False where it is decided or due later."""
    return _desk().remind(ReviewItemId(item)) is not None


def _desk() -> ReminderDesk:
    return ReminderDesk(host().services.ports.records)
