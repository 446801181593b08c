"""Whole cash-flow statements: totals, signs, and what stands beside what."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.domain.concepts import StatementKind

from .statement_text import concepts, matches, values

CASH = StatementKind.CASH_FLOW

UNSIGNED = """
# Operating activities
Net loss | (22,000) | (19,244)
Depreciation and amortization | 3,000 | 2,800
Stock-based compensation | 5,000 | 4,000
Net cash used in operating activities | 13,600 | 10,964
# Investing activities
Capital expenditures | 2,000 | 1,500
Net cash used in investing activities | 6,000 | 5,500
# Financing activities
Taxes paid related to net share settlement of equity awards | (500) | (400)
Repurchases of common stock | (1,000) | (900)
Net cash provided by financing activities | 28,500 | 18,700
Effect of exchange rate changes on cash | (10) | (20)
Net increase in cash and cash equivalents | 8,890 | 2,216
Cash and cash equivalents, beginning of period | 10,000 | 7,784
Cash and cash equivalents, end of period | 18,890 | 10,000
# Cash paid for:
Interest | 800 | 700
Income taxes, net of refunds | 60 | 50
# Non-cash investing and financing activities
Property and equipment purchases in accounts payable | 300 | 200
"""


def test_flows_used_but_printed_without_a_sign_are_negative_when_that_ties():
    found = values(CASH, UNSIGNED, scale=1)

    assert found["cash_from_operations"] == -13_600
    assert found["cash_from_investing"] == -6_000
    assert found["cash_from_financing"] == 28_500


def test_flows_used_keep_their_sign_when_that_ties():
    text = """
    Net cash used in operating activities | 100
    Net cash used in investing activities | (60)
    Net cash used in financing activities | (30)
    Net increase in cash | 10
    """
    assert values(CASH, text, scale=1)["cash_from_operations"] == 100


def test_capex_is_positive_whichever_way_it_is_printed():
    assert values(CASH, UNSIGNED, scale=1)["capex"] == 2_000
    signed = UNSIGNED.replace(
        "Capital expenditures | 2,000 | 1,500", "Capital expenditures | (2,000) | (1,500)"
    )
    assert values(CASH, signed, scale=1)["capex"] == 2_000


def test_buybacks_are_positive_and_tax_withholding_is_none_of_them():
    found = concepts(CASH, UNSIGNED)

    assert found["share_repurchases"] == "Repurchases of common stock"
    assert values(CASH, UNSIGNED, scale=1)["share_repurchases"] == 1_000


def test_interest_and_taxes_under_a_cash_paid_heading_are_the_amounts_paid():
    found = values(CASH, UNSIGNED, scale=1)

    assert (found["interest_paid"], found["income_taxes_paid"]) == (800, 60)


def test_totals_are_preferred_to_their_continuing_and_discontinued_parts():
    text = """
    Net cash provided by operating activities from continuing operations | 32,922
    Net cash used in operating activities from discontinued operations | (343)
    Net cash provided by operating activities | 32,579
    Net cash used in investing activities from continuing operations | (22,534)
    Net cash used in investing activities | (22,546)
    Net cash used in financing activities | (9,816)
    Net increase in cash and cash equivalents | 217
    """
    found = values(CASH, text, scale=1)

    assert found["cash_from_operations"] == 32_579
    assert found["cash_from_investing"] == -22_546


def test_a_continuing_total_counts_less_surely_where_it_is_the_only_one():
    text = """
    Net cash provided by continuing operating activities | 841
    Net cash used in continuing investing activities | (200)
    Net cash used in continuing financing activities | (100)
    """
    certain = {m.concept: m.certainty for _, m in matches(CASH, text) if m.concept}

    assert certain["cash_from_operations"] == pytest.approx(0.85)


def test_the_adjustments_to_reconcile_are_not_a_total():
    text = """
    Net income | 300
    Adjustments to reconcile net income to net cash provided by operating activities | 123
    Net cash provided by operating activities | 423
    """
    assert values(CASH, text, scale=1)["cash_from_operations"] == 423


def test_cash_generated_before_interest_and_tax_gives_way_to_net_cash():
    text = """
    Cash generated from operations | 1,630
    Interest paid | (140)
    Income taxes paid | (280)
    Net cash from operating activities | 1,210
    Purchase of property, plant and equipment | (400)
    Purchase of intangible assets | (60)
    Net cash used in investing activities | (460)
    Purchase of own shares | (100)
    Dividends paid to equity holders of the company | (300)
    Dividends paid to non-controlling interests | (10)
    Net cash used in financing activities | (410)
    Net increase in cash and cash equivalents | 340
    """
    found = values(CASH, text, scale=1)

    assert found["cash_from_operations"] == 1_210
    assert found["interest_paid"] == 140
    assert found["income_taxes_paid"] == 280
    assert found["capex"] == 400
    assert found["dividends_paid"] == 300
    assert found["share_repurchases"] == 100


def test_unlabelled_totals_are_named_by_heading_and_arithmetic():
    text = """
    # CASH FLOWS FROM OPERATING ACTIVITIES
    Net income | 820 | 1,263
    Depreciation and amortization | 649 | 636
     | 1,469 | 1,899
    # CASH FLOWS FROM INVESTING ACTIVITIES
    Construction expenditures | (2,297) | (1,764)
    Proceeds from sale of assets | 608 | 480
     | (1,689) | (1,284)
    # CASH FLOWS FROM FINANCING ACTIVITIES
    Issuance of long-term debt | 800 | 1,118
    Common dividends paid | (467) | (428)
     | 333 | 690
    Net increase in cash and cash equivalents | 113 | 1,305
    """
    found = values(CASH, text, scale=1)

    assert found["cash_from_operations"] == 1_469
    assert found["cash_from_investing"] == -1_689
    assert found["cash_from_financing"] == 333
    assert found["capex"] == 2_297


def test_a_condensed_statement_without_all_totals_is_still_read():
    text = """
    Net income | 815 | 1,058
    Depreciation, amortization, and impairment | 625 | 586
    Net cash provided by operating activities | 1,526 | 1,261
    Purchase of property, plant, and equipment | (527) | (526)
    Dividends paid | (732) | (723)
    Share buy-back/cancellations | (601) | (432)
    Net decrease in cash and cash equivalents | (75) | (161)
    Cash and cash equivalents at the end of the period | 775 | 689
    """
    found = values(CASH, text, scale=1)

    assert found["depreciation_amortization"] == 625
    assert found["capex"] == 527
    assert found["dividends_paid"] == 732
    assert found["share_repurchases"] == 601
    assert found["net_change_in_cash"] == -75


def test_a_decrease_printed_without_a_sign_is_negative():
    text = """
    Net cash provided by financing activities | 1
    Decrease in cash and cash equivalents | 75
    Cash and cash equivalents, beginning of year | 850
    Cash and cash equivalents, end of year | 775
    """
    assert values(CASH, text, scale=1)["net_change_in_cash"] == -75


def test_under_the_direct_method_the_addbacks_of_the_reconciliation_count():
    text = """
    Cash receipts from customers | 313,662
    Interest paid | (2,239)
    Income taxes paid | (4,116)
    Net cash provided by operating activities | 16,177
    Purchases of property and equipment | (2,727)
    Net cash used in investing activities | (5,047)
    Dividends paid | (2,907)
    Net cash used in financing activities | (10,516)
    Net increase in cash and cash equivalents | 614
    # Reconciliation of net income to net cash provided by operating activities:
    Net income | 4,165
    Depreciation and amortization | 4,247
    Stock-based compensation | 447
    Net cash provided by operating activities | 16,177
    """
    found = values(CASH, text, scale=1)

    assert found["depreciation_amortization"] == 4_247
    assert found["stock_based_compensation"] == 447
    assert found["capex"] == 2_727
    assert found["interest_paid"] == 2_239


def test_depreciation_alone_counts_when_no_amortization_of_intangibles_stands_beside_it():
    text = """
    Net income | 100
    Depreciation | 654
    Amortization of debt issuance costs | 5
    Net cash provided by operating activities | 759
    """
    assert values(CASH, text, scale=1)["depreciation_amortization"] == 654


def test_two_lines_of_capital_expenditures_without_a_total_are_candidates_only():
    text = """
    Capital expenditures for regulated plant | (100)
    Capital expenditures for other plant | (20)
    Net cash used in investing activities | (120)
    """
    found = [m for _, m in matches(CASH, text)]

    assert found[0].concept is None
    assert found[0].candidates == ("capex",)
    assert found[1].candidates == ("capex",)


@given(st.integers(1, 10**6), st.integers(1, 10**6), st.integers(1, 10**6))
def test_the_mapped_totals_add_to_the_change_whatever_way_outflows_are_printed(
    operating: int, investing: int, financing: int
):
    change = operating - investing - financing
    text = f"""
    Net cash provided by operating activities | {operating}
    Net cash used in investing activities | {investing}
    Net cash used in financing activities | {financing}
    Net increase (decrease) in cash | {f"({-change})" if change < 0 else change}
    """
    found = values(CASH, text, scale=1)

    assert abs(found["cash_from_investing"]) == Decimal(investing)
    total = (
        found["cash_from_operations"] + found["cash_from_investing"] + found["cash_from_financing"]
    )
    slack = Decimal("0.05") * max(operating, investing, financing) + 2
    assert abs(total - change) <= slack


def test_financing_printed_before_investing_does_not_confuse_the_parts():
    text = """
    Net income | 72
    Depreciation, amortization, and other | 14
    Net cash from operations | 86
    Common stock repurchased | (32)
    Common stock cash dividends paid | (18)
    Net cash used in financing | (50)
    Additions to property and equipment | (23)
    Purchases of investments | (14)
    Net cash used in investing | (37)
    Net change in cash and cash equivalents | (1)
    """
    found = values(CASH, text, scale=1)

    assert found["cash_from_financing"] == -50
    assert found["cash_from_investing"] == -37
    assert (found["capex"], found["share_repurchases"], found["dividends_paid"]) == (23, 32, 18)


def test_the_short_words_of_a_management_workbook_are_understood():
    text = """
    Net Income | 100
    Depreciation & Amortization | 20
    Operating Cash Flow | 120
    CapEx | (30)
    Investing Cash Flow | (30)
    Dividends | (10)
    Financing Cash Flow | (10)
    Net Change in Cash | 80
    """
    found = concepts(CASH, text)

    assert found["cash_from_operations"] == "Operating Cash Flow"
    assert found["capex"] == "CapEx"
    assert found["cash_from_investing"] == "Investing Cash Flow"
    assert found["cash_from_financing"] == "Financing Cash Flow"
    assert found["net_change_in_cash"] == "Net Change in Cash"


def test_without_all_totals_the_heading_says_the_activity():
    text = """
    Net cash provided by operating activities | 100
    # Investing activities
    Purchases of property and equipment | (40)
    # Financing activities
    Purchases of common stock | (20)
    Net increase in cash and cash equivalents | 40
    """
    found = values(CASH, text, scale=1)

    assert (found["capex"], found["share_repurchases"]) == (40, 20)


def test_flows_used_without_a_sign_are_negative_when_nothing_can_be_tied():
    assert values(CASH, "Net cash used in operating activities | 100", scale=1) == {
        "cash_from_operations": Decimal(-100)
    }


def test_an_unlabelled_row_that_does_not_add_up_is_no_activity_total():
    text = """
    # CASH FLOWS FROM OPERATING ACTIVITIES
    Net income | 820 | 1,263
    Depreciation and amortization | 649 | 636
     | 1,499 | 1,899
    """
    assert "cash_from_operations" not in concepts(CASH, text)


def test_a_decrease_without_a_sign_stays_positive_when_the_balances_say_so():
    text = """
    Decrease in cash and cash equivalents | 75
    Cash and cash equivalents, beginning of year | 700
    Cash and cash equivalents, end of year | 775
    """
    assert values(CASH, text, scale=1)["net_change_in_cash"] == 75
