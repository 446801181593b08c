from services.extraction.lines import lines_of
from services.extraction.tables import Table, tables_of
from tests.unit.extraction.page_builder import Page, balance_sheet, income_statement


def tables(page: Page) -> list[Table]:
    return tables_of(lines_of(page.layout), page.number, page.width)


def printed(table: Table) -> list[list[str | None]]:
    return [
        [cell.text if cell else None for cell in row.cells] for row in table.rows if row.has_cells
    ]


def test_a_balance_sheet_has_a_column_per_date() -> None:
    (table,) = tables(balance_sheet())
    assert table.headers == ["December 31, 2022", "December 31, 2021"]
    assert printed(table)[0] == ["$1,200", "$1,000"]
    assert printed(table)[-1] == ["$4,300", "$3,500"]


def test_a_spanning_heading_reaches_all_columns() -> None:
    (table,) = tables(income_statement())
    assert table.headers == [f"Years Ended December 31, {year}" for year in (2022, 2021, 2020)]


def test_two_statements_on_a_page_are_two_tables() -> None:
    page = balance_sheet()
    page.text("Consolidated Statements of Income").header("2022", "2021")
    page.row("Net sales", "9,000", "8,000").row("Net income", "1,500", "1,180")
    first, second = tables(page)
    assert len(printed(first)) == 15
    assert printed(second) == [["9,000", "8,000"], ["1,500", "1,180"]]


def test_the_closing_note_ends_the_table() -> None:
    page = balance_sheet().row("Exhibit 4 of the filing", "4,711", "4,712")
    (table,) = tables(page)
    assert ["4,711", "4,712"] not in printed(table)


def test_a_blank_cell_stays_blank_and_a_dash_is_kept() -> None:
    page = Page().header("2022", "2021").row("Goodwill", "—", "5").row("Other", "", "7")
    page.row("Cash", "1", "12").row("Sum", "1", "24")
    (table,) = tables(page)
    assert printed(table) == [["—", "5"], [None, "7"], ["1", "12"], ["1", "24"]]


def test_a_page_number_is_no_row() -> None:
    page = Page().header("2022", "2021").row("Goodwill", "6", "5").row("Total assets", "9", "12")
    page.row("", "", "57")
    assert printed(tables(page)[0]) == [["6", "5"], ["9", "12"]]


def test_a_table_among_the_footnotes_stands_on_its_own() -> None:
    page = income_statement().text("(1) Includes stock-based compensation as follows:")
    page.row("Cost of sales", "13", "12", "11").row("Selling", "20", "19", "18")
    statement, note = tables(page)
    assert len(printed(statement)) == 13
    assert note.note
    assert printed(note) == [["13", "12", "11"], ["20", "19", "18"]]


def test_rows_on_top_of_a_page_go_on_with_the_page_before() -> None:
    page = Page()
    for index in range(6):
        page.row(f"Liability {index}", f"{index},100", f"{index},200")
    page.text("Consolidated Statements of Income").header("2022", "2021")
    page.row("Net sales", "9,000", "8,000").row("Net income", "1,500", "1,180")
    first, second = tables(page)
    assert first.headers == ["", ""]
    assert len(printed(first)) == 6
    assert len(printed(second)) == 2


def test_a_stray_number_is_reported_and_not_put_into_a_column() -> None:
    page = (
        Page()
        .header("2022", "2021")
        .row("Goodwill", "600", "500")
        .row("Total assets", "900", "1,200")
    )
    page.row("Authorized", "600", "500", "88", edges=(400, 480, 530)).row("Other", "1", "2")
    (table,) = tables(page)
    assert [token.text for row in table.rows for token in row.orphans] == ["88"]


def test_a_number_close_behind_its_label_counts_when_it_stands_in_the_column() -> None:
    page = (
        Page()
        .header("2022", "2021")
        .row("Goodwill", "600", "500")
        .row("Total assets", "900", "1,200")
    )
    page.row("", "700", "800").words += Page().text("A label that nearly touches it", x0=220).words
    page.words = [w if w.text != "it" else w._replace(x0=378, x1=384) for w in page.words]
    (table,) = tables(page)
    assert len(printed(table)) == 3
