"""What a reviewer needs to know of an item: what is claimed, why it is here, where it stands, what follows."""

from collections.abc import Sequence

import streamlit as st

from components.evidence import evidence_of
from components.format import elapsed, plain, when
from components.person_words import difference_words, later_words, person_words
from components.review_form import REASONS
from components.session import person_name, services
from services.domain.insights import Insight
from services.domain.reports import Finding
from services.domain.reviews import ActKind, ReasonCode, ReviewAct, ReviewItem
from services.review.queue import Entry, Subject
from services.review.state import ItemState

FINDING_TITLES = {
    "rows-missing": "Printed lines were not read",
    "closing-missing": "A statement looks incomplete",
    "statement-missing": "A statement was not found",
    "orphan-number": "A printed number stands in no column",
    "missing-period": "A column's period could not be read",
    "contradicted": "A later reading contradicts a person",
}
"""What a finding about the reading is called in the queue, by its code."""
_MISSING = (
    "Numbers may be missing from the statements; nothing is taken for complete.",
    "compare the page with the statement. Approve when nothing is missing; "
    "else reject and say what is, so that an analyst adds it.",
)
_FINDING_WORDS = {
    "contradicted": (
        "What a person stated and what the machine reads now differ; the person's number is used.",
        "compare both with the page. Approve when the person is right; "
        "else reject and say so, so that an analyst corrects the number.",
    )
}
"""Why a finding is in the queue and what to check, by its code; the others say that numbers are missing."""
_DID = {
    ActKind.CLAIM: "claimed it",
    ActKind.RELEASE: "gave it back",
    ActKind.ASSIGN: "assigned it to {to}",
    ActKind.DUE: "set the due date {until}",
    ActKind.APPROVE: "approved it",
    ActKind.REJECT: "rejected it",
    ActKind.AMEND: "amended a number",
    ActKind.ASK: "asked the analyst",
    ActKind.ANSWER: "answered",
    ActKind.ESCALATE: "escalated it to {to}",
    ActKind.UNDO: "took that back",
}


def title_of_subject(subject: Subject) -> str:
    """Return what an item is called."""
    if isinstance(subject, Finding):
        return FINDING_TITLES.get(subject.code, "How the report was read")
    return subject.title


def show_why(item: ReviewItem, subject: Subject) -> None:
    """Draw why an item is here and what to check; for a void sign-off, what was signed and what it is now."""
    with st.container(border=True, gap="xsmall"):
        st.markdown("**Why it is here**")
        if isinstance(subject, Finding):
            why, check = _FINDING_WORDS.get(subject.code, _MISSING)
            st.markdown(f"- {why}")
            st.markdown(f"**What to check:** {check}")
            return
        if item.changes:
            _show_changes(item, subject)
        else:
            for reason in item.reasons:
                st.markdown(f"- {plain(reason)}")
        if subject.what_to_check:
            st.markdown(f"**What to check:** {plain(subject.what_to_check)}")


def _show_changes(item: ReviewItem, insight: Insight) -> None:
    st.markdown("The sign-off is void: a number under it changed.")
    changed = item.changes
    st.table(
        {
            "Number": [plain(f"{one.label}, {one.period}") for one in changed],
            "When signed": [plain(one.before) for one in changed],
            "Now": [f"**{plain(one.after or 'not read any more')}**" for one in changed],
            "Stated by": [plain(one.by or "the reader") for one in changed],
        },
        border="horizontal",
        hide_index=True,
        alt="Numbers that changed since the sign-off",
    )
    if item.signed_text and item.signed_text != insight.text:
        st.caption(plain(f"Signed: {item.signed_text}"))


def show_talk(state: ItemState) -> None:
    """Draw the open question or its answer."""
    asked, answered = state.question, state.answer
    if asked is not None:
        st.info(
            plain(f"{asked.made_by_name} asked the analyst: {asked.comment}"),
            icon=":material/help:",
        )
    if answered is not None:
        st.info(
            plain(f"{answered.made_by_name} answered: {answered.comment}"),
            icon=":material/forum:",
        )


def show_standing(entry: Entry) -> None:
    """Draw who has an item, whose it is, when it is due, and why it stands where it does in the queue."""
    state, priority = entry.state, entry.priority
    words = []
    if state.claim is not None:
        words.append(f"Claimed by {state.claim.name} until {when(state.claim.until)}")
    if state.assigned_to:
        words.append(f"Assigned to {person_name(state.assigned_to)}")
    words.append(f"Due {when(entry.due)}")
    words.append(
        f"Priority {priority.score:.2f} = {priority.weight:.2f} × overall materiality × "
        f"uncertainty {priority.uncertainty:.2f} × age {priority.age:.2f}"
    )
    st.caption("  \n".join(plain(one) for one in words))


def show_people_under(insight: Insight) -> None:
    """Draw which numbers under an insight people stated, and where the machine reads something else."""
    items, _ = evidence_of(insight)
    for item in items:
        fact = item.fact
        if fact.correction is None:
            continue
        said = [f"{fact.label}, {fact.period.label}: {person_words(fact)}.", difference_words(fact)]
        later = later_words(fact)
        show = st.warning if later and later[1] else st.info
        show(
            plain(" ".join(words for words in (*said, later[0] if later else "") if words)),
            icon=":material/compare_arrows:",
        )


def effects_of(subject: Subject, state: ItemState) -> dict[str, str]:
    """Return what changes with each choice, by the choice."""
    if isinstance(subject, Finding):
        if subject.code in _FINDING_WORDS:
            return {
                "Approve": "the person's number stands; the finding is settled.",
                "Reject": "the number is wrong; an analyst corrects it or takes it back.",
            }
        return {
            "Approve": "nothing is missing; the finding is settled.",
            "Reject": "numbers are missing; an analyst adds them.",
        }
    if services().review.needs_two(subject):
        approve = (
            "it stands in the CFO summary."
            if state.first is not None
            else "the first of two; it stands in the CFO summary when a second person approves."
        )
    else:
        approve = "it stands in the CFO summary."
    return {
        "Approve": approve,
        "Reject": "it is shown to nobody but reviewers and auditors.",
        "Amend": "the report is worked out again; another person decides.",
        "Ask": "it waits for the analyst's answer, then it is here again.",
        "Escalate": "it is the named reviewer's; they are told.",
    }


def show_effects(subject: Subject, state: ItemState) -> None:
    """Draw what changes with each choice."""
    lines = (f"**{choice}:** {said}" for choice, said in effects_of(subject, state).items())
    st.caption("  \n".join(lines))
    if state.first is not None:
        first = state.first
        st.info(
            plain(f"{first.made_by_name} approved it as the first of two, {when(first.made_at)}."),
            icon=":material/looks_one:",
        )


def show_history(acts: Sequence[ReviewAct]) -> None:
    """Draw what people did with an item, oldest first."""
    if not acts:
        return
    with st.expander(f"History ({len(acts)})", icon=":material/history:"):
        for act in acts:
            st.caption(plain(_line(act)))


def _line(act: ReviewAct) -> str:
    until = when(act.until) if act.until is not None else ""
    did = _DID[act.kind].format(to=person_name(act.to), until=until)
    reason = ""
    if act.reason is not None and act.reason is not ReasonCode.OTHER:
        reason = f" ({REASONS[act.reason]})"
    took = f", after {elapsed(act.seconds)}" if act.is_final and act.seconds is not None else ""
    comment = f" — {act.comment}" if act.comment else ""
    return f"{when(act.made_at)} · {act.made_by_name} {did}{reason}{took}{comment}"
