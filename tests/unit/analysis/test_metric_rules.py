"""Rules on metrics: each fires on the case it is meant for, with its numbers, and is quiet beside it."""

from decimal import Decimal

import pytest

from services.domain.insights import Severity
from tests.unit.analysis.contexts import analysed, balance, cash_flow, income, insight_of, joined
from tests.unit.analysis.contexts import reason_of as why
from tests.unit.statement_builder import at, year

YEARS = [year(2018), year(2017), year(2016)]
DATES = [at(2018), at(2017), at(2016), at(2015)]
FLAT = {
    "revenue": (1000, 1000, 1000),
    "cost_of_revenue": (600, 600, 600),
    "sga": (200, 200, 200),
    "research_and_development": (50, 50, 50),
    "operating_income": (150, 150, 150),
    "interest_expense": (10, 10, 10),
    "income_before_tax": (140, 140, 140),
    "income_tax_expense": (35, 35, 35),
    "net_income": (105, 105, 105),
    "shares_basic_wavg": (100, 100, 100),
    "shares_diluted_wavg": (100, 100, 100),
    "cash_and_equivalents": (50, 50, 50, 50),
    "short_term_investments": (10, 10, 10, 10),
    "accounts_receivable_net": (100, 100, 100, 100),
    "inventory": (90, 90, 90, 90),
    "total_current_assets": (250, 250, 250, 250),
    "ppe_net": (300, 300, 300, 300),
    "goodwill": (100, 100, 100, 100),
    "total_assets": (800, 800, 800, 800),
    "short_term_debt": (20, 20, 20, 20),
    "accounts_payable": (70, 70, 70, 70),
    "total_current_liabilities": (150, 150, 150, 150),
    "long_term_debt": (180, 180, 180, 180),
    "total_liabilities": (400, 400, 400, 400),
    "retained_earnings": (200, 200, 200, 200),
    "stockholders_equity": (400, 400, 400, 400),
    "depreciation_amortization": (30, 30, 30),
    "cash_from_operations": (130, 130, 130),
    "capex": (40, 40, 40),
    "dividends_paid": (30, 30, 30),
    "share_repurchases": (20, 20, 20),
}
_BALANCE = slice(
    list(FLAT).index("cash_and_equivalents"), list(FLAT).index("depreciation_amortization")
)


def firm(years=3, history=(), **changes):
    """Return the analysis of a firm that never changes, but for what is named (latest first)."""
    values = {**FLAT, **changes}
    names = list(FLAT)
    on_balance = names[_BALANCE]
    on_cash = names[_BALANCE.stop :]
    on_income = names[: _BALANCE.start]

    def rows(of, count):
        return [(f"Row {name}", name, *values[name][:count]) for name in of]

    statements, facts = joined(
        income(YEARS[:years], *rows(on_income, years)),
        balance(DATES[: years + 1], *rows(on_balance, years + 1)),
        cash_flow(YEARS[:years], *rows(on_cash, years)),
    )
    return analysed(statements, facts, history)


def found(rule_id, **changes):
    return [insight for insight in firm(**changes).insights if insight.rule_id == rule_id]


METRIC_RULES = {
    "A14", "A15", "A16", "A17", "A19", "A20", "A21", "K02", "K07", "K08", "K09", "K10", "K18",
    "R02", "R05", "R06", "R07", "R10", "R11", "R12", "R13", "R20", "R21",
}  # fmt: skip


def test_a_firm_that_never_changes_has_nothing_to_say_and_every_rule_ran():
    analysis = firm()
    assert {i.rule_id for i in analysis.insights} & METRIC_RULES == set()
    assert {n.rule_id for n in analysis.not_computable} & METRIC_RULES == set()


@pytest.mark.parametrize(
    ("rule_id", "changes", "words"),
    [
        ("A14", {"inventory": (140, 90, 90, 90)}, ("+55.6 %", "USD 50.0 m", "54.8 to 85.2")),
        ("A15", {"accounts_payable": (110, 70, 70, 70)}, ("USD 40.0 m", "42.6 to 66.9")),
        ("A16", {"cash_from_operations": (60, 70, 130)}, ("USD 45.0 m", "0.57", "0.67")),
        ("A17", {"cash_from_operations": (15, 130, 130)}, ("11.2 %", "ahead of")),
        ("A19", {"depreciation_amortization": (60, 30, 30)}, ("10.0 % to 20.0 %", "USD 30.0 m more")),
        ("A20", {"interest_expense": (18, 10, 10)}, ("5.0 % to 9.0 %", "+400 bp", "USD 8.0 m more")),
        ("A21", {"income_tax_expense": (49, 35, 35)}, ("25.0 % to 35.0 %", "USD 14.0 m less")),
        ("R02", {"revenue": (1300, 1000, 1000)}, ("accelerated from 0.0 % to +30.0 %",)),
        ("R05", {"revenue": (1100, 1000, 1000), "operating_income": (180, 150, 150)},
         ("+20.0 %", "+10.0 %", "operating income by 2.0 %")),
        ("R06", {"sga": (260, 200, 200)}, ("+30.0 %", "USD 60.0 m")),
        ("R07", {"operating_income": (180, 150, 150)}, ("18.0 % to 21.0 %", "+300 bp", "USD 30.0 m")),
        ("R10", {"inventory": (190, 90, 90, 90)}, ("tied up", "85.2 days")),
        ("R11", {"capex": (70, 40, 40)}, ("4.0 % to 7.0 %", "+300 bp")),
        ("R12", {"net_income": (125, 105, 105)}, ("26.2 % to 31.2 %", "12.5 %", "1.25×", "2.00×")),
        ("R13", {"ppe_net": (400, 300, 300, 300)}, ("Fixed asset turnover went from 3.33× to 2.86×",)),
        ("R20", {"share_repurchases": (90, 80, 20)}, ("USD 120 m", "1.33×", "USD 90.0 m", "1.22×")),
        ("R21", {"shares_diluted_wavg": (110, 100, 100)}, ("+10.0 %", "(9.1) %")),
        ("K02", {"cash_from_operations": (-80, 130, 130)}, ("USD 10.0 m a month", "last 6.0 months")),
        ("K07", {"total_liabilities": (790, 400, 400, 400)}, ("of 3 screens", "Zmijewski")),
        ("K08", {"accounts_receivable_net": (400, 100, 100, 100), "cash_from_operations": (-20, 130, 130)},
         ("above the screening line of −1.78", "receivable days (4.00)")),
        ("K09", {"net_income": (-20, 105, 105), "cash_from_operations": (-30, 130, 130)},
         ("1 of 9", "after 4 the year before", "positive return on assets")),
        ("K10", {"stockholders_equity": (-20, 400, 400, 400)}, ("USD (20.0) m",)),
        ("K10", {"retained_earnings": (-5, 200, 200, 200)}, ("turned negative, to USD (5.0) m",)),
        ("K18", {"goodwill": (300, 100, 100, 100)}, ("75.0 %", "50.0 %")),
    ],
)  # fmt: skip
def test_a_rule_fires_on_its_case_and_names_the_numbers(rule_id, changes, words):
    insights = found(rule_id, **changes)
    assert len(insights) == 1
    for word in words:
        assert word in insights[0].text
    assert insights[0].evidence
    assert insights[0].calculations


@pytest.mark.parametrize(
    ("rule_id", "changes"),
    [
        ("A14", {"inventory": (107, 90, 90, 90)}),
        ("A16", {"cash_from_operations": (60, 130, 130)}),
        ("A17", {"cash_from_operations": (30, 130, 130)}),
        ("A19", {"depreciation_amortization": (34, 30, 30)}),
        ("A20", {"interest_expense": (12, 10, 10)}),
        ("A21", {"income_tax_expense": (41, 35, 35)}),
        ("R02", {"revenue": (1040, 1000, 1000)}),
        ("R06", {"sga": (208, 200, 200)}),
        ("R07", {"operating_income": (155, 150, 150)}),
        ("R10", {"inventory": (95, 90, 90, 90)}),
        ("R11", {"capex": (55, 40, 40)}),
        ("R12", {"net_income": (110, 105, 105)}),
        ("R20", {"share_repurchases": (90, 20, 20)}),
        ("R21", {"shares_diluted_wavg": (102, 100, 100)}),
        ("K02", {"cash_from_operations": (30, 130, 130)}),
        ("K09", {"net_income": (100, 105, 105)}),
        ("K18", {"goodwill": (190, 100, 100, 100)}),
    ],
)
def test_a_rule_is_quiet_just_before_its_threshold(rule_id, changes):
    assert found(rule_id, **changes) == []


@pytest.mark.parametrize(("cash", "severity"), [(-80, Severity.HIGH), (-140, Severity.CRITICAL)])
def test_a_shorter_runway_is_worse(cash, severity):
    insight = found("K02", cash_from_operations=(cash, 130, 130))[0]
    assert insight.severity is severity


def test_one_report_alone_says_that_the_earlier_one_is_missing():
    analysis = firm(years=2)
    assert why(analysis, "R10") is None
    assert why(firm(years=1), "R02") == "no comparable earlier period for Revenue was read"


def test_a_bank_is_not_judged_by_an_industrial_measure():
    statements, facts = joined(
        income(
            YEARS[:1], ("Net interest income", "revenue", 100), ("Net income", "net_income", 20)
        ),
        balance(
            DATES[:1],
            ("Deposits", None, 900),
            ("Federal funds purchased", None, 50),
            ("Allowance for credit losses", None, -9),
            ("Total assets", "total_assets", 1200),
        ),
    )
    analysis = analysed(statements, facts)
    for rule_id in ("A14", "A15", "A16", "A17", "R05", "R07", "R10", "R13", "K07", "K08", "K09"):
        assert why(analysis, rule_id), rule_id
        assert insight_of(analysis, rule_id) is None


def test_accruals_over_net_operating_assets_match_by_hand():
    changes = {
        "accounts_receivable_net": (150, 100, 100, 100),
        "total_current_assets": (300, 250, 250, 250),
        "total_assets": (850, 800, 800, 800),
        "stockholders_equity": (450, 400, 400, 400),
    }
    found = {m.metric_id: m.value for m in firm(**changes).metrics if m.period == DATES[0]}
    # net operating assets (850 - 60) - (400 - 200) = 590 after 540: 50 over the average of 565
    assert round(found["balance_sheet_accruals_ratio"], 4) == Decimal("0.0885")
