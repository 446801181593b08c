"""CFO summary: only what is published or approved and verified anew, each sentence with its cells, on one screen."""

import streamlit as st

from components import frame
from components.brief import (
    show_basis,
    show_exports,
    show_headlines,
    show_items,
    show_signature,
    show_standing,
)
from components.navigation import chosen, link, remember
from components.session import current_user, listed, services
from services.cfo.brief import Brief
from services.summary import ReportSummary


def _first_with_insights(reports: tuple[ReportSummary, ...]) -> int:
    return next((i for i, one in enumerate(reports) if one.insights), 0)


def _pick(reports: tuple[ReportSummary, ...]) -> ReportSummary:
    ids = [str(one.report.report_id) for one in reports]
    named = chosen("report")
    index = st.selectbox(
        "Report",
        range(len(reports)),
        index=ids.index(named) if named in ids else _first_with_insights(reports),
        format_func=lambda i: listed(reports[i].report),
        key=f"summary_of_{named or ''}",
        label_visibility="collapsed",
    )
    remember("report", ids[index])
    return reports[index]


def _show(brief: Brief) -> None:
    report_id = brief.report.report_id
    show_standing(brief)
    show_headlines(brief.headlines)
    moved, risks = st.columns([3, 2], gap="medium")
    with moved:
        since = "Since the last report" if brief.last else "Since the year before"
        show_items(since, brief.moves, brief.more_moves, report_id)
    with risks:
        show_items("Risks", brief.risks, brief.more_risks, report_id)
        show_signature(brief)
        if brief.last:
            link("changes", "What changed", "difference", report=report_id)
    show_basis(brief)


frame.header(
    "CFO summary",
    "Only insights that were published with high confidence or approved by a reviewer.",
)
built = services().summary.build().reports
if built:
    picker, files = st.columns([3, 2], vertical_alignment="center")
    with picker:
        picked = _pick(built)
    made = services().cfo.brief_for(picked.report.report_id, current_user())
    with files:
        show_exports(made)
    _show(made)
else:
    frame.empty("Nothing to summarise yet", "The summary appears when a report has been analysed.")
