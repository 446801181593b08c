"""Subtotal discovery: which printed rows are the signed sum of the rows above them.

Works on whole numbers counted in the finest printed unit of a table, so nothing is rounded here.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

MAX_MEMBERS = 24
_SUBSETS_TRIED = 6  # columns of a narrow table at most: their subsets double with each
_MIXED = 3  # rows of a block that may have one sign among them
SMALL_TOTAL_UNITS = 100
"""Below this many rounding units a total has to be met exactly."""


@dataclass(frozen=True, slots=True)
class FootingRow:
    """One printed row: whole numbers per column (None when blank) and its rounding unit.

    ``unit`` counts the table's finest unit (10 for a row printed in whole millions in a table
    printed to a tenth). ``total_like`` says that the label or the print marks a total; ``closes``
    that no sum reaches across the row, as with total assets.
    """

    row: int
    label: str
    values: tuple[int | None, ...]
    unit: int = 1
    total_like: bool = False
    closes: bool = False

    def at(self, column: int) -> int:
        """Return what the row adds to a sum in this column; a blank adds nothing."""
        return self.values[column] or 0


@dataclass(frozen=True, slots=True)
class Relation:
    """Position ``total`` equals the weighted sum of the positions in ``members``."""

    total: int
    members: tuple[int, ...]
    weights: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class BrokenRelation:
    """A relation that holds in some columns and fails in ``columns``.

    ``judged`` are those of the failing columns in which every cell is printed: where one is blank, the
    row may be missing there, which is no proof of a wrong number.
    """

    relation: Relation
    columns: tuple[int, ...]
    judged: frozenset[int]


def residual(rows: Sequence[FootingRow], relation: Relation, column: int) -> int:
    """Return total minus weighted sum in one column, in the table's finest unit."""
    summed = sum(
        weight * rows[member].at(column)
        for member, weight in zip(relation.members, relation.weights, strict=True)
    )
    return rows[relation.total].at(column) - summed


def rounding_unit(rows: Sequence[FootingRow], relation: Relation) -> int:
    """Return the coarsest rounding unit among total and members."""
    return max(rows[position].unit for position in (relation.total, *relation.members))


def discover(rows: Sequence[FootingRow], columns: Sequence[int]) -> list[Relation]:
    """Return the relations that hold within one rounding unit in every given column, top-down."""
    return _walk(rows, columns, {})


def discover_broken(rows: Sequence[FootingRow], found: Sequence[Relation]) -> list[BrokenRelation]:
    """Return the relations that hold in some columns only, those that hold in most columns first.

    Subsets of two columns less and smaller are tried only while a marked total is unexplained; of a wide
    table each column alone, for what holds in most of the others. One column alone proves little, so
    there a row must be marked as a total, and a row that another column explains by other rows is left
    alone.
    """
    width = len(rows[0].values) if rows else 0
    known = {relation.total: relation for relation in found}
    broken: dict[int, BrokenRelation] = {}
    for size in _sizes(width):
        if size < width - 1 and not _unexplained_total(rows, known):
            break
        for columns in combinations(range(width), size):
            for relation in _walk(rows, columns, known):
                if relation.total not in known and _believable(rows, relation, columns):
                    known[relation.total] = relation
                    broken[relation.total] = _broken(rows, relation)
    return [broken[total] for total in sorted(broken)]


@dataclass(frozen=True, slots=True)
class ExchangedCells:
    """A relation that fails in two columns by what ``row`` (a position) differs between them."""

    relation: Relation
    row: int
    columns: tuple[int, int]


def discover_exchanged(
    rows: Sequence[FootingRow], known: Sequence[Relation]
) -> list[ExchangedCells]:
    """Return the sums that fail because the cells of one row stand in each other's column.

    Such an exchange leaves the two columns added up as they were: there the block is found, and that
    both residuals are exactly the row's difference proves it.
    """
    width = len(rows[0].values) if rows else 0
    explained = {relation.total: relation for relation in known}
    found: dict[int, ExchangedCells] = {}
    for pair in combinations(range(min(width, _SUBSETS_TRIED)), 2):
        for relation in _walk(_added(rows, pair), [0], explained):
            place = relation.total
            if place not in explained and place not in found:
                row = _exchanged(rows, relation, pair)
                if row is not None:
                    found[place] = ExchangedCells(relation, row, pair)
    return [found[place] for place in sorted(found)]


def _added(rows: Sequence[FootingRow], pair: tuple[int, int]) -> list[FootingRow]:
    return [
        replace(row, values=(sum(row.at(column) for column in pair),), unit=2 * row.unit)
        for row in rows
    ]


def _exchanged(rows: Sequence[FootingRow], relation: Relation, pair: tuple[int, int]) -> int | None:
    """Return the one row whose exchange makes the relation hold exactly in both columns."""
    one, other = (residual(rows, relation, column) for column in pair)
    unit = rounding_unit(rows, relation)
    if abs(one) <= 2 * unit or abs(other) <= 2 * unit:
        return None
    parts = [(relation.total, -1), *zip(relation.members, relation.weights, strict=True)]
    mending = [
        position
        for position, weight in parts
        if (gap := weight * (rows[position].at(pair[1]) - rows[position].at(pair[0]))) == one
        and other == -gap
    ]
    return mending[0] if len(mending) == 1 else None


def _sizes(width: int) -> Iterable[int]:
    return range(width - 1, 0, -1) if width <= _SUBSETS_TRIED else (width - 1, 1)


def _unexplained_total(rows: Sequence[FootingRow], known: Mapping[int, Relation]) -> bool:
    return any(row.total_like and place not in known for place, row in enumerate(rows))


def _broken(rows: Sequence[FootingRow], relation: Relation) -> BrokenRelation:
    unit = rounding_unit(rows, relation)
    bad = tuple(
        column
        for column in range(len(rows[0].values))
        if abs(residual(rows, relation, column)) > unit
    )
    return BrokenRelation(relation, bad, frozenset(c for c in bad if _complete(rows, relation, c)))


def _believable(rows: Sequence[FootingRow], relation: Relation, columns: Sequence[int]) -> bool:
    if len(columns) > 1:
        return True
    mixed = len(relation.weights) == 3 and sum(relation.weights) == 1
    if mixed or not rows[relation.total].total_like:
        return False
    width = len(rows[0].values)
    if width > _SUBSETS_TRIED:
        holds = sum(
            abs(residual(rows, relation, c)) <= rounding_unit(rows, relation) for c in range(width)
        )
        return 2 * holds > width
    others = (column for column in range(width) if column not in columns)
    return not any(_explained_alone(rows, relation, other) for other in others)


def _explained_alone(rows: Sequence[FootingRow], relation: Relation, column: int) -> bool:
    head = rows[: relation.total + 1]
    return any(other.total == relation.total for other in _walk(head, [column], {}))


def _complete(rows: Sequence[FootingRow], relation: Relation, column: int) -> bool:
    positions = (relation.total, *relation.members)
    return all(rows[position].values[column] is not None for position in positions)


def _walk(
    rows: Sequence[FootingRow], columns: Sequence[int], known: Mapping[int, Relation]
) -> list[Relation]:
    """Walk down the rows keeping the unexplained ones; a total swallows the block it sums up."""
    open_: list[int] = []
    relations: list[Relation] = []
    for position in range(len(rows)):
        relation = known.get(position)
        if relation is None or relation.members != tuple(open_[-len(relation.members) :]):
            relation = _match(rows, columns, open_, position)
        if relation is not None:
            relations.append(relation)
            del open_[-len(relation.members) :]
        if rows[position].closes:
            open_.clear()
        else:
            open_.append(position)
    return relations


def _match(
    rows: Sequence[FootingRow], columns: Sequence[int], open_: Sequence[int], position: int
) -> Relation | None:
    """Return the nearest block of open rows that adds up to the row in every column.

    Most blocks are ruled out by one column, that of the row's largest amount.
    """
    target = [rows[position].at(column) for column in columns]
    if not any(target):
        return None
    pilot = max(range(len(columns)), key=lambda place: abs(target[place]))
    unit, total = rows[position].unit, 0
    for size in range(1, min(MAX_MEMBERS, len(open_)) + 1):
        first = rows[open_[-size]]
        unit = max(unit, first.unit)
        head = first.at(columns[pilot])
        total += head
        gaps = (total - target[pilot], 2 * head - total - target[pilot])
        if size < 2 or (size != _MIXED and min(map(abs, gaps)) > unit):
            continue
        members = tuple(open_[-size:])
        weights = _weights([rows[member] for member in members], columns, target, unit)
        if weights is not None:
            return Relation(position, members, weights)
    return None


def _weights(
    block: Sequence[FootingRow], columns: Sequence[int], target: Sequence[int], unit: int
) -> tuple[int, ...] | None:
    """Return the signs with which a block adds up to the target in every column, None when it does not."""
    addends = [[row.at(column) for row in block] for column in columns]
    if max(sum(map(bool, column)) for column in addends) < 2:
        return None
    sums, first = [sum(column) for column in addends], [column[0] for column in addends]
    for weights, expected in _patterns(block, columns, sums, first):
        if _agrees(expected, target, unit):
            return weights
    return None


def _patterns(
    block: Sequence[FootingRow], columns: Sequence[int], sums: Sequence[int], first: Sequence[int]
) -> Iterator[tuple[tuple[int, ...], Sequence[int]]]:
    size = len(block)
    yield (1,) * size, sums
    yield (
        (1, *(-1,) * (size - 1)),
        [2 * head - total for head, total in zip(first, sums, strict=True)],
    )
    if size == _MIXED:
        for weights in ((1, 1, -1), (1, -1, 1)):
            signed = [
                sum(weight * row.at(column) for weight, row in zip(weights, block, strict=True))
                for column in columns
            ]
            yield weights, signed


def _agrees(expected: Sequence[int], target: Sequence[int], unit: int) -> bool:
    if abs(expected[0] - target[0]) > unit:  # nearly always: the other columns need no look
        return False
    gaps = [abs(left - right) for left, right in zip(expected, target, strict=True)]
    if not any(gaps):
        return True
    return max(gaps) <= unit and max(map(abs, target)) >= SMALL_TOTAL_UNITS * unit
