"""The two pictures of calibration: stated beside right, and what is wrong among the surest."""

from collections.abc import Sequence

import plotly.graph_objects as go
import streamlit as st

from components.charts import BLUE, CONFIG, GREY, VERMILLION
from components.format import counted, probability
from services.confidence.measures import Bin, Measured

_HEIGHT = 340


def show_reliability(measured: Measured) -> None:
    """Draw the share right against the mean stated, with the number of labels and the Wilson interval of each bin."""
    st.markdown("**Stated and right**")
    st.plotly_chart(
        reliability_figure(measured.bins),
        key="reliability",
        config=CONFIG,
        alt=reliability_words(measured.bins),
    )


def show_risk_coverage(measured: Measured) -> None:
    """Draw what share is wrong when only the surest are taken."""
    st.markdown("**Wrong among the surest**")
    st.plotly_chart(
        risk_figure(measured.risk_coverage),
        key="risk_coverage",
        config=CONFIG,
        alt=risk_words(measured.risk_coverage),
    )


def reliability_figure(bins: Sequence[Bin]) -> go.Figure:
    """Return the reliability diagram; a perfect model lies on the dashed line."""
    drawn = go.Figure(
        go.Scatter(
            x=[0, 1], y=[0, 1], mode="lines", name="perfect", hoverinfo="skip",
            line={"color": GREY, "dash": "dash", "width": 1.5},
        )
    )  # fmt: skip
    drawn.add_trace(
        go.Scatter(
            x=[one.stated for one in bins],
            y=[one.right for one in bins],
            name="labels",
            mode="markers+text",
            text=[f"n = {one.labels}" for one in bins],
            textposition="bottom right",
            marker={"size": 9, "color": BLUE},
            error_y={
                "type": "data",
                "symmetric": False,
                "array": [max(0.0, one.high - one.right) for one in bins],
                "arrayminus": [max(0.0, one.right - one.low) for one in bins],
                "color": BLUE,
            },
            hovertemplate="stated %{x:.2f}, right %{y:.2f}, %{text}<extra></extra>",
        )
    )
    return _style(drawn, "stated", "right")


def reliability_words(bins: Sequence[Bin]) -> str:
    """Return the diagram in words, every bin with its count and its interval."""
    told = (
        f"stated {probability(one.stated)}, right {probability(one.right)} "
        f"({probability(one.low)} to {probability(one.high)}) of {counted(one.labels, 'label')}"
        for one in bins
    )
    return f"Stated confidence and the share that was right. {'; '.join(told)}."


def risk_figure(points: Sequence[tuple[float, float]]) -> go.Figure:
    """Return the risk-coverage curve."""
    drawn = go.Figure(
        go.Scatter(
            x=[taken for taken, _ in points],
            y=[wrong for _, wrong in points],
            mode="lines+markers",
            line={"color": VERMILLION, "width": 2.5, "shape": "hv"},
            hovertemplate="the surest %{x:.0%}: %{y:.1%} wrong<extra></extra>",
        )
    )
    drawn = _style(drawn, "share taken, surest first", "share wrong among them")
    return drawn.update_yaxes(range=None, rangemode="tozero", tickformat=".0%")


def risk_words(points: Sequence[tuple[float, float]]) -> str:
    """Return the curve in words: what is wrong among the surest half, and among all."""
    half = next((point for point in points if point[0] >= 0.5), points[-1])
    return (
        f"Of the surest {probability(half[0])} {probability(half[1])} were wrong, of all "
        f"{probability(points[-1][1])}."
    )


def _style(drawn: go.Figure, across: str, up: str) -> go.Figure:
    drawn.update_layout(
        height=_HEIGHT, showlegend=False, title={"text": ""},
        margin={"l": 8, "r": 8, "t": 16, "b": 8},
    )  # fmt: skip
    drawn.update_xaxes(title_text=across, range=[0, 1.04], automargin=True)
    drawn.update_yaxes(title_text=up, range=[0, 1.04], automargin=True)
    return drawn
