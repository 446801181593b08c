"""A model's second opinion on a sentence of the document: one label of a closed list and the words it rests on.

It is for the person who reviews the insight; what the rules read, how sure they are and where it goes stays as it is.
"""

import json
from typing import get_args

from pydantic import BaseModel, ConfigDict, ValidationError

from services.domain.errors import Unavailable
from services.domain.reasoning import Opinion, Prompt, Question, Try, Turn
from services.domain.reports import CueKind
from services.narrative.narrator import PATIENCE_SECONDS
from services.ports import Reasoner

NOTHING = "none"
"""The sentence asserts nothing of these kinds: a hypothesis, a standard's words, another company's doings."""
LABELS = (*get_args(CueKind), NOTHING)


class Reading(BaseModel):
    """An answer as the prompt asks for it."""

    model_config = ConfigDict(extra="forbid", strict=True)

    label: str
    quote: str


def second_opinion(
    sentence: str, read_as: str, prompt: Prompt, reasoner: Reasoner, known: Opinion | None
) -> Opinion:
    """Ask once how a model reads a sentence; what it answered to the same question before is not asked again.

    Args:
        sentence: The document's, as printed.
        read_as: What the rules read it as; the model is not told.
        prompt: ``text-cue``.
        reasoner: Who is asked.
        known: What the stored chain has, where there is one.
    """
    inputs = json.dumps({"sentence": sentence}, ensure_ascii=False)
    question = Question(prompt=prompt, turns=(Turn(role="user", text=inputs),))
    opinion = Opinion(
        prompt=prompt.reference,
        prompt_sha256=prompt.sha256,
        asked=reasoner.asked,
        temperature=prompt.temperature,
        seed=prompt.seed,
        inputs=inputs,
        read_as=read_as,
        answer=_answered(question, reasoner, known),
    )
    return read_again(opinion)


def read_again(recorded: Opinion) -> Opinion:
    """Return an opinion with its recorded answer judged anew; no model is asked."""
    reply = recorded.answer.reply
    if reply is None:
        return recorded
    sentence = json.loads(recorded.inputs)["sentence"]
    try:
        found = Reading.model_validate_json(reply.text)
        refusals = tuple(_refusals(found, sentence))
    except ValidationError:
        found = Reading(label="", quote="")
        refusals = ("the answer is not JSON of the schema that was asked for",)
    answer = recorded.answer.model_copy(update={"text": found.quote, "refusals": refusals})
    return recorded.model_copy(update={"answer": answer, "label": "" if refusals else found.label})


def _answered(question: Question, reasoner: Reasoner, known: Opinion | None) -> Try:
    is_known = known is not None and known.asked == reasoner.asked and not known.answer.fault
    if known is not None and is_known and known.answer.question_sha256 == question.sha256:
        return known.answer
    try:
        reply = reasoner.reply(question, PATIENCE_SECONDS)
    except Unavailable as error:
        return Try(question_sha256=question.sha256, fault=error.sentence)
    return Try(question_sha256=question.sha256, reply=reply)


def _refusals(found: Reading, sentence: str) -> list[str]:
    refusals = []
    if found.label not in LABELS:
        refusals.append(f"'{found.label}' is none of the labels")
    if not found.quote.strip() or _plain(found.quote) not in _plain(sentence):
        refusals.append(f"“{found.quote}” is not in the sentence")
    return refusals


def _plain(text: str) -> str:
    return " ".join(text.split())
