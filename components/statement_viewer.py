"""The statements of a report beside their source: choose a number, or point at one on any page."""

import streamlit as st

from components import frame
from components.correction_form import show_correction_form
from components.fact_actions import may_correct, show_fact_actions
from components.fact_panel import show_fact
from components.format import plain
from components.frame import guard
from components.navigation import chosen, remember
from components.pointing import Pointing, pointing_on, show_pointing, start_pointing
from components.source_view import show_source
from components.statement_table import (
    HEIGHT,
    count_words,
    show_statement,
    statement_names,
    where_printed,
)
from services.corrections.facts import Worked
from services.domain.ids import FactId
from services.domain.provenance import SourceRef
from services.domain.reports import Fact, Report, Statement, TieOut, TieOutStatus


@st.fragment
def show_statements(report: Report, worked: Worked, tie_outs: list[TieOut]) -> None:
    """Draw the statement chosen and the source of its chosen number, or pointing mode."""
    with guard():
        state = pointing_on(report) if may_correct() else None
        if state is not None:
            _point(report, worked, state)
        elif worked.statements:
            _choose(report, worked, tie_outs)
        else:
            _nothing_read(report)


def _point(report: Report, worked: Worked, state: Pointing) -> None:
    form, source = st.columns([10, 13], gap="medium")
    with source:
        show_pointing(report, HEIGHT + 120)
    with form:
        show_correction_form(report, worked, state)


def _nothing_read(report: Report) -> None:
    frame.empty(
        "No statements",
        "No income statement, balance sheet or cash flow statement was found in this report.",
    )
    _add_button(report, None)


def _add_button(report: Report, at: SourceRef | None) -> None:
    if may_correct() and st.button(
        "Add a missing number",
        icon=":material/add_location_alt:",
        key="add_number",
        help="Point at a number that was not read, on any page, and say what it is.",
    ):
        start_pointing(report, at)
        st.rerun()


def _choose(report: Report, worked: Worked, tie_outs: list[TieOut]) -> None:
    statement, meanings = _pick_statement(report, worked)
    facts = _facts(worked, statement)
    fact = _selected(statement, facts)
    table, source = st.columns([11, 12], gap="medium")
    with table:
        st.caption(plain(f"{statement.title} · {statement.basis} · {where_printed(statement)}"))
        clicked = show_statement(
            statement,
            facts,
            _failed(tie_outs),
            fact.fact_id if fact else None,
            f"table_{statement.statement_id}",
            meanings,
        )
        st.caption(plain(count_words(statement)))
        st.caption(
            "Choose a number to see its cell. ■ medium and ▼ low confidence, ✕ part of a check "
            "that does not hold, ● stated by a person, ◉ contradicted by a later reading."
        )
    if clicked and (fact is None or clicked != fact.fact_id):
        st.session_state[_state_of(statement)] = clicked
        remember("fact", clicked)
        st.rerun(scope="fragment")
    with source:
        _source(fact)
    if fact is not None:
        with st.container(border=True):
            show_fact(fact)
            show_fact_actions(fact, report)


def _pick_statement(report: Report, worked: Worked) -> tuple[Statement, bool]:
    names = statement_names(worked.statements)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        index = st.segmented_control(
            "Statement",
            range(len(worked.statements)),
            default=_starting_statement(worked),
            format_func=lambda i: plain(names[i]),
            key="statement",
            label_visibility="collapsed",
            required=True,
        )
        statement = worked.statements[index or 0]
        meanings = st.toggle(
            "Show standard concepts", key="meanings", persist_state="session", width="content"
        )
        st.space("stretch")
        shown = _selected(statement, _facts(worked, statement))
        _add_button(report, shown.source if shown else None)
    return statement, meanings


def _source(fact: Fact | None) -> None:
    if fact is None:
        frame.empty("No number chosen", "Choose a number in the statement to see where it stands.")
        return
    show_source(fact, "statement_source", HEIGHT - 4)


def _starting_statement(worked: Worked) -> int:
    named = chosen("fact")
    wanted = next((f.statement_id for f in worked.facts if f.fact_id == named), None)
    return next((i for i, s in enumerate(worked.statements) if s.statement_id == wanted), 0)


def _facts(worked: Worked, statement: Statement) -> dict[FactId, Fact]:
    return {f.fact_id: f for f in worked.facts if f.statement_id == statement.statement_id}


def _state_of(statement: Statement) -> str:
    return f"_fact_{statement.statement_id}"


def _selected(statement: Statement, facts: dict[FactId, Fact]) -> Fact | None:
    """Return the fact chosen in this statement, in the session or in the address, else its first."""
    candidate = chosen("fact")
    if candidate not in facts:
        candidate = st.session_state.get(_state_of(statement))
    return facts.get(FactId(candidate or "")) or next(iter(facts.values()), None)


def _failed(tie_outs: list[TieOut]) -> frozenset[FactId]:
    return frozenset(
        fact_id
        for tie_out in tie_outs
        if tie_out.status is TieOutStatus.FAIL
        for fact_id in (*tie_out.members, *((tie_out.total,) if tie_out.total else ()))
    )
