"""Tables of the notes: read where they tie to the statements, left alone where they only look alike."""

from datetime import date
from decimal import Decimal

import pytest

from services.domain.concepts import StatementKind
from services.domain.periods import Period
from services.domain.reports import Fact, Statement
from services.extraction.note_places import note_places
from services.extraction.service import Extraction, extract
from tests.unit.extraction.fake_document import FakeDocument
from tests.unit.extraction.page_builder import Page, balance_sheet, cash_flow
from tests.unit.extraction.test_service import report

YEAR = Period(start=date(2022, 1, 1), end=date(2022, 12, 31))
YEAR_END = Period(end=date(2022, 12, 31))
PROSE = "The following paragraph is long enough that nobody could take it for the label of a row at all."


def bare_income_statement() -> Page:
    """An income statement without shares and without a line of interest expense."""
    page = Page(2).text("Example Corp. and Subsidiaries")
    page.text("Consolidated Statements of Income").text("(In millions, except per share data)")
    page.text("Years Ended December 31,", x0=420.0).header("2022", "2021", "2020")
    page.row("Net sales", "$ 9,000", "$ 8,000", "$ 7,500")
    page.row("Cost of sales", "5,000", "4,500", "4,300")
    page.row("Gross profit", "4,000", "3,500", "3,200")
    page.row("Selling, general and administrative expenses", "2,000", "1,900", "1,850")
    page.row("Operating income", "2,000", "1,600", "1,350")
    page.row("Other expense, net", "(100)", "(110)", "(120)")
    page.row("Income before income taxes", "1,900", "1,490", "1,230")
    page.row("Provision for income taxes", "400", "310", "250")
    page.row("Net income", "$ 1,500", "$ 1,180", "$ 980")
    page.row("Basic earnings per share", "$ 3.00", "$ 2.36", "$ 1.96")
    page.row("Diluted earnings per share", "$ 2.94", "$ 2.31", "$ 1.92")
    return page


def note(*lines: str) -> Page:
    page = Page(5)
    for line in lines:
        page.text(line)
    return page


def years(page: Page) -> Page:
    return page.text("(In millions)").header("2022", "2021", "2020")


def read(*notes: Page) -> Extraction:
    pages = [bare_income_statement(), balance_sheet(3), cash_flow(4), *notes]
    for number, page in enumerate(pages, start=2):
        page.number = number
    return extract(FakeDocument(pages), report())


def statements(extraction: Extraction, kind: StatementKind) -> list[Statement]:
    return [statement for statement in extraction.statements if statement.kind is kind]


def fact(extraction: Extraction, concept: str) -> Fact | None:
    found = [f for f in extraction.facts if f.concept == concept and f.period == YEAR]
    return found[0] if found else None


def rows(extraction: Extraction, kind: StatementKind) -> list[tuple[str, list[str]]]:
    facts = {f.fact_id: f for f in extraction.facts}
    (statement,) = statements(extraction, kind)
    return [
        (row.label, [facts[i].source.printed for i in row.facts if i is not None])
        for row in statement.rows
    ]


def shares_note(diluted: str = "510") -> Page:
    page = note("Note 2 - Earnings per share", PROSE)
    years(page).row("Weighted average shares outstanding, basic", "500", "500", "500")
    page.row("Dilutive effect of stock options", "10", "11", "10")
    return page.row("Weighted average shares outstanding, diluted", diluted, "511", "510")


def test_shares_that_fit_earnings_per_share_are_taken_from_the_note():
    extraction = read(shares_note())
    diluted = fact(extraction, "shares_diluted_wavg")
    assert diluted is not None
    assert diluted.value == Decimal(510_000_000)
    assert (diluted.source.page, diluted.label) == (
        5,
        "Weighted average shares outstanding, diluted",
    )


def test_shares_that_do_not_fit_earnings_per_share_are_left_alone():
    extraction = read(shares_note(diluted="610"))
    assert statements(extraction, StatementKind.EARNINGS_PER_SHARE) == []
    assert fact(extraction, "shares_diluted_wavg") is None


def interest_note(heading: str = "Note 4 - Other expense, net") -> Page:
    page = note(heading)
    years(page).row("Interest expense", "$ 120", "$ 125", "$ 130")
    page.row("Interest income", "(30)", "(25)", "(20)")
    return page.row("Other", "10", "10", "10")


def test_gross_interest_is_taken_from_the_note_on_other_expense():
    interest = fact(read(interest_note()), "interest_expense")
    assert interest is not None
    assert (interest.value, interest.source.printed) == (Decimal(120_000_000), "$120")


def test_interest_of_a_pension_or_a_segment_is_not_the_companys():
    assert (
        fact(read(interest_note("Components of pension benefit cost")), "interest_expense") is None
    )
    assert fact(read(interest_note("Results of the Retail segment")), "interest_expense") is None


def test_interest_of_other_periods_is_not_taken():
    page = note("Note 4 - Other expense, net", "(In millions)").header("2019", "2018", "2017")
    page.row("Interest expense", "$ 120", "$ 125", "$ 130").row("Interest income", "1", "2", "3")
    assert fact(read(page), "interest_expense") is None


def test_cash_paid_for_interest_and_taxes_is_taken_from_the_supplement():
    page = note("Supplemental cash flow information")
    years(page).row("Cash paid for interest", "$ 118", "$ 119", "$ 120")
    page.row("Cash paid for income taxes, net of refunds", "395", "300", "240")
    extraction = read(page)
    paid = [fact(extraction, concept) for concept in ("interest_paid", "income_taxes_paid")]
    assert [f and f.value for f in paid] == [Decimal(118_000_000), Decimal(395_000_000)]


def maturities(context: str, total: str = "1,500") -> Page:
    page = note("Note 9 - Debt", context, "(in millions)")
    for label, amount in (
        ("2023", "$ 500"), ("2024", "200"), ("2025", "300"), ("2026", "100"), ("2027", "150"),
        ("Thereafter", "250"),
    ):  # fmt: skip
        page.row(label, amount)
    return page.row("", total)


OWED = "As of December 31, 2022, the future principal payments on our senior notes were as follows:"
RENTED = "Maturities of operating lease liabilities as of December 31, 2022 were as follows:"


def test_debt_maturities_are_read_by_year_with_their_balance_date():
    extraction = read(maturities(OWED))
    (statement,) = statements(extraction, StatementKind.DEBT_MATURITIES)
    assert [column.period for column in statement.columns] == [YEAR_END]
    assert rows(extraction, StatementKind.DEBT_MATURITIES) == [
        ("2023", ["$500"]), ("2024", ["200"]), ("2025", ["300"]), ("2026", ["100"]),
        ("2027", ["150"]), ("Thereafter", ["250"]), ("", ["1,500"]),
    ]  # fmt: skip


def test_a_number_below_the_maturities_that_is_no_sum_is_left_out():
    labels = [
        label for label, _ in rows(read(maturities(OWED, "107")), StatementKind.DEBT_MATURITIES)
    ]
    assert labels[-1] == "Thereafter"


def test_maturities_of_leases_are_not_debt():
    assert statements(read(maturities(RENTED)), StatementKind.DEBT_MATURITIES) == []


def test_debt_maturities_across_the_page_become_one_row_a_year():
    edges = (200.0, 250.0, 300.0, 350.0, 400.0, 480.0, 540.0)
    page = note(
        "Maturities of long-term debt as of December 31, 2022 are as follows (in millions):"
    )
    page.header("2023", "2024", "2025", "2026", "2027", "After 2027", "Total", edges=edges)
    page.row("", "500", "200", "300", "100", "150", "250", "1,500", edges=edges)
    assert rows(read(page), StatementKind.DEBT_MATURITIES)[-3:] == [
        ("2027", ["150"]), ("After 2027", ["250"]), ("Total", ["1,500"]),
    ]  # fmt: skip


def segments(total: str = "$ 9,000") -> Page:
    page = note("Note 11 - Segment information")
    years(page).row("Net sales:")
    page.row("Consumer", "$ 6,000", "$ 5,500", "$ 5,200", indent=10)
    page.row("Industrial", "3,100", "2,600", "2,400", indent=10)
    page.row("Corporate and eliminations", "(100)", "(100)", "(100)", indent=10)
    return page.row("Total net sales", total, "$ 8,000", "$ 7,500")


def test_segments_that_add_up_to_revenue_are_read_and_named():
    extraction = read(segments())
    members = [f.member for f in extraction.facts if f.statement is StatementKind.SEGMENTS]
    assert members[::3] == ["Consumer", "Industrial", "Corporate and eliminations", None]
    consumer = next(f for f in extraction.facts if f.member == "Consumer" and f.period == YEAR)
    assert consumer.value == Decimal(6_000_000_000)
    assert not consumer.is_reported


def test_segments_whose_total_is_not_the_companys_revenue_are_left_alone():
    assert statements(read(segments("$ 9,100")), StatementKind.SEGMENTS) == []


def taxes(effective: str) -> Page:
    page = note("Note 7 - Income taxes").header("2022", "2021", "2020")
    page.row("Statutory U.S. tax rate", "21.0%", "21.0%", "21.0%")
    page.row("State income taxes", "1.0", "0.8", "0.3").row("Other", "(0.9)", "(1.0)", "(1.0)")
    return page.row("Effective tax rate", effective, "20.8%", "20.3%")


def test_a_tax_reconciliation_that_ends_at_the_effective_rate_is_read_in_per_cent():
    extraction = read(taxes("21.1%"))
    facts = [f for f in extraction.facts if f.statement is StatementKind.TAX_RECONCILIATION]
    assert [(f.label, f.value, f.unit.value) for f in facts][3:5] == [
        ("State income taxes", Decimal("1.0"), "pure"), ("State income taxes", Decimal("0.8"), "pure"),
    ]  # fmt: skip


def test_a_tax_table_that_ends_elsewhere_is_left_alone():
    page = note("Note 7 - Income taxes").header("2022", "2021", "2020")
    page.row("Statutory U.S. tax rate", "35.0%", "35.0%", "35.0%")
    page.row("State income taxes", "1.0", "0.8", "0.3").row("Other", "2.0", "1.0", "1.0")
    page.row("Effective tax rate", "38.0%", "36.8%", "36.3%")
    assert statements(read(page), StatementKind.TAX_RECONCILIATION) == []


def test_what_the_statements_print_is_not_mapped_a_second_time():
    extraction = read(interest_note(), segments())
    revenue = [f for f in extraction.facts if f.concept == "revenue" and f.period == YEAR]
    assert [f.statement for f in revenue] == [StatementKind.INCOME]


@pytest.mark.parametrize("kind", [StatementKind.SEGMENTS, StatementKind.DEBT_MATURITIES])
def test_pages_after_the_statements_are_tried_first(kind):
    texts = ["segment total\nTotal net sales 9\nOperating income 8\nthereafter 9\ndebt\n"
             "2023 5\n2024 6\n2025 7\n"] * 3  # fmt: skip
    assert note_places(texts, {2}, {kind}) == {kind: [3, 1]}
