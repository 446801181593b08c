"""A01, A02, A03 and A13: each fires on what it is for, and stays quiet otherwise."""

from decimal import Decimal

import pytest

from services.analysis.residual import likely_cause
from services.domain.insights import Route, Severity
from services.domain.reports import Scenario
from tests.unit.analysis.contexts import (
    analysed,
    balance,
    income,
    insight_of,
    joined,
    reason_of,
)
from tests.unit.statement_builder import altered, at, manufacturer, year


def wrong(fact_id, value):
    statements, facts = manufacturer()
    return analysed(statements, altered(facts, fact_id, value))


def test_a_balance_sheet_that_does_not_balance_is_critical_and_goes_to_review():
    found = insight_of(wrong("report-1-balance_sheet-r21-c0", 36400), "A01")
    assert found.severity is Severity.CRITICAL
    assert found.route is Route.REVIEW
    assert found.has_failed_check
    assert found.amount == Decimal(100_000_000)
    assert "USD 36.5 bn differ from total liabilities and equity of USD 36.4 bn" in found.text
    assert "check the reading of 'Total liabilities and equity' first" in found.text


def test_a_subtotal_that_does_not_foot_names_the_gap_and_its_likely_cause():
    found = insight_of(wrong("report-1-balance_sheet-r3-c0", 4663), "A02")
    assert found.amount == Decimal(297_000_000)
    assert found.severity is Severity.MEDIUM
    assert found.route is Route.REVIEW
    assert "is USD 297 m below the sum of its 5 rows" in found.text
    assert "Possible cause: a misread number" in found.text
    assert found.chart.kind == "waterfall"


def test_a_budget_that_does_not_foot_is_no_finding_about_the_company():
    statements, facts = manufacturer()
    planned = [f.model_copy(update={"scenario": Scenario.BUDGET}) for f in facts]
    analysis = analysed(statements, altered(planned, "report-1-balance_sheet-r3-c0", 4663))
    assert [insight for insight in analysis.insights if insight.rule_id == "A02"] == []


def test_an_activity_that_does_not_reconcile_is_high():
    found = insight_of(wrong("report-1-cash_flow_statement-r9-c0", -6107), "A03")
    assert found.severity is Severity.HIGH
    assert found.route is Route.REVIEW
    assert "add up to USD 394 m for the year to Dec 31, 2018" in found.text
    assert "USD 594 m is unexplained" in found.text


def test_closing_cash_that_does_not_roll_forward_is_told_as_such():
    found = insight_of(wrong("report-1-cash_flow_statement-r13-c0", 2553), "A03")
    assert "Opening cash plus the change gives USD 2,853 m" in found.text


def test_statements_that_agree_raise_no_alarm():
    analysis = analysed(*manufacturer())
    assert not {"A01", "A02", "A03"} & {insight.rule_id for insight in analysis.insights}


def test_missing_totals_are_an_answer_and_not_a_zero():
    sheet = balance([at(2018)], ("Cash", "cash_and_equivalents", 10))
    analysis = analysed(*joined(sheet))
    assert reason_of(analysis, "A01").startswith("total assets, or total liabilities and equity")
    assert "no printed subtotal" in reason_of(analysis, "A02")
    assert "activities" in reason_of(analysis, "A03")


def cause_of(gap, **printed):
    _, facts = manufacturer()
    by_id = {fact.fact_id: fact for fact in facts}
    total, *members = [by_id[f"report-1-balance_sheet-r{row}-c0"] for row in (5, 0, 1, 2, 3, 4)]
    total = total.model_copy(update={"printed_value": Decimal(printed.get("total", 13709))})
    return likely_cause(Decimal(gap) * 1_000_000, total, members, (1, 1, 1, 1, 1)).words


@pytest.mark.parametrize(
    ("gap", "total", "cause"),
    [
        (90, 13799, "one digit of 'Total current assets': 13,799 where 13,709 would add up"),
        (81, 13790, "two digits of 'Total current assets' transposed: 13,790 where 13,709"),
        (-760, 12949, "the sign of 'Marketable securities, current'"),
        (-380, 13329, "'Marketable securities, current' not being part of the sum"),
        (-1117, 12592, "a misread number, or a row printed for this period only"),
    ],
)
def test_the_residual_suggests_its_cause(gap, total, cause):
    assert cause_of(gap, total=total).startswith(cause)


def receivable_case(due, sales=1000):
    return joined(
        income(
            [year(2018), year(2017)],
            ("Sales", "revenue", sales, 1000),
            ("Before tax", "income_before_tax", 100, 100),
        ),
        balance(
            [at(2018), at(2017)],
            ("Receivables", "accounts_receivable_net", due, 100),
            ("Total assets", "total_assets", 900, 900),
        ),
    )


def test_receivables_that_outgrow_revenue_are_measured_against_expectation():
    found = insight_of(analysed(*receivable_case(150, 1100)), "A13")
    assert found.amount == Decimal(40_000_000)
    assert found.severity is Severity.CRITICAL
    assert "+50.0 % against +10.0 % for revenue" in found.text
    assert "from 36.5 to 49.8" in found.text
    assert {item.role for item in found.evidence} >= {"receivables, Dec 31, 2018"}


def test_receivables_that_grow_with_revenue_are_quiet():
    analysis = analysed(*receivable_case(110, 1100))
    assert insight_of(analysis, "A13") is None
    assert reason_of(analysis, "A13") is None


def test_growth_below_performance_materiality_is_quiet():
    statements, facts = receivable_case(122)
    facts = [
        f.model_copy(update={"value": f.value * 100, "printed_value": f.printed_value * 100})
        if f.concept == "income_before_tax"
        else f
        for f in facts
    ]
    assert insight_of(analysed(statements, facts), "A13") is None


def test_several_failing_subtotals_of_a_column_are_one_finding():
    statements, facts = manufacturer()
    facts = altered(facts, "report-1-balance_sheet-r5-c0", 14709)
    found = insight_of(analysed(statements, facts), "A02")
    assert "one more subtotal of that column fails with it" in found.text
    assert len(set(found.tie_outs)) >= 2
