"""The audit sample: some of what publishes by itself is put before a person all the same, who is not told how sure we are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.confidence.sampling import draws
from services.domain.audit import AuditEvent
from services.domain.insights import Insight
from services.domain.policy import COLD_START
from services.domain.reviews import ReviewItem, ReviewKind
from services.domain.scoring import AuditDraw
from services.domain.users import SYSTEM
from services.ports import RecordStore
from services.review.items import audit_item_id

REASON = "Drawn at random from what was published by itself: judge it as if nobody had."


@dataclass(frozen=True, slots=True)
class Sampled:
    """New draws, the items to open, and what the trail says of them."""

    draws: tuple[AuditDraw, ...]
    items: tuple[ReviewItem, ...]
    events: tuple[AuditEvent, ...]


def sample(published: Sequence[Insight], records: RecordStore, now: datetime) -> Sampled:
    """Draw from insights that publish now; one that took part before is not drawn again, and keeps its item."""
    policy = next(reversed(records.policies()), COLD_START)
    before = {draw.insight_id: draw for draw in records.audit_draws()}
    week = [one for one in before.values() if one.is_drawn and _week(one.drawn_at) == _week(now)]
    fresh = {one.insight_id: one for one in published if one.insight_id not in before}
    wanting = policy.sample_minimum - len(week)
    new = tuple(
        AuditDraw(
            insight_id=one.insight_id,
            report_id=fresh[one.insight_id].report_id,
            is_drawn=one.is_drawn,
            propensity=one.propensity,
            seed=policy.seed,
            drawn_at=now,
        )
        for one in draws(list(fresh), wanting, policy.sample_share, policy.seed)
    )
    chosen = {one.insight_id for one in (*before.values(), *new) if one.is_drawn}
    items = [audit_item(one, now) for one in published if one.insight_id in chosen]
    opened = tuple(one for one in items if records.review_item(one.review_item_id) is None)
    return Sampled(new, opened, tuple(_event(draw, now) for draw in new if draw.is_drawn))


def audit_item(insight: Insight, at: datetime) -> ReviewItem:
    """Return the audit item of an insight; the same insight always has the same."""
    return ReviewItem(
        review_item_id=audit_item_id(insight.insight_id),
        insight_id=insight.insight_id,
        report_id=insight.report_id,
        kind=ReviewKind.AUDIT_SAMPLE,
        reasons=(REASON,),
        opened_at=at,
    )


def _week(at: datetime) -> tuple[int, int]:
    year, week, _ = at.isocalendar()
    return year, week


def _event(draw: AuditDraw, now: datetime) -> AuditEvent:
    return AuditEvent(
        actor=SYSTEM.user_id,
        action="audit_sample_drawn",
        resource=draw.insight_id,
        detail={"propensity": f"{draw.propensity:.4f}", "seed": draw.seed},
        at=now,
    )
