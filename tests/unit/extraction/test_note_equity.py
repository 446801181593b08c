"""Retained earnings of the statement of equity: found by its amounts, checked against both balance sheets."""

from datetime import date
from decimal import Decimal

from services.domain.concepts import StatementKind
from services.domain.periods import Period
from services.domain.reports import TieOutStatus
from services.extraction import tie_out
from services.extraction.known import Known
from services.extraction.note_equity import equity_pages, retained_earnings
from tests.unit.extraction.page_builder import Page
from tests.unit.statement_builder import at, build, year

PASS, FAIL = TieOutStatus.PASS, TieOutStatus.FAIL
M = 1_000_000
KNOWN = Known(
    amounts={
        ("retained_earnings", at(2018)): Decimal(40_636 * M),
        ("retained_earnings", at(2017)): Decimal(39_115 * M),
    },
    durations=frozenset({year(2018)}),
    scale=M,
    currency="USD",
)
EDGES = (330.0, 400.0, 480.0, 560.0)


def equity(last_issuances: str = "(649)", first_dividends: str = "(2,803)") -> Page:
    """3M_2018_10K, page 59, two years of it: capital, retained earnings, treasury stock, the rest."""
    page = Page(59).text("Consolidated Statement of Changes in Equity")
    page.row("Balance at December 31, 2016", "5,070", "37,907", "(25,434)", "(7,245)", edges=EDGES)
    page.row("Net income", "", "4,858", "", "", edges=EDGES)
    page.row("Dividends declared", "", first_dividends, "", "", edges=EDGES)
    page.row("Issuances pursuant to stock options", "", "(847)", "1,615", "", edges=EDGES)
    page.row("Balance at December 31, 2017", "5,361", "39,115", "(25,887)", "(7,026)", edges=EDGES)
    page.row("Net income", "", "5,349", "", "", edges=EDGES)
    page.row("Dividends declared", "", "(3,193)", "", "", edges=EDGES)
    page.row("Transfer of ownership", "", "14", "", "", edges=EDGES)
    page.row("Reacquired stock", "", "", "(4,888)", "", edges=EDGES)
    page.row("Issuances pursuant to stock options", "", last_issuances, "1,149", "", edges=EDGES)
    return page.row(
        "Balance at December 31, 2018", "5,652", "40,636", "(29,626)", "(6,866)", edges=EDGES
    )


def test_the_column_with_both_balances_is_read_from_one_to_the_other():
    found = retained_earnings(equity().layout, KNOWN)
    assert [(row.label, row.cells[0].printed) for row in found.rows] == [
        ("Balance at December 31, 2017", "39,115"),
        ("Net income", "5,349"),
        ("Dividends declared", "(3,193)"),
        ("Transfer of ownership", "14"),
        ("Issuances pursuant to stock options", "(649)"),
        ("Balance at December 31, 2018", "40,636"),
    ]
    assert found.columns[0].period == Period(start=date(2018, 1, 1), end=date(2018, 12, 31))
    assert (found.pages, found.scale) == ((59,), M)


def test_a_column_in_which_no_year_adds_up_is_not_read():
    assert retained_earnings(equity("(549)", "(2,703)").layout, KNOWN) is None


def test_a_year_that_does_not_add_up_beside_one_that_does_is_read_and_can_fail():
    found = retained_earnings(equity("(549)").layout, KNOWN)
    assert found.rows[-2].cells[0].printed == "(549)"


def test_its_page_prints_both_amounts_in_lines_of_balances():
    lines = "Balance at December 31, 2017 39,115\nBalance at December 31, 2018 40,636"
    assert equity_pages(["40,636 39,115", lines], KNOWN) == [2]


def rolled(issuances, opening=39_115):
    sheet = build(
        StatementKind.BALANCE,
        [at(2018), at(2017)],
        [("Retained earnings", "retained_earnings", 40_636, opening)],
    )
    rows = [
        ("Balance at December 31, 2017", None, 39_115),
        ("Net income", None, 5_349),
        ("Dividends declared", None, -3_193),
        ("Transfer of ownership", None, 14),
        ("Issuances", None, issuances),
        ("Balance at December 31, 2018", None, 40_636),
    ]
    table = build(StatementKind.RETAINED_EARNINGS, [year(2018)], rows)
    tie_outs = tie_out.check([sheet[0], table[0]], [*sheet[1], *table[1]])
    return [t for t in tie_outs if t.check == "T17"]


def test_the_movements_lead_from_one_balance_sheet_to_the_next():
    (found,) = rolled(-649)
    assert found.status is PASS
    assert found.total == "report-1-balance_sheet-r0-c0"
    assert found.members[0] == "report-1-balance_sheet-r0-c1"
    assert len(found.members) == 5


def test_a_movement_misread_or_a_balance_sheet_that_says_another_amount_fails():
    assert [t.status for t in rolled(-549)] == [FAIL]
    (found,) = rolled(-649, opening=39_015)
    assert (found.status, found.difference) == (FAIL, 100 * M)
