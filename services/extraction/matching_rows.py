"""What the matching rules look at: rows as words and numbers, ordered rules, and what they decide."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from services.domain.reports import ColumnKind
from services.extraction.labels import normalise
from services.extraction.model import RawRow, RawStatement

Values = tuple[Decimal | None, ...]


@dataclass(frozen=True, slots=True)
class RowView:
    """A row as the rules see it; ``values`` has one place per value column, None where nothing is printed.

    ``zone`` is the part of the statement the row stands in; ``inferred`` marks a text that arithmetic
    and not print gave to an unlabelled total; ``printed`` is the label in lower case, parentheses kept.
    """

    index: int
    text: str
    section: str
    values: Values
    decimals: int = 0
    zone: str = ""
    inferred: bool = False
    printed: str = ""

    @property
    def has_numbers(self) -> bool:
        """Whether any value column holds a number."""
        return any(value is not None for value in self.values)

    @property
    def numbers(self) -> tuple[Decimal, ...]:
        """The numbers printed in the value columns that are not zero."""
        return tuple(value for value in self.values if value)

    @property
    def mostly_negative(self) -> bool:
        """Whether more of the row's numbers are below zero than above."""
        below = sum(1 for value in self.numbers if value < 0)
        return below * 2 > len(self.numbers)


def row_views(statement: RawStatement) -> list[RowView]:
    """Return the statement's rows as words and numbers of its value columns (all columns if none is)."""
    places = [i for i, column in enumerate(statement.columns) if column.kind is ColumnKind.VALUE]
    if not places:
        places = list(range(len(statement.columns)))
    return [_view(index, row, places) for index, row in enumerate(statement.rows)]


def _view(index: int, row: RawRow, places: Sequence[int]) -> RowView:
    cells = [row.cells[place] if place < len(row.cells) else None for place in places]
    return RowView(
        index=index,
        text=normalise(row.label),
        section=normalise(row.section or ""),
        values=tuple(None if cell is None else cell.number for cell in cells),
        decimals=max((cell.decimals for cell in cells if cell is not None), default=0),
        printed=row.label.lower(),
    )


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the rules decided for one row."""

    concept: str | None
    certainty: float
    sign: int = 1
    candidates: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """A wording: ``pattern`` must match the whole text when ``whole``, else anywhere; ``unless`` must not occur.

    ``zones`` limits where the row may stand (empty: anywhere). When several rows match, ``pick`` says
    which is meant: the first, the last, or none of them ('only').
    """

    pattern: str
    unless: str = ""
    zones: frozenset[str] = frozenset()
    certainty: float = 0.99
    pick: str = "first"
    in_section: str = ""
    whole: bool = True

    def matches(self, view: RowView) -> bool:
        """Whether the row's wording and place fit."""
        if self.zones and view.zone not in self.zones:
            return False
        search = re.fullmatch if self.whole else re.search
        if not search(self.pattern, view.text):
            return False
        if self.unless and re.search(self.unless, view.text):
            return False
        return not self.in_section or re.search(self.in_section, view.section) is not None


@dataclass(frozen=True, slots=True)
class Pick:
    """The outcome of a rule list: one row with its certainty, or several rows that cannot be told apart."""

    view: RowView | None
    certainty: float = 0.0
    rivals: tuple[RowView, ...] = ()


NOTHING = Pick(None)
AMBIGUOUS = 0.5
"""The certainty of a row that reads like others: its number is as printed, its meaning is open."""


def pick(views: Iterable[RowView], rules: Sequence[Rule]) -> Pick:
    """Return the row of the first rule that any row fits; earlier rules are the better wordings."""
    rows = list(views)
    for rule in rules:
        hits = [view for view in rows if rule.matches(view)]
        if hits:
            return _choose(hits, rule)
    return NOTHING


def _choose(hits: list[RowView], rule: Rule) -> Pick:
    same = all(hit.values == hits[0].values for hit in hits)
    if rule.pick == "only" and not same:
        return Pick(None, 0.0, tuple(hits))
    view = hits[-1] if rule.pick == "last" else hits[0]
    alike = len({hit.text for hit in hits}) < len(hits)
    certainty = rule.certainty * (1.0 if same else 0.8 if alike else 0.95)
    return Pick(view, certainty * (0.96 if view.inferred else 1.0))


Sign = Callable[[RowView], int]


def printed_sign(_: RowView) -> int:
    """The printed sign already is the concept's."""
    return 1


def positive_sign(view: RowView) -> int:
    """A cost or an outflow is stored positive whichever way it is printed."""
    return -1 if view.mostly_negative else 1


@dataclass(slots=True)
class Decisions:
    """The decisions on one statement's rows: each row and each concept at most once."""

    by_row: dict[int, Meaning] = field(default_factory=dict)
    by_concept: dict[str, RowView] = field(default_factory=dict)

    def taken(self, view: RowView) -> bool:
        """Whether the row already has a concept."""
        meaning = self.by_row.get(view.index)
        return meaning is not None and meaning.concept is not None

    def decide(self, concept: str, outcome: Pick, sign: Sign = printed_sign) -> RowView | None:
        """Record an outcome: the concept on its row, or candidates on rows that cannot be told apart."""
        for rival in outcome.rivals:
            self._doubt(rival, concept)
        view = outcome.view
        if view is None or concept in self.by_concept:
            return None
        if self.taken(view):
            return None
        reason = "unlabelled total found by arithmetic" if view.inferred else f"reads '{view.text}'"
        self.by_row[view.index] = Meaning(
            concept, round(outcome.certainty, 4), sign(view), reason=reason
        )
        self.by_concept[concept] = view
        return view

    def _doubt(self, view: RowView, concept: str) -> None:
        if self.taken(view):
            return
        known = self.by_row.get(view.index)
        candidates = (*(known.candidates if known else ()), concept)
        self.by_row[view.index] = Meaning(
            None, AMBIGUOUS, candidates=candidates, reason="several rows read alike"
        )


def row_tolerance(view: RowView, terms: int) -> Decimal:
    """Return the rounding slack of a sum of ``terms`` printed numbers, in printed units."""
    return Decimal(max(1, (terms + 1) // 2)) * Decimal(1).scaleb(-view.decimals)


def adds_up(total: RowView, terms: Sequence[tuple[int, RowView]]) -> bool:
    """Whether the signed terms add to the total, up to rounding, in every column it is printed in."""
    error = sum_error(total, terms)
    return error is not None and error <= row_tolerance(total, len(terms))


def sum_error(total: RowView, terms: Sequence[tuple[int, RowView]]) -> Decimal | None:
    """Return the largest difference of any column between the total and the signed terms.

    A blank term counts as nothing. None when nothing can be compared: a column without any term, or
    a total that is blank or zero throughout.
    """
    worst: Decimal | None = None
    for place, expected in enumerate(total.values):
        if expected is None:
            continue
        found = [(sign, view.values[place]) for sign, view in terms]
        if all(value is None for _, value in found):
            return None
        actual = sum((sign * value for sign, value in found if value is not None), Decimal(0))
        worst = max(worst or Decimal(0), abs(actual - expected))
    return worst if total.numbers else None
