"""One review item on one screen: what is claimed, where it comes from, why it is here, what each choice changes."""

import streamlit as st

from components import frame
from components.format import plain
from components.insight_card import show_badges
from components.navigation import chosen, link
from components.review_actions import show_claim_buttons, show_next_button, show_panels
from components.review_brief import (
    show_effects,
    show_history,
    show_people_under,
    show_standing,
    show_talk,
    show_why,
    title_of_subject,
)
from components.review_form import PAST, may_review, show_last_decision, show_review_form
from components.review_source import show_source
from components.session import person_name, report_name, services
from services.domain.ids import ReviewItemId
from services.domain.insights import Insight
from services.domain.reports import Finding
from services.domain.reviews import ReviewItem
from services.review.queue import Entry, Subject, subject_of


def _claimed(item: ReviewItem, subject: Subject) -> None:
    if isinstance(subject, Insight):
        show_badges(subject, blind=item.is_blind)
        st.markdown(plain(subject.text))
        return
    st.markdown(plain(subject.sentence))


def _open(entry: Entry) -> None:
    item, subject = entry.item, entry.subject
    show_claim_buttons(entry)
    brief, source = st.columns([6, 7], gap="large")
    with brief:
        _claimed(item, subject)
        show_why(item, subject)
        show_talk(entry.state)
        if isinstance(subject, Insight):
            show_people_under(subject)
        show_standing(entry)
        show_review_form(item)
        show_panels(entry)
        show_effects(subject, entry.state)
        show_history(services().ports.records.review_acts(item.review_item_id))
    with source:
        show_source(item, subject, "item", 520)


def _decided(item: ReviewItem, subject: Subject) -> None:
    records = services().ports.records
    key = subject.finding_id if isinstance(subject, Finding) else subject.insight_id
    for decision in records.decisions(key):
        if decision.review_item_id == item.review_item_id:
            by = " and ".join(
                person_name(one) for one in (decision.first_by, decision.decided_by) if one
            )
            st.info(
                plain(f"{PAST[decision.verdict]} by {by}. {decision.comment}"),
                icon=":material/gavel:",
            )
    if may_review():
        show_next_button()
    brief, source = st.columns([6, 7], gap="large")
    with brief:
        _claimed(item, subject)
        show_why(item, subject)
        show_history(records.review_acts(item.review_item_id))
    with source:
        show_source(item, subject, "item", 520)


def _show(item: ReviewItem, subject: Subject) -> None:
    frame.header(plain(title_of_subject(subject)), plain(report_name(item.report_id)))
    show_last_decision()
    entries = {one.item.review_item_id: one for one in services().queue.entries()}
    entry = entries.get(item.review_item_id)
    if entry is None:
        _decided(item, subject)
    else:
        _open(entry)


link("review", "Review queue", "arrow_back")
named = chosen("item")
found = services().ports.records.review_item(ReviewItemId(named)) if named else None
about = subject_of(found, services().ports.records) if found is not None else None
if found is None or about is None:
    frame.header("Review item")
    frame.empty("No such item", "A newer analysis of its report may have replaced it.")
else:
    _show(found, about)
