"""Charts drawn from the analysis' own description of them; colours tell apart in every kind of sight."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from services.domain.insights import Chart, ChartSeries
from services.exports.scales import point_label, scale_of

BLUE, VERMILLION, GREY, GREEN, PURPLE, ORANGE, SKY = (
    "#0072B2", "#D55E00", "#767676", "#009E73", "#CC79A7", "#E69F00", "#56B4E9",
)  # fmt: skip
PALETTE = (BLUE, ORANGE, GREY, GREEN, PURPLE, SKY, VERMILLION)
_BAND_FILLS = ("rgba(0,114,178,.05)", "rgba(0,114,178,.11)", "rgba(0,114,178,.18)")
CONFIG = {
    "displaylogo": False,
    "showSendToCloud": False,
    "displayModeBar": False,
    "staticPlot": False,
}
_WRAP_FROM, _STEP_HEIGHT = 11, 46
_FROM_ZERO = frozenset({"money", "days"})
_LINE_KINDS = frozenset({"line", "ratio_bands"})


def show_chart(chart: Chart, key: str, height: int = 320) -> None:
    """Draw a chart with its title above and a text alternative for people who do not see it."""
    st.markdown(f"**{chart.title}**")
    st.plotly_chart(
        figure(chart, height),
        key=key,
        config=CONFIG,
        alt=description(chart),
    )


def figure(chart: Chart, height: int = 320) -> go.Figure:
    """Return the Plotly figure of a chart; a missing point leaves a gap."""
    divisor, axis = scale_of(chart)
    if chart.kind == "waterfall":
        drawn = _waterfall(chart, divisor)
    elif chart.kind in _LINE_KINDS:
        drawn = _lines(chart, divisor)
    elif chart.kind == "combo":
        drawn = _combo(chart, divisor)
    else:
        drawn = _bars(chart, divisor)
    _bands(drawn, chart, divisor)
    return _style(drawn, chart, axis, height)


def wrapped(name: str) -> str:
    """Return a tick label broken at the space nearest its middle, when it is long."""
    if " to " in name:
        return name.replace(" to ", " to<br>", 1)
    spaces = [i for i, letter in enumerate(name) if letter == " "]
    if len(name) < _WRAP_FROM or not spaces:
        return name
    middle = min(spaces, key=lambda i: abs(i - len(name) // 2))
    return f"{name[:middle]}<br>{name[middle + 1 :]}"


def description(chart: Chart) -> str:
    """Return the chart in one or two sentences, every point with its value."""
    divisor, axis = scale_of(chart)
    series = "; ".join(_series_words(s, chart, divisor) for s in chart.series)
    counted = f" in {axis}" if axis and chart.unit != "percent" else ""
    return f"{chart.title}{counted}. {series}."


def _series_words(series: ChartSeries, chart: Chart, divisor: Decimal) -> str:
    points = ", ".join(
        f"{x} {point_label(y, chart, divisor) or 'unknown'}"
        for x, y in zip(series.x, series.y, strict=True)
    )
    return f"{series.name}: {points}"


def _numbers(values: Sequence[Decimal | None], divisor: Decimal) -> list[float | None]:
    return [None if value is None else float(value / divisor) for value in values]


def _labels(series: ChartSeries, chart: Chart, divisor: Decimal) -> list[str]:
    return [point_label(value, chart, divisor) for value in series.y]


def _waterfall(chart: Chart, divisor: Decimal) -> go.Figure:
    series = chart.series[0]
    places = list(range(len(series.x)))
    measure = ["total" if place in chart.totals else "relative" for place in places]
    if measure and measure[0] == "total":
        measure[0] = "absolute"
    drawn = go.Figure(
        go.Waterfall(
            orientation="h",
            y=places,
            x=_numbers(series.y, divisor),
            measure=measure,
            text=_labels(series, chart, divisor),
            customdata=series.x,
            textposition="outside",
            cliponaxis=False,
            connector={"line": {"color": GREY, "width": 1, "dash": "dot"}},
            increasing={"marker": {"color": BLUE}},
            decreasing={"marker": {"color": VERMILLION}},
            totals={"marker": {"color": GREY}},
            hovertemplate="%{customdata}: %{text}<extra></extra>",
        )
    )
    drawn.update_xaxes(range=_reach(series, chart, divisor))
    drawn.update_yaxes(
        autorange="reversed", tickvals=places, ticktext=[wrapped(name) for name in series.x]
    )
    return drawn


def _reach(series: ChartSeries, chart: Chart, divisor: Decimal) -> list[float]:
    """Return an axis that holds every running total and leaves room for the labels."""
    level, levels = Decimal(0), [Decimal(0)]
    for place, value in enumerate(series.y):
        level = (value or Decimal(0)) if place in chart.totals else level + (value or Decimal(0))
        levels.append(level / divisor)
    low, high = float(min(levels)), float(max(levels))
    room = (high - low) * 0.16
    return [low - room if low < 0 else 0.0, high + room]


def _lines(chart: Chart, divisor: Decimal) -> go.Figure:
    drawn = go.Figure()
    for series, colour in zip(chart.series, _colours(len(chart.series)), strict=True):
        drawn.add_trace(_line(series, chart, divisor, colour))
    known = [float(y / divisor) for series in chart.series for y in series.y if y is not None]
    if known:
        room = (max(known) - min(known) or abs(known[0]) or 1.0) * 0.16
        drawn.update_yaxes(range=[min(known) - room, max(known) + room])
    return drawn


def _line(series: ChartSeries, chart: Chart, divisor: Decimal, colour: str) -> go.Scatter:
    return go.Scatter(
        x=series.x,
        y=_numbers(series.y, divisor),
        name=series.name,
        mode="lines+markers+text" if len(chart.series) == 1 else "lines+markers",
        text=_labels(series, chart, divisor),
        textposition="top center",
        cliponaxis=False,
        connectgaps=False,
        line={"color": colour, "width": 2.5},
        marker={"size": 8},
        hovertemplate="%{x}: %{text}<extra>%{fullData.name}</extra>",
    )


def _bar(series: ChartSeries, chart: Chart, divisor: Decimal, colour: str) -> go.Bar:
    return go.Bar(
        x=series.x,
        y=_numbers(series.y, divisor),
        name=series.name,
        text=_labels(series, chart, divisor),
        textposition="outside",
        cliponaxis=False,
        marker={"color": colour},
        hovertemplate="%{x}: %{text}<extra>%{fullData.name}</extra>",
    )


def _bars(chart: Chart, divisor: Decimal) -> go.Figure:
    drawn = go.Figure()
    for series, colour in zip(chart.series, _colours(len(chart.series)), strict=True):
        drawn.add_trace(_bar(series, chart, divisor, colour))
    return drawn


def _combo(chart: Chart, divisor: Decimal) -> go.Figure:
    colours = _colours(len(chart.series))
    drawn = go.Figure(_bar(chart.series[0], chart, divisor, colours[0]))
    for series, colour in zip(chart.series[1:], colours[1:], strict=True):
        drawn.add_trace(_line(series, chart, divisor, colour))
    return drawn


def _bands(drawn: go.Figure, chart: Chart, divisor: Decimal) -> None:
    if not chart.bands:
        return
    low, high = _extent(chart, divisor)
    for index, (name, start, end) in enumerate(chart.bands):
        drawn.add_hrect(
            y0=low if start is None else float(start / divisor),
            y1=high if end is None else float(end / divisor),
            fillcolor=_BAND_FILLS[index % len(_BAND_FILLS)],
            line_width=0,
            layer="below",
            annotation_text=name,
            annotation_position="top left",
            annotation_font_size=11,
        )
    drawn.update_yaxes(range=[low, high])


def _extent(chart: Chart, divisor: Decimal) -> tuple[float, float]:
    edges = [edge for _, start, end in chart.bands for edge in (start, end) if edge is not None]
    values = [y for series in chart.series for y in series.y if y is not None]
    known = [float(value / divisor) for value in (*edges, *values)]
    low, high = min([0.0, *known]), max([0.0, *known])
    margin = (high - low) * 0.15 or 1.0
    return (low - margin if low < 0 else low), high + margin


def _colours(count: int) -> list[str]:
    return [PALETTE[index % len(PALETTE)] for index in range(count)]


def _style(drawn: go.Figure, chart: Chart, axis: str, height: int) -> go.Figure:
    layout: dict[str, Any] = {
        "height": height,
        "margin": {"l": 8, "r": 8, "t": 24, "b": 8},
        "title": {"text": ""},
        "showlegend": len(chart.series) > 1,
        "legend": {"orientation": "h", "y": 1.12, "x": 0},
        "bargap": 0.45 if len(chart.series) == 1 else 0.25,
        "hoverlabel": {"font": {"size": 13}},
        "uniformtext": {"minsize": 10, "mode": "show"},
    }
    drawn.update_layout(**layout)
    if chart.kind == "waterfall":
        drawn.update_layout(height=max(height, _STEP_HEIGHT * len(chart.series[0].x) + 40))
        drawn.update_xaxes(title_text=axis, automargin=True, tickformat=",", showgrid=True)
        drawn.update_yaxes(automargin=True, showgrid=False, zeroline=False)
        return drawn
    names = [x for series in chart.series for x in series.x]
    labels = [wrapped(name) for name in names]
    drawn.update_xaxes(
        type="category",
        showgrid=False,
        automargin=True,
        tickangle=0,
        tickvals=names,
        ticktext=labels,
    )
    drawn.update_yaxes(title_text=axis, automargin=True, tickformat=",", zeroline=True)
    if chart.unit in _FROM_ZERO and not chart.bands:
        drawn.update_yaxes(rangemode="tozero")
    return drawn
