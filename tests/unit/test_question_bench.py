"""The benchmark of questions calls an answer right, wrong or refused by the published number and pages."""

from datetime import date

import pytest

from services.ask.answers import Answer
from tests.bench.questions import is_number_of, judged, question_for
from tests.unit.ask.loaded import ask


def judged_of(question: str, published: str, page: int = 0):
    line = {
        "question_type": "metrics-generated", "answer": published,
        "evidence": [{"evidence_page_num": page}],
    }  # fmt: skip
    return judged(line, ask(question), 0.1)


@pytest.mark.parametrize(
    ("question", "published", "right"),
    [
        ("FY2018 revenue in USD millions", "$32765.00", True),
        ("FY2018 revenue in USD millions", "$32764.00", False),
        ("FY2018 revenue in USD billions", "$32.80", True),
        ("FY2018 revenue in USD billions", "$32.77", True),
        ("FY2018 revenue in USD billions", "$32.90", False),
        ("FY2018 operating margin, round to one decimal place, as a percent", "22.0%", True),
        ("FY2018 operating margin, round to one decimal place, as a percent", "21.0%", False),
        ("FY2018 current ratio", "1.89", True),
        ("FY2018 current ratio", "no number", False),
    ],
)
def test_a_number_is_compared_at_the_rounding_asked_for_or_published(question, published, right):
    found = ask(question)
    assert isinstance(found, Answer)
    assert is_number_of(published, found) is right


@pytest.mark.parametrize(
    ("question", "published", "outcome"),
    [
        ("Did revenue grow in 2018?", "Yes, it did.", "right"),
        ("Did revenue grow in 2018?", "No.", "wrong"),
        (
            "Has the current ratio improved or declined in 2018?",
            "It has improved a little.",
            "right",
        ),
        ("Has the current ratio improved or declined in 2018?", "It has declined.", "wrong"),
    ],
)
def test_a_word_is_compared_where_the_answer_is_yes_or_no(question, published, outcome):
    assert judged_of(question, published).outcome == outcome


def test_a_value_is_asked_for_in_words_of_the_vocabulary():
    asking = question_for("total_assets", 0, date(2018, 12, 31), "I")
    assert asking == "What was total assets at December 31, 2018?"
    assert question_for("total_assets", 1, date(2018, 12, 31), "I") != asking
    assert ask(asking).text == "USD 36.5 bn"
    assert question_for("no_concept", 0, date(2018, 12, 31), "I") is None


def test_a_wrong_number_a_wrong_page_and_a_refusal_are_told_apart():
    assert judged_of("FY2018 revenue in USD millions", "$32765").outcome == "right"
    assert judged_of("FY2018 revenue in USD millions", "$1").outcome == "wrong"
    assert judged_of("FY2018 revenue in USD millions", "$32765", page=4).cited is False
    refused = judged_of("FY2018 organic revenue", "$32765")
    assert (refused.outcome, refused.cited) == ("refused", None)
