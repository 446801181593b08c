from decimal import Decimal

from services.domain.layout import PageLayout, Word
from services.extraction.lines import Line, lines_of
from tests.unit.extraction.page_builder import Page, number_at, words_at


def line_of(*words: Word) -> Line:
    (line,) = lines_of(PageLayout(1, 612, 792, tuple(words)))
    return line


def word(text: str, x0: float, x1: float, y0: float = 100.0, size: float = 10.0) -> Word:
    return Word(text, x0, y0, x1, y0 + size)


def test_a_dollar_sign_far_left_belongs_to_its_number_and_to_its_boxes() -> None:
    line = line_of(word("Sales", 50, 75), word("$", 340, 345), word("32,765", 370, 400))
    (cell,) = line.cells
    assert cell.text == "$32,765"
    assert [box.x0 for box in cell.boxes] == [340, 370]


def test_parentheses_that_are_words_of_their_own_make_the_number_negative() -> None:
    line = line_of(
        word("Loss", 50, 75), word("(", 370, 373), word("547", 374, 390), word(")", 391, 394)
    )
    (cell,) = line.cells
    assert cell.number is not None
    assert cell.number.value == Decimal(-547)


def test_a_closing_parenthesis_apart_completes_the_number() -> None:
    line = line_of(word("Loss", 50, 75), word("(420", 370, 390), word(")", 391, 394))
    (cell,) = line.cells
    assert cell.number is not None
    assert cell.number.value == Decimal(-420)


def test_an_open_parenthesis_that_never_closes_is_no_number() -> None:
    line = line_of(word("Loss", 50, 75), word("(420", 370, 390))
    assert line.cells == []


def test_a_percent_sign_apart_belongs_to_the_number() -> None:
    line = line_of(word("Margin", 50, 80), word("12.5", 370, 390), word("%", 392, 400))
    (cell,) = line.cells
    assert cell.number is not None
    assert cell.number.percent


def test_dotted_leaders_are_dropped() -> None:
    words = [word("Goodwill", 50, 90), word("......", 95, 200), word("5,000", 370, 400)]
    assert line_of(*words).text == "Goodwill 5,000"


def test_a_number_inside_a_label_is_no_cell() -> None:
    label = words_at("Receivables, net of allowances of $15 and $13", 50, 100)
    line = line_of(*label, *number_at("800", 400, 100))
    assert [cell.text for cell in line.cells] == ["800"]


def test_a_number_in_an_open_parenthesis_is_no_cell() -> None:
    line = line_of(word("Loans", 50, 75), word("(Note", 78, 100), word("7", 107, 112))
    assert line.cells == []


def test_a_footnote_mark_behind_a_number_is_dropped() -> None:
    line = line_of(word("Total", 50, 75), word("5,000", 370, 400), word("(a)", 401, 408, 98.0, 6.0))
    assert [cell.text for cell in line.cells] == ["5,000"]
    assert line.text == "Total 5,000"


def test_a_superscript_number_behind_a_label_is_no_cell() -> None:
    line = line_of(word("Income", 50, 90), word("3", 91, 93, 99.0, 6.0), word("1,283", 370, 400))
    assert [cell.text for cell in line.cells] == ["1,283"]


def test_a_list_mark_before_a_text_is_no_cell() -> None:
    assert line_of(word("(1)", 50, 60), word("Includes", 90, 130)).cells == []


def test_words_of_one_baseline_are_one_line_and_others_are_not() -> None:
    page = Page().row("Net sales", "9,000").row("Cost of sales", "5,000")
    assert [line.text for line in lines_of(page.layout)] == [
        "Net sales 9,000",
        "Cost of sales 5,000",
    ]


def test_the_digit_edge_leaves_out_a_hanging_parenthesis() -> None:
    line = line_of(word("Loss", 50, 75), *number_at("(547)", 400, 100), *number_at("547", 480, 100))
    assert [round(cell.edge) for cell in line.cells] == [400, 480]
