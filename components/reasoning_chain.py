"""The audit trail of one insight: from cells to sentence, step by step, with versions and hashes."""

import streamlit as st

from components.format import as_printed, plain, probability, when
from components.narration import show_narration, show_opinion
from components.session import services
from services.domain.ids import FactId, InsightId
from services.domain.insights import ReasoningChain, ReasoningStep


def show_chain(insight_id: InsightId) -> None:
    """Draw the reasoning chain behind an expander; says so when none is stored."""
    chain = services().ports.records.chain(insight_id)
    with st.expander("Reasoning chain", icon=":material/account_tree:"):
        if chain is None:
            st.warning("No reasoning chain is stored for this insight; treat it as unsupported.")
            return
        for step in chain.steps:
            _show_step(step)
        if chain.narration is not None:
            show_narration(chain.narration)
        if chain.opinion is not None:
            show_opinion(chain.opinion)
        _show_versions(chain)


def _show_step(step: ReasoningStep) -> None:
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**{step.step}. {plain(step.action)}** · rule `{step.rule}`")
        operands_told = step.action == "compute" and len(step.inputs) > 1
        cells = () if operands_told else (_fact_words(fact_id) for fact_id in step.fact_ids)
        for line in (*step.inputs, *cells):
            st.caption(f"← {plain(line)}")
        took = "" if step.elapsed_us is None else f" · {step.elapsed_us / 1000:.1f} ms"
        st.markdown(f"→ {plain(step.result)}{took}")


def _fact_words(fact_id: FactId) -> str:
    fact = services().facts.fact(fact_id)
    if fact is None:
        return f"{fact_id} (no longer in the store)"
    return f"{fact.label}, {fact.period.label}: {as_printed(fact)} ({fact.source.place})"


def _show_versions(chain: ReasoningChain) -> None:
    st.table(
        {
            "Field": [
                "Rule set",
                "Wording templates",
                "Model",
                "SHA-256 of the inputs",
                "Materiality",
                "Policy and calibration",
                "Confidence",
                "Made",
                "Chain",
            ],
            "Value": [
                plain(chain.ruleset_version),
                plain(chain.prompt_template_version),
                plain(chain.model_version),
                f"`{chain.inputs_hash}`",
                _materiality_words(chain.materiality_version),
                _scoring_words(chain.scoring_version),
                probability(chain.confidence_score),
                when(chain.timestamp),
                f"`{chain.chain_id}`",
            ],
        },
        border="horizontal",
        hide_index=True,
        hide_header=True,
        alt="Versions this chain was made with",
    )


def _scoring_words(version: int) -> str:
    found = services().ports.records.scoring(version) if version else None
    if found is None:
        return (
            f"version {version}, no longer stored" if version else "starting weights and thresholds"
        )
    return f"scoring version {version}, policy version {found.policy.version}"


def _materiality_words(version: int) -> str:
    return f"version {version}, set by people" if version else "as proposed"
