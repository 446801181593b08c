"""Insights: filter, search, and open what the analysis found, the worst first."""

from typing import Any

import streamlit as st

from components import frame
from components.confidence_badge import band_words, severity_words
from components.format import counted
from components.frame import guard
from components.insight_card import show_card
from components.insight_table import show_insight_table
from components.navigation import chosen, go
from components.session import current_user, names_of_reports, services
from services.domain.confidence import HIGH_FROM, MEDIUM_FROM, Band
from services.domain.ids import ReportId
from services.domain.insights import Insight, InsightKind, Severity
from services.review.blind import blind_to
from services.summary import is_shown

_PAGE = 12
_BAND_EXAMPLES = {Band.HIGH: HIGH_FROM, Band.MEDIUM: MEDIUM_FROM, Band.LOW: 0.0}


def _visible() -> list[Insight]:
    user, records = current_user(), services().ports.records
    shown = [insight for insight in records.insights() if is_shown(user, insight)]
    audited = blind_to(user, [insight.insight_id for insight in shown], records)
    insights = [insight for insight in shown if insight.insight_id not in audited]
    return sorted(insights, key=lambda i: (-i.severity.rank, -i.confidence.total, i.insight_id))


def _filters() -> dict[str, Any]:
    reports = names_of_reports()
    named = chosen("report")
    ids = list(reports)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        report = st.selectbox(
            "Report",
            ids,
            index=ids.index(ReportId(named)) if named in ids else None,
            format_func=lambda i: reports[i],
            placeholder="All reports",
            key=f"of_report_{named or ''}",
            width=420,
        )
        words = st.text_input(
            "Search", placeholder="Words in the insight", key="search", width=260, type="search"
        )
    with st.container(horizontal=True):
        return {
            "names": reports,
            "report": report,
            "words": words,
            "kinds": st.pills(
                "Type", list(InsightKind), selection_mode="multi", key="kinds",
                format_func=lambda kind: kind.value.capitalize(),
            ),
            "severities": st.pills(
                "Severity", list(reversed(Severity)), selection_mode="multi", key="severities",
                format_func=severity_words,
            ),
            "bands": st.pills(
                "Confidence", list(Band), selection_mode="multi", key="bands",
                format_func=lambda band: band_words(_BAND_EXAMPLES[band]),
            ),
        }  # fmt: skip


def _matches(insight: Insight, wanted: dict[str, Any]) -> bool:
    words = (wanted["words"] or "").casefold().split()
    text = f"{insight.title} {insight.text} {wanted['names'].get(insight.report_id, '')}".casefold()
    return (
        wanted["report"] in (None, insight.report_id)
        and _among(insight.kind, wanted["kinds"])
        and _among(insight.severity, wanted["severities"])
        and _among(insight.band, wanted["bands"])
        and all(word in text for word in words)
    )


def _among(value: object, chosen_values: list[object]) -> bool:
    return not chosen_values or value in chosen_values


@st.fragment
def _list(insights: list[Insight]) -> None:
    with guard():
        wanted = _filters()
        found = [insight for insight in insights if _matches(insight, wanted)]
        with st.container(horizontal=True, horizontal_alignment="distribute",
                          vertical_alignment="center"):  # fmt: skip
            frame.section(f"{len(found):,} of {counted(len(insights), 'insight')}, worst first")
            view = st.segmented_control(
                "View", ["Cards", "Table"], default="Cards", key="view",
                label_visibility="collapsed", required=True,
            )  # fmt: skip
        if not found:
            frame.empty("Nothing matches", "Take a filter away or search for other words.")
        elif view == "Table":
            _as_table(found)
        else:
            _as_cards(found)


def _as_table(found: list[Insight]) -> None:
    picked = show_insight_table(found, "insight_table")
    if picked is not None:
        go("insight", insight=picked.insight_id)


def _as_cards(found: list[Insight]) -> None:
    pages = -(-len(found) // _PAGE)
    slot = st.container()
    page = st.pagination(pages, key=f"page_of_{pages}") if pages > 1 else 1
    with slot:
        for insight in found[(page - 1) * _PAGE : page * _PAGE]:
            show_card(insight)


frame.header("Insights", "What the analysis found, how sure it is, and the cells behind it.")
everything = _visible()
if everything:
    _list(everything)
else:
    frame.empty(
        "No insights yet",
        "They appear when a report has been read and analysed; upload one on the page Reports.",
    )
