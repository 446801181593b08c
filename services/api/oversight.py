"""Oversight over HTTP: what waits for people, and whether the audit trail is whole."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from services.api.addresses import BASE, place_of
from services.api.answers import as_json, pages
from services.api.callers import AuditViewer, ReviewViewer
from services.api.models import AuditVerification, ReviewItemList, ReviewItemOut
from services.api.parameters import PageByTime
from services.bootstrap import Services
from services.domain.listings import ReviewItemQuery
from services.domain.reviews import ReviewItem, ReviewStatus

Whole = Annotated[bool, Query(description="Check every entry now")]


class ReviewItemFilter(PageByTime):
    """What a list of review items can be narrowed to."""

    status: ReviewStatus | None = None


def oversight_router(services: Services) -> APIRouter:
    """Return the routes ``/review-items`` and ``/audit``."""
    router = APIRouter(tags=["oversight"])

    @router.get("/review-items", response_model=ReviewItemList)
    def list_review_items(
        caller: ReviewViewer, asked: Annotated[ReviewItemFilter, Query()]
    ) -> Response:
        """Return review items, oldest first."""
        seen = services.seen_by(caller)
        query = ReviewItemQuery(
            status=asked.status, after=place_of(asked.cursor, str, str), limit=asked.limit
        )
        page = seen.listing.review_items(query)
        pagination, links = pages("review-items", asked, page.after)
        found = [review_item(item) for item in page.items]
        return as_json(ReviewItemList(review_items=found, pagination=pagination, links=links))

    @router.get("/audit/verification", response_model=AuditVerification)
    def verify_audit_trail(caller: AuditViewer, whole: Whole = False) -> Response:
        """Check the audit trail; of a long one what is new since all of it was checked, within an hour."""
        seen = services.seen_by(caller)
        found = seen.ports.audit.check(whole=whole)
        return as_json(
            AuditVerification(
                intact=found.breach is None,
                entries=found.last,
                head=found.head if found.last else None,
                first_broken=None if found.breach is None else found.breach.seq,
                checked_from=found.first,
                checked_at=found.at,
                whole_checked_at=found.whole_at,
                links={"self": f"{BASE}/audit/verification"},
            )
        )

    return router


def review_item(item: ReviewItem) -> ReviewItemOut:
    """Return a review item in the words of the API; a blind one leads to no page that says how sure we are."""
    own = f"{BASE}/review-items/{item.review_item_id}"
    links = {"self": own, "document": f"{BASE}/documents/{item.report_id}"}
    if item.insight_id is not None and not item.is_blind:
        links["insight"] = f"{BASE}/insights/{item.insight_id}"
    return ReviewItemOut(
        id=item.review_item_id,
        insight_id=item.insight_id,
        finding_id=item.finding_id,
        document_id=item.report_id,
        status=item.status,
        cause=item.cause,
        reasons=list(item.reasons),
        opened_at=item.opened_at,
        decided_at=item.decided_at,
        links=links,
    )
