"""Review queue: what waits for a person, the most pressing first, why, and the decision."""

import pandas as pd
import streamlit as st

from components import frame
from components.format import elapsed, plain, when
from components.insight_card import show_badges
from components.navigation import link
from components.queue_list import pick_entry, show_bulk, show_filters
from components.review_actions import show_claim_buttons, show_next_button
from components.review_brief import (
    show_effects,
    show_standing,
    show_talk,
    show_why,
    title_of_subject,
)
from components.review_form import REASONS, may_review, show_last_decision, show_review_form
from components.review_source import show_source
from components.session import person_name, report_name, services
from services.domain.insights import Insight
from services.domain.reports import Finding
from services.domain.reviews import ReviewStatus
from services.review.queue import Entry, subject_of


def _brief(entry: Entry) -> None:
    item, subject = entry.item, entry.subject
    with st.container(gap=None):
        st.header(plain(title_of_subject(subject)), anchor=False)
        st.caption(plain(report_name(item.report_id)))
    if isinstance(subject, Insight):
        show_badges(subject, blind=item.is_blind)
    st.markdown(plain(subject.sentence if isinstance(subject, Finding) else subject.text))
    show_why(item, subject)
    show_talk(entry.state)
    show_standing(entry)
    show_review_form(item)
    show_effects(subject, entry.state)
    link(
        "item", "Open on one screen: amend, ask, escalate", "open_in_full", item=item.review_item_id
    )
    if isinstance(subject, Finding):
        link("report", "Open the statements", "arrow_forward", report=item.report_id)
    elif not item.is_blind:
        link("insight", "Open the insight's page", "arrow_forward", insight=subject.insight_id)


def _open_items(entries: list[Entry]) -> None:
    if not entries:
        frame.empty("Nothing waits", "Everything that needed a person has been decided.")
        return
    found = show_filters(entries)
    if not found:
        frame.empty("Nothing matches", "Take a filter away.")
        return
    queue, brief, evidence = st.columns([3, 5, 7], gap="medium")
    with queue:
        buttons = st.container()
        entry = pick_entry(found)
        with buttons:
            show_claim_buttons(entry)
    with brief:
        _brief(entry)
    with evidence:
        show_source(entry.item, entry.subject, "review", 460)


def _decided_items() -> None:
    records = services().ports.records
    decided = [
        (item, subject)
        for item in records.review_items()
        if item.status is not ReviewStatus.OPEN and (subject := subject_of(item, records))
    ]
    if not decided:
        st.caption("No decision yet.")
        return
    rows = [
        {
            "Decision": decision.verdict.value.capitalize(),
            "About": title_of_subject(subject),
            "Report": report_name(item.report_id),
            "Reason": REASONS[decision.reason],
            "Comment": decision.comment,
            "By": " and ".join(
                person_name(one) for one in (decision.first_by, decision.decided_by) if one
            ),
            "When": when(decision.decided_at),
        }
        for item, subject in decided
        for decision in records.decisions(
            subject.finding_id if isinstance(subject, Finding) else subject.insight_id
        )
        if decision.review_item_id == item.review_item_id
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, alt="Decided review items")


def _pace() -> str:
    pace = services().queue.pace()
    if pace.median_seconds is None:
        return "No decision was timed yet: time runs from claiming an item to deciding on it."
    return (
        f"Median time of an item: {elapsed(pace.median_seconds)}, from claim to decision, "
        f"over {pace.decisions:,}."
    )


frame.header(
    "Review queue",
    "Insights that are not shown to the CFO, and numbers that may be missing, until a person decided.",
)
show_last_decision()
waiting = services().queue.entries()
with st.container(horizontal=True, vertical_alignment="center"):
    st.caption(_pace())
    if may_review() and not waiting:
        show_next_button()
open_tab, decided_tab, bulk_tab = st.tabs([f"Open ({len(waiting)})", "Decided", "Several at once"])
with open_tab:
    _open_items(waiting)
with decided_tab:
    _decided_items()
with bulk_tab:
    show_bulk(waiting)
