"""Amending a number under an item: the number as it should be, what would change, then saving it."""

from decimal import Decimal

import streamlit as st

from components.evidence import evidence_of
from components.format import as_printed, concept_name, counted, full_amount, plain
from components.metric_table import metric_name, metric_words
from components.review_form import done
from components.session import current_user, services
from services.amending import InsightMove, MetricMove, Ripple, amended_claim
from services.corrections.printed import spot_of
from services.domain.corrections import Claim
from services.domain.ids import CorrectionId
from services.domain.insights import Insight
from services.domain.reports import Fact
from services.domain.reviews import ReviewItem
from services.extraction.pointing import read_amount

_SHOWN_METRICS = 12


def show_amend_form(item: ReviewItem, insight: Insight) -> None:
    """Draw the form: which number, what it should be, why; it is saved only after its ripple was shown."""
    facts = [one.fact for one in evidence_of(insight)[0] if _can_amend(one.fact)]
    if not facts:
        st.info("No printed number stands under this insight that could be amended.")
        return
    key = item.review_item_id
    with st.container(border=True):
        place = st.selectbox(
            "Number", range(len(facts)), format_func=lambda i: _named(facts[i]), key=f"which_{key}"
        )
        fact = facts[place]
        printed = st.text_input(
            "As it should be printed", key=f"amended_{key}_{fact.fact_id}",
            placeholder=as_printed(fact),
        )  # fmt: skip
        comment = st.text_input("What it rests on", key=f"amend_why_{key}", max_chars=500)
        looked = st.button(
            "Show what changes", icon=":material/visibility:", key="ripple", shortcut="Alt+V"
        )
        seen_key = f"_ripple_{key}"
        if looked:
            st.session_state[seen_key] = (fact.fact_id, printed)
        if printed and st.session_state.get(seen_key) == (fact.fact_id, printed):
            _show_and_save(item, fact, printed, comment)
        else:
            st.caption("Saving comes after you have seen what changes.")


def _show_and_save(item: ReviewItem, fact: Fact, printed: str, comment: str) -> None:
    number = read_amount(printed)
    claim = amended_claim(fact, printed.strip(), number.value, number.decimals)
    seen = _last_correction(fact)
    with st.spinner("Working out what changes …"):
        ripple = services().amending.ripple(claim, seen, current_user())
    show_ripple(ripple, claim)
    if st.button(
        "Save the amended number", type="primary", icon=":material/check:", key="save_amended",
        shortcut="Ctrl+Enter",
    ):  # fmt: skip
        services().amending.amend(item.review_item_id, claim, comment, seen, current_user())
        done(
            "Amended; the report is worked out again and another person decides.",
            item.review_item_id,
        )


def show_ripple(ripple: Ripple, claim: Claim) -> None:
    """Draw what an amended number would change: itself, metrics, insights, checks."""
    before = _full(ripple.before, claim)
    st.markdown(
        f"**{plain(claim.label)}**: {plain(before)} → **{plain(_full(ripple.after, claim))}**"
    )
    if ripple.is_still:
        st.info("Nothing else would change.")
        return
    if ripple.metrics:
        _show_metrics(ripple.metrics, claim.currency)
    for move in ripple.insights:
        st.markdown(f"- {_insight_words(move)}")
    for check in ripple.checks:
        words = "would fail" if check.fails_now else "would hold"
        st.markdown(f"- The check “{plain(check.name)}” {words}.")


def _show_metrics(moves: tuple[MetricMove, ...], currency: str) -> None:
    shown = moves[:_SHOWN_METRICS]
    st.table(
        {
            "Metric": [
                plain(f"{metric_name(m.one.metric_id)}, {m.one.period.label}") for m in shown
            ],
            "Now": [
                plain(metric_words(m.before, currency)) if m.before else "not there" for m in shown
            ],
            "Then": [
                f"**{plain(metric_words(m.after, currency))}**" if m.after else "not there"
                for m in shown
            ],
        },
        border="horizontal",
        hide_index=True,
        alt="Metrics that would change",
    )
    if len(moves) > len(shown):
        st.caption(f"and {counted(len(moves) - len(shown), 'more metric')}")


def _insight_words(move: InsightMove) -> str:
    if move.after is None:
        return f"**{plain(move.one.title)}** would no longer be found."
    if move.before is None:
        return f"**{plain(move.one.title)}** would be new: {plain(move.after.text)}"
    severity = ""
    if move.before.severity is not move.after.severity:
        severity = f" ({move.before.severity.value} → {move.after.severity.value})"
    return f"**{plain(move.one.title)}**{severity}: {plain(move.after.text)}"


def _can_amend(fact: Fact) -> bool:
    return not fact.derived_from and spot_of(fact.source) is not None


def _named(fact: Fact) -> str:
    return f"{concept_name(fact.concept or fact.label)}, {fact.period.label}: {as_printed(fact)}"


def _last_correction(fact: Fact) -> CorrectionId | None:
    last = services().corrections.last_at(fact.source)
    return last.correction_id if last is not None else None


def _full(value: Decimal, claim: Claim) -> str:
    return full_amount(value, claim.unit, claim.currency)
