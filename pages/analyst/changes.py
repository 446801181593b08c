"""What changed since the company's last report: figures, restated figures, risk factors."""

import streamlit as st

from components import frame
from components.changes import change_table
from components.format import counted, plain
from components.navigation import chosen, link, remember
from components.session import listed, risk_changes, services
from services.analysis.text_change import TextChange
from services.domain.insights import Quote
from services.domain.reports import Report, ReportStatus

_SHOWN = 15


def _pick(reports: list[Report]) -> Report:
    ids = [str(report.report_id) for report in reports]
    named = chosen("report")
    picked = st.selectbox(
        "Report",
        range(len(reports)),
        index=ids.index(named) if named in ids else 0,
        format_func=lambda i: listed(reports[i]),
        key=f"changes_of_{named or ''}",
        label_visibility="collapsed",
    )
    remember("report", ids[picked])
    return reports[picked]


def _figures(report: Report, last: Report) -> None:
    frame.section("Figures")
    moved = services().changes.figures(report, last)
    if not moved:
        st.info("The two reports share no line for periods of the same length.")
        return
    st.dataframe(change_table(moved), hide_index=True, height="content")
    st.caption("Each report's own latest period; n.m. where the last figure is not positive.")


def _restated(report: Report) -> None:
    frame.section("Restated figures")
    found = services().changes.restated(report)
    if not found:
        st.caption("Every figure of an earlier period that both reports print is the same.")
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
    _restated(report)
    _risks(report, last)


frame.header("What changed", "A report beside the company's last one: figures and text.")
analysed = [r for r in services().ports.records.reports() if r.status is ReportStatus.ANALYSED]
if analysed:
    _show(_pick(analysed))
else:
    frame.empty("Nothing to compare yet", "Upload two reports of one company.")
    link("upload", "Upload a report", "upload_file")
