"""Stage 5: the review queue and what people decide on it; the four-eyes rule is kept here."""

from collections.abc import Callable
from datetime import datetime

from services.access import Permission, require
from services.domain.audit import AuditEvent
from services.domain.base import Record, utc_now
from services.domain.errors import Conflict, Forbidden, InvalidInput, NotFound
from services.domain.ids import DecisionId, InsightId, ReviewItemId, deterministic_id
from services.domain.insights import Insight, InsightStatus
from services.domain.messages import Effects
from services.domain.reports import Finding
from services.domain.reviews import Decision, ReviewItem, ReviewStatus, Verdict
from services.domain.users import User
from services.ports import RecordStore

MAX_COMMENT = 2000
"""Characters of a comment that are kept; a longer one is refused, not cut."""

_OUTCOME = {
    Verdict.APPROVE: (ReviewStatus.APPROVED, InsightStatus.APPROVED),
    Verdict.REJECT: (ReviewStatus.REJECTED, InsightStatus.REJECTED),
}


def open_item(insight: Insight, reasons: tuple[str, ...], at: datetime) -> ReviewItem:
    """Return the review item of an insight; the same insight always has the same item."""
    return ReviewItem(
        review_item_id=ReviewItemId(deterministic_id("review", insight.insight_id)),
        insight_id=insight.insight_id,
        report_id=insight.report_id,
        reasons=reasons,
        opened_at=at,
    )


def reopened_item(insight: Insight, at: datetime) -> ReviewItem:
    """Return the item of an insight that a later report re-opens; the same figures, the same item."""
    parts = ("review", insight.insight_id, *insight.reopened)
    return ReviewItem(
        review_item_id=ReviewItemId(deterministic_id(*parts)),
        insight_id=insight.insight_id,
        report_id=insight.report_id,
        reasons=insight.reopened,
        opened_at=at,
    )


def open_finding(finding: Finding, at: datetime) -> ReviewItem:
    """Return the review item of a finding that numbers may be missing; the same finding, the same item."""
    return ReviewItem(
        review_item_id=ReviewItemId(deterministic_id("review", finding.finding_id)),
        finding_id=finding.finding_id,
        report_id=finding.report_id,
        reasons=(finding.sentence,),
        opened_at=at,
    )


class ReviewDesk:
    """Takes what waits for a person, insights and findings, and records what the person decided."""

    def __init__(self, records: RecordStore, clock: Callable[[], datetime] = utc_now) -> None:
        self._records = records
        self._clock = clock

    def decide(
        self, review_item_id: ReviewItemId, verdict: Verdict, comment: str, actor: User
    ) -> Decision:
        """Approve or reject an open item.

        A rejection needs a comment. Raises Forbidden for a role without the review permission and for
        the person who uploaded the report, Conflict when the item is already decided.
        """
        require(actor, Permission.REVIEW)
        item = self._open_item(review_item_id)
        self._keep_four_eyes(item, actor)
        words = _checked_comment(comment, verdict)
        now = self._clock()
        decision = Decision(
            decision_id=DecisionId(deterministic_id("decision", review_item_id)),
            review_item_id=item.review_item_id,
            insight_id=item.insight_id,
            finding_id=item.finding_id,
            report_id=item.report_id,
            verdict=verdict,
            comment=words,
            decided_by=actor.user_id,
            decided_at=now,
        )
        item_status, insight_status = _OUTCOME[verdict]
        settled = item.model_copy(update={"status": item_status, "decided_at": now})
        if item.insight_id is not None:
            insight = self._insight(item.insight_id)
            moved: tuple[Record, ...] = (insight.model_copy(update={"status": insight_status}),)
            about, detail = "insight", {"comment": words, "rule": insight.rule_id}
        else:
            moved, about, detail = (), "finding", {"comment": words}
        self._records.commit(
            Effects(
                creates=(decision,),
                records=(settled, *moved),
                audit=(
                    AuditEvent(
                        actor=actor.user_id,
                        action=f"{about}_{item_status.value}",
                        resource=item.insight_id or item.finding_id or item.review_item_id,
                        detail=detail,
                        at=now,
                    ),
                ),
            )
        )
        return decision

    def request(self, insight_id: InsightId, comment: str, actor: User) -> ReviewItem:
        """Send an insight that waits with the analyst to the review queue; raises Conflict if it is there."""
        require(actor, Permission.REQUEST_REVIEW)
        insight = self._insight(insight_id)
        if insight.status is not InsightStatus.OPEN:
            raise Conflict(
                "This insight is not waiting with the analyst; reload to see where it is."
            )
        now = self._clock()
        words = _checked_comment(comment, Verdict.APPROVE)
        reason = f"{actor.name} asked for a review" + (f": {words}" if words else "")
        item = open_item(insight, (*insight.route_reasons, reason), now)
        self._records.commit(
            Effects(
                creates=(item,),
                records=(insight.model_copy(update={"status": InsightStatus.IN_REVIEW}),),
                audit=(
                    AuditEvent(
                        actor=actor.user_id,
                        action="review_requested",
                        resource=insight_id,
                        detail={"comment": words},
                        at=now,
                    ),
                ),
            )
        )
        return item

    def _open_item(self, review_item_id: ReviewItemId) -> ReviewItem:
        item = self._records.review_item(review_item_id)
        if item is None:
            raise NotFound("This review item does not exist.")
        if item.status is not ReviewStatus.OPEN:
            raise Conflict(
                f"This item was already {item.status.value}; reload to see the decision."
            )
        return item

    def _insight(self, insight_id: InsightId) -> Insight:
        insight = self._records.insight(insight_id)
        if insight is None:
            raise NotFound("This insight does not exist.")
        return insight

    def _keep_four_eyes(self, item: ReviewItem, actor: User) -> None:
        report = self._records.report(item.report_id)
        if report is not None and report.uploaded_by == actor.user_id:
            raise Forbidden(
                "You uploaded this report, so somebody else has to decide on its insights."
            )


def _checked_comment(comment: str, verdict: Verdict) -> str:
    words = comment.strip()
    if len(words) > MAX_COMMENT:
        raise InvalidInput(
            f"A comment has at most {MAX_COMMENT:,} characters; yours has {len(words):,}."
        )
    if verdict is Verdict.REJECT and not words:
        raise InvalidInput("Say in the comment why you reject this.")
    return words
