"""K01, K03, K04 and K06: floors, cut-offs, sector limits, and proofs of absent rows."""

import pytest

from services.domain.insights import Severity
from services.extraction import tie_out
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
    assert "Working capital is USD (288) m" in found.text
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
    assert "Debt of USD 600 m is 4.80× EBITDA of USD 125 m" in text
    assert "(3.00× a year earlier), 4.32× net of cash" in text


def test_leverage_of_a_utility_may_be_two_turns_higher():
    assert insight_of(analysed(*geared((600, 300), top="Utility plant revenue")), "K03") is None


def test_leverage_needs_twelve_months():
    spans = [quarter(2018, 4), quarter(2017, 4)]
    assert "twelve months" in reason_of(analysed(*geared((600, 300), span=spans)), "K03")


def test_coverage_below_its_marks_is_graded():
    found = insight_of(analysed(*geared((100, 100))), "K04")
    assert found.severity is Severity.LOW
    assert "covers interest of USD 60.0 m 1.7×" in found.text
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
    assert "Altman Z″ (non-manufacturers) score is −0.16" in found.text
    assert "in the distress zone (2.76, safe, a year earlier)" in found.text
    assert "Weakest part: working capital / total assets, −0.33." in found.text


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


def without(found, *concepts):
    statements, facts = found
    return statements, [fact for fact in facts if fact.concept not in concepts]


def test_total_liabilities_that_are_not_printed_follow_from_assets_and_equity():
    printed = insight_of(analysed(*strained((-50, 100))), "K06")
    derived = insight_of(analysed(*without(strained((-50, 100)), "total_liabilities")), "K06")
    assert derived.calculations[1].value == printed.calculations[1].value


def test_redeemable_equity_forbids_that_derivation():
    statements, facts = without(
        strained((-50, 100), "Sales, redeemable vouchers"), "total_liabilities"
    )
    assert "redeemable equity" in reason_of(analysed(statements, facts), "K06")


def test_equity_of_the_parent_serves_where_no_total_equity_is_printed():
    statements, facts = strained((-50, 100))
    renamed = [
        fact.model_copy(update={"concept": "stockholders_equity"})
        if fact.concept == "total_equity_incl_nci"
        else fact
        for fact in facts
    ]
    assert insight_of(analysed(statements, renamed), "K06") is not None


def test_a_zone_that_one_unsure_input_could_change_is_fragile():
    statements, facts = strained((-50, 100))
    near = [
        fact.model_copy(
            update={
                "value": fact.value + 186_000_000 if fact.column == 0 else fact.value,
                "confidence": fact.confidence.model_copy(update={"value": 0.94}),
            }
        )
        if fact.concept == "operating_income"
        else fact
        for fact in facts
    ]
    found = insight_of(analysed(statements, near), "K06")
    margin = next(f.value for f in found.confidence.factors if f.name == "margin")
    assert margin == 0.60


def test_one_year_of_data_gives_a_score_without_comparison():
    statements, facts = strained((-50, 100))
    found = insight_of(analysed(statements, [f for f in facts if f.column == 0]), "K06")
    assert "a year earlier" not in found.text


def test_assets_of_zero_give_no_score():
    statements, facts = strained((-50, 100))
    empty = [
        fact.model_copy(update={"value": fact.value * 0})
        if fact.concept == "total_assets"
        else fact
        for fact in facts
    ]
    assert "not positive" in reason_of(analysed(statements, empty), "K06")


def test_a_property_company_is_not_measured_by_ebitda():
    found = analysed(*geared((600, 300), top="Rental income"))
    assert "property company" in reason_of(found, "K03")


def test_negative_ebitda_makes_the_multiple_meaningless():
    statements, facts = geared((600, 300))
    lossy = [
        fact.model_copy(update={"value": -fact.value})
        if fact.concept == "operating_income"
        else fact
        for fact in facts
    ]
    assert "EBITDA is not positive" in reason_of(analysed(statements, lossy), "K03")


def test_leverage_of_one_year_and_coverage_of_one_year_have_no_comparison():
    statements, facts = geared((600, 300))
    latest = analysed(statements, [fact for fact in facts if fact.column == 0])
    assert "earlier" not in insight_of(latest, "K03").text
    assert "earlier" not in insight_of(latest, "K04").text


def test_interest_that_is_not_positive_is_not_covered():
    statements, facts = geared((600, 300))
    income_from_interest = [
        fact.model_copy(update={"value": -fact.value})
        if fact.concept == "interest_expense"
        else fact
        for fact in facts
    ]
    assert "not positive" in reason_of(analysed(statements, income_from_interest), "K04")


def test_debt_whose_short_part_is_proved_absent_is_long_term_debt():
    statements, facts = joined(
        income(
            YEARS,
            ("Sales", "revenue", 1000, 1000),
            ("Operating income", "operating_income", 100, 100),
        ),
        balance(
            DATES,
            ("Cash", "cash_and_equivalents", 51, 62),
            ("Inventories", None, 204, 201),
            ("Total current assets", "total_current_assets", 255, 263),
            ("Accounts payable", "accounts_payable", 77, 70),
            ("Accrued salaries", None, 41, 39),
            ("Total current liabilities", "total_current_liabilities", 118, 109),
            ("Long-term debt", "long_term_debt", 600, 300),
        ),
        cash_flow(YEARS, ("Depreciation", "depreciation_amortization", 25, 25)),
    )
    found = insight_of(analysed(statements, facts), "K03")
    assert "Debt of USD 600 m is 4.80× EBITDA" in found.text
    checks = {t.tie_out_id: t.check for t in tie_out.check(statements, facts)}
    consulted = sorted(checks[tie_out_id] for tie_out_id in found.tie_outs)
    assert consulted == ["T06", "T06", "T06", "T25", "T25"]


def test_short_term_investments_count_as_liquid():
    sheet = balance(
        DATES,
        ("Cash", "cash_and_equivalents", 111, 210),
        ("Short-term investments", "short_term_investments", 88, 77),
        ("Receivables", "accounts_receivable_net", 205, 216),
        ("Total current assets", "total_current_assets", 404, 503),
        ("Total current liabilities", "total_current_liabilities", 900, 850),
    )
    assert "quick ratio is 0.45" in insight_of(analysed(*joined(sheet)), "K01").text


def test_a_low_ratio_beside_prepayments_says_what_they_are():
    deferred = ("Deferred revenue", "deferred_revenue_current", 400, 380)
    sheet = liquid((111, 210), (205, 216), (612, 801), (900, 850), deferred)
    text = insight_of(analysed(*joined(sheet)), "K01").text
    assert text.endswith("Customers' prepayments are 44 % of current liabilities and need no cash.")


def test_one_balance_sheet_date_has_no_comparison():
    statements, facts = joined(liquid((111, 210), (205, 216), (612, 801), (900, 850)))
    latest = analysed(statements, [fact for fact in facts if fact.column == 0])
    assert "fewer than two" in reason_of(latest, "K01")


def test_without_a_balance_sheet_nothing_is_said_of_its_shape():
    analysis = analysed(*joined(income(YEARS, ("Sales", "revenue", 1000, 1000))))
    assert reason_of(analysis, "K01") == "no balance sheet was read"
    assert reason_of(analysis, "K06") == "no balance sheet was read"
