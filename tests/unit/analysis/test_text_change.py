"""Sentences added, removed and reworded between two versions of a section."""

from services.analysis.text_change import compare
from services.domain.insights import Quote

SAME = "We depend on a few suppliers for our parts."


def quotes(*texts):
    return [Quote(text=text, page=place) for place, text in enumerate(texts, start=1)]


def test_new_and_gone_sentences_are_told_apart_from_kept_ones():
    found = compare(
        quotes(SAME, "A pandemic may close our stores."),
        quotes("Tariffs may rise again soon.", SAME),
    )
    assert [q.text for q in found.added] == ["Tariffs may rise again soon."]
    assert [(q.text, q.page) for q in found.removed] == [("A pandemic may close our stores.", 2)]
    assert (found.reworded, found.kept) == ((), 1)


def test_a_sentence_that_shares_most_of_its_words_is_reworded():
    found = compare(
        quotes("We depend on very few suppliers for most of our parts and goods."),
        quotes("We depend on very few suppliers for most of our parts, goods and services."),
    )
    ((before, after),) = found.reworded
    assert before.text.endswith("parts and goods.")
    assert after.text.endswith("goods and services.")
    assert (found.added, found.removed) == ((), ())


def test_years_numbers_and_punctuation_make_no_change():
    found = compare(quotes("In 2021, 10% of sales came from one buyer."),
                    quotes("In 2022 12% of sales came from one buyer."))  # fmt: skip
    assert (found.added, found.removed, found.reworded, found.kept) == ((), (), (), 1)
