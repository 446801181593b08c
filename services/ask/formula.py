"""What a question computes, as a tree; and how the tree is written for people."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

OverKind = Literal["average", "change", "growth", "cagr"]


@dataclass(frozen=True, slots=True, order=True)
class When:
    """A period as a question names it: a year, a quarter of one, or what ends on a day.

    ``fiscal`` says that the year is the company's own and not the calendar's; ``span`` is how long what
    ends on ``day`` lasts (FY, H1, 9M, Q), '' where only the day is named.
    """

    year: int
    quarter: int = 0
    fiscal: bool = False
    day: date | None = None
    span: str = ""

    @property
    def words(self) -> str:
        """As a question writes it: FY2018, Q2 2023, Dec 31, 2018."""
        if self.day is not None:
            return f"{self.day:%b} {self.day.day}, {self.day.year}"
        return f"Q{self.quarter} {self.year}" if self.quarter else f"FY{self.year}"


@dataclass(frozen=True, slots=True)
class Range:
    """From one period to another, both included."""

    first: When
    last: When


@dataclass(frozen=True, slots=True)
class Name:
    """A figure by its key: a concept, a metric, a formula of ours, or what the question defines itself."""

    key: str


@dataclass(frozen=True, slots=True)
class Number:
    """A number that the question writes, such as the days of a year."""

    value: Decimal


@dataclass(frozen=True, slots=True)
class Binary:
    """Two parts joined by +, -, * or /; ``share`` where the result is spoken of in percent."""

    sign: str
    left: "Node"
    right: "Node"
    share: bool = False


@dataclass(frozen=True, slots=True)
class Over:
    """A figure over time: its average, change, relative change or compound growth.

    ``range`` is what the question says; None is ``years`` back from the period asked about, and ``years``
    is None where the question does not tell.
    """

    kind: OverKind
    of: "Node"
    years: int | None = None
    range: Range | None = None


@dataclass(frozen=True, slots=True)
class At:
    """A figure of a period of its own."""

    of: "Node"
    when: When


Node = Name | Number | Binary | Over | At


def parts(node: Node) -> tuple[Node, ...]:
    """Return a node and everything in it."""
    if isinstance(node, Binary):
        return (node, *parts(node.left), *parts(node.right))
    if isinstance(node, Over | At):
        return (node, *parts(node.of))
    return (node,)


def periods_in(node: Node) -> list[When]:
    """Return every period that a formula names itself."""
    found: list[When] = []
    for part in parts(node):
        if isinstance(part, At):
            found.append(part.when)
        elif isinstance(part, Over) and part.range is not None:
            found += [part.range.first, part.range.last]
    return found
