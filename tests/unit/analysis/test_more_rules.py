"""Figures printed twice (A10), shares of revenue (A18), refinancing (K05), other lines (A22), allowances (A23)."""

from decimal import Decimal

import pytest

from services.analysis.service import analyse
from services.domain.insights import Severity
from services.domain.narrative import CreditLine
from services.extraction import tie_out
from tests.unit.analysis.contexts import (
    NOW,
    analysed,
    balance,
    income,
    insight_of,
    joined,
    reason_of,
    shipped_templates,
)
from tests.unit.analysis.test_movement import company
from tests.unit.statement_builder import at, report, year

YEARS, DATES = [year(2018), year(2017)], [at(2018), at(2017)]


def sheet(*rows):
    return balance(
        DATES, *rows, ("Total assets", "total_assets", 4000, 3900),
        ("Total liabilities and equity", "total_liabilities_and_equity", 4000, 3900),
    )  # fmt: skip


def earnings(revenue=(1000, 980)):
    return income(
        YEARS, ("Revenue", "revenue", *revenue), ("Income before tax", "income_before_tax", 200, 190),
        ("Net income", "net_income", 150, 140),
    )  # fmt: skip


def test_a_figure_printed_with_two_values_names_both_places():
    found = insight_of(
        analysed(*joined(earnings(), sheet(("Debt", "long_term_debt", 700, 650),
                                           ("Long-term debt", "long_term_debt", 720, 650)))),
        "A10",
    )  # fmt: skip
    assert found.text.startswith("Long-term debt for Dec 31, 2018 is USD 700 m at ")
    assert "USD 20.0 m apart" in found.text
    assert found.severity is Severity.MEDIUM
    assert len(found.evidence) == 2


def test_the_same_figure_printed_twice_alike_is_no_finding():
    analysis = analysed(*joined(earnings(), sheet(("Debt", "long_term_debt", 700, 650),
                                                  ("Long-term debt", "long_term_debt", 701, 650))))  # fmt: skip
    assert insight_of(analysis, "A10") is None
    assert reason_of(analysis, "A10") is None


def test_a_line_whose_share_of_revenue_jumps_out_of_its_past_is_told_in_points():
    analysis = analysed(*company(sga=(200, 209, 221, 229, 243, 330)))
    found = next(i for i in analysis.insights if i.rule_id == "A18")
    assert "Selling, general and administrative is 26.0 % of revenue" in found.text
    assert "+5.9 pp from 20.1 %" in found.text
    assert "at this revenue that is USD 75.4 m more" in found.text
    assert [c.display for c in found.calculations[:2]] == ["20.0 %", "19.9 %"]


def test_steady_shares_are_quiet_and_two_years_are_too_few():
    assert insight_of(analysed(*company()), "A18") is None
    assert "five comparable periods" in reason_of(analysed(*joined(earnings(), sheet())), "A18")


CURRENT = (
    ("Cash", "cash_and_equivalents", 300, 310),
    ("Marketable securities", "short_term_investments", 100, 90),
    ("Short-term borrowings", "short_term_debt", 900, 200),
)


def refinancing(*lines: CreditLine):
    statements, facts = joined(earnings(), sheet(*CURRENT))
    checks = tie_out.check(statements, facts)
    of = report(credit_lines=lines)
    return analyse(of, statements, facts, checks, [], shipped_templates(), NOW, lambda: 0.0)


def line(amount, quote):
    return CreditLine(amount=Decimal(amount), quote=quote, page=31)


def test_debt_due_beyond_cash_is_told_and_unread_credit_is_not_taken_for_none():
    found = insight_of(refinancing(), "K05")
    assert found.severity is Severity.MEDIUM
    assert "Debt of USD 900 m falls due within twelve months of Dec 31, 2018" in found.text
    assert "USD 500 m has to come from elsewhere" in found.text
    assert "No sentence was read that states undrawn credit lines." in found.text


def test_undrawn_credit_that_covers_the_gap_makes_it_quiet():
    quiet = refinancing(line(2_700_000_000, "At Dec 31, 2018 $2.7 billion was undrawn."))
    assert insight_of(quiet, "K05") is None
    assert reason_of(quiet, "K05") is None


def test_undrawn_credit_that_does_not_cover_it_makes_it_high_and_is_quoted():
    found = insight_of(refinancing(line(200_000_000, "$200 million was undrawn.")), "K05")
    assert found.severity is Severity.HIGH
    assert "USD 300 m is not covered" in found.text
    assert [quote.page for quote in found.quotes] == [31]


def test_credit_of_an_earlier_year_does_not_count():
    old = line(2_700_000_000, "At Dec 31, 2016 $2.7 billion was undrawn.")
    assert insight_of(refinancing(old), "K05").severity is Severity.MEDIUM


def test_a_large_other_line_that_outgrows_revenue_is_named():
    found = insight_of(
        analysed(*joined(earnings(), sheet(("Other assets", None, 600, 480)))), "A22"
    )
    assert found.text == (
        "'Other assets' of USD 600 m is 15.0 % of total assets at Dec 31, 2018 and grew by +25.0 % "
        "(revenue +2.0 %)."
    )


@pytest.mark.parametrize(
    "row",
    [
        ("Other intangible assets", None, 600, 480),
        ("Other assets", None, 300, 200),
        ("Other assets", None, 600, 590),
    ],
)
def test_named_small_or_slow_other_lines_are_quiet(row):
    assert insight_of(analysed(*joined(earnings(), sheet(row))), "A22") is None


def allowances(label, receivables=(1000, 990)):
    analysis = analysed(
        *joined(earnings(), sheet((label, "accounts_receivable_net", *receivables)))
    )
    return insight_of(analysis, "A23"), reason_of(analysis, "A23")


def test_an_allowance_that_shrinks_against_receivables_says_what_holding_it_would_cost():
    found, _ = allowances("Receivables, net of allowances of $20 and $60")
    assert found.severity is Severity.HIGH
    assert found.text == (
        "The allowance fell to 2.0 % of receivables at Dec 31, 2018, from 5.7 % (USD 60.0 m to "
        "USD 20.0 m): at the old share it would be USD 38.3 m higher."
    )
    assert found.quotes[0].text == "Receivables, net of allowances of $20 and $60"


def test_allowances_with_years_beside_them_are_read_by_year():
    found, _ = allowances("Receivables, less allowance: 2017—$60; 2018—$20")
    assert "from 5.7 % (USD 60.0 m to USD 20.0 m)" in found.text


def test_a_steady_or_unstated_allowance_is_no_release():
    assert allowances("Receivables, net of allowances of $58 and $60") == (None, None)
    assert "states no allowance" in allowances("Receivables, net")[1]
