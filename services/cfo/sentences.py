"""An insight's text as sentences, each told as fact, calculation or judgement, with the cells behind it."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.analysis.bound import Backing, Source, numbers
from services.domain.ids import FactId
from services.domain.insights import Calculation, Quote
from services.domain.reports import Fact

_END = re.compile(
    r"(?<=[.!?]) (?=[A-Z“])(?<!\bInc\. )(?<!\bCorp\. )(?<!\bCo\. )(?<!\bLtd\. )(?<!\bNo\. )(?<!\bU\.S\. )"
)


class Basis(StrEnum):
    """What a sentence is: read from cells or quoted, computed from them, or a view of what they mean."""

    FACT = "fact"
    CALCULATION = "calculation"
    JUDGEMENT = "judgement"


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence with the facts and quotations behind it, those of its own numbers first."""

    text: str
    basis: Basis
    facts: tuple[Fact, ...]
    quotes: tuple[Quote, ...] = ()


def split(text: str) -> list[str]:
    """Return the sentences of a text; a quotation is never cut."""
    found: list[str] = []
    for piece in _END.split(text):
        if found and found[-1].count("“") > found[-1].count("”"):
            found[-1] = f"{found[-1]} {piece}"
        else:
            found.append(piece)
    return [piece.strip() for piece in found if piece.strip()]


def told(
    text: str, behind: Backing, known: Mapping[str, Sequence[Source]], unnumbered: Basis
) -> list[Sentence]:
    """Return the sentences of a verified text.

    Args:
        text: Whose numbers all are among ``known``.
        behind: The facts, calculations and quotations of the insight.
        known: What each number can be, as ``bound.sources`` gives it.
        unnumbered: What a sentence without a number is: a trend's says how it was measured.
    """
    return [_one(sentence, behind, known, unnumbered) for sentence in split(text)]


def _one(
    text: str, behind: Backing, known: Mapping[str, Sequence[Source]], unnumbered: Basis
) -> Sentence:
    found = [source for number in numbers(text, behind) for source in known.get(number, ())[:1]]
    quotes = tuple(quote for quote in behind.quotes if quote.text.rstrip(". ") in text)
    facts = {fact.fact_id: fact for fact in behind.facts}
    cells = tuple(dict.fromkeys(_cells(found, facts))) or tuple(facts)
    computed = any(isinstance(source, Calculation) for source in found)
    read = any(isinstance(source, Fact) for source in found)
    basis = Basis.CALCULATION if computed else Basis.FACT if read or quotes else unnumbered
    cited = () if quotes and not read and not computed else tuple(facts[one] for one in cells)
    return Sentence(text, basis, cited, quotes if cited or quotes else tuple(behind.quotes))


def _cells(found: Iterable[Source], facts: Mapping[FactId, Fact]) -> Iterator[FactId]:
    for source in found:
        if isinstance(source, Fact):
            yield source.fact_id
        elif isinstance(source, Calculation):
            yield from (one for one in source.inputs if one in facts)
