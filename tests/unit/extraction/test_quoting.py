"""A quotation is found again on its page, whatever its line breaks, and marked line by line."""

from services.domain.layout import PageLayout, Word
from services.extraction.quoting import boxes_of_quote
from tests.unit.extraction.page_builder import words_at

FIRST = words_at("As of year end our disclosure controls", 50, 100)
SECOND = words_at("and procedures were not effective. We plan", 50, 112)
PAGE = PageLayout(1, 612, 792, (*FIRST, *SECOND))
QUOTE = "our disclosure controls and procedures were not effective."


def edges(page: PageLayout, quote: str) -> list[tuple[float, float, float]]:
    return [(box.x0, box.x1, box.y0) for box in boxes_of_quote(page, quote)]


def test_a_quotation_over_two_lines_is_marked_on_both_and_only_its_own_words():
    assert edges(PAGE, QUOTE) == [
        (FIRST[4].x0, FIRST[-1].x1, 100.0),
        (50.0, SECOND[4].x1, 112.0),
    ]


def test_a_word_broken_by_a_hyphen_at_the_end_of_a_line_is_still_the_word():
    words = [Word("dis-", 50, 100, 70, 110), Word("closure", 50, 112, 80, 122)]
    assert len(edges(PageLayout(1, 612, 792, tuple(words)), "Disclosure")) == 2


def test_words_that_the_page_does_not_say_are_marked_nowhere():
    assert edges(PAGE, "our disclosure controls were effective") == []
    assert edges(PAGE, " … ") == []
