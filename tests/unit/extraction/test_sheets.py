"""Statements in worksheets: which tables are found, with which periods, scale, basis and cells."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.domain.concepts import StatementKind
from services.domain.layout import CellKind, SheetCell, SheetLayout
from services.domain.reports import ColumnKind, Scenario
from services.extraction.sheet_headers import part_of_text
from services.extraction.sheet_kinds import currency_of, kind_of_rows, kind_of_title, scale_of
from services.extraction.sheet_numbers import display_of, displayed, raw_cell
from services.extraction.sheet_periods import duration
from services.extraction.sheet_roles import Reach
from services.extraction.sheets import read_workbook
from tests.unit.extraction.sheet_builder import (
    ACCOUNTING,
    INCOME,
    notes,
    only,
    read,
    scenarios,
    sheet,
    spans,
)


def test_a_regulator_s_income_statement_is_read_with_periods_scale_and_cells():
    statement = only(
        [
            [
                "CONSOLIDATED STATEMENTS OF INCOME - USD ($) shares in Thousands, $ in Millions",
                "12 Months Ended",
            ],
            ["", "Dec. 31, 2024", "Dec. 31, 2023"],
            *INCOME,
        ],
        merged=("A1:A2", "B1:C1"),
    )
    assert statement.kind is StatementKind.INCOME
    assert (statement.scale, statement.currency, statement.basis) == (
        1_000_000,
        "USD",
        "consolidated",
    )
    assert spans(statement) == [
        (date(2024, 1, 1), date(2024, 12, 31)),
        (date(2023, 1, 1), date(2023, 12, 31)),
    ]
    assert [row.label for row in statement.rows] == [row[0] for row in INCOME]
    assert [c.cell for c in statement.rows[0].cells] == ["B3", "C3"]
    assert statement.rows[3].cells[1].number == 12


def test_a_balance_sheet_has_dates_and_sections():
    statement = only(
        [
            ["Balance sheet (in thousands)"],
            ["", date(2024, 12, 31), date(2023, 12, 31)],
            ["Assets"],
            ["Cash", 5, 4],
            ["Total assets", 5, 4],
            ["Liabilities and equity"],
            ["Total liabilities", 2, 2],
        ]
    )
    assert statement.kind is StatementKind.BALANCE
    assert statement.scale == 1000
    assert spans(statement) == [(None, date(2024, 12, 31)), (None, date(2023, 12, 31))]
    assert [row.section for row in statement.rows] == ["Assets", "Assets", "Liabilities and equity"]


def test_budget_and_actual_under_merged_months_stand_side_by_side_in_one_statement():
    rows = [
        ["Income statement"],
        ["", "Jan 2025", "", "Feb 2025", "", "FY2025", "", "", "", "", ""],
        ["", "Actual", "Budget", "Actual", "Budget", "Actual", "Budget", "Variance", "Var %"],
        ["Revenue", 10, 11, 12, 13, 22, 24, -2, Decimal("-0.083")],
        ["Net income", 1, 2, 3, 4, 4, 6, -2, Decimal("-0.333")],
    ]
    statement = only(rows, merged=("B2:C2", "D2:E2", "F2:I2"))
    january, february, year = (
        (date(2025, 1, 1), date(2025, 1, 31)),
        (date(2025, 2, 1), date(2025, 2, 28)),
        (date(2025, 1, 1), date(2025, 12, 31)),
    )
    assert spans(statement)[:6] == [january, january, february, february, year, year]
    assert scenarios(statement)[:6] == [Scenario.ACTUAL, Scenario.BUDGET] * 3
    assert [c.kind for c in statement.columns] == [
        *[ColumnKind.VALUE] * 6,
        ColumnKind.DELTA,
        ColumnKind.PERCENT,
    ]
    assert [c.cell for c in statement.rows[0].cells] == [f"{letter}4" for letter in "BCDEFGHI"]
    assert [c.certainty for c in statement.columns[:6]] == [0.99] * 4 + [0.9] * 2


def test_headers_without_merged_cells_carry_to_the_right():
    statement = only(
        [["", "Jan 2025", "", "Feb 2025", ""], ["", "Actual", "Plan", "Actual", "Plan"],
         ["Rent", 1, 2, 3, 4], ["Wages", 5, 6, 7, 8]]
    )  # fmt: skip
    assert [c.header for c in statement.columns][::2] == ["Jan 2025 Actual", "Feb 2025 Actual"]
    assert scenarios(statement) == [Scenario.ACTUAL, Scenario.BUDGET] * 2
    assert statement.kind is StatementKind.OTHER


def test_forecast_columns_are_no_actual_figures():
    statement = only([["", "2024A", "2025E"], *INCOME], "P&L")
    assert scenarios(statement) == [Scenario.ACTUAL, Scenario.FORECAST]
    assert statement.basis == "consolidated"
    assert spans(statement)[1] == (date(2025, 1, 1), date(2025, 12, 31))


def test_a_title_of_a_budget_makes_all_columns_budget():
    statement = only([["Budget 2026 (EUR thousand)"], ["", "Q1", "Q2"], *INCOME])
    assert scenarios(statement) == [Scenario.BUDGET] * 2
    assert (statement.currency, statement.scale) == ("EUR", 1000)
    assert spans(statement)[1] == (date(2026, 4, 1), date(2026, 6, 30))


def test_a_fiscal_year_end_in_the_title_moves_years_and_quarters():
    title = "Statements of operations for the year ended June 30, 2025"
    statement = only([[title], ["", 2025, 2024], *INCOME])
    assert spans(statement)[0] == (date(2024, 7, 1), date(2025, 6, 30))
    assert statement.columns[0].certainty == 0.95


def test_a_total_column_spans_the_months_before_it():
    statement = only([["", "Jan 2025", "Feb 2025", "Total"], ["Rent", 1, 2, 3], ["Wages", 4, 5, 9]])
    assert spans(statement)[2] == (date(2025, 1, 1), date(2025, 2, 28))


def test_prior_year_is_a_year_before_the_title_s_period():
    rows = [["Income statement for the month ended March 31, 2025"], ["", "Actual", "Prior year"]]
    statement = only([*rows, *INCOME])
    assert spans(statement)[0] == (date(2025, 3, 1), date(2025, 3, 31))
    assert spans(statement)[1] == (date(2024, 3, 1), date(2024, 3, 31))


def test_three_statements_under_one_header_are_parted_at_their_titles():
    kinds = [
        statement.kind
        for statement in read(
            [
                ["Model", 2024, 2025],
                ["Income statement"],
                *INCOME,
                ["Balance sheet"],
                ["Total assets", 7, 8],
                ["Total liabilities", 3, 3],
                ["Cash flow statement"],
                ["Net income", 10, 12],
                ["Capital expenditures", -3, -4],
            ]
        )
    ]
    assert kinds == [StatementKind.INCOME, StatementKind.BALANCE, StatementKind.CASH_FLOW]


def test_periods_down_the_rows_are_read_across():
    statement = only(
        [
            ["Month", "Sales", "Returns"],
            ["Jan 2025", 10, 1],
            ["Feb 2025", 20, 2],
            ["Mar 2025", 30, 3],
        ]
    )
    assert [row.label for row in statement.rows] == ["Sales", "Returns"]
    assert [c.cell for c in statement.rows[1].cells] == ["C2", "C3", "C4"]
    assert spans(statement)[2] == (date(2025, 3, 1), date(2025, 3, 31))


def test_tables_side_by_side_are_read_apart():
    left = [["", 2024, 2023], ["Revenue", 10, 9], ["Cost of sales", 4, 3], ["Net income", 2, 1]]
    right = [["", 2024], ["Total assets", 7], ["Total liabilities", 3], ["Inventories", 1]]
    rows = [[*a, None, *b] for a, b in zip(left, right, strict=True)]
    income, balance = read(rows)
    assert [len(s.columns) for s in (income, balance)] == [2, 1]
    assert (income.kind, balance.kind) == (StatementKind.INCOME, StatementKind.BALANCE)


def test_a_format_in_thousands_means_the_cell_holds_whole_units():
    statement = only(
        [
            ["Income statement (in thousands)"],
            ["", "FY2024"],
            ["Revenue", 1_234_567],
            ["Net income", 5],
        ],
        formats="#,##0,",
    )
    assert (statement.scale, statement.rows[0].cells[0].printed) == (1, "1,234,567")


def test_without_a_stated_scale_small_numbers_leave_it_in_doubt():
    small = only([["", "FY2024"], ["Revenue", 12], ["Net income", 5]], "Income statement")
    large = only([["", "FY2024"], ["Revenue", 1_200_000], ["Net income", 5]], "Income statement")
    assert (small.scale, small.scale_certainty) == (1, 0.8)
    assert (large.scale, large.scale_certainty) == (1, 0.95)


def test_columns_of_one_period_are_of_the_parts_that_their_headings_name():
    statement = only(
        [["", "2024 East", "2024 West", "2024 Group", "2023"], *[[*row, 9, 8] for row in INCOME]]
    )
    assert [c.member for c in statement.columns] == ["East", "West", None, None]
    assert [c.certainty for c in statement.columns] == [0.9] * 4


def test_two_columns_that_claim_the_same_period_are_doubted():
    statement = only([["", "FY2024", "2024", "2023"], ["Revenue", 1, 2, 3], ["Costs", 1, 2, 3]])
    assert [c.certainty for c in statement.columns] == [0.5, 0.5, 0.9]


def test_numbers_printed_as_text_and_dashes_are_read():
    statement = only([["", 2024, 2023], ["Revenue", "$ 1,234", "(56)"], ["Fees", "—", "n/a"]])
    revenue, fees = statement.rows
    assert [c.number for c in revenue.cells] == [Decimal(1234), Decimal(-56)]
    assert fees.cells[0].nil is True
    assert fees.cells[1] is None


def test_codes_and_indents_stay_beside_the_label():
    statement = only([["", "", 2024], ["4000", "  Product sales", 10], ["5000", "Wages", 4]])
    assert [row.label for row in statement.rows] == ["Product sales", "Wages"]
    assert statement.rows[0].indent > statement.rows[1].indent


def test_a_table_without_periods_is_not_read_and_that_is_said():
    found = read_workbook([sheet([["Name", "Value"], ["Item", 100], ["Thing", 3]], "Data")])
    assert found.statements == []
    assert [note.code for note in found.notes] == ["no-period-table"]
    assert (
        found.notes[0].sentence == "1 sheet not read: no table with periods in its header ('Data')."
    )


def test_a_hidden_sheet_is_not_read_and_that_is_said():
    hidden = sheet([["", 2024], *[row[:2] for row in INCOME]], "Old", hidden=True)
    assert read_workbook([hidden]).statements == []
    assert notes(hidden)["hidden-sheet"].sentence == "Sheet 'Old' is hidden and was not read."


def test_hidden_rows_errors_and_formulas_without_values_are_said():
    whole = sheet([["", 2024, 2023], *INCOME], hidden_rows=frozenset({3}))
    broken = SheetCell(9, 2, "B9", CellKind.ERROR, "#REF!", formula="=#REF!")
    empty = SheetCell(9, 3, "C9", CellKind.TEXT, "", formula="=SUM(C2:C3)")
    layout = SheetLayout(whole.name, (*whole.cells, broken, empty), hidden_rows=whole.hidden_rows)
    said = notes(layout)
    assert said["hidden-cells"].sentence.startswith("Sheet 'Sheet1' has 1 hidden row and 0 hidden")
    assert said["error-cells"].sentence == "Sheet 'Sheet1' has cells that hold an error: B9."
    assert said["formula-without-value"].sentence.endswith("upload it again): C9.")
    assert "unread-numbers" not in said


def test_numbers_under_no_period_are_not_read_and_that_is_said():
    rows = [["", 2024, "Weight"], *[[*row[:2], 7 + i] for i, row in enumerate(INCOME)]]
    found = read_workbook([sheet(rows, "Income statement")])
    assert [len(statement.columns) for statement in found.statements] == [1]
    assert [note.sentence for note in found.notes] == [
        "4 of 8 numbers of 'Income statement' on sheet 'Income statement' were read; left out: "
        "4 under headings without a period (C2, C3, C4, C5)."
    ]
    (coverage,) = found.coverage
    assert (coverage.printed, coverage.facts) == (8, 4)


def test_a_last_row_that_looks_like_years_is_data():
    statement = only([["", "FY2024", "FY2023"], ["Revenue", 9_000, 8_000], ["Staff", 2010, 1998]])
    assert [c.number for c in statement.rows[1].cells] == [2010, 1998]


def test_a_first_row_that_looks_like_years_is_data_once_the_periods_are_told():
    statement = only([["", "FY2024", "FY2023"], ["Staff", 2010, 1998], ["Revenue", 9_000, 8_000]])
    assert [row.label for row in statement.rows] == ["Staff", "Revenue"]


def test_dates_without_a_length_take_it_from_their_distance():
    ends = [date(2024, 3, 31), date(2024, 6, 30), date(2024, 9, 30)]
    statement = only([["", *ends], ["Revenue", 1, 2, 3], ["Costs", 1, 2, 3]])
    assert spans(statement)[1] == (date(2024, 4, 1), date(2024, 6, 30))
    assert statement.columns[1].certainty == 0.9


def test_months_named_by_their_first_day_are_those_months():
    firsts = [date(2024, 1, 1), date(2024, 2, 1), date(2024, 3, 1)]
    statement = only([["", *firsts], ["Rent", 1, 2, 3], ["Wages", 1, 2, 3]])
    assert spans(statement)[1] == (date(2024, 2, 1), date(2024, 2, 29))


def test_a_lone_date_is_a_year_s_end_in_an_income_statement_and_a_day_elsewhere():
    rows = [["", date(2024, 12, 31)], ["Rent", 1], ["Wages", 2]]
    assert spans(only(rows, "Income statement")) == [(date(2024, 1, 1), date(2024, 12, 31))]
    assert spans(only(rows, "Other")) == [(None, date(2024, 12, 31))]
    assert only(rows, "Other").columns[0].certainty == 0.7


def test_a_length_in_the_title_holds_for_dates_below_it():
    rows = [["Six months ended", ""], ["", date(2024, 6, 30)], ["Rent", 1], ["Wages", 2]]
    assert spans(only(rows)) == [(date(2024, 1, 1), date(2024, 6, 30))]


def test_half_years_and_quarters_of_a_balance_sheet():
    rows = [["", "H1 2025", "Q3 2025"], ["Total assets", 1, 2], ["Total liabilities", 1, 1]]
    assert spans(only(rows, "Balance sheet")) == [
        (None, date(2025, 6, 30)),
        (None, date(2025, 9, 30)),
    ]


def test_months_take_their_year_from_the_title_or_have_no_period():
    rows = [["", "Jan", "Feb"], ["Rent", 1, 2], ["Wages", 2, 3]]
    titled = only([["Operating costs 2025"], *rows])
    assert spans(titled)[1] == (date(2025, 2, 1), date(2025, 2, 28))
    assert titled.columns[1].certainty == 0.95
    assert read(rows) == []


def test_a_day_and_month_over_years_make_whole_dates():
    rows = [["", "December 31,", ""], ["", 2024, 2023], ["Total assets", 1, 2], ["Debt", 1, 1]]
    statement = only(rows, "Balance sheet", merged=("B1:C1",))
    assert spans(statement) == [(None, date(2024, 12, 31)), (None, date(2023, 12, 31))]


def test_notes_beside_primary_statements_are_left_out_and_that_is_said():
    income = sheet([["", 2024, 2023], *INCOME], "Income statement")
    balance = sheet([["", 2024], ["Total assets", 4], ["Total liabilities", 3]], "Balance sheet")
    details = sheet([["STORES (Details)", 2024], ["Stores", 4], ["Staff", 3]], "STORES (Detai")
    found = read_workbook([income, balance, details])
    assert [s.sheet for s in found.statements] == ["Income statement", "Balance sheet"]
    assert [note.code for note in found.notes] == ["notes-of-a-filing"]
    assert read_workbook([details]).statements[0].kind is StatementKind.OTHER


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Jan-25", {"year": 2025, "month": 1}),
        ("Jan 25", {"year": 2025, "month": 1}),
        ("Sept 2024", {"year": 2024, "month": 9}),
        ("Years ended December 31,", {"month": 12, "day": 31, "months": 12}),
        ("31 March 2025", {"end": date(2025, 3, 31)}),
        ("03/31/2025", {"end": date(2025, 3, 31)}),
        ("31.03.2025", {"end": date(2025, 3, 31)}),
        ("2025-02-30", {"year": 2025}),
        ("1Q25", {"year": 2025, "quarter": 1}),
        ("Q1'25", {"year": 2025, "quarter": 1}),
        ("First Quarter 2025", {"year": 2025, "quarter": 1}),
        ("H1 2025", {"year": 2025, "half": 1}),
        ("13 Weeks Ended Feb. 1, 2025", {"end": date(2025, 2, 1), "months": 3}),
        ("FY24", {"year": 2024}),
        ("As of June 30, 2025", {"end": date(2025, 6, 30), "instant": True}),
        ("Budget", {"scenario": Scenario.BUDGET}),
        ("2025E", {"year": 2025, "scenario": Scenario.FORECAST}),
        ("% Change", {"kind": ColumnKind.PERCENT}),
        ("Actual vs Budget", {"scenario": Scenario.BUDGET, "kind": ColumnKind.DELTA}),
        ("YTD", {"reach": Reach.YEAR_TO_DATE}),
        ("Marketing", {}),
        ("Notes", {}),
    ],
)  # fmt: skip
def test_a_header_says(text, expected):
    part = part_of_text(text)
    said = {name: getattr(part, name) for name in part.__slots__ if getattr(part, name)}
    assert said == expected


@pytest.mark.parametrize(
    ("text", "scale"),
    [
        ("(in thousands)", 1000),
        ("USD ($) $ in Millions", 1_000_000),
        ("shares in Thousands, $ in Billions", 1_000_000_000),
        ("Amounts in $000s", 1000),
        ("($M)", 1_000_000),
        ("CONSOLIDATED BALANCE SHEETS - USD ($)", 1),
        ("Income statement", None),
        ("Larkfield, Inc.", None),
    ],
)
def test_a_title_states_the_scale(text, scale):
    assert scale_of([text]) == scale


def test_currencies_are_named_by_sign_or_code():
    assert [currency_of([text]) for text in ("€ thousand", "in GBP", "US$ m", "plain")] == [
        "EUR",
        "GBP",
        "USD",
        None,
    ]


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("CONSOLIDATED BALANCE SHEETS", StatementKind.BALANCE),
        ("Consolidated Balance Sheets (Parenthetical)", StatementKind.OTHER),
        ("CONSOLIDATED STATEMENTS OF COMPREHENSIVE INCOME", StatementKind.OTHER),
        ("Statements of Income and Comprehensive Income", StatementKind.INCOME),
        ("Profit & Loss", StatementKind.INCOME),
        ("Statement of cash flows", StatementKind.CASH_FLOW),
        ("Cash flow", StatementKind.CASH_FLOW),
        ("Cash flows from operating activities", None),
        ("Sheet1", None),
    ],
)
def test_a_title_names_its_statement(title, kind):
    assert kind_of_title(title) is kind


def test_rows_tell_the_statement_only_when_three_of_them_do():
    assert (
        kind_of_rows(["Total assets", "Inventories", "Total liabilities"]) is StatementKind.BALANCE
    )
    assert kind_of_rows(["Total assets", "Inventories", "Staff"]) is StatementKind.OTHER


@pytest.mark.parametrize(
    ("number", "number_format", "printed", "decimals"),
    [
        ("-1234.5", "#,##0_);(#,##0)", "(1,235)", 0),
        ("-1234.4", "#,##0;[Red]#,##0", "-1,234", 0),
        ("1234", "(#,##0);#,##0", "(1,234)", 0),
        ("0", ACCOUNTING, "-", 0),
        ("0.175", "0.0%", "17.5%", 1),
        ("2.4", '_("$ "#,##0.00_);_("$ "\\(#,##0.00\\)', "2.40", 2),
        ("-3", "0", "-3", 0),
        ("1234.567", None, "1234.567", 2),
        ("1234.567", "General", "1234.567", 2),
    ],
)
def test_a_number_is_displayed_as_its_format_says(number, number_format, printed, decimals):
    stored = SheetCell(1, 1, "A1", CellKind.NUMBER, number, Decimal(number), number_format)
    read = raw_cell(stored)
    assert (read.printed, read.decimals) == (printed, decimals)


def test_a_huge_number_is_displayed_in_full():
    shown = displayed(Decimal("1e40"), display_of("#,##0"))
    assert shown.replace(",", "") == "1" + "0" * 40


def test_a_percentage_is_the_number_one_reads():
    stored = SheetCell(1, 1, "A1", CellKind.NUMBER, "0.175", Decimal("0.175"), "0.0%")
    assert raw_cell(stored).number == Decimal("17.5")


@given(st.dates(date(1990, 1, 1), date(2050, 12, 31)), st.integers(1, 24))
def test_a_duration_ends_where_it_should_and_has_its_months(end, months):
    period = duration(end, months)
    assert period.end == end
    assert 28 * months <= (period.end - period.start).days + 1 <= 31 * months + 3
