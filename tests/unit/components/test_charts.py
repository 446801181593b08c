"""Charts draw what the analysis describes: same numbers, gaps where a number is unknown."""

from decimal import Decimal

import pytest

from components import charts
from services.domain.insights import Chart, ChartSeries


def a_chart(kind: str = "line", unit: str = "money", y=(1, 2), x=("2024", "2025"), **changes):
    series = ChartSeries(
        name="Revenue", x=x, y=tuple(None if v is None else Decimal(str(v)) for v in y)
    )
    return Chart(kind=kind, title="Revenue", unit=unit, series=(series,), **changes)


def test_money_is_drawn_in_millions_and_the_axis_says_so():
    drawn = charts.figure(a_chart(y=(31_657_000_000, 32_765_000_000)))
    assert list(drawn.data[0].y) == [31_657.0, 32_765.0]
    assert list(drawn.data[0].text) == ["31,657", "32,765"]
    assert drawn.layout.yaxis.title.text == "millions"


def test_an_unknown_point_leaves_a_gap_and_is_no_zero():
    drawn = charts.figure(a_chart(y=(None, 20_000_000)))
    assert list(drawn.data[0].y) == [None, 20.0]
    assert drawn.data[0].connectgaps is False


def test_percent_is_drawn_as_it_is():
    drawn = charts.figure(a_chart(unit="percent", y=("22.14", "23.17")))
    assert list(drawn.data[0].y) == [22.14, 23.17]
    assert drawn.layout.yaxis.title.text == "%"


def test_a_waterfall_keeps_its_totals_and_steps_of_the_same_name_apart():
    chart = a_chart("waterfall", x=("Start", "Other", "Other", "End"),
                    y=(100_000_000, -10_000_000, -20_000_000, 70_000_000), totals=(0, 3))  # fmt: skip
    bar = charts.figure(chart).data[0]
    assert list(bar.measure) == ["absolute", "relative", "relative", "total"]
    assert list(bar.y) == [0, 1, 2, 3]
    assert list(bar.text) == ["100", "(10)", "(20)", "70"]


def test_bands_are_drawn_with_their_names_and_open_ends_reach_the_edge():
    chart = a_chart("ratio_bands", "ratio", y=("1.86", "1.89"),
                    bands=(("floor", None, Decimal(1)),))  # fmt: skip
    drawn = charts.figure(chart)
    assert drawn.layout.shapes[0].y0 == drawn.layout.yaxis.range[0]
    assert drawn.layout.shapes[0].y1 == 1.0
    assert drawn.layout.annotations[0].text == "floor"


def test_a_combo_draws_the_first_series_as_bars_and_the_others_as_lines():
    growth = ChartSeries(name="Trend", x=("2024", "2025"), y=(Decimal(1), Decimal(2)))
    chart = a_chart("combo").model_copy(update={"series": (a_chart().series[0], growth)})
    assert [trace.type for trace in charts.figure(chart).data] == ["bar", "scatter"]


@pytest.mark.parametrize("kind", ["bars", "line", "combo"])
def test_a_money_axis_starts_at_zero(kind):
    assert charts.figure(a_chart(kind)).layout.yaxis.rangemode == "tozero"


def test_the_text_alternative_names_every_point_and_says_unknown():
    words = charts.description(a_chart(y=(None, 32_765_000_000)))
    assert words == "Revenue in millions. Revenue: 2024 unknown, 2025 32,765."


def test_a_chart_can_never_be_sent_to_a_cloud():
    assert charts.CONFIG["showSendToCloud"] is False
    assert charts.CONFIG["displaylogo"] is False


def test_a_long_label_is_broken_near_its_middle():
    assert charts.wrapped("Operating income") == "Operating<br>income"
    assert charts.wrapped("R&D") == "R&D"
    assert charts.wrapped("Year to Jun 30, 2021") == "Year to<br>Jun 30, 2021"


def test_a_waterfall_leaves_room_for_its_labels_beside_the_longest_bar():
    chart = a_chart("waterfall", "percent", y=("8.5", "2.3", "10.8"), x=("a", "b", "c"),
                    totals=(0, 2))  # fmt: skip
    low, high = charts.figure(chart).layout.xaxis.range
    assert low == 0.0
    assert high == pytest.approx(10.8 * 1.16)


def test_a_step_that_rounds_to_nought_has_no_sign():
    chart = a_chart("waterfall", "percent", y=("-0.04", "0"))
    assert list(charts.figure(chart).data[0].text) == ["0.0 %", "0.0 %"]


def test_a_fall_in_percent_stands_in_parentheses_as_in_the_text():
    chart = a_chart("line", "percent", y=("-3.24", "9.86"))
    assert list(charts.figure(chart).data[0].text) == ["(3.2) %", "9.9 %"]
