"""R01, R03, R04, R08 and R09: numbers, wording, severity, and silence below materiality."""

from decimal import Decimal

import pytest

from services.domain.insights import Route, Severity
from tests.unit.analysis.contexts import (
    analysed,
    cash_flow,
    income,
    insight_of,
    joined,
    reason_of,
)
from tests.unit.statement_builder import manufacturer, quarter, year

YEARS = [year(2018), year(2017), year(2016)]


def sales(*amounts, columns=YEARS, extra=()):
    columns = columns[: len(amounts)]
    return joined(income(columns, ("Sales", "revenue", *amounts), *extra))


def test_revenue_growth_and_compound_growth_over_three_years():
    found = insight_of(analysed(*sales(65984, 67044, 65398)), "R01")
    assert found.calculations[1].name == "CAGR"
    assert found.calculations[1].display == "+0.4 %"
    assert "(1.6) % on a year earlier (after +2.5 % the year before)" in found.text
    assert found.severity is Severity.INFO
    assert found.route is Route.CFO
    assert found.amount == Decimal(-1_060_000_000)


def test_a_break_in_growth_is_medium():
    assert insight_of(analysed(*sales(1500, 1100, 1000)), "R01").severity is Severity.MEDIUM


def test_two_years_have_no_compound_growth():
    found = insight_of(analysed(*manufacturer()), "R01")
    assert found.text == (
        "Revenue was USD 32.8 bn for the year to Dec 31, 2018, "
        "+3.5 % on the USD 31.7 bn of a year earlier."
    )


def test_a_quarter_is_compared_with_the_same_quarter_of_the_year_before():
    columns = [quarter(2023, 2), quarter(2023, 1), quarter(2022, 2)]
    found = insight_of(analysed(*sales(110, 90, 100, columns=columns)), "R01")
    assert "+10.0 % on the USD 100 m" in found.text


def test_one_year_alone_has_no_growth():
    analysis = analysed(*sales(100))
    assert insight_of(analysis, "R01") is None
    assert reason_of(analysis, "R01") == "no revenue of the comparable earlier period was read"


def test_the_share_of_rounding_lowers_the_margin_when_growth_is_within_it():
    found = insight_of(analysed(*sales(1000, 1000)), "R01")
    margin = next(f.value for f in found.confidence.factors if f.name == "margin")
    assert 0.4 < margin < 0.6


def margins(*profits, revenue=(1000, 1000, 1000)):
    return sales(
        *revenue,
        extra=(
            ("Gross profit", "gross_profit", *profits),
            ("Income before tax", "income_before_tax", 200, 200, 200),
        ),
    )


def test_a_point_of_gross_margin_is_worth_its_revenue():
    found = insight_of(analysed(*margins(400, 420, 410)), "R03")
    assert found.amount == Decimal(-20_000_000)
    assert found.severity is Severity.HIGH
    assert "fell from 42.0 % to 40.0 % (−200 bp)" in found.text
    assert "USD 20.0 m less gross profit. Measured as gross profit." in found.text


def test_the_same_direction_over_three_years_is_reported_below_a_point():
    found = insight_of(analysed(*margins(408, 404, 400)), "R03")
    assert "rose for 2 periods in a row, most recently from 40.4 % to 40.8 %" in found.text
    assert found.severity is Severity.LOW


def test_a_small_move_without_direction_is_quiet():
    analysis = analysed(*margins(404, 400, 404))
    assert insight_of(analysis, "R03") is None
    assert reason_of(analysis, "R03") is None


def test_without_printed_gross_profit_the_margin_says_how_it_is_measured():
    found = sales(1000, 1000, extra=(("Cost", "cost_of_revenue", 600, 580),))
    text = insight_of(analysed(*found), "R03").text
    assert text.endswith("Measured as revenue less cost of revenue.")
    assert "from 42.0 % to 40.0 %" in text


def test_missing_cost_is_an_answer():
    assert "Cost of revenue" in reason_of(analysed(*sales(100, 90)), "R03")


def test_the_margin_bridge_names_the_printed_drivers():
    found = insight_of(analysed(*manufacturer()), "R04")
    assert "fell from 24.3 % to 22.0 % in the year to Dec 31, 2018" in found.text
    assert "Selling, general and administrative −227 bp" in found.text
    assert "USD 754 m less operating income" in found.text
    assert found.severity is Severity.HIGH
    shifts = [c.value for c in found.calculations if "share of revenue" in c.formula]
    total = found.calculations[1].value - found.calculations[0].value
    assert abs(sum(shifts) - total) < Decimal("1e-20")
    steps = found.chart.series[0].y
    assert sum(steps[:-1]) == pytest.approx(steps[-1])
    assert found.chart.totals == (0, len(steps) - 1)


def test_a_bridge_needs_rows_that_add_up():
    extra = (("Operating income", "operating_income", 300, 200),)
    analysis = analysed(*sales(1000, 1000, extra=extra))
    assert insight_of(analysis, "R04") is None
    assert "do not add up from revenue" in reason_of(analysis, "R04")


def profits(*amounts, eps=()):
    rows = [("Net income", "net_income", *amounts)]
    rows += [("Diluted EPS", "eps_diluted", *eps)] if eps else []
    return sales(1000, 1000, extra=tuple(rows))


def test_a_profit_that_turns_into_a_loss_is_high():
    found = insight_of(analysed(*profits(-3, 4, eps=(-0.27, 3.24))), "R08")
    assert found.severity is Severity.HIGH
    assert found.text == (
        "The net result moved from USD 4.0 m to USD (3.0) m in the year to Dec 31, 2018; "
        "EPS went from USD 3.24 to USD (0.27)."
    )


def test_a_change_above_materiality_is_medium_and_shows_no_eps_it_does_not_have():
    found = insight_of(analysed(*profits(90, 60)), "R08")
    assert found.severity is Severity.MEDIUM
    assert found.text == (
        "Net income rose by USD 30.0 m or 50.0 % to USD 90.0 m in the year to Dec 31, 2018."
    )


def test_a_change_within_materiality_is_quiet():
    assert insight_of(analysed(*profits(63, 60)), "R08") is None


def test_growth_from_next_to_nothing_is_not_meaningful():
    found = insight_of(analysed(*profits(60, 1)), "R08")
    assert "rose by USD 59.0 m to USD 60.0 m" in found.text


def free_cash(cfo, capex):
    flows = cash_flow(
        YEARS[:2],
        ("Net cash from operating activities", "cash_from_operations", *cfo),
        ("Purchases of property", "capex", *capex),
    )
    top = income(YEARS[:2], ("Sales", "revenue", 1000, 1000))
    return joined(top, flows)


def test_free_cash_flow_is_operating_cash_less_capex():
    found = insight_of(analysed(*free_cash((400, 300), (-90, -80))), "R09")
    assert found.calculations[0].value == Decimal(310_000_000)
    assert "Free cash flow was USD 310 m" in found.text
    assert "USD 90.0 m more than the USD 220 m of a year earlier" in found.text
    assert found.severity is Severity.MEDIUM


def test_free_cash_flow_that_turns_negative_is_high():
    found = insight_of(analysed(*free_cash((80, 81), (-81, -80))), "R09")
    assert found.severity is Severity.HIGH


def test_missing_capex_is_never_zero():
    flows = cash_flow(
        YEARS[:2], ("Net cash from operating activities", "cash_from_operations", 400, 300)
    )
    analysis = analysed(*joined(flows))
    assert insight_of(analysis, "R09") is None
    assert "no Capital expenditure" in reason_of(analysis, "R09")


def test_growth_from_nothing_has_no_meaning():
    assert "not positive" in reason_of(analysed(*sales(100, 0)), "R01")


def test_margins_measured_in_two_ways_are_not_compared():
    extra = (
        ("Gross profit", "gross_profit", 400, None),
        ("Cost", "cost_of_revenue", 600, 580),
    )
    analysis = analysed(*sales(1000, 1000, extra=extra))
    assert insight_of(analysis, "R03") is None
    assert "no comparable earlier period" in reason_of(analysis, "R03")


def bridged(operating, before):
    rows = (
        ("Cost of sales", "cost_of_revenue", 1000 - operating - 333, 1000 - before - 333),
        ("Overheads", None, 333, 333),
        ("Operating income", "operating_income", operating, before),
    )
    return insight_of(analysed(*sales(1000, 1000, extra=rows)), "R04")


def test_a_margin_that_crosses_zero_is_one_level_worse():
    assert bridged(196, 200) is None
    assert bridged(-8, 3).severity is Severity.HIGH


def test_many_drivers_are_drawn_together():
    names = [f"Cost {letter}" for letter in "ABCDEFGH"]
    before = [41, 43, 47, 53, 59, 61, 67, 71]
    now = [53, 45, 44, 61, 62, 52, 77, 80]
    rows = [(name, None, a, b) for name, a, b in zip(names, now, before, strict=True)]
    rows.append(("Operating income", "operating_income", 1000 - sum(now), 1000 - sum(before)))
    found = insight_of(analysed(*sales(1000, 1000, extra=tuple(rows))), "R04")
    assert "Other printed rows" in found.chart.series[0].x
    assert len(found.chart.series[0].x) == 9
