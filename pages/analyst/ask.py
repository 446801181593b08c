"""Ask: a question about the loaded reports, answered with a computed number and its cells, or refused with the reason."""

from collections.abc import Sequence

import streamlit as st

from components import frame
from components.evidence import Item, show_items
from components.format import counted, plain, probability
from components.navigation import chosen, forget, link, remember
from components.report_picker import pick_scope
from components.session import current_user, services
from services.ask.answers import Answer, Refusal
from services.ask.examples import examples
from services.ask.reading import LONGEST
from services.ask.refusals import Reason
from services.domain.ids import ReportId
from services.domain.reports import Report

_SOURCE_HEIGHT, _FEW = 460, 2
_FIELD, _NAMED, _TOLD = "ask_question", "_ask_named", "_ask_told"
_HINT = "What is the current ratio? How much did revenue grow from FY2024 to FY2025?"


def _example(text: str) -> None:
    remember("question", text)


def _asked() -> str:
    """Draw the field and return what is asked; an address that asks something else fills it anew."""
    named = (chosen("question") or "")[:LONGEST]
    if _FIELD not in st.session_state or named != st.session_state.get(_NAMED):
        st.session_state[_FIELD] = named
    text = st.text_input(
        "Question",
        key=_FIELD,
        placeholder=_HINT,
        max_chars=LONGEST,
        help="Press Enter to ask. Figures, ratios, growth and averages; define a ratio in the question if you like.",
    ).strip()
    st.session_state[_NAMED] = text
    if text:
        remember("question", text)
    else:
        forget("question")
    return text


def _offer(reports: list[Report]) -> None:
    st.caption("For example")
    for text in examples(reports, services().facts.facts):
        st.button(
            plain(text), on_click=_example, args=(text,), type="tertiary", icon=":material/help:"
        )


def _answer(question: str, report: Report | None) -> Answer | Refusal:
    """Return the answer; what is asked anew goes into the audit trail, a redrawn page does not."""
    about = () if report is None else (ReportId(report.report_id),)
    found = services().ask.answer(question, about)
    asked = (question, about)
    if st.session_state.get(_TOLD) != asked:
        services().ask.tell(found, current_user())
        st.session_state[_TOLD] = asked
    return found


def _show_notes(notes: Sequence[str]) -> None:
    if not notes:
        return
    with st.expander(
        counted(len(notes), "note"), icon=":material/info:", expanded=len(notes) <= _FEW
    ):
        for note in notes:
            st.caption(plain(note))


def _show_answer(found: Answer) -> None:
    left, right = st.columns([9, 11], gap="large")
    with left:
        st.metric(
            plain(f"{found.formula[:1].upper()}{found.formula[1:]}, {found.period}"), found.text
        )
        st.markdown(plain(found.sentence))
        if found.is_own_definition:
            st.caption("Computed as the question defines it.")
        st.dataframe(
            {
                "Step": [one.what for one in found.steps],
                "Period": [one.period for one in found.steps],
                "Value": [one.value for one in found.steps],
            },
            hide_index=True,
            width="stretch",
            height="content",
        )
        _show_notes(found.notes)
        st.caption(
            f"Every number under it is read right with a probability of at least {probability(found.confidence)}."
        )
        link("metrics", "Metrics of this report", "show_chart", report=found.report_id)
    with right:
        items = [
            Item(fact, one.role) for fact, one in zip(found.facts, found.citations, strict=True)
        ]
        show_items(items, f"cells_{found.question}", _SOURCE_HEIGHT)


def _show_refusal(found: Refusal) -> None:
    st.warning(plain(found.sentence), icon=":material/help:")
    if found.reason in {Reason.NEEDS_TEXT, Reason.NEEDS_JUDGEMENT}:
        link("insights", "What was found in the reports", "lightbulb")
    elif found.reason in {Reason.NOT_READ, Reason.UNSURE, Reason.NO_SUCH_PERIOD}:
        link("report", "Statements as they were read", "table_view")


frame.header(
    "Ask",
    "A figure of a report, computed from its cells. What cannot be answered is refused, with the reason.",
)
loaded = services().ask.reports()
if loaded:
    scope = pick_scope(loaded, "ask")
    question = _asked()
    if question:
        answer = _answer(question, scope)
        if isinstance(answer, Answer):
            _show_answer(answer)
        else:
            _show_refusal(answer)
            _offer(loaded if scope is None else [scope])
    else:
        _offer(loaded if scope is None else [scope])
else:
    frame.empty(
        "Nothing to ask about yet", "Questions are answered from reports that have been read."
    )
    link("upload", "Upload a report", "upload_file")
