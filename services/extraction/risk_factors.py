"""The risk-factor section of an annual or quarterly report (Item 1A), sentence by sentence with its pages."""

import re
from collections.abc import Sequence

from services.domain.insights import Quote
from services.extraction.sentences import flowing, sentences

_HEADING = re.compile(r"^\W*item\s*1a\b[\s.:–—-]*risk\s*factors[\s.:–—-]*$", re.IGNORECASE)
_NEXT = re.compile(
    r"^\W*item\s*(?:1b|1c|2)\b[\s.:–—-]*(?:unresolved|cyber|propert|unregistered|management)",
    re.IGNORECASE,
)
_ANY_ITEM = re.compile(r"^\W*item\s*\d+[abc]?\b", re.IGNORECASE)
_CONTENTS = 6
"""So many items on one page are its table of contents."""
_SHORTEST, _WORDS = 25, 5
_RUNNING = re.compile(r"^(?:table of contents|\d+|page \d+)\s*", re.IGNORECASE)


def risk_factors(texts: Sequence[str]) -> tuple[Quote, ...]:
    """Return the section's sentences in order, () where the document has no such section."""
    lines = [
        (page, line.strip())
        for page, text in enumerate(texts, start=1)
        if not _is_contents(text)
        for line in text.replace("\u00a0", " ").splitlines()
    ]
    starts = [i for i, (_, line) in enumerate(lines) if _HEADING.match(line)]
    ends = [i for i, (_, line) in enumerate(lines) if _NEXT.match(line)]
    end = next((i for i in ends if starts and i > starts[0]), None)
    if end is None:
        return ()
    start = max(i for i in starts if i < end)  # an earlier one only refers to the section
    return _sentences(lines[start + 1 : end])


def _is_contents(text: str) -> bool:
    return sum(bool(_ANY_ITEM.match(line)) for line in text.splitlines()) >= _CONTENTS


def _sentences(lines: Sequence[tuple[int, str]]) -> tuple[Quote, ...]:
    pages: dict[int, list[str]] = {}
    for page, line in lines:
        pages.setdefault(page, []).append(line)
    found: list[Quote] = []
    rest = ""
    for page, printed in pages.items():
        text = rest + " " + _RUNNING.sub("", "\n".join(printed).strip())
        parts = list(sentences(flowing(text)))
        rest = ""
        if parts and not parts[-1].endswith((".", "!", "?", ":")):
            rest = parts.pop()  # goes on over the page
        found += [Quote(text=part, page=page) for part in parts if _says_something(part)]
    return tuple(found)


def _says_something(sentence: str) -> bool:
    return len(sentence) >= _SHORTEST and len(sentence.split()) >= _WORDS
