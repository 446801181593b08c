"""Pointing at a page: the token under a point, the number, its boxes and the label on its line."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from services.domain.layout import PageLayout
from services.domain.provenance import Box
from services.extraction.pointing import (
    REACH,
    PrintedNumber,
    number_at,
    numbers_in,
    numbers_on,
    token_at,
)
from tests.unit.extraction.page_builder import EDGES, Page

PAGE = (
    Page(5)
    .text("Consolidated statements of income")
    .row("Net sales (note 2)", "$ 32,765", "31,657", "(420)")
    .row("", "", "", "1,000")
    .row("Cost of sales", "16,682", "—", "12.5%")
)


def pointed(x: float, y: float) -> PrintedNumber | None:
    return number_at(numbers_on(PAGE.layout), x, y)


def test_a_point_on_a_number_gives_it_with_its_sign_its_boxes_and_its_label():
    number = pointed(EDGES[0] - 5, 67)
    assert number is not None
    assert (number.printed, number.number.value) == ("$32,765", Decimal(32_765))
    assert len(number.boxes) == 2
    assert number.label == "Net sales (note 2)"
    assert number.label_boxes[0].x0 == 50.0


def test_parentheses_and_percent_signs_belong_to_the_number():
    loss, share = pointed(EDGES[2] - 5, 67), pointed(EDGES[2] - 5, 91)
    assert loss is not None
    assert share is not None
    assert (loss.number.value, share.number.percent) == (Decimal(-420), True)


def test_a_dash_that_stands_for_nil_can_be_pointed_at():
    nil = pointed(EDGES[1] - 2, 91)
    assert nil is not None
    assert nil.number.nil


def test_a_point_on_a_word_is_a_token_and_no_number():
    token = token_at(PAGE.layout, 60, 67)
    assert token is not None
    assert (token.text, token.number) == ("Net", None)
    assert pointed(60, 67) is None


def test_blank_paper_is_nothing():
    assert token_at(PAGE.layout, 300, 400) is None
    assert token_at(PageLayout(1, 612, 792, ()), 10, 10) is None


def test_between_two_lines_the_nearer_one_is_meant():
    upper = pointed(EDGES[0] - 5, 50 + 12 + 10 + 0.5)
    lower = pointed(EDGES[0] - 5, 50 + 36 - 0.5)
    assert upper is not None
    assert lower is not None
    assert (upper.printed, lower.printed) == ("$32,765", "16,682")


def test_a_total_without_a_label_has_none():
    total = pointed(EDGES[2] - 5, 79)
    assert total is not None
    assert (total.label, total.label_boxes) == ("", ())


def test_a_number_alone_below_its_label_takes_the_label_above():
    page = Page(1).text("Total comprehensive income").row("", "12,345")
    (number,) = numbers_on(page.layout)
    assert number.label == "Total comprehensive income"


def test_a_drawn_rectangle_holds_the_numbers_whose_middle_lies_in_it():
    numbers = numbers_on(PAGE.layout)
    inside = numbers_in(numbers, Box(EDGES[0] - 60, 55, EDGES[1] + 5, 75))
    assert [number.printed for number in inside] == ["$32,765", "31,657"]


@given(st.floats(0, 612), st.floats(0, 792))
def test_what_is_found_at_a_point_lies_there(x, y):
    number = pointed(x, y)
    if number is not None:
        assert any(
            box.x0 - REACH <= x <= box.x1 + REACH and box.y0 - REACH <= y <= box.y1 + REACH
            for box in number.boxes
        )


@given(st.integers(0, 5))
def test_every_number_is_found_in_its_own_middle(index):
    numbers = numbers_on(PAGE.layout)
    number = numbers[index]
    box = number.boxes[-1]
    assert number_at(numbers, (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2) == number
