"""One insight: what was found, the cells behind it, how sure we are and why."""

import streamlit as st

from components import frame
from components.charts import show_chart
from components.confidence_badge import STATUS_WORDS, confidence_words, show_factors
from components.evidence import show_evidence
from components.format import plain, probability, when
from components.insight_card import show_badges
from components.navigation import chosen, link
from components.reasoning_chain import show_chain
from components.review_form import PAST
from components.session import current_user, report_name, services
from services.access import Permission, may
from services.domain.ids import InsightId
from services.domain.insights import Insight, InsightStatus
from services.review.blind import blind_to
from services.summary import is_shown

_ASKED = "_review_asked"


def _find() -> Insight | None:
    named = chosen("insight")
    insight = services().ports.records.insight(InsightId(named)) if named else None
    return insight if insight is not None and is_shown(current_user(), insight) else None


def _calculations(insight: Insight) -> None:
    if not insight.calculations:
        return
    frame.section("Calculations")
    st.table(
        {
            "Number": [plain(c.name) for c in insight.calculations],
            "Formula": [plain(c.formula) for c in insight.calculations],
            "Result": [f"**{plain(c.display)}**" for c in insight.calculations],
        },
        border="horizontal",
        hide_index=True,
        alt="Numbers computed for this insight",
    )


def _confidence(insight: Insight) -> None:
    frame.section("Confidence")
    one = insight.confidence
    parts = "the product of its parts"
    if one.calibrated and one.product is not None:
        parts = f"recalibrated from {probability(one.product)}, {parts}"
    st.markdown(f"**{confidence_words(one.total)}**, {parts}:")
    show_factors(insight.confidence)


def _state(insight: Insight) -> None:
    frame.section("Where it stands")
    for reason in insight.route_reasons:
        st.markdown(f"- {plain(reason)}")
    decisions = services().ports.records.decisions(insight.insight_id)
    for decision in decisions:
        comment = f": {plain(decision.comment)}" if decision.comment else ""
        st.markdown(
            f"- {PAST[decision.verdict]} by {plain(decision.decided_by)}, "
            f"{when(decision.decided_at)}{comment}"
        )
    if not insight.route_reasons and not decisions:
        st.caption(STATUS_WORDS[insight.status])
    _ask_for_review(insight)


def _ask_for_review(insight: Insight) -> None:
    if insight.status is not InsightStatus.OPEN:
        return
    if may(current_user(), Permission.REQUEST_REVIEW) and st.button(
        "Ask for a review", icon=":material/rule:", key="ask_review"
    ):
        services().review.request(insight.insight_id, "", current_user())
        st.session_state[_ASKED] = True
        st.rerun()


def _show(insight: Insight) -> None:
    blind = bool(blind_to(current_user(), [insight.insight_id], services().ports.records))
    if st.session_state.pop(_ASKED, False):
        st.success("Sent to the review queue.", icon=":material/check_circle:")
    frame.header(plain(insight.title), plain(report_name(insight.report_id)))
    show_badges(insight, blind=blind)
    left, right = st.columns([9, 11], gap="large")
    with left:
        st.markdown(plain(insight.text))
        if insight.what_to_check:
            st.info(f"**What to check** — {plain(insight.what_to_check)}")
        if insight.chart is not None:
            show_chart(insight.chart, "insight_chart")
        _calculations(insight)
        if blind:
            st.info(
                "This insight is under an audit that you may be asked to decide: how sure we are, why, and where "
                "it stands are shown to you when it is decided.",
                icon=":material/visibility_off:",
            )
        else:
            _confidence(insight)
            _state(insight)
    with right:
        show_evidence(insight, f"evidence_{insight.insight_id}", blind=blind)
    if not blind:
        show_chain(insight.insight_id)


link("insights", "All insights", "arrow_back")
shown = _find()
if shown is None:
    frame.header("Insight")
    frame.empty("No such insight", "It may have been replaced by a newer analysis of its report.")
else:
    _show(shown)
