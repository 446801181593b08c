"""Inbox: questions that wait for an answer, notices to the person, and for controllers the whole outbox."""

import pandas as pd
import streamlit as st

from components import frame
from components.format import counted, plain, when
from components.navigation import PAGES, chosen, link, may_open
from components.review_brief import title_of_subject
from components.review_form import done, show_last_decision
from components.session import current_user, person_name, report_name, services
from services.access import Permission, may
from services.domain.notices import Notice, NoticeState
from services.review.queue import Entry

_SHOWN = 50
_STATES = {
    NoticeState.WAITING: "Waiting",
    NoticeState.SENT: "Delivered",
    NoticeState.FAILED: "Not delivered",
    NoticeState.WITHDRAWN: "Withdrawn",
}


def _questions() -> None:
    asked = [one for one in services().queue.entries() if one.state.question is not None]
    frame.section("Questions")
    if not asked:
        st.caption("No reviewer waits for an answer.")
    named = chosen("item")
    for entry in sorted(asked, key=lambda one: one.item.review_item_id != named):
        _question(entry)


def _question(entry: Entry) -> None:
    question, item = entry.state.question, entry.item
    if question is None:
        return
    with st.container(border=True):
        st.markdown(f"**{plain(title_of_subject(entry.subject))}**")
        st.caption(plain(report_name(item.report_id)))
        st.markdown(plain(f"{question.made_by_name} asks: {question.comment}"))
        if item.insight_id is not None:
            link("insight", "Evidence and reasoning", "arrow_forward", insight=item.insight_id)
        with st.form(f"answer_{item.review_item_id}", border=False):
            words = st.text_area("Answer", key=f"answer_to_{item.review_item_id}", height=90)
            sent = st.form_submit_button(
                "Send the answer", icon=":material/send:", key=f"send_{item.review_item_id}"
            )
        with frame.guard():
            if sent:
                services().talk.answer(item.review_item_id, words, current_user())
                done("Answered; the item is in the review queue again.")


def _notices() -> None:
    frame.section("Notices")
    user = current_user()
    mine = services().ports.records.notices(*(one for one in (user.user_id, user.email) if one))
    told = [one for one in mine if one.state is not NoticeState.WITHDRAWN]
    if not told:
        st.caption("Nobody has told you anything yet.")
    for notice in told[:_SHOWN]:
        _notice(notice)


def _notice(notice: Notice) -> None:
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**{plain(notice.subject)}**")
        st.markdown(plain(notice.text))
        st.caption(plain(f"{notice.written_by}, {when(notice.written_at)}"))
        page, _, query = notice.path.partition("?")
        if page in PAGES and may_open(page, current_user().role):
            link(page, "Open", "arrow_forward", **dict([query.split("=", 1)]))


def _outbox() -> None:
    notices = services().ports.records.notices()
    with st.expander(f"Outbox ({counted(len(notices), 'notice')})", icon=":material/outbox:"):
        if not notices:
            st.caption("No notice was written yet.")
            return
        shown = notices[:_SHOWN]
        st.dataframe(
            pd.DataFrame(
                {
                    "State": [_STATES[one.state] for one in shown],
                    "To": [person_name(one.to) for one in shown],
                    "Subject": [one.subject for one in shown],
                    "Written": [when(one.written_at) for one in shown],
                    "Tries": [one.tries for one in shown],
                    "Last error": [one.error for one in shown],
                    "Alert": [one.notice_id for one in shown],
                }
            ),
            hide_index=True,
            alt="Notices, newest first",
        )


frame.header("Inbox", "Questions of reviewers, and notices to you.")
show_last_decision()
if may(current_user(), Permission.REQUEST_REVIEW):
    _questions()
_notices()
if may(current_user(), Permission.VIEW_AUDIT):
    _outbox()
