"""What is known of one number: as printed, normalised, its unit, period, place and confidence."""

import streamlit as st

from components.confidence_badge import show_confidence, show_fact_parts, show_person
from components.format import full, meaning_words, plain, scale_words
from components.person_words import difference_words, later_words, person_words
from services.confidence.calibration import calibration_words
from services.domain.concepts import CONCEPTS
from services.domain.reports import Fact, Scenario


def show_fact(fact: Fact, *, blind: bool = False) -> None:
    """Draw a fact's identity, who stated it, its values and, unless ``blind``, the four parts of its confidence."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{plain(fact.label)}** · {plain(fact.period.label)}", width="content")
        if not blind:
            show_confidence(fact.confidence.total)
        if fact.correction is not None:
            show_person(person_words(fact))
    _show_disagreement(fact)
    st.table(
        {"Field": list(fields := fact_fields(fact)), "Value": list(fields.values())},
        border="horizontal",
        hide_index=True,
        hide_header=True,
        alt="What is known of this number",
    )
    if blind:
        return
    show_fact_parts(fact.confidence)
    if fact.correction is None:
        st.caption(calibration_words(fact.source))


def _show_disagreement(fact: Fact) -> None:
    differs, later = difference_words(fact), later_words(fact)
    if differs:
        st.info(plain(differs), icon=":material/compare_arrows:")
    if later:
        sentence, contradicts = later
        show = st.warning if contradicts else st.info
        show(plain(sentence), icon=":material/history:")


def fact_fields(fact: Fact) -> dict[str, str]:
    """Return the fact's particulars by name, with Markdown of the document made harmless."""
    concept = CONCEPTS.get(fact.concept) if fact.concept else None
    fields = {
        "Printed": plain(fact.source.printed),
        "Value": plain(full(fact)),
        "Concept": plain(_meaning(fact)),
        "Sign": concept.sign.capitalize() if concept else "As printed",
        "Scale": f"Printed in {scale_words(fact.scale)}" if fact.scale != 1 else "Printed in units",
        "Basis": fact.basis.capitalize(),
        "Source": plain(f"{fact.source.document}, {fact.source.place}"),
    }
    if fact.scenario is not Scenario.ACTUAL:
        fields["Scenario"] = fact.scenario.replace("_", " ").capitalize()
    if fact.member is not None:
        fields["Part"] = plain(fact.member)
    if fact.source.formula is not None:
        fields["Formula"] = plain(fact.source.formula)
    if fact.derived_from:
        fields["Derived"] = f"Computed from {len(fact.derived_from)} other numbers"
    return fields


def _meaning(fact: Fact) -> str:
    words = meaning_words(fact)
    return words if fact.concept or fact.candidates else f"{words}; printed as “{fact.label}”"
