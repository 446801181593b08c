"""Review items: the same thing to decide on is always the same item."""

from collections.abc import Sequence
from datetime import datetime

from services.domain.audit import AuditEvent
from services.domain.ids import InsightId, ReviewItemId, deterministic_id
from services.domain.insights import Insight, InsightStatus
from services.domain.messages import Effects
from services.domain.reports import Finding
from services.domain.reviews import Cause, FigureChange, ReviewItem
from services.domain.users import User


def open_item(
    insight: Insight, reasons: tuple[str, ...], at: datetime, cause: Cause = Cause.ROUTED
) -> ReviewItem:
    """Return the review item of an insight; the same insight always has the same item."""
    return ReviewItem(
        review_item_id=ReviewItemId(deterministic_id("review", insight.insight_id)),
        insight_id=insight.insight_id,
        report_id=insight.report_id,
        reasons=reasons,
        cause=cause,
        opened_at=at,
    )


def requested_item(
    insight: Insight, comment: str, actor: User, at: datetime
) -> tuple[ReviewItem, Effects]:
    """Return the item of an insight that a person sends to review, and what that writes."""
    reason = f"{actor.name} asked for a review" + (f": {comment}" if comment else "")
    routed = open_item(insight, (*insight.route_reasons, reason), at, Cause.REQUESTED)
    item = routed.model_copy(update={"requested_by": actor.user_id})
    event = AuditEvent(
        actor=actor.user_id,
        action="review_requested",
        resource=insight.insight_id,
        detail={"comment": comment},
        at=at,
    )
    waiting = insight.model_copy(update={"status": InsightStatus.IN_REVIEW})
    return item, Effects(creates=(item,), records=(waiting,), audit=(event,))


def reopened_item(insight: Insight, at: datetime) -> ReviewItem:
    """Return the item of an insight that a later report re-opens; the same figures, the same item."""
    parts = ("review", insight.insight_id, *insight.reopened)
    return ReviewItem(
        review_item_id=ReviewItemId(deterministic_id(*parts)),
        insight_id=insight.insight_id,
        report_id=insight.report_id,
        reasons=insight.reopened,
        cause=Cause.REOPENED,
        opened_at=at,
    )


def void_item(
    insight: Insight, signed: Insight, changes: Sequence[FigureChange], decision: str, at: datetime
) -> ReviewItem:
    """Return the item of an insight whose sign-off is void; one an undone sign-off, ``decision`` names it."""
    return ReviewItem(
        review_item_id=ReviewItemId(deterministic_id("review", insight.insight_id, decision)),
        insight_id=insight.insight_id,
        report_id=insight.report_id,
        reasons=insight.reopened,
        cause=Cause.VOID,
        changes=tuple(changes),
        signed_text=signed.text,
        opened_at=at,
    )


def audit_item_id(insight_id: InsightId) -> ReviewItemId:
    """Return the id of an insight's audit item; the same insight always has the same."""
    return ReviewItemId(deterministic_id("audit-sample", insight_id))


def open_finding(finding: Finding, at: datetime) -> ReviewItem:
    """Return the review item of a finding that numbers may be missing; the same finding, the same item."""
    return ReviewItem(
        review_item_id=ReviewItemId(deterministic_id("review", finding.finding_id)),
        finding_id=finding.finding_id,
        report_id=finding.report_id,
        reasons=(finding.sentence,),
        opened_at=at,
    )
