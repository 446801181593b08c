"""A second reading of the statement pages: the numbers of each line in the page's own text order.

The first reading builds lines and columns from word boxes; this one takes the lines that the document's
text comes in. Where both find the same numbers in a row, the row is proved; where this one finds numbers
that the first has not, the statement is incomplete.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from services.extraction.model import RawRow, RawStatement
from services.extraction.titles import squash

Numbers = tuple[str, ...]
"""The digits (and points) of a line's numbers from left to right, signs and marks left out."""

_NUMBER = re.compile(
    r"(?<![\w.,])\(?(?:[$€£¥]\s?)?\(?(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d*\.?\d+)\)?%?(?!\w)"
)
_NOT_LETTERS = re.compile(r"[^a-z]+")
_NOT_DIGITS = re.compile(r"[^\d.]")
_TELLING = 3  # digits of a number that is no note, day or page
_TELLING_PAIR = 2  # numbers and dashes at a line's end that are a row, however short they are
_BEFORE, _BEHIND = 3, 2  # lines that may hold a first or last row that was not read
_LABEL_END = 14  # characters of a label by which its line is told
_MARK = 1  # digits of a footnote mark
_YEAR = re.compile(r"(?<![\d,.])(?:19|20)\d\d(?![\d,]|\.\d)")
_ENOUGH = 0.5  # of the rows must be found again before the second reading can miss any
_LONG = 160  # characters of a line in which rows have run together
_NEW_ROW = re.compile(r"(?<=[\d)%—–-])\s+(?=[A-Z])")
_TAIL = re.compile(r"(?:(?:[$€£¥]\s?)?\(?\d[\d,.]*\)?%?|[—–-])(?:\s+|$)")


@dataclass(frozen=True, slots=True)
class SecondReading:
    """What the second reading says of one statement.

    ``raw`` is the statement with every row marked as confirmed or not; ``printed`` counts the numbers
    that this reading finds in the statement, None where the text comes without usable lines; ``read``
    counts the numbers of the first reading; ``unread`` are the printed lines that hold numbers which no
    row accounts for, with their 1-based page.
    """

    raw: RawStatement
    printed: int | None
    read: int
    unread: tuple[tuple[int, str], ...] = ()


@dataclass(slots=True)
class _Line:
    """A printed line: its numbers, and those of them that no row has claimed yet."""

    text: str
    numbers: Numbers
    left: list[str | None] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.left = list(self.numbers)

    def claim(self, wanted: Numbers) -> bool:
        """Claim the numbers where they stand one after the other; a footnote's mark may part them."""
        places = _places_of(self.left, wanted)
        for place in places:
            self.left[place] = None
        return bool(places)


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of the first reading on a page: which statement's, where in it, its numbers, its label's end."""

    statement: int
    row: int
    numbers: Numbers
    words: str


def read_again(raws: Sequence[RawStatement], texts: Sequence[str]) -> list[SecondReading]:
    """Compare the statements of a PDF with the texts of their pages (page n is ``texts[n - 1]``)."""
    confirmed: list[dict[int, bool]] = [{} for _ in raws]
    unread: list[list[tuple[int, str]]] = [[] for _ in raws]
    for page in sorted({page for raw in raws for page in raw.pages}):
        lines = [_Line(line, _of_line(line)) for line in _lines(texts[page - 1])]
        found = _claimed(lines, _rows_on(raws, page))
        hits = [(place, row.statement) for row, place in found if place is not None]
        if len({place for place, _ in hits}) < _ENOUGH * len(found):
            continue  # the text has lost its lines: it proves nothing
        for row, place in found:
            confirmed[row.statement][row.row] = place is not None
        if hits:
            known = _known([raw for raw in raws if page in raw.pages])
            for owner, text in _unclaimed(lines, hits, known):
                unread[owner].append((page, text))
    return [_reading(*parts) for parts in zip(raws, confirmed, unread, strict=True)]


def _lines(text: str) -> Iterator[str]:
    """Yield the text's lines; where rows have run together, a word behind a number begins the next."""
    for line in text.splitlines():
        yield from _NEW_ROW.split(line) if len(line) > _LONG else [line]


def _rows_on(raws: Sequence[RawStatement], page: int) -> list[_Row]:
    """Return the page's rows, the longest sequences of numbers first: they are the surest."""
    rows = [
        _Row(index, number, numbers, squash(row.label)[-_LABEL_END:])
        for index, raw in enumerate(raws)
        for number, row in enumerate(raw.rows)
        if row.page == page and (numbers := _of_row(row))
    ]
    return sorted(rows, key=lambda row: -len("".join(row.numbers)))


def _claimed(lines: Sequence[_Line], rows: Sequence[_Row]) -> list[tuple[_Row, int | None]]:
    """Let every row claim its numbers on one line; return the line's place, None where none has them."""
    by_number: dict[str, list[int]] = {}
    for place, line in enumerate(lines):
        for text in set(line.numbers):
            by_number.setdefault(text, []).append(place)
    return [(row, _claimed_by(row, lines, by_number.get(row.numbers[0], ()))) for row in rows]


def _claimed_by(row: _Row, lines: Sequence[_Line], places: Iterable[int]) -> int | None:
    """Claim the line with the row's words; where the same numbers stand twice, each row has its own."""
    worded = sorted(places, key=lambda at: row.words not in squash(lines[at].text))
    return next((at for at in worded if lines[at].claim(row.numbers)), None)


def _places_of(left: Sequence[str | None], wanted: Numbers) -> list[int]:
    for start, text in enumerate(left):
        if text != wanted[0]:
            continue
        places = [start]
        for place in range(start + 1, len(left)):
            here = left[place]
            if len(places) < len(wanted) and here == wanted[len(places)]:
                places.append(place)
            elif len(places) < len(wanted) and (here is None or len(here) > _MARK):
                break
        if len(places) == len(wanted):
            return places
    return []


def _unclaimed(
    lines: Sequence[_Line], hits: Sequence[tuple[int, int]], known: "_Known"
) -> Iterator[tuple[int, str]]:
    """Yield the lines of the page's statements with numbers that nothing accounts for.

    Those between the first and the last row, and the few before and behind that are built like a row.
    Each comes with the statement of the nearest row above it.
    """
    owners = dict(sorted(hits))
    first, last = min(owners), max(owners)
    owner = owners[first]
    for place in range(max(0, first - _BEFORE), min(len(lines), last + 1 + _BEHIND)):
        owner = owners.get(place, owner)
        line = lines[place]
        telling = _telling(line)
        within = first <= place <= last or _is_row(line)
        if telling and within and not known.accounts_for(line.text, telling):
            yield owner, line.text.strip()


def _is_row(line: _Line) -> bool:
    """Whether a line is words with two or more cells at its end, and none of them a year."""
    words, tail = _parted(line.text)
    worded = any(character.isalpha() for character in words)
    return worded and len(_TAIL.findall(tail)) >= _TELLING_PAIR and not _YEAR.search(tail)


def _telling(line: _Line) -> list[str]:
    """Return the unclaimed numbers that must be a row's: long ones, or any of a line's end of several cells."""
    years = set(_YEAR.findall(line.text))
    left = [None if text in years else text for text in line.left]
    tail = _parted(line.text)[1]
    end = [text for text in left[len(left) - len(_of_line(tail)) :] if text is not None]
    if end and len(end) == len(_of_line(tail)) and len(_TAIL.findall(tail)) >= _TELLING_PAIR:
        return end
    return [text for text in left if text is not None and len(text.replace(".", "")) >= _TELLING]


def _parted(text: str) -> tuple[str, str]:
    """Return the line's words and the run of numbers and dashes that it ends with."""
    start = len(text)
    for match in reversed(list(re.finditer(r"\S+", text))):
        if not _TAIL.fullmatch(match[0]) and match[0] not in {"$", "%", ")", "("}:
            break
        start = match.start()
    return text[:start], text[start:]


def _reading(
    raw: RawStatement, confirmed: dict[int, bool], unread: Sequence[tuple[int, str]]
) -> SecondReading:
    read = sum(1 for row in raw.rows for cell in row.cells if cell is not None and not cell.nil)
    if not confirmed:
        return SecondReading(raw, None, read)
    rows = tuple(replace(row, confirmed=confirmed.get(i)) for i, row in enumerate(raw.rows))
    missed = sum(len(_of_line(text)) for _, text in unread)
    counted = read + missed
    return SecondReading(replace(raw, rows=rows, printed=counted), counted, read, tuple(unread))


def _of_row(row: RawRow) -> Numbers:
    digits = (_NOT_DIGITS.sub("", cell.printed) for cell in row.cells if cell is not None)
    return tuple(text for text in digits if text)


def _of_line(line: str) -> Numbers:
    return tuple(_NOT_DIGITS.sub("", match[1]) for match in _NUMBER.finditer(line))


@dataclass(frozen=True, slots=True)
class _Known:
    """What stands in labels, headings and column heads: its numbers, parted by blanks, and its letters."""

    digits: str
    letters: str

    def accounts_for(self, line: str, numbers: Sequence[str]) -> bool:
        """Whether a line's numbers, and its words where these are short, are those of labels and headings."""
        if not all(f" {number} " in self.digits for number in numbers):
            return False
        long = any(len(number.replace(".", "")) >= _TELLING for number in numbers)
        return long or _letters(line) in self.letters


def _known(raws: Iterable[RawStatement]) -> _Known:
    texts: list[str] = []
    for raw in raws:
        texts += [raw.title, *(column.header for column in raw.columns), *raw.headings]
        for row in raw.rows:
            texts += [row.label, row.section or ""]
    texts += [f"{before} {after}" for before, after in pairwise(texts)]
    digits = " ".join(" ".join(_of_line(text)) for text in texts)
    return _Known(f" {digits} ", " ".join(_letters(text) for text in texts))


def _letters(text: str) -> str:
    return _NOT_LETTERS.sub("", squash(text))
