"""Statements as printed, boxes in place, the sheet around a cell, progress in words."""

from datetime import timedelta
from decimal import Decimal

import pytest

from components.fact_panel import fact_fields
from components.format import plain
from components.source_view import page_boxes, sheet_window
from components.statement_table import count_words, row_parts, statement_names, table_rows
from components.tie_outs import tie_out_table
from components.upload_status import progress_words
from services.domain.base import utc_now
from services.domain.concepts import StatementKind
from services.domain.confidence import FactConfidence
from services.domain.ids import StatementId, TieOutId
from services.domain.layout import CellKind, SheetCell, SheetLayout
from services.domain.provenance import Box, column_letters, column_number
from services.domain.reports import (
    LineItem,
    Progress,
    ReportStatus,
    Scenario,
    Statement,
    StatementColumn,
    TieOut,
    TieOutStatus,
)
from tests.factories import a_fact, a_report, fiscal_year

REVENUE = a_fact("revenue", 2025, 120_000_000)
PRIOR = a_fact("revenue", 2024, -100_000_000)
FACTS = {fact.fact_id: fact for fact in (REVENUE, PRIOR)}


def a_statement(*rows: LineItem) -> Statement:
    return Statement(
        statement_id=StatementId("s"),
        report_id=REVENUE.report_id,
        kind=StatementKind.INCOME,
        title="Income",
        columns=tuple(StatementColumn(period=fiscal_year(year)) for year in (2025, 2024)),
        rows=rows,
    )


def a_row(label: str = "Net sales", **changes) -> LineItem:
    fields = {"row": 1, "label": label, "facts": (REVENUE.fact_id, PRIOR.fact_id)}
    return LineItem.model_validate(fields | changes)


def test_a_row_shows_its_numbers_as_printed():
    (row,) = table_rows(a_statement(a_row()), FACTS, frozenset(), None)
    assert [cell["text"] for cell in row["cells"]] == ["120", "(100)"]


def test_a_blank_column_stays_blank():
    (row,) = table_rows(a_statement(a_row(facts=(REVENUE.fact_id, None))), FACTS, frozenset(), None)
    assert row["cells"][1] is None


def test_statements_of_one_kind_are_told_apart_by_place_then_basis_then_number():
    one = a_statement()
    names = statement_names(
        [
            one.model_copy(update={"pages": (4,)}),
            one.model_copy(update={"sheet": "Plan", "basis": "pro-forma"}),
            one.model_copy(update={"sheet": "Plan"}),
            one.model_copy(update={"kind": StatementKind.BALANCE, "pages": (5, 6)}),
        ]
    )
    assert names == [
        "Income statement, page 4",
        "Income statement, sheet Plan, pro-forma",
        "Income statement, sheet Plan, consolidated",
        "Balance sheet",
    ]
    assert statement_names([one, one]) == [
        "Income statement, pages , consolidated, no. 1",
        "Income statement, pages , consolidated, no. 2",
    ]


def test_a_very_long_statement_is_drawn_in_parts_that_miss_no_row():
    assert row_parts(1_000) == [range(1_000)]
    assert row_parts(2_001) == [range(1_000), range(1_000, 2_000), range(2_000, 2_001)]
    assert row_parts(0) == [range(0)]


def test_scenario_part_and_formula_are_among_a_fact_s_particulars():
    source = REVENUE.source.model_copy(update={"formula": "=SUM(B1:B3)"})
    planned = REVENUE.model_copy(
        update={"scenario": Scenario.BUDGET, "member": "East", "source": source}
    )
    fields = fact_fields(planned)
    assert (fields["Scenario"], fields["Part"]) == ("Budget", "East")
    assert fields["Formula"] == plain("=SUM(B1:B3)")
    assert not {"Scenario", "Part", "Formula"} & fact_fields(REVENUE).keys()


def test_a_section_is_written_once_above_its_rows():
    statement = a_statement(a_row("A", section="Assets"), a_row("B", section="Assets"))
    labels = [(r["label"], r["section"]) for r in table_rows(statement, FACTS, frozenset(), None)]
    assert labels == [("Assets", True), ("A", False), ("B", False)]


def test_a_heading_row_is_not_repeated_by_the_section_of_the_rows_below():
    heading = LineItem(row=0, label="Assets")
    statement = a_statement(heading, a_row("A", section="Assets"))
    labels = [r["label"] for r in table_rows(statement, FACTS, frozenset(), None)]
    assert labels == ["Assets", "A"]


def test_the_outermost_row_stands_at_the_edge_however_far_the_page_indents_it():
    statement = a_statement(a_row("A", indent=76.0), a_row("B", indent=88.0))
    assert [r["indent"] for r in table_rows(statement, FACTS, frozenset(), None)] == [0.0, 2.0]


def test_a_number_of_a_failed_check_is_marked_and_said():
    (row,) = table_rows(a_statement(a_row()), FACTS, frozenset({PRIOR.fact_id}), None)
    assert [cell["mark"] for cell in row["cells"]] == ["", "failed"]
    assert "check that does not hold" in row["cells"][1]["spoken"]


def test_a_doubtful_number_is_marked_by_its_band():
    unsure = FactConfidence(value=0.7, concept=1, period=1, unit=1)
    facts = {**FACTS, REVENUE.fact_id: REVENUE.model_copy(update={"confidence": unsure})}
    (row,) = table_rows(a_statement(a_row()), facts, frozenset(), REVENUE.fact_id)
    assert (row["cells"][0]["mark"], row["cells"][0]["selected"]) == ("medium", True)


def test_the_number_its_label_and_other_evidence_of_the_page_get_boxes():
    source = REVENUE.source.model_copy(update={"label_boxes": (Box(50, 100, 90, 110),)})
    fact = REVENUE.model_copy(update={"source": source})
    elsewhere = PRIOR.model_copy(update={"source": PRIOR.source.model_copy(update={"page": 6})})
    kinds = [box["kind"] for box in page_boxes(fact, [fact, PRIOR, elsewhere])]
    assert kinds == ["number", "label", "other"]


def a_sheet() -> SheetLayout:
    cells = (
        SheetCell(row=3, column=1, ref="A3", kind=CellKind.TEXT, text="Revenue"),
        SheetCell(
            row=3, column=2, ref="B3", kind=CellKind.NUMBER, text="120", number=Decimal(120),
            formula="SUM(B1:B2)",
        ),
    )  # fmt: skip
    return SheetLayout(name="P&L", cells=cells)


def test_the_sheet_window_holds_the_cell_its_neighbours_and_its_formula():
    window = sheet_window(a_sheet(), "B3")
    assert window is not None
    assert (window["row"], window["column"], window["formula"]) == (3, "B", "=SUM(B1:B2)")
    assert window["columns"] == ["A", "B"]
    line = next(row for row in window["rows"] if row["number"] == 3)
    assert [cell["text"] for cell in line["cells"]] == ["Revenue", "120"]


def test_a_malformed_cell_reference_has_no_window():
    assert sheet_window(a_sheet(), "B3:C4") is None


def test_an_empty_cell_says_so():
    window = sheet_window(a_sheet(), "C9")
    assert window is not None
    assert window["formula"] == "empty cell"


def test_column_letters_and_numbers_are_inverse():
    assert [column_letters(n) for n in (1, 26, 27, 702, 703)] == ["A", "Z", "AA", "ZZ", "AAA"]
    assert all(column_number(column_letters(n)) == n for n in range(1, 2000))


def test_document_text_in_the_fact_panel_cannot_be_markdown():
    source = REVENUE.source.model_copy(update={"printed": "$ [120](http://x)"})
    fields = fact_fields(REVENUE.model_copy(update={"source": source}))
    assert fields["Printed"] == r"\$ \[120\](http\://x)"


def test_failed_amounts_of_a_check_are_written_and_missing_ones_are_not_zero():
    tie_out = TieOut(
        tie_out_id=TieOutId("t"), report_id=REVENUE.report_id, check="BS01", name="A = L + E",
        status=TieOutStatus.FAIL, total=REVENUE.fact_id, expected=Decimal(-5), sentence="no",
    )  # fmt: skip
    row = tie_out_table([tie_out], FACTS).iloc[0]
    assert (row["Expected"], row["Printed"], row["Where"]) == ("(5)", "n/a", "page 5")


def test_progress_says_stage_pages_and_time():
    report = a_report(status=ReportStatus.READING)
    started = utc_now() - timedelta(seconds=8)
    progress = Progress(
        report_id=report.report_id, stage="reading", done=40, total=160,
        started_at=started, updated_at=started,
    )  # fmt: skip
    share, words = progress_words(report, progress)
    assert share == 0.25
    assert words.startswith("Reading · 40 of 160 · ")


def test_a_report_no_worker_has_touched_is_said_to_wait():
    report = a_report(status=ReportStatus.RECEIVED, uploaded_at=utc_now())
    assert progress_words(report, None) == (0.0, "Waiting for a worker · 0 s")


@pytest.mark.parametrize(
    ("printed", "read", "words"),
    [
        (1225, 1225, "All 1,225 printed numbers read, counted a second time."),
        (230, 225, "225 of 230 printed numbers read; see the reading notes."),
        (None, 60, "60 numbers read; they could not be counted a second time."),
    ],
)
def test_a_statement_says_how_much_of_it_was_read(printed, read, words):
    statement = a_statement().model_copy(update={"numbers_printed": printed, "numbers_read": read})
    assert count_words(statement) == words
