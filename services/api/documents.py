"""Documents over HTTP: the list, and how one document stands."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from services.api.addresses import BASE, place_of, report_links
from services.api.answers import as_json, pages
from services.api.callers import ReportViewer
from services.api.models import DocumentList, DocumentOut, ProgressOut
from services.api.parameters import DocumentId, PageByTime
from services.api.reports import stored_report
from services.bootstrap import Services
from services.domain.listings import ReportQuery
from services.domain.reports import Progress, Report


def documents_router(services: Services) -> APIRouter:
    """Return the routes ``/documents``, ``/documents/{id}`` and ``…/progress``."""
    router = APIRouter(prefix="/documents", tags=["documents"])

    @router.get("", response_model=DocumentList)
    def list_documents(caller: ReportViewer, asked: Annotated[PageByTime, Query()]) -> Response:
        """Return the reports, newest first."""
        seen = services.seen_by(caller)
        query = ReportQuery(after=place_of(asked.cursor, str, str), limit=asked.limit)
        page = seen.listing.reports(query)
        pagination, links = pages("documents", asked, page.after)
        found = [_document(report) for report in page.items]
        return as_json(DocumentList(documents=found, pagination=pagination, links=links))

    @router.get("/{report_id}", response_model=DocumentOut)
    def get_document(caller: ReportViewer, report_id: DocumentId) -> Response:
        """Return one report and its state."""
        seen = services.seen_by(caller)
        return as_json(_document(stored_report(seen, report_id)))

    @router.get("/{report_id}/progress", response_model=ProgressOut)
    def get_progress(caller: ReportViewer, report_id: DocumentId) -> Response:
        """Return how far the workers are with a report; before they start there is no stage."""
        seen = services.seen_by(caller)
        report = stored_report(seen, report_id)
        return as_json(_progress(report, seen.ports.records.progress(report.report_id)))

    return router


def _document(report: Report) -> DocumentOut:
    links = report_links(report.report_id)
    links["self"] = links.pop("document")
    links["file"] = f"{BASE}/documents/{report.report_id}/file"
    return DocumentOut(**dict(report), links=links)


def _progress(report: Report, progress: Progress | None) -> ProgressOut:
    own = f"{BASE}/documents/{report.report_id}"
    links = {"self": f"{own}/progress", "document": own}
    known = {} if progress is None else dict(progress)
    return ProgressOut(**{"report_id": report.report_id, **known}, links=links)
