"""Addresses and ids of the API: an ingestion and an analysis go by the id of their report.

A report is taken in once and analysed by one analysis in force, which a later run replaces; so
``ingestion-X`` and ``analysis-X`` are those of ``report-X``, and either can be told from the other.
"""

import re
from typing import Any
from urllib.parse import urlencode

from services.domain.ids import ReportId

BASE = "/api/v1"
DESCRIPTION = "/openapi.json"
"""Where tools look for the description of an API first; ours is under its own address."""
_PAGE_IMAGE = re.compile(rf"({BASE})?/documents/[^/]+/pages/[^/]+\.webp")
_REPORT = "report-"
_KINDS = ("analysis-", "ingestion-", _REPORT)
_BETWEEN = "~"
"""Between the parts of a cursor; no id and no time has it, and no address need quote it."""


def is_probe(path: str) -> bool:
    """Whether this is the address of the probe; no id or name of anything makes it one."""
    return path.removeprefix(BASE) == "/health"


def is_page_image(path: str) -> bool:
    """Whether this is the address of a page's image."""
    return _PAGE_IMAGE.fullmatch(path) is not None


def analysis_id(report_id: str) -> str:
    """Return the id of a report's analysis."""
    return "analysis-" + report_id.removeprefix(_REPORT)


def ingestion_id(report_id: str) -> str:
    """Return the id of a report's ingestion."""
    return "ingestion-" + report_id.removeprefix(_REPORT)


def report_of(any_id: str) -> ReportId:
    """Return the report that an analysis, an ingestion or a report id names; a bare UUID names one too."""
    for kind in _KINDS:
        any_id = any_id.removeprefix(kind)
    return ReportId(_REPORT + any_id)


def report_links(report_id: str) -> dict[str, str]:
    """Return the addresses of a report and of what was made of it."""
    return {
        "document": f"{BASE}/documents/{report_id}",
        "ingestion": f"{BASE}/ingestions/{ingestion_id(report_id)}",
        "analysis": f"{BASE}/analysis/{analysis_id(report_id)}",
        "insights": f"{BASE}/insights?analysis_id={analysis_id(report_id)}",
        "facts": f"{BASE}/facts?report={report_id}",
        "summary": f"{BASE}/summaries/{analysis_id(report_id)}",
    }


def address(*parts: str, **query: object) -> str:
    """Return an address under ``/api/v1`` with the parameters that have a value."""
    given = {name: value for name, value in query.items() if value is not None}
    path = "/".join((BASE, *parts))
    return f"{path}?{urlencode(given)}" if given else path


def cursor_of(after: tuple[str | int, ...] | None) -> str | None:
    """Return the place where the next page starts as one word, None for no next page."""
    return None if after is None else _BETWEEN.join(map(str, after))


def place_of(cursor: str | None, *kinds: type) -> tuple[Any, ...] | None:
    """Return the place of a cursor, whose parts are of these kinds; its shape was checked before."""
    if cursor is None:
        return None
    parts = cursor.split(_BETWEEN)
    return tuple(kind(part) for kind, part in zip(kinds, parts, strict=True))
