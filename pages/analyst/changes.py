"""What changed since the company's last report: figures, thresholds, restated figures, risk factors."""

import streamlit as st

from components import frame
from components.changes import change_table, crossing_table
from components.figures import show_figures
from components.format import counted, plain
from components.metric_table import metric_name
from components.navigation import link
from components.report_picker import pick_report
from components.session import listed, risk_changes, services
from services.analysis.text_change import TextChange
from services.domain.insights import Quote
from services.domain.reports import Report, ReportStatus

_SHOWN = 15


def _figures(report: Report, last: Report) -> None:
    frame.section("Figures")
    moved = services().changes.figures(report, last)
    if not moved:
        st.info("The two reports share no line for periods of the same length.")
        return
    show_figures(change_table(moved), words=("Line",))
    st.caption("Each report's own latest period; n.m. where the last figure is not positive.")


def _thresholds(report: Report, last: Report) -> None:
    frame.section("Thresholds crossed")
    crossed = services().changes.crossed(report, last)
    if not crossed.compared:
        st.info("No metric with a threshold could be computed for both reports.")
        return
    if not crossed.found:
        st.caption(
            f"None: {counted(crossed.compared, 'metric')} with a threshold stayed on the same side of it."
        )
        return
    show_figures(crossing_table(crossed.found), words=("Metric", "Threshold", ""))
    st.caption("The thresholds are those of the rules. Cells behind each number:")
    for metric_id in dict.fromkeys(one.limit.metric_id for one in crossed.found):
        name = metric_name(metric_id)
        left, right = st.columns(2)
        for column, words, of in ((left, "last report", last), (right, "this report", report)):
            with column:
                ids = {"report": of.report_id, "metric": metric_id}
                link("metrics", f"{name}, {words}", "show_chart", **ids)


def _restated(report: Report) -> None:
    frame.section("Restated figures")
    found = services().changes.restated(report)
    reason = services().changes.not_compared(report)
    if reason is not None:
        st.info(f"Could not be looked for: {plain(reason)}.")
    elif not found:
        st.caption(
            "No figure of an earlier period that both reports print changed by more than rounding "
            "or a trivial amount."
        )
    for insight in found:
        st.markdown(f"- {plain(insight.text)}")
        link("insight", "Open", "arrow_forward", insight=insight.insight_id)


def _risks(report: Report, last: Report) -> None:
    frame.section("Risk factors")
    found = risk_changes(report, last)
    if isinstance(found, str):
        st.info(plain(found))
        return
    columns = st.columns(4)
    for column, (name, count) in zip(columns, _counts(found), strict=True):
        column.metric(name, f"{count:,}")
    added, removed, reworded = st.tabs(["New", "Gone", "Reworded"])
    with added:
        _quotes(found.added, report)
    with removed:
        _quotes(found.removed, last)
    with reworded:
        for before, after in found.reworded[:_SHOWN]:
            st.markdown(f"> {plain(after.text)}")
            st.caption(f"page {after.page}; before (page {before.page}): {plain(before.text)}")
        _more(len(found.reworded))


def _counts(found: TextChange) -> list[tuple[str, int]]:
    return [
        ("New sentences", len(found.added)),
        ("Gone", len(found.removed)),
        ("Reworded", len(found.reworded)),
        ("As before", found.kept),
    ]


def _quotes(quotes: tuple[Quote, ...], report: Report) -> None:
    if not quotes:
        st.caption("Nothing.")
    for quote in quotes[:_SHOWN]:
        st.markdown(f"> {plain(quote.text)}")
        st.caption(f"{plain(report.name)}, page {quote.page}")
    _more(len(quotes))


def _more(count: int) -> None:
    if count > _SHOWN:
        st.caption(f"and {counted(count - _SHOWN, 'more sentence')}")


def _show(report: Report) -> None:
    last = services().changes.last_before(report)
    if last is None:
        frame.empty(
            "No earlier report of this company",
            "Upload the report of the year before: figures and text are compared with it here.",
        )
        link("upload", "Upload a report", "upload_file")
        return
    st.markdown(f"Compared with **{plain(listed(last))}**")
    _figures(report, last)
    _thresholds(report, last)
    _restated(report)
    _risks(report, last)


frame.header("What changed", "A report beside the company's last one: figures and text.")
analysed = [r for r in services().ports.records.reports() if r.status is ReportStatus.ANALYSED]
if analysed:
    _show(pick_report(analysed, "changes"))
else:
    frame.empty("Nothing to compare yet", "Upload two reports of one company.")
    link("upload", "Upload a report", "upload_file")
