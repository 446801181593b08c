"""Running text of a page as sentences that can be quoted exactly."""

import re
from collections.abc import Iterator

_END = re.compile(r"(?:(?<=[.!?])(?<!\bU\.S\.)(?<!\bNo\.)|(?<=[.!?][”\"’)]))\s+(?=[“\"(A-Z•%])")
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
