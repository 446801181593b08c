"""Facts and metrics over HTTP."""

from itertools import islice
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from services.analysis.metrics import Metric
from services.api.addresses import BASE, analysis_id, place_of, report_of
from services.api.answers import as_json, pages
from services.api.callers import ReportViewer
from services.api.documents import fact_fields
from services.api.insights import PERIOD
from services.api.kept import kept_by
from services.api.models import PROBLEMS, FactList, FactOut, MetricList, MetricOut
from services.bootstrap import Services
from services.domain.errors import NotFound
from services.domain.ids import ReportId
from services.domain.listings import MOST_ITEMS, FactQuery, Page
from services.domain.reports import Fact
from services.extraction.jsonl import json_number


class FactFilter(BaseModel):
    """What a list of facts can be narrowed to."""

    report: str | None = Field(default=None, max_length=100)
    concept: str | None = Field(default=None, max_length=100)
    period: str | None = Field(
        default=None, pattern=PERIOD, description="End of the period: 2025, 2025-12 or 2025-12-31"
    )
    cursor: str | None = Field(default=None, max_length=400)
    limit: int = Field(default=50, ge=1, le=MOST_ITEMS)


def facts_router(services: Services) -> APIRouter:
    """Return the routes ``/facts`` and ``/metrics``."""
    router = APIRouter(responses=PROBLEMS, route_class=kept_by(services))

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

    @router.get("/metrics", response_model=MetricList, tags=["facts"])
    def list_metrics(
        caller: ReportViewer, report: Annotated[str, Query(max_length=100)]
    ) -> Response:
        """Return the metrics of a document, computed from the numbers in force, latest period first."""
        seen = services.seen_by(caller)
        report_id = report_of(report)
        metrics = [_metric(metric) for metric in seen.metrics.of(report_id).metrics]
        links = {
            "self": f"{BASE}/metrics?report={report_id}",
            "document": f"{BASE}/documents/{report_id}",
            "facts": f"{BASE}/facts?report={report_id}",
        }
        return as_json(MetricList(document_id=report_id, metrics=metrics, links=links))

    return router


def _page(services: Services, query: FactQuery) -> Page[Fact]:
    if query.report_id is None:
        return services.listing.facts(query)
    report = services.ports.records.report(query.report_id)
    if report is None:
        raise NotFound("There is no document with this id.")
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
    return FactOut(document_id=fact.report_id, **fact_fields(fact), links=links)


def _metric(metric: Metric) -> MetricOut:
    start = metric.period.start
    return MetricOut(
        metric_id=metric.metric_id,
        period_start=None if start is None else start.isoformat(),
        period_end=metric.period.end.isoformat(),
        value=json_number(metric.value),
        unit=metric.unit,
        formula=metric.formula,
        fact_ids=list(metric.fact_ids),
    )
