"""Facts over HTTP: of all documents, and of one."""

from itertools import islice
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import Field

from services.api.addresses import BASE, analysis_id, place_of, report_of
from services.api.answers import as_json, pages
from services.api.callers import ReportViewer
from services.api.kept import kept_by
from services.api.models import FactList, FactOut
from services.api.parameters import PERIOD, DocumentId, PageByDocument
from services.api.reports import stored_report
from services.bootstrap import Services
from services.domain.ids import ReportId
from services.domain.listings import FactQuery, Page
from services.domain.reports import AppliedCorrection, Fact, MachineReading
from services.extraction.jsonl import fact_line, json_number


class FactFilter(PageByDocument):
    """What a list of facts can be narrowed to."""

    report: str | None = Field(default=None, max_length=100)
    concept: str | None = Field(default=None, max_length=100)
    period: str | None = Field(
        default=None, pattern=PERIOD, description="End of the period: 2025, 2025-12 or 2025-12-31"
    )


def facts_router(services: Services) -> APIRouter:
    """Return the routes ``/facts`` and ``/documents/{id}/facts``."""
    router = APIRouter(route_class=kept_by(services))

    @router.get("/facts", response_model=FactList, tags=["facts"])
    def list_facts(caller: ReportViewer, asked: Annotated[FactFilter, Query()]) -> Response:
        """Return facts in force by document; of several documents as their last analyses used them."""
        seen = services.seen_by(caller)
        query = FactQuery(
            report_id=None if asked.report is None else report_of(asked.report),
            concept=asked.concept,
            period=asked.period,
            after=place_of(asked.cursor, str, int, str),
            limit=asked.limit,
        )
        page = _page(seen, query)
        pagination, links = pages("facts", asked, page.after)
        found = [_fact(fact) for fact in page.items]
        return as_json(FactList(facts=found, pagination=pagination, links=links))

    @router.get("/documents/{report_id}/facts", response_model=FactList, tags=["documents"])
    def list_document_facts(
        caller: ReportViewer, report_id: DocumentId, asked: Annotated[PageByDocument, Query()]
    ) -> Response:
        """Return a report's facts in force; what a person stated carries what the extractor reads beside it."""
        seen = services.seen_by(caller)
        after = place_of(asked.cursor, str, int, str)
        page = _page(
            seen, FactQuery(report_id=report_of(report_id), after=after, limit=asked.limit)
        )
        pagination, links = pages(f"documents/{report_id}/facts", asked, page.after)
        links["document"] = f"{BASE}/documents/{report_id}"
        found = [_fact(fact) for fact in page.items]
        return as_json(FactList(facts=found, pagination=pagination, links=links))

    return router


def _page(services: Services, query: FactQuery) -> Page[Fact]:
    if query.report_id is None:
        return services.listing.facts(query)
    report = stored_report(services, query.report_id)
    if len(services.ports.records.corrections(report.report_id)) == report.corrections:
        return services.listing.facts(query)
    return _stated(services, report.report_id, query)


def _stated(services: Services, report_id: ReportId, query: FactQuery) -> Page[Fact]:
    """Return a page of a document whose newest corrections no analysis has taken in yet.

    They are put over the facts when they are read, so that this one document is read whole.
    """
    first = 0 if query.after is None else query.after[1] + 1
    matching = (
        (place, fact)
        for place, fact in enumerate(services.facts.facts(report_id))
        if place >= first
        and query.concept in {None, fact.concept}
        and fact.period.end.isoformat().startswith(query.period or "")
    )
    found = list(islice(matching, query.limit + 1))
    shown = found[: query.limit]
    if len(found) <= query.limit:
        return Page([fact for _, fact in shown], None)
    place, last = shown[-1]
    return Page([fact for _, fact in shown], (report_id, place, last.fact_id))


def _fact(fact: Fact) -> FactOut:
    links = {
        "document": f"{BASE}/documents/{fact.report_id}",
        "analysis": f"{BASE}/analysis/{analysis_id(fact.report_id)}",
    }
    return FactOut(document_id=fact.report_id, **_fact_fields(fact), links=links)


def _fact_fields(fact: Fact) -> dict[str, Any]:
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
