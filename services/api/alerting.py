"""Telling people over HTTP: escalations, requests for a review, and the notices that tell of them."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import Field

from services.api.addresses import BASE, address
from services.api.answers import as_json
from services.api.bodies import Comment, Commented, Email, Id, Sent
from services.api.callers import AuditViewer, InsightViewer, Requester
from services.api.models import Model
from services.api.once import Asked, Once
from services.bootstrap import Services
from services.domain.errors import NotFound
from services.domain.ids import InsightId, NoticeId
from services.domain.notices import Notice, NoticeState
from services.domain.reviews import ReviewItem

MOST_NOTICES = 200
Limit = Annotated[int, Query(ge=1, le=MOST_NOTICES, description="At most so many, the newest")]


class Alert(Sent):
    """Whom to alert to which insight."""

    insight_id: str = Field(min_length=1, max_length=100, examples=["insight-8a1b…"])
    reviewer_email: Email
    comment: Comment = ""


class AlertOut(Model):
    """An alert to a reviewer."""

    alert_id: str = Field(examples=["notice-0d1e…"])
    notification_sent: bool = Field(
        description="Whether the outbox has the notice, from which it leaves by itself after ten seconds, "
        "as often tried as it takes; false when it was taken back or given up"
    )
    state: NoticeState = Field(description="sent: the receiver's system has taken it")
    insight_id: str | None
    reviewer_email: str


class NoticeOut(Notice, Model):
    """A notice to a person."""


class NoticeList(Model):
    """Notices, newest first."""

    notices: list[NoticeOut]


class ReviewRequested(Model):
    """The review item that an insight has now."""

    review_item_id: str = Field(examples=["review-3c4d…"])
    insight_id: str | None


def alerting_router(services: Services) -> APIRouter:
    """Return ``/alerts`` and requests for a review."""
    router = APIRouter(tags=["alerts"])
    once = Once(services.answers)

    @router.post("/alerts/escalate", status_code=201, response_model=AlertOut)
    def escalate(caller: Requester, wish: Alert, said: Asked) -> Response:
        """Alert a reviewer to an insight and hand them its review item; one without gets one."""
        seen = services.seen_by(caller)

        def act() -> Response:
            told = (InsightId(wish.insight_id), wish.reviewer_email, wish.comment, caller)
            made = _alert(seen.talk.alert(*told))
            return as_json(made, 201, location=made.links["self"])

        return once(said, act)

    @router.get("/alerts/{alert_id}", response_model=AlertOut)
    def get_alert(caller: InsightViewer, alert_id: Id) -> Response:
        """Return an alert and whether it has left."""
        found = services.seen_by(caller).ports.records.notice(NoticeId(alert_id))
        if found is None:
            raise NotFound("There is no alert with this id.")
        return as_json(_alert(found))

    @router.post(
        "/insights/{insight_id}/review-requests", status_code=201, response_model=ReviewRequested
    )
    def request_review(
        caller: Requester,
        wish: Commented,
        said: Asked,
        insight_id: Id,
    ) -> Response:
        """Send an insight that waits with the analyst to the review queue."""
        seen = services.seen_by(caller)
        return once(
            said,
            lambda: _requested(seen.review.request(InsightId(insight_id), wish.comment, caller)),
        )

    return router


def notices_router(services: Services) -> APIRouter:
    """Return ``/notices`` and ``/outbox``."""
    router = APIRouter(tags=["alerts"])

    @router.get("/notices", response_model=NoticeList)
    def list_notices(caller: InsightViewer, limit: Limit = 50) -> Response:
        """Return the notices to the caller, without those that were taken back."""
        me = (one for one in (caller.user_id, caller.email) if one)
        mine = services.seen_by(caller).ports.records.notices(*me)
        told = [one for one in mine if one.state is not NoticeState.WITHDRAWN]
        return as_json(_notices(told[:limit], address("notices", limit=limit)))

    @router.get("/outbox", response_model=NoticeList)
    def list_outbox(caller: AuditViewer, limit: Limit = 50) -> Response:
        """Return the notices to everybody, with whether they have left and what went wrong."""
        found = services.seen_by(caller).ports.records.notices()
        return as_json(_notices(found[:limit], address("outbox", limit=limit)))

    return router


def _alert(told: Notice) -> AlertOut:
    links = _links(told)
    links["self"] = f"{BASE}/alerts/{told.notice_id}"
    return AlertOut(
        alert_id=told.notice_id,
        notification_sent=told.state in {NoticeState.WAITING, NoticeState.SENT},
        state=told.state,
        insight_id=told.insight_id,
        reviewer_email=told.to,
        links=links,
    )


def _links(told: Notice) -> dict[str, str]:
    links = {
        "review_item": f"{BASE}/review-items/{told.review_item_id}",
        "document": f"{BASE}/documents/{told.report_id}",
    }
    if told.insight_id is not None:
        links["insight"] = f"{BASE}/insights/{told.insight_id}"
    return links


def _notices(found: list[Notice], own: str) -> NoticeList:
    shown = [NoticeOut(**dict(one), links=_links(one)) for one in found]
    return NoticeList(notices=shown, links={"self": own})


def _requested(item: ReviewItem) -> Response:
    own = f"{BASE}/review-items/{item.review_item_id}"
    links = {"self": own, "insight": f"{BASE}/insights/{item.insight_id}"}
    made = ReviewRequested(
        review_item_id=item.review_item_id, insight_id=item.insight_id, links=links
    )
    return as_json(made, 201, location=own)
