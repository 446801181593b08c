"""Where a place stands in what was read: its statement, its row and its column, compared as printed.

On a page by lines and right edges, on a sheet by rows and columns.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from services.domain.ids import FactId
from services.domain.provenance import SourceRef, cell_position
from services.domain.reports import Fact, Statement

COLUMN_REACH = 24.0
"""Points between right edges within which a number stands in a page's column."""
_SAME_LINE = 0.5  # of the smaller height

Area = tuple[int, str]
"""A page (its number, '') or a sheet (0, its name); pages sort as they are printed."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A place as printed: its page or sheet, the top and bottom of its line, its right edge."""

    area: Area
    top: float
    bottom: float
    right: float

    def is_beside(self, other: "Spot") -> bool:
        """Whether both stand on one printed line."""
        height = min(self.bottom - self.top, other.bottom - other.top)
        apart = abs((self.top + self.bottom) - (other.top + other.bottom)) / 2
        return self.area == other.area and apart <= _SAME_LINE * height

    @property
    def order(self) -> tuple[Area, float, float]:
        """The order in which places are printed: from page to page, down, and to the right."""
        return self.area, self.top, self.right


@dataclass(frozen=True, slots=True)
class Seat:
    """A column of a statement and, where the line is a row of it, the row's index."""

    statement: Statement
    column: int
    row: int | None


def spot_of(source: SourceRef) -> Spot | None:
    """Return where a source stands; None for one without boxes or cell."""
    if source.page is not None and source.boxes:
        digits = max(source.boxes, key=lambda box: box.x1)
        return Spot((source.page, ""), digits.y0, digits.y1, digits.x1)
    position = cell_position(source.cell or "")
    if source.sheet is None or position is None:
        return None
    row, column = position
    return Spot((0, source.sheet), row, row, column)


def seat_of(
    source: SourceRef, statements: Sequence[Statement], facts: Mapping[FactId, Fact]
) -> Seat | None:
    """Return the seat of a place in the nearest statement with a column there, or None."""
    spot = spot_of(source)
    if spot is None:
        return None
    found: list[tuple[float, int, Seat]] = []
    for index, statement in enumerate(statements):
        grid = _Grid(statement, facts)
        column = grid.column_at(spot)
        if column is not None:
            found.append((grid.distance(spot), index, Seat(statement, column, grid.row_at(spot))))
    return min(found, key=lambda one: one[:2])[2] if found else None


def row_of(source: SourceRef, statement: Statement, facts: Mapping[FactId, Fact]) -> int | None:
    """Return the index of the statement's row on whose line a place stands, or None."""
    spot = spot_of(source)
    return None if spot is None else _Grid(statement, facts).row_at(spot)


class _Grid:
    """The places of a statement's numbers by row and column."""

    def __init__(self, statement: Statement, facts: Mapping[FactId, Fact]) -> None:
        self._columns = len(statement.columns)
        self._spots = [
            (row, column, spot)
            for row, line in enumerate(statement.rows)
            for column, fact_id in enumerate(line.facts)
            if fact_id is not None
            and fact_id in facts
            and (spot := spot_of(facts[fact_id].source)) is not None
        ]

    def column_at(self, spot: Spot) -> int | None:
        """Return the column whose right edge the place keeps; None outside the statement's pages."""
        reach = COLUMN_REACH if spot.area[0] else 0.0
        gaps = [
            (_gap(edges, spot), column)
            for column in range(self._columns)
            if (edges := self._edges(column, spot.area))
        ]
        gap, column = min(gaps, default=(reach + 1, 0))
        return column if gap <= reach else None

    def row_at(self, spot: Spot) -> int | None:
        """Return the row on whose line the place stands, or None."""
        return next((row for row, _, other in self._spots if other.is_beside(spot)), None)

    def distance(self, spot: Spot) -> float:
        """Return how far above or below the statement's numbers the place stands; 0 among them."""
        here = [other for _, _, other in self._spots if other.area == spot.area]
        above = min(other.top for other in here) - spot.top
        below = spot.bottom - max(other.bottom for other in here)
        return max(0.0, above, below)

    def _edges(self, column: int, area: Area) -> list[float]:
        return [s.right for _, at, s in self._spots if at == column and s.area == area]


def _gap(edges: Sequence[float], spot: Spot) -> float:
    """Return how far a column stands from a place; a sheet's column is one only when all its cells agree."""
    if spot.area[0]:
        return abs(median(edges) - spot.right)
    return max(abs(edge - spot.right) for edge in edges)
