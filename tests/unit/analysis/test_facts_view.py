"""Access to facts: the surest, the comparable period, and reasons for what is missing."""

from datetime import date

import pytest

from services.analysis.facts_view import Absent, FactsView, Missing
from services.domain.concepts import StatementKind
from services.domain.confidence import FactConfidence
from services.domain.periods import Period
from services.domain.reports import Scenario
from services.extraction import tie_out
from tests.unit.analysis.contexts import balance, income
from tests.unit.statement_builder import SURE, at, build, manufacturer, quarter, year


def sales(value, confidence=SURE, **changes):
    rows = [("Sales", "revenue", value)]
    return build(StatementKind.INCOME, [year(2018)], rows, confidence=confidence, **changes)[1]


def test_the_surest_of_two_readings_is_taken():
    unsure = FactConfidence(value=0.8, concept=0.9, period=0.99, unit=0.99)
    view = FactsView([*sales(1, unsure, name="other"), *sales(2)])
    assert view.get("revenue", year(2018)).printed_value == 2


def test_segments_do_not_stand_for_the_whole():
    found = FactsView(sales(7, basis="segment")).get("revenue", year(2018))
    assert found == Missing("no Revenue for Year to Dec 31, 2018 was read")


@pytest.mark.parametrize(
    "change", [{"scenario": Scenario.BUDGET}, {"scenario": Scenario.FORECAST}, {"member": "East"}]
)
def test_plans_and_parts_do_not_stand_for_actual_figures_of_the_whole_now_or_earlier(change):
    planned = [fact.model_copy(update=change) for fact in sales(7)]
    missing = Missing("no Revenue for Year to Dec 31, 2018 was read")
    assert FactsView(planned).get("revenue", year(2018)) == missing
    assert FactsView([], history=planned).get("revenue", year(2018)) == missing


def test_a_fact_below_medium_confidence_is_not_used_and_says_so():
    unsure = FactConfidence(value=0.5, concept=1, period=1, unit=1)
    found = FactsView(sales(7, unsure)).get("revenue", year(2018))
    assert found == Missing("Revenue for Year to Dec 31, 2018 is read with confidence 0.50 only")


def test_the_reports_own_figure_stands_before_an_earlier_reports():
    own, earlier = sales(2), sales(1, report_id="older")
    assert FactsView(own, earlier).get("revenue", year(2018)).printed_value == 2
    assert FactsView([], earlier).get("revenue", year(2018)).printed_value == 1


def test_a_year_of_53_weeks_is_compared_with_the_52_weeks_before():
    long = Period(start=date(2017, 1, 29), end=date(2018, 2, 3))
    short = Period(start=date(2016, 1, 31), end=date(2017, 1, 28))
    facts = income([long, short], ("Sales", "revenue", 9, 8))[1]
    assert FactsView(facts).year_before("revenue", long) == short


def test_a_quarter_is_not_compared_with_the_quarter_before():
    facts = income([quarter(2023, 2), quarter(2023, 1)], ("Sales", "revenue", 9, 8))[1]
    assert FactsView(facts).year_before("revenue", quarter(2023, 2)) is None


def test_a_year_comes_before_the_quarter_that_ends_with_it():
    facts = income([quarter(2018, 4), year(2018)], ("Sales", "revenue", 9, 30))[1]
    assert FactsView(facts).durations(StatementKind.INCOME) == [year(2018), quarter(2018, 4)]


def test_a_footed_block_proves_that_a_row_does_not_exist():
    statement, facts = balance(
        [at(2018), at(2017)],
        ("Cash", "cash_and_equivalents", 111, 210),
        ("Inventories", "inventory", 205, 216),
        ("Total current assets", "total_current_assets", 316, 426),
    )
    view = FactsView(facts, tie_outs=tie_out.check([statement], facts))
    found = view.absent("short_term_investments", at(2018))
    assert isinstance(found, Absent)
    assert "total current assets foots without such a row" in found.reason


def test_a_block_that_was_not_footed_proves_nothing():
    statement, facts = balance(
        [at(2018), at(2017)],
        ("Cash", "cash_and_equivalents", 111, 210),
        ("Total current assets", "total_current_assets", 316, 426),
    )
    view = FactsView(facts, tie_outs=tie_out.check([statement], facts))
    assert isinstance(view.absent("short_term_investments", at(2018)), Missing)


def test_a_printed_balance_is_returned_as_it_is():
    statements, facts = manufacturer()
    view = FactsView(facts, tie_outs=tie_out.check(statements, facts))
    assert view.absent("short_term_debt", at(2018)).printed_value == 1211
    assert [d.end.year for d in view.balance_dates()] == [2018, 2017]
