"""Calibration: whether stated confidence is right that often, and what publishes by itself."""

import streamlit as st

from components import frame
from components.calibration_charts import show_reliability, show_risk_coverage
from components.confidence_badge import band_words
from components.format import counted, plain, probability, when
from components.policy_form import labels_words, show_policy_form, show_proposals, show_versions
from components.session import current_user, services
from services.access import Permission, may
from services.analysis.registry import RULES
from services.calibration.overview import BandPrecision, Overview
from services.confidence.measures import Measured, wilson
from services.confidence.recalibrate import FEWEST_LABELS
from services.domain.confidence import HIGH_FROM, MEDIUM_FROM, Band

_EXAMPLES = {Band.HIGH: HIGH_FROM, Band.MEDIUM: MEDIUM_FROM, Band.LOW: 0.0}
_RENEWED = "_labels_renewed"


def _in_force(overview: Overview) -> None:
    scoring = overview.scoring
    policy = scoring.policy
    if not policy.publishing:
        st.error(
            f"Nothing publishes by itself: {plain(policy.comment)}. It stays so until somebody proposes "
            "to publish again and another person approves it.",
            icon=":material/gpp_maybe:",
        )
    proof = "proved by labels" if scoring.is_certified else "not proved by labels yet"
    columns = st.columns(4)
    columns[0].metric(
        "Publishes from", f"{scoring.threshold:.2f}" if policy.publishing else "never"
    )
    columns[0].caption(proof)
    columns[1].metric("Promised precision", f"{100 * policy.target:.0f}%")
    columns[1].caption(f"policy version {policy.version}")
    columns[2].metric("Audited at random", f"{100 * policy.sample_share:.0f}%")
    columns[2].caption(f"at least {policy.sample_minimum} a week")
    columns[3].metric("Decisions", f"{overview.labels:,}")
    columns[3].caption(f"{overview.waiting} not taken up yet")


def _missing(overview: Overview) -> None:
    frame.empty(
        "Not measured yet",
        "No decision that judges is there. Decisions of reviewers on insights are what confidence is measured "
        f"and recalibrated by: {FEWEST_LABELS} that tune are needed ({overview.tuning} are there), and as many "
        "again that only judge. Until then every confidence is an estimate from starting weights.",
    )


def _quality(measured: Measured, overview: Overview) -> None:
    frame.section("How good the confidence is")
    curve = overview.scoring.curve
    told = (
        f"Recalibrated on {curve.labels} of them."
        if curve is not None
        else f"Not recalibrated yet: {FEWEST_LABELS} that tune are needed, {overview.tuning} are there."
    )
    st.caption(f"{labels_words(overview)}. {told} Measured on the sealed ones.")
    columns = st.columns(4)
    columns[0].metric("Calibration error", f"{measured.ece:.3f}")
    columns[0].caption(f"a perfect model stays under {measured.ece_limit:.3f} in 95 of 100 samples")
    columns[1].metric("AUROC", "—" if measured.auroc is None else f"{measured.auroc:.3f}")
    columns[1].caption("all alike, so not defined" if measured.auroc is None else "0.5 is guessing")
    columns[2].metric("Brier score", f"{measured.brier:.3f}")
    columns[2].caption(f"always stating the base rate: {measured.brier_base:.3f}")
    columns[3].metric("Log loss", f"{measured.log_loss:.3f}")
    if measured.passes:
        st.success("As calibrated as a perfect model may look.", icon=":material/check_circle:")
    else:
        st.warning(
            "Worse than a perfect model may look, or no better than the base rate.",
            icon=":material/warning:",
        )
    left, right = st.columns(2)
    with left:
        show_reliability(measured)
    with right:
        show_risk_coverage(measured)
    _bands(overview.bands)


def _bands(bands: tuple[BandPrecision, ...]) -> None:
    st.markdown("**Precision by band**")
    st.table(
        {
            "Band": [band_words(_EXAMPLES[one.band]) for one in bands],
            "Labels": [str(one.labels) for one in bands],
            "Accepted": [str(one.accepted) for one in bands],
            "Precision, 95 % interval": [_precision(one) for one in bands],
        },
        border="horizontal",
        hide_index=True,
    )


def _precision(one: BandPrecision) -> str:
    if not one.labels:
        return "no label"
    low, high = wilson(one.accepted, one.labels)
    return f"{probability(one.accepted / one.labels)} ({probability(low)} to {probability(high)})"


def _rules(overview: Overview) -> None:
    frame.section("Acceptance by rule")
    titles = {rule.rule_id: rule.title for rule in RULES}
    ordered = sorted(overview.rules, key=lambda pair: (-pair[1].labels, pair[0].rule_id))
    st.dataframe(
        {
            "Rule": [rule.rule_id for rule, _ in ordered],
            "Finds": [titles.get(rule.rule_id, "") for rule, _ in ordered],
            "Version": [rule.version for rule, _ in ordered],
            "Expected beforehand": [f"{rule.prior.mean:.2f}" for rule, _ in ordered],
            "Decisions": [known.labels for _, known in ordered],
            "Acceptance now": [f"{known.posterior.mean:.3f}" for _, known in ordered],
        },
        hide_index=True,
        alt="Acceptance by rule, those with most decisions first",
    )


def _renew(overview: Overview) -> None:
    if st.session_state.pop(_RENEWED, False):
        st.success("Taken up. Every report is scored again.", icon=":material/check_circle:")
    if overview.waiting and may(current_user(), Permission.SET_POLICY):
        label = f"Take up {counted(overview.waiting, 'decision')} now"
        if st.button(label, icon=":material/refresh:", key="renew"):
            with frame.guard():
                services().calibration.renew(current_user())
                st.session_state[_RENEWED] = True
                st.rerun()


def _show(overview: Overview) -> None:
    frame.section("In force")
    _in_force(overview)
    made = overview.scoring.made_at
    if made is not None:
        st.caption(
            f"Scoring version {overview.scoring.version}, {when(made)}: {plain(overview.scoring.cause)}"
        )
    _renew(overview)
    show_policy_form(overview)
    if overview.open:
        frame.section("Proposals")
        show_proposals(overview.open)
    show_versions(overview.policies, overview.ruled)
    if overview.measured is None:
        _missing(overview)
    else:
        _quality(overview.measured, overview)
    _rules(overview)


frame.header(
    "Calibration",
    "Whether what is stated as 90 % is right nine times in ten, and what publishes by itself.",
)
_show(services().calibration.overview())
