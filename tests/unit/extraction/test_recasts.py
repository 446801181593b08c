"""Why prior figures changed, as the text says it, and sentences that say nothing of the kind."""

import pytest

from services.extraction.recasts import recasts_in
from services.extraction.sentences import Prose


@pytest.mark.parametrize(
    "sentence",
    [
        "Certain prior year amounts have been reclassified to conform with the current year presentation.",
        "Prior-period information has been restated to reflect our current organizational structure.",
        "Certain reclassifications have been made to prior periods in the Consolidated Financial Statements.",
    ],
)
def test_a_sentence_that_says_why_is_quoted_with_its_page(sentence):
    (quote,) = recasts_in(Prose(["Nothing.", sentence]))
    assert (quote.text, quote.page) == (sentence, 2)


@pytest.mark.parametrize(
    "sentence",
    [
        "Prior periods have not been restated.",
        "Prior year amounts could be reclassified.",
        "The plan was amended and restated in the prior year.",
        "Gains were reclassified into earnings.",
    ],
)
def test_negations_plans_and_other_reclassifications_say_nothing(sentence):
    assert recasts_in(Prose([sentence])) == ()
