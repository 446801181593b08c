"""Rules on a whole series: turning points, supported trends, next-period ranges."""

from decimal import Decimal

import pytest

from tests.unit.analysis.contexts import analysed, income, insight_of, joined, reason_of
from tests.unit.statement_builder import year


def revenues(*oldest_first):
    """Return the analysis of a firm whose revenue runs so, with a steady income before tax."""
    values = oldest_first[::-1]
    columns = [year(2018 - back) for back in range(len(values))]
    statements, facts = joined(
        income(
            columns,
            ("Net sales", "revenue", *values),
            ("Income before tax", "income_before_tax", *(100 for _ in values)),
        )
    )
    return analysed(statements, facts)


def test_a_line_that_turns_after_two_years_is_named():
    insight = insight_of(revenues(1000, 1100, 1200, 1150), "R16")
    assert insight.text == (
        "First decline of revenue after 2 years of increase: USD 1,150 m in the year to "
        "Dec 31, 2018, after USD 1,200 m."
    )


@pytest.mark.parametrize(
    "values",
    [(1000, 1100, 1200, 1250), (1000, 1100, 1050, 1150), (1000, 1100, 1200, 1199)],
    ids=["goes on", "no run before", "trivial"],
)
def test_no_turning_point_without_a_run_and_an_amount(values):
    analysis = revenues(*values)
    assert insight_of(analysis, "R16") is None
    assert reason_of(analysis, "R16") is None


def test_four_rising_years_are_no_supported_trend():
    analysis = revenues(1000, 1100, 1200, 1300)
    assert insight_of(analysis, "R17") is None
    assert "5 yearly figures" in reason_of(analysis, "R17")


def test_five_rising_years_are_a_trend_with_its_slope_and_p():
    text = insight_of(revenues(1000, 1100, 1210, 1331, 1464), "R17").text
    assert "Revenue trends up over the 5 years to Dec 31, 2018: +10.0 % a year" in text
    assert "p = 0.0167" in text


def test_the_slope_of_a_trend_is_kept_as_the_growth_that_is_shown():
    insight = insight_of(revenues(1000, 1100, 1210, 1331, 1464), "R17")
    slope = next(c for c in insight.calculations if c.name == "Theil-Sen slope")
    assert (slope.display, round(slope.value, 3)) == ("+10.0 %", Decimal("0.100"))


def test_a_series_that_wavers_is_no_supported_trend():
    assert insight_of(revenues(1000, 1200, 1100, 1300, 1250), "R17") is None


def test_the_range_of_the_next_year_is_wide_on_few_points_and_says_what_it_is():
    text = insight_of(revenues(1000, 1050, 1080, 1150), "R19").text
    assert text == (
        "A mechanical 80 % range for revenue of the year after Dec 31, 2018 is USD 1,160 m to "
        "USD 1,251 m, from 4 years; not guidance."
    )


def test_a_range_wider_than_half_the_level_is_not_shown():
    assert insight_of(revenues(1000, 2500, 900, 2600), "R19") is None
