"""Materiality bases, and severity by amount."""

from decimal import Decimal

import pytest

from services.analysis.facts_view import Missing
from services.analysis.materiality import materiality_of, severity_by_amount
from services.domain.insights import Severity
from tests.unit.analysis.contexts import balance, context_of, income, joined
from tests.unit.statement_builder import REPORT, at, manufacturer, year

YEARS = [year(2018), year(2017), year(2016)]
MILLION = 1_000_000


def measure(*parts):
    context = context_of(*joined(*parts))
    return materiality_of(REPORT, context.view, context.profile, context.income)


def incomes(*amounts, revenue=(1000, 1000, 1000)):
    return income(
        YEARS, ("Sales", "revenue", *revenue), ("Before tax", "income_before_tax", *amounts)
    )


def test_steady_income_before_tax_gives_five_percent():
    found = context_of(*manufacturer()).measured()
    assert found.overall == 350 * MILLION
    assert found.performance == Decimal("262.5") * MILLION
    assert found.trivial == Decimal("17.5") * MILLION
    assert "5.0 % of income before tax" in found.sentence


def test_volatile_income_gives_five_percent_of_its_average():
    found = measure(incomes(300, 60, 30))
    assert (found.base_amount, found.overall) == (130 * MILLION, Decimal("6.5") * MILLION)


def test_a_loss_falls_back_to_revenue():
    found = measure(incomes(-40, 60, 55))
    assert found.overall == 5 * MILLION
    assert found.base.startswith("revenue")


def test_a_thin_margin_falls_back_to_revenue():
    assert measure(incomes(19, 19, 19)).overall == 5 * MILLION


def test_a_bank_is_measured_by_equity():
    sheet = balance(
        [at(2018)],
        ("Deposits", None, 900),
        ("Loans, net of allowance for loan losses", None, 800),
        ("Federal funds sold", None, 80),
        ("Shareholders' equity", "stockholders_equity", 200),
        ("Total assets", "total_assets", 2000),
    )
    assert measure(sheet).overall == 2 * MILLION


def test_without_any_base_there_is_a_reason_and_no_zero():
    found = measure(income(YEARS, ("Other", None, 1, 2, 3)))
    assert isinstance(found, Missing)
    assert "was read" in found.reason


@pytest.mark.parametrize(
    ("millions", "severity"),
    [
        ("17.4", None),
        ("17.5", Severity.LOW),
        ("262.5", Severity.MEDIUM),
        ("350", Severity.HIGH),
        ("1050", Severity.HIGH),
        ("1050.1", Severity.CRITICAL),
        ("-1050.1", Severity.CRITICAL),
    ],
)
def test_severity_follows_the_amount(millions, severity):
    measured = context_of(*manufacturer()).measured()
    assert severity_by_amount(Decimal(millions) * MILLION, measured) is severity


def test_a_bank_without_equity_is_measured_by_assets():
    sheet = balance(
        [at(2018)],
        ("Deposits", None, 900),
        ("Federal funds sold", None, 80),
        ("Total assets", "total_assets", 2000),
    )
    assert measure(sheet).overall == 10 * MILLION


def test_a_balance_sheet_alone_still_has_a_base():
    sheet = balance([at(2018)], ("Shareholders' equity", "stockholders_equity", 200))
    found = measure(balance([at(2018)], ("Total assets", "total_assets", 2000)))
    assert found.overall == 10 * MILLION
    assert isinstance(measure(sheet), Missing)


def test_a_recovery_out_of_losses_falls_back_to_revenue():
    assert measure(incomes(60, -500, 55)).base.startswith("revenue")


def test_income_before_tax_of_one_year_is_named_as_one():
    one = income([year(2018)], ("Sales", "revenue", 1000), ("Before tax", "income_before_tax", 90))
    found = measure(one)
    assert found.overall == Decimal("4.5") * MILLION
    assert "the one period read" in found.sentence
