"""Review queue: what waits for a person, why, and the decision."""

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
from components.source_view import show_page
from services.domain.base import utc_now
from services.domain.insights import Insight, Severity
from services.domain.reports import Finding
from services.domain.reviews import ReviewItem, ReviewStatus

_FITS, _LIST_HEIGHT = 8, 640
Subject = Insight | Finding
Entry = tuple[ReviewItem, Subject]
FINDING_TITLES = {
    "rows-missing": "Printed lines were not read",
    "closing-missing": "A statement looks incomplete",
    "statement-missing": "A statement was not found",
    "orphan-number": "A printed number stands in no column",
    "missing-period": "A column's period could not be read",
}
"""What a finding about the reading is called in the queue, by its code."""


def _entries(status: ReviewStatus | None) -> list[Entry]:
    found = [(item, _subject(item)) for item in services().ports.records.review_items(status)]
    entries = [(item, subject) for item, subject in found if subject is not None]
    return sorted(entries, key=lambda entry: (-_rank(entry[1]), entry[0].opened_at))


def _subject(item: ReviewItem) -> Subject | None:
    records = services().ports.records
    if item.insight_id is not None:
        return records.insight(item.insight_id)
    found = (f for f in records.findings(item.report_id) if f.finding_id == item.finding_id)
    return next(found, None)


def _rank(subject: Subject) -> int:
    """Order findings like severe insights: numbers that are not there cannot be checked."""
    return Severity.HIGH.rank if isinstance(subject, Finding) else subject.severity.rank


def _title(subject: Subject) -> str:
    if isinstance(subject, Finding):
        return FINDING_TITLES.get(subject.code, "How the report was read")
    return subject.title


def _pick(entries: list[Entry]) -> Entry:
    ids = [str(item.review_item_id) for item, _ in entries]
    named = chosen("item")
    with st.container(height=_LIST_HEIGHT if len(entries) > _FITS else "content", border=True):
        index = st.radio(
            "Open items, worst first",
            list(range(len(entries))),
            index=ids.index(named) if named in ids else 0,
            format_func=lambda i: f"{i + 1} · {plain(_title(entries[i][1]))}",
            captions=[plain(_caption(item, subject)) for item, subject in entries],
            key=f"item_of_{len(entries)}",
        )
    remember("item", ids[index])
    return entries[index]


def _caption(item: ReviewItem, subject: Subject) -> str:
    waiting = elapsed((utc_now() - item.opened_at).total_seconds())
    if isinstance(subject, Finding):
        return f"{beginning(subject.sentence)} — reading · waiting {waiting}"
    marks = f"{severity_words(subject.severity)} · {confidence_words(subject.confidence.total)}"
    return f"{beginning(subject.text)} — {marks} · waiting {waiting}"


def _insight_brief(item: ReviewItem, insight: Insight) -> None:
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


def _finding_brief(item: ReviewItem, finding: Finding) -> None:
    st.markdown(plain(finding.sentence))
    with st.container(border=True, gap="xsmall"):
        st.markdown("**Why it is here**")
        st.markdown("- Numbers may be missing from the statements; nothing is taken for complete.")
        st.markdown(
            "**What to check:** compare the page with the statement. Approve when nothing is missing; "
            "else reject and say what is, so that an analyst adds it."
        )
    show_review_form(item)
    link("report", "Open the statements", "arrow_forward", report=item.report_id)


def _brief(item: ReviewItem, subject: Subject) -> None:
    with st.container(gap=None):
        st.header(plain(_title(subject)), anchor=False)
        st.caption(plain(report_name(item.report_id)))
    if isinstance(subject, Finding):
        _finding_brief(item, subject)
    else:
        _insight_brief(item, subject)


def _source(item: ReviewItem, subject: Subject) -> None:
    if isinstance(subject, Insight):
        show_evidence(subject, f"review_{subject.insight_id}", 460)
        show_chain(subject.insight_id)
        return
    report = services().ports.records.report(item.report_id)
    if report is None or subject.page is None:
        frame.empty("No page", "This finding is about the document as a whole.")
        return
    show_page(report, subject.page, f"review_{subject.finding_id}", 620)


def _open_items(entries: list[Entry]) -> None:
    if not entries:
        frame.empty("Nothing waits", "Everything that needed a person has been decided.")
        return
    queue, brief, evidence = st.columns([3, 5, 7], gap="medium")
    with queue:
        item, subject = _pick(entries)
    with brief:
        _brief(item, subject)
    with evidence:
        _source(item, subject)


def _decided_items(entries: list[Entry]) -> None:
    if not entries:
        st.caption("No decision yet.")
        return
    records = services().ports.records
    rows = [
        {
            "Decision": decision.verdict.value.capitalize(),
            "About": _title(subject),
            "Report": report_name(item.report_id),
            "Comment": decision.comment,
            "By": decision.decided_by,
            "When": when(decision.decided_at),
        }
        for item, subject in entries
        for decision in records.decisions(
            subject.finding_id if isinstance(subject, Finding) else subject.insight_id
        )
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, alt="Decided review items")


frame.header(
    "Review queue",
    "Insights that are not shown to the CFO, and numbers that may be missing, until a person decided.",
)
show_last_decision()
waiting = _entries(ReviewStatus.OPEN)
decided = [entry for entry in _entries(None) if entry[0].status is not ReviewStatus.OPEN]
open_tab, decided_tab = st.tabs([f"Open ({len(waiting)})", f"Decided ({len(decided)})"])
with open_tab:
    _open_items(waiting)
with decided_tab:
    _decided_items(decided)
