"""Metrics: every ratio, amount and score of a report by period, its trend, and the cells behind it."""

import streamlit as st

from components import frame
from components.charts import show_chart
from components.evidence import Item, show_items
from components.format import plain
from components.metric_table import (
    metric_frame,
    metric_name,
    metric_words,
    periods_of,
    trend_of,
)
from components.navigation import chosen, link, remember
from components.report_picker import pick_report
from components.session import services
from services.analysis.metrics import Metric
from services.domain.concepts import CONCEPTS
from services.domain.ids import ReportId
from services.domain.reports import Fact, Report, ReportStatus
from services.engine import Measures

_SOURCE_HEIGHT = 460


def _pick_metric(measures: Measures) -> Metric:
    names = list(dict.fromkeys(metric.metric_id for metric in measures.metrics))
    named = chosen("metric")
    left, right = st.columns([3, 2])
    name = left.selectbox(
        "Metric",
        names,
        index=names.index(named) if named in names else 0,
        format_func=metric_name,
        key=f"metric_{named or ''}",
    )
    remember("metric", name)
    found = [metric for metric in measures.metrics if metric.metric_id == name]
    periods = periods_of(found)
    period = right.selectbox("Period", periods, format_func=lambda p: p.label, key=f"when_{name}")
    return next(metric for metric in found if metric.period == period)


def _role(fact: Fact) -> str:
    known = CONCEPTS.get(fact.concept or "")
    return f"{known.name if known else fact.label}, {fact.period.label}"


def _show_metric(measures: Measures, metric: Metric, currency: str) -> None:
    left, right = st.columns([9, 11], gap="large")
    with left:
        st.metric(
            f"{metric_name(metric.metric_id)}, {metric.period.label}",
            metric_words(metric, currency),
        )
        st.caption(f"= {plain(metric.formula)}")
        if metric.absences:
            st.caption("A line that the statement proves not to be there counts as nothing.")
        show_chart(trend_of(measures.metrics, metric), f"trend_{metric.metric_id}")
    with right:
        facts = [measures.facts[i] for i in metric.fact_ids if i in measures.facts]
        items = [Item(fact, _role(fact)) for fact in facts]
        show_items(items, f"cells_{metric.metric_id}_{metric.period.label}", _SOURCE_HEIGHT)


def _show(report: Report) -> None:
    measures = services().metrics.of(ReportId(report.report_id))
    if not measures.metrics:
        frame.empty(
            "No metric can be computed",
            "Not enough was read from this report's statements; look at what is missing there.",
        )
        link("report", "Statements of this report", "table_view", report=report.report_id)
        return
    currency = next((fact.currency for fact in measures.facts.values()), "USD")
    metric = _pick_metric(measures)
    _show_metric(measures, metric, currency)
    frame.section("All metrics")
    st.dataframe(metric_frame(measures.metrics, currency), width="stretch", height="content")
    st.caption("An empty cell is unknown: an input of that period was not read. It is never zero.")


frame.header("Metrics", "Ratios, amounts and scores by period, with the cells behind each.")
analysed = [r for r in services().ports.records.reports() if r.status is ReportStatus.ANALYSED]
if analysed:
    _show(pick_report(analysed, "metrics"))
else:
    frame.empty("No metrics yet", "They appear here when a report has been analysed.")
    link("upload", "Upload a report", "upload_file")
