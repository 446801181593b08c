"""Management packs: scenarios side by side, months and year to date, blocks, codes, parts of a company."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.domain.concepts import StatementKind
from services.domain.layout import CellKind, SheetCell, SheetLayout
from services.domain.reports import ColumnKind, Scenario
from services.extraction.sheet_headers import member_in, part_of_text
from services.extraction.sheet_kinds import currency_of, scale_of
from services.extraction.sheet_roles import Reach, heads_labels
from services.extraction.sheets import read_workbook
from tests.unit.extraction.sheet_builder import (
    INCOME,
    cell,
    notes,
    only,
    read,
    scenarios,
    sheet,
    spans,
)

JUNE = (date(2025, 6, 1), date(2025, 6, 30))
HALF = (date(2025, 1, 1), date(2025, 6, 30))
HALF_BEFORE = (date(2024, 1, 1), date(2024, 6, 30))
YEAR = (date(2025, 1, 1), date(2025, 12, 31))
PACK = [
    ["Acme Holdings plc"],
    ["Management accounts - June 2025"],
    ["USD 000"],
    [],
    ["", "Month", "", "", "YTD", "", "", "Full year", ""],
    ["", "Actual", "Budget", "Var", "Actual", "Budget", "PY", "Forecast", "Budget"],
    ["Revenue", 100, 110, -10, 600, 620, 580, 1200, 1250],
    ["Cost of sales", -60, -65, 5, -350, -360, -340, -700, -740],
    ["Gross profit", 40, 45, -5, 250, 260, 240, 500, 510],
    ["Net income", 10, 11, -1, 50, 52, 48, 100, 104],
]


@pytest.mark.parametrize("merged", [(), ("B5:D5", "E5:G5", "H5:I5")])
def test_month_year_to_date_and_full_year_stand_in_one_statement_with_their_scenarios(merged):
    statement = only(PACK, "P&L", merged=merged)
    assert (statement.kind, statement.scale, statement.currency) == (
        StatementKind.INCOME,
        1000,
        "USD",
    )
    kept = [column for column in statement.columns if column.kind is ColumnKind.VALUE]
    assert [column.scenario for column in kept] == [
        Scenario.ACTUAL,
        Scenario.BUDGET,
        Scenario.ACTUAL,
        Scenario.BUDGET,
        Scenario.PRIOR_YEAR,
        Scenario.FORECAST,
        Scenario.BUDGET,
    ]
    assert [(c.period.start, c.period.end) for c in kept] == [
        JUNE, JUNE, HALF, HALF, HALF_BEFORE, YEAR, YEAR,
    ]  # fmt: skip
    assert statement.columns[2].kind is ColumnKind.DELTA


def test_a_year_to_date_goes_to_the_last_actual_month_and_not_to_the_last_budgeted_one():
    rows = [
        ["P&L 2025", "Actual", "Actual", "Budget", "Budget", "Budget", "", ""],
        ["", "Jan", "Feb", "Jan", "Feb", "Mar", "YTD", "FY Budget"],
        *[[*row[:2], 2, 3, 4, 5, 6, 7] for row in INCOME],
    ]
    statement = only(rows)
    assert spans(statement)[5:] == [(date(2025, 1, 1), date(2025, 2, 28)), YEAR]
    assert scenarios(statement)[5:] == [Scenario.ACTUAL, Scenario.BUDGET]


def test_a_year_to_date_whose_end_nothing_tells_has_no_period():
    statement = only([["", "FY2024", "YTD"], *INCOME])
    assert spans(statement)[1] is None
    assert notes(sheet([["", "FY2024", "YTD"], *INCOME]))["incomplete-statement"].sentence == (
        "4 of 8 numbers of 'Sheet1' on sheet 'Sheet1' were read; left out: "
        "4 under headings without a period (C2, C3, C4, C5)."
    )


@pytest.mark.parametrize(
    ("heading", "span"),
    [
        ("YTD Jun-25", HALF),
        ("YTD 2024", HALF_BEFORE),
        ("QTD", (date(2025, 4, 1), date(2025, 6, 30))),
        ("LTM", (date(2024, 7, 1), date(2025, 6, 30))),
        ("MTD", JUNE),
        ("FY", YEAR),
        ("Full year 2026", (date(2026, 1, 1), date(2026, 12, 31))),
    ],
)
def test_a_reach_is_counted_from_the_title_s_date(heading, span):
    statement = only([["Income statement, 30 June 2025"], ["", "FY2023", heading], *INCOME])
    assert spans(statement)[1] == span


def test_a_stated_fiscal_year_end_is_where_a_year_to_date_begins():
    title = "Income statement for the year ended 30 June 2025"
    fiscal = only([[title], ["", "FY2023", "YTD"], *INCOME])
    assert spans(fiscal)[1] == (date(2024, 7, 1), date(2025, 6, 30))


def test_a_prior_year_with_a_date_of_its_own_is_of_that_date():
    rows = [["", "Actual", "Budget", "Prior year"], ["", "2025", "2025", "2024"]]
    statement = only([*rows, *[[*row, 9] for row in INCOME]])
    assert [span[1].year for span in spans(statement)] == [2025, 2025, 2024]


def test_a_prior_year_under_this_year_s_date_is_of_the_year_before():
    rows = [["", "FY2025", "", ""], ["", "Actual", "Budget", "PY"]]
    statement = only([*rows, *[[*row, 9] for row in INCOME]], merged=("B1:D1",))
    assert [span[1].year for span in spans(statement)] == [2025, 2025, 2024]
    assert scenarios(statement)[2] is Scenario.PRIOR_YEAR


def test_blocks_under_each_other_take_unit_and_date_from_the_top_of_the_sheet():
    rows = [
        ["Pack for the month ended 31 March 2025 (GBP '000)"],
        ["Operations"],
        ["", "Actual", "Budget"],
        ["Rent", 1, 2],
        ["Wages", 3, 4],
        [],
        ["Warehouses"],
        ["", "Actual", "Budget"],
        ["Rent", 5, 6],
        ["Wages", 7, 8],
    ]
    first, second = read(rows)
    assert [(s.scale, s.currency) for s in (first, second)] == [(1000, "GBP")] * 2
    assert spans(second) == [(date(2025, 3, 1), date(2025, 3, 31))] * 2
    assert [c.cell for c in second.rows[0].cells] == ["B9", "C9"]


def test_headings_without_a_date_end_the_table_above_them():
    rows = [
        ["", "2026 Expected value"],
        ["Price", 10],
        ["Volume", 20],
        ["", "Minimum", "Maximum"],
        ["Margin", 30, 40],
        ["Tax rate", 50, 60],
    ]
    statement = only(rows)
    assert [row.label for row in statement.rows] == ["Price", "Volume"]
    assert notes(sheet(rows))["unread-numbers"].sentence == (
        "Sheet 'Sheet1' has numbers that stand in no table with periods and were not read: "
        "B5, C5, B6, C6."
    )


def test_tables_that_touch_side_by_side_keep_their_own_labels():
    rows = [
        ["", "2024", "2023", "", "2024", "2023"],
        ["Revenue", 10, 9, "Total assets", 70, 60],
        ["Cost of sales", -4, -3, "Inventories", 20, 10],
        ["Gross profit", 6, 6, "Total liabilities", 30, 20],
    ]
    income, balance = read(rows)
    assert [row.label for row in balance.rows] == [
        "Total assets",
        "Inventories",
        "Total liabilities",
    ]
    assert [c.cell for c in balance.rows[0].cells] == ["E2", "F2"]
    assert [c.cell for c in income.rows[0].cells] == ["B2", "C2"]


def test_remarks_beside_the_numbers_are_no_labels():
    rows = [["", 2024, "Comment", 2023], *[[r[0], r[1], "see note", r[2]] for r in INCOME]]
    assert [len(statement.columns) for statement in read(rows)] == [2]


def test_codes_spacers_and_numbers_written_as_text_are_read():
    rows = [
        ["GBP m"],
        ["Code", "Account", "", "Mar 2025", "", "Mar 2024"],
        [],
        [4000, "Product sales", "", "1 200", "", "(1,234)"],
        [],
        [5000, "Wages", "", "1'000.5", "", "-"],
    ]
    statement = only(rows)
    sales, wages = statement.rows
    assert (sales.label, wages.label) == ("Product sales", "Wages")
    assert [c.number for c in sales.cells] == [Decimal(1200), Decimal(-1234)]
    assert [(c.number, c.nil) for c in wages.cells] == [(Decimal("1000.5"), False), (0, True)]
    assert read_workbook([sheet(rows)]).notes == []


def test_a_year_in_a_format_says_what_is_planned():
    rows = [["", (2024, '0"A"'), (2025, '0"E"'), (2026, '"FY"0"B"')], *[[*r, 9] for r in INCOME]]
    statement = only(rows)
    assert scenarios(statement) == [Scenario.ACTUAL, Scenario.FORECAST, Scenario.BUDGET]


def test_columns_that_end_long_after_the_workbook_was_saved_are_forecasts_and_that_is_said():
    rows = [["", 2024, 2025, "2026 Actual"], *[[*row, 9] for row in INCOME]]
    layout = sheet(rows, saved=date(2025, 3, 1))
    (statement,) = read_workbook([layout]).statements
    assert scenarios(statement) == [Scenario.ACTUAL, Scenario.FORECAST, Scenario.ACTUAL]
    assert notes(layout)["future-columns"].sentence.endswith("are read as forecasts: 2025.")
    assert scenarios(only(rows)) == [Scenario.ACTUAL] * 3


def test_a_period_that_is_all_but_over_when_the_workbook_is_saved_is_actual():
    rows = [["", "Mar 2025"], *[row[:2] for row in INCOME]]
    assert scenarios(only(rows, saved=date(2025, 3, 28))) == [Scenario.ACTUAL]


def regions(*names: str) -> list[list[object]]:
    rows: list[list[object]] = []
    for index, name in enumerate(names, start=1):
        rows += [[name], ["", "FY2024"], *[[row[0], row[1] * index] for row in INCOME], []]
    return rows


def test_statements_of_one_period_that_differ_are_of_the_parts_their_titles_name():
    north, south, group = read(regions("North", "South", "Total group"), "P&L")
    assert [s.columns[0].member for s in (north, south, group)] == ["North", "South", None]


def test_parts_without_a_whole_are_told():
    rows = regions("North", "South")
    assert notes(sheet(rows, "P&L"))["parts-only"].sentence == (
        "The income statement was read for 'North', 'South' and for no whole company; "
        "analyses use numbers of the whole only."
    )


def test_the_same_statement_twice_is_of_the_whole_both_times():
    twice = [sheet([["", "FY2024"], *[r[:2] for r in INCOME]], n) for n in ("P&L", "P&L print")]
    found = read_workbook(twice)
    assert [s.columns[0].member for s in found.statements] == [None, None]


def test_other_tables_of_a_report_are_read_beside_its_statements():
    income = sheet([["", 2024], *[row[:2] for row in INCOME]], "Income statement")
    balance = sheet([["", 2024], ["Total assets", 4], ["Total liabilities", 3]], "Balance sheet")
    people = sheet([["", 2024], ["Stores", 4], ["Sites", 3]], "KPIs")
    found = read_workbook([income, balance, people])
    assert [s.kind for s in found.statements] == [
        StatementKind.INCOME,
        StatementKind.BALANCE,
        StatementKind.OTHER,
    ]
    assert found.notes == []


def test_a_sheet_whose_formulas_have_no_values_says_so_even_when_nothing_was_read_of_it():
    formula = SheetCell(2, 2, "B2", CellKind.TEXT, "", formula="=A1*2")
    layout = SheetLayout("Model", (cell(1, 1, "Item"), cell(1, 2, "Year 1"), formula))
    assert "formula-without-value" in notes(layout)


def test_numbers_that_cannot_be_read_for_sure_are_told():
    rows = [["", 2024, 2023], ["Cars", "~72,000", 5], ["Vans", "1,5", 6]]
    found = read_workbook([sheet(rows)])
    assert found.coverage[0].unreadable == ("B2", "B3")
    assert (found.coverage[0].printed, found.coverage[0].facts) == (4, 2)
    assert "2 not surely numbers (B2, B3)" in found.notes[0].sentence


def test_shortened_formats_beside_percentages_still_mean_whole_units():
    rows = [
        ["Model (everything in millions)"],
        ["", 2024],
        ["Revenue", (21_461_000_000, "#,##0,,")],
        ["Margin", (Decimal("0.188"), "0%")],
        ["Tax", (Decimal("0.2"), "0%")],
        ["Growth", (Decimal("0.3"), "0%")],
        ["Net income", (5, "0")],
    ]
    assert only(rows).scale == 1


@pytest.mark.parametrize(
    ("text", "scale", "currency"),
    [
        ("USD 000", 1000, "USD"),
        ("EUR m", 1_000_000, "EUR"),
        ("EURm", 1_000_000, "EUR"),
        ("£'000", 1000, "GBP"),
        ("CHF k", 1000, "CHF"),
        ("T€", 1000, "EUR"),
        ("kEUR", 1000, "EUR"),
        ("SEK mn", 1_000_000, "SEK"),
        ("$bn", 1_000_000_000, "USD"),
        ("INR crore", 10_000_000, "INR"),
        ("Amounts in USD", 1, "USD"),
        ("Revenue 2000", None, None),
    ],
)
def test_a_sheet_states_its_unit_in_many_ways(text, scale, currency):
    assert (scale_of([text]), currency_of([text])) == (scale, currency)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("FY25B", {"year": 2025, "scenario": Scenario.BUDGET}),
        ("Jan-25F", {"year": 2025, "month": 1, "scenario": Scenario.FORECAST}),
        ("3+9 Forecast", {"scenario": Scenario.FORECAST}),
        ("Bull case", {"scenario": Scenario.FORECAST}),
        ("Last year", {"scenario": Scenario.PRIOR_YEAR}),
        ("PYTD", {"scenario": Scenario.PRIOR_YEAR, "reach": Reach.YEAR_TO_DATE}),
        ("12/2025", {"year": 2025, "month": 12}),
        ("01.05.2025", {"end": date(2025, 5, 1)}),
        ("1 January 2025 to 30 June 2025", {"end": date(2025, 6, 30), "months": 6}),
        ("5 January 2025 to 30 June 2025", {"end": date(2025, 6, 30)}),
        ("Rule 10b", {}),
        ("High", {}),
    ],
)
def test_a_header_of_a_pack_says(text, said):
    part = part_of_text(text)
    assert {n: getattr(part, n) for n in part.__slots__ if getattr(part, n)} == said


@pytest.mark.parametrize(
    ("heading", "member"),
    [
        ("2024 East", "East"),
        ("FY25 Actual", None),
        ("Group 31 December 2024", None),
        ("12 Months Ended Dec. 31, 2024 Beverages [Member]", "Beverages"),
        ("Parent Only FY2025 (USD)", "Parent Only"),
    ],
)
def test_a_heading_names_the_part_its_numbers_are_of(heading, member):
    assert member_in(heading) == member


def test_headings_of_codes_and_names_are_told_from_headings_of_amounts():
    assert all(map(heads_labels, ("account no.", "gl code", "note", "cost centre", "unit")))
    assert not any(map(heads_labels, ("debit", "product sales", "balance", "2025", "")))


HEADINGS = st.lists(
    st.sampled_from(
        ["2024", "2023", "Budget 2025", "Variance", "Weight", "Note", "% of sales 2024"]
    ),
    min_size=1,
    max_size=5,
    unique=True,
)
VALUES = st.sampled_from([None, 5, -7, "(1,234)", "~5", "1,5", "n/a", "—", "text"])


@given(HEADINGS, st.data())
def test_every_number_of_a_table_is_a_fact_or_has_its_reason(headings, data):
    width = len(headings)
    body = data.draw(
        st.lists(st.lists(VALUES, min_size=width, max_size=width), min_size=2, max_size=6)
    )
    rows = [["", *headings], *[[f"Row {i}", *values] for i, values in enumerate(body)]]
    for covered in read_workbook([sheet(rows)]).coverage:
        reasons = (*covered.changes, *covered.undated, *covered.unreadable)
        assert covered.printed == covered.facts + len(reasons)
        assert len(set(reasons)) == len(reasons)
