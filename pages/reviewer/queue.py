"""Review queue: insights that wait for a person, why, and the decision."""

import pandas as pd
import streamlit as st

from components import frame
from components.confidence_badge import confidence_words, severity_words
from components.evidence import show_evidence
from components.format import beginning, elapsed, plain, when
from components.insight_card import show_badges
from components.navigation import chosen, link, remember
from components.reasoning_chain import show_chain
from components.review_form import show_last_decision, show_review_form
from components.session import report_name, services
from services.domain.base import utc_now
from services.domain.insights import Insight
from services.domain.reviews import ReviewItem, ReviewStatus

_FITS, _LIST_HEIGHT = 8, 640
Entry = tuple[ReviewItem, Insight]


def _entries(status: ReviewStatus | None) -> list[Entry]:
    records = services().ports.records
    found = [(item, records.insight(item.insight_id)) for item in records.review_items(status)]
    entries = [(item, insight) for item, insight in found if insight is not None]
    return sorted(entries, key=lambda entry: (-entry[1].severity.rank, entry[0].opened_at))


def _pick(entries: list[Entry]) -> Entry:
    ids = [str(item.review_item_id) for item, _ in entries]
    named = chosen("item")
    with st.container(height=_LIST_HEIGHT if len(entries) > _FITS else "content", border=True):
        index = st.radio(
            "Open items, worst first",
            list(range(len(entries))),
            index=ids.index(named) if named in ids else 0,
            format_func=lambda i: f"{i + 1} · {plain(entries[i][1].title)}",
            captions=[plain(_caption(item, insight)) for item, insight in entries],
            key=f"item_of_{len(entries)}",
        )
    remember("item", ids[index])
    return entries[index]


def _caption(item: ReviewItem, insight: Insight) -> str:
    waiting = elapsed((utc_now() - item.opened_at).total_seconds())
    marks = f"{severity_words(insight.severity)} · {confidence_words(insight.confidence.total)}"
    return f"{beginning(insight.text)} — {marks} · waiting {waiting}"


def _brief(item: ReviewItem, insight: Insight) -> None:
    with st.container(gap=None):
        st.header(plain(insight.title), anchor=False)
        st.caption(plain(report_name(item.report_id)))
    show_badges(insight)
    st.markdown(plain(insight.text))
    with st.container(border=True, gap="xsmall"):
        st.markdown("**Why it is here**")
        for reason in item.reasons:
            st.markdown(f"- {plain(reason)}")
        if insight.what_to_check:
            st.markdown(f"**What to check:** {plain(insight.what_to_check)}")
    show_review_form(item)
    link("insight", "Open the insight's page", "arrow_forward", insight=insight.insight_id)


def _open_items(entries: list[Entry]) -> None:
    if not entries:
        frame.empty("Nothing waits", "Every insight that needed a person has been decided.")
        return
    queue, brief, evidence = st.columns([3, 5, 7], gap="medium")
    with queue:
        item, insight = _pick(entries)
    with brief:
        _brief(item, insight)
    with evidence:
        show_evidence(insight, f"review_{insight.insight_id}", 460)
        show_chain(insight.insight_id)


def _decided_items(entries: list[Entry]) -> None:
    if not entries:
        st.caption("No decision yet.")
        return
    records = services().ports.records
    rows = [
        {
            "Decision": decision.verdict.value.capitalize(),
            "Insight": insight.title,
            "Report": report_name(insight.report_id),
            "Comment": decision.comment,
            "By": decision.decided_by,
            "When": when(decision.decided_at),
        }
        for _, insight in entries
        for decision in records.decisions(insight.insight_id)
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, alt="Decided review items")


frame.header("Review queue", "Insights that are not shown to the CFO until a person has decided.")
show_last_decision()
waiting = _entries(ReviewStatus.OPEN)
decided = [entry for entry in _entries(None) if entry[0].status is not ReviewStatus.OPEN]
open_tab, decided_tab = st.tabs([f"Open ({len(waiting)})", f"Decided ({len(decided)})"])
with open_tab:
    _open_items(waiting)
with decided_tab:
    _decided_items(decided)
