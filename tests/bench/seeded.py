"""Reading errors put into statements on purpose, and errors of the document itself: for measuring trust.

A reading error changes what the reader took from a cell: a digit edited or dropped, a factor of a
thousand, the neighbour's number, the number of another year. A document error changes what the page
prints (a digit edited or dropped, a factor of a thousand), so that every reading of it is wrong alike.
"""

import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from unittest.mock import patch

from services.adapters.local.layout import LocalLayoutReader
from services.domain.layout import PageLayout, SheetLayout, Word
from services.domain.reports import ColumnKind, Fact, Report
from services.extraction import service
from services.extraction.model import RawCell, RawStatement
from services.extraction.service import Extraction, extract
from services.extraction.statements import ReadStatement
from services.ports import DocumentReader, OnPage
from tests.bench.extraction import read

RATE = 0.03
_NOT_DIGITS = re.compile(r"[^\d.]")
_MARKS = re.compile(r"[$()% ]")


def _edited(rng: random.Random, text: str) -> str:
    places = [index for index, character in enumerate(text) if character.isdigit()]
    place = rng.choice(places)
    lowest = "1" if place == places[0] else "0"
    digit = rng.choice([d for d in "0123456789" if d != text[place] and d >= lowest])
    return text[:place] + digit + text[place + 1 :]


def _dropped(rng: random.Random, text: str) -> str:
    places = [index for index, character in enumerate(text) if character.isdigit()]
    if len(places) < 2:
        return _edited(rng, text)
    place = rng.choice(places)
    return text[:place] + text[place + 1 :]


def _thousandfold(rng: random.Random, text: str) -> str:
    del rng
    return text[:-1] + ",000)" if text.endswith(")") else text + ",000"


_MISPRINTS: tuple[Callable[[random.Random, str], str], ...] = (_edited, _dropped, _thousandfold)


def _misread(rng: random.Random, cell: RawCell) -> RawCell:
    printed = rng.choice(_MISPRINTS)(rng, cell.printed)
    digits = Decimal(_NOT_DIGITS.sub("", printed) or "0")
    return cell._replace(printed=printed, number=-digits if cell.number < 0 else digits)


def with_reading_errors(rng: random.Random, raw: RawStatement, rate: float = RATE) -> RawStatement:
    """Return the statement with each number misread with probability ``rate``."""
    rows = []
    for row in raw.rows:
        cells = list(row.cells)
        live = [
            index
            for index, cell in enumerate(cells)
            if cell is not None and not cell.nil and raw.columns[index].kind is ColumnKind.VALUE
        ]
        for index in live:
            if rng.random() >= rate:
                continue
            kind = rng.randrange(5)
            here = cells[index]
            if kind < 3 and here is not None:
                cells[index] = _misread(rng, here)
            elif kind == 3 and len(live) > 1:
                cells[index] = cells[
                    index + 1 if index + 1 in live else live[live.index(index) - 1]
                ]
            elif len(live) > 1:
                other = rng.choice([place for place in live if place != index])
                cells[index], cells[other] = cells[other], cells[index]
        rows.append(replace(row, cells=tuple(cells)))
    return replace(raw, rows=tuple(rows))


def misread(data: bytes, report: Report, seed: str) -> Extraction:
    """Extract a document whose primary statements are read with seeded errors."""
    rng = random.Random(seed)
    honest = service.read_statements

    def careless(*arguments: object) -> list[ReadStatement]:
        return [
            replace(found, raw=with_reading_errors(rng, found.raw))
            if found.raw.basis == "consolidated" and found.raw.kind.is_primary
            else found
            for found in honest(*arguments)  # type: ignore[arg-type]
        ]

    with patch.object(service, "read_statements", careless):
        return read(data, report)


Place = tuple[int, float, float]
"""Page, right edge and top of a printed number, in tenths of a point."""


@dataclass(frozen=True)
class Misprint:
    """A number that the document prints wrongly, and the numbers of its row, by which its line is told."""

    right: str
    wrong: str
    row: tuple[str, ...]


@dataclass
class MisprintedDocument:
    """A document whose words and texts carry the misprints alike."""

    inner: DocumentReader
    misprints: Mapping[Place, Misprint]

    @property
    def page_count(self) -> int:
        return self.inner.page_count

    def page_texts(self, on_page: OnPage | None = None) -> list[str]:
        texts = self.inner.page_texts(on_page)
        for (page, _, _), misprint in self.misprints.items():
            texts[page - 1] = "\n".join(_reprinted(texts[page - 1].split("\n"), misprint))
        return texts

    def page_words(self, numbers: Sequence[int]) -> list[PageLayout]:
        return [
            replace(page, words=tuple(self._word(page.number, word) for word in page.words))
            for page in self.inner.page_words(numbers)
        ]

    def _word(self, page: int, word: Word) -> Word:
        misprint = self.misprints.get((page, round(word.x1, 1), round(word.y0, 1)))
        if misprint is None:
            return word
        return word._replace(text=word.text.replace(misprint.right, misprint.wrong, 1))

    @property
    def recognises(self) -> bool:
        return False

    def pictured(self, numbers: Sequence[int]) -> list[int]:
        return self.inner.pictured(numbers)

    def glance(self, numbers: Sequence[int], on_page: OnPage | None = None) -> list[PageLayout]:
        return self.inner.glance(numbers, on_page)

    def recognise(self, numbers: Sequence[int], on_page: OnPage | None = None) -> list[PageLayout]:
        return self.inner.recognise(numbers, on_page)

    def sheets(self) -> list[SheetLayout]:
        return []


def _reprinted(lines: list[str], misprint: Misprint) -> Iterator[str]:
    done = False
    for line in lines:
        if not done and _holds(line, misprint.row):
            done = True
            yield line.replace(misprint.right, misprint.wrong, 1)
        else:
            yield line


def _holds(line: str, row: Sequence[str]) -> bool:
    place = 0
    for number in row:
        place = line.find(number, place) + 1
        if place == 0:
            return False
    return True


def misprints_of(
    rng: random.Random, facts: Sequence[Fact], rate: float = RATE
) -> dict[Place, Misprint]:
    """Choose misprints among the numbers of the primary statements."""
    rows: dict[tuple[str, int], list[Fact]] = defaultdict(list)
    for fact in facts:
        if is_cell(fact) and fact.unit.value != "pure":
            rows[fact.statement_id, fact.row].append(fact)
    found: dict[Place, Misprint] = {}
    for row in rows.values():
        numbers = tuple(_MARKS.sub("", fact.source.printed) for fact in row)
        for fact, number in zip(row, numbers, strict=True):
            if any(c.isdigit() for c in number) and rng.random() < RATE:
                wrong = rng.choice(_MISPRINTS)(rng, number)
                for box in fact.source.boxes:
                    place = (fact.source.page or 0, round(box.x1, 1), round(box.y0, 1))
                    found[place] = Misprint(number, wrong, numbers)
    return found


def misprinted(data: bytes, report: Report, clean: Extraction, seed: str) -> Extraction:
    """Extract a document that prints seeded errors."""
    misprints = misprints_of(random.Random(seed), clean.facts)
    with LocalLayoutReader().open(data, report.format) as document:
        return extract(MisprintedDocument(document, misprints), report)


def is_cell(fact: Fact) -> bool:
    """Whether the fact is a printed amount of the registrant's primary statements."""
    printed = fact.is_reported and not fact.derived_from and bool(fact.source.boxes)
    return printed and fact.statement.is_primary
