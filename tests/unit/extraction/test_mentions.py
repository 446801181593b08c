"""T28: where else in a document a number stands with the same words."""

import pytest

from services.confidence.weights import WEIGHTS
from services.domain.confidence import log_odds
from services.domain.provenance import SourceRef
from services.extraction.mentions import again_printed, mentions
from tests.factories import a_fact

STATEMENT = "Net sales $ 32,765 $ 31,657\nOther 12 14\n"


def a_number(label, printed, page=1):
    fact = a_fact("revenue", 2018, 32765)
    source = SourceRef(
        report_id=fact.report_id, document="annual.pdf", page=page, boxes=(), printed=printed
    )
    return fact.model_copy(update={"label": label, "source": source})


def pages_of(fact, *texts):
    return mentions([fact], texts).get(fact.fact_id)


def test_a_number_in_a_row_of_the_same_words_on_another_page_is_a_mention():
    fact = a_number("Net sales", "$ 32,765")
    assert pages_of(
        fact, STATEMENT, "nothing", "Net sales 32,765 31,657", "NET SALES of 32,765"
    ) == [3, 4]


def test_the_fact_s_own_page_is_no_mention():
    assert pages_of(a_number("Net sales", "32,765"), STATEMENT) is None


@pytest.mark.parametrize(
    "elsewhere",
    [
        "Cost of goods sold 32,765",
        "Net sales 132,765",
        "Net sales 32,765,000",
        "Net sales 32,756",
        "Net sales\n32,765",
    ],
)
def test_another_number_or_other_words_are_no_mention(elsewhere):
    assert pages_of(a_number("Net sales", "32,765"), STATEMENT, elsewhere) is None


@pytest.mark.parametrize(("label", "printed"), [("Net sales", "765"), ("Other", "32,765")])
def test_a_short_number_or_label_proves_nothing(label, printed):
    assert pages_of(a_number(label, printed), STATEMENT, f"{label} {printed}") is None


def test_a_mention_adds_its_weight_to_the_value_and_names_its_pages():
    fact = a_number("Net sales", "32,765")
    texts = [STATEMENT, *["Net sales 32,765"] * 6]
    (after,) = again_printed([fact], texts)
    told = after.confidence.evidence[-1]
    assert told.reason == (
        "T28 The same number stands with the same words on pages 2, 3, 4, 5 and 2 more"
    )
    moved = log_odds(after.confidence.value) - log_odds(fact.confidence.value)
    assert moved == pytest.approx(WEIGHTS["printed again"])
    assert after.confidence.concept == fact.confidence.concept


def test_a_number_printed_once_keeps_its_confidence():
    fact = a_number("Net sales", "32,765")
    assert again_printed([fact], [STATEMENT, "Net sales"]) == [fact]
