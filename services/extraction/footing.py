"""Subtotal discovery: which printed rows are the signed sum of the rows above them.

Works on whole numbers counted in the finest printed unit of a table, so nothing is rounded here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

MAX_MEMBERS = 24
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
    """A relation that holds in all columns but ``column``; not ``judged`` where a cell is blank."""

    relation: Relation
    column: int
    judged: bool


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
    """Return the relations that hold in all columns but one.

    One remaining column alone proves little, so there a row must also be marked as a total, and a
    row that the left-out column explains by other rows is left alone.
    """
    width = len(rows[0].values) if rows else 0
    known = {relation.total: relation for relation in found}
    broken: dict[int, BrokenRelation] = {}
    for column in range(width if width > 1 else 0):
        others = [other for other in range(width) if other != column]
        for relation in _walk(rows, others, known):
            if relation.total in known or relation.total in broken:
                continue
            if _believable(rows, relation, column, len(others)):
                judged = _complete(rows, relation, column)
                broken[relation.total] = BrokenRelation(relation, column, judged)
    return [broken[total] for total in sorted(broken)]


def _believable(rows: Sequence[FootingRow], relation: Relation, column: int, support: int) -> bool:
    if support > 1:
        return True
    mixed = len(relation.weights) == 3 and sum(relation.weights) == 1
    total = rows[relation.total].total_like and not mixed
    return total and not _explained_alone(rows, relation, column)


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
) -> list[tuple[tuple[int, ...], list[int]]]:
    size = len(block)
    rest = (-1,) * (size - 1)
    patterns = [
        ((1,) * size, list(sums)),
        ((1, *rest), [2 * head - total for head, total in zip(first, sums, strict=True)]),
    ]
    if size == _MIXED:
        for weights in ((1, 1, -1), (1, -1, 1)):
            signed = [
                sum(weight * row.at(column) for weight, row in zip(weights, block, strict=True))
                for column in columns
            ]
            patterns.append((weights, signed))
    return patterns


def _agrees(expected: Sequence[int], target: Sequence[int], unit: int) -> bool:
    gaps = [abs(left - right) for left, right in zip(expected, target, strict=True)]
    if not any(gaps):
        return True
    return max(gaps) <= unit and max(map(abs, target)) >= SMALL_TOTAL_UNITS * unit
