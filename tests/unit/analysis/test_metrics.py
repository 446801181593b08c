"""Derived metrics: golden values, averages, and absence instead of zero."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.analysis.metrics import SPECS, derived_metrics
from tests.unit.analysis.contexts import context_of
from tests.unit.statement_builder import at, manufacturer, year


def metrics(facts=None):
    statements, whole = manufacturer()
    found = derived_metrics(context_of(statements, whole if facts is None else facts).view)
    return {(metric.metric_id, metric.period): metric for metric in found}


def test_the_catalogue_has_the_24_metrics_once_each():
    names = [spec.metric_id for spec in SPECS]
    assert (len(names), len(set(names))) == (24, 24)


@pytest.mark.parametrize(
    ("metric_id", "period", "value"),
    [
        ("operating_margin", year(2018), "0.2200"),
        ("net_margin", year(2018), "0.1633"),
        ("ebitda_unadjusted", year(2018), "8695000000"),
        ("free_cash_flow", year(2018), "4862000000"),
        ("current_ratio", at(2018), "1.8925"),
        ("quick_ratio", at(2018), "1.1393"),
        ("operating_cash_flow_ratio", year(2018), "0.8889"),
        ("debt_to_equity", at(2018), "1.4927"),
        ("roa", year(2018), "0.1436"),
        ("asset_turnover", year(2018), "0.8798"),
        ("dso", year(2018), "55.3154"),
        ("dio", year(2018), "91.8955"),
        ("dpo", year(2018), "45.1691"),
        ("ccc", year(2018), "102.0417"),
        ("revenue_growth", year(2018), "0.0350"),
        ("effective_tax_rate", year(2018), "0.2339"),
        ("accruals_ratio", year(2018), "-0.0293"),
    ],
)
def test_values_match_by_hand(metric_id, period, value):
    assert round(metrics()[metric_id, period].value, 4) == Decimal(value)


def test_a_metric_cites_every_input():
    cited = metrics()["dpo", year(2018)].fact_ids
    assert set(cited) == {
        "report-1-income_statement-r1-c0",
        "report-1-balance_sheet-r10-c0",
        "report-1-balance_sheet-r10-c1",
        "report-1-balance_sheet-r3-c0",
        "report-1-balance_sheet-r3-c1",
    }


def test_the_first_year_has_no_averages():
    found = metrics()
    assert ("roa", year(2017)) not in found
    assert ("net_margin", year(2017)) in found


@pytest.mark.parametrize("concept", ["capex", "short_term_investments", "inventory"])
def test_a_missing_input_removes_the_metric_and_never_counts_as_zero(concept):
    _, facts = manufacturer()
    left = metrics([fact for fact in facts if fact.concept != concept])
    lost = {metric_id for metric_id, _ in metrics()} - {metric_id for metric_id, _ in left}
    assert lost == {
        spec.metric_id
        for spec in SPECS
        if concept in {name.partition("@")[0] for name in spec.inputs}
        and spec.metric_id not in {"gross_margin", "interest_coverage"}
    }


def test_an_unsure_fact_feeds_no_metric():
    _, facts = manufacturer()
    unsure = [
        fact.model_copy(update={"confidence": fact.confidence.model_copy(update={"value": 0.5})})
        if fact.concept == "revenue"
        else fact
        for fact in facts
    ]
    assert ("net_margin", year(2018)) not in metrics(unsure)


@given(factor=st.sampled_from([1000, 1_000_000, 10**9]))
def test_ratios_do_not_depend_on_the_scale(factor):
    _, facts = manufacturer()
    scaled = [
        fact.model_copy(update={"value": fact.value * factor}) if fact.unit == "USD" else fact
        for fact in facts
    ]
    before, after = metrics(), metrics(scaled)
    for key, metric in before.items():
        times = factor if metric.unit == "USD" else 1
        assert abs(after[key].value - metric.value * times) <= abs(metric.value) * Decimal("1e-20")


def test_division_by_zero_gives_no_metric():
    _, facts = manufacturer()
    empty = [
        fact.model_copy(update={"value": Decimal(0)}) if fact.concept == "revenue" else fact
        for fact in facts
    ]
    found = metrics(empty)
    assert ("net_margin", year(2018)) not in found
    assert ("free_cash_flow", year(2018)) in found
