"""What a text says that it did not say before: sentences added, removed and reworded."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from services.domain.insights import Quote

REWORDED = 0.75
"""Two sentences that share this much of their words are one, worded otherwise."""
_NOISE = re.compile(r"[^a-z]+")


@dataclass(frozen=True, slots=True)
class TextChange:
    """Sentences that are new, gone, and (before, after) of those worded otherwise, in reading order.

    ``kept`` counts those that say the same: numbers, years and punctuation do not count as words.
    """

    added: tuple[Quote, ...]
    removed: tuple[Quote, ...]
    reworded: tuple[tuple[Quote, Quote], ...]
    kept: int


def compare(before: Sequence[Quote], after: Sequence[Quote]) -> TextChange:
    """Compare two versions of one section sentence by sentence."""
    old = {_words(quote.text): quote for quote in before}
    new = {_words(quote.text): quote for quote in after}
    gone = [(words, quote) for words, quote in old.items() if words not in new]
    fresh = [(words, quote) for words, quote in new.items() if words not in old]
    pairs: list[tuple[Quote, Quote]] = []
    added: list[Quote] = []
    for words, quote in fresh:
        match = _likest(words, gone)
        if match is None:
            added.append(quote)
        else:
            pairs.append((gone.pop(match)[1], quote))
    removed = tuple(quote for _, quote in gone)
    return TextChange(tuple(added), removed, tuple(pairs), len(new) - len(fresh))


def _words(text: str) -> tuple[str, ...]:
    return tuple(_NOISE.sub(" ", text.lower()).split())


def _likest(words: tuple[str, ...], others: Sequence[tuple[tuple[str, ...], Quote]]) -> int | None:
    """Return the place of the sentence that shares most words, None below the threshold."""
    best, place = REWORDED, None
    matcher = SequenceMatcher(None, autojunk=False)
    matcher.set_seq2(words)
    for index, (other, _) in enumerate(others):
        longest = max(len(words), len(other))
        if 2 * min(len(words), len(other)) / (len(words) + len(other)) < best or not longest:
            continue
        matcher.set_seq1(other)
        if matcher.quick_ratio() >= best and (ratio := matcher.ratio()) >= best:
            best, place = ratio, index
    return place
