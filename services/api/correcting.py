"""What people state of numbers over HTTP: corrected, added, confirmed, withdrawn; and numbers amended in a review."""

from collections.abc import Sequence

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from services.amending import Ripple
from services.api.addresses import BASE
from services.api.answers import as_json
from services.api.bodies import Commented, Id
from services.api.callers import Corrector, ReportViewer, Reviewer
from services.api.deciding import ItemActs
from services.api.models import Model
from services.api.once import Asked, AskedOfItem, Once
from services.api.reports import stored_report
from services.api.review_items import ReviewItemDetail
from services.api.stated import Stated, claim_of_stated, seen_by_caller
from services.bootstrap import Services
from services.domain.base import Amount
from services.domain.corrections import Correction
from services.domain.errors import NotFound
from services.domain.ids import CorrectionId, FactId, ReportId, ReviewItemId
from services.domain.insights import Severity
from services.domain.reports import CorrectionKind, Report
from services.domain.users import User


class CorrectionOut(Correction, Model):
    """What a person stated of one number."""

    did: CorrectionKind = Field(description="added, corrected or confirmed")


class CorrectionList(Model):
    """What people stated of a document's numbers, oldest first, replaced and withdrawn ones too."""

    corrections: list[CorrectionOut]


class MetricMoved(BaseModel):
    """A metric before and after; null where it cannot be computed."""

    metric_id: str
    period: str
    before: Amount | None
    after: Amount | None


class InsightMoved(BaseModel):
    """An insight before and after; null where it would not be found."""

    insight_id: str
    title: str
    before: str | None
    after: str | None
    severity_before: Severity | None
    severity_after: Severity | None


class CheckMoved(BaseModel):
    """A check that would fail, or hold again."""

    name: str
    would_fail: bool


class RippleOut(Model):
    """What a number as it is stated would change; nothing is written. Amounts are decimal strings in base units."""

    before: Amount
    after: Amount
    metrics: list[MetricMoved]
    insights: list[InsightMoved]
    checks: list[CheckMoved]


def corrections_router(services: Services) -> APIRouter:
    """Return ``/documents/{id}/corrections``."""
    router = APIRouter(prefix="/documents/{report_id}/corrections", tags=["corrections"])
    once = Once(services.answers)

    @router.get("", response_model=CorrectionList)
    def list_corrections(caller: ReportViewer, report_id: Id) -> Response:
        """Return what people stated of a document's numbers."""
        seen = services.seen_by(caller)
        made = seen.ports.records.corrections(stored_report(seen, report_id).report_id)
        links = {"self": _address(report_id), "document": f"{BASE}/documents/{report_id}"}
        return as_json(CorrectionList(corrections=[_out(one) for one in made], links=links))

    @router.post("", status_code=201, response_model=CorrectionOut)
    def correct(caller: Corrector, wish: Stated, said: Asked, report_id: Id) -> Response:
        """State a number that was missed or read otherwise; the document is analysed again with it."""
        seen = services.seen_by(caller)
        return once(said, lambda: _made(_corrected(seen, wish, report_id, caller)))

    @router.post("/preview", response_model=RippleOut)
    def preview(caller: Corrector, wish: Stated, said: Asked, report_id: Id) -> Response:
        """Return what a number as it is stated would change, without writing it."""
        seen = services.seen_by(caller)
        return once(said, lambda: as_json(_ripple(seen, wish, report_id, caller)))

    @router.get("/{correction_id}", response_model=CorrectionOut)
    def get_correction(caller: ReportViewer, report_id: Id, correction_id: Id) -> Response:
        """Return one correction."""
        return as_json(_stored(services.seen_by(caller), report_id, correction_id))

    @router.post("/{correction_id}/withdrawals", status_code=201, response_model=CorrectionOut)
    def withdraw(
        caller: Corrector, wish: Commented, said: AskedOfItem, report_id: Id, correction_id: Id
    ) -> Response:
        """Take a correction back, so that what the extractor reads there counts again."""
        seen = services.seen_by(caller)
        ids = (ReportId(report_id), CorrectionId(correction_id))
        return once(
            said,
            lambda: _made(seen.corrections.withdraw(*ids, wish.comment, caller)),
            lambda: as_json(_stored(seen, report_id, correction_id)),
        )

    return router


def confirmations_router(services: Services) -> APIRouter:
    """Return ``/facts/{id}/confirmations``."""
    router = APIRouter(tags=["corrections"])
    once = Once(services.answers)

    @router.post("/facts/{fact_id}/confirmations", status_code=201, response_model=CorrectionOut)
    def confirm(caller: Corrector, wish: Commented, said: Asked, fact_id: Id) -> Response:
        """State that what the extractor read is right."""
        seen = services.seen_by(caller)
        return once(
            said, lambda: _made(seen.corrections.confirm(FactId(fact_id), wish.comment, caller))
        )

    return router


def amendments_router(services: Services) -> APIRouter:
    """Return numbers amended under a review item, which stays open for another person."""
    router = APIRouter(prefix="/review-items/{review_item_id}/amendments", tags=["reviews"])
    on_item = ItemActs(services)

    @router.post("", response_model=ReviewItemDetail)
    def amend(caller: Reviewer, wish: Stated, said: AskedOfItem, review_item_id: Id) -> Response:
        """State another value of a number under an item; it needs a comment."""

        def act(seen: Services, its_id: ReviewItemId) -> None:
            claim = claim_of_stated(wish, _report_of_item(seen, its_id), seen)
            known = seen_by_caller(wish, claim, seen)
            seen.amending.amend(its_id, claim, wish.comment, known, caller)

        return on_item(caller, said, review_item_id, act)

    @router.post("/preview", response_model=RippleOut)
    def preview(caller: Reviewer, wish: Stated, said: Asked, review_item_id: Id) -> Response:
        """Return what an amended number would change, without writing it."""
        seen = services.seen_by(caller)

        def act() -> Response:
            report = _report_of_item(seen, ReviewItemId(review_item_id))
            return as_json(_ripple(seen, wish, report.report_id, caller))

        return on_item.once(said, act)

    return router


def _report_of_item(services: Services, review_item_id: ReviewItemId) -> Report:
    item = services.ports.records.review_item(review_item_id)
    if item is None:
        raise NotFound("There is no review item with this id.")
    return stored_report(services, item.report_id)


def _corrected(services: Services, wish: Stated, report_id: str, caller: User) -> Correction:
    claim = claim_of_stated(wish, stored_report(services, report_id), services)
    known = seen_by_caller(wish, claim, services)
    return services.corrections.add(claim, wish.comment, known, caller)


def _stored(services: Services, report_id: str, correction_id: str) -> CorrectionOut:
    made: Sequence[Correction] = services.ports.records.corrections(ReportId(report_id))
    found = next((one for one in made if one.correction_id == correction_id), None)
    if found is None:
        raise NotFound("This document has no such correction.")
    return _out(found)


def _address(report_id: str, *parts: str) -> str:
    return "/".join((BASE, "documents", report_id, "corrections", *parts))


def _out(made: Correction) -> CorrectionOut:
    links = {
        "self": _address(made.report_id, made.correction_id),
        "document": f"{BASE}/documents/{made.report_id}",
        "facts": f"{BASE}/facts?report={made.report_id}",
    }
    return CorrectionOut(**dict(made), did=made.kind, links=links)


def _made(made: Correction) -> Response:
    shown = _out(made)
    return as_json(shown, 201, location=shown.links["self"])


def _ripple(services: Services, wish: Stated, report_id: str, caller: User) -> RippleOut:
    claim = claim_of_stated(wish, stored_report(services, report_id), services)
    known = seen_by_caller(wish, claim, services)
    return _told(services.amending.ripple(claim, known, caller), report_id)


def _told(ripple: Ripple, report_id: str) -> RippleOut:
    return RippleOut(
        before=ripple.before,
        after=ripple.after,
        metrics=[
            MetricMoved(
                metric_id=move.one.metric_id,
                period=move.one.period.label,
                before=None if move.before is None else move.before.value,
                after=None if move.after is None else move.after.value,
            )
            for move in ripple.metrics
        ],
        insights=[
            InsightMoved(
                insight_id=move.one.insight_id,
                title=move.one.title,
                before=None if move.before is None else move.before.text,
                after=None if move.after is None else move.after.text,
                severity_before=None if move.before is None else move.before.severity,
                severity_after=None if move.after is None else move.after.severity,
            )
            for move in ripple.insights
        ],
        checks=[CheckMoved(name=one.name, would_fail=one.fails_now) for one in ripple.checks],
        links={"document": f"{BASE}/documents/{report_id}"},
    )
