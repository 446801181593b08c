"""The form about one pointed number: what it is, which period, which concept; saved as a correction."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import streamlit as st

from components.format import concept_name, full_amount, plain, scale_words
from components.frame import guard
from components.navigation import remember
from components.period_field import ask_period
from components.pointed import (
    Pointed,
    Told,
    claim_from,
    existing_fact,
    told_by_page,
    usual_scale,
    usually_reversed,
)
from components.pointing import Pointing, stop_pointing
from components.session import current_user, services
from components.statement_table import statement_names
from services.corrections.claims import MAX_COMMENT
from services.corrections.facts import Worked
from services.corrections.in_force import place_key
from services.domain.concepts import CONCEPTS, Unit
from services.domain.corrections import Claim, Correction
from services.domain.errors import InvalidInput
from services.domain.reports import Report, Statement
from services.extraction.pointing import read_amount

_SAID = "_correction_said"
_SCALES = (1, 1_000, 1_000_000, 1_000_000_000)
_UNITS = {
    Unit.MONEY: "Money",
    Unit.PER_SHARE: "Money per share",
    Unit.SHARES: "Shares",
    Unit.PURE: "A rate, per cent or count",
}


@dataclass(frozen=True, slots=True)
class _Amount:
    """The number as typed, and as read."""

    printed: str
    number: Decimal
    decimals: int


def show_correction_form(report: Report, worked: Worked, state: Pointing) -> None:
    """Draw the form for the pointed number, or what to do while nothing is pointed at."""
    pointed = state.pointed
    existing = existing_fact(pointed, worked) if pointed else None
    st.header("Correct this number" if existing else "Add a missing number", anchor=False)
    if pointed is None:
        _how_to(report)
    else:
        with guard():
            _form(pointed, worked)


def say_once(sentence: str) -> None:
    """Keep a sentence for the next run, to be shown as a toast."""
    st.session_state[_SAID] = sentence


def show_what_was_said() -> None:
    """Show the sentence about what was saved in the run before."""
    sentence = st.session_state.pop(_SAID, None)
    if sentence:
        st.toast(sentence, icon=":material/person_check:")


def _how_to(report: Report) -> None:
    workbook = report.format.is_workbook
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**Point at the number on the {'sheet' if workbook else 'page'}**")
        st.caption(
            "Choose the sheet and click the cell. With the keyboard: type the cell's name, or move "
            "with the arrow keys and press Enter."
            if workbook
            else "Turn to its page and click it. With the keyboard: Tab into the page, move with the "
            "arrow keys, press Enter. On a scanned page, draw a rectangle around it."
        )
    _cancel()


def _cancel() -> None:
    if st.button("Back to the statement", icon=":material/arrow_back:", key="cancel_pointing"):
        stop_pointing()
        st.rerun()


def _form(pointed: Pointed, worked: Worked) -> None:
    key = f"form_{place_key(pointed.source)}_{pointed.seen or ''}"
    page = told_by_page(pointed, worked)
    st.caption(plain(f"{pointed.source.document}, {pointed.source.place}"))
    number, label = st.columns([2, 3])
    with number:
        amount = _ask_amount(pointed, key)
    told = replace(page, label=label.text_input("Label", page.label, key=f"{key}_label"))
    told = replace(told, concept=_ask_concept(told, key))
    statement, period = st.columns(2)
    with statement:
        told = replace(told, statement=_ask_statement(told, worked.statements, key))
    with period:
        told = ask_period(page, told, worked.statements, key)
    told = _ask_unit(page, told, amount, key)
    comment = st.text_area(
        "Comment", key=f"{key}_comment", height=68, max_chars=MAX_COMMENT,
        placeholder="What you saw, and why you say so",
    )  # fmt: skip
    _save(pointed, told, amount, comment)


def _ask_amount(pointed: Pointed, key: str) -> _Amount | None:
    printed = st.text_input(
        "Number as printed", pointed.source.printed, key=f"{key}_printed", placeholder="(1,234)"
    )
    if pointed.number is not None and printed == pointed.source.printed:
        return _Amount(printed, pointed.number, pointed.decimals)
    try:
        number = read_amount(printed)
    except InvalidInput as error:
        st.markdown(f":red[{plain(error.sentence)}]")
        return None
    return _Amount(printed, number.value, number.decimals)


def _ask_concept(told: Told, key: str) -> str | None:
    kind = told.statement.kind if told.statement else None
    options = [None, *sorted(CONCEPTS, key=lambda name: CONCEPTS[name].statement is not kind)]
    chosen: str | None = st.selectbox(
        f"Standard concept of “{plain(told.label)}”" if told.label else "Standard concept",
        options,
        index=options.index(told.concept) if told.concept in CONCEPTS else 0,
        format_func=_concept_words,
        key=f"{key}_concept",
        help="Type to search. The printed label is kept whatever you choose.",
    )
    return chosen


def _concept_words(name: str | None) -> str:
    if name is None:
        return "None of these"
    kind = CONCEPTS[name].statement.value.replace("_", " ")
    return f"{concept_name(name)} · {kind}"


def _ask_statement(told: Told, statements: Sequence[Statement], key: str) -> Statement | None:
    names = statement_names(statements)
    ids = [statement.statement_id for statement in statements]
    owner = told.statement.statement_id if told.statement else None
    index: int | None = st.selectbox(
        "Statement",
        [*range(len(statements)), None],
        index=ids.index(owner) if owner in ids else len(ids),
        format_func=lambda i: "A table or text that was not read" if i is None else names[i],
        key=f"{key}_statement",
    )
    return None if index is None else statements[index]


def _ask_unit(page: Told, told: Told, amount: _Amount | None, key: str) -> Told:
    known = CONCEPTS.get(told.concept) if told.concept else None
    counts, scale_field, currency_field = st.columns([4, 3, 2])
    unit: Unit = counts.selectbox(
        "Counts", list(_UNITS), format_func=lambda one: _UNITS[one],
        index=list(_UNITS).index(known.unit if known else page.unit),
        key=f"{key}_unit_{told.concept}", disabled=known is not None,
    )  # fmt: skip
    usual = page.scale if unit is page.unit else usual_scale(unit, told.statement)
    scales = sorted({*_SCALES, usual})
    scale: int = scale_field.selectbox(
        "Scale", scales, index=scales.index(usual),
        format_func=lambda one: scale_words(one) or "units", key=f"{key}_scale_{unit}",
    )  # fmt: skip
    currency = currency_field.text_input(
        "Currency", page.currency, max_chars=3, key=f"{key}_currency"
    )
    number = amount.number if amount else None
    usual_sign = (
        page.is_reversed if told.concept == page.concept else usually_reversed(told.concept, number)
    )
    is_reversed = st.checkbox(
        "Count with the opposite of the printed sign",
        usual_sign,
        key=f"{key}_sign_{told.concept}",
        help=f"Convention of the concept: {known.sign}." if known else None,
    )
    return replace(
        told, unit=unit, scale=scale, currency=currency.strip().upper(), is_reversed=is_reversed
    )


def _save(pointed: Pointed, told: Told, amount: _Amount | None, comment: str) -> None:
    claim = _claim(pointed, told, amount)
    with st.container(border=True, gap="xsmall"):
        st.markdown(
            _preview(claim) if claim else "Nothing to save yet: a number and a period are needed."
        )
    with st.container(horizontal=True):
        saved = st.button(
            "Save", type="primary", icon=":material/check:", key="save_correction",
            disabled=claim is None, shortcut="Ctrl+Enter",
        )  # fmt: skip
        _cancel()
    if saved and claim is not None:
        _take(services().corrections.add(claim, comment, pointed.seen, current_user()))


def _claim(pointed: Pointed, told: Told, amount: _Amount | None) -> Claim | None:
    if amount is None or told.period is None:
        return None
    return claim_from(pointed, amount.printed, told, (amount.number, amount.decimals))


def _preview(claim: Claim) -> str:
    amount = full_amount(claim.value, claim.unit, claim.currency)
    return plain(f"{amount} · {concept_name(claim.concept)} · {claim.period.label}").replace(
        plain(amount), f"**{plain(amount)}**", 1
    )


def _take(correction: Correction) -> None:
    facts = services().facts.facts(correction.report_id)
    fact = next(
        (
            f
            for f in facts
            if f.correction and f.correction.correction_id == correction.correction_id
        ),
        None,
    )
    if fact is not None:
        remember("fact", fact.fact_id)
    done = {"added": "Added", "corrected": "Corrected", "confirmed": "Confirmed"}[correction.kind]
    say_once(f"{done}: {plain(correction.claim.label)}, {plain(correction.claim.period.label)}.")
    stop_pointing()
    st.rerun()
