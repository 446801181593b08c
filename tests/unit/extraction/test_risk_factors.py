"""The risk-factor section: between its headings, not in the table of contents, over page breaks."""

from services.extraction.risk_factors import risk_factors

CONTENTS = "\n".join(f"Item {n}. Something {n}" for n in ("1", "1A", "1B", "2", "3", "4", "5"))
FIRST = "Item 1A. Risk Factors\nOur customers may buy less than before. Prices may fall and"
SECOND = (
    "12\nstay low for years to come. The U.S. Government may change its rules.\n"
    "Item 1B. Unresolved Staff Comments\nNone of these count here."
)


def test_sentences_are_read_with_the_page_on_which_they_end():
    found = risk_factors([CONTENTS, FIRST, SECOND])
    assert [(q.text, q.page) for q in found] == [
        ("Our customers may buy less than before.", 2),
        ("Prices may fall and stay low for years to come.", 3),
        ("The U.S. Government may change its rules.", 3),
    ]


def test_a_document_without_the_section_or_without_its_end_has_none():
    assert risk_factors([CONTENTS]) == ()
    assert risk_factors([FIRST]) == ()


def test_a_line_that_only_refers_to_the_section_does_not_begin_it():
    found = risk_factors(
        ["Item 1A. Risk Factors\nWe say more of this below, as you will see.", FIRST, SECOND]
    )
    assert found[0].page == 2
