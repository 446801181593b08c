"""Whose numbers a table shows: the registrant's, a parent's alone, a guarantor's; and other kinds of reports."""

from datetime import date
from decimal import Decimal

from services.domain.reports import TieOutStatus

from .paper import Paper, cover, fact, read, row_values, statement
from .test_layouts import ASSETS, CLAIMS, INCOME, balance_title, gaps, income_title, millions

FOUR = (330.0, 400.0, 470.0, 540.0)
FLOWS = [
    ("Net income", "644", "511"),
    ("Depreciation and amortization", "210", "205"),
    ("Changes in working capital", "(54)", "(16)"),
    ("Net cash provided by operating activities", "800", "700"),
    ("Capital expenditures", "(298)", "(260)"),
    ("Net cash used in investing activities", "(298)", "(260)"),
    ("Dividends paid", "(452)", "(425)"),
    ("Repayments of long-term debt", "(15)", "(10)"),
    ("Net cash used in financing activities", "(467)", "(435)"),
    ("Net increase in cash and cash equivalents", "35", "5"),
    ("Cash and cash equivalents at beginning of year", "275", "270"),
    ("Cash and cash equivalents at end of year", "310", "275"),
]


def flows_title(paper: Paper) -> Paper:
    paper.centred("EXAMPLE CORPORATION", "CONSOLIDATED STATEMENTS OF CASH FLOWS", "(In millions)")
    return paper.heads("2024", "2023", left="Years ended December 31,")


def consolidated() -> Paper:
    paper = income_title(cover(Paper())).rows(INCOME).page()
    paper = balance_title(paper).rows([*ASSETS, *CLAIMS]).page()
    return flows_title(paper).rows(FLOWS).page()


def halved(rows):
    return [
        (label, *(f"{int(c.strip('()').replace(',', '')) // 2:,}" for c in cells))
        for label, *cells in rows
    ]


def test_three_statements_of_one_report_tie_together():
    found = read(consolidated().pdf())
    assert gaps(found) == []
    assert {t.status for t in found.tie_outs if t.check in {"T01", "T11", "T12", "T13", "T14"}} == {
        TieOutStatus.PASS
    }


def test_a_parents_own_condensed_statements_are_not_the_consolidated_ones():
    paper = consolidated()
    paper.centred("SCHEDULE I", "CONDENSED FINANCIAL INFORMATION OF REGISTRANT")
    paper.centred("EXAMPLE CORPORATION (PARENT COMPANY ONLY)", "BALANCE SHEETS", "(In millions)")
    paper.heads("2024", "2023", left="December 31,").rows(halved([*ASSETS, *CLAIMS]))
    found = read(paper.pdf())
    assert fact(found, "total_assets").value == 3_500_000_000
    parents = [s for s in found.statements if s.pages == (5,)]
    assert [s.basis for s in parents] == ["parent-only"] * len(parents)
    assert {t.status for t in found.tie_outs if t.check == "T13"} == {TieOutStatus.PASS}


def test_consolidating_columns_of_guarantors_are_not_the_registrants():
    paper = consolidated()
    paper.text("Note 18. Supplemental guarantor information")
    paper.centred("CONDENSED CONSOLIDATING BALANCE SHEET", "December 31, 2024", "(In millions)")
    paper.heads("Parent", "Guarantors", "Eliminations", "Total", edges=FOUR)
    rows = [(label, new, "20", "(20)", new) for label, new, _ in [*ASSETS, *CLAIMS]]
    found = read(paper.rows(rows, edges=FOUR).pdf())
    assert fact(found, "total_assets").value == 3_500_000_000
    others = {s.basis for s in found.statements if 5 in s.pages}
    assert "consolidated" not in others


def test_an_earnings_release_has_a_statement_after_pages_of_prose():
    paper = Paper()
    paper.centred("Example Corporation Reports Fourth Quarter and Full Year 2024 Results", size=12)
    paper.text(
        "DALLAS, Feb. 4, 2025 - Example Corporation today reported net sales of $1.25 billion for"
    )
    paper.text(
        "the quarter ended December 31, 2024, up 8 percent, and net income of $170 million."
    ).page()
    paper.centred(
        "Example Corporation", "Condensed Consolidated Statements of Income", "(Unaudited)"
    )
    paper.centred("(in millions)")
    paper.heads("Three Months Ended", "Twelve Months Ended", edges=(FOUR[1] - 10, FOUR[3] - 10))
    paper.heads("December 31,", "December 31,", edges=(FOUR[1] - 25, FOUR[3] - 25))
    paper.heads("2024", "2023", "2024", "2023", edges=FOUR)
    rows = [("Net sales", "1,250", "1,157", "4,812", "4,377"), ("Cost of sales", "750", "702", "2,905", "2,688"),
            ("Gross profit", "500", "455", "1,907", "1,689"), ("Operating expenses", "260", "250", "1,020", "971"),
            ("Operating income", "240", "205", "887", "718"), ("Income tax expense", "70", "55", "243", "207"),
            ("Net income", "170", "150", "644", "511")]  # fmt: skip
    found = read(paper.rows(rows, edges=FOUR).pdf())
    assert row_values(found, "Net sales") == millions(1250, 1157, 4812, 4377)
    assert fact(found, "net_income", 2).period.start == date(2024, 1, 1)
    assert fact(found, "net_income", 0).source.page == 2


def test_a_bank_has_net_interest_income_and_no_current_assets():
    paper = cover(Paper())
    paper.centred("EXAMPLE BANCORP", "CONSOLIDATED STATEMENTS OF INCOME", "(In millions)")
    paper.heads("2024", "2023", left="Years ended December 31,")
    paper.text("Interest income").rows([("  Loans", "900", "760"), ("  Securities", "200", "180"),
               ("Total interest income", "1,100", "940")])  # fmt: skip
    paper.text("Interest expense").rows([("  Deposits", "300", "180"), ("  Borrowings", "100", "60"),
               ("Total interest expense", "400", "240"), ("Net interest income", "700", "700"),
               ("Provision for credit losses", "60", "40"), ("Noninterest income", "250", "240"),
               ("Noninterest expense", "550", "540"), ("Income before income taxes", "340", "360"),
               ("Income tax expense", "70", "75"), ("Net income", "270", "285")])  # fmt: skip
    paper.page().centred("EXAMPLE BANCORP", "CONSOLIDATED BALANCE SHEETS", "(In millions)")
    paper.heads("2024", "2023", left="December 31,")
    paper.rows([("Cash and due from banks", "500", "450"), ("Securities available for sale", "4,000", "3,900"),
                ("Loans, net of allowance of 210 and 190", "15,000", "14,200"), ("Other assets", "500", "450"),
                ("Total assets", "20,000", "19,000"), ("Deposits", "16,000", "15,300"), ("Borrowings", "2,000", "1,800"),
                ("Total liabilities", "18,000", "17,100"), ("Total stockholders' equity", "2,000", "1,900"),
                ("Total liabilities and stockholders' equity", "20,000", "19,000")])  # fmt: skip
    found = read(paper.pdf())
    assert fact(found, "interest_expense").printed_value == 400
    assert fact(found, "income_before_tax").printed_value == 340
    assert fact(found, "total_liabilities").printed_value == 18_000
    assert not [f for f in found.facts if f.concept in {"total_current_assets", "cost_of_revenue"}]
    assert row_values(found, "Loans, net of allowance of 210 and 190") == millions(15_000, 14_200)
    assert gaps(found) == []


def test_an_insurers_premiums_and_benefits_are_kept_row_by_row():
    paper = cover(Paper())
    paper.centred(
        "EXAMPLE INSURANCE GROUP", "CONSOLIDATED STATEMENTS OF OPERATIONS", "(In millions)"
    )
    paper.heads("2024", "2023", left="Years ended December 31,")
    paper.text("Revenues").rows([("  Premiums", "5,000", "4,700"), ("  Net investment income", "600", "550"),
               ("  Realized investment gains (losses)", "(20)", "15"), ("Total revenues", "5,580", "5,265")])  # fmt: skip
    paper.text("Benefits and expenses").rows([("  Losses and loss adjustment expenses", "3,600", "3,500"),
               ("  Policy acquisition costs", "900", "850"), ("Total benefits and expenses", "4,500", "4,350"),
               ("Income before income taxes", "1,080", "915"), ("Income tax expense", "216", "183"),
               ("Net income", "864", "732")])  # fmt: skip
    found = read(paper.pdf())
    assert fact(found, "revenue").printed_value == 5580
    assert row_values(found, "Realized investment gains (losses)") == millions(-20, 15)
    assert len(statement(found, "income_statement").rows) == 10


def test_a_utilitys_balance_sheet_may_begin_with_plant_and_end_with_capitalization():
    paper = cover(Paper())
    paper.centred("EXAMPLE POWER COMPANY", "CONSOLIDATED BALANCE SHEETS", "(In millions)")
    paper.heads("2024", "2023", left="December 31,").text("ASSETS")
    paper.rows([("Utility plant in service", "12,000", "11,400"), ("Accumulated depreciation", "(4,000)", "(3,800)"),
                ("Net utility plant", "8,000", "7,600"), ("Cash and cash equivalents", "100", "90"),
                ("Customer accounts receivable", "400", "380"), ("Total current assets", "500", "470"),
                ("Regulatory assets", "1,500", "1,430"), ("Total assets", "10,000", "9,500")])  # fmt: skip
    paper.text("CAPITALIZATION AND LIABILITIES")
    paper.rows([("Common stockholders' equity", "4,000", "3,700"), ("Long-term debt", "3,500", "3,400"),
                ("Total capitalization", "7,500", "7,100"), ("Accounts payable", "600", "550"),
                ("Total current liabilities", "600", "550"), ("Deferred income taxes", "1,900", "1,850"),
                ("Total capitalization and liabilities", "10,000", "9,500")])  # fmt: skip
    found = read(paper.pdf())
    assert fact(found, "total_assets").printed_value == 10_000
    assert fact(found, "total_liabilities_and_equity").printed_value == 10_000
    assert fact(found, "long_term_debt", 1).printed_value == 3400
    assert row_values(found, "Accumulated depreciation") == millions(-4000, -3800)
    assert {t.status for t in found.tie_outs if t.check == "T01"} == {TieOutStatus.PASS}


def test_a_property_trust_has_an_unclassified_balance_sheet():
    paper = cover(Paper())
    paper.centred("EXAMPLE REALTY TRUST", "CONSOLIDATED BALANCE SHEETS", "(In thousands)")
    paper.heads("2024", "2023", left="December 31,")
    paper.rows([("Real estate investments, at cost", "9,000,000", "8,600,000"),
                ("Less: accumulated depreciation", "(2,000,000)", "(1,800,000)"),
                ("Real estate investments, net", "7,000,000", "6,800,000"), ("Cash and cash equivalents", "150,000", "120,000"),
                ("Other assets", "350,000", "330,000"), ("Total assets", "7,500,000", "7,250,000"),
                ("Mortgage notes payable", "3,000,000", "2,950,000"),
                ("Accounts payable and accrued expenses", "250,000", "240,000"),
                ("Total liabilities", "3,250,000", "3,190,000"), ("Total shareholders' equity", "4,250,000", "4,060,000"),
                ("Total liabilities and shareholders' equity", "7,500,000", "7,250,000")])  # fmt: skip
    found = read(paper.pdf())
    assert fact(found, "total_assets").value == Decimal(7_500_000_000)
    assert fact(found, "total_liabilities").value == 3_250_000_000
    assert not [f for f in found.facts if f.concept == "total_current_assets"]
    assert gaps(found) == []
