"""Budget against actual: every line with its variance, the bridge of the profit line, the cells behind it."""

import streamlit as st

from components import frame
from components.changes import budget_table
from components.charts import show_chart
from components.evidence import Item, show_items
from components.figures import show_figures
from components.format import plain
from components.navigation import link
from components.report_picker import pick_report
from components.session import services
from services.analysis.budget import Variance
from services.domain.periods import Period
from services.domain.reports import Report, ReportStatus

_SOURCE_HEIGHT = 420


def _pick_plan(found: list[Variance]) -> list[Variance]:
    plans = sorted({one.against for one in found})
    against = plans[0]
    if len(plans) > 1:
        against = st.segmented_control(
            "Against", plans, default=plans[0], format_func=str.capitalize, required=True
        )
    return [one for one in found if one.against == against]


def _pick_period(found: list[Variance]) -> Period:
    periods = list(dict.fromkeys(one.actual.period for one in found))
    return st.selectbox(
        "Period", periods, format_func=lambda period: period.label, key="budget_when"
    )


def _bridge(report: Report, lines: list[Variance]) -> None:
    found = services().changes.budget_finding(report, lines)
    if found is None or found.chart is None:
        st.caption(
            "No bridge: one is drawn for the longest latest period that has a budget, where its profit line is "
            "off it by more than performance materiality."
        )
        return
    st.markdown(plain(found.text))
    show_chart(found.chart, "budget_bridge")
    link("insight", "Open the finding", "arrow_forward", insight=found.insight_id)


def _cells(lines: list[Variance]) -> None:
    frame.section("Cells")
    picked = st.selectbox(
        "Line", range(len(lines)), format_func=lambda i: lines[i].name, key="line"
    )
    one = lines[picked]
    items = [Item(one.actual, "actual"), Item(one.plan, one.against)]
    show_items(items, f"{one.against}_{one.actual.fact_id}", _SOURCE_HEIGHT)


def _show(report: Report) -> None:
    found = services().changes.budget(report)
    if not found:
        frame.empty(
            "No budget for this report",
            "Upload a workbook with budget and actual columns, or the company's budget as a file of its "
            "own: its periods are matched with this report's.",
        )
        link("upload", "Upload a budget", "upload_file")
        return
    found = _pick_plan(found)
    period = _pick_period(found)
    lines = [one for one in found if one.actual.period == period]
    show_figures(budget_table(lines), words=("Line", "Verdict"))
    st.caption(
        "Favourable is what adds to profit or cash: a cost or payment below plan, revenue above it. "
        "No verdict: more of it is neither better nor worse in itself."
    )
    _bridge(report, lines)
    _cells(lines)


frame.header("Budget", "Budget against actual, line by line, and what reconciles the two.")
analysed = [r for r in services().ports.records.reports() if r.status is ReportStatus.ANALYSED]
if analysed:
    _show(pick_report(analysed, "budget"))
else:
    frame.empty("No budget yet", "It appears here when a report and its budget have been analysed.")
    link("upload", "Upload a report", "upload_file")
