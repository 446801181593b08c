"""Review items and the decisions people take on them."""

from enum import StrEnum
from typing import Self

from pydantic import model_validator

from services.domain.base import Instant, Record
from services.domain.ids import DecisionId, FindingId, InsightId, ReportId, ReviewItemId, UserId


class ReviewStatus(StrEnum):
    """Where a review item stands."""

    OPEN = "open"
    APPROVED = "approved"
    REJECTED = "rejected"


class ReviewKind(StrEnum):
    """Why a person looks at it: it was sent here, or it was drawn from what published by itself."""

    ROUTED = "routed"
    AUDIT_SAMPLE = "audit_sample"


class Verdict(StrEnum):
    """What a reviewer can say."""

    APPROVE = "approve"
    REJECT = "reject"


class ReviewItem(Record):
    """An insight, or a finding about how a report was read, that waits for a person, and why."""

    review_item_id: ReviewItemId
    insight_id: InsightId | None = None
    finding_id: FindingId | None = None
    report_id: ReportId
    kind: ReviewKind = ReviewKind.ROUTED
    reasons: tuple[str, ...]
    status: ReviewStatus = ReviewStatus.OPEN
    opened_at: Instant
    decided_at: Instant | None = None

    @model_validator(mode="after")
    def _of_one_thing(self) -> Self:
        if (self.insight_id is None) == (self.finding_id is None):
            raise ValueError("a review item is of an insight or of a finding")
        return self


class Decision(Record):
    """What a person decided, when, and why; never changed afterwards."""

    decision_id: DecisionId
    review_item_id: ReviewItemId
    insight_id: InsightId | None = None
    finding_id: FindingId | None = None
    report_id: ReportId
    verdict: Verdict
    comment: str
    decided_by: UserId
    decided_at: Instant
