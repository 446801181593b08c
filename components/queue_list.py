"""The queue as a list: filters, the choice of one item, and acts on several at once."""

from collections.abc import Sequence

import streamlit as st

from components import frame
from components.confidence_badge import confidence_words, severity_words
from components.format import beginning, counted, elapsed, plain
from components.navigation import chosen, remember
from components.review_brief import title_of_subject
from components.review_form import done, may_review, pick_reason
from components.session import current_user, services
from services.domain.base import utc_now
from services.domain.ids import ReviewItemId
from services.domain.insights import Severity
from services.domain.reports import Finding
from services.domain.reviews import Verdict
from services.review.desk import Outcome
from services.review.queue import Entry, Wanted, kind_of

_FITS, _LIST_HEIGHT = 8, 640
_FEW = 1
_DAY, _COUNTED_IN_DAYS = 86_400, 2
_WHOSE = {"mine": "Mine", "unclaimed": "Unclaimed", "overdue": "Overdue"}


def show_filters(entries: Sequence[Entry]) -> list[Entry]:
    """Draw the filters and return the entries they leave."""
    if len(entries) <= _FEW:
        return list(entries)
    companies = sorted({one.report.company for one in entries if one.report and one.report.company})
    with st.container(horizontal=True, vertical_alignment="bottom"):
        company = st.selectbox(
            "Company",
            companies,
            index=None,
            placeholder="All companies",
            key="of_company",
            width=260,
        )
        whose = st.segmented_control(
            "Whose", list(_WHOSE), format_func=lambda one: _WHOSE[one], key="whose"
        )
        severities = st.pills(
            "Severity", [s for s in reversed(Severity) if any(e.severity is s for e in entries)],
            selection_mode="multi", key="of_severity", format_func=severity_words,
        )  # fmt: skip
        kinds = st.pills(
            "Rule", sorted({kind_of(one.subject) for one in entries}), selection_mode="multi",
            key="of_kind", format_func=str.capitalize,
        )  # fmt: skip
        reasons = st.pills(
            "Reason", sorted({one.reason for one in entries}), selection_mode="multi",
            key="of_reason",
        )  # fmt: skip
    wanted = Wanted(company, frozenset(severities), frozenset(kinds), frozenset(reasons), whose)
    user, now = current_user(), utc_now()
    return [one for one in entries if wanted.takes(one, user, now)]


def pick_entry(entries: Sequence[Entry]) -> Entry:
    """Draw the list, the most pressing first, and return the chosen entry; the address keeps it."""
    ids = [str(one.item.review_item_id) for one in entries]
    named = chosen("item")
    with st.container(height=_LIST_HEIGHT if len(entries) > _FITS else "content", border=True):
        index = st.radio(
            "Open items, the most pressing first",
            list(range(len(entries))),
            index=ids.index(named) if named in ids else 0,
            format_func=lambda i: f"{i + 1} · {plain(title_of_subject(entries[i].subject))}",
            captions=[plain(caption(one)) for one in entries],
            key=f"item_of_{len(entries)}",
        )
    remember("item", ids[index])
    return entries[index]


def caption(entry: Entry) -> str:
    """Return an entry in one line: its words, how sure and grave it is, how long it waits, whose it is."""
    now, subject = utc_now(), entry.subject
    waiting = f"waiting {_age((now - entry.item.opened_at).total_seconds())}"
    if isinstance(subject, Finding):
        words = [f"{beginning(subject.sentence)} — reading", waiting]
    elif entry.item.is_blind:
        words = [f"{beginning(subject.text)} — audit sample", waiting]
    else:
        marks = f"{severity_words(subject.severity)} · {confidence_words(subject.confidence.total)}"
        words = [f"{beginning(subject.text)} — {marks}", waiting]
    if entry.state.claim is not None:
        words.append(f"with {entry.state.claim.name}")
    if entry.state.question is not None:
        words.append("asked the analyst")
    if entry.state.first is not None:
        words.append("1 of 2 approvals")
    if entry.due < now:
        words.append("overdue")
    return " · ".join(words)


def _age(seconds: float) -> str:
    days = int(seconds // _DAY)
    return counted(days, "day") if days >= _COUNTED_IN_DAYS else elapsed(seconds)


def show_bulk(entries: Sequence[Entry]) -> None:
    """Draw the acts on several items: each goes by every rule, what is refused says why."""
    if not may_review():
        st.caption("Only a reviewer decides.")
        return
    ids = {one.item.review_item_id: one for one in entries}
    picked = st.multiselect(
        "Items", list(ids), format_func=lambda one: _named(ids[one]), key="bulk_items",
        placeholder="Choose the items",
    )  # fmt: skip
    reason = pick_reason("bulk_reason")
    comment = st.text_area("Note for all", key="bulk_comment", height=68)
    with st.container(horizontal=True):
        approve = st.button(
            "Approve selected", icon=":material/done_all:", key="bulk_approve", disabled=not picked
        )
        release = st.button(
            "Release selected", icon=":material/undo:", key="bulk_release", disabled=not picked
        )
    with frame.guard():
        if approve:
            outcomes = services().review.decide_all(
                picked, Verdict.APPROVE, comment, current_user(), reason
            )
            _tell("Approved", outcomes, ids)
        if release:
            _tell("Released", services().queue.release_all(picked, current_user()), ids)
    refused: list[str] = st.session_state.pop("_bulk_refused", [])
    for sentence in refused:
        st.warning(sentence, icon=":material/block:")


def _tell(did: str, outcomes: Sequence[Outcome], entries: dict[ReviewItemId, Entry]) -> None:
    fine = [one.review_item_id for one in outcomes if not one.refused]
    st.session_state["_bulk_refused"] = [
        plain(f"{_named(entries[one.review_item_id])}: {one.refused}")
        for one in outcomes
        if one.refused
    ]
    if fine:
        first = sum(one.needs_second for one in outcomes)
        waits = f"; {first} of them by the first of two people" if first else ""
        done(f"{did}: {counted(len(fine), 'item')}{waits}.", *fine)


def _named(entry: Entry) -> str:
    report = entry.report
    whose = (report.company or report.name) if report is not None else entry.item.report_id
    return f"{title_of_subject(entry.subject)} · {whose} — {beginning(_words(entry), 40)}"


def _words(entry: Entry) -> str:
    subject = entry.subject
    return subject.sentence if isinstance(subject, Finding) else subject.text
