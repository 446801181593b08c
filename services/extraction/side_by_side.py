"""Two tables beside each other, such as assets and claims: their lines in the order of reading."""

from collections.abc import Sequence
from dataclasses import replace
from statistics import median

from services.extraction.lines import Line, Token

_FEWEST = 5  # lines with a second label behind their numbers
_SHARE = 0.3  # of the lines with numbers
_INDENT = 30.0  # points by which second labels may be set in
_ROOM = 6.0  # points left of the second labels
_LETTERS = 3


def in_reading_order(lines: Sequence[Line]) -> list[Line]:
    """Return a page's lines, those of a right-hand table behind those of the left-hand one.

    There are two where enough lines go on, behind their numbers, with a second label and numbers of its
    own that begin at one place. A line that runs over that place, as a title does, stays whole.
    """
    gutter = _gutter(lines)
    if gutter is None:
        return list(lines)
    whole: list[Line] = []
    left: list[Line] = []
    right: list[Line] = []
    for line in lines:
        before = [token for token in line.tokens if token.x1 <= gutter]
        behind = [token for token in line.tokens if token.x0 >= gutter]
        crossed = len(before) + len(behind) < len(line.tokens) or _is_one(before, behind)
        if crossed:
            (left if left or right else whole).append(line)
            continue
        left += [_part(line, before)] if before else []
        right += [_part(line, behind)] if behind else []
    return [*whole, *left, *right]


def _gutter(lines: Sequence[Line]) -> float | None:
    """Return the place left of which the first table ends, None where there is only one table."""
    numbered = [line for line in lines if line.cells]
    starts = [start for line in numbered if (start := _second_label(line)) is not None]
    if not starts:
        return None
    middle = median(starts)
    alike = [start for start in starts if abs(start - middle) <= _INDENT]
    enough = len(alike) >= max(_FEWEST, _SHARE * len(numbered))
    return min(alike) - _ROOM if enough else None


def _second_label(line: Line) -> float | None:
    """Return where words begin behind the line's first numbers, with more numbers behind them."""
    seen = False
    for token in line.tokens:
        if token.free:
            seen = True
        elif seen and _is_word(token):
            return token.x0 if line.tokens[-1].free else None
    return None


def _is_word(token: Token) -> bool:
    return sum(character.isalpha() for character in token.text) >= _LETTERS


def _is_one(before: Sequence[Token], behind: Sequence[Token]) -> bool:
    """Whether words go on over the gutter as words of one sentence do."""
    if not before or not behind or before[-1].free:
        return False
    return behind[0].x0 - before[-1].x1 < before[-1].height


def _part(line: Line, tokens: list[Token]) -> Line:
    return replace(line, tokens=tokens, text=" ".join(token.text for token in tokens))
