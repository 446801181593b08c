"""The arithmetic checks of a report, failures first, each with the numbers it compared."""

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from components.format import UNKNOWN, amount, plain
from services.domain.ids import FactId
from services.domain.reports import Fact, TieOut, TieOutStatus

WORDS = {
    TieOutStatus.FAIL: "✕ Does not hold",
    TieOutStatus.PASS: "✓ Holds",
    TieOutStatus.PASS_ROUNDING: "≈ Holds within rounding",
    TieOutStatus.NOT_APPLICABLE: "– Not applicable",
}
_COLOURS = ["red", "blue", "blue", "gray"]
_ORDER = list(WORDS)


def show_tie_outs(tie_outs: Sequence[TieOut], facts: Mapping[FactId, Fact]) -> None:
    """Draw the checks; the failed ones also as sentences."""
    if not tie_outs:
        st.caption("No check could be made on this report.")
        return
    ordered = sorted(tie_outs, key=lambda tie_out: _ORDER.index(tie_out.status))
    for tie_out in ordered:
        if tie_out.status is TieOutStatus.FAIL:
            st.error(
                f"**{plain(tie_out.name)}** — {plain(tie_out.sentence)}", icon=":material/close:"
            )
    st.dataframe(
        tie_out_table(ordered, facts),
        hide_index=True,
        alt="Arithmetic checks and their results",
        column_config={
            "Result": st.column_config.MultiselectColumn(
                options=list(WORDS.values()), color=_COLOURS
            ),
            "Check": st.column_config.TextColumn(width="medium"),
            **{
                name: st.column_config.TextColumn(alignment="right")
                for name in ("Expected", "Printed", "Difference")
            },
        },
    )


def tie_out_table(tie_outs: Sequence[TieOut], facts: Mapping[FactId, Fact]) -> pd.DataFrame:
    """Return the checks as a table; amounts are in base units."""
    return pd.DataFrame(
        {
            "Result": [[WORDS[t.status]] for t in tie_outs],
            "Check": [t.name for t in tie_outs],
            "Period": [t.period.label if t.period else "" for t in tie_outs],
            "Expected": [_number(t, "expected") for t in tie_outs],
            "Printed": [_number(t, "actual") for t in tie_outs],
            "Difference": [_number(t, "difference") for t in tie_outs],
            "Where": [_where(t, facts) for t in tie_outs],
            "In words": [t.sentence for t in tie_outs],
        }
    )


def _number(tie_out: TieOut, name: str) -> str:
    value = getattr(tie_out, name)
    if value is None:
        return UNKNOWN
    whole = value == value.to_integral_value()
    return amount(value, 0 if whole else 2)


def _where(tie_out: TieOut, facts: Mapping[FactId, Fact]) -> str:
    total = facts.get(tie_out.total) if tie_out.total else None
    return total.source.place if total else ""
