"""A model's second opinion: a label of the closed list with words of the sentence, or none; it decides nothing."""

import json
from typing import get_args

import pytest

from services.bootstrap import build
from services.config import Settings
from services.domain.errors import Unavailable
from services.domain.reports import CueKind
from services.narrative.opinion import LABELS, NOTHING, Reading, read_again, second_opinion
from services.pipeline.retelling import READING
from tests.unit.test_narrator import PROMPT, Told

SENTENCE = (
    "Management concluded that our internal control over financial reporting was not effective."
)
READ_AS = "controls_not_effective"


def answer(label: str, quote: str) -> str:
    return json.dumps({"label": label, "quote": quote})


def opinion_of(*answers, known=None):
    return second_opinion(SENTENCE, READ_AS, PROMPT, Told(*answers), known)


def test_agreement_and_another_reading_are_told_apart():
    same = opinion_of(answer(READ_AS, "was  not effective"))
    assert (same.label, same.sentence) == (READ_AS, "agrees: controls not effective")
    other = opinion_of(answer(NOTHING, "Management concluded"))
    assert (other.label, other.sentence) == (NOTHING, "reads it as: none")


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (answer("fraud", "not effective"), "'fraud' is none of the labels"),
        (answer(READ_AS, "were not effective"), "“were not effective” is not in the sentence"),
        (answer(READ_AS, " "), "is not in the sentence"),
        ("not JSON", "not JSON of the schema"),
        ('{"label": "none"}', "not JSON of the schema"),
        ('{"label": "none", "quote": "was", "confidence": 1}', "not JSON of the schema"),
        (Unavailable("It is closed."), "It is closed."),
    ],
)
def test_an_answer_outside_the_list_or_the_sentence_is_no_opinion(said, reason):
    found = opinion_of(said)
    assert found.label == ""
    assert found.sentence.startswith("none: ")
    assert reason in found.sentence


def test_the_model_is_told_the_sentence_and_not_what_the_rules_read():
    reasoner = Told(answer(NOTHING, "was"))
    second_opinion(SENTENCE, READ_AS, PROMPT, reasoner, None)
    assert [turn.text for turn in reasoner.questions[0].turns] == [
        json.dumps({"sentence": SENTENCE})
    ]


def test_what_was_answered_is_not_asked_again_and_what_failed_is():
    first = opinion_of(answer(READ_AS, "not effective"))
    assert opinion_of(known=first) == first
    failed = opinion_of(Unavailable("It is closed."))
    assert opinion_of(answer(READ_AS, "not effective"), known=failed) == first


def test_a_recorded_answer_is_judged_anew():
    first = opinion_of(answer(READ_AS, "not effective"))
    assert read_again(first) == first
    other = first.answer.reply.model_copy(update={"text": answer("fraud", "x")})
    forged = first.model_copy(update={"answer": first.answer.model_copy(update={"reply": other})})
    assert read_again(forged).label == ""


def test_the_prompts_list_is_the_products(tmp_path):
    schema = json.loads(build(Settings(data_dir=tmp_path)).prompts[READING].output_schema)
    assert tuple(schema["properties"]["label"]["enum"]) == LABELS == (*get_args(CueKind), NOTHING)
    assert set(schema["properties"]) == set(Reading.model_fields)
