"""Where else in a document a number is printed in a row of the same words: T28, from the text of its pages."""

import re
from collections import defaultdict
from collections.abc import Sequence

from services.confidence.weights import weighed
from services.domain.confidence import ConfidenceEvidence
from services.domain.ids import FactId
from services.domain.reports import Fact
from services.extraction.titles import squash

_TELLING = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.\d+")
_DIGITS_NEEDED = 4  # a shorter number is printed again by chance
_WORDS_NEEDED = 6  # letters of a label that say what it is
_SHOWN = 4
_WORDS = 14  # letters by which rows are compared
_LETTERS = re.compile(r"[^a-z]+")


def again_printed(facts: Sequence[Fact], texts: Sequence[str]) -> list[Fact]:
    """Return the facts, those printed again elsewhere with that evidence on their value."""
    found = mentions(facts, texts)
    return [
        fact.model_copy(update={"confidence": fact.confidence.with_evidence([_again(pages)])})
        if (pages := found.get(fact.fact_id)) is not None
        else fact
        for fact in facts
    ]


def _again(pages: Sequence[int]) -> ConfidenceEvidence:
    shown = ", ".join(str(page) for page in pages[:_SHOWN])
    more = f" and {len(pages) - _SHOWN} more" if len(pages) > _SHOWN else ""
    where = f"page {shown}" if len(pages) == 1 else f"pages {shown}{more}"
    reason = f"T28 The same number stands with the same words on {where}"
    return weighed("value", "printed again", reason)


def mentions(facts: Sequence[Fact], texts: Sequence[str]) -> dict[FactId, list[int]]:
    """Return the other 1-based pages on which each fact's number stands in a line with its label.

    Numbers of fewer than four digits and labels of fewer than six letters prove nothing and are left
    out; so are facts without a page.
    """
    wanted: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        number = _TELLING.search(fact.source.printed)
        if fact.source.page is not None and number is not None and _telling(number[0]):
            wanted[number[0]].append(fact)
    words = {fact.fact_id: _key(fact.label) for group in wanted.values() for fact in group}
    found: dict[FactId, list[int]] = defaultdict(list)
    for page, text in enumerate(texts, start=1):
        for match in _TELLING.finditer(text):
            for fact in wanted.get(match[0], ()):
                if fact.source.page != page and page not in found[fact.fact_id]:
                    key = words[fact.fact_id]
                    if len(key) >= _WORDS_NEEDED and key in _key_of_line(text, match):
                        found[fact.fact_id].append(page)
    return {fact_id: pages for fact_id, pages in found.items() if pages}


def _telling(number: str) -> bool:
    return len(number.replace(",", "").replace(".", "")) >= _DIGITS_NEEDED


def _key(label: str) -> str:
    return _LETTERS.sub("", squash(label))[:_WORDS]


def _key_of_line(text: str, match: re.Match[str]) -> str:
    """Return the letters before the number on its line."""
    start = text.rfind("\n", 0, match.start()) + 1
    return _LETTERS.sub("", squash(text[start : match.start()]))
