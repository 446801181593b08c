"""Which company a question names, among those whose reports are loaded."""

import re
from collections.abc import Iterable, Sequence

from services.ask.vocabulary import FILLERS

_LEGAL_WORDS = """
    inc incorporated corp corporation co company companies plc ltd limited llc lp sa ag nv se ab oyj spa
    group holdings holding the and & com de
"""
_LEGAL = frozenset(_LEGAL_WORDS.split())
_WORD = re.compile(r"[A-Za-z0-9&]+(?:'s\b|'(?=\s))?")
_SHORTEST = 2


def company_named(text: str, companies: Iterable[str]) -> tuple[list[str], str]:
    """Return the companies that a text names, the longest names first, and the text without their names.

    A name is that of a report, without its legal form, from its first word on as far as the text goes
    along with it; written as one word or as initials it counts, too.
    """
    found: list[str] = []
    flat = _flat(text)
    spans = [(match.group(), match.span()) for match in _WORD.finditer(flat)]
    words = [_bare(word) for word, _ in spans]
    cut: list[tuple[int, int]] = []
    for company in dict.fromkeys(companies):
        places = list(_places(words, _parts(company)))
        if places:
            found.append(company)
            cut += [
                (spans[first][1][0], _end(flat, words[last], spans[last][1][1]))
                for first, last in places
            ]
    for start, end in sorted(cut, reverse=True):
        flat = f"{flat[:start]} {flat[end:]}"
    return found, flat if cut else text


def _end(text: str, last: str, end: int) -> int:
    """Return where a name ends: the full stop of its legal form is a part of it, unless a sentence ends there."""
    is_short = last in _LEGAL and text[end : end + 1] == "." and text[end + 1 :].strip()
    return end + 1 if is_short and not re.match(r"\s+[A-Z]", text[end + 1 :]) else end


def _flat(text: str) -> str:
    """Return a text of the same length with plain apostrophes and no hyphens inside words."""
    return re.sub(r"(?<=[A-Za-z])-(?=[A-Za-z])", " ", text.translate(str.maketrans("’‘", "''")))


def _bare(word: str) -> str:
    return word.lower().removesuffix("'s").removesuffix("'")


def _parts(company: str) -> list[str]:
    words = [_bare(word) for word in _WORD.findall(_flat(company))]
    telling = [word for word in words if word not in _LEGAL]
    return telling or words


def _places(words: Sequence[str], parts: Sequence[str]) -> Iterable[tuple[int, int]]:
    at = 0
    while at < len(words):
        length = _length(words[at:], parts)
        if length:
            yield at, at + length - 1
        at += max(length, 1)


def _length(words: Sequence[str], parts: Sequence[str]) -> int:
    """Return how many of the first words name the company: 0 where they do not."""
    joined = "".join(parts)
    if words[0] == joined or (len(parts) > _SHORTEST and words[0] == "".join(p[0] for p in parts)):
        return 1 + _legal(words[1:])
    count = 0
    for word, part in zip(words, parts, strict=False):
        if word != part:
            break
        count += 1
    whole = count == len(parts)
    if count == 0 or (not whole and (count == 1 and _is_common(words[0]))):
        return 0
    return count + _legal(words[count:])


def _legal(words: Sequence[str]) -> int:
    count = 0
    while count < len(words) and words[count] in _LEGAL - {"the", "and", "&", "de"}:
        count += 1
    return count


def _is_common(word: str) -> bool:
    """Whether a word alone is too common to be a name: the first of several words such as General or American."""
    return word in FILLERS or word in _COMMON or len(word) < _SHORTEST


_COMMON_WORDS = """
    general american united national international global first best new north south east west great
    international standard public service consolidated cash capital energy bank financial home health
    advanced applied air all as it on to us
"""
_COMMON = frozenset(_COMMON_WORDS.split())
