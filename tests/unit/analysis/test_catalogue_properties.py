"""Gate 6 on the whole catalogue: no scale changes a ratio or score, and a missing input is never zero."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.analysis.facts_view import FactsView, Missing
from services.analysis.metric_catalogue import SPECS
from services.analysis.metric_spec import Spec
from services.analysis.metrics import Measured, measure
from services.analysis.scores import DistressInputs, ohlson
from services.domain.concepts import CONCEPTS, Unit
from services.domain.reports import Fact
from tests.factories import a_fact, fiscal_year, year_end

LAST, YEARS = 2018, 3
CLOSE = Decimal("1e-15")
WHOLE = {
    "total_equity": ("total_equity_incl_nci", "stockholders_equity"),
    "total_income": ("net_income_incl_nci", "net_income"),
}
"""What either of two concepts can give."""
MONEY = [name for name, concept in CONCEPTS.items() if concept.unit is Unit.MONEY]
amounts = st.decimals(min_value=1, max_value=10**6, places=0)
signed = amounts | amounts.map(lambda amount: -amount)


def value(spec: Spec, values: dict[str, Decimal]) -> Decimal | None:
    """Return a metric, None where it has no meaning for these amounts."""
    try:
        return spec.value(values)
    except ArithmeticError:
        return None


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.metric_id)
@settings(max_examples=25)
@given(data=st.data(), factor=st.sampled_from([Decimal(1000), Decimal(10**6), Decimal("0.001")]))
def test_no_scale_of_the_money_changes_a_ratio_or_score(spec, data, factor):
    values = {name: data.draw(signed, label=name) for name in spec.inputs}
    scaled = {
        name: amount if name.startswith("shares") else amount * factor
        for name, amount in values.items()
    }
    before, after = value(spec, values), value(spec, scaled)
    if before is None or after is None:
        assert before is after is None
        return
    expected = before * (factor if spec.unit == "USD" else 1)
    assert abs(after - expected) <= CLOSE * max(abs(expected), 1)


@settings(max_examples=50)
@given(inputs=st.tuples(*[signed] * 5, *[amounts] * 4), before=signed, factor=st.integers(2, 10**6))
def test_the_logit_score_keeps_its_value_only_with_its_deflator(inputs, before, factor):
    plain = DistressInputs(*inputs)
    scaled = DistressInputs(*(amount * factor for amount in inputs))
    score = ohlson(plain, before, Decimal(1))
    deflated = ohlson(scaled, before * factor, Decimal(factor))
    bare = ohlson(scaled, before * factor, Decimal(1))
    assert abs(deflated - score) <= CLOSE * max(abs(score), 1)
    assert abs(score - bare - Decimal("0.407") * Decimal(factor).ln()) <= CLOSE * max(abs(score), 1)


def whole() -> list[Fact]:
    """Return a fact of every concept for three years, of amounts for which every metric has a meaning."""
    amounts = {name: 9000 - 40 * place for place, name in enumerate(CONCEPTS)}
    amounts |= {
        "capex": 900,
        "net_income": 7000,
        "cost_of_revenue": 5000,
        "stockholders_equity": 9000,
    }
    return [
        a_fact(name, LAST - back, Decimal(amount - 7 * back) * 1_000_000)
        for name, amount in amounts.items()
        for back in range(YEARS)
    ]  # fmt: skip


def measured(spec: Spec, facts: list[Fact]) -> Measured | Missing:
    instant = all(CONCEPTS[_concepts(name)[0]].instant for name in spec.inputs)
    return measure(FactsView(facts), spec, year_end(LAST) if instant else fiscal_year(LAST))


def _concepts(name: str) -> tuple[str, ...]:
    base = name.partition("@")[0]
    return WHOLE.get(base, (base,))


def _dropped(facts: list[Fact], name: str) -> list[Fact]:
    year = LAST - int(name.partition("@")[2] or 0)
    return [f for f in facts if f.concept not in _concepts(name) or f.period.end.year != year]


CASES = [(spec, name) for spec in SPECS for name in spec.inputs]


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.metric_id)
def test_every_metric_of_the_catalogue_is_computed_from_a_whole_report(spec):
    found = measured(spec, whole())
    assert isinstance(found, Measured)
    assert found.value == spec.value(found.amounts())


@pytest.mark.parametrize(("spec", "name"), CASES, ids=lambda case: getattr(case, "metric_id", case))
def test_without_any_one_input_a_metric_says_why_it_is_not_computed(spec, name):
    found = measured(spec, _dropped(whole(), name))
    assert isinstance(found, Missing), found
    assert found.reason


@pytest.mark.parametrize(("spec", "name"), CASES, ids=lambda case: getattr(case, "metric_id", case))
def test_an_input_that_is_only_guessed_counts_as_missing(spec, name):
    year = LAST - int(name.partition("@")[2] or 0)
    facts = [
        fact.model_copy(update={"confidence": fact.confidence.model_copy(update={"value": 0.3})})
        if fact.concept in _concepts(name) and fact.period.end.year == year
        else fact
        for fact in whole()
    ]
    assert isinstance(measured(spec, facts), Missing)


@given(factor=st.sampled_from([1000, 10**6]))
@settings(max_examples=4)
def test_facts_at_another_scale_give_the_same_ratios(factor):
    facts = whole()
    scaled = [
        fact.model_copy(update={"value": fact.value * factor}) if fact.concept in MONEY else fact
        for fact in facts
    ]
    for spec in SPECS:
        before, after = measured(spec, facts), measured(spec, scaled)
        assert isinstance(before, Measured)
        assert isinstance(after, Measured)
        times = factor if spec.unit == "USD" else 1
        assert abs(after.value - before.value * times) <= CLOSE * abs(before.value * times)
