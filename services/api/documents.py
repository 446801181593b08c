"""Documents over HTTP: the list, one document's state, and its page images."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Response

from services.api.addresses import report_links
from services.api.callers import ReportViewer
from services.api.models import PROBLEMS, DocumentOut
from services.bootstrap import Services
from services.domain.errors import NotFound
from services.domain.ids import ReportId
from services.domain.reports import (
    AppliedCorrection,
    Fact,
    MachineReading,
    Progress,
    Report,
    ReportFormat,
)
from services.extraction.jsonl import fact_line, json_number

PageNumber = Annotated[int, Path(ge=1, le=100_000, description="1-based page")]
_PRIVATE_DAY = "private, max-age=86400"


def documents_router(services: Services) -> APIRouter:
    """Return the routes under ``/documents``."""
    router = APIRouter(prefix="/documents", tags=["documents"], responses=PROBLEMS)

    @router.get("")
    def list_documents(caller: ReportViewer) -> list[DocumentOut]:
        """Return every report, newest first."""
        seen = services.seen_by(caller)
        return [_document(report) for report in seen.ports.records.reports()]

    @router.get("/{report_id}")
    def get_document(caller: ReportViewer, report_id: str) -> DocumentOut:
        """Return one report and its state."""
        seen = services.seen_by(caller)
        return _document(_report(seen, report_id))

    @router.get("/{report_id}/progress")
    def get_progress(caller: ReportViewer, report_id: str) -> Progress | None:
        """Return how far the workers are with a report, or null before they start."""
        seen = services.seen_by(caller)
        return seen.ports.records.progress(_report(seen, report_id).report_id)

    @router.get("/{report_id}/facts")
    def list_facts(caller: ReportViewer, report_id: str) -> list[dict[str, Any]]:
        """Return a report's facts in force; what a person stated carries what the extractor reads beside it."""
        seen = services.seen_by(caller)
        report = _report(seen, report_id)
        return [fact_fields(fact) for fact in seen.facts.facts(report.report_id)]

    @router.get(
        "/{report_id}/pages/{page}.webp",
        response_class=Response,
        responses={200: {"content": {"image/webp": {}}}},
    )
    def get_page_image(caller: ReportViewer, report_id: str, page: PageNumber) -> Response:
        """Return a page of a PDF as an image."""
        seen = services.seen_by(caller)
        report = _report(seen, report_id)
        if report.format is not ReportFormat.PDF:
            raise NotFound("Workbooks have sheets and cells, not page images.")
        image = seen.ports.renderer.webp(report.blob_key, page)
        return Response(image, media_type="image/webp", headers={"Cache-Control": _PRIVATE_DAY})

    return router


def _document(report: Report) -> DocumentOut:
    links = report_links(report.report_id)
    links["self"] = links.pop("document")
    return DocumentOut(**dict(report), links=links)


def _report(services: Services, report_id: str) -> Report:
    report = services.ports.records.report(ReportId(report_id))
    if report is None:
        raise NotFound("There is no document with this id.")
    return report


def fact_fields(fact: Fact) -> dict[str, Any]:
    """Return a fact's public fields, with what the extractor reads where a person stated it."""
    correction = None if fact.correction is None else _correction(fact.correction)
    return {"fact_id": fact.fact_id, **fact_line(fact), "correction": correction}


def _correction(correction: AppliedCorrection) -> dict[str, Any]:
    said = correction.model_dump(
        mode="json", include={"correction_id", "kind", "by", "at", "comment"}
    )
    return {
        **said,
        "machine": _machine(correction.machine),
        "machine_then": _machine(correction.machine_then),
    }


def _machine(reading: MachineReading | None) -> dict[str, Any] | None:
    if reading is None:
        return None
    start = reading.period.start
    return {
        "printed": reading.printed,
        "value": json_number(reading.value),
        "concept": reading.concept,
        "period_start": None if start is None else start.isoformat(),
        "period_end": reading.period.end.isoformat(),
        "unit": reading.unit.value,
        "scale": reading.scale,
    }
