"""Tie-outs: every check passes on statements that agree, fails when they do not, and says why it cannot."""

from datetime import date
from decimal import Decimal

import pytest

from services.domain.concepts import StatementKind
from services.domain.periods import Period
from services.domain.reports import Scenario, TieOutStatus
from services.extraction import tie_out
from tests.unit.statement_builder import altered, at, build, manufacturer, quarter, year

PASS, FAIL = TieOutStatus.PASS, TieOutStatus.FAIL
ROUNDING, OPEN = TieOutStatus.PASS_ROUNDING, TieOutStatus.NOT_APPLICABLE
INCOME, BALANCE, CASH = StatementKind.INCOME, StatementKind.BALANCE, StatementKind.CASH_FLOW


def verdicts(statements, facts, check):
    return [t for t in tie_out.check(statements, facts) if t.check == check]


def one(kind, columns, rows, check, **changes):
    statement, facts = build(kind, columns, rows, **changes)
    return verdicts([statement], facts, check)


def test_no_check_fails_on_statements_that_agree():
    statements, facts = manufacturer()
    assert [t.sentence for t in tie_out.check(statements, facts) if t.status is FAIL] == []


@pytest.mark.parametrize(
    "check",
    ["T01", "T02", "T03", "T04", "T05", "T06", "T08", "T09", "T11", "T12", "T13", "T14", "T15"],
)
def test_each_check_is_made_and_passes_on_statements_that_agree(check):
    statements, facts = manufacturer()
    assert PASS in {t.status for t in verdicts(statements, facts, check)}


@pytest.mark.parametrize(
    ("check", "fact_id", "wrong"),
    [
        ("T01", "report-1-balance_sheet-r21-c0", 36400),
        ("T02", "report-1-balance_sheet-r20-c0", 9948),
        ("T03", "report-1-balance_sheet-r6-c0", 8800),
        ("T04", "report-1-balance_sheet-r14-c0", 5900),
        ("T05", "report-1-balance_sheet-r19-c0", 99),
        ("T06", "report-1-balance_sheet-r2-c0", 5200),
        ("T08", "report-1-income_statement-r6-c0", 7270),
        ("T11", "report-1-cash_flow_statement-r11-c0", -310),
        ("T12", "report-1-cash_flow_statement-r13-c0", 2553),
        ("T13", "report-1-cash_flow_statement-r13-c0", 2553),
        ("T14", "report-1-cash_flow_statement-r0-c0", 5636),
        ("T15", "report-1-income_statement-r13-c0", 5885),
    ],
)
def test_each_check_fails_on_the_number_that_breaks_it(check, fact_id, wrong):
    statements, facts = manufacturer()
    failed = [
        t for t in verdicts(statements, altered(facts, fact_id, wrong), check) if t.status is FAIL
    ]
    assert failed
    assert fact_id in {fact for t in failed for fact in (*t.members, t.total)}


def test_a_table_of_very_many_rows_is_not_searched_for_subtotals_and_that_is_said():
    rows = [(f"Row {i}", None, i) for i in range(tie_out.MAX_ROWS + 1)]
    (long,) = one(StatementKind.OTHER, [year(2018)], rows, "T06")
    assert long.status is OPEN
    assert long.sentence.endswith("because the table has more than 1,000 rows.")


def test_plans_that_give_totals_only_do_not_hide_which_rows_add_up():
    rows = [
        ("Products", None, 600, None, None, 550),
        ("Services", None, 400, None, None, 350),
        ("Total", None, 1000, 1100, 1050, 900),
    ]
    statement, facts = build(StatementKind.INCOME, [year(2018)] * 4, rows)
    scenarios = (Scenario.ACTUAL, Scenario.BUDGET, Scenario.FORECAST, Scenario.PRIOR_YEAR)
    columns = tuple(
        column.model_copy(update={"scenario": scenario})
        for column, scenario in zip(statement.columns, scenarios, strict=True)
    )
    planned = statement.model_copy(update={"columns": columns})
    assert [t.status for t in verdicts([planned], facts, "T06")] == [PASS, PASS]


def test_a_failed_subtotal_names_the_gap_and_leaves_the_other_column_passing():
    statements, facts = manufacturer()
    wrong = altered(facts, "report-1-balance_sheet-r2-c0", 5200)
    total = "report-1-balance_sheet-r5"
    found = {t.total: t for t in verdicts(statements, wrong, "T06")}
    assert found[f"{total}-c0"].status is FAIL
    assert found[f"{total}-c0"].difference == Decimal(-180_000_000)
    assert found[f"{total}-c0"].tolerance == Decimal(2_000_000)
    assert found[f"{total}-c1"].status is PASS
    assert "-180 million is unexplained" in found[f"{total}-c0"].sentence


def test_a_missing_row_makes_the_balance_check_not_applicable_and_never_zero():
    found = one(BALANCE, [at(2018)], [("Total assets", "total_assets", 36500)], "T01")
    assert [t.status for t in found] == [OPEN]
    assert "no row was read as total liabilities and equity" in found[0].sentence
    assert found[0].difference is None


@pytest.mark.parametrize(("gap", "status"), [(0, PASS), (1, PASS), (2, ROUNDING), (3, FAIL)])
def test_one_unit_passes_two_are_rounding_three_fail(gap, status):
    rows = [
        ("Total assets", "total_assets", 36500),
        ("Total liabilities and equity", "total_liabilities_and_equity", 36500 + gap),
    ]
    assert [t.status for t in one(BALANCE, [at(2018)], rows, "T01")] == [status]


def test_only_consolidated_statements_are_held_to_the_identities():
    rows = [
        ("Total assets", "total_assets", 36500),
        ("Total liabilities and equity", "total_liabilities_and_equity", 100),
    ]
    assert one(BALANCE, [at(2018)], rows, "T01", basis="segment") == []


GROSS = [
    ("Revenue", "revenue", 900),
    ("Cost of revenue", "cost_of_revenue", 500),
    ("Gross profit", "gross_profit", 400),
]


def test_gross_profit_passes_directly():
    assert [t.status for t in one(INCOME, [year(2018)], GROSS, "T07")] == [PASS]


def test_gross_profit_fails_when_nothing_else_is_printed_between():
    rows = [*GROSS[:2], ("Gross profit", "gross_profit", 450)]
    found = one(INCOME, [year(2018)], rows, "T07")
    assert [(t.status, t.difference) for t in found] == [(FAIL, Decimal(50_000_000))]


def test_gross_profit_is_not_judged_across_rows_of_unknown_meaning():
    rows = [*GROSS[:2], ("Amortization", None, 70), ("Gross profit", "gross_profit", 350)]
    assert [t.status for t in one(INCOME, [year(2018)], rows, "T07")] == [OPEN]


def test_gross_profit_of_two_cost_rows_is_proved_by_the_discovered_sum():
    rows = [
        ("Revenue", "revenue", 900, 800),
        ("Cost of products", "cost_of_revenue", 300, 280),
        ("Cost of services", None, 200, 170),
        ("Gross profit", "gross_profit", 400, 350),
    ]
    found = one(INCOME, [year(2018), year(2017)], rows, "T07")
    assert [t.status for t in found] == [PASS, PASS]
    assert found[0].weights == (1, -1, -1)


def test_net_income_below_an_equity_method_row_is_proved_with_it():
    rows = [
        ("Income before tax", "income_before_tax", 700),
        ("Tax", "income_tax_expense", 163),
        ("Equity in earnings of affiliates", None, 22),
        ("Net income", "net_income", 559),
    ]
    assert [t.status for t in one(INCOME, [year(2018)], rows, "T09")] == [PASS]


def test_net_income_below_rows_that_do_not_add_up_is_not_called_wrong():
    rows = [
        ("Income before tax", "income_before_tax", 700),
        ("Tax", "income_tax_expense", 163),
        ("Equity in earnings of affiliates", None, 31),
        ("Net income", "net_income", 559),
    ]
    assert [t.status for t in one(INCOME, [year(2018)], rows, "T09")] == [OPEN]


def test_net_income_fails_when_only_tax_stands_between():
    rows = [
        ("Income before tax", "income_before_tax", 700),
        ("Tax", "income_tax_expense", 163),
        ("Net income", "net_income", 573),
    ]
    found = one(INCOME, [year(2018)], rows, "T09")
    assert [(t.status, t.difference) for t in found] == [(FAIL, Decimal(36_000_000))]


@pytest.mark.parametrize(("total", "status"), [(520, PASS), (560, FAIL)])
def test_comprehensive_income_is_net_income_plus_other(total, status):
    rows = [
        ("Net income", "net_income", 537),
        ("Other comprehensive loss, net of tax", None, -17),
        ("Comprehensive income", None, total),
    ]
    assert [t.status for t in one(INCOME, [year(2018)], rows, "T10")] == [status]


def test_comprehensive_income_alone_is_not_judged():
    rows = [("Comprehensive income", None, 520)]
    assert [t.status for t in one(INCOME, [year(2018)], rows, "T10")] == [OPEN]


def test_the_exchange_rate_row_belongs_to_the_change_in_cash():
    statements, facts = manufacturer()
    found = verdicts(statements, facts, "T11")[0]
    assert found.status is PASS
    assert "report-1-cash_flow_statement-r10-c0" in found.members


def test_discontinued_rows_keep_the_activities_from_being_called_wrong():
    rows = [
        ("Net cash from operating activities", "cash_from_operations", 6439),
        ("Net cash from investing activities", "cash_from_investing", 222),
        ("Net cash from financing activities", "cash_from_financing", -6701),
        ("Net cash from discontinued operations, see note", None, 11),
        ("Net change in cash", "net_change_in_cash", -200),
    ]
    assert [t.status for t in one(CASH, [year(2018)], rows, "T11")] == [OPEN]


def test_a_missing_activity_makes_the_check_not_applicable():
    rows = [
        ("Net cash from operating activities", "cash_from_operations", 6439),
        ("Net change in cash", "net_change_in_cash", -200),
    ]
    found = one(CASH, [year(2018)], rows, "T11")
    assert [t.status for t in found] == [OPEN]
    assert "one of the three activities was not read" in found[0].sentence


def closing(label, value, change=-200, opening=3053):
    return [
        ("Net change in cash", "net_change_in_cash", change),
        ("Cash at beginning of year", None, opening),
        (label, None, value),
    ]


def test_restricted_cash_rows_on_the_balance_sheet_explain_closing_cash():
    cash, flows = build(
        CASH, [year(2018)], closing("Cash and restricted cash at end of year", 2853)
    )
    rows = [
        ("Cash and cash equivalents", "cash_and_equivalents", 2800),
        ("Restricted cash", None, 53),
    ]
    sheet, balances = build(BALANCE, [at(2018)], rows)
    found = verdicts([cash, sheet], [*flows, *balances], "T13")
    assert [t.status for t in found] == [PASS]
    assert len(found[0].members) == 2


def test_restricted_cash_that_no_row_shows_is_not_a_failure():
    cash, flows = build(CASH, [year(2018)], closing("Cash and restricted cash, ending", 2853))
    sheet, balances = build(BALANCE, [at(2018)], [("Cash", "cash_and_equivalents", 2800)])
    found = verdicts([cash, sheet], [*flows, *balances], "T13")
    assert [t.status for t in found] == [OPEN]


def test_opening_cash_that_differs_while_both_years_reconcile_was_reclassified():
    rows = [
        ("Net change in cash", "net_change_in_cash", -200, 655),
        ("Cash at beginning of year", None, 3128, 2398),
        ("Cash at end of year", None, 2928, 3053),
    ]
    found = one(CASH, [year(2018), year(2017)], rows, "T12")
    assert sorted(t.status for t in found) == [OPEN, PASS, PASS]


def test_opening_cash_that_reconciles_with_nothing_fails():
    rows = [
        ("Net change in cash", "net_change_in_cash", -200, 655),
        ("Cash at beginning of year", None, 3128, 2398),
        ("Cash at end of year", None, 2853, 3053),
    ]
    found = one(CASH, [year(2018), year(2017)], rows, "T12")
    assert [t.status for t in found].count(FAIL) == 2


def test_eps_of_a_company_with_preferred_dividends_is_not_judged():
    rows = [
        ("Net income", "net_income", 10000),
        ("Preferred dividends", None, 400),
        ("Basic EPS", "eps_basic", 3.2),
        ("Average basic shares", "shares_basic_wavg", 3000.0),
    ]
    basic = one(INCOME, [quarter(2022, 2)], rows, "T15")[0]
    assert basic.status is OPEN
    assert "preferred" in basic.sentence


def test_eps_that_misses_by_half_fails_even_beside_preferred_dividends():
    rows = [
        ("Net income", "net_income", 10000),
        ("Preferred dividends", None, 400),
        ("Basic EPS", "eps_basic", 3.2),
        ("Average basic shares", "shares_basic_wavg", 3.0),
    ]
    assert one(INCOME, [quarter(2022, 2)], rows, "T15")[0].status is FAIL


def test_eps_that_misses_by_a_thousand_fails():
    rows = [
        ("Net income", "net_income", 5349),
        ("Basic EPS", "eps_basic", 9.09),
        ("Average basic shares", "shares_basic_wavg", 0.5885),
    ]
    assert one(INCOME, [year(2018)], rows, "T15")[0].status is FAIL


def test_tie_out_ids_are_the_same_on_every_run():
    statements, facts = manufacturer()
    first = [t.tie_out_id for t in tie_out.check(statements, facts)]
    assert first == [t.tie_out_id for t in tie_out.check(statements, list(reversed(facts)))]
    assert len(first) == len(set(first))


def test_a_blank_cell_in_a_broken_sum_is_named_instead_of_judged():
    rows = [
        ("Cash", None, None, 3053),
        ("Receivables", None, 5020, 4911),
        ("Inventories", None, 4366, 4034),
        ("Total current assets", None, 13709, 11998),
    ]
    found = one(BALANCE, [at(2018), at(2017)], rows, "T06")
    assert {t.status for t in found} == {OPEN, PASS}
    assert any("blank" in t.sentence for t in found)


def test_a_cash_flow_without_net_income_or_income_statement_is_not_compared():
    missing = one(CASH, [year(2018)], [("Depreciation", None, 5)], "T14")
    assert "does not start from net income" in missing[0].sentence
    alone = one(CASH, [year(2018)], [("Net income", None, 5)], "T14")
    assert "no income statement of that period" in alone[0].sentence
    assert {missing[0].status, alone[0].status} == {OPEN}


def test_missing_earnings_parts_are_named():
    found = one(INCOME, [year(2018)], [("Net income", "net_income", 5)], "T15")
    assert [t.status for t in found] == [OPEN, OPEN]
    assert "no basic EPS and weighted shares was read" in found[0].sentence


def property_rows(net):
    return [
        ("Property, plant and equipment, gross", None, 25000, 24000, 23000),
        ("Less: accumulated depreciation", None, -16262, -15134, -14500),
        ("Property, plant and equipment, net", "ppe_net", net, 8866, 8500),
    ]


def test_net_property_is_what_is_left_after_depreciation():
    columns = [at(2018), at(2017), at(2016)]
    right = one(BALANCE, columns, property_rows(8738), "T18")
    assert [t.status for t in right] == [PASS, PASS, PASS]
    wrong = one(BALANCE, columns, property_rows(8838), "T18")
    assert [t.status for t in wrong] == [FAIL, PASS, PASS]


def test_total_assets_below_zero_fail_and_a_deficit_does_not():
    rows = [("Total assets", "total_assets", -5), ("Accumulated deficit", "retained_earnings", -7)]
    found = one(BALANCE, [at(2018)], rows, "T24")
    assert [(t.status, t.total) for t in found] == [(FAIL, "report-1-balance_sheet-r0-c0")]


@pytest.mark.parametrize(("half", "status"), [(60, PASS), (20, FAIL)])
def test_half_a_year_has_no_less_revenue_than_its_second_quarter(half, status):
    columns = [quarter(2018, 2), Period(start=date(2018, 1, 1), end=date(2018, 6, 30))]
    found = one(INCOME, columns, [("Net sales", "revenue", 31, half)], "T22")
    assert [t.status for t in found] == [status]


def segments_and_revenue(total):
    income = build(INCOME, [year(2018)], [("Net sales", "revenue", 900)])
    rows = [("Consumer", None, 600), ("Industrial", None, 300), ("Total net sales", None, total)]
    segments = build(StatementKind.SEGMENTS, [year(2018)], rows)
    return [income[0], segments[0]], [*income[1], *segments[1]]


def test_segments_tie_to_consolidated_revenue_or_say_nothing():
    assert [t.status for t in verdicts(*segments_and_revenue(900), "T20")] == [PASS]
    assert verdicts(*segments_and_revenue(910), "T20") == []


def taxes_and_tax(total):
    income = build(
        INCOME,
        [year(2018)],
        [("Income before tax", "income_before_tax", 800), ("Tax", "income_tax_expense", 200)],
    )
    rows = [("At the statutory rate", None, 168), ("State taxes", None, 32), ("Total", None, total)]
    table = build(StatementKind.TAX_RECONCILIATION, [year(2018)], rows)
    return [income[0], table[0]], [*income[1], *table[1]]


def test_the_tax_reconciliation_ties_to_the_tax_expense_or_says_nothing():
    assert [t.status for t in verdicts(*taxes_and_tax(200), "T21")] == [PASS]
    assert verdicts(*taxes_and_tax(210), "T21") == []


def test_a_total_to_which_no_run_of_rows_adds_up_fails_in_every_column():
    rows = [
        ("Cash", "cash_and_equivalents", 285, 305),
        ("Receivables", "accounts_receivable_net", 502, 491),
        ("Total current assets", "total_current_assets", 987, 896),
    ]
    found = one(BALANCE, [at(2018), at(2017)], rows, "T06")
    assert [(t.status, len(t.members)) for t in found] == [(FAIL, 2), (FAIL, 2)]
    assert "no run of the rows above 'Total current assets' adds up to it" in found[0].sentence


def test_a_total_alone_on_a_condensed_statement_is_no_failed_sum():
    rows = [("Cash", "cash_and_equivalents", 285), ("Total assets", "total_assets", 987)]
    assert one(BALANCE, [at(2018)], rows, "T06") == []


def sheet_and_income(newest):
    sheet = build(BALANCE, [at(2018), at(2017)], [("Total assets", "total_assets", 9, 8)])
    income = build(INCOME, [newest, year(2017)], [("Net sales", "revenue", 5, 4)])
    return [sheet[0], income[0]], [*sheet[1], *income[1]]


def test_an_income_statement_that_ends_with_the_balance_sheet_passes():
    (found,) = verdicts(*sheet_and_income(year(2018)), "T25")
    assert found.status is PASS
    assert found.members == ("report-1-income_statement-r0-c0",)


def test_an_income_statement_that_ends_after_the_balance_sheet_names_the_headings():
    (found,) = verdicts(*sheet_and_income(year(2019)), "T25")
    assert found.status is FAIL
    assert "ends on 31 December 2019, the balance sheet on 31 December 2018" in found.sentence
    assert "one of the headings is misread" in found.sentence


def test_numbers_of_a_row_exchanged_between_the_years_fail_both_and_are_named():
    rows = [
        ("Cash", None, 2853, 3053),
        ("Receivables", None, 4911, 5020),
        ("Inventories", None, 4366, 4034),
        ("Total current assets", "total_current_assets", 12239, 11998),
    ]
    found = one(BALANCE, [at(2018), at(2017)], rows, "T06")
    assert [t.status for t in found] == [FAIL, FAIL]
    ending = "The numbers of 'Receivables' look exchanged between two columns: then it adds up."
    assert all(t.sentence.endswith(ending) for t in found)
