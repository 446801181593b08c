"""How a language model came to an insight's sentences: what it was given, its raw answers, each verdict, what is shown."""

import streamlit as st

from components.format import plain
from services.domain.reasoning import Narration, Try

_HEIGHT = 220


def show_narration(narration: Narration) -> None:
    """Draw the questions and answers side by side; what a model wrote is shown as text and never as markup."""
    with st.container(border=True, gap="small"):
        st.markdown(f"**Sentences by a language model** · {plain(_outcome(narration))}")
        given, template = st.columns(2)
        with given:
            st.caption("What the model was given, beside the prompt")
            st.code(narration.inputs, language="json", height=_HEIGHT)
        with template:
            st.caption("The template's sentence")
            st.markdown(plain(narration.template))
        for number, one in enumerate(narration.tries, start=1):
            _show_try(number, one)
        _show_versions(narration)


def _outcome(narration: Narration) -> str:
    if narration.fallback:
        return f"the template is shown: {narration.fallback}"
    return f"answer {len(narration.tries)} is shown"


def _show_try(number: int, one: Try) -> None:
    raw, verdict, rendered = st.columns(3)
    with raw:
        st.caption(f"Raw answer {number}")
        st.code("" if one.reply is None else one.reply.text, language="json", wrap_lines=True)
    with verdict:
        st.caption(f"Verdict {number}")
        if one.fault:
            st.markdown(f"no answer: {plain(one.fault)}")
        elif one.accepted:
            st.markdown(":material/check: accepted")
        for reason in one.refusals:
            st.markdown(f":material/close: {plain(reason)}")
    with rendered:
        st.caption(f"Rendered {number}")
        st.markdown(plain(one.text))


def _show_versions(narration: Narration) -> None:
    replies = [one.reply for one in narration.tries if one.reply is not None]
    models = dict.fromkeys(reply.model for reply in replies)
    st.table(
        {
            "Field": [
                "Asked", "Answered by", "Prompt", "SHA-256 of the prompt", "Temperature, seed", "Tokens", "Cost",
            ],
            "Value": [
                plain(narration.asked),
                plain(", ".join(models) or "nobody"),
                plain(narration.prompt),
                f"`{narration.prompt_sha256}`",
                f"{narration.temperature:g}, {narration.seed}",
                f"{narration.tokens:,}",
                f"{narration.cost}" if narration.cost else "not priced",
            ],
        },
        border="horizontal",
        hide_index=True,
        hide_header=True,
        alt="Model and prompt of these sentences",
    )  # fmt: skip
