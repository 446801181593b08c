from services.extraction.lines import lines_of
from services.extraction.model import RawRow
from services.extraction.rows import raw_rows
from services.extraction.tables import tables_of
from tests.unit.extraction.page_builder import Page, balance_sheet, income_statement


def rows_of(page: Page) -> tuple[RawRow, ...]:
    (table, *_) = tables_of(lines_of(page.layout), page.number, page.width)
    return raw_rows(table)


def start() -> Page:
    return Page().header("2022", "2021").row("Revenue", "900", "800")


def test_headings_become_sections_until_the_indent_ends() -> None:
    rows = {row.label: row for row in rows_of(balance_sheet())}
    assert rows["Inventories"].section == "Current assets:"
    assert rows["Total current assets"].section == "Current assets:"
    assert rows["Goodwill"].section is None
    assert rows["Accounts payable"].section == "Current liabilities:"


def test_the_same_label_under_two_headings_is_told_apart() -> None:
    rows = [row for row in rows_of(income_statement()) if row.label == "Diluted"]
    assert [row.section for row in rows] == [
        "Earnings per share:",
        "Weighted average shares outstanding:",
    ]


def test_a_label_wrapped_before_its_numbers_is_one_row() -> None:
    page = start().row("Effect of exchange rate changes on cash, cash")
    page.row("equivalents and restricted cash", "(8)", "7")
    assert (
        rows_of(page)[1].label
        == "Effect of exchange rate changes on cash, cash equivalents and restricted cash"
    )


def test_a_label_wrapped_behind_its_numbers_is_one_row() -> None:
    page = start().row("Additions to property, net of", "(930)", "(737)").row("non-cash additions")
    page.row("Other", "1", "2")
    assert [row.label for row in rows_of(page)][1:] == [
        "Additions to property, net of non-cash additions",
        "Other",
    ]


def test_an_unlabelled_total_is_kept_without_a_label() -> None:
    page = start().row("Other income", "100", "50").row("", "1,000", "850")
    assert rows_of(page)[-1].label == ""
    assert [str(c.number) for c in rows_of(page)[-1].cells if c] == ["1000", "850"]


def test_an_unlabelled_total_does_not_take_the_heading_over_it() -> None:
    page = start().row("Commitments and contingencies").row("", "1,000", "850")
    assert rows_of(page)[-1].label == ""


def test_a_number_centred_beside_two_lines_belongs_to_both() -> None:
    page = start().row("Reconciliation of net income to net").skip(-6).row("", "100", "50").skip(-6)
    page.row("cash provided by operations").row("Other", "1", "2")
    labels = [row.label for row in rows_of(page)]
    assert labels[1] == "Reconciliation of net income to net cash provided by operations"


def test_a_heading_that_ends_in_a_colon_is_never_part_of_a_label() -> None:
    page = start().row("Adjustments for:").row("depreciation", "10", "9")
    row = rows_of(page)[1]
    assert (row.label, row.section) == ("depreciation", "Adjustments for:")


def test_cells_carry_page_and_boxes() -> None:
    row = rows_of(balance_sheet(number=7))[0]
    cell = row.cells[0]
    assert cell is not None
    assert cell.page == row.page == 7
    assert len(cell.boxes) == 2
    assert row.label_boxes[0].x0 == 60
