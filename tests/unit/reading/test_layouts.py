"""How real filings print their statements, each way with a PDF of its own."""

from decimal import Decimal

import pytest

from services.domain.reports import TieOutStatus

from .paper import EDGES, LEFT, Paper, cover, fact, read, row_values, statement

YEARS = ("2024", "2023")
ASSETS = [
    ("Cash and cash equivalents", "310", "275"),
    ("Accounts receivable, net", "540", "498"),
    ("Inventories", "615", "580"),
    ("Total current assets", "1,465", "1,353"),
    ("Property, plant and equipment, net", "2,035", "1,947"),
    ("Total assets", "3,500", "3,300"),
]
CLAIMS = [
    ("Accounts payable", "425", "410"),
    ("Total current liabilities", "425", "410"),
    ("Long-term debt", "1,275", "1,290"),
    ("Total liabilities", "1,700", "1,700"),
    ("Common stock", "300", "300"),
    ("Retained earnings", "1,500", "1,300"),
    ("Total shareholders' equity", "1,800", "1,600"),
    ("Total liabilities and shareholders' equity", "3,500", "3,300"),
]
INCOME = [
    ("Net sales", "4,812", "4,377"),
    ("Cost of sales", "2,905", "2,688"),
    ("Gross profit", "1,907", "1,689"),
    ("Selling, general and administrative", "1,020", "971"),
    ("Operating income", "887", "718"),
    ("Interest expense", "62", "58"),
    ("Income before income taxes", "825", "660"),
    ("Provision for income taxes", "181", "149"),
    ("Net income", "644", "511"),
]


def millions(*amounts: int) -> list[Decimal]:
    return [Decimal(amount) * 1_000_000 for amount in amounts]


def income_title(paper: Paper) -> Paper:
    paper.centred("EXAMPLE CORPORATION", "CONSOLIDATED STATEMENTS OF INCOME", "(In millions)")
    return paper.heads(*YEARS, left="Years ended December 31,")


def balance_title(paper: Paper) -> Paper:
    paper.centred("EXAMPLE CORPORATION", "CONSOLIDATED BALANCE SHEETS", "(In millions)")
    return paper.heads(*YEARS, left="December 31,")


def gaps(found) -> list[str]:
    """What the completeness gate says of the statements that are there."""
    return [f.sentence for f in found.findings if f.needs_review and f.code != "statement-missing"]


def test_a_balance_sheet_over_two_pages_is_one_statement():
    paper = balance_title(cover(Paper())).rows(ASSETS).page()
    paper.centred("CONSOLIDATED BALANCE SHEETS (continued)", "(In millions)")
    paper.heads(*YEARS, left="December 31,").rows(CLAIMS)
    found = read(paper.pdf())
    sheet = statement(found, "balance_sheet")
    assert sheet.pages == (2, 3)
    assert len(sheet.rows) == len(ASSETS) + len(CLAIMS)
    assert fact(found, "total_assets").source.page == 2
    assert fact(found, "total_liabilities_and_equity", 1).value == 3_300_000_000
    assert fact(found, "total_liabilities_and_equity").source.page == 3
    assert {t.status for t in found.tie_outs if t.check == "T01"} == {TieOutStatus.PASS}


def test_a_statement_that_goes_on_without_a_title_is_read_to_its_end():
    paper = balance_title(cover(Paper())).rows(ASSETS).page().rows(CLAIMS)
    found = read(paper.pdf())
    assert fact(found, "retained_earnings").printed_value == 1500
    assert fact(found, "total_liabilities_and_equity").source.page == 3


def test_assets_and_claims_side_by_side_are_rows_of_one_balance_sheet():
    paper = cover(Paper())
    paper.centred("CONSOLIDATED BALANCE SHEETS", "(In millions)")
    left, right, middle = (230.0, 285.0), (500.0, 555.0), 312.0
    y = paper.y
    paper.heads(*YEARS, edges=left, left="December 31,")
    for label, *cells in ASSETS:
        paper.row(label[:24], *cells, edges=left)
    paper.y = y
    paper.put("December 31,", middle).heads(*YEARS, edges=right)
    for label, *cells in CLAIMS:
        paper.row(label[:30], *cells, edges=right, x=middle)
    found = read(paper.pdf())
    assert row_values(found, "Inventories") == millions(615, 580)
    assert row_values(found, "Retained earnings") == millions(1500, 1300)
    assert fact(found, "total_assets", 1).value == 3_300_000_000


def test_a_label_of_two_lines_is_one_row():
    paper = income_title(cover(Paper())).rows(INCOME[:3])
    paper.text("Selling, general and administrative expenses, including")
    paper.row("  amortization of acquired intangible assets", "1,020", "971").rows(INCOME[4:])
    found = read(paper.pdf())
    label = (
        "Selling, general and administrative expenses, including amortization of acquired "
        "intangible assets"
    )
    assert row_values(found, label) == millions(1020, 971)
    assert len(statement(found, "income_statement").rows) == len(INCOME)


def test_dotted_leaders_are_no_part_of_the_label():
    paper = income_title(cover(Paper()))
    for label, *cells in INCOME:
        paper.row(f"{label} {'.' * (90 - len(label))}", *cells)
    found = read(paper.pdf())
    assert row_values(found, "Cost of sales") == millions(2905, 2688)
    assert fact(found, "net_income", 1).value == 511_000_000


def test_the_notes_column_gives_no_facts():
    paper = cover(Paper())
    paper.centred("CONSOLIDATED STATEMENTS OF INCOME", "(In millions)")
    paper.right("Notes", 330.0).heads(*YEARS, edges=EDGES[1:], left="Years ended December 31,")
    for place, (label, *cells) in enumerate(INCOME):
        paper.right(str(place + 3) if place % 2 else "", 325.0)
        paper.row(label, *cells, edges=EDGES[1:])
    found = read(paper.pdf())
    assert row_values(found, "Cost of sales") == millions(2905, 2688)
    assert len(statement(found, "income_statement").columns) == 2
    assert gaps(found) == []


def test_a_dollar_sign_far_left_and_a_parenthesis_apart_belong_to_their_number():
    paper = income_title(cover(Paper())).row("Net sales", "4,812", "4,377")
    paper.y += 13
    for edge in EDGES[:2]:
        paper.put("$", edge - 45)
    paper.down().rows(INCOME[1:5]).put("Interest expense", LEFT)
    for edge, amount in zip(EDGES, ("62", "58"), strict=False):
        paper.put("(", edge - 14).right(amount, edge).put(")", edge + 1)
    paper.down().rows(INCOME[6:])
    found = read(paper.pdf())
    assert fact(found, "revenue").source.printed == "$4,812"
    assert fact(found, "interest_expense").printed_value == -62
    assert len(fact(found, "revenue").source.boxes) == 2


def test_a_dash_is_nil_and_a_blank_is_nothing():
    rows = [*ASSETS[:3], ("Other current assets", "—", ""), *ASSETS[3:], *CLAIMS]
    found = read(balance_title(cover(Paper())).rows(rows).pdf())
    assert row_values(found, "Other current assets") == [Decimal(0), None]


def test_letters_spaced_apart_are_words():
    paper = cover(Paper())
    paper.centred("C O N S O L I D A T E D  S T A T E M E N T S  O F  I N C O M E", "(In millions)")
    paper.heads(*YEARS, left="Years ended December 31,").row("N e t  s a l e s", "4,812", "4,377")
    found = read(paper.rows(INCOME[1:]).pdf())
    assert fact(found, "revenue").printed_value == 4812
    assert fact(found, "net_income").printed_value == 644


def test_footnote_marks_are_no_part_of_the_numbers_beside_them():
    paper = income_title(cover(Paper()))
    for label, *cells in INCOME:
        paper.put("(1)" if label == "Net sales" else "", LEFT + 45, size=6)
        paper.row(label, *cells)
        if label == "Cost of sales":
            paper.y += 13 + 3
            paper.put("2", EDGES[0] + 1, size=5).down(16)
    paper.text("(1) Net sales include excise taxes of 120 in 2024 and 115 in 2023.", size=7)
    found = read(paper.pdf())
    assert fact(found, "revenue").printed_value == 4812
    assert row_values(found, "Cost of sales") == millions(2905, 2688)
    assert len(statement(found, "income_statement").rows) == len(INCOME)


def test_the_older_year_may_stand_first():
    paper = cover(Paper())
    paper.centred("CONSOLIDATED STATEMENTS OF INCOME", "(In millions)")
    paper.heads("2023", "2024", left="Years ended December 31,")
    paper.rows([(label, old, new) for label, new, old in INCOME])
    found = read(paper.pdf())
    assert fact(found, "revenue", 0).period.end.year == 2023
    assert fact(found, "revenue", 0).printed_value == 4377
    assert fact(found, "revenue", 1).printed_value == 4812


def test_a_page_whose_text_comes_column_by_column_is_read_by_its_geometry():
    """Some writers put all labels first, then every column of numbers: the text alone has no rows."""
    paper = income_title(cover(Paper()))
    top = paper.y
    for label, *_ in INCOME:
        paper.row(label)
    for column, edge in enumerate(EDGES[:2], start=1):
        paper.y = top
        for row in INCOME:
            paper.right(row[column], edge).down()
    found = read(paper.pdf())
    assert row_values(found, "Operating income") == millions(887, 718)
    assert len(statement(found, "income_statement").rows) == len(INCOME)


def test_lines_drawn_from_the_bottom_up_are_read_from_the_top_down():
    paper = income_title(cover(Paper()))
    top = paper.y
    for place in reversed(range(len(INCOME))):
        paper.y = top - 13 * place
        paper.row(*INCOME[place])
    found = read(paper.pdf())
    labels = [row.label for row in statement(found, "income_statement").rows]
    assert labels == [label for label, *_ in INCOME]


def test_a_table_among_the_footnotes_is_no_part_of_the_statement():
    paper = income_title(cover(Paper())).rows(INCOME).down()
    paper.text("(1) Amounts include stock-based compensation, as follows:")
    paper.heads(*YEARS, left="Years ended December 31,")
    paper.rows([("Cost of sales", "12", "11"), ("Selling, general and administrative", "40", "36")])
    found = read(paper.pdf())
    assert fact(found, "cost_of_revenue").printed_value == 2905
    (other,) = [s for s in found.statements if s.kind.value == "other_table"]
    assert other.title == "(1) Amounts include stock-based compensation, as follows:"
    assert [row.concept for row in other.rows] == [None, None]


def test_a_statement_below_the_footnotes_of_another_is_a_statement():
    paper = income_title(cover(Paper())).rows(INCOME).down()
    paper.text("(1) Restated for the sale of the paint business.").down()
    found = read(balance_title(paper).rows([*ASSETS, *CLAIMS]).pdf())
    assert len(statement(found, "balance_sheet").rows) == len(ASSETS) + len(CLAIMS)
    assert fact(found, "total_assets").printed_value == 3500


def test_a_raised_mark_further_behind_a_number_is_no_number():
    paper = income_title(cover(Paper())).rows(INCOME)
    paper.row("Basic earnings per share", "3.22", "2.56").down(-16)
    found = read(paper.put("3", EDGES[0] + 7, size=5).down(16).pdf())
    assert fact(found, "eps_basic").printed_value == Decimal("3.22")
    assert gaps(found) == []


def test_the_number_of_a_footnote_on_a_line_of_its_own_is_no_lost_number():
    paper = income_title(cover(Paper())).rows(INCOME).down()
    paper.put("2", LEFT - 8, size=5).down(5)
    found = read(
        paper.text("In 2024 the company recognized gains on the sale of a plant.", size=7).pdf()
    )
    assert [f.code for f in found.findings if f.code == "orphan-number"] == []


@pytest.mark.parametrize("mark", ["*", "(1)", "(a)", "†"])
def test_a_mark_glued_to_a_number_leaves_the_number(mark):
    paper = income_title(cover(Paper()))
    for label, *cells in INCOME:
        paper.row(label, *cells)
        if label == "Net sales":
            paper.down(-13).put(mark, EDGES[0]).down()
    found = read(paper.pdf())
    assert fact(found, "revenue").printed_value == 4812


def test_a_401k_plan_is_words():
    rows = [*INCOME[:3], ("Contributions to 401(k) plans", "20", "18"), *INCOME[3:]]
    found = read(income_title(cover(Paper())).rows(rows).pdf())
    assert row_values(found, "Contributions to 401(k) plans") == millions(20, 18)


def test_two_statements_on_one_page_have_their_own_titles_and_units():
    paper = income_title(cover(Paper())).rows(INCOME).down()
    paper.centred("CONSOLIDATED BALANCE SHEETS", "(In thousands)")
    paper.heads(*YEARS, left="December 31,")
    thousands = [
        (label, *(f"{cell},000" for cell in cells)) for label, *cells in [*ASSETS, *CLAIMS]
    ]
    found = read(paper.rows(thousands).pdf())
    sheet = statement(found, "balance_sheet")
    assert sheet.title == "CONSOLIDATED BALANCE SHEETS (In thousands)"
    assert fact(found, "total_assets").value == 3_500_000_000
    assert len(statement(found, "income_statement").rows) == len(INCOME)
