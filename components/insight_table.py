"""Insights as a table: one row each, shapes and words beside every colour."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from components.confidence_badge import STATUS_WORDS, band_words, severity_words
from components.format import UNKNOWN, money
from components.session import names_of_reports
from services.domain.confidence import HIGH_FROM, MEDIUM_FROM
from services.domain.insights import Insight, Severity

_SEVERITY_COLOURS = ["red", "red", "orange", "gray", "gray"]
_BAND_COLOURS = ["blue", "orange", "violet"]
_FITS, _HEIGHT = 18, 600
_BAND_OPTIONS = [band_words(total) for total in (HIGH_FROM, MEDIUM_FROM, 0.0)]


def show_insight_table(insights: Sequence[Insight], key: str) -> Insight | None:
    """Draw the table and return the insight whose row was chosen, or None."""
    picked = st.dataframe(
        insight_table(insights),
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key=key,
        height=_HEIGHT if len(insights) > _FITS else "auto",
        alt="Insights, worst first",
        column_config={
            "Severity": st.column_config.MultiselectColumn(
                options=[severity_words(severity) for severity in reversed(Severity)],
                color=_SEVERITY_COLOURS,
            ),
            "Insight": st.column_config.TextColumn(width="large"),
            "Confidence": st.column_config.ProgressColumn(
                format="%.0f%%", min_value=0, max_value=100
            ),
            "Band": st.column_config.MultiselectColumn(options=_BAND_OPTIONS, color=_BAND_COLOURS),
        },
    )
    rows = picked.selection.rows
    return insights[rows[0]] if rows else None


def insight_table(insights: Sequence[Insight]) -> pd.DataFrame:
    """Return one row an insight; the confidence is in percent."""
    names = names_of_reports()
    return pd.DataFrame(
        {
            "Severity": [[severity_words(i.severity)] for i in insights],
            "Insight": [i.title for i in insights],
            "Report": [names.get(i.report_id, i.report_id) for i in insights],
            "Type": [i.kind.value.capitalize() for i in insights],
            "Confidence": [i.confidence.total * 100 for i in insights],
            "Band": [[band_words(i.confidence.total)] for i in insights],
            "Amount": [money(i.amount) if i.amount is not None else UNKNOWN for i in insights],
            "State": [STATUS_WORDS[i.status] for i in insights],
        }
    )
