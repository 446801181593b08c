import pytest

from services.extraction.headers import Phrase, Reach, assign, is_header_line, phrases_of
from services.extraction.lines import Line, lines_of
from tests.unit.extraction.page_builder import Page

FOUR = [Reach(370, 400), Reach(430, 460), Reach(490, 520), Reach(550, 580)]


def line_of(page: Page) -> Line:
    (line,) = lines_of(page.layout)
    return line


@pytest.mark.parametrize(
    "texts", [("2022", "2021"), ("June 30,", "March 31,"), ("Three months ended",)]
)
def test_years_dates_and_lengths_over_the_columns_are_a_header(texts: tuple[str, ...]) -> None:
    assert is_header_line(line_of(Page().header(*texts)), 612)


def test_the_words_left_of_the_years_do_not_spoil_a_header() -> None:
    page = Page().header("2022", "2021", left="(Millions, except preferred stock issued)")
    assert is_header_line(line_of(page), 612)


def test_a_row_of_amounts_is_no_header_though_it_names_a_year() -> None:
    assert not is_header_line(line_of(Page().row("Notes due 2025", "1,200", "1,100")), 612)


def test_a_wrapped_label_that_names_years_is_no_header() -> None:
    page = Page().text("Proceeds of the senior notes that were sold during fiscal 2022 and 2021")
    assert not is_header_line(line_of(page), 612)


def test_two_neighbouring_dates_are_two_phrases() -> None:
    line = line_of(Page().text("August 29, August 30,", x0=400))
    assert [phrase.text for phrase in phrases_of(line, 350)] == ["August 29,", "August 30,"]


def test_a_spanning_phrase_covers_its_columns() -> None:
    phrases = [Phrase("Three months", 390, 450), Phrase("Six months", 510, 570)]
    assert assign(phrases, FOUR) == ["Three months", "Three months", "Six months", "Six months"]


def test_every_year_finds_its_own_column() -> None:
    phrases = [
        Phrase(str(year), x - 20, x)
        for year, x in ((2022, 400), (2021, 460), (2022, 520), (2021, 580))
    ]
    assert assign(phrases, FOUR) == ["2022", "2021", "2022", "2021"]


def test_a_change_column_without_a_phrase_borrows_none() -> None:
    phrases = [Phrase("2022", 380, 400), Phrase("2021", 440, 460)]
    assert assign(phrases, FOUR[:3]) == ["2022", "2021", ""]
