"""What a reviewer does with an item beside deciding: claim, ask, escalate, assign, set a date; each by key."""

from datetime import UTC, datetime, time

import streamlit as st

from components.amend_form import show_amend_form
from components.frame import guard
from components.navigation import go
from components.review_form import done, may_review
from components.session import current_user, person_name, reviewers, services
from services.domain.insights import Insight
from services.domain.reviews import ReviewStatus
from services.review.queue import Entry

_PANEL = "_review_panel"
_PANELS = {
    "amend": ("Amend a number", "edit", "Alt+M"),
    "ask": ("Ask the analyst", "help", "Alt+Q"),
    "escalate": ("Escalate", "upgrade", "Alt+E"),
    "assign": ("Assign, due date", "event", "Alt+S"),
}


def show_claim_buttons(entry: Entry) -> None:
    """Draw the buttons that claim an item, give it back, and take the next one."""
    if not may_review():
        return
    claim = entry.state.claim
    item_id = entry.item.review_item_id
    with guard(), st.container(horizontal=True):
        if claim is None or claim.by != current_user().user_id:
            if st.button("Claim", icon=":material/back_hand:", key="claim", shortcut="Alt+T",
                         disabled=claim is not None or entry.item.status is not ReviewStatus.OPEN):  # fmt: skip
                services().queue.claim(item_id, current_user())
                st.rerun()
        elif st.button("Release", icon=":material/undo:", key="release", shortcut="Alt+L"):
            services().queue.release(item_id, current_user())
            st.rerun()
        show_next_button()


def show_next_button() -> None:
    """Draw the button that claims the most pressing item the person may decide, and opens it."""
    if st.button("Take the next", icon=":material/skip_next:", key="next", shortcut="Alt+N"):
        taken = services().queue.claim_next(current_user())
        if taken is None:
            st.info("Nothing is left that you may decide.", icon=":material/done_all:")
        else:
            go("item", item=taken)


def show_panels(entry: Entry) -> None:
    """Draw the other things a reviewer can do; one panel is open at a time."""
    if not may_review():
        return
    key = f"{_PANEL}_{entry.item.review_item_id}"
    is_insight = isinstance(entry.subject, Insight)
    with st.container(horizontal=True):
        for name, (label, icon, shortcut) in _PANELS.items():
            if name == "amend" and not is_insight:
                continue
            if st.button(label, icon=f":material/{icon}:", key=f"panel_{name}", shortcut=shortcut):
                st.session_state[key] = None if st.session_state.get(key) == name else name
    opened = st.session_state.get(key)
    with guard():
        if opened == "amend" and isinstance(entry.subject, Insight):
            show_amend_form(entry.item, entry.subject)
        elif opened == "ask":
            _ask(entry)
        elif opened == "escalate":
            _escalate(entry)
        elif opened == "assign":
            _assign(entry)


def _ask(entry: Entry) -> None:
    item_id = entry.item.review_item_id
    with st.form(f"ask_{item_id}"):
        question = st.text_area("Question to the analyst", key=f"question_{item_id}", height=90)
        sent = st.form_submit_button(
            "Send the question", icon=":material/send:", key="send_question"
        )
    if sent:
        services().talk.ask(item_id, question, current_user())
        done("The question is with the analyst; the answer returns the item.", item_id)


def _escalate(entry: Entry) -> None:
    item_id = entry.item.review_item_id
    with st.form(f"escalate_{item_id}"):
        email = _reviewer(f"escalate_to_{item_id}")
        comment = st.text_area("Why", key=f"escalate_why_{item_id}", height=90)
        sent = st.form_submit_button("Escalate", icon=":material/send:", key="send_escalation")
    if sent:
        alert = services().talk.escalate(item_id, email, comment, current_user())
        done(f"Escalated to {person_name(alert.to)}; alert {alert.notice_id}.", item_id)


def _assign(entry: Entry) -> None:
    item_id = entry.item.review_item_id
    with st.form(f"assign_{item_id}"):
        email = _reviewer(f"assign_to_{item_id}")
        assign = st.form_submit_button("Assign", icon=":material/person_add:", key="send_assign")
    with st.form(f"due_{item_id}"):
        due = st.date_input("Due", entry.due.date(), key=f"due_on_{item_id}")
        dated = st.form_submit_button("Set the due date", icon=":material/event:", key="send_due")
    if assign:
        services().talk.assign(item_id, email, "", current_user())
        done(f"Assigned to {person_name(email)}.")
    if dated:
        end = datetime.combine(due, time(23, 59), UTC)
        services().talk.set_due(item_id, end, current_user())
        done("The due date is set.")


def _reviewer(key: str) -> str:
    """Ask for a reviewer: one that is known, or an address that is typed."""
    others = [user.email for user in reviewers() if user.user_id != current_user().user_id]
    email: str | None = st.selectbox(
        "Reviewer", others, format_func=person_name, key=key, accept_new_options=True,
        help="Choose one or type an e-mail address.",
    )  # fmt: skip
    return email or ""
