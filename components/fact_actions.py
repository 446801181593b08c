"""What a person can do about a number: correct it, confirm it, take a correction back."""

import streamlit as st

from components.correction_form import say_once
from components.format import plain, when
from components.pointing import start_pointing
from components.session import current_user, services
from services.access import Permission, may
from services.corrections.printed import spot_of
from services.domain.corrections import Correction, shared_place
from services.domain.reports import Fact, Report


def may_correct() -> bool:
    """Whether the person may state numbers."""
    return may(current_user(), Permission.CORRECT)


def show_fact_actions(fact: Fact, report: Report) -> None:
    """Draw the buttons for a role that may correct, and what was stated of the number before."""
    if may_correct() and not fact.derived_from and spot_of(fact.source) is not None:
        with st.container(horizontal=True, gap="small"):
            if st.button("Correct this number", icon=":material/edit:", key="correct_number"):
                start_pointing(report, fact.source, fact)
                st.rerun()
            _confirm_or_undo(fact, report)
    _show_history(fact, report)


def _confirm_or_undo(fact: Fact, report: Report) -> None:
    desk, correction = services().corrections, fact.correction
    if correction is None:
        if st.button("Confirm this number", icon=":material/person_check:", key="confirm_number"):
            desk.confirm(fact.fact_id, "", current_user())
            say_once(f"Confirmed: {plain(fact.label)}, {plain(fact.period.label)}.")
            st.rerun()
    elif st.button("Undo", icon=":material/undo:", key="undo_correction",
                   help=f"Withdraw what {plain(correction.by)} stated; the machine's reading counts again."):  # fmt: skip
        desk.withdraw(report.report_id, correction.correction_id, "", current_user())
        say_once(f"Withdrawn: {plain(fact.label)}, {plain(fact.period.label)}.")
        st.rerun()


def _show_history(fact: Fact, report: Report) -> None:
    made = [
        correction
        for correction in services().ports.records.corrections(report.report_id)
        if shared_place(fact.source, correction.claim.source) > 0
    ]
    if made:
        with st.expander(f"What people stated here ({len(made)})", icon=":material/history:"):
            for correction in made:
                st.caption(plain(_line(correction)))


def _line(correction: Correction) -> str:
    did = "withdrew it" if correction.withdrawn else f"{correction.kind} it"
    claim = correction.claim
    value = "" if correction.withdrawn else f": {claim.source.printed} ({claim.label})"
    comment = f" — {correction.comment}" if correction.comment else ""
    return f"{when(correction.made_at)} · {correction.made_by_name} {did}{value}{comment}"
