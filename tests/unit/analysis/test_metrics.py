"""Derived metrics: golden values, averages, and absence instead of zero."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.analysis.metric_catalogue import SPECS
from services.analysis.metrics import derived_metrics
from tests.unit.analysis.contexts import balance, cash_flow, context_of, income, joined
from tests.unit.statement_builder import at, manufacturer, year


def metrics(facts=None):
    statements, whole = manufacturer()
    context = context_of(statements, whole if facts is None else facts)
    found = derived_metrics(context.view, context.profile)
    return {(metric.metric_id, metric.period): metric for metric in found}


def test_every_metric_of_the_catalogue_stands_there_once():
    names = [spec.metric_id for spec in SPECS]
    assert len(names) == len(set(names)) >= 24 + 5


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
        ("debt_to_ebitda", year(2018), "1.6817"),
        ("net_debt_to_ebitda", year(2018), "1.3098"),
        ("retention_ratio", year(2018), "0.4031"),
        ("altman_z_double_prime", year(2018), "6.5062"),
        ("springate_s", year(2018), "1.7855"),
        ("zmijewski_x", year(2018), "-0.8582"),
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
    whole = {metric_id for metric_id, _ in metrics()}
    need = {s.metric_id for s in SPECS if concept in {n.partition("@")[0] for n in s.inputs}}
    assert whole - {metric_id for metric_id, _ in left} == need & whole
    assert need & whole


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


def profiled(**changes):
    statements, facts = manufacturer()
    context = context_of(statements, facts)
    profile = replace(context.profile, **changes)
    return {metric.metric_id for metric in derived_metrics(context.view, profile)}


@pytest.mark.parametrize("kind", ["financial", "property_company"])
def test_a_screen_is_not_made_for_companies_its_sample_left_out(kind):
    screens = {spec.metric_id for spec in SPECS if spec.screen}
    assert profiled() & screens
    assert not profiled(**{kind: True}) & screens


def test_a_multiple_of_ebitda_means_nothing_for_a_bank():
    assert "debt_to_ebitda" in profiled()
    assert "debt_to_ebitda" not in profiled(financial=True)


def credit_example(ebit):
    names = {
        "operating_income": ebit, "depreciation_amortization": 30, "long_term_debt": 500,
        "short_term_debt": 0, "cash_and_equivalents": 25, "short_term_investments": 0,
    }  # fmt: skip
    statements, facts = joined(
        income([year(2018)], ("Operating income", "operating_income", ebit)),
        cash_flow([year(2018)], ("Depreciation", "depreciation_amortization", 30)),
        balance([at(2018)], *((name, name, names[name]) for name in list(names)[2:])),
    )
    context = context_of(statements, facts)
    found = derived_metrics(context.view, context.profile)
    return {metric.metric_id: metric.value for metric in found}


def test_the_published_credit_example_has_four_and_three_point_eight_turns():
    found = credit_example(95)
    assert found["debt_to_ebitda"] == 4
    assert found["net_debt_to_ebitda"] == Decimal("3.8")


def test_a_multiple_of_a_negative_ebitda_is_not_shown():
    assert "debt_to_ebitda" not in credit_example(-40)
