"""Accepts or refuses a text about an insight (design §7.3): numbers, periods, directions, quotes, words.

A text is refused with every reason, so that its author can mend it. What is accepted says nothing that the
insight does not say; whether it says it well is not judged here.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from services.narrative.dates import MENTION, is_of, mentions_in, wrong_periods
from services.narrative.directions import wrong_directions
from services.narrative.grammar import render
from services.narrative.grounds import (
    NUMBER,
    Bound,
    Given,
    Ground,
    Printed,
    binding,
    blanked,
    numbers_in,
)
from services.narrative.lexicon import DOWN, foreign_signs, refused_words, words_in
from services.narrative.naming import (
    Name,
    company_in,
    is_named,
    names_in,
    wrong_company,
    wrong_names,
)
from services.narrative.quotes import QUOTE, kept_whole, without_quotes, wrong_quotes

_NOTHING_SAID = "a sentence gives no number and no quotation of this insight"
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z“])")
_TOUCHES_BEFORE = re.compile(r"[\w$€£¥+−–—/-]$|\b[A-Z]{3}\s$")
_TOUCHES_BEHIND = re.compile(
    r"[\w%×/–—-]|\s?[%×]|\s(?:bn|m|bp|pp|days|months|years|times|shares|k|mn|a|an|per|each)\b"
)


Kind = Literal[
    "placeholder", "number", "nothing said", "sign", "quotation", "word", "period", "unit", "name", "direction"
]  # fmt: skip
"""What a refusal is about."""


class Refusal(NamedTuple):
    """One reason why a text may not be shown, in words for its author."""

    kind: Kind
    reason: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The text as it would be shown, and why it may not be; no reason means accepted."""

    text: str
    refusals: tuple[Refusal, ...]

    @property
    def accepted(self) -> bool:
        """Whether the text may be shown."""
        return not self.refusals


def judge(narrative: str, given: Given) -> Verdict:
    """Fill the placeholders of a narrative, or bind the numbers of finished prose, and check every sentence."""
    rendered = render(narrative, given)
    filled = bool(rendered.bound or rendered.refusals)
    refusals = _of("placeholder", rendered.refusals)
    for start, sentence in _sentences(kept_whole(rendered.text, given)):
        own = [
            Bound(_moved(bound.printed, -start), bound.ground)
            for bound in rendered.bound
            if start <= bound.printed.start < start + len(sentence)
        ]
        refusals += _refused(sentence, own if filled else None, given)
    return Verdict(rendered.text, tuple(dict.fromkeys(refusals)))


def sentences_in(text: str) -> list[str]:
    """Return the sentences of a text in order; one inside a quotation is one of them."""
    return [sentence for _, sentence in _sentences(text)]


def _sentences(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    for match in _SENTENCE.finditer(text):
        yield start, text[start : match.start()]
        start = match.end()
    yield start, text[start:]


def _moved(printed: Printed, by: int) -> Printed:
    return replace(printed, start=printed.start + by, end=printed.end + by)


def _of(kind: Kind, reasons: Iterable[str]) -> list[Refusal]:
    return [Refusal(kind, reason) for reason in reasons]


def _refused(sentence: str, filled: list[Bound] | None, given: Given) -> list[Refusal]:
    own = without_quotes(sentence)
    names = names_in(own, given)
    unnamed = _without_company(_without(own, names), given)
    dated = [(match.start(), match.end()) for match in mentions_in(unnamed)]
    free = [
        number
        for number in numbers_in(unnamed)
        if not any(start <= number.start < end for start, end in dated)
    ]
    bound, loose = _bound(own, free, given, names, filled)
    words = blanked(NUMBER, blanked(MENTION, unnamed))
    said = bound or QUOTE.search(sentence)
    return [
        *_of("number", (f"'{own[n.start : n.end]}' is no number of this insight" for n in loose)),
        *_of("nothing said", () if said else (_NOTHING_SAID,)),
        *_of("sign", foreign_signs(unnamed)),
        *_of("quotation", wrong_quotes(sentence, given)),
        *_of("word", refused_words(words, sentence)),
        *_of("period", wrong_periods(unnamed, bound, given)),
        *_of("unit", _touched(own, bound)),
        *_of("name", wrong_names(own, bound, given)),
        *_of("name", wrong_company(_without(own, names), given)),
        *_of("direction", wrong_directions(own, unnamed, bound)),
    ]


def _without_company(own: str, given: Given) -> str:
    for match in company_in(own, given):
        own = own[: match.start()] + " " * len(match[0]) + own[match.end() :]
    return own


def _without(own: str, names: Sequence[Name]) -> str:
    """Blank out what the figures are called: 'revenue growth' says no direction, 'the 80 % range' no number."""
    for name in names:
        own = own[: name.start] + " " * (name.end - name.start) + own[name.end :]
    return own


def _bound(
    own: str,
    free: Sequence[Printed],
    given: Given,
    names: Sequence[Name],
    filled: Sequence[Bound] | None,
) -> tuple[list[Bound], list[Printed]]:
    """Return the numbers that are the insight's, and those that are not."""
    if filled is not None:
        taken = {one.printed.start for one in filled}
        return list(filled), [number for number in free if number.start not in taken]
    found = [(number, _ground(own, number, given, names)) for number in free]
    bound = [Bound(number, ground) for number, ground in found if ground is not None]
    return bound, [number for number, ground in found if ground is None]


def _ground(own: str, number: Printed, given: Given, names: Sequence[Name]) -> Ground | None:
    """Bind a number to the insight's number that has its name, and its period where one is said behind it."""
    down = not words_in(own).isdisjoint(DOWN)
    fitting = [
        ground
        for ground in binding(number, given.grounds)
        if down or (number.value < 0) == (ground.amount < 0)
    ]
    named = [ground for ground in fitting if is_named(own, number, ground, names)] or fitting
    after = MENTION.search(own, number.end)
    if after is not None:
        dated = (g for g in named if g.period is not None and is_of(after, g.period, given))
        return next(dated, next(iter(named), None))
    return next(iter(named), None)


def _touched(own: str, bound: Sequence[Bound]) -> list[str]:
    """Refuse a sign, unit, currency or rate written beside a number that brings its own."""
    return [
        f"'{own[one.printed.start : one.printed.end]}' brings its own unit and sign"
        for one in bound
        if _TOUCHES_BEFORE.search(own[: one.printed.start])
        or _TOUCHES_BEHIND.match(own, one.printed.end)
    ]
