"""Whole balance sheets: the part a row stands in decides what it is."""

from decimal import Decimal

from services.domain.concepts import StatementKind

from .statement_text import concepts, matches, values

BALANCE = StatementKind.BALANCE

CLASSIFIED = """
# Current assets:
Cash and cash equivalents | 445 | 300
Restricted cash | 10 | 10
Short-term investments | 200 | 100
Accounts receivable, net of allowance of $12 and $10 | 500 | 480
Unbilled receivables | 40 | 30
Inventories | 300 | 290
Prepaid expenses and other | 50 | 40
Total current assets | 1,545 | 1,250
Marketable securities, noncurrent | 100 | 80
Property, plant and equipment | 3,000 | 2,900
Less accumulated depreciation | (1,200) | (1,100)
Property, plant and equipment | 1,800 | 1,800
Goodwill | 700 | 700
Intangible assets, net | 200 | 230
Other assets | 150 | 130
Total assets | 4,495 | 4,190
# Current liabilities:
Current maturities of long-term debt | 100 | 90
Accounts payable | 300 | 310
Deferred revenue | 90 | 80
Other current liabilities | 210 | 180
Total current liabilities | 700 | 660
Long-term debt, less current maturities | 900 | 950
Deferred revenue, noncurrent | 30 | 30
Redeemable noncontrolling interest | 25 | 20
# Stockholders' equity:
Common stock, $0.01 par value; 10,000,000 shares authorized | 5 | 5
Additional paid-in capital | 1,000 | 900
Accumulated deficit | (300) | (400)
Total Widget Corp. stockholders' equity | 655 | 445
Noncontrolling interests | 35 | 30
Total equity | 690 | 475
Total liabilities, redeemable noncontrolling interest and equity | 4,495 | 4,190
"""


def test_property_is_the_row_after_accumulated_depreciation_and_not_the_gross_one():
    assert values(BALANCE, CLASSIFIED)["ppe_net"] == Decimal(1_800_000_000)


def test_the_noncurrent_part_of_deferred_revenue_and_of_securities_is_not_the_current_one():
    found = concepts(BALANCE, CLASSIFIED)

    assert found["deferred_revenue_current"] == "Deferred revenue"
    assert found["short_term_investments"] == "Short-term investments"


def test_equity_of_the_parent_and_of_all_owners_are_told_apart():
    found = values(BALANCE, CLASSIFIED)

    assert found["stockholders_equity"] == Decimal(655_000_000)
    assert found["total_equity_incl_nci"] == Decimal(690_000_000)


def test_an_accumulated_deficit_in_parentheses_is_negative():
    assert values(BALANCE, CLASSIFIED)["retained_earnings"] == Decimal(-300_000_000)


def test_the_footing_line_is_found_with_redeemable_interests_in_its_name():
    found = concepts(BALANCE, CLASSIFIED)

    assert found["total_liabilities_and_equity"].startswith("Total liabilities, redeemable")
    assert "total_liabilities" not in found


def test_without_noncontrolling_interests_total_equity_is_the_parents():
    text = """
    Total assets | 100
    Common stock | 10
    Retained earnings | 40
    Total equity | 50
    Total liabilities and equity | 100
    """
    found = concepts(BALANCE, text)

    assert found["stockholders_equity"] == "Total equity"
    assert "total_equity_incl_nci" not in found


def test_the_same_label_is_current_or_noncurrent_by_where_it_stands():
    text = """
    Total assets | 5,050
    Borrowings | 200
    Total current liabilities | 1,050
    Borrowings | 1,000
    Total non-current liabilities | 1,100
    Total liabilities | 2,150
    """
    found = values(BALANCE, text, scale=1)

    assert found["short_term_debt"] == 200
    assert found["long_term_debt"] == 1_000


def test_noncurrent_assets_printed_first_do_not_confuse_the_parts():
    text = """
    # Non-current assets
    Property, plant and equipment | 2,000 | 1,900
    Trade receivables | 70 | 60
    Total non-current assets | 2,070 | 1,960
    # Current assets
    Inventories | 500 | 480
    Trade receivables | 700 | 650
    Cash and cash equivalents | 400 | 300
    Total current assets | 1,600 | 1,430
    Total assets | 3,670 | 3,390
    """
    assert values(BALANCE, text, scale=1)["accounts_receivable_net"] == 700


def test_unlabelled_subtotals_are_named_by_heading_and_arithmetic():
    text = """
    # Current assets
    Inventories | 500 | 480
    Trade receivables | 700 | 650
    Cash and cash equivalents | 400 | 300
     | 1,600 | 1,430
    Other | 400 | 370
    Total assets | 2,000 | 1,800
    """
    found = dict(matches(BALANCE, text))

    assert found[""].concept == "total_current_assets"
    assert found[""].certainty < 0.97


def test_an_unlabelled_row_that_equals_the_later_footing_is_total_assets():
    text = """
    Cash | 100 | 90
    Other assets | 900 | 810
     | 1,000 | 900
    Accounts payable | 300 | 250
    Retained earnings | 700 | 650
    Total liabilities and stockholders' equity | 1,000 | 900
    """
    ((_, match),) = [m for m in matches(BALANCE, text) if m[0] == ""]

    assert match.concept == "total_assets"


def test_an_unlabelled_last_row_equal_to_total_assets_is_the_footing():
    text = """
    Total assets | 1,000 | 900
    Accounts payable | 300 | 250
    Retained earnings | 700 | 650
     | 1,000 | 900
    """
    assert dict(matches(BALANCE, text))[""].concept == "total_liabilities_and_equity"


def test_an_unlabelled_row_that_equals_nothing_stays_unmapped():
    text = """
    # Current assets
    Inventories | 500 | 480
    Cash | 400 | 300
     | 901 | 790
    Total assets | 2,000 | 1,800
    """
    assert dict(matches(BALANCE, text))[""].concept is None


BANK = """
Cash and due from banks | 30 | 28
Interest-bearing deposits with banks | 150 | 140
Loans | 1,000 | 950
Premises and equipment, net | 10 | 10
Goodwill | 69 | 69
Total assets | 1,547 | 1,466
Deposits | 1,200 | 1,150
Short-term borrowings | 20 | 25
Accrued expenses and other liabilities | 70 | 60
Long-term debt | 120 | 100
Total liabilities | 1,410 | 1,335
Preferred stock | 20 | 20
Common stock | 10 | 10
Retained earnings | 107 | 101
Total shareholders' equity | 137 | 131
Total liabilities and shareholders' equity | 1,547 | 1,466
"""


def test_an_unclassified_balance_sheet_reports_no_current_totals():
    found = concepts(BALANCE, BANK)

    assert not {"total_current_assets", "total_current_liabilities", "inventory"} & set(found)
    assert found["ppe_net"] == "Premises and equipment, net"
    assert found["short_term_debt"] == "Short-term borrowings"
    assert found["long_term_debt"] == "Long-term debt"


def test_a_bank_with_deposits_apart_prints_no_line_that_is_all_its_cash():
    assert "cash_and_equivalents" not in concepts(BALANCE, BANK)


def test_two_kinds_of_notes_on_an_unclassified_balance_sheet_are_candidates_only():
    text = """
    Total assets | 2,510
    Mortgage notes payable | 300
    Unsecured senior notes, net | 900
    Total liabilities | 1,300
    """
    found = dict(matches(BALANCE, text))

    assert found["Mortgage notes payable"].concept is None
    assert found["Mortgage notes payable"].candidates == ("long_term_debt",)
    assert found["Unsecured senior notes, net"].candidates == ("long_term_debt",)


def test_a_real_estate_portfolio_is_not_property_plant_and_equipment():
    text = """
    Buildings and improvements | 2,500
    Less accumulated depreciation | (600)
    Net investment in real estate | 1,900
    Total assets | 2,510
    """
    assert "ppe_net" not in concepts(BALANCE, text)


def test_capitalization_printed_before_current_liabilities_is_long_term():
    text = """
    Total assets | 27,787
    Common stock | 2
    Retained earnings | 1,267
    Total common shareholders' equity | 7,693
    Long-term debt | 10,926
    Redeemable preferred stock at redemption value | 3
    Total long-term debt | 10,929
    Total capitalization | 18,622
    Short-term debt | 1,175
    Current portion of long-term debt | 281
    Accounts payable | 254
    Total current liabilities | 2,811
    Total capitalization and liabilities | 27,787
    """
    found = values(BALANCE, text, scale=1)

    assert found["long_term_debt"] == 10_926
    assert found["short_term_debt"] == 1_175
    assert found["stockholders_equity"] == 7_693
    assert found["total_liabilities_and_equity"] == 27_787


def test_goodwill_joined_with_intangibles_is_neither():
    text = """
    Goodwill and other intangible assets, net | 6,942
    Total assets | 17,426
    """
    assert set(concepts(BALANCE, text)) == {"total_assets"}


def test_payables_joined_with_accruals_are_less_certain():
    text = """
    Accounts payable and accrued expenses | 8,748
    Total current liabilities | 9,000
    """
    certain = {m.concept: m.certainty for _, m in matches(BALANCE, text)}

    assert certain["accounts_payable"] <= 0.7


def test_totals_that_are_all_unlabelled_are_found_by_their_equality():
    text = """
    Cash and cash equivalents | 245 | 200
    Property and equipment, net | 3,000 | 2,920
     | 3,245 | 3,120
    Long-term debt, net | 1,622 | 1,611
    Redeemable noncontrolling interests | 23 | 20
    Common stock | 6 | 6
    Retained earnings | 1,294 | 1,183
    Total Casino stockholders' equity | 1,300 | 1,189
    Nonredeemable noncontrolling interests | 300 | 300
    Total stockholders' equity | 1,600 | 1,489
     | 3,245 | 3,120
    """
    found = [m.concept for label, m in matches(BALANCE, text) if label == ""]

    assert found == ["total_assets", "total_liabilities_and_equity"]
    assert values(BALANCE, text, scale=1)["total_equity_incl_nci"] == 1_600
    assert values(BALANCE, text, scale=1)["stockholders_equity"] == 1_300


def test_liabilities_under_a_noncurrent_heading_are_long_term_without_any_subtotal():
    text = """
    Total assets | 1,000
    # Non-current liabilities
    Borrowings | 300
    # Equity
    Share capital | 700
    Total equity | 700
    Total equity and liabilities | 1,000
    """
    assert values(BALANCE, text, scale=1)["long_term_debt"] == 300


def test_the_parents_equity_printed_below_the_noncontrolling_row_is_found_by_its_name():
    text = """
    Common stock | 10
    Retained earnings | 40
    Noncontrolling interests | 5
    Total equity attributable to owners of the parent | 50
    Total equity | 55
    Total liabilities and equity | 100
    """
    found = values(BALANCE, text, scale=1)

    assert (found["stockholders_equity"], found["total_equity_incl_nci"]) == (50, 55)
