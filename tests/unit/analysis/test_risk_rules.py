"""K01, K03, K04 and K06: floors, cut-offs, sector limits, and proofs of absent rows."""

import pytest

from services.domain.insights import Severity
from tests.unit.analysis.contexts import (
    analysed,
    balance,
    cash_flow,
    income,
    insight_of,
    joined,
    reason_of,
)
from tests.unit.statement_builder import at, manufacturer, quarter, year

YEARS = [year(2018), year(2017)]
DATES = [at(2018), at(2017)]


def liquid(cash, due, assets, owed, *extra, other=None):
    rest = other or tuple(
        total - left - right for total, left, right in zip(assets, cash, due, strict=True)
    )
    return balance(
        DATES,
        ("Cash", "cash_and_equivalents", *cash),
        ("Receivables", "accounts_receivable_net", *due),
        ("Inventories", None, *rest),
        ("Total current assets", "total_current_assets", *assets),
        *extra,
        ("Total current liabilities", "total_current_liabilities", *owed),
    )


def test_low_and_falling_liquidity_is_high():
    found = insight_of(
        analysed(*joined(liquid((111, 210), (205, 216), (612, 801), (900, 850)))), "K01"
    )
    assert found.severity is Severity.HIGH
    assert "The quick ratio is 0.35 at Dec 31, 2018 (0.50 at Dec 31, 2017)" in found.text
    assert "current ratio below 1, quick ratio below 0.7, cash ratio below 0.2" in found.text
    assert "Working capital is $(288) million" in found.text
    assert found.tie_outs


def test_ample_liquidity_is_quiet():
    analysis = analysed(*joined(liquid((511, 510), (405, 416), (1612, 1601), (900, 850))))
    assert insight_of(analysis, "K01") is None
    assert reason_of(analysis, "K01") is None


def test_an_open_question_on_investments_is_not_answered_with_zero():
    sheet = balance(
        DATES,
        ("Cash", "cash_and_equivalents", 111, 210),
        ("Short-term investments and deposits", None, 88, 77),
        ("Receivables", "accounts_receivable_net", 205, 216),
        ("Total current assets", "total_current_assets", 404, 503),
        ("Total current liabilities", "total_current_liabilities", 900, 850),
    )
    analysis = analysed(*joined(sheet))
    assert insight_of(analysis, "K01") is None
    assert "Short-term investments" in reason_of(analysis, "K01")


def test_prepaid_subscriptions_explain_a_low_ratio_that_does_not_worsen():
    deferred = ("Deferred revenue", "deferred_revenue_current", 400, 380)
    sheet = liquid((311, 210), (205, 216), (712, 601), (900, 850), deferred)
    assert insight_of(analysed(*joined(sheet)), "K01") is None


def test_an_unclassified_balance_sheet_has_no_liquidity_ratios():
    sheet = balance(
        DATES,
        ("Deposits", None, 900, 800),
        ("Loans, net of allowance for loan losses", None, 700, 650),
        ("Federal funds sold", None, 70, 65),
        ("Total assets", "total_assets", 2000, 1900),
    )
    analysis = analysed(*joined(sheet))
    for rule in ("K01", "K03", "K04", "K06", "A13", "R03", "R04"):
        assert reason_of(analysis, rule)
    assert "bank or insurer" in reason_of(analysis, "K01")


def geared(debt, *, top="Sales", span=YEARS):
    return joined(
        income(
            span,
            (top, "revenue", 1000, 1000),
            ("Operating income", "operating_income", 100, 100),
            ("Interest expense", "interest_expense", 60, 20),
        ),
        balance(
            DATES,
            ("Cash", "cash_and_equivalents", 50, 60),
            ("Short-term investments", "short_term_investments", 10, 10),
            ("Short-term debt", "short_term_debt", 40, 30),
            ("Long-term debt", "long_term_debt", *debt),
        ),
        cash_flow(span, ("Depreciation", "depreciation_amortization", 25, 25)),
    )


@pytest.mark.parametrize(
    ("debt", "severity"), [(460, None), (461, Severity.MEDIUM), (711, Severity.HIGH)]
)
def test_leverage_follows_the_lending_markers(debt, severity):
    found = insight_of(analysed(*geared((debt, 300))), "K03")
    assert (found.severity if found else None) is severity


def test_leverage_shows_net_debt_and_the_year_before():
    text = insight_of(analysed(*geared((560, 345))), "K03").text
    assert "Debt of $600 million is 4.80× EBITDA of $125 million" in text
    assert "(3.00× a year earlier), 4.32× net of cash" in text


def test_leverage_of_a_utility_may_be_two_turns_higher():
    assert insight_of(analysed(*geared((600, 300), top="Utility plant revenue")), "K03") is None


def test_leverage_needs_twelve_months():
    spans = [quarter(2018, 4), quarter(2017, 4)]
    assert "twelve months" in reason_of(analysed(*geared((600, 300), span=spans)), "K03")


def test_coverage_below_its_marks_is_graded():
    found = insight_of(analysed(*geared((100, 100))), "K04")
    assert found.severity is Severity.LOW
    assert "covers interest of $60.0 million 1.7×" in found.text
    assert "(5.0× a year earlier)" in found.text


@pytest.mark.parametrize(
    ("operating", "severity"), [(59, Severity.CRITICAL), (89, Severity.HIGH), (150, None)]
)
def test_coverage_severity(operating, severity):
    statements = income(
        YEARS,
        ("Sales", "revenue", 1000, 1000),
        ("Operating income", "operating_income", operating, 100),
        ("Interest expense", "interest_expense", 60, 20),
    )
    found = insight_of(analysed(*joined(statements)), "K04")
    assert (found.severity if found else None) is severity


def strained(retained, first="Sales"):
    return joined(
        income(
            YEARS,
            (first, "revenue", 500, 500),
            ("Operating income", "operating_income", 10, 60),
        ),
        balance(
            DATES,
            ("Total current assets", "total_current_assets", 300, 400),
            ("Total assets", "total_assets", 1000, 1000),
            ("Total current liabilities", "total_current_liabilities", 350, 250),
            ("Total liabilities", "total_liabilities", 800, 500),
            ("Retained earnings", "retained_earnings", *retained),
            ("Total equity", "total_equity_incl_nci", 200, 500),
        ),
    )


def test_a_score_in_the_distress_zone_is_high_and_names_its_weakest_part():
    found = insight_of(analysed(*strained((-50, 100))), "K06")
    assert found.severity is Severity.HIGH
    assert "Altman Z″ (non-manufacturers) score is -0.16" in found.text
    assert "in the distress zone (2.76, safe, a year earlier)" in found.text
    assert "Weakest part: working capital / total assets (-0.33)." in found.text


def test_a_utility_is_read_with_caution():
    found = insight_of(analysed(*strained((-50, 100), "Utility plant revenue")), "K06")
    assert found.severity is Severity.MEDIUM
    assert found.text.endswith("read its direction, not its level.")


def test_a_manufacturer_gets_the_manufacturer_score():
    found = insight_of(analysed(*strained((-50, 100), "Sales of manufactured goods")), "K06")
    assert "Z′ (private manufacturers)" in found.text


def test_a_safe_score_is_quiet():
    analysis = analysed(*manufacturer())
    assert insight_of(analysis, "K06") is None
    assert reason_of(analysis, "K06") is None


def test_a_missing_input_of_the_score_is_named():
    statements, facts = strained((-50, 100))
    kept = [fact for fact in facts if fact.concept != "retained_earnings"]
    assert "Retained earnings" in reason_of(analysed(statements, kept), "K06")
