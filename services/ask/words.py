"""A text as the words of the language of questions: figures, periods, numbers, signs, joints, and the rest."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from services.ask.formula import Range, When
from services.ask.periods import MARK, marked
from services.ask.vocabulary import FILLERS, KEYWORDS, PHRASES, STATEMENTS

_RAW = re.compile(rf"{MARK}\d+|\d+(?:\.\d+)?|[a-z&][a-z0-9&/']*|[-+*/()%=×÷]|\S")
_SPAN = "\ue001"
"""Stands before a number of years."""
_SIGNS = {"×": "*", "÷": "/"}
_COUNTS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10,
}  # fmt: skip
_YEARS = re.compile(rf"\b(\d{{1,2}}|{'|'.join(_COUNTS)})[ -]years?\b(?! ended)")
YEAR_ON_YEAR = re.compile(r"\byear[ -]+(over|on|to)[ -]+year\b|\by/y\b|\byoy\b")
_ANNUAL = re.compile(r"\bannual\b(?! (?:\w+ ){0,2}(?:growth|average|change|increase|rate))")
"""An annual figure is that of a year; an annual growth over several years is another thing than growth."""


_CAPITALS = re.compile(r"\b(?:US|IT)\b(?!\$| ?dollars?\b)")
_NO_PRONOUNS = {"US": "usa", "IT": "technology"}
"""What looks like a pronoun in lower case and is none."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word: ``kind`` is name, period, number, years, sign, joint, statement, filler or unknown."""

    kind: str
    text: str
    value: str | Decimal | When | Range | int | None = None


def simplified(text: str) -> str:
    """Return a text in lower case with plain dashes and quotes, and no possessives or commas between words."""
    telling = _CAPITALS.sub(lambda match: _NO_PRONOUNS[match[0]], text)
    plain = re.sub(f"[{MARK}{_SPAN}]", "\ufffd", telling.lower()).translate(
        str.maketrans("–—−‐‑’‘“”[]{}", "-----''\"\"()()")
    )
    plain = re.sub(r"\"|(?<=\w)'s\b|(?<=s)'(?=\s|$)|\$(?=\d)", "", plain)
    plain = re.sub(r"(?<=\d),(?=\d{3})", "", plain)
    plain = re.sub(r"(?<=[a-z])-(?=[a-z])", " ", plain)
    return re.sub(r"\s+", " ", plain).strip()


def worded(text: str, defined: Mapping[str, str] | None = None) -> list[Word]:
    """Return the words of a simplified text; ``defined`` are phrases of the question's own with their keys."""
    text = _ANNUAL.sub(" ", YEAR_ON_YEAR.sub(" ", text))
    text = _YEARS.sub(lambda m: f" {_SPAN}{_COUNTS.get(m[1]) or m[1]} ", text)
    text, periods = marked(text)
    raw = [
        part
        for part in re.findall(rf"{_SPAN}\d+|{_RAW.pattern}", text)
        if part not in {",", ";", "?", "!", ".", ":"}
    ]
    phrases = _phrases(defined or {})
    words, at = [], 0
    while at < len(raw):
        word, used = _next(raw, at, phrases, periods)
        words.append(word)
        at += used
    return words


def _phrases(defined: Mapping[str, str]) -> dict[tuple[str, ...], tuple[str, str]]:
    joints = {phrase: ("joint", joint) for phrase, joint in KEYWORDS.items()}
    kinds = joints | {phrase: ("statement", phrase) for phrase in STATEMENTS}
    kinds |= {phrase: ("name", key) for phrase, key in PHRASES.items()}
    kinds |= {phrase: ("name", key) for phrase, key in defined.items()}
    return {tuple(_RAW.findall(phrase)): kind for phrase, kind in kinds.items()}


def _next(
    raw: list[str],
    at: int,
    phrases: Mapping[tuple[str, ...], tuple[str, str]],
    periods: list[When | Range],
) -> tuple[Word, int]:
    longest = min(len(raw) - at, max(map(len, phrases)))
    for length in range(longest, 0, -1):
        found = phrases.get(tuple(raw[at : at + length]))
        if found is not None:
            kind, value = found
            sign = kind == "joint" and value in "+-*/"
            return Word("sign" if sign else kind, " ".join(raw[at : at + length]), value), length
    return _single(raw[at], periods), 1


def _single(text: str, periods: list[When | Range]) -> Word:
    if text[0] == MARK:
        return Word("period", text, periods[int(text[1:])])
    if text[0] == _SPAN:
        return Word("years", text, int(text[1:]))
    if text[0].isdigit():
        return Word("number", text, Decimal(text))
    if _SIGNS.get(text, text) in {"+", "-", "*", "/", "(", ")"}:
        return Word("sign", text, _SIGNS.get(text, text))
    return Word("filler" if text in FILLERS else "unknown", text)
