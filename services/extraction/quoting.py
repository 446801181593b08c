"""Where a quotation is printed: the words of a page that say it, so that it can be marked there."""

from collections.abc import Sequence
from itertools import groupby

from services.domain.layout import PageLayout, Word
from services.domain.provenance import Box

_SAME_LINE = 0.5
"""Share of a word's height by which its middle may lie off its neighbour's and still be on its line."""


def boxes_of_quote(page: PageLayout, quote: str) -> tuple[Box, ...]:
    """Return a box for each line that prints the quotation, () when the page does not say it.

    Only letters and digits count: a hyphen at a line's end and the white space are print, not words.
    """
    wanted = _letters(quote)
    printed = [(word, _letters(word.text)) for word in page.words]
    start = "".join(letters for _, letters in printed).find(wanted) if wanted else -1
    if start < 0:
        return ()
    said, position = [], 0
    for word, letters in printed:
        if letters and position < start + len(wanted) and position + len(letters) > start:
            said.append(word)
        position += len(letters)
    return _lines(said)


def _letters(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def _lines(words: Sequence[Word]) -> tuple[Box, ...]:
    numbered, line = [], 0
    for index, word in enumerate(words):
        if index and not _beside(words[index - 1], word):
            line += 1
        numbered.append((line, word))
    groups = ([word for _, word in group] for _, group in groupby(numbered, key=lambda n: n[0]))
    return tuple(_around(group) for group in groups)


def _beside(one: Word, next_: Word) -> bool:
    off = abs((one.y0 + one.y1) - (next_.y0 + next_.y1)) / 2
    return off <= _SAME_LINE * (one.y1 - one.y0)


def _around(words: Sequence[Word]) -> Box:
    return Box(
        min(word.x0 for word in words),
        min(word.y0 for word in words),
        max(word.x1 for word in words),
        max(word.y1 for word in words),
    )
