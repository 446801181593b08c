"""Changing what publishes by itself: the slider with what it would do, the proposals, the second person's ruling."""

from collections.abc import Sequence

import streamlit as st

from components import frame
from components.format import counted, plain, when
from components.session import current_user, services
from services.access import Permission, may
from services.calibration.overview import Overview
from services.calibration.wishes import LONGEST_COMMENT, Wish, words
from services.domain.confidence import HIGH_FROM
from services.domain.policy import TARGETS, Policy, PolicyProposal, PolicyRuling, Simulation

_SAID = "_policy_said"


def show_policy_form(overview: Overview) -> None:
    """Draw the slider and what it would do before anything is saved; for who may set the policy."""
    said = st.session_state.pop(_SAID, None)
    if said:
        st.success(said, icon=":material/check_circle:")
    if not may(current_user(), Permission.SET_POLICY):
        st.caption("A reviewer or the CFO proposes a change, and another of them approves it.")
        return
    policy = overview.scoring.policy
    with st.expander("Propose a change", icon=":material/tune:"):
        wish = _wished(policy)
        with frame.guard():
            show_simulation(services().calibration.simulate(wish))
        comment = st.text_input(
            "Reason", key="policy_reason", placeholder="Why, for the audit trail",
            max_chars=LONGEST_COMMENT,
        )  # fmt: skip
        if st.button("Propose", type="primary", icon=":material/send:", key="propose"):
            with frame.guard():
                services().calibration.propose(wish, comment, policy.version, current_user())
                _done("Proposed. Another person has to approve it.")


def show_proposals(proposals: Sequence[PolicyProposal]) -> None:
    """Draw the proposals nobody ruled on yet, with what each would do."""
    for number, proposal in enumerate(proposals):
        with st.container(border=True, gap="xsmall"):
            st.markdown(
                f"**{words(Wish(proposal.target, proposal.high_from, proposal.publishing)).capitalize()}**"
            )
            st.caption(
                f"Proposed by {plain(proposal.made_by_name)}, {when(proposal.made_at)}: {plain(proposal.comment)}"
            )
            show_simulation(proposal.simulation)
            if may(current_user(), Permission.SET_POLICY):
                _ruling(number, proposal)


def show_versions(
    policies: Sequence[Policy], ruled: Sequence[tuple[PolicyProposal, PolicyRuling]]
) -> None:
    """Draw every version of the policy, newest first, and the proposals that were rejected."""
    if policies:
        st.markdown("**Versions**")
        st.table(
            {
                "Version": [str(one.version) for one in reversed(policies)],
                "Sets": [words(one) for one in reversed(policies)],
                "Proposed by": [plain(one.made_by_name) for one in reversed(policies)],
                "Approved by": [
                    plain(one.approved_by_name) or "nobody: the kill switch"
                    for one in reversed(policies)
                ],
                "When": [when(one.made_at) if one.made_at else "" for one in reversed(policies)],
                "Why": [plain(one.comment) for one in reversed(policies)],
            },
            border="horizontal",
            hide_index=True,
        )
    for proposal, ruling in ruled:
        if not ruling.approved:
            st.caption(
                f"Rejected by {plain(ruling.decided_by_name)}, {when(ruling.decided_at)}: "
                f"{plain(proposal.comment)} — {plain(ruling.comment)}"
            )


def show_simulation(found: Simulation) -> None:
    """Draw where the stored insights stand and would stand, and what people made of those then published."""
    st.table(
        {
            "Stored insights": ["Published by themselves", "With the analyst", "Review queue"],
            "Now": [str(one) for one in (found.now.published, found.now.analyst, found.now.review)],
            "Then": [
                str(one) for one in (found.then.published, found.then.analyst, found.then.review)
            ],
        },
        border="horizontal",
        hide_index=True,
    )
    if found.judged:
        st.caption(
            f"Of those then published people judged {found.judged} and accepted {found.accepted}."
        )
    else:
        st.caption("Nobody has judged any of those that would then be published.")


def _wished(policy: Policy) -> Wish:
    low, high = (round(100 * one) for one in TARGETS)
    in_force = round(100 * policy.target)
    percent = st.slider(
        "Precision promised of what publishes by itself, %", low, high, in_force, key="target"
    )
    publishing = st.toggle("Insights may publish by themselves", value=True, key="publishing")
    threshold, proved = services().calibration.threshold_for(percent / 100)
    st.markdown(_threshold_words(threshold, proved=proved))
    high_from = st.number_input(
        "Publish from a confidence of",
        min_value=HIGH_FROM,
        max_value=1.0,
        value=policy.high_from if percent == in_force else threshold,
        step=0.01,
        key=f"high_from_{percent}",
    )
    return Wish(percent / 100, round(high_from, 4), publishing)


def _threshold_words(threshold: float, *, proved: bool) -> str:
    if proved:
        return f"Labels prove it from a confidence of **{threshold:.2f}**."
    if threshold >= 1:
        return "No stored insight is sure enough: **nothing** would publish by itself."
    return (
        f"From a confidence of **{threshold:.2f}** the stored insights state it on average; labels do not "
        "prove it yet."
    )


def _ruling(number: int, proposal: PolicyProposal) -> None:
    own = proposal.made_by == current_user().user_id
    if own:
        st.caption("You made it: somebody else approves it, you can withdraw it.")
    comment = st.text_input("Reason", key=f"ruling_{number}", max_chars=LONGEST_COMMENT)
    with st.container(horizontal=True):
        approve = not own and st.button("Approve", icon=":material/check:", key=f"approve_{number}")
        reject = st.button(
            "Withdraw" if own else "Reject", icon=":material/close:", key=f"reject_{number}"
        )
    if approve or reject:
        with frame.guard():
            services().calibration.rule(proposal.proposal_id, approve, comment, current_user())
            _done(
                "Approved. Every report is scored again by it."
                if approve
                else "The proposal is closed."
            )


def _done(said: str) -> None:
    st.session_state[_SAID] = said
    st.rerun()


def labels_words(overview: Overview) -> str:
    """Return on how many decisions everything rests: '160 decisions, 78 of them tune, …'."""
    return (
        f"{counted(overview.labels, 'decision')}: {overview.tuning} tune the confidence, "
        f"{overview.labels - overview.tuning} are sealed and only judge it; {overview.audited} are of "
        "what had published by itself"
    )
