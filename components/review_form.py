"""The decision on a review item: reason, comment, approve or reject; and the way back for ten seconds."""

from collections.abc import Sequence
from datetime import timedelta

import streamlit as st

from components.format import counted
from components.frame import guard
from components.session import current_user, services
from services.access import Permission, may
from services.domain.base import utc_now
from services.domain.ids import ReviewItemId
from services.domain.reviews import ReasonCode, ReviewItem, Verdict

_DONE, _UNDO = "_review_done", "_review_undo"
PAST = {Verdict.APPROVE: "Approved", Verdict.REJECT: "Rejected"}
"""A verdict as a done deed."""
REASONS = {
    ReasonCode.OTHER: "No reason chosen",
    ReasonCode.AGREES: "Agrees with the source",
    ReasonCode.EXPLAINED: "Explanation obtained",
    ReasonCode.MISREAD: "A number was misread",
    ReasonCode.MEANING: "Wrong meaning or period",
    ReasonCode.UNSUPPORTED: "Not supported by the evidence",
    ReasonCode.IMMATERIAL: "Not material",
}
"""What each reason is called."""


def may_review() -> bool:
    """Whether the person decides on review items."""
    return may(current_user(), Permission.REVIEW)


def show_review_form(item: ReviewItem) -> None:
    """Draw the form for a role that may decide, else say who may; a decision reruns the page."""
    if not may_review():
        st.info("Only a reviewer decides; you see this item read-only.", icon=":material/lock:")
        return
    with st.form(f"decide_{item.review_item_id}", border=False):
        reason = pick_reason(f"reason_{item.review_item_id}")
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
        _decide(item, Verdict.APPROVE if approve else Verdict.REJECT, comment, reason)


def pick_reason(key: str) -> ReasonCode:
    """Ask for the ground of a decision."""
    reason: ReasonCode = st.selectbox(
        "Reason", list(REASONS), format_func=lambda one: REASONS[one], key=key
    )
    return reason


def done(sentence: str, *review_item_ids: ReviewItemId) -> None:
    """Say a sentence in the next run, where these items' last acts can be undone for a while; reruns the page."""
    st.session_state[_DONE] = sentence
    st.session_state[_UNDO] = list(review_item_ids)
    st.rerun()


def show_last_decision() -> None:
    """Say once what was done in the run before, and offer to undo it while that is possible."""
    sentence = st.session_state.pop(_DONE, None)
    if sentence:
        st.success(sentence, icon=":material/check_circle:")
    if _undoable():
        _undo_bar()


def _undoable() -> list[ReviewItemId]:
    ids: Sequence[ReviewItemId] = st.session_state.get(_UNDO, ())
    desk, user = services().review, current_user()
    return [one for one in ids if desk.undoable_until(one, user) is not None]


@st.fragment(run_every=timedelta(seconds=1))
def _undo_bar() -> None:
    ids = _undoable()
    if not ids:
        st.session_state.pop(_UNDO, None)
        st.rerun()
    untils = (services().review.undoable_until(one, current_user()) for one in ids)
    left = max(((until - utc_now()).total_seconds() for until in untils if until), default=0)
    with guard(), st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Undo", icon=":material/undo:", key="undo_review", shortcut="Alt+U"):
            for one in ids:
                services().amending.undo(one, current_user())
            st.session_state.pop(_UNDO, None)
            st.session_state[_DONE] = "Taken back; the item waits again."
            st.rerun()
        st.caption(f"{counted(max(1, round(left)), 'second')} left")


def _decide(item: ReviewItem, verdict: Verdict, comment: str, reason: ReasonCode) -> None:
    with guard():
        made = services().review.decide(
            item.review_item_id, verdict, comment, current_user(), reason
        )
        if made is None:
            done(
                "Your approval is the first of two; the item waits for a second person.",
                item.review_item_id,
            )
        done(f"{PAST[verdict]} and written to the audit trail.", item.review_item_id)
