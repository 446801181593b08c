"""The decision on a review item: a comment, approve or reject."""

import streamlit as st

from components.frame import guard
from components.session import current_user, services
from services.access import Permission, may
from services.domain.reviews import ReviewItem, Verdict

_DONE = "_review_done"
PAST = {Verdict.APPROVE: "Approved", Verdict.REJECT: "Rejected"}
"""A verdict as a done deed."""


def show_review_form(item: ReviewItem) -> None:
    """Draw the form for a role that may decide, else say who may; a decision reruns the page."""
    if not may(current_user(), Permission.REVIEW):
        st.info("Only a reviewer decides; you see this item read-only.", icon=":material/lock:")
        return
    with st.form(f"decide_{item.review_item_id}", border=False):
        comment = st.text_area(
            "Comment",
            key=f"comment_{item.review_item_id}",
            placeholder="What you checked; needed for a rejection",
            height=90,
        )
        with st.container(horizontal=True):
            approve = st.form_submit_button(
                "Approve", icon=":material/check:", shortcut="Alt+A", key="approve"
            )
            reject = st.form_submit_button(
                "Reject", icon=":material/close:", shortcut="Alt+X", key="reject"
            )
    if approve or reject:
        _decide(item, Verdict.APPROVE if approve else Verdict.REJECT, comment)


def show_last_decision() -> None:
    """Say once what was decided in the run before."""
    sentence = st.session_state.pop(_DONE, None)
    if sentence:
        st.success(sentence, icon=":material/check_circle:")


def _decide(item: ReviewItem, verdict: Verdict, comment: str) -> None:
    with guard():
        services().review.decide(item.review_item_id, verdict, comment, current_user())
        st.session_state[_DONE] = f"{PAST[verdict]} and written to the audit trail."
        st.rerun()
