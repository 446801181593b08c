"""Words to lines to tokens: a token is a word, or a number with its sign, parentheses and '$' joined."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from services.domain.layout import PageLayout, Word
from services.domain.provenance import Box
from services.extraction.numbers import Number, is_currency_sign, normalise, parse_number

_SAME_LINE = 0.48  # of the smaller height
_TEXT_GAP = 0.6  # of the line height: a number nearer than this to a word is part of the text
_CLOSE_GAP = 1.0  # of the line height: how far ')' or '%' may stand from its number
_LEADER = re.compile(r"[.\u2026_\u00b7]{2,}|[.\u2026\u00b7]")
_TRAILING_LEADER = re.compile(r"[.\u2026_]{3,}$")
_CLOSERS = re.compile(r"\)?%?\)?|%\)?")
_FOOTNOTE = re.compile(r"\*+|\((?:[a-z]|\d)\)|[a-z]\)|[†‡§#^]")
_GLUED_MARK = re.compile(
    r"(?<=[\d)%])[*†‡§#^]+$|(?:(?<=,\d{3})|(?<=\.\d{2})|(?<=\d\)))\((?:\d{1,2}|[a-z])\)$"
)
_NIL_GAP = 0.9
_RAISED = 0.6  # of a superscript's height lies within its line
_SUPERSCRIPT = 0.8  # of the tallest word's height
_TINY, _ABOVE_BASELINE = 0.7, 0.15  # of the tallest word's height: what is surely raised
_BESIDE, _RAISED_GAP = 0.3, 1.0  # of the tallest word's height, to the word before


@dataclass(slots=True)
class Token:
    """A word or a number; ``boxes`` are the printed pieces, '$' first; ``gap`` the space before the digits."""

    text: str
    x0: float
    x1: float
    y0: float
    y1: float
    number: Number | None = None
    boxes: tuple[Box, ...] = ()
    free: bool = False
    gap: float = 0.0
    certainty: float = 1.0
    recognised: bool = False

    @property
    def height(self) -> float:
        """Height of the loose character boxes."""
        return self.y1 - self.y0

    @property
    def edge(self) -> float:
        """Right edge of the digits: a closing parenthesis or percent sign hangs right of it."""
        edge = self.x1
        if self.number is not None and not self.number.nil:
            edge -= 0.3 * self.height * self.text.count(")") + 0.8 * self.height * self.text.count(
                "%"
            )
        return edge


@dataclass(slots=True)
class Line:
    """Tokens on one baseline, left to right."""

    tokens: list[Token]
    y0: float
    y1: float
    page: int = 0
    text: str = field(default="")

    @property
    def height(self) -> float:
        """Height of the line's text."""
        return self.y1 - self.y0

    @property
    def x0(self) -> float:
        """Left edge of the first token."""
        return self.tokens[0].x0

    @property
    def cells(self) -> list[Token]:
        """The numbers that stand free, not inside a text."""
        return [token for token in self.tokens if token.free]


def lines_of(page: PageLayout) -> list[Line]:
    """Return the page's lines from top to bottom, tokens joined and free numbers marked."""
    lines = []
    depth = 0
    for words in _rows(page.words):
        tokens = _tokens(words)
        if tokens:
            depth = _mark_free(tokens, depth)
            top, bottom = min(t.y0 for t in tokens), max(t.y1 for t in tokens)
            text = " ".join(token.text for token in tokens)
            if page.recognised:
                _of_picture(tokens, page)
            lines.append(Line(tokens, top, bottom, page.number, text))
    return lines


def _of_picture(tokens: Sequence[Token], page: PageLayout) -> None:
    """Let the boxes, which are shown to people, stand where the words do on a page that lay askew."""
    for token in tokens:
        token.recognised = True
        token.boxes = tuple(page.printed_at(box) for box in token.boxes)


def _rows(words: Sequence[Word]) -> Iterable[list[Word]]:
    row: list[Word] = []
    for word in sorted(words, key=lambda w: (w.y0 + w.y1, w.x0)):
        if row and _level(row[0], word):
            if word.y1 - word.y0 > row[0].y1 - row[0].y0:
                row.insert(0, word)  # the tallest word stands for the row
            else:
                row.append(word)
            continue
        if row:
            yield sorted(row, key=lambda w: w.x0)
        row = [word]
    if row:
        yield sorted(row, key=lambda w: w.x0)


def _level(one: Word, other: Word) -> bool:
    """Whether two words stand on one line; a small one may be raised within the tall one's height."""
    first, second = one.y1 - one.y0, other.y1 - other.y0
    small, tall = min(first, second), max(first, second)
    if abs((one.y0 + one.y1) - (other.y0 + other.y1)) / 2 < _SAME_LINE * small:
        return True
    overlap = min(one.y1, other.y1) - max(one.y0, other.y0)
    return small < _SUPERSCRIPT * tall and overlap >= _RAISED * small


def _box(word: Word) -> Box:
    return Box(word.x0, word.y0, word.x1, word.y1)


def _token(word: Word, text: str, number: Number | None = None) -> Token:
    return Token(
        text, word.x0, word.x1, word.y0, word.y1, number, (_box(word),), certainty=word.certainty
    )


def _tokens(words: Sequence[Word]) -> list[Token]:
    tokens: list[Token] = []
    pending: list[Token] = []  # '$' and '(' that wait for their number
    tall = max(word.y1 - word.y0 for word in words)
    for word in words:
        if (
            not pending and word.text.isalpha() and word.text.isascii()
        ):  # nearly every word: no sign, digit or mark in it
            tokens.append(_token(word, word.text))
            continue
        text = normalise(word.text)
        if _LEADER.fullmatch(text) or _is_superscript(word, text, tall, tokens):
            continue
        text = _TRAILING_LEADER.sub("", text) or text
        text = _GLUED_MARK.sub("", text)
        if _closes(tokens, pending, word, text):
            continue
        if is_currency_sign(text) or text in {"(", "$(", "-$"}:
            pending.append(_token(word, text))
            continue
        token = _token(word, text)
        _read(token, pending)
        if token.number is None and not token.gap:
            tokens.extend(pending)
        pending = []
        if not _is_footnote(tokens, token):
            tokens.append(token)
    return tokens + pending


def _is_superscript(word: Word, text: str, tall: float, tokens: Sequence[Token]) -> bool:
    """Whether the word is a small footnote number close behind other words, or raised and not far."""
    height = word.y1 - word.y0
    if not tokens or len(text) > 4 or not text.strip("(),*").isdigit():
        return False
    gap = (word.x0 - tokens[-1].x1) / tall
    raised = tokens[-1].y1 - word.y1 > _ABOVE_BASELINE * tall and height < _TINY * tall
    return (height < _SUPERSCRIPT * tall and gap < _BESIDE) or (raised and gap < _RAISED_GAP)


def _read(token: Token, pending: list[Token]) -> None:
    """Give the token its number, together with the signs that wait before it."""
    prefix = "".join(sign.text for sign in pending)
    number = parse_number(prefix + token.text)
    if number is None and parse_number(f"{prefix}{token.text})") is None:
        number, prefix = parse_number(token.text), ""
    token.number = number
    if prefix:
        token.gap = token.x0 - pending[-1].x1
        token.text = prefix + token.text
        token.boxes = tuple(box for sign in pending for box in sign.boxes) + token.boxes
        token.x0 = pending[0].x0


def _closes(tokens: list[Token], pending: list[Token], word: Word, text: str) -> bool:
    """Join ')' or '%' to the number before it; '(420' becomes a number only then."""
    if not text or not _CLOSERS.fullmatch(text) or not tokens or pending:
        return False
    last = tokens[-1]
    percent_behind = last.number is not None and last.text.endswith(")") and text == "%"
    if not (last.text[-1:].isdigit() or percent_behind):
        return False
    if word.x0 - last.x1 > _CLOSE_GAP * last.height:
        return False
    number = parse_number(last.text + text)
    if number is None:
        return False
    last.text, last.number, last.x1 = last.text + text, number, word.x1
    last.boxes = (*last.boxes, _box(word))
    last.certainty = min(last.certainty, word.certainty)
    return True


def _is_footnote(tokens: list[Token], token: Token) -> bool:
    """Whether the token is a footnote mark glued behind a number."""
    if not tokens or tokens[-1].number is None or not _FOOTNOTE.fullmatch(token.text):
        return False
    small = token.height < 0.85 * tokens[-1].height
    near = token.x0 - tokens[-1].x1 < 0.35 * tokens[-1].height
    return near and (small or token.number is None)


def _mark_free(tokens: list[Token], depth: int) -> int:
    """Mark the numbers that stand free; ``depth`` counts parentheses a text left open.

    Returns the depth carried to the next line: a label such as '(net of 12 and' may go on there.
    """
    carried = depth
    for index, token in enumerate(tokens):
        if token.number is None:
            carried = max(0, carried + token.text.count("(") - token.text.count(")"))
            continue
        before = tokens[index - 1] if index else None
        after = tokens[index + 1] if index + 1 < len(tokens) else None
        token.free = _is_free(token, before, after, carried > 0)
    if any(token.free for token in tokens):
        return 0
    return min(carried, 1)


def _is_free(token: Token, before: Token | None, after: Token | None, in_parenthesis: bool) -> bool:
    height = token.height
    needed = (_NIL_GAP if token.number and token.number.nil else _TEXT_GAP) * height
    beside = before is not None and not before.free and token.x0 - before.x1 < needed
    spread = token.gap >= height
    if beside and not spread:
        return False
    followed = after is not None and after.number is None
    if followed and after is not None and (before is None or after.x0 - token.x1 < needed):
        return False
    wide = before is None or token.x0 - before.x1 >= 2 * height or spread
    return not in_parenthesis or wide
