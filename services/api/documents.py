"""Documents over HTTP: the list, one document's state, and its page images."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from services.bootstrap import Services
from services.domain.errors import NotFound
from services.domain.ids import ReportId
from services.domain.reports import Progress, Report, ReportFormat

PageNumber = Annotated[int, Path(ge=1, le=100_000, description="1-based page")]
_PRIVATE_DAY = "private, max-age=86400"


def documents_router(services: Services) -> APIRouter:
    """Return the routes under ``/documents``."""
    router = APIRouter(prefix="/documents", tags=["documents"])

    @router.get("")
    def list_documents() -> list[Report]:
        """Return every report, newest first."""
        return services.ports.records.reports()

    @router.get("/{report_id}")
    def get_document(report_id: str) -> Report:
        """Return one report and its state."""
        return _report(services, report_id)

    @router.get("/{report_id}/progress")
    def get_progress(report_id: str) -> Progress | None:
        """Return how far the workers are with a report, or null before they start."""
        return services.ports.records.progress(_report(services, report_id).report_id)

    @router.get("/{report_id}/pages/{page}.webp")
    def get_page_image(report_id: str, page: PageNumber) -> Response:
        """Return a page of a PDF as an image."""
        report = _report(services, report_id)
        if report.format is not ReportFormat.PDF:
            raise NotFound("Workbooks have sheets and cells, not page images.")
        image = services.ports.renderer.webp(report.blob_key, page)
        return Response(image, media_type="image/webp", headers={"Cache-Control": _PRIVATE_DAY})

    return router


def _report(services: Services, report_id: str) -> Report:
    report = services.ports.records.report(ReportId(report_id))
    if report is None:
        raise NotFound("There is no document with this id.")
    return report
