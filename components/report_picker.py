"""The choice of one report, kept in the address so that a link or a reload opens the same one."""

from collections.abc import Sequence

import streamlit as st

from components.navigation import chosen, forget, remember
from components.session import listed
from services.domain.reports import Report


def pick_report(reports: Sequence[Report], page: str) -> Report:
    """Offer the reports and return the chosen one: the address names the first choice, else the first report.

    ``page`` keeps the choices of different pages apart.
    """
    ids = [str(report.report_id) for report in reports]
    named = chosen("report")
    picked = st.selectbox(
        "Report",
        range(len(reports)),
        index=ids.index(named) if named in ids else 0,
        format_func=lambda i: listed(reports[i]),
        key=f"{page}_of_{named or ''}",
        label_visibility="collapsed",
    )
    remember("report", ids[picked])
    return reports[picked]


def pick_scope(reports: Sequence[Report], page: str) -> Report | None:
    """Offer all reports together and each alone; return the chosen one, None for all."""
    ids = [str(report.report_id) for report in reports]
    named = chosen("report")
    picked = st.selectbox(
        "Reports",
        range(-1, len(reports)),
        index=ids.index(named) + 1 if named in ids else 0,
        format_func=lambda i: "All reports" if i < 0 else listed(reports[i]),
        key=f"{page}_of_{named or ''}",
        label_visibility="collapsed",
    )
    if picked < 0:
        forget("report")
        return None
    remember("report", ids[picked])
    return reports[picked]
