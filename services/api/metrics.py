"""Metrics of a document over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import Field

from services.analysis.metrics import Metric
from services.api.addresses import BASE, place_of, report_of
from services.api.answers import as_json, pages
from services.api.callers import ReportViewer
from services.api.kept import kept_by
from services.api.models import MetricList, MetricOut
from services.api.parameters import PageByPosition
from services.bootstrap import Services
from services.extraction.jsonl import json_number


class MetricFilter(PageByPosition):
    """Whose metrics, and which page of them."""

    report: str = Field(max_length=100)


def metrics_router(services: Services) -> APIRouter:
    """Return the route ``/metrics``."""
    router = APIRouter(route_class=kept_by(services))

    @router.get("/metrics", response_model=MetricList, tags=["facts"])
    def list_metrics(caller: ReportViewer, asked: Annotated[MetricFilter, Query()]) -> Response:
        """Return the metrics of a document, computed from the numbers in force, latest period first."""
        seen = services.seen_by(caller)
        report_id = report_of(asked.report)
        (first,) = place_of(asked.cursor, int) or (0,)
        known = seen.metrics.of(report_id).metrics
        end = first + asked.limit
        pagination, links = pages("metrics", asked, (end,) if end < len(known) else None)
        links |= {
            "document": f"{BASE}/documents/{report_id}",
            "facts": f"{BASE}/facts?report={report_id}",
        }
        metrics = [_metric(metric) for metric in known[first:end]]
        return as_json(
            MetricList(document_id=report_id, metrics=metrics, pagination=pagination, links=links)
        )

    return router


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
