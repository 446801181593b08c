"""Numbers of cells: stored, displayed by a format, or written as text in the ways of several countries."""

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.domain.layout import CellKind, SheetCell
from services.extraction.sheet_numbers import (
    display_of,
    displayed,
    looks_like_number,
    printed_number,
    raw_cell,
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("(1,234)", "-1234"),
        ("1 200", "1200"),
        ("1\u00a0200\u202f000", "1200000"),
        ("1'234.50", "1234.50"),
        ("1.234,50", "1234.50"),
        ("1.234.567,8", "1234567.8"),
        ("1,234-", "-1234"),
        ("1,234.56 CR", "-1234.56"),
        ("500 Dr", "500"),
        ("USD 1,200", "1200"),
        ("EUR (1,200)", "-1200"),
        ("1 200 €", "1200"),
        ("( 5 )", "-5"),
        ("(12.5)%", "-12.5"),
        ("100200", "100200"),
    ],
)
def test_a_number_written_as_text_is_read(text, value):
    assert printed_number(text).value == Decimal(value)


@pytest.mark.parametrize(
    "text",
    [
        "1 2",
        "12 345 6",
        "Note 5",
        "A1",
        "1-2",
        "1,23",
        "~5",
        "n/a",
        "SKU 100",
        "Q1",
        "",
        "٣",
        "1.2.3",
    ],
)
def test_what_is_not_surely_a_number_is_text(text):
    assert printed_number(text) is None


def test_a_text_like_a_number_is_known_whether_or_not_it_can_be_read():
    assert all(map(looks_like_number, ("~72,000", "1,23", "< 5", "1 200", "-", "(5)")))
    assert not any(map(looks_like_number, ("n/a", "Note 5", "2025A", "tbd", "")))


@given(st.integers(-(10**12), 10**12))
def test_blanks_between_thousands_change_nothing(number):
    assert printed_number(f"{number:,}".replace(",", " ")).value == number


@given(st.decimals(-(10**9), 10**9, places=4), st.integers(0, 3))
def test_a_number_is_shown_rounded_away_from_zero_and_stored_as_it_is(number, decimals):
    number_format = "#,##0" + ("." + "0" * decimals if decimals else "") + "_);(#,##0)"
    cell = SheetCell(1, 1, "A1", CellKind.NUMBER, format(number, "f"), number, number_format)
    read = raw_cell(cell)
    rounded = abs(number).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    assert read.number == number
    assert Decimal(read.printed.strip("()").replace(",", "")) == rounded
    assert read.printed.startswith("(") == (number < 0)


@pytest.mark.parametrize(
    ("number_format", "number", "printed"),
    [
        ("#,##0,", "1234567", "1,234,567"),
        ("#,##0,;(#,##0,)", "-1234567", "(1,234,567)"),
        ("0.0%", "-0.175", "-17.5%"),
        ("(#,##0);#,##0", "5", "(5)"),
        ('#,##0_);(#,##0);"-"', "0", "-"),
        ("#,##0;[Red]#,##0", "-5", "-5"),
        ('0.0"x"', "2.25", "2.3"),
    ],
)
def test_a_format_shows_scale_and_sign_and_the_value_is_the_stored_one(
    number_format, number, printed
):
    cell = SheetCell(1, 1, "A1", CellKind.NUMBER, number, Decimal(number), number_format)
    read = raw_cell(cell)
    assert read.printed == printed
    assert read.number in {Decimal(number), Decimal(number) * 100}


def test_a_cell_s_formula_goes_with_its_number():
    cell = SheetCell(1, 1, "A1", CellKind.NUMBER, "5", Decimal(5), None, "=B1+C1")
    assert (raw_cell(cell).formula, raw_cell(cell).cell) == ("=B1+C1", "A1")


def test_general_shows_the_stored_digits():
    assert displayed(Decimal("1234.567"), display_of("General")) == "1234.567"
    assert display_of(None).decimals is None
