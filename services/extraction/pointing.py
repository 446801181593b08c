"""What is printed at a point of a page: the number somebody points at, with the label on its line."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from services.domain.errors import InvalidInput
from services.domain.layout import PageLayout
from services.domain.provenance import Box
from services.extraction.lines import Line, Token, lines_of
from services.extraction.numbers import Number, is_currency_sign, parse_number

MAX_PRINTED = 60
REACH = 3.0
"""Points around a token's boxes that still count as pointing at it."""


@dataclass(frozen=True, slots=True)
class PrintedNumber:
    """A printed number, its boxes, and the words left of it on its line."""

    printed: str
    number: Number
    boxes: tuple[Box, ...]
    label: str
    label_boxes: tuple[Box, ...]


def read_amount(text: str) -> Number:
    """Return the number a person typed as it is printed; raises InvalidInput when it is none."""
    number = parse_number(text.replace(" ", ""))
    if number is None:
        shown = text.strip()[:MAX_PRINTED]
        raise InvalidInput(
            f"“{shown}” is not a number; type it as it is printed, such as 1,234.5 or (1,234)."
            if shown
            else "Type the number as it is printed, such as 1,234.5 or (1,234)."
        )
    return number


Boxed = TypeVar("Boxed", Token, PrintedNumber)


def token_at(page: PageLayout, x: float, y: float) -> Token | None:
    """Return the token printed at a point in PDF points from the top left, None on blank paper."""
    return _nearest([token for line in lines_of(page) for token in line.tokens], x, y)


def numbers_on(page: PageLayout) -> list[PrintedNumber]:
    """Return the numbers of a page from top to bottom and left to right."""
    lines = lines_of(page)
    return [
        _printed(token, token.number, _label(lines, index, place))
        for index, line in enumerate(lines)
        for place, token in enumerate(line.tokens)
        if token.number is not None
    ]


def number_at(numbers: Sequence[PrintedNumber], x: float, y: float) -> PrintedNumber | None:
    """Return the number at a point, None where there is none."""
    return _nearest(numbers, x, y)


def numbers_in(numbers: Sequence[PrintedNumber], drawn: Box) -> list[PrintedNumber]:
    """Return the numbers whose middle lies in a drawn rectangle."""
    return [number for number in numbers if _middle_in(number.boxes[-1], drawn)]


def _nearest(printed: Sequence[Boxed], x: float, y: float) -> Boxed | None:
    best = min(printed, key=lambda one: _away(one.boxes, x, y), default=None)
    return best if best is not None and _away(best.boxes, x, y) <= REACH else None


def _away(boxes: Sequence[Box], x: float, y: float) -> float:
    """Return how far a point lies outside the nearest box; 0 inside."""
    return min(max(0.0, box.x0 - x, x - box.x1, box.y0 - y, y - box.y1) for box in boxes)


def _middle_in(box: Box, drawn: Box) -> bool:
    x, y = (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2
    return drawn.x0 <= x <= drawn.x1 and drawn.y0 <= y <= drawn.y1


def _label(lines: Sequence[Line], index: int, place: int) -> list[Token]:
    """Return the words before the first number of the line, or those of the line above when it has none."""
    words = _words_before_numbers(lines[index].tokens[:place])
    if words or index == 0:
        return words
    above = lines[index - 1]
    near = lines[index].y0 - above.y1 <= lines[index].height
    return _words_before_numbers(above.tokens) if near and not above.cells else []


def _words_before_numbers(tokens: Sequence[Token]) -> list[Token]:
    words = []
    for token in tokens:
        if token.free:
            break
        if not is_currency_sign(token.text):
            words.append(token)
    return words


def _printed(token: Token, number: Number, label: Sequence[Token]) -> PrintedNumber:
    return PrintedNumber(
        printed=token.text,
        number=number,
        boxes=token.boxes,
        label=" ".join(word.text for word in label),
        label_boxes=_one_box(label),
    )


def _one_box(tokens: Sequence[Token]) -> tuple[Box, ...]:
    if not tokens:
        return ()
    return (
        Box(
            min(token.x0 for token in tokens),
            min(token.y0 for token in tokens),
            max(token.x1 for token in tokens),
            max(token.y1 for token in tokens),
        ),
    )
