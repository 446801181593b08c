"""Pages that are pictures: which to recognise so that the statements are found, and no more than that."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from services.domain.concepts import StatementKind
from services.domain.layout import PageLayout
from services.extraction.lines import lines_of
from services.extraction.locate import locate
from services.extraction.titles import KINDS, STRONG, TITLED, line_strength, squash
from services.ports import DocumentReader, OnPage

_FEW_CHARACTERS = 40
_GARBLED = 0.02  # of a page's characters
_NO_LETTER = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ue000-\uf8ff\ufffd]")
_FEW_PAGES = 12  # pictures in a document of which all are read
_MOST_PAGES, _MOST_OTHERS = 20, 10  # recognised to find the statements, in two rounds
_COVERS = 2  # pages that name the company and the period


@dataclass(frozen=True, slots=True)
class Pictures:
    """The pages of a document that are pictures, and the layouts of those that were recognised.

    ``able`` is False where nothing can be recognised on this machine.
    """

    pages: tuple[int, ...] = ()
    layouts: Mapping[int, PageLayout] = field(default_factory=dict)
    able: bool = True

    @property
    def unread(self) -> tuple[int, ...]:
        """The pictures that were not recognised in full."""
        return tuple(page for page in self.pages if page not in self.layouts)


def read_pictures(
    document: DocumentReader, texts: Sequence[str], on_page: OnPage | None = None
) -> Pictures:
    """Recognise the pages that seem to hold the statements, and the cover.

    A page is a picture when its text layer is all but empty and pictures cover it, or when its text is
    no language (extraction.md §D). Of many pictures each is glanced at, and those headed like a
    statement are read in full; where a kind is still missing, the tables near them too.
    """
    pages = _pictures(document, texts)
    if not pages or not document.recognises:
        return Pictures(pages, able=document.recognises)
    covers = [page for page in pages if page <= _COVERS]
    if len(pages) <= _FEW_PAGES:
        return Pictures(pages, _recognised(document, pages, on_page))
    glanced = document.glance(pages, on_page)
    layouts = _recognised(document, [*covers, *_promising(glanced)], on_page)
    known = [text_of(layouts[n]) if n in layouts else text for n, text in enumerate(texts, 1)]
    if locate(known).is_partial:
        tables = [layout.number for layout in glanced if layout.words]
        others = [number for number in tables if number not in layouts]
        layouts |= _recognised(document, _nearest(others, layouts), on_page)
    return Pictures(pages, layouts)


def _recognised(
    document: DocumentReader, numbers: Iterable[int], on_page: OnPage | None
) -> dict[int, PageLayout]:
    read = document.recognise(sorted(set(numbers)), on_page)
    return {layout.number: layout for layout in read if layout.words}


def _nearest(tables: Sequence[int], read: Iterable[int]) -> list[int]:
    """Return the tables nearest to the pages read: the statements stand together."""
    known = [number for number in read if number > _COVERS]
    if not known:
        return list(tables[:_MOST_OTHERS])
    return sorted(tables, key=lambda page: min(abs(page - other) for other in known))[:_MOST_OTHERS]


def text_of(layout: PageLayout) -> str:
    """Return a recognised page's text, line by line."""
    return "\n".join(line.text for line in lines_of(layout))


def _pictures(document: DocumentReader, texts: Sequence[str]) -> tuple[int, ...]:
    empty = [n for n, text in enumerate(texts, 1) if len(text.strip()) < _FEW_CHARACTERS]
    garbled = [n for n, text in enumerate(texts, 1) if n not in empty and is_garbled(text)]
    return tuple(sorted([*(document.pictured(empty) if empty else ()), *garbled]))


def is_garbled(text: str) -> bool:
    """Whether so many characters are no letters that the text layer says nothing."""
    return len(_NO_LETTER.findall(text)) > _GARBLED * len(text)


def _promising(glanced: Sequence[PageLayout]) -> list[int]:
    """Return the pages headed like a statement, the strongest first, each with the table behind it.

    A page that only names a kind of statement counts where none is headed like it.
    """
    strengths = {layout.number: _strengths(layout) for layout in glanced if layout.words}
    headed: dict[int, float] = {}
    for kind in KINDS:
        found = {number: own[kind] for number, own in strengths.items() if own[kind]}
        titled = {number: own for number, own in found.items() if own >= TITLED}
        for number, strength in (titled or found).items():
            headed[number] = max(strength, headed.get(number, 0.0))
    pages: list[int] = []
    for number in sorted(headed, key=lambda page: (-headed[page], page)):
        behind = strengths.get(number + 1)
        untitled = behind is not None and not any(behind.values())
        pages += [number, number + 1] if untitled else [number]
    return list(dict.fromkeys(pages))[:_MOST_PAGES]


def _strengths(layout: PageLayout) -> dict[StatementKind, float]:
    """Return how strongly the top of a page names each kind: 4 'consolidated ...', 1 in passing."""
    lines = [squash(line.text) for line in lines_of(layout)]
    whole = "".join(lines)
    titles = [*lines, *(one + other for one, other in pairwise(lines))]
    return {
        kind: max((line_strength(kind, line) for line in titles), default=0.0)
        or float(STRONG[kind].search(whole) is not None)
        for kind in KINDS
    }
