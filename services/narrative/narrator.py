"""Lets a model write an insight's sentences: each answer is judged, twice it may mend one, else the template stands."""

import re

from pydantic import BaseModel, ConfigDict, ValidationError

from services.domain.errors import Unavailable
from services.domain.insights import Insight, ReasoningChain
from services.domain.reasoning import Narration, Prompt, Question, Reply, Try
from services.narrative.asked import inputs_of, question_of, told_by
from services.narrative.grounds import Given, numbers_in
from services.narrative.guard import judge, sentences_in
from services.narrative.quotes import QUOTE, kept_whole
from services.ports import Reasoner

TRIES = 3
"""The first answer and two repairs."""
PATIENCE_SECONDS = 30.0
"""How long one answer is waited for, with the tries again of whoever asks."""
_MOST_SENTENCES, _MOST_CHARACTERS = 8, 1000
_MARKS = re.compile(r"[“”]")


class Draft(BaseModel):
    """An answer as the prompts ask for it."""

    model_config = ConfigDict(extra="forbid", strict=True)

    sentences: list[str]


def narrated(insight: Insight, given: Given, prompt: Prompt, reasoner: Reasoner) -> Narration:
    """Ask a model for the sentences of an insight; where there is no answer, it is not asked again.

    Args:
        insight: With its template's sentence.
        given: What the sentences may use.
        prompt: For insights of its kind.
        reasoner: Who is asked.
    """
    inputs = inputs_of(insight, given)
    tries: list[Try] = []
    while len(tries) < TRIES and not (tries and (tries[-1].accepted or tries[-1].fault)):
        question = question_of(prompt, inputs, tries)
        tries.append(_tried(question, reasoner, insight, given))
    return Narration(
        prompt=prompt.reference,
        prompt_sha256=prompt.sha256,
        asked=reasoner.asked,
        temperature=prompt.temperature,
        seed=prompt.seed,
        inputs=inputs,
        template=insight.text,
        tries=tuple(tries),
    )


def rejudged(recorded: Narration, insight: Insight, given: Given) -> Narration:
    """Return a narration with its recorded answers judged anew for an insight as it is now; no model is asked."""
    return recorded.model_copy(
        update={
            "inputs": inputs_of(insight, given),
            "template": insight.text,
            "tries": tuple(judged(one, insight, given) for one in recorded.tries),
        }
    )


def retold(
    insight: Insight, chain: ReasoningChain, narration: Narration
) -> tuple[Insight, ReasoningChain]:
    """Return an insight with the sentences of a narration, and its chain with how they came about.

    Nothing else of either changes; the chain names model and prompt where their words are shown.
    """
    told: dict[str, object] = {"narration": narration}
    shown = narration.accepted
    if shown is not None and shown.reply is not None:
        told["model_version"] = f"{chain.model_version}, sentences by {shown.reply.model}"
        told["prompt_template_version"] = (
            f"{chain.prompt_template_version}, {narration.prompt} sha256:{narration.prompt_sha256}"
        )
    return insight.model_copy(update={"text": narration.text}), chain.model_copy(update=told)


def _tried(question: Question, reasoner: Reasoner, insight: Insight, given: Given) -> Try:
    try:
        reply = reasoner.reply(question, PATIENCE_SECONDS)
    except Unavailable as error:
        return Try(question_sha256=question.sha256, fault=error.sentence)
    return judged(Try(question_sha256=question.sha256, reply=reply), insight, given)


def judged(one: Try, insight: Insight, given: Given) -> Try:
    """Return a try with the verdict on its reply."""
    if one.reply is None:
        return one
    draft = _draft(one.reply)
    if isinstance(draft, str):
        return one.model_copy(update={"text": "", "refusals": (draft,)})
    verdict = judge(" ".join(draft), given)
    refusals = (
        *_too_much(draft, verdict.text),
        *_left_out(verdict.text, insight, given),
        *(refusal.reason for refusal in verdict.refusals),
    )
    kept = " ".join([_with_pages(verdict.text, insight), *_unnumbered(insight.text, given)])
    return one.model_copy(update={"text": kept, "refusals": refusals})


def _draft(reply: Reply) -> list[str] | str:
    """Return the sentences of an answer, or what is wrong with its form."""
    if reply.finish == "length":
        return f"the answer was cut off after {reply.output_tokens} tokens"
    try:
        found = Draft.model_validate_json(reply.text)
    except ValidationError:
        return "the answer is not JSON of the schema that was asked for"
    sentences = [sentence.strip() for sentence in found.sentences]
    return sentences if sentences and all(sentences) else "the answer has no sentence"


def _with_pages(text: str, insight: Insight) -> str:
    """Say behind each whole quotation where it stands; the model is not told and may write no number."""
    for quote in insight.quotes:
        text = text.replace(f"“{quote.text}”", f"“{quote.text}” (page {quote.page})")
    return text


def _too_much(sentences: list[str], shown: str) -> list[str]:
    refusals = []
    if len(sentences) > _MOST_SENTENCES:
        refusals.append(f"these are more than {_MOST_SENTENCES} sentences")
    if len(shown) > _MOST_CHARACTERS:
        refusals.append(f"this is longer than {_MOST_CHARACTERS:,} characters")
    return refusals


def _left_out(shown: str, insight: Insight, given: Given) -> list[str]:
    """Refuse what says less than the template: true sentences can hide the one number that matters."""
    said = {shown[one.start : one.end].strip() for one in numbers_in(shown)}
    left = [one for one in told_by(insight.text, given) if one.display not in said]
    refusals = [f"{{{{{one.key}}}}} ({one.display}) is left out" for one in left]
    if QUOTE.search(insight.text) and not QUOTE.search(shown):
        refusals.append("the quotation is left out")
    return refusals


def _unnumbered(template: str, given: Given) -> list[str]:
    """Return what the template says beside its numbers and quotations, such as 'A screen, not a finding.'.

    The guard lets nobody else say it, and without it the rest would say more than the rule does.
    """
    unquoted = QUOTE.sub("“…”", kept_whole(template, given))
    return [
        sentence
        for sentence in sentences_in(unquoted)
        if not numbers_in(sentence) and not _MARKS.search(sentence)
    ]
