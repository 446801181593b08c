"""Whole income statements: which of several like rows is meant, and how its sign is read."""

from decimal import Decimal

import pytest

from services.domain.concepts import StatementKind

from .statement_text import concepts, matches, values

INCOME = StatementKind.INCOME


def labels(text: str) -> dict[str, str]:
    return concepts(INCOME, text)


DISCONTINUED = """
# Net sales:
Products | 800 | 700
Services | 200 | 150
Total net sales | 1,000 | 850
# Cost of sales:
Products | 500 | 450
Services | 90 | 80
Total cost of sales | 590 | 530
Gross margin | 410 | 320
# Operating expenses:
Research and development | 50 | 45
Selling, general and administrative | 100 | 90
Total operating expenses | 150 | 135
Operating income | 260 | 185
# Other income (expense)
Interest income | 5 | 4
Interest expense | (20) | (18)
Other, net | (3) | 2
Income from continuing operations before income taxes | 242 | 173
Benefit (provision) for income taxes | (60) | (40)
Income from continuing operations | 182 | 133
Income (loss) from discontinued operations, net of tax | (10) | 5
Net income | 172 | 138
Less: Net income attributable to noncontrolling interests | 2 | 3
Net income attributable to Widget, Inc. | 170 | 135
# Basic earnings per share:
Continuing operations | 1.80 | 1.30
Discontinued operations | (0.10) | 0.05
Net income | 1.70 | 1.35
# Diluted earnings per share:
Continuing operations | 1.78 | 1.28
Discontinued operations | (0.10) | 0.05
Net income | 1.68 | 1.33
# Weighted-average shares outstanding:
Basic | 100,000 | 100,000
Diluted | 101,200 | 101,500
"""


def test_the_total_of_sales_and_of_their_cost_counts_and_not_its_components():
    found = labels(DISCONTINUED)

    assert found["revenue"] == "Total net sales"
    assert found["cost_of_revenue"] == "Total cost of sales"


def test_the_parents_net_income_and_the_whole_one_are_told_apart():
    found = values(INCOME, DISCONTINUED)

    assert found["net_income"] == Decimal(170_000_000)
    assert found["net_income_incl_nci"] == Decimal(172_000_000)


def test_total_eps_is_preferred_to_continuing_and_discontinued():
    found = values(INCOME, DISCONTINUED)

    assert found["eps_basic"] == Decimal("1.70")
    assert found["eps_diluted"] == Decimal("1.68")


def test_a_tax_printed_as_a_deduction_is_an_expense():
    assert values(INCOME, DISCONTINUED)["income_tax_expense"] == Decimal(60_000_000)


def test_interest_printed_in_parentheses_is_a_positive_cost():
    assert values(INCOME, DISCONTINUED)["interest_expense"] == Decimal(20_000_000)


def test_costs_printed_negative_are_stored_positive():
    text = """
    Net sales | 3,909 | 3,673
    Cost of sales | (3,115) | (2,951)
    Gross profit | 794 | 722
    Selling, general, and administrative expenses | (342) | (329)
    Research and development expenses | (24) | (25)
    Operating income | 428 | 368
    """
    found = values(INCOME, text)

    assert found["cost_of_revenue"] == Decimal(3_115_000_000)
    assert found["sga"] == Decimal(342_000_000)
    assert found["research_and_development"] == Decimal(24_000_000)
    assert found["gross_profit"] == Decimal(794_000_000)


@pytest.mark.parametrize(
    ("label", "pretax", "printed", "net", "expense"),
    [
        ("Income tax benefit", "(22,377)", "(377)", "(22,000)", -377),
        ("Income tax benefit", "(22,377)", "377", "(22,000)", -377),
        ("Provision for income taxes", "100", "25", "75", 25),
        ("Provision for income taxes", "100", "(25)", "75", 25),
        ("Income tax expense (benefit)", "100", "(25)", "125", -25),
        ("Benefit (provision) for income taxes", "100", "25", "125", -25),
        ("Income taxes", "(100)", "(25)", "(75)", -25),
    ],
)
def test_the_sign_of_tax_is_decided_by_arithmetic(
    label: str, pretax: str, printed: str, net: str, expense: int
):
    text = f"""
    Income (loss) before income taxes | {pretax}
    {label} | {printed}
    Net income (loss) | {net}
    """
    assert values(INCOME, text, scale=1)["income_tax_expense"] == expense


@pytest.mark.parametrize(
    ("label", "printed", "expense"),
    [
        ("Income tax benefit (expense)", "(25)", 25),
        ("Income tax (benefit) expense", "25", 25),
        ("Income tax expense (benefit)", "(25)", -25),
        ("(Benefit) provision for income taxes", "(25)", -25),
        ("Benefit (provision) for income taxes", "25", -25),
    ],
)
def test_without_arithmetic_the_bracketed_word_says_the_sign_of_tax(
    label: str, printed: str, expense: int
):
    assert values(INCOME, f"{label} | {printed}", scale=1)["income_tax_expense"] == expense


@pytest.mark.parametrize(
    ("label", "printed", "expense"),
    [
        ("Interest (income) expense, net", "(4,378)", -4378),
        ("Interest expense (income), net", "467", 467),
        ("Interest income (expense), net", "(12)", 12),
        ("Interest expense, net", "(35)", 35),
        ("Interest, net", "466", 466),
    ],
)
def test_a_net_interest_line_is_read_as_its_words_say(label: str, printed: str, expense: int):
    assert values(INCOME, f"{label} | {printed}", scale=1)["interest_expense"] == expense


def test_a_net_interest_line_is_no_expense_where_gross_interest_is_printed_too():
    text = """
    Interest expense | 20
    Interest income | 5
    Interest expense, net | 15
    """
    assert labels(text)["interest_expense"] == "Interest expense"


def test_a_net_interest_line_beside_interest_income_alone_is_not_taken():
    text = """
    Interest income | 5
    Interest expense, net | 15
    """
    assert "interest_expense" not in labels(text)


BANK = """
# Interest income
Loans, including fees | 9,000 | 8,000
Total interest income | 10,000 | 8,900
# Interest expense
Deposits | 1,500 | 900
Long-term debt | 500 | 400
Total interest expense | 2,000 | 1,300
Net interest income | 8,000 | 7,600
# Noninterest income
Service charges | 700 | 650
Total noninterest income | 700 | 650
Total revenue | 8,700 | 8,250
Provision for credit losses | 600 | 300
# Noninterest expense
Technology, communications and equipment expense | 100 | 90
Personnel | 3,000 | 2,900
Total noninterest expense | 3,000 | 2,900
Income before income tax expense | 5,100 | 5,050
Income tax expense | 1,100 | 1,050
Net income | 4,000 | 4,000
Less: Preferred stock dividends and other | 200 | 190
Net income applicable to common stock | 3,800 | 3,810
# Per share information
Earnings per common share | 3.82 | 3.74
Diluted earnings per common share | 3.80 | 3.72
Average common shares outstanding | 995.0 | 1,018.9
Diluted average common shares outstanding | 1,000.0 | 1,024.5
"""


def test_a_banks_total_net_revenue_and_total_interest_expense_count():
    found = labels(BANK)

    assert found["revenue"] == "Total revenue"
    assert found["interest_expense"] == "Total interest expense"
    assert not {"cost_of_revenue", "gross_profit", "operating_income"} & set(found)


def test_net_income_is_taken_before_preferred_dividends():
    assert values(INCOME, BANK)["net_income"] == Decimal(4_000_000_000)
    assert "net_income_incl_nci" not in labels(BANK)


def test_per_share_rows_without_basic_are_basic_when_the_next_is_diluted():
    found = values(INCOME, BANK)

    assert (found["eps_basic"], found["eps_diluted"]) == (Decimal("3.82"), Decimal("3.80"))
    assert found["shares_basic_wavg"] == Decimal("995000000")


def test_ifrs_words_are_understood_and_profit_for_the_year_splits():
    text = """
    Revenue | 5,000 | 4,500
    Cost of sales | (3,000) | (2,700)
    Gross profit | 2,000 | 1,800
    Distribution costs | (300) | (280)
    Administrative expenses | (400) | (380)
    Operating profit | 1,300 | 1,140
    Finance income | 30 | 20
    Finance costs | (150) | (140)
    Profit before taxation | 1,180 | 1,020
    Taxation | (300) | (260)
    Profit for the year | 880 | 760
    # Attributable to:
    Owners of the parent | 850 | 740
    Non-controlling interests | 30 | 20
    # Earnings per share
    Basic | 0.44 | 0.38
    Diluted | 0.43 | 0.37
    """
    found = values(INCOME, text)

    assert found["net_income"] == Decimal(850_000_000)
    assert found["net_income_incl_nci"] == Decimal(880_000_000)
    assert found["income_tax_expense"] == Decimal(300_000_000)
    assert found["interest_expense"] == Decimal(150_000_000)
    assert "sga" not in found


def test_earnings_per_share_in_cents_are_not_mapped_as_dollars():
    text = """
    Net income | 880
    # Earnings per share (in cents)
    Basic | 44.0
    Diluted | 43.5
    """
    assert set(labels(text)) == {"net_income"}


def test_a_loss_per_share_basic_and_diluted_at_once_is_diluted():
    text = """
    Net loss | (22,000)
    Net loss per share, basic and diluted | (0.50)
    Weighted-average shares used in computing net loss per share, basic and diluted | 44,000,123
    """
    found = values(INCOME, text, scale=1000)

    assert found["eps_diluted"] == Decimal("-0.50")
    assert found["shares_diluted_wavg"] == Decimal(44_000_123)


def test_net_sales_give_way_to_the_total_with_membership_fees():
    text = """
    Net sales | 200
    Membership fees | 4
    Total revenue | 204
    Merchandise costs | 178
    """
    found = labels(text)

    assert found["revenue"] == "Total revenue"
    assert found["cost_of_revenue"] == "Merchandise costs"


def test_two_components_of_cost_without_a_total_are_candidates_only():
    text = """
    Revenue | 100
    Cost of products | 40
    Cost of services | 20
    """
    found = dict(matches(INCOME, text))

    assert found["Cost of products"].concept is None
    assert found["Cost of products"].candidates == ("cost_of_revenue",)
    assert found["Cost of services"].candidates == ("cost_of_revenue",)


def test_an_unlabelled_row_between_cost_and_expenses_is_gross_profit_by_arithmetic():
    text = """
    Sales | 1,000 | 900
    Cost of sales | (600) | (550)
     | 400 | 350
    General and administrative expense | (100) | (90)
    """
    ((_, match),) = [m for m in matches(INCOME, text) if m[0] == ""]

    assert match.concept == "gross_profit"
    assert match.reason == "unlabelled total found by arithmetic"
    assert match.certainty < 0.97


def test_an_unlabelled_row_that_does_not_add_up_stays_unmapped():
    text = """
    Sales | 1,000 | 900
    Cost of sales | (600) | (550)
     | 410 | 350
    """
    assert dict(matches(INCOME, text))[""].concept is None


def test_an_unlabelled_sum_under_a_revenue_heading_is_revenue():
    text = """
    # Revenues
    Products | 800 | 700
    Services | 200 | 150
     | 1,000 | 850
    # Costs
    Operating | 500 | 400
    """
    assert labels(text)["revenue"] == ""


def test_the_last_pretax_line_before_tax_counts_when_two_are_printed():
    text = """
    Income before income taxes and equity in earnings of affiliates | 90
    Equity in earnings of affiliates | 10
    Income before income taxes | 100
    Provision for income taxes | 25
    Net income | 75
    """
    assert labels(text)["income_before_tax"] == "Income before income taxes"


def test_the_first_net_income_counts_when_comprehensive_income_follows():
    text = """
    Net income | 75
    # Other comprehensive income
    Net income | 76
    Foreign currency translation | 5
    Comprehensive income | 80
    """
    assert values(INCOME, text, scale=1)["net_income"] == 75


def test_net_income_attributable_to_common_shareholders_counts_where_it_is_the_only_one():
    text = """
    Income before income taxes | 1,008
    Provision for income taxes | 188
    Net income attributable to common shareholders | 820
    # Basic earnings per share
    Net income attributable to common shareholders | 4.51
    # Diluted earnings per share
    Net income attributable to common shareholders | 4.50
    # Weighted-average common shares outstanding
    Basic | 182
    Diluted | 182
    """
    found = values(INCOME, text)

    assert found["net_income"] == Decimal(820_000_000)
    assert (found["eps_basic"], found["eps_diluted"]) == (Decimal("4.51"), Decimal("4.50"))
    assert found["shares_basic_wavg"] == Decimal(182_000_000)


def test_the_words_of_a_management_workbook_are_understood():
    text = """
    Revenue | 1,000 | 900
    COGS | 600 | 550
    Gross Profit | 400 | 350
    SG&A | 150 | 140
    R&D | 50 | 45
    EBITDA | 220 | 185
    Depreciation & Amortization | 20 | 20
    EBIT | 200 | 165
    Interest | 10 | 10
    EBT | 190 | 155
    Taxes | 40 | 35
    Net Profit | 150 | 120
    """
    assert concepts(INCOME, text) == {
        "revenue": "Revenue",
        "cost_of_revenue": "COGS",
        "gross_profit": "Gross Profit",
        "sga": "SG&A",
        "research_and_development": "R&D",
        "operating_income": "EBIT",
        "interest_expense": "Interest",
        "income_before_tax": "EBT",
        "income_tax_expense": "Taxes",
        "net_income": "Net Profit",
    }


def test_a_row_repeated_with_other_numbers_is_less_certain():
    text = """
    Gross profit | 400 | 350
    Gross profit | 500 | 450
    """
    (certainty,) = [m.certainty for _, m in matches(INCOME, text) if m.concept]

    assert certainty < 0.85


def test_small_decimals_that_are_no_result_per_share_are_not_eps():
    text = """
    Net income | 400 | 350
    Premium per mile | 0.05 | 0.04
    Weighted average price at which equity is raised | 12.50 | 11.75
    """
    assert set(concepts(INCOME, text)) == {"net_income"}


def test_the_tax_sign_nearer_to_the_result_counts_when_rounding_allows_both():
    text = """
    Income before income taxes | 2 | 2
    Income tax expense | (1) | (1)
    Net income | 1 | 1
    """
    assert values(INCOME, text, scale=1)["income_tax_expense"] == 1


def test_without_arithmetic_a_tax_in_parentheses_among_costs_in_parentheses_is_an_expense():
    text = """
    Cost of sales | (600)
    Income tax expense | (40)
    """
    assert values(INCOME, text, scale=1)["income_tax_expense"] == 40


def test_weighted_shares_under_headings_of_basic_and_diluted_earnings_are_told_apart():
    text = """
    Net income attributable to Carrier | 20,000
    # Basic Earnings Per Common Share
    Net income attributable to Carrier | 5.00
    Weighted-average shares outstanding (in millions) | 4,000
    # Diluted Earnings Per Common Share
    Net income attributable to Carrier | 4.98
    Weighted-average shares outstanding (in millions) | 4,016
    """
    found = values(INCOME, text)

    assert (found["eps_basic"], found["eps_diluted"]) == (Decimal("5.00"), Decimal("4.98"))
    assert found["shares_basic_wavg"] == Decimal(4_000_000_000)
    assert found["shares_diluted_wavg"] == Decimal(4_016_000_000)


def test_earnings_per_share_without_saying_which_are_candidates_only():
    text = """
    Net income | 400 | 350
    Earnings per share | 4.00 | 3.50
    """
    found = dict(matches(INCOME, text))

    assert found["Earnings per share"].concept is None
    assert found["Earnings per share"].candidates == ("eps_basic", "eps_diluted")


def test_shares_outstanding_on_a_day_are_no_weighted_average():
    text = """
    Net income | 400 | 350
    Shares outstanding | 1,126 | 1,136
    """
    assert set(concepts(INCOME, text)) == {"net_income"}


def test_plain_net_income_below_the_noncontrolling_row_is_the_parents():
    text = """
    Consolidated net income | 100
    Less: Noncontrolling interests | 10
    Net income | 90
    """
    found = values(INCOME, text, scale=1)

    assert found["net_income"] == 90
    assert found["net_income_incl_nci"] == 100


def test_plain_net_income_above_the_noncontrolling_row_is_not_the_parents():
    text = """
    Net income | 100
    Noncontrolling interests | 10
    """
    found = values(INCOME, text, scale=1)

    assert "net_income" not in found
    assert found["net_income_incl_nci"] == 100


def test_the_parents_net_income_is_found_by_arithmetic_under_an_unknown_name():
    text = """
    Net income | 100
    Less noncontrolling interests | 10
    Result of the owners | 90
    """
    found = values(INCOME, text, scale=1)

    assert found["net_income"] == 90
    assert found["net_income_incl_nci"] == 100


def test_earnings_of_the_noncontrolling_interests_are_not_the_whole():
    text = """
    Net earnings attributable to redeemable and noncontrolling interests | 10
    Net earnings attributable to the parent | 90
    """
    found = values(INCOME, text, scale=1)

    assert found["net_income"] == 90
    assert "net_income_incl_nci" not in found


def test_continuing_eps_counts_less_surely_where_it_is_the_only_one():
    text = """
    Net income | 400
    # Diluted earnings per share
    Income from continuing operations | 4.00
    """
    certain = {m.concept: m.certainty for _, m in matches(INCOME, text) if m.concept}

    assert certain["eps_diluted"] == pytest.approx(0.8)


def test_among_several_totals_per_share_the_sum_of_the_parts_counts():
    text = """
    Net income | 400
    # Diluted earnings per share
    Continuing operations | 4.00
    Discontinued operations | 0.50
    Net income | 4.50
    Other data | 9.99
    """
    assert values(INCOME, text)["eps_diluted"] == Decimal("4.50")


def test_large_numbers_below_a_per_share_heading_are_no_amounts_per_share():
    text = """
    Net income | 400
    # Earnings per share
    Basic | 4.00
    Diluted | 3.96
    Basic | 100,000,000
    Diluted | 101,010,101
    """
    found = values(INCOME, text)

    assert found["eps_basic"] == Decimal("4.00")
    assert found["shares_basic_wavg"] == Decimal(100_000_000)


def test_cents_below_a_heading_of_shares_are_amounts_per_share():
    text = """
    Net income | 400
    # Weighted average shares
    Basic | 100,000
    Diluted | 101,010
    Basic | 4.00
    Diluted | 3.96
    """
    found = values(INCOME, text)

    assert found["eps_diluted"] == Decimal("3.96")
    assert found["shares_diluted_wavg"] == Decimal(101_010_000)


def test_an_unlabelled_sum_under_a_cost_heading_is_cost_of_revenue():
    text = """
    Revenue | 1,000 | 900
    # Cost of sales
    Products | 400 | 350
    Services | 200 | 150
     | 600 | 500
    # Expenses
    General | 100 | 90
    """
    assert concepts(INCOME, text)["cost_of_revenue"] == ""
