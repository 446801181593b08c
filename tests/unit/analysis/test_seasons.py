"""Seasonality and run-rate (R18): what stands out of the noise, what does not, and where quarters are missing."""

from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest

from services.analysis.stats import seasonal_p
from services.domain.insights import Severity
from services.domain.periods import Period
from tests.unit.analysis.contexts import analysed, income, insight_of, reason_of
from tests.unit.statement_builder import altered, quarter

RETAIL = (200, 220, 210, 370, 214, 232, 224, 393)
STEADY = (250, 252, 249, 251, 250, 248, 252, 251)


def quarters(count: int, last: tuple[int, int] = (2018, 4)) -> list[Period]:
    """Return consecutive calendar quarters, oldest first."""
    at = last[0] * 4 + last[1] - 1
    return [quarter(n // 4, n % 4 + 1) for n in range(at - count + 1, at + 1)]


def revenues(values, periods=None):
    columns = (periods or quarters(len(values)))[::-1]
    return income(columns, ("Net sales", "revenue", *reversed(values)))


def told(values, periods=None):
    statement, facts = revenues(values, periods)
    analysis = analysed([statement], facts)
    return insight_of(analysis, "R18"), reason_of(analysis, "R18")


def test_a_strong_quarter_is_told_with_its_share_and_the_run_rate_beside_the_last_four():
    found, _ = told(RETAIL)
    assert found.severity is Severity.INFO
    assert found.text == (
        "The quarter that ends in December usually brings 36.3 % of a year's revenue, the one that ends "
        "in March 20.7 % (8 quarters, p < 0.001). Four times the quarter to Dec 31, 2018 is USD 1,572 m, "
        "USD 509 m more than the USD 1,063 m of the last four quarters."
    )


def test_every_number_of_the_sentence_is_a_step_with_its_cells():
    found, _ = told(RETAIL)
    shown = {step.display for step in found.calculations}
    assert {"36.3 %", "20.7 %", "8", "< 0.001", "USD 1,572 m", "USD 509 m", "USD 1,063 m"} == shown
    assert all(step.inputs for step in found.calculations)
    assert len(found.evidence) == len(found.chart.series[0].y) == 8


def test_an_index_is_a_quarter_over_the_centred_mean_of_a_year():
    found, _ = told(RETAIL)
    means = [
        (Decimal(RETAIL[at - 2] + RETAIL[at + 2]) / 2 + sum(RETAIL[at - 1 : at + 2])) / 4
        for at in range(2, 6)
    ]
    indexes = [Decimal(value) / mean for value, mean in zip(RETAIL[2:6], means, strict=True)]
    share = next(step.value for step in found.calculations if "Dec 31" in step.name)
    assert share == pytest.approx(indexes[1] / sum(indexes))


def test_steady_quarters_have_no_season_and_still_a_run_rate():
    found, _ = told(STEADY)
    assert found.text.startswith("No season stands out of 8 quarters of revenue (p = 0.")
    assert found.text.endswith(
        "Four times the quarter to Dec 31, 2018 is USD 1,004 m, USD 3.0 m more than the USD 1,001 m of "
        "the last four quarters."
    )


def test_growth_alone_is_no_season():
    found, _ = told([round(100 * 1.08**step) for step in range(8)])
    assert found.text.startswith("No season stands out")


def test_a_season_of_less_than_a_twentieth_is_not_called_one():
    found, _ = told([1000, 1000, 1000, 1030] * 2)
    assert found.text.startswith("No season stands out")


def test_twelve_quarters_give_an_adjusted_change_and_eight_do_not():
    year = (200, 220, 210, 370)
    grown = [*year, *(round(v * 1.06) for v in year), *(round(v * 1.12) for v in year)]
    assert "seasonally adjusted, it changed by +1." in told(grown)[0].text
    assert "adjusted" not in told(RETAIL)[0].text


def test_seven_quarters_are_too_few():
    found, reason = told(STEADY[1:])
    assert found is None
    assert reason.startswith("it needs revenue of 8 consecutive quarters and has 7")


def test_quarters_with_a_gap_between_count_from_the_gap_on():
    columns = [*quarters(5, (2016, 4)), *quarters(7)]
    _, reason = told((*STEADY, *STEADY[:4]), columns)
    assert "consecutive quarters and has 7" in reason


def test_a_year_without_quarters_is_not_divided():
    full = Period(start=date(2018, 1, 1), end=date(2018, 12, 31))
    assert told((1000,), [full])[1] == "the report shows revenue of no quarter by itself"


def test_earlier_reports_of_the_company_lengthen_the_series():
    statement, facts = revenues(RETAIL[4:])
    _, earlier = revenues(RETAIL[:4], quarters(4, (2017, 4)))
    history = [
        fact.model_copy(update={"fact_id": f"old-{fact.fact_id}", "report_id": "old"})
        for fact in earlier
    ]
    assert "36.3 %" in insight_of(analysed([statement], facts, history), "R18").text
    other = [fact.model_copy(update={"currency": "EUR"}) for fact in history]
    assert "and has 4;" in reason_of(analysed([statement], facts, other), "R18")


def test_quarters_of_thirteen_weeks_follow_each_other():
    ends = [date(2018, 12, 29) - timedelta(weeks=13 * back) for back in range(7, -1, -1)]
    periods = [Period(start=end - timedelta(days=90), end=end) for end in ends]
    assert "December usually brings 36.3 %" in told(RETAIL, periods)[0].text


def test_a_quarter_below_zero_has_no_index():
    statement, facts = revenues(STEADY)
    low = altered(facts, facts[3].fact_id, -5)
    assert reason_of(analysed([statement], low), "R18") == "revenue of a quarter is not positive"


def test_of_noise_without_a_season_about_one_in_twenty_is_taken_for_one():
    source = np.random.default_rng(18)
    for count in (8, 12, 20):
        trend = 0.02 * np.arange(count)
        below = sum(seasonal_p(trend + source.normal(0, 0.05, count)) <= 0.05 for _ in range(1000))
        assert 25 <= below <= 75


def test_series_that_do_not_move_have_no_season():
    assert seasonal_p([1.0] * 8) == 1.0
    assert seasonal_p([0.1 * step for step in range(8)]) == 1.0
