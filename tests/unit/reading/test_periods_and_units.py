"""Periods and units as filers print them: weeks, two-line heads, year to date, scales of their own."""

from datetime import date
from decimal import Decimal

import pytest

from services.domain.concepts import Unit

from .paper import EDGES, Paper, cover, fact, read, row_values, statement
from .test_layouts import INCOME, gaps

FOUR = (330.0, 400.0, 470.0, 540.0)


def periods(found, kind="income_statement"):
    return [(c.period.start, c.period.end) for c in statement(found, kind).columns]


def test_a_year_of_53_weeks_begins_371_days_before_it_ends():
    paper = cover(Paper(), ended="fiscal year ended February 3, 2024")
    paper.centred("CONSOLIDATED STATEMENTS OF EARNINGS", "($ in millions)")
    paper.heads("53 Weeks Ended", "52 Weeks Ended").heads("February 3, 2024", "January 28, 2023")
    found = read(paper.rows(INCOME).pdf())
    assert periods(found) == [
        (date(2023, 1, 29), date(2024, 2, 3)),
        (date(2022, 1, 30), date(2023, 1, 28)),
    ]


def test_a_fiscal_year_named_by_its_number_ends_where_the_cover_says():
    paper = cover(Paper(), ended="fiscal year ended September 28, 2024")
    paper.centred("CONSOLIDATED STATEMENTS OF OPERATIONS", "(In millions)")
    paper.heads("2024", "2023", left="Fiscal years")
    found = read(paper.rows(INCOME).pdf())
    assert next(end for _, end in periods(found)) == date(2024, 9, 28)


def test_a_heading_of_two_lines_is_one_date():
    paper = cover(Paper(), ended="fiscal year ended December 31, 2024")
    paper.centred("CONSOLIDATED STATEMENTS OF INCOME", "(In thousands)")
    paper.heads("Year ended", "Year ended").heads("December 31,", "December 31,")
    found = read(paper.heads("2024", "2023").rows(INCOME).pdf())
    assert periods(found) == [
        (date(2024, 1, 1), date(2024, 12, 31)),
        (date(2023, 1, 1), date(2023, 12, 31)),
    ]
    assert fact(found, "revenue").value == 4_812_000


def test_a_quarter_and_the_year_to_date_stand_side_by_side():
    paper = cover(Paper(), form="10-Q", ended="quarterly period ended June 30, 2024")
    paper.centred("CONDENSED CONSOLIDATED STATEMENTS OF INCOME", "(In millions) (Unaudited)")
    paper.heads("Three Months Ended", "Six Months Ended", edges=(FOUR[1] - 10, FOUR[3] - 10))
    paper.heads("June 30,", "June 30,", edges=(FOUR[1] - 30, FOUR[3] - 30))
    paper.heads("2024", "2023", "2024", "2023", edges=FOUR)
    rows = [("Net sales", "1,210", "1,105", "2,390", "2,200"), ("Cost of sales", "730", "680", "1,450", "1,350"),
            ("Gross profit", "480", "425", "940", "850"), ("Operating expenses", "300", "280", "600", "570"),
            ("Operating income", "180", "145", "340", "280"), ("Income tax expense", "40", "30", "75", "60"),
            ("Net income", "140", "115", "265", "220")]  # fmt: skip
    found = read(paper.rows(rows, edges=FOUR).pdf())
    assert periods(found) == [
        (date(2024, 4, 1), date(2024, 6, 30)),
        (date(2023, 4, 1), date(2023, 6, 30)),
        (date(2024, 1, 1), date(2024, 6, 30)),
        (date(2023, 1, 1), date(2023, 6, 30)),
    ]
    assert row_values(found, "Net income") == [Decimal(n * 1_000_000) for n in (140, 115, 265, 220)]


def test_days_before_months_are_dates_too():
    paper = cover(Paper(), form="20-F", ended="year ended 31 December 2024")
    paper.centred("CONSOLIDATED INCOME STATEMENT", "for the year ended 31 December")
    paper.heads("2024", "2023").heads("£m", "£m")
    rows = [("Revenue", "4,812", "4,377"), ("Cost of sales", "(2,905)", "(2,688)"),
            ("Gross profit", "1,907", "1,689"), ("Administrative expenses", "(1,020)", "(971)"),
            ("Operating profit", "887", "718"), ("Finance costs", "(62)", "(58)"),
            ("Profit before tax", "825", "660"), ("Taxation", "(181)", "(149)"),
            ("Profit for the year", "644", "511")]  # fmt: skip
    found = read(paper.rows(rows).pdf())
    revenue = fact(found, "revenue")
    assert revenue.period.end == date(2024, 12, 31)
    assert (revenue.value, revenue.currency) == (4_812_000_000, "GBP")
    assert fact(found, "income_tax_expense").printed_value == -181


@pytest.mark.parametrize(
    ("unit", "printed", "value"),
    [
        ("(In thousands)", "4,812,340", "4812340000"),
        ("(Dollars in millions)", "4,812", "4812000000"),
        ("(In millions)", "4,812.3", "4812300000"),
        ("(In thousands of dollars)", "4,812,340", "4812340000"),
        ("(in millions of U.S. dollars)", "4,812", "4812000000"),
        ("(amounts in billions)", "4.8", "4800000000"),
        ("(000's omitted)", "4,812,340", "4812340000"),
        ("($ in 000s)", "4,812,340", "4812340000"),
        ("US$ million", "4,812", "4812000000"),
        ("€'000", "4,812,340", "4812340000"),
        ("EUR m", "4,812", "4812000000"),
        ("(Expressed in thousands of U.S. dollars, except per share amounts)", "4,812,340", "4812340000"),
    ],
)  # fmt: skip
def test_the_printed_unit_gives_the_scale(unit, printed, value):
    paper = cover(Paper())
    paper.centred("CONSOLIDATED STATEMENTS OF INCOME", unit)
    paper.heads("2024", "2023", left="Years ended December 31,")
    rows = [("Net sales", printed, printed), *INCOME[1:]]
    assert fact(read(paper.rows(rows).pdf()), "revenue").value == Decimal(value)


def test_the_unit_may_stand_in_the_heading_of_the_labels():
    paper = cover(Paper())
    paper.centred("CONSOLIDATED STATEMENTS OF INCOME")
    paper.heads("2024", "2023", left="(Millions, except per share amounts)")
    found = read(paper.rows(INCOME).pdf())
    assert fact(found, "revenue").value == 4_812_000_000


def test_amounts_per_share_and_shares_keep_their_own_scale():
    paper = cover(Paper())
    paper.centred("CONSOLIDATED STATEMENTS OF INCOME")
    paper.centred("(In millions, except shares in thousands and per share amounts)")
    paper.heads("2024", "2023", left="Years ended December 31,").rows(INCOME)
    paper.text("Earnings per share:").row("  Basic", "$ 3.22", "$ 2.56").row(
        "  Diluted", "3.20", "2.54"
    )
    paper.text("Weighted average shares outstanding:")
    found = read(
        paper.row("  Basic", "200,000", "199,609").row("  Diluted", "201,250", "201,181").pdf()
    )
    assert fact(found, "eps_basic").value == Decimal("3.22")
    assert fact(found, "eps_basic").unit is Unit.PER_SHARE
    assert fact(found, "shares_basic_wavg").value == 200_000_000
    assert fact(found, "revenue").value == 4_812_000_000
    assert [t.status.value for t in found.tie_outs if t.check == "T15" and t.total] == ["pass"] * 4


def test_shares_printed_in_the_unit_of_the_amounts_are_scaled_like_them():
    paper = cover(Paper())
    paper.centred("CONSOLIDATED STATEMENTS OF INCOME", "(In millions, except per share amounts)")
    paper.heads("2024", "2023", left="Years ended December 31,").rows(INCOME)
    paper.row("Basic earnings per share", "3.22", "2.56")
    found = read(paper.row("Average shares outstanding, basic", "200.0", "199.6").pdf())
    assert fact(found, "shares_basic_wavg").value == 200_000_000
    assert fact(found, "eps_basic").scale == 1


@pytest.mark.parametrize("minus", ["-62", "−62", "–62", "(62)", "( 62 )"])
def test_a_minus_may_be_printed_in_many_ways(minus):
    paper = cover(Paper())
    paper.centred("CONSOLIDATED STATEMENTS OF INCOME", "(In millions)")
    paper.heads("2024", "2023", left="Years ended December 31,")
    rows = [
        row if row[0] != "Interest expense" else ("Interest expense", minus, "(58)")
        for row in INCOME
    ]
    found = read(paper.rows(rows).pdf())
    assert fact(found, "interest_expense").printed_value == -62


def test_columns_of_changes_and_of_percentages_are_no_periods():
    paper = cover(Paper())
    paper.centred("CONSOLIDATED STATEMENTS OF INCOME", "(In millions)")
    paper.heads("2024", "2023", "Change", "% Change", edges=FOUR, left="Years ended December 31,")
    rows = [("Net sales", "4,812", "4,377", "435", "9.9%"), ("Cost of sales", "2,905", "2,688", "217", "8.1%"),
            ("Gross profit", "1,907", "1,689", "218", "12.9%"), ("Operating expenses", "1,020", "971", "49", "5.0%"),
            ("Operating income", "887", "718", "169", "23.5%"), ("Income tax expense", "181", "149", "32", "21.5%"),
            ("Net income", "706", "569", "137", "24.1%")]  # fmt: skip
    found = read(paper.rows(rows, edges=FOUR).pdf())
    kinds = [column.kind.value for column in statement(found, "income_statement").columns]
    assert kinds[:2] == ["value", "value"]
    assert "value" not in kinds[2:]
    assert fact(found, "revenue").printed_value == 4812
    assert gaps(found) == []


def test_three_years_beside_each_other_are_three_periods():
    paper = cover(Paper())
    paper.centred("CONSOLIDATED STATEMENTS OF INCOME", "(In millions)")
    paper.heads("2024", "2023", "2022", left="For the years ended December 31,", edges=EDGES)
    rows = [(label, new, old, old) for label, new, old in INCOME]
    found = read(paper.rows(rows).pdf())
    assert [end.year for _, end in periods(found)] == [2024, 2023, 2022]
