"""What a later report of the company re-opens: insights whose figures it gives otherwise."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.domain.audit import AuditEvent
from services.domain.insights import Insight, InsightStatus
from services.domain.reviews import ReviewItem
from services.domain.users import SYSTEM
from services.review import reopened_item


@dataclass(frozen=True, slots=True)
class Reopened:
    """The insights as they stand now, the items to add to the queue, and what the trail says of it."""

    insights: tuple[Insight, ...]
    items: tuple[ReviewItem, ...]
    events: tuple[AuditEvent, ...]


def reopen(found: Sequence[Insight], earlier: Sequence[Insight], now: datetime) -> Reopened:
    """Open again what was routed or decided and a later report changed; once for each change.

    Approved insights get an item of their own, beside the one decided before; others the item of every
    insight in review. What a person rejected, or decided on after the same change, stays decided.
    """
    known = {insight.insight_id: insight for insight in earlier}
    insights: list[Insight] = []
    items: list[ReviewItem] = []
    events: list[AuditEvent] = []
    for insight in found:
        before = known.get(insight.insight_id)
        if before is None:
            insights.append(insight)
            continue
        is_new = not set(insight.reopened) <= set(before.reopened)
        approved = before.status is InsightStatus.APPROVED
        if before.status is InsightStatus.REJECTED or (approved and not is_new):
            insights.append(insight.model_copy(update={"reopened": ()}))
            continue
        insights.append(insight)
        if is_new:
            items += [reopened_item(insight, now)] if approved else []
            events.append(_event(insight, now))
    return Reopened(tuple(insights), tuple(items), tuple(events))


def _event(insight: Insight, now: datetime) -> AuditEvent:
    return AuditEvent(
        actor=SYSTEM.user_id,
        action="insight_reopened",
        resource=insight.insight_id,
        detail={"rule": insight.rule_id, "reasons": "; ".join(insight.reopened)},
        at=now,
    )
