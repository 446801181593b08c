"""What stands between a layout and facts: statements as printed, before meaning is read into their rows."""

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from services.domain.concepts import StatementKind, Unit
from services.domain.periods import Period
from services.domain.provenance import Box
from services.domain.reports import Basis, ColumnKind, Scenario


class RawCell(NamedTuple):
    """One printed number: parentheses make it negative, a printed dash is nil (number 0, ``nil`` True).

    ``cell`` is the workbook address and ``formula`` what it computes; ``boxes`` the PDF token(s), '$'
    and parentheses included. ``certainty`` is the probability that the characters are right, and
    ``recognised`` says that they come from a picture.
    """

    printed: str
    number: Decimal
    decimals: int = 0
    nil: bool = False
    page: int | None = None
    cell: str | None = None
    formula: str | None = None
    boxes: tuple[Box, ...] = ()
    certainty: float = 1.0
    recognised: bool = False


@dataclass(frozen=True, slots=True)
class RawRow:
    """One printed row; ``cells`` has one place per column, None where nothing is printed.

    ``member`` names the part, such as a segment, that the row is of. ``confirmed`` says whether a
    second reading of the page found the same numbers in one line; None where there is no such reading.
    """

    label: str
    cells: tuple[RawCell | None, ...]
    section: str | None = None
    indent: float = 0.0
    page: int | None = None
    label_boxes: tuple[Box, ...] = ()
    member: str | None = None
    confirmed: bool | None = None


@dataclass(frozen=True, slots=True)
class RawColumn:
    """One printed column; ``period`` is None when its header could not be read.

    ``certainty`` is the probability that the period is right. ``sign`` is -1 for credits of a ledger,
    so that balances on both sides add up to nothing.
    """

    header: str
    kind: ColumnKind
    period: Period | None
    certainty: float = 1.0
    scenario: Scenario = Scenario.ACTUAL
    member: str | None = None
    sign: int = 1

    @property
    def gives_facts(self) -> bool:
        """Whether its numbers become facts: they are of a period and no mere change between columns."""
        return self.period is not None and self.kind is not ColumnKind.DELTA


@dataclass(frozen=True, slots=True)
class RawStatement:
    """One statement as printed; ``scale_certainty`` is the probability that ``scale`` is right.

    ``headings`` are the lines without numbers in columns, such as section headings and wrapped labels.
    ``printed`` is how many numbers a second reading counts, None where there is none.
    """

    kind: StatementKind
    title: str
    columns: tuple[RawColumn, ...]
    rows: tuple[RawRow, ...]
    scale: int = 1
    scale_certainty: float = 1.0
    currency: str = "USD"
    basis: Basis = "consolidated"
    pages: tuple[int, ...] = ()
    sheet: str | None = None
    headings: tuple[str, ...] = ()
    printed: int | None = None


@dataclass(frozen=True, slots=True)
class RowMatch:
    """What a row means: the concept (None when unmapped), its unit, and how its printed sign is read.

    ``sign`` multiplies the printed number to give the concept's sign convention; ``scale`` is the row's
    own factor (1 for per-share amounts, the statement's for money, its own for share counts);
    ``certainty`` is the probability that the concept is right; two or more ``candidates`` mean ambiguity.
    """

    concept: str | None
    unit: Unit
    scale: int
    sign: int = 1
    certainty: float = 1.0
    candidates: tuple[str, ...] = ()
    reason: str = ""
