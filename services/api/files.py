"""Bytes of a document over HTTP: page images, and the original, to be saved whole or in part and never shown."""

import re
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request, Response

from services.api.callers import ReportViewer
from services.api.errors import PROBLEM, problem
from services.api.negotiation import matches
from services.api.parameters import DocumentId, PageNumber
from services.api.reports import stored_report
from services.bootstrap import Services
from services.domain.documents import MEDIA_TYPES
from services.domain.errors import NotFound
from services.domain.reports import Report, ReportFormat

_PAGE_IMAGE: dict[str, Any] = {"content": {"image/webp": {}}}
_PROBLEM = {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}
_FILE: dict[str, Any] = {kind: {} for kind in MEDIA_TYPES.values()}
_RANGE = re.compile(r"bytes=(?:([0-9]{1,18})-([0-9]{0,18})|-([0-9]{1,18}))")
_UNPRINTABLE = re.compile(r'[^ -~]|["\\]')


def files_router(services: Services) -> APIRouter:
    """Return the routes ``/documents/{id}/pages/{page}.webp`` and ``/documents/{id}/file``."""
    router = APIRouter(prefix="/documents/{report_id}", tags=["documents"])

    @router.get("/pages/{page}.webp", response_class=Response, responses={200: _PAGE_IMAGE})
    def get_page_image(caller: ReportViewer, report_id: DocumentId, page: PageNumber) -> Response:
        """Return a page of a PDF as an image."""
        seen = services.seen_by(caller)
        report = stored_report(seen, report_id)
        if report.format is not ReportFormat.PDF:
            raise NotFound("Workbooks have sheets and cells, not page images.")
        return Response(seen.ports.renderer.webp(report.blob_key, page), media_type="image/webp")

    @router.get(
        "/file",
        response_class=Response,
        responses={
            200: {"content": _FILE},
            206: {"description": "The part that Range asks for", "content": _FILE},
            416: {"description": "The document has nothing in this range", "content": _PROBLEM},
        },
    )
    def get_file(caller: ReportViewer, report_id: DocumentId, request: Request) -> Response:
        """Return the document as it was uploaded, to be saved and not shown; one Range at a time."""
        seen = services.seen_by(caller)
        report = stored_report(seen, report_id)
        return file_answer(report, seen.ports.blobs.get(report.blob_key), request)

    return router


def file_answer(report: Report, data: bytes, request: Request) -> Response:
    """Return a document's bytes, or the part of them that the request's Range asks for."""
    asked = request.headers
    headers = {
        "Content-Disposition": disposition(report.name),
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Accept-Ranges": "bytes",
        "ETag": f'"{report.sha256}"',
    }
    if matches(asked.get("if-none-match", ""), headers["ETag"]):
        return Response(status_code=304, headers=headers)
    headers["Content-Type"] = MEDIA_TYPES[report.format]
    stale = asked.get("if-range", headers["ETag"]) != headers["ETag"]
    part = None if stale else part_of(asked.get("range", ""), len(data))
    if part is None:
        return Response(data, headers=headers)
    if not part:
        detail = f"The document has {len(data):,} bytes; none of them is in this range."
        told = {"Content-Range": f"bytes */{len(data)}"}
        return problem(request, 416, "range-not-satisfiable", detail, told)
    headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{len(data)}"
    return Response(data[part.start : part.stop], 206, headers)


def part_of(asked: str, size: int) -> range | None:
    """Return the bytes that a Range header asks for, none where it starts behind the end; None for all of them.

    Other units, several ranges and what is no range at all are ignored, as RFC 9110 allows.
    """
    found = _RANGE.fullmatch(asked.replace(" ", ""))
    if found is None:
        return None
    first, last, suffix = found.groups()
    if suffix is not None:
        return range(max(0, size - int(suffix)), size)
    if last and int(last) < int(first):
        return None
    return range(int(first), min(size, int(last) + 1) if last else size)


def disposition(name: str) -> str:
    """Return a Content-Disposition that saves a file under its name (RFC 6266), whatever is in the name."""
    plain = _UNPRINTABLE.sub("_", name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='', errors='replace')}"
