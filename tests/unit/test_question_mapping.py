"""The mapping of questions to metrics reads the question's words and nothing else."""

from decimal import Decimal

import pytest

from tests.bench.questions import as_asked, metric_asked, year_asked


@pytest.mark.parametrize(
    ("question", "metric"),
    [
        ("What is the FY2020 fixed asset turnover ratio?", "fixed_asset_turnover"),
        ("What is the FY2020 asset turnover ratio?", "asset_turnover"),
        ("Using the balance sheet, what is the net working capital?", "net_working_capital"),
        ("What is the colour of the cover?", None),
    ],
)
def test_a_question_names_its_metric(question, metric):
    assert metric_asked(question) == metric


def test_the_latest_year_named_is_asked_for():
    assert year_asked("the average of FY2018 and FY2019") == 2019
    assert year_asked("the average") is None


@pytest.mark.parametrize(
    ("value", "question", "given"),
    [
        ("1234567890", "in USD millions", "1235"),
        ("1234567890", "in USD billions", "1.2"),
        ("1234567890", "in USD billions, two decimal places", "1.23"),
        ("0.06551", "in units of percents and round to one decimal place", "6.6"),
        ("93.8551", "round your answer to two decimal places", "93.86"),
    ],
)
def test_a_value_is_given_in_the_unit_and_at_the_rounding_asked_for(value, question, given):
    assert as_asked(Decimal(value), question) == Decimal(given)
