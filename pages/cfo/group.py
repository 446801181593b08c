"""Group overview: every company by its newest report, the worst first, each leading to its CFO summary."""

import streamlit as st

from components import frame
from components.confidence_badge import show_severity
from components.format import change, concept_name, counted, headline, plain
from components.navigation import link
from components.session import services, title_of
from services.cfo.desk import OVERVIEW_CONCEPTS, CompanyRow

_WIDTHS = (5, 3, 3, 3, 2, 2, 3)


def _headings() -> None:
    names = (
        "Company and newest report",
        *(concept_name(concept) for concept in OVERVIEW_CONCEPTS),
        "Open reviews",
        "Failed checks",
        "Highest severity",
    )
    for column, name in zip(st.columns(_WIDTHS), names, strict=True):
        column.caption(name)


def _row(row: CompanyRow) -> None:
    columns = st.columns(_WIDTHS, vertical_alignment="center")
    with columns[0], st.container(gap=None):
        link("summary", plain(row.company.name), "monitoring", report=row.report.report_id)
        others = len(row.company.reports) - 1
        more = f" and {counted(others, 'other report')}" if others else ""
        st.caption(plain(f"{_told(row)}{more}"))
    for column, concept in zip(columns[1:4], OVERVIEW_CONCEPTS, strict=True):
        with column:
            _figure(row, concept)
    columns[4].markdown(f"{row.open_reviews:,}")
    with columns[5]:
        failed = f":red-badge[:material/close: {row.failed_checks:,}]"
        st.markdown(failed if row.failed_checks else "0")
    with columns[6]:
        if row.severity is None:
            st.caption("nothing published")
        else:
            show_severity(row.severity)


def _told(row: CompanyRow) -> str:
    title = title_of(row.report)
    return title.removeprefix(f"{row.report.company} · ")


def _figure(row: CompanyRow, concept: str) -> None:
    figure = row.figures.get(concept)
    if figure is None:
        st.caption("n/a")
        return
    moved = "" if figure.change is None else f"  \n{change(figure.change)}"
    st.markdown(f"{plain(headline(figure.current))}{moved}")


frame.header(
    "Group overview",
    "Each company by its newest report; worst first: severity, failed checks, open reviews.",
)
rows = services().cfo.overview()
if rows:
    _headings()
    for one in rows:
        _row(one)
else:
    frame.empty(
        "No company yet", "A company appears here when one of its reports has been analysed."
    )
