"""One review item over HTTP, with where it stands and what was done with it; and the queue in its order."""

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from services.api.addresses import BASE
from services.api.answers import as_json
from services.api.bodies import Id
from services.api.callers import InsightViewer, ReviewViewer
from services.api.models import Model, ReviewItemOut
from services.api.oversight import review_item
from services.bootstrap import Services
from services.domain.base import Instant, utc_now
from services.domain.errors import NotFound
from services.domain.ids import InsightId, ReviewItemId, UserId
from services.domain.insights import Insight, Severity
from services.domain.reviews import FigureChange, ReviewAct, ReviewItem
from services.review.queue import Entry, Subject, kind_of, subject_of
from services.review.state import Claimed, state_of
from services.summary import is_shown

_NO_ITEM = "There is no review item with this id."


class ClaimOut(BaseModel):
    """Who has an item now, and until when."""

    by: UserId
    name: str
    until: Instant


class ReviewItemDetail(ReviewItemOut):
    """A review item, where it stands, and everything that was done with it."""

    type: str = Field(
        description="anomaly, trend, risk, or reading for how a report was read", examples=["trend"]
    )
    severity: Severity | None = Field(description="Null for a finding about how a report was read")
    text: str = Field(description="What is to be decided on")
    signed_text: str = Field(description="What was signed before, where the approval became void")
    changes: list[FigureChange] = Field(description="Signed numbers that are others now")
    needs_two: bool = Field(description="Whether two people have to approve")
    claim: ClaimOut | None = Field(description="Null while nobody has it")
    assigned_to: str = Field(description="E-mail address, empty for nobody")
    due: Instant | None = Field(description="What a person set; null: by severity")
    question: str | None = Field(description="What waits for an answer")
    answer: str | None
    first_approved_by: UserId | None = Field(description="The first of two approvers")
    history: list[ReviewAct] = Field(description="Oldest first")


class QueueEntry(ReviewItemOut):
    """An open item in the order of the queue."""

    type: str
    severity: Severity
    reason: str = Field(description="Why it is here, in a word or two", examples=["Low confidence"])
    company: str | None
    claim: ClaimOut | None
    assigned_to: str
    due: Instant
    priority: float = Field(description="Materiality × uncertainty × age", examples=[1.42])


class ReviewQueue(Model):
    """The open items, the most pressing first, and how long decisions take."""

    review_items: list[QueueEntry]
    median_seconds: float | None = Field(description="From claim to decision; null without any")
    decisions: int = Field(description="How many the median is of")


def review_items_router(services: Services) -> APIRouter:
    """Return ``GET /review-items/{id}`` and ``/review-queue``."""
    router = APIRouter(tags=["reviews"])

    @router.get("/review-items/{review_item_id}", response_model=ReviewItemDetail)
    def get_review_item(caller: InsightViewer, review_item_id: Id) -> Response:
        """Return one review item; its ETag changes with everything that is done with it.

        A CFO gets those of insights that are published or approved.
        """
        seen = services.seen_by(caller)
        found = detail(seen, ReviewItemId(review_item_id))
        its_id = found.insight_id
        insight = None if its_id is None else seen.ports.records.insight(InsightId(its_id))
        if insight is not None and not is_shown(caller, insight):
            raise NotFound(_NO_ITEM)
        return as_json(found)

    @router.get("/review-queue", response_model=ReviewQueue)
    def get_queue(caller: ReviewViewer) -> Response:
        """Return the open items in the order in which they are to be decided."""
        seen = services.seen_by(caller)
        pace = seen.queue.pace()
        return as_json(
            ReviewQueue(
                review_items=[_entry(one) for one in seen.queue.entries()],
                median_seconds=pace.median_seconds,
                decisions=pace.decisions,
                links={"self": f"{BASE}/review-queue"},
            )
        )

    return router


def detail(services: Services, review_item_id: ReviewItemId) -> ReviewItemDetail:
    """Return a review item as it stands now; raises NotFound."""
    records = services.ports.records
    item = records.review_item(review_item_id)
    subject = None if item is None else subject_of(item, records)
    if item is None or subject is None:
        raise NotFound(_NO_ITEM)
    return _detail(services, item, subject)


def _detail(services: Services, item: ReviewItem, subject: Subject) -> ReviewItemDetail:
    acts = services.ports.records.review_acts(item.review_item_id)
    state = state_of(acts, utc_now())
    insight = subject if isinstance(subject, Insight) else None
    return ReviewItemDetail(
        **dict(review_item(item)),
        type=kind_of(subject),
        severity=None if insight is None else insight.severity,
        text=subject.text if isinstance(subject, Insight) else subject.sentence,
        signed_text=item.signed_text,
        changes=list(item.changes),
        needs_two=services.review.needs_two(insight),
        claim=_claim(state.claim),
        assigned_to=state.assigned_to,
        due=state.due,
        question=None if state.question is None else state.question.comment,
        answer=None if state.answer is None else state.answer.comment,
        first_approved_by=None if state.first is None else state.first.made_by,
        history=acts,
    )


def _claim(claimed: Claimed | None) -> ClaimOut | None:
    if claimed is None:
        return None
    return ClaimOut(by=claimed.by, name=claimed.name, until=claimed.until)


def _entry(entry: Entry) -> QueueEntry:
    return QueueEntry(
        **dict(review_item(entry.item)),
        type=kind_of(entry.subject),
        severity=entry.severity,
        reason=entry.reason,
        company=None if entry.report is None else entry.report.company,
        claim=_claim(entry.state.claim),
        assigned_to=entry.state.assigned_to,
        due=entry.due,
        priority=round(entry.priority.score, 6),
    )
