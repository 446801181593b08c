"""Column headers: which lines are headers, their phrases, and which columns each phrase stands over."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from services.extraction.lines import Line, Token
from services.extraction.periods import mentions_period

_PHRASE_GAP = 0.75  # of the line height
_RIGHT_PART = 0.30  # header words stand right of this share of the page's width
_UNASSIGNED = 0.45  # of the column pitch: what leaving a column without a phrase costs
_SPANNING = 1.5  # a phrase over several columns is printed over their middle
_SKIPPED = 0.55  # of the column pitch: what leaving a phrase without a column costs
_MONTH_NAME = re.compile(
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)[a-z]*\.?", re.IGNORECASE
)
_YEAR = re.compile(r"(?:19|20)\d\d[,*]?(?:\([a-z0-9]\))?\*?")
_PLAIN_YEAR = re.compile(r"(?:19|20)\d\d")
_NOT_HEADER = re.compile(
    r"outstanding|authorized|par value|net of|issued|treasury|due (?:in|after)|maturing|maturities|allowance"
    r"|accumulated depreciation|balances? at|see (?:accompanying|notes)|were|was |page \d",
    re.IGNORECASE,
)
_HEADER_WORDS = re.compile(
    r"(?:months?|weeks?|quarters?|years?|fiscal|ended|ending|unaudited|audited|as|of|at|for|the|and|in|restated|revised|period|from|to|through|three|six|nine|twelve"
    r"|thirteen|twenty-six|thirty-nine|fifty-two|fifty-three|first|second|third|fourth|successor|predecessor|note|notes|change|%|increase|decrease|inc|dec|\(decrease\)"
    r"|\$|percent|of|sales|revenue|actual|vs\.?|dollars|millions|thousands|except|per|share|shares|data|amounts|\d\d?|,|adjusted|as|reported|total)[,.*):]*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Phrase:
    """Header words that belong together, and their reach."""

    text: str
    x0: float
    x1: float

    @property
    def centre(self) -> float:
        """Horizontal middle."""
        return (self.x0 + self.x1) / 2


@dataclass(frozen=True, slots=True)
class Reach:
    """A column's horizontal reach: left edge of its widest cell, right edge of its digits."""

    x0: float
    x1: float

    @property
    def centre(self) -> float:
        """Horizontal middle."""
        return (self.x0 + self.x1) / 2


def is_year(token: Token) -> bool:
    """Whether the token is a four-digit year, a comma or footnote star allowed."""
    return _YEAR.fullmatch(token.text) is not None


def is_header_line(line: Line, width: float) -> bool:
    """Whether the line carries years, dates or lengths in the right part of the page and no data."""
    right = [part for part in _spaced(line.tokens) if part[0].x0 > _RIGHT_PART * width]
    texts = [" ".join(token.text for token in part) for part in right]
    if not any(mentions_period(text) and not _NOT_HEADER.search(text) for text in texts):
        return False
    return not any(
        _is_data(token, line.tokens, index)
        for index, token in enumerate(line.tokens)
        if token.x0 > _RIGHT_PART * width
    )


def _spaced(tokens: Sequence[Token]) -> list[list[Token]]:
    """Part the tokens at wide gaps only."""
    parts: list[list[Token]] = []
    for token in tokens:
        if parts and token.x0 - parts[-1][-1].x1 <= _PHRASE_GAP * token.height:
            parts[-1].append(token)
        else:
            parts.append([token])
    return parts


def _is_data(token: Token, tokens: Sequence[Token], index: int) -> bool:
    """Whether the token is a number that no date, length or footnote explains."""
    if token.number is None or is_year(token):
        return False
    if token.number.nil:
        return token.free and len(tokens) > 1
    before = tokens[index - 1].text if index else ""
    after = tokens[index + 1].text if index + 1 < len(tokens) else ""
    small = (
        token.number.decimals == 0 and 0 < abs(token.number.value) <= 53 and "$" not in token.text
    )
    explained = _MONTH_NAME.fullmatch(before) or _MONTH_NAME.fullmatch(after)
    explained = explained or re.match(r"(?:week|month)", after, re.IGNORECASE)
    return not (small and (explained or "(" in token.text))


def phrases_of(line: Line, left: float) -> list[Phrase]:
    """Return the phrases of a header line that stand right of ``left``.

    A new phrase starts at a wide gap, at a second month and at a second year.
    """
    phrases: list[list[Token]] = []
    for token in line.tokens:
        if phrases and not _starts_phrase(phrases[-1], token):
            phrases[-1].append(token)
        else:
            phrases.append([token])
    found = [
        Phrase(" ".join(t.text for t in group), group[0].x0, group[-1].x1) for group in phrases
    ]
    return [phrase for phrase in found if phrase.centre > left]


def _starts_phrase(group: Sequence[Token], token: Token) -> bool:
    if token.x0 - group[-1].x1 > _PHRASE_GAP * token.height:
        return True
    if _PLAIN_YEAR.match(token.text) and any(_PLAIN_YEAR.match(t.text) for t in group):
        return True
    month = _MONTH_NAME.fullmatch(token.text) is not None
    return month and any(_MONTH_NAME.fullmatch(t.text) for t in group)


def assign(phrases: Sequence[Phrase], columns: Sequence[Reach]) -> list[str]:
    """Return each column's phrase text ('' without one), keeping the order from left to right.

    A phrase may stand over several neighbouring columns. The cheapest assignment wins: the distance
    between the middles of a phrase and of its columns, plus a price for what is left over.
    """
    texts = [""] * len(columns)
    groups = _even(phrases, columns) or _cheapest(phrases, columns)
    for phrase_index, (first, last) in groups.items():
        for column in range(first, last + 1):
            texts[column] = phrases[phrase_index].text
    return texts


_Groups = dict[int, tuple[int, int]]


def _even(phrases: Sequence[Phrase], columns: Sequence[Reach]) -> _Groups:
    """Return equal groups when every phrase stands over its own; empty when they do not fit."""
    if not 1 < len(phrases) < len(columns) or len(columns) % len(phrases):
        return {}
    size = len(columns) // len(phrases)
    groups = {index: (index * size, index * size + size - 1) for index in range(len(phrases))}
    inside = all(
        columns[first].x0 < phrases[index].centre < columns[last].x1
        for index, (first, last) in groups.items()
    )
    return groups if inside else {}


def _cheapest(phrases: Sequence[Phrase], columns: Sequence[Reach]) -> _Groups:
    pitch = _pitch(columns)
    best: dict[tuple[int, int], tuple[float, _Groups]] = {(0, 0): (0.0, {})}
    for p in range(len(phrases) + 1):
        for c in range(len(columns) + 1):
            if (p, c) not in best:
                continue
            cost, groups = best[p, c]
            if c < len(columns):
                _offer(best, (p, c + 1), cost + _UNASSIGNED * pitch, groups)
            if p == len(phrases):
                continue
            _offer(best, (p + 1, c), cost + _SKIPPED * pitch, groups)
            for last in range(c, len(columns)):
                price = _distance(phrases[p], columns[c], columns[last], pitch)
                _offer(best, (p + 1, last + 1), cost + price, {**groups, p: (c, last)})
    return best[len(phrases), len(columns)][1]


def _offer(
    best: dict[tuple[int, int], tuple[float, _Groups]],
    state: tuple[int, int],
    cost: float,
    groups: _Groups,
) -> None:
    if state not in best or cost < best[state][0]:
        best[state] = (cost, groups)


def _distance(phrase: Phrase, first: Reach, last: Reach, pitch: float) -> float:
    group = Reach(first.x0, last.x1)
    overlap = min(phrase.x1, group.x1) - max(phrase.x0, group.x0)
    if overlap <= -0.3 * pitch:
        return 10 * pitch
    if first is not last:
        return _SPANNING * abs(phrase.centre - group.centre)
    return min(abs(phrase.centre - group.centre), abs(phrase.x1 - group.x1) + 0.05 * pitch)


def _pitch(columns: Sequence[Reach]) -> float:
    if len(columns) < 2:
        return 120.0
    gaps = sorted(b.centre - a.centre for a, b in pairwise(columns))
    return max(20.0, gaps[len(gaps) // 2])
