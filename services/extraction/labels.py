"""Labels as words: what is left of a printed label once typography, notes and amounts are gone.

Matching works on lower-case words separated by single blanks, so 'Net cash (used in)/provided by
operating activities (Note 5)......' and 'NET CASH USED IN PROVIDED BY OPERATING ACTIVITIES' read alike.
"""

import re
import unicodedata
from functools import lru_cache

from services.extraction.vocabulary import VOCABULARY

_LOST_LIGATURE = "[\ufffe\ufffd\ufffc\x02\x03]"
_FL_TAILS = "ow|oat|uctuat|ation|exib|eet|uid|at\\b"
_FF_TAILS = "ect|er(?:ing|ed|s)?\\b|set|ice"
_LIGATURE_REPAIRS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(f"{_LOST_LIGATURE}(?={_FL_TAILS})"), "fl"),
    (re.compile(f"(?<=[eo]){_LOST_LIGATURE}(?={_FF_TAILS})"), "ff"),
    (
        re.compile(f"(?<=[a-z]){_LOST_LIGATURE}(?=[a-z])|(?<![a-z]){_LOST_LIGATURE}(?=[a-z]{{3}})"),
        "fi",
    ),
    (re.compile(r"\bbene ?ts?\b"), "benefit"),
    (re.compile(r"\bpro ts?\b"), "profit"),
    (re.compile(r"\bde cit\b"), "deficit"),
    (re.compile(r"(?<=cash )ows?\b"), "flows"),
)

_NOTE_WORDS = (
    r"(?:see\s+)?(?:also\s+)?notes?\b[^)\]]*|in\s+(?:thousands|millions|billions)[^)\]]*"
    r"|(?:dollars\s+|shares\s+)?in\s+(?:thousands|millions)[^)\]]*|unaudited"
    r"|restated|as restated|audited"
    r"|millions?|thousands?|000s?|000['’]s|\$|us\$"
)
_PARENTHESISED_NOTE = re.compile(rf"[(\[]\s*(?:{_NOTE_WORDS})\s*[)\]]")
_FOOTNOTE = re.compile(r"[(\[]\s*(?:[a-k]|[ivx]{1,4}|\d{1,2}|\*+)\s*[)\]](?:\s*,)?")
_PARENTHESISED_AMOUNT = re.compile(
    r"\((?=[^)]*\d)[^)]*\)"
    r"|\((?:includ|exclu|net of|par value|of which|less|at fair value|inclusive"
    r"|shown|as adjusted)[^)]*\)"
)
_OPEN_AMOUNT = re.compile(r"\((?:included?|including|exclusive of|excluding|net of)\b[^)]*$")
_DATED_AMOUNTS = re.compile(r":?\s*(?:19|20)\d\d\s*[-–—]+\s*\$?\s*[\d,.]+.*$")
_TRAILING_NOTE = re.compile(r"\s*[-–—,]?\s*(?:see\s+)?notes?\s+\d[\d,\s]*(?:and\s+\d+)?\s*$")
_LEADERS = re.compile(r"[.…·_]{2,}|(?:\s\.){2,}")
_JOINED_PREFIX = re.compile(r"\b(non|pre|re|sub|co)[-–‑]\s?(?=[a-z])")
_ABBREVIATIONS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\br\s*&\s*d\b"), "research and development"),
    (re.compile(r"\bs\s*,?\s*g\s*&\s*a\b"), "selling general and administrative"),
    (re.compile(r"\bd\s*&\s*a\b"), "depreciation and amortization"),
    (re.compile(r"\bpp\s*&\s*e\b"), "property plant and equipment"),
    (re.compile(r"\beps\b"), "earnings per share"),
    (re.compile(r"\bcogs\b"), "cost of goods sold"),
    (re.compile(r"\bcap\s?ex\b"), "capital expenditures"),
    (re.compile(r"&"), " and "),
    (re.compile(r"\bu\.\s?s\.(?=\s|$)"), "us"),
    (re.compile(r"\bincl\."), "including"),
    (re.compile(r"\bexcl\."), "excluding"),
)
_APOSTROPHES = re.compile(r"['’‘`´]")
_NOT_A_WORD = re.compile(r"[^a-z0-9]+")
_NUMBER_WORD = re.compile(r"(?<![a-z0-9])\d+(?![a-z0-9])")
_HOLDERS = re.compile(
    r"\b(?:stock|share|unit)(?: ?(?:holder|owner)s?)\b|\bmembers(?= equity| "
    r"deficit)\b"
)
_AMORTISE = re.compile(r"\bamortis(?=e|ation|ing|able)")
_SPELLINGS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\blabour\b"), "labor"),
    (re.compile(r"\bcapitalis"), "capitaliz"),
    (re.compile(r"\bprogramme"), "program"),
    (re.compile(r"\bnon controlling\b"), "noncontrolling"),
    (re.compile(r"\bnon current\b"), "noncurrent"),
    (re.compile(r"\bpre tax\b"), "pretax"),
    (re.compile(r"\blongterm\b"), "long term"),
    (re.compile(r"\bshortterm\b"), "short term"),
)


def normalise(label: str) -> str:
    """Return the words of a printed label: lower case, single blanks, no notes, amounts or leaders.

    'stockholders', 'shareowners' and 'unitholders' all become 'shareholders'; dashes, slashes and
    parentheses become blanks, so '(loss)' reads 'loss'. An unlabelled row gives ''.
    """
    return _normalised(label)


@lru_cache(maxsize=8192)
def _normalised(label: str) -> str:
    text = _repair_ligatures(unicodedata.normalize("NFKC", _without_soft(label)).lower())
    text = _without_notes(text)
    text = _JOINED_PREFIX.sub(r"\1", text)
    for pattern, word in _ABBREVIATIONS:
        text = pattern.sub(word, text)
    text = _APOSTROPHES.sub("", text)
    text = _NOT_A_WORD.sub(" ", text)
    text = respace(_NUMBER_WORD.sub(" ", text))
    return _one_spelling(text)


def _without_soft(label: str) -> str:
    return label.replace("\u00ad", "").replace("\u200b", "").replace("\u00a0", " ")


def _repair_ligatures(text: str) -> str:
    for pattern, letters in _LIGATURE_REPAIRS:
        text = pattern.sub(letters, text)
    return text


def _without_notes(text: str) -> str:
    text = _LEADERS.sub(" ", text)
    text = _PARENTHESISED_NOTE.sub(" ", text)
    text = _FOOTNOTE.sub(" ", text)
    text = _PARENTHESISED_AMOUNT.sub(" ", text)
    text = _OPEN_AMOUNT.sub(" ", text)
    text = _DATED_AMOUNTS.sub(" ", text)
    return _TRAILING_NOTE.sub(" ", text)


def _one_spelling(text: str) -> str:
    text = _HOLDERS.sub("shareholders", text)
    text = _AMORTISE.sub("amortiz", text)
    for pattern, word in _SPELLINGS:
        text = pattern.sub(word, text)
    return " ".join(text.split())


def respace(text: str) -> str:
    """Return the words with broken ones joined and glued ones parted ('tot al assets', 'totalassets').

    Only words of the statements' vocabulary are put together; every other word stays as it is printed.
    """
    words = text.split()
    if not words or all(word in VOCABULARY for word in words):
        return " ".join(words)
    return " ".join(_cheapest("".join(words), _boundaries(words)))


def _boundaries(words: list[str]) -> dict[int, int]:
    ends: dict[int, int] = {}
    at = 0
    for word in words:
        ends[at] = at + len(word)
        at += len(word)
    return ends


_KNOWN, _REPAIRED, _REPAIRED_SHORT = 1.0, 1.9, 2.4
_UNKNOWN, _UNKNOWN_LETTER = 4.0, 0.6
_LONGEST = max(map(len, VOCABULARY))
_SHORTEST_REPAIR = 2


def _cheapest(letters: str, printed: dict[int, int]) -> list[str]:
    """Return the cheapest cutting of ``letters``: printed words, or vocabulary words across their gaps."""
    best: list[tuple[float, int]] = [(0.0, 0)] + [(float("inf"), 0)] * len(letters)
    for start in range(len(letters)):
        if best[start][0] == float("inf"):
            continue
        for end, cost in _pieces(letters, start, printed):
            total = best[start][0] + cost
            if total < best[end][0]:
                best[end] = (total, start)
    return _walk_back(letters, best)


def _pieces(letters: str, start: int, printed: dict[int, int]) -> list[tuple[int, float]]:
    pieces: list[tuple[int, float]] = []
    printed_end = printed.get(start)
    if printed_end is not None:
        pieces.append((printed_end, _printed_cost(letters[start:printed_end])))
    pieces.extend(
        (end, _REPAIRED if end - start > _SHORTEST_REPAIR else _REPAIRED_SHORT)
        for end in range(start + _SHORTEST_REPAIR, min(len(letters), start + _LONGEST) + 1)
        if end != printed_end and letters[start:end] in VOCABULARY
    )
    return pieces


def _printed_cost(word: str) -> float:
    """Long words that no vocabulary knows are more likely to be glued ones."""
    return _KNOWN if word in VOCABULARY else max(_UNKNOWN, _UNKNOWN_LETTER * len(word))


def _walk_back(letters: str, best: list[tuple[float, int]]) -> list[str]:
    words: list[str] = []
    end = len(letters)
    while end > 0:
        start = best[end][1]
        words.append(letters[start:end])
        end = start
    return words[::-1]


_SCALE_HINTS: tuple[tuple[re.Pattern[str], int], ...] = (
    (re.compile(r"\bbillions?\b"), 1_000_000_000),
    (re.compile(r"\bmillions?\b"), 1_000_000),
    (re.compile(r"\bthousands?\b|\b000['’]?s\b|\b000\b(?=\))"), 1_000),
)


def scale_hint(text: str) -> int | None:
    """Return the scale a label or heading names ('(in thousands)', "(000's)"), or None."""
    lowered = text.lower()
    return next((scale for pattern, scale in _SCALE_HINTS if pattern.search(lowered)), None)
