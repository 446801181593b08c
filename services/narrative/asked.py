"""What a model is given about an insight, and the questions it is asked: once, and again with what was wrong."""

import json
from collections.abc import Iterator, Sequence

from services.domain.insights import Insight
from services.domain.periods import Period
from services.domain.reasoning import Prompt, Question, Try, Turn
from services.narrative.dates import STRETCHES
from services.narrative.grounds import Given, Ground, numbers_in
from services.narrative.lexicon import PLAIN

_SPANS = {span: words for words, span in STRETCHES.items()}


def inputs_of(insight: Insight, given: Given) -> str:
    """Return all that a model is told about an insight, as JSON: nothing of it is an instruction."""
    needed = told_by(insight.text, given)
    told = {
        "finding": {
            "title": insight.title,
            "kind": insight.kind.value,
            "severity": insight.severity.value,
            "sentence": insight.text,
        },
        "numbers": [_told(ground, ground in needed) for ground in given.grounds],
        "periods": [way for period in given.periods for way in _ways(period)],
        "company": sorted(given.names),
        "quotations": list(given.quotes),
        "words": " ".join(sorted(PLAIN)),
    }
    return json.dumps(told, ensure_ascii=False, indent=1)


def question_of(prompt: Prompt, inputs: str, tries: Sequence[Try]) -> Question:
    """Return the next question: the inputs, then each refused answer with what was wrong with it."""
    return Question(prompt=prompt, turns=(Turn(role="user", text=inputs), *_repairs(tries)))


def _repairs(tries: Sequence[Try]) -> Iterator[Turn]:
    for one in tries:
        if one.reply is not None:
            reasons = "\n".join(f"- {reason}" for reason in one.refusals)
            yield Turn(role="assistant", text=one.reply.text)
            yield Turn(role="user", text=f"This may not be shown:\n{reasons}\nWrite it again.")


def told_by(template: str, given: Given) -> list[Ground]:
    """Return the numbers that a template's sentence says as they are shown: whoever tells it better says them too."""
    said = {template[one.start : one.end].strip() for one in numbers_in(template)}
    first = {ground.display: ground for ground in reversed(given.grounds)}
    return [ground for display, ground in first.items() if display in said]


def _told(ground: Ground, needed: bool) -> dict[str, object]:
    return {
        "required": needed,
        "write": f"{{{{{ground.key}}}}}",
        "shown": ground.display,
        "names": sorted(ground.terms),
        "change_of": sorted(ground.bases),
        "is_change": ground.changes,
        "period": None if ground.period is None else _ways(ground.period)[0],
    }


def _ways(period: Period) -> list[str]:
    """Return how a period may be said, the plainest way first."""
    end = Period(end=period.end).label
    if period.is_instant:
        return [f"at {end}"]
    if period.span == "FY":
        return [f"in {period.end.year}", f"in the year to {end}"]
    return [f"in the {_SPANS.get(period.span, period.span)} to {end}"]
