"""The completeness gate: what is printed and was not read is found by counting, and said."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.domain.reports import FindingSeverity
from services.extraction.completeness import Gap, gaps
from services.extraction.filing import Filing, calendar_of
from services.extraction.lines import lines_of
from services.extraction.locate import locate
from services.extraction.matching import match_statement
from services.extraction.model import RawStatement
from services.extraction.second_reading import SecondReading, read_again
from services.extraction.service import extract
from services.extraction.statements import read_statements
from tests.unit.extraction.fake_document import COVER, FakeDocument
from tests.unit.extraction.page_builder import Page, balance_sheet, cash_flow, income_statement
from tests.unit.extraction.test_service import report


def read(*pages: Page) -> tuple[list[RawStatement], list[str]]:
    """Return the statements of pages 2, 3, ... and the text of every page."""
    texts = [COVER, *("\n".join(line.text for line in lines_of(p.layout)) for p in pages)]
    layouts = {page.number: page.layout for page in pages}
    calendar = calendar_of(Filing(None, "10-K", None), texts)
    found = read_statements(layouts, locate(texts), calendar)
    return [statement.raw for statement in found], texts


PAGES = (income_statement(2), balance_sheet(3), cash_flow(4))
RAWS, TEXTS = read(*PAGES)


def told(readings: list[SecondReading]) -> list[Gap]:
    return list(gaps(readings, [match_statement(reading.raw) for reading in readings]))


def without_row(label: str) -> list[RawStatement]:
    return [
        replace(raw, rows=tuple(row for row in raw.rows if not row.label.startswith(label)))
        for raw in RAWS
    ]


def test_a_statement_read_in_full_has_every_row_confirmed_and_no_gap():
    readings = read_again(RAWS, TEXTS)
    assert [(r.printed, r.read, r.unread) for r in readings] == [
        (39, 39, ()),
        (28, 28, ()),
        (35, 35, ()),
    ]
    assert all(row.confirmed for reading in readings for row in reading.raw.rows)
    assert told(readings) == []


@pytest.mark.parametrize(
    ("label", "line"),
    [("Interest expense", "Interest expense 100 110 120"), ("Goodwill", "Goodwill 300 —"),
     ("Dividends paid", "Dividends paid (700) (650) (600)")],
)  # fmt: skip
def test_a_row_that_was_not_read_is_told_with_its_line_and_page(label, line):
    readings = read_again(without_row(label), TEXTS)
    (missed,) = [reading for reading in readings if reading.unread]
    assert [text for _, text in missed.unread] == [line]
    assert missed.printed is not None
    assert missed.printed > missed.read
    (gap,) = told(readings)
    assert (gap.code, gap.severity) == ("rows-missing", FindingSeverity.ERROR)
    assert line in gap.sentence
    assert gap.page == missed.raw.pages[0]


def test_one_of_two_rows_with_the_same_numbers_is_missed_by_its_words():
    readings = read_again(without_row("Total assets"), TEXTS)
    assert [text for r in readings for _, text in r.unread] == ["Total assets $4,300 $3,500"]


def test_a_row_with_a_shifted_cell_is_not_confirmed():
    (income, *others) = RAWS
    rows = list(income.rows)
    first, second, third = rows[1].cells
    rows[1] = replace(rows[1], cells=(second, first, third))
    (reading, *_) = read_again([replace(income, rows=tuple(rows)), *others], TEXTS)
    assert [row.label for row in reading.raw.rows if row.confirmed is False] == ["Cost of sales"]


def test_numbers_of_labels_headings_and_footnotes_are_no_missing_rows():
    page = balance_sheet(3)
    page.skip(-24).text("Preferred stock, 5,000,000 shares authorized, none issued:").skip(24)
    raws, texts = read(PAGES[0], page, PAGES[2])
    assert [reading.unread for reading in read_again(raws, texts)] == [(), (), ()]


def test_rows_that_have_run_together_are_parted_again():
    texts = [text.replace("\n", " ") for text in TEXTS]
    readings = read_again(without_row("Goodwill"), texts)
    assert [text for r in readings for _, text in r.unread] == ["Goodwill 300 —"]


def test_a_text_that_has_lost_its_rows_proves_nothing_and_nothing_is_claimed():
    texts = ["\n".join(text.split()) for text in TEXTS]
    readings = read_again(RAWS, texts)
    assert [(r.printed, r.unread) for r in readings] == [(None, ())] * 3
    assert {row.confirmed for r in readings for row in r.raw.rows} == {None}


def test_a_statement_without_its_closing_total_is_told():
    page = Page(3).text("Consolidated Balance Sheets").text("(In millions)")
    page.header("December 31,", "December 31,").header("2022", "2021")
    page.row("Current assets:").row("Cash and cash equivalents", "$ 1,200", "$ 1,000")
    page.row("Accounts receivable", "800", "700").row("Total current assets", "2,000", "1,700")
    page.row("Goodwill", "300", "—").row("Total assets", "2,300", "1,700")
    raws, texts = read(PAGES[0], page, PAGES[2])
    (gap,) = told(read_again(raws, texts))
    assert (gap.code, gap.page) == ("closing-missing", 3)
    assert "total liabilities and equity" in gap.sentence


def test_a_statement_that_is_not_there_is_told():
    raws, texts = read(*PAGES[:2])
    assert [gap.sentence for gap in told(read_again(raws, texts))] == [
        "No cash flow statement was found in this document, though other statements were."
    ]


def test_findings_of_gaps_ask_for_a_person():
    found = extract(FakeDocument(PAGES[:2]), report()).findings
    assert [(f.code, f.needs_review) for f in found] == [("statement-missing", True)]


def test_the_statement_says_how_many_numbers_are_printed_and_read():
    statements = extract(FakeDocument(PAGES), report()).statements
    assert [(s.numbers_printed, s.numbers_read) for s in statements] == [
        (39, 39),
        (28, 28),
        (35, 35),
    ]


@given(st.data())
def test_whichever_row_is_left_out_is_told(data):
    index = data.draw(st.sampled_from(range(3)))
    raw = RAWS[index]
    row = data.draw(st.sampled_from(range(1, len(raw.rows) - 1)))
    cut = replace(raw, rows=(*raw.rows[:row], *raw.rows[row + 1 :]))
    readings = read_again([*RAWS[:index], cut, *RAWS[index + 1 :]], TEXTS)
    assert told(readings), raw.rows[row].label
