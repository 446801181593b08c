"""Review items, what people do with them, and the decisions they take."""

from enum import StrEnum
from typing import Self

from pydantic import model_validator

from services.domain.base import Amount, Instant, Record
from services.domain.concepts import Unit
from services.domain.ids import (
    ActId,
    CorrectionId,
    DecisionId,
    FindingId,
    InsightId,
    ReportId,
    ReviewItemId,
    UserId,
)
from services.domain.periods import Period
from services.domain.provenance import SourceRef


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


class Cause(StrEnum):
    """Why an item came to the queue."""

    ROUTED = "routed"
    REQUESTED = "requested"
    REOPENED = "reopened"
    VOID = "void"


class ReasonCode(StrEnum):
    """The ground of a decision, in one of a few words that can be counted."""

    AGREES = "agrees_with_source"
    EXPLAINED = "explanation_obtained"
    MISREAD = "number_misread"
    MEANING = "wrong_meaning_or_period"
    UNSUPPORTED = "not_supported"
    IMMATERIAL = "not_material"
    OTHER = "other"


class SignedFigure(Record):
    """One number under an insight as it was when somebody signed."""

    report_id: ReportId
    label: str
    concept: str | None
    period: Period
    value: Amount
    unit: Unit
    currency: str
    source: SourceRef


class FigureChange(Record):
    """A signed number that is another one now: what it was, what it is, where; None where it is gone.

    ``by`` names the person who stated the number as it is now.
    """

    label: str
    period: str
    place: str
    before: str
    after: str | None
    by: str | None = None


class ReviewItem(Record):
    """An insight, or a finding about how a report was read, that waits for a person, and why.

    A sign-off that became void has the numbers that changed in ``changes``, and in ``signed_text`` the
    sentence that was signed. ``requested_by`` is who asked for the review, None where nobody did.
    """

    review_item_id: ReviewItemId
    insight_id: InsightId | None = None
    finding_id: FindingId | None = None
    report_id: ReportId
    kind: ReviewKind = ReviewKind.ROUTED
    reasons: tuple[str, ...]
    status: ReviewStatus = ReviewStatus.OPEN
    cause: Cause = Cause.ROUTED
    changes: tuple[FigureChange, ...] = ()
    signed_text: str = ""
    requested_by: UserId | None = None
    opened_at: Instant
    decided_at: Instant | None = None

    @property
    def is_blind(self) -> bool:
        """Whether it is to be judged without being told how sure we are: an audit that is open."""
        return self.kind is ReviewKind.AUDIT_SAMPLE and self.status is ReviewStatus.OPEN

    @model_validator(mode="after")
    def _of_one_thing(self) -> Self:
        if (self.insight_id is None) == (self.finding_id is None):
            raise ValueError("a review item is of an insight or of a finding")
        return self


class Decision(Record):
    """What a person decided, when, and why; never changed afterwards.

    ``figures`` are the numbers under the insight as they were signed, ``first_by`` the first of two
    approvers where two were needed.
    """

    decision_id: DecisionId
    review_item_id: ReviewItemId
    insight_id: InsightId | None = None
    finding_id: FindingId | None = None
    report_id: ReportId
    verdict: Verdict
    comment: str
    reason: ReasonCode = ReasonCode.OTHER
    decided_by: UserId
    decided_at: Instant
    figures: tuple[SignedFigure, ...] = ()
    first_by: UserId | None = None


class ActKind(StrEnum):
    """What somebody did with a review item."""

    CLAIM = "claim"
    RELEASE = "release"
    ASSIGN = "assign"
    DUE = "due"
    APPROVE = "approve"
    REJECT = "reject"
    AMEND = "amend"
    ASK = "ask"
    ANSWER = "answer"
    ESCALATE = "escalate"
    UNDO = "undo"


UNDOABLE = frozenset(
    {ActKind.APPROVE, ActKind.REJECT, ActKind.AMEND, ActKind.ASK, ActKind.ESCALATE}
)
"""What can be taken back for ``UNDO_SECONDS`` by who did it."""
UNDO_SECONDS = 10


class ReviewAct(Record):
    """One thing a person did with an item; never changed, only followed by the next number.

    Two people who act on the same state write the same number, and the store takes only one of them.
    ``until`` is the end of a claim or the due date, ``to`` the e-mail of who it is assigned to, ``undoes``
    the act that is taken back, ``seconds`` how long the person had the item before deciding. ``signs`` is
    the fingerprint of the numbers that an approval saw, ``is_final`` says that it settled the item.
    """

    act_id: ActId
    review_item_id: ReviewItemId
    report_id: ReportId
    insight_id: InsightId | None = None
    number: int
    kind: ActKind
    made_by: UserId
    made_by_name: str
    made_at: Instant
    comment: str = ""
    reason: ReasonCode | None = None
    until: Instant | None = None
    to: str = ""
    undoes: ActId | None = None
    decision_id: DecisionId | None = None
    correction_id: CorrectionId | None = None
    signs: str = ""
    is_final: bool = False
    seconds: int | None = None
