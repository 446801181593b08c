"""An insight as a card: what, how much it matters, how sure we are, where it stands."""

import streamlit as st

from components.confidence_badge import show_confidence, show_kind, show_severity, show_status
from components.format import counted, money, plain
from components.navigation import link
from components.session import report_name
from services.domain.insights import Insight


def show_badges(insight: Insight, *, blind: bool = False) -> None:
    """Draw the row of badges: severity, confidence, kind, state, and a failed check if there is one.

    ``blind`` leaves the confidence out, for who is to judge without it.
    """
    with st.container(horizontal=True, gap="small"):
        show_severity(insight.severity)
        if not blind:
            show_confidence(insight.confidence.total)
        show_kind(insight.kind)
        show_status(insight.status)
        if insight.has_failed_check:
            st.badge("A check does not hold", icon=":material/close:", color="red")


def show_card(insight: Insight) -> None:
    """Draw the card with a link to the insight's own page."""
    with st.container(border=True, gap="xsmall"):
        show_badges(insight)
        st.subheader(plain(insight.title), anchor=False)
        st.markdown(plain(insight.text))
        with st.container(
            horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
        ):
            st.caption(plain(" · ".join(_particulars(insight))))
            link("insight", "Evidence and reasoning", "arrow_forward", insight=insight.insight_id)


def _particulars(insight: Insight) -> list[str]:
    parts = [report_name(insight.report_id)]
    if insight.period is not None:
        parts.append(insight.period.label)
    if insight.amount is not None:
        parts.append(f"amount {money(insight.amount)}")
    if insight.quotes:
        parts.append(counted(len(insight.quotes), "quotation"))
    if insight.evidence or not insight.quotes:
        parts.append(counted(len(insight.evidence), "source cell"))
    return parts
