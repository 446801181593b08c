from datetime import date

from services.domain.concepts import StatementKind
from services.domain.periods import Period
from services.domain.reports import ColumnKind
from services.extraction.lines import lines_of
from services.extraction.locate import Located, Place, locate
from services.extraction.model import RawStatement
from services.extraction.periods import Calendar
from services.extraction.statements import read_statements
from tests.unit.extraction.page_builder import Page, balance_sheet, cash_flow, income_statement

INCOME, BALANCE, FLOW = StatementKind.INCOME, StatementKind.BALANCE, StatementKind.CASH_FLOW
CALENDAR = Calendar(period_end=date(2022, 12, 31))


def read(*pages: Page, located: Located | None = None) -> list[RawStatement]:
    texts = ["\n".join(line.text for line in lines_of(page.layout)) for page in pages]
    layouts = {page.number: page.layout for page in pages}
    return [s.raw for s in read_statements(layouts, located or locate(texts), CALENDAR)]


def on(kind: StatementKind, *pages: int) -> Located:
    return Located({kind: pages}, ())


def test_a_statement_over_two_pages_is_one() -> None:
    second = Page(2).text("Consolidated Balance Sheets (continued)").text("(In millions)")
    second.header("December 31,", "December 31,").header("2022", "2021")
    second.row("Deferred taxes", "12", "13").row("Other liabilities", "7", "8")
    (raw,) = read(balance_sheet(1), second, located=on(BALANCE, 1, 2))
    assert raw.pages == (1, 2)
    assert [row.label for row in raw.rows][-2:] == ["Deferred taxes", "Other liabilities"]


def test_rows_without_a_header_go_on_with_the_page_before() -> None:
    second = Page(2)
    for index in range(6):
        second.row(f"Liability {index}", f"{index},100", f"{index},200")
    second.text("Consolidated Statements of Income").header("2022", "2021")
    second.row("Net sales", "9,000", "8,000").row("Net income", "1,500", "1,180")
    (raw,) = read(balance_sheet(1), second, located=on(BALANCE, 1, 2))
    assert len(raw.rows) == 15 + 6
    assert raw.columns[0].period == Period(end=date(2022, 12, 31))


def test_pages_with_other_periods_stay_apart() -> None:
    quarter = Page(1).text("Consolidated Statements of Income").text("(In millions)")
    quarter.header("Three months ended", "Three months ended").header(
        "June 30, 2022", "June 30, 2021"
    )
    quarter.row("Net sales", "900", "800").row("Net income", "150", "118").row(
        "Income taxes", "5", "4"
    )
    half = Page(2).text("Consolidated Statements of Income").text("(In millions)")
    half.header("Six months ended", "Six months ended").header("June 30, 2022", "June 30, 2021")
    half.row("Net sales", "1,900", "1,800").row("Net income", "250", "218").row(
        "Income taxes", "9", "8"
    )
    spans = [
        s.columns[0].period.span
        for s in read(quarter, half, located=on(INCOME, 1, 2))
        if s.columns[0].period
    ]
    assert spans == ["Q", "H1"]


def test_percentages_of_sales_are_no_statement_of_amounts() -> None:
    shares = (
        Page(2)
        .text("Consolidated Statements of Income")
        .text("(As a percentage of total revenues)")
    )
    shares.header("2022", "2021", "2020")
    shares.row("Net sales", "100%", "100%", "100%").row("Net income", "17", "15", "13")
    statements = read(income_statement(1), shares, located=on(INCOME, 1, 2))
    assert [s.pages for s in statements] == [(1,)]


def test_change_and_percent_columns_are_told_from_values() -> None:
    page = Page(1).text("Consolidated Statements of Income").text("(In millions)")
    page.header("2022", "2021", "Change")
    page.row("Net sales", "900", "800", "100").row("Net income", "150", "100", "50")
    (raw,) = read(page, located=on(INCOME, 1))
    assert [column.kind for column in raw.columns] == [
        ColumnKind.VALUE,
        ColumnKind.VALUE,
        ColumnKind.DELTA,
    ]


def test_a_statement_without_a_unit_borrows_the_one_all_others_share() -> None:
    pages = [income_statement(1), balance_sheet(2), cash_flow(3)]
    pages[2].words = [w for w in pages[2].words if w.text not in {"(In", "millions)"}]
    flow = next(s for s in read(*pages) if s.kind is FLOW)
    assert flow.scale == 1_000_000
    assert flow.scale_certainty == 0.9


def test_a_unit_written_over_two_lines_names_the_scale_and_is_no_row() -> None:
    page = Page(1).text("Consolidated Statements of Income").header("2022", "2021")
    page.text("(In thousands, except per share").text("amounts)")
    page.row("Net sales", "900", "800").row("Net income", "150", "100")
    (raw,) = read(page, located=on(INCOME, 1))
    assert raw.scale == 1_000
    assert [row.label for row in raw.rows] == ["Net sales", "Net income"]


def test_a_footnote_table_is_kept_apart_and_unmapped() -> None:
    page = income_statement(1).text("(1) Includes stock-based compensation as follows:")
    page.row("Cost of sales", "13", "12", "11").row("Selling", "20", "19", "18")
    assert [s.kind for s in read(page, located=on(INCOME, 1))] == [INCOME, StatementKind.OTHER]


def other_basis(heading: str) -> str:
    page = Page(5).text(heading)
    page.words += [w._replace(y0=w.y0 + 20, y1=w.y1 + 20) for w in income_statement().words]
    located = Located({}, (Place(INCOME, 5, 20.0, True),))
    (raw,) = read(page, located=located)
    return raw.basis


def test_a_further_set_is_tagged_by_whose_numbers_it_shows() -> None:
    assert other_basis("Condensed Financial Information of Registrant") == "parent-only"
    assert other_basis("Supplemental Guarantor Information") == "guarantor"
    assert other_basis("Unaudited Pro Forma Results") == "pro-forma"
    assert other_basis("Example Operating Company") == "unknown"


def test_two_columns_of_one_period_are_doubted() -> None:
    page = Page(1).text("Consolidated Balance Sheets").text("(In millions)")
    page.header("As reported", "Restated").header("December 31, 2022", "December 31, 2022")
    page.row("Total assets", "900", "800").row("Total liabilities", "150", "100").row(
        "Goodwill", "5", "4"
    )
    (raw,) = read(page, located=on(BALANCE, 1))
    assert [column.certainty < 0.7 for column in raw.columns] == [True, True]


def test_a_foreign_currency_is_named() -> None:
    page = Page(1).text("Consolidated Balance Sheets").text("(€ in millions)")
    page.header("2022", "2021").row("Total assets", "900", "800").row("Goodwill", "5", "4")
    (raw,) = read(page, located=on(BALANCE, 1))
    assert raw.currency == "EUR"
