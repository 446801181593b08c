"""Thresholds that a metric crosses between two reports, and those that mean nothing for a company."""

from dataclasses import replace
from decimal import Decimal

import pytest

from components.changes import crossing_words
from services.analysis.metric_catalogue import BY_ID
from services.analysis.metrics import Metric
from services.analysis.profile import Profile
from services.analysis.thresholds import crossings, limits_of
from tests.unit.statement_builder import quarter, year

PLAIN = Profile(
    classified=True,
    financial=False,
    utility=False,
    property_company=False,
    manufacturer=False,
    mezzanine=False,
)


def metric(metric_id, value, period):
    return Metric(
        metric_id=metric_id, period=period, value=Decimal(value), formula="", unit="", fact_ids=()
    )


def crossed(metric_id, before, now, profile=PLAIN):
    """Return how a metric of 2018 crossed the thresholds of that of 2017, in words."""
    found = crossings(
        profile, [metric(metric_id, now, year(2018))], [metric(metric_id, before, year(2017))]
    )
    return [crossing_words(one) for one in found.found]


@pytest.mark.parametrize(
    ("metric_id", "before", "now", "said"),
    [
        ("current_ratio", "1.2", "0.9", ["fell below 1.00× (K01 Liquidity profile)"]),
        ("current_ratio", "0.9", "1", ["rose to 1.00× or above (K01 Liquidity profile)"]),
        ("current_ratio", "1.2", "1", []),
        ("debt_to_ebitda", "3", "4.5", ["rose above 4.00×, into “leveraged” (K03 Leverage)"]),
        ("interest_coverage", "2", "1.2", ["fell below 1.50×, into “high risk” (K04 Interest coverage)"]),
        ("altman_z_double_prime", "2.7", "2.6",
         ["fell to 2.60 or below, out of “safe” (K06 Financial-distress zone)"]),
        ("altman_z_double_prime", "1.0", "1.1",
         ["rose to 1.10 or above, out of “distress” (K06 Financial-distress zone)"]),
        ("beneish_m", "-2.5", "-1.7", ["rose above -1.78 (K08 Earnings-manipulation screen)"]),
        ("springate_s", "0.9", "0.8", ["fell below 0.862, into “distress” (K07 Distress screens disagree)"]),
        ("piotroski_f", "3", "2", ["fell to 2 or below, into “weak” (K09 Financial strength (F-score))"]),
        ("accruals_ratio", "0.05", "-0.12", ["fell below (10.0) % (A17 High accruals)"]),
        ("gross_margin", "0.5", "0.1", []),
    ],
)  # fmt: skip
def test_a_crossed_threshold_is_named_with_its_zone_and_rule(metric_id, before, now, said):
    assert crossed(metric_id, before, now) == said


@pytest.mark.parametrize(
    ("metric_id", "before", "now", "kind"),
    [
        ("current_ratio", "1.2", "0.9", {"utility": True}),
        ("debt_to_ebitda", "3", "4.5", {"utility": True}),
        ("debt_to_ebitda", "3", "4.5", {"property_company": True}),
        ("interest_coverage", "2", "1.2", {"financial": True}),
        ("altman_z_double_prime", "2.7", "0", {"manufacturer": True}),
        ("altman_z_prime", "3.0", "0", {}),
        ("beneish_m", "-2.5", "-1.7", {"classified": False}),
    ],
)
def test_a_threshold_that_means_nothing_for_a_company_is_not_looked_at(
    metric_id, before, now, kind
):
    assert crossed(metric_id, before, now, replace(PLAIN, **kind)) == []


def test_two_limits_crossed_at_once_are_both_named_the_worsened_before_the_improved():
    now = [metric("current_ratio", "2", year(2018)), metric("interest_coverage", "1.2", year(2018))]
    before = [
        metric("current_ratio", "0.5", year(2017)),
        metric("interest_coverage", "9", year(2017)),
    ]
    found = crossings(PLAIN, now, before)
    assert [(one.limit.metric_id, one.limit.at, one.worse) for one in found.found] == [
        ("interest_coverage", Decimal("2.5"), True),
        ("interest_coverage", Decimal("1.5"), True),
        ("current_ratio", Decimal(1), False),
    ]
    assert found.compared == 2  # fmt: skip


def test_a_year_is_compared_with_a_year_and_not_with_a_quarter():
    now = [metric("interest_coverage", "1.2", year(2018))]
    before = [
        metric("interest_coverage", "9", quarter(2018, 1)),
        metric("interest_coverage", "1.3", year(2017)),
    ]
    assert crossings(PLAIN, now, before) == ((), 1)


def test_every_metric_with_a_limit_is_in_the_catalogue():
    kinds = (PLAIN, replace(PLAIN, manufacturer=True), replace(PLAIN, utility=True))
    assert {limit.metric_id for kind in kinds for limit in limits_of(kind)} <= set(BY_ID)
