"""What a later report of the company re-opens: insights whose figures it gives otherwise."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.domain.audit import AuditEvent
from services.domain.insights import Insight, InsightStatus
from services.domain.reviews import ReviewItem, ReviewStatus
from services.domain.users import SYSTEM
from services.ports import RecordStore
from services.review import reopened_item

_RELIED_ON = {InsightStatus.APPROVED, InsightStatus.PUBLISHED}


@dataclass(frozen=True, slots=True)
class Reopened:
    """The insights as they stand now, the items to add to the queue, and what the trail says of it."""

    insights: tuple[Insight, ...]
    items: tuple[ReviewItem, ...]
    events: tuple[AuditEvent, ...]


def reopen(
    found: Sequence[Insight], earlier: Sequence[Insight], records: RecordStore, now: datetime
) -> Reopened:
    """Open again what somebody relied on and a later report changed; once for each change.

    Approved insights get an item of their own, beside the one decided before; published ones the item of
    every insight in review. What a person rejected, or decided on after the same change, stays decided.
    """
    known = {insight.insight_id: insight.status for insight in earlier}
    insights: list[Insight] = []
    items: list[ReviewItem] = []
    events: list[AuditEvent] = []
    for insight in found:
        item = reopened_item(insight, now)
        before = records.review_item(item.review_item_id) if insight.reopened else None
        status = known.get(insight.insight_id)
        decided = before is not None and before.status is not ReviewStatus.OPEN
        if decided or status is InsightStatus.REJECTED:
            insights.append(insight.model_copy(update={"reopened": ()}))
            continue
        insights.append(insight)
        if insight.reopened and before is None and status in _RELIED_ON:
            items += [item] if status is InsightStatus.APPROVED else []
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
