"""How a language model came to an insight's sentences: what it was given, its raw answers, each verdict, what is shown."""

import streamlit as st

from components.format import plain
from services.domain.reasoning import Narration, Opinion, Try

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


def show_opinion(opinion: Opinion) -> None:
    """Draw how a model reads what an insight quotes, beside what the rules read."""
    with st.container(border=True, gap="small"):
        st.markdown(f"**Second opinion by a language model** · {plain(opinion.sentence)}")
        st.caption("What the model was given, beside the prompt")
        st.code(opinion.inputs, language="json", wrap_lines=True)
        _show_try(1, opinion.answer)
        reply = opinion.answer.reply
        _show_table(
            {
                "Rules read": plain(opinion.read_as.replace("_", " ")),
                "Asked": plain(opinion.asked),
                "Answered by": plain(reply.model if reply else "nobody"),
                "Prompt": plain(opinion.prompt),
                "SHA-256 of the prompt": f"`{opinion.prompt_sha256}`",
                "Temperature, seed": f"{opinion.temperature:g}, {opinion.seed}",
            }
        )


def _show_versions(narration: Narration) -> None:
    replies = [one.reply for one in narration.tries if one.reply is not None]
    models = dict.fromkeys(reply.model for reply in replies)
    _show_table(
        {
            "Asked": plain(narration.asked),
            "Answered by": plain(", ".join(models) or "nobody"),
            "Prompt": plain(narration.prompt),
            "SHA-256 of the prompt": f"`{narration.prompt_sha256}`",
            "Temperature, seed": f"{narration.temperature:g}, {narration.seed}",
            "Tokens": f"{narration.tokens:,}",
            "Cost": f"{narration.cost}" if narration.cost else "not priced",
        }
    )


def _show_table(rows: dict[str, str]) -> None:
    st.table(
        {"Field": list(rows), "Value": list(rows.values())},
        border="horizontal",
        hide_index=True,
        hide_header=True,
        alt="Model and prompt of this",
    )
