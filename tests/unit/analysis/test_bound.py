"""A number in a sentence is a figure, a calculation, a threshold, a date or a quotation; else it goes to review."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.analysis import trend, wording
from services.analysis.bound import unbound
from services.confidence.insights import RulePrior, insight_confidence, route
from services.domain.insights import Quote, Route, Severity
from tests.unit.analysis.contexts import context_of, income
from tests.unit.statement_builder import year

PERFECT = insight_confidence([], 1.0, RulePrior(99, 1))


def growing():
    """Return the context and the finding of revenue that grew from 1,000 to 1,100 after 900."""
    statement, facts = income(
        [year(2018), year(2017), year(2016)],
        ("Net sales", "revenue", 1100, 1000, 900),
        ("Income before tax", "income_before_tax", 200, 190, 180),
    )
    context = context_of([statement], facts)
    (finding,) = trend.revenue_growth(context)
    return context, finding


def with_value(finding, **values):
    return replace(finding, values=finding.values | values)


def test_the_numbers_of_a_rule_are_its_own():
    context, finding = growing()
    assert finding.values["yoy"] == "+10.0 %"
    assert unbound(finding, context) == ()


@pytest.mark.parametrize(
    ("said", "loose"),
    [
        ("+10.1 %", ("10.1%",)),
        ("10.0 bp", ("10.0bp",)),
        ("USD 1,101 m", ("1,101m",)),
        ("USD 1,100 bn", ("1,100bn",)),
        ("+10.0 % and 7 more", ("7",)),
        ("Dec 31, 2019", ("31", "2019")),
    ],
)
def test_a_number_that_is_no_figure_and_no_calculation_is_told(said, loose):
    context, finding = growing()
    assert unbound(with_value(finding, yoy=said), context) == loose


@pytest.mark.parametrize("said", ["(10.0) %", "10.0 %", "10.0", "USD (1,100) m", "Dec 31, 2018"])
def test_a_sign_is_said_by_words_and_a_period_is_no_number(said):
    context, finding = growing()
    assert unbound(with_value(finding, yoy=said), context) == ()


def test_a_number_of_a_quotation_and_its_page_are_its_own():
    context, finding = growing()
    said = with_value(
        finding, yoy="“Sales to one customer were 37 percent of all.” (page 41), 37 %"
    )
    assert unbound(said, context) == ("37%", "41", "37%")
    quote = Quote(text="Sales to one customer were 37 percent of all.", page=41)
    assert unbound(replace(said, quotes=(quote,)), context) == ()


def test_a_number_in_the_title_is_held_too():
    context, finding = growing()
    assert unbound(replace(finding, subject="USD 5,000 m"), context) == ("5,000m",)


@given(st.integers(min_value=10, max_value=10**7))
@example(1000)
@example(100)
def test_only_an_amount_of_the_finding_passes_for_one(millions):
    context, finding = growing()
    shown = wording.money(Decimal(millions) * 1_000_000)
    loose = unbound(with_value(finding, previous=shown), context)
    assert (loose == ()) is (millions in {900, 1000, 1100})


def test_an_unbound_number_never_publishes_by_itself():
    assert route(PERFECT, Severity.LOW, has_failed_check=False)[0] is Route.CFO
    where, reasons = route(PERFECT, Severity.LOW, has_failed_check=False, unbound=("10.1%",))
    assert where is Route.REVIEW
    assert reasons == ("no figure or calculation stands behind 10.1%",)
