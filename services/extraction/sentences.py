"""Running text of a page as sentences that can be quoted exactly."""

import re
from collections.abc import Iterator, Sequence

_END = re.compile(r" (?=[“\"(A-Z•%])(?:(?<=[.!?] )(?<!\bU\.S\. )(?<!\bNo\. )|(?<=[.!?][”\"’)] ))")
_LONGEST = 700
"""Characters: what runs on longer is a table or a list and not a sentence."""
_PAGE_HEAD = re.compile(r"^Table of Contents ", re.IGNORECASE)
_PAGE_NUMBER = re.compile(r"(?<=[.!?])\s\d{1,3}$")
_HEADING = re.compile(r"^(?:[A-Z][A-Z’'&,\-–—]+ ){2,}(?=[A-Z][a-z])")


def flowing(text: str) -> str:
    """Return a page's text as one line."""
    return " ".join(text.split())


def sentences(line: str) -> Iterator[str]:
    """Yield the sentences of a page's flowing text, without the page's head and headings in capitals."""
    for sentence in _END.split(_PAGE_HEAD.sub("", line)):
        if len(sentence) <= _LONGEST:
            yield _PAGE_NUMBER.sub("", _HEADING.sub("", sentence.strip()))


class Prose:
    """A document's running text, each page split into sentences once however many readers ask for it."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._sentences = [
            (page, sentence, sentence.lower())
            for page, text in enumerate(texts, start=1)
            for sentence in sentences(flowing(text))
        ]

    def saying(self, *words: str) -> Iterator[tuple[int, str]]:
        """Yield (page, sentence) in reading order where a sentence has one of the words, given in lower case."""
        for page, sentence, lowered in self._sentences:
            if any(word in lowered for word in words):
                yield page, sentence
