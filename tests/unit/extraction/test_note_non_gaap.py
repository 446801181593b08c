"""The way from reported to adjusted profit: read where it starts at the statements and adds up."""

from decimal import Decimal

import pytest

from services.domain.concepts import StatementKind
from services.domain.reports import TieOutStatus
from services.extraction import tie_out
from services.extraction.known import Known
from services.extraction.note_non_gaap import reconciliation, reconciliation_pages
from services.extraction.periods import Calendar
from tests.unit.extraction.page_builder import Page
from tests.unit.statement_builder import build, year

PASS, FAIL = TieOutStatus.PASS, TieOutStatus.FAIL
M = 1_000_000
YEARS = [year(2022), year(2021), year(2020)]
KNOWN = Known(
    amounts={
        ("operating_income", period): Decimal(amount * M)
        for period, amount in zip(YEARS, (1795, 3039, 2391), strict=True)
    },
    durations=frozenset(YEARS),
    scale=M,
    currency="USD",
)
CALENDAR = Calendar(
    period_end=YEARS[0].end, fiscal_year_end=(12, 31), annual=True, dates=frozenset()
)


def adjusted(first="$ 1,795", restructuring="147", label="Non-GAAP operating income") -> Page:
    """BESTBUY_2023_10K, page 28, in calendar years."""
    page = Page(28).text("Non-GAAP Financial Measures").text("($ in millions)")
    page.header("2022", "2021", "2020")
    page.row("Operating income", first, "$ 3,039", "$ 2,391")
    page.row("% of revenue", "3.9%", "5.9%", "5.1%")
    page.row("Restructuring - inventory markdowns", "-", "(6)", "23")
    page.row("Price-fixing settlement", "-", "-", "(21)")
    page.row("Intangible asset amortization", "86", "82", "80")
    page.row("Restructuring charges", restructuring, "(34)", "254")
    page.row("Acquisition-related transaction costs", "-", "11", "-")
    page.row(label, "$ 2,028", "$ 3,092", "$ 2,727")
    return page.row("% of revenue", "4.4%", "6.0%", "5.8%")


def read(page: Page):
    return reconciliation(page.layout, KNOWN, CALENDAR)


def test_the_rows_from_reported_to_adjusted_profit_are_read_without_shares_of_revenue():
    found = read(adjusted())
    assert [(row.label, row.cells[0].printed) for row in found.rows] == [
        ("Operating income", "$1,795"),
        ("Restructuring - inventory markdowns", "-"),
        ("Price-fixing settlement", "-"),
        ("Intangible asset amortization", "86"),
        ("Restructuring charges", "147"),
        ("Acquisition-related transaction costs", "-"),
        ("Non-GAAP operating income", "$2,028"),
    ]
    assert [column.period for column in found.columns] == YEARS


@pytest.mark.parametrize(
    "page",
    [
        adjusted(first="$ 1,796"),  # not what the income statement prints
        adjusted(label="Non-GAAP operating margin"),
        adjusted(label="Total non-GAAP operating income adjustments"),
    ],
)
def test_a_table_that_starts_or_ends_elsewhere_is_left_alone(page):
    assert read(page) is None


def test_a_subtotal_on_the_way_is_no_adjustment():
    page = Page(35).text("($ in millions)").header("2022", "2021", "2020")
    page.row("Operating income", "1,795", "3,039", "2,391")
    page.row("Add: restructuring", "5", "1", "9")
    page.row("Subtotal", "1,800", "3,040", "2,400")
    page.row("Add: amortization", "100", "60", "100")
    page.row("Adjusted operating income", "1,900", "3,100", "2,500")
    assert [row.label for row in read(page).rows][1:-1] == [
        "Add: restructuring",
        "Add: amortization",
    ]


def test_a_year_that_does_not_add_up_is_read_beside_one_that_does():
    assert read(adjusted(restructuring="247")).rows[4].cells[0].printed == "247"


def test_its_page_prints_reported_profit_and_a_row_of_adjusted_profit():
    row = "Operating income 1,795 3,039\nNon-GAAP operating income $ 2,028 $ 3,092"
    texts = ["Adjusted operating income grew.", "Non-GAAP operating income $ 2,028", row]
    assert reconciliation_pages(texts, KNOWN) == [3]


def checked(charges):
    income = build(
        StatementKind.INCOME, YEARS[:2], [("Operating income", "operating_income", 1795, 3039)]
    )
    rows = [
        ("Operating income", None, 1795, 3039),
        ("Restructuring charges", None, charges, 53),
        ("Non-GAAP operating income", None, 2028, 3092),
    ]
    table = build(StatementKind.NON_GAAP, YEARS[:2], rows)
    tie_outs = tie_out.check([income[0], table[0]], [*income[1], *table[1]])
    return [t for t in tie_outs if t.check == "T30"]


def test_adjustments_lead_from_the_income_statement_to_adjusted_profit():
    found = checked(233)
    assert [t.status for t in found] == [PASS, PASS]
    assert found[0].members[0] == "report-1-income_statement-r0-c0"


def test_an_adjustment_that_does_not_lead_there_fails():
    assert [(t.status, t.difference) for t in checked(333)] == [(FAIL, -100 * M), (PASS, 0)]
