"""The place somebody points at, and what a form about it opens with: pure functions, no toolkit."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from services.corrections.facts import Worked
from services.corrections.printed import Seat, seat_of
from services.domain.concepts import CONCEPTS, StatementKind, Unit
from services.domain.corrections import SAME_PLACE, Claim, shared_place
from services.domain.errors import InvalidInput
from services.domain.ids import CorrectionId, FactId
from services.domain.layout import CellKind, SheetCell, SheetLayout
from services.domain.periods import Period
from services.domain.provenance import Box, SourceRef, cell_position
from services.domain.reports import ColumnKind, Fact, Report, Scenario, Statement, StatementColumn
from services.extraction.pointing import PrintedNumber
from services.extraction.sheet_numbers import raw_cell

_STORED_POSITIVE = {"positive", "cost positive", "outflow stored positive"}
"""Sign conventions of concepts under which a number printed in parentheses counts as positive."""
_SCALED = {Unit.MONEY, Unit.SHARES}


@dataclass(frozen=True, slots=True)
class Pointed:
    """A place, the number printed there (None when the page is a picture), and the label beside it.

    ``seen`` is the last correction of the place that was there when it was pointed at.
    """

    source: SourceRef
    number: Decimal | None
    decimals: int = 0
    percent: bool = False
    label: str = ""
    seen: CorrectionId | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """What is said of a pointed number beside its amount: by the page first, by the person in the end.

    ``column`` gives scenario and part; ``is_reversed`` counts the printed number with the opposite sign.
    """

    label: str
    statement: Statement | None
    column: StatementColumn | None
    period: Period | None
    concept: str | None
    unit: Unit
    scale: int
    currency: str
    is_reversed: bool


def pointed_number(report: Report, page: int, number: PrintedNumber) -> Pointed:
    """Return the place of a number of a page."""
    source = _source(report, number.printed).model_copy(
        update={"page": page, "boxes": number.boxes, "label_boxes": number.label_boxes}
    )
    value = number.number
    return Pointed(source, value.value, value.decimals, value.percent, number.label)


def pointed_area(report: Report, page: int, drawn: Box) -> Pointed:
    """Return the place of a rectangle drawn on a page whose print cannot be read."""
    return Pointed(_source(report, "").model_copy(update={"page": page, "boxes": (drawn,)}), None)


def pointed_cell(report: Report, layout: SheetLayout, cell: str) -> Pointed | None:
    """Return the place of a cell that shows a number, None for any other cell."""
    position = cell_position(cell)
    found = next((c for c in layout.cells if (c.row, c.column) == position), None)
    raw = raw_cell(found) if found is not None else None
    if found is None or raw is None:
        return None
    source = _source(report, raw.printed).model_copy(
        update={"sheet": layout.name, "cell": found.ref, "formula": found.formula}
    )
    return Pointed(source, raw.number, raw.decimals, "%" in raw.printed, _label_of(layout, found))


def pointed_fact(fact: Fact) -> Pointed:
    """Return the place of a fact."""
    return Pointed(
        fact.source, fact.printed_value, fact.decimals, fact.unit is Unit.PURE, fact.label
    )


def _source(report: Report, printed: str) -> SourceRef:
    return SourceRef(report_id=report.report_id, document=report.name, printed=printed)


def _label_of(layout: SheetLayout, cell: SheetCell) -> str:
    left = [
        c.text
        for c in layout.cells
        if c.row == cell.row and c.column < cell.column and c.kind is CellKind.TEXT
    ]
    return left[0].strip() if left else ""


def existing_fact(pointed: Pointed, worked: Worked) -> Fact | None:
    """Return the fact in force at the place, or None."""
    printed = [fact for fact in worked.facts if not fact.derived_from]
    shares = [(shared_place(pointed.source, fact.source), fact) for fact in printed]
    share, fact = max(shares, key=lambda pair: pair[0], default=(0.0, None))
    return fact if share >= SAME_PLACE else None


def told_by_page(pointed: Pointed, worked: Worked) -> Told:
    """Return what is in force at the place, else what the statement printed around it says."""
    existing = existing_fact(pointed, worked)
    if existing is not None:
        return _told_by_fact(existing, worked.statements)
    known = {fact.fact_id: fact for fact in worked.facts}
    seat = seat_of(pointed.source, worked.statements, known)
    row = _row_facts(seat, known)
    like = row[0] if row else None
    near = seat.statement if seat else _nearest(pointed.source, worked.statements)
    column = seat.statement.columns[seat.column] if seat else None
    concept = like.concept if like else None
    unit = like.unit if like else Unit.PURE if pointed.percent else Unit.MONEY
    return Told(
        label=(like.label if like else "") or pointed.label,
        statement=seat.statement if seat else None,
        column=column,
        period=_period(column, concept),
        concept=concept,
        unit=unit,
        scale=like.scale if like else usual_scale(unit, near if _shows(near, pointed) else None),
        currency=near.currency if near else "USD",
        is_reversed=_is_reversed(like) if like else False,
    )


def _told_by_fact(fact: Fact, statements: Sequence[Statement]) -> Told:
    statement = next((s for s in statements if s.statement_id == fact.statement_id), None)
    has_column = statement is not None and fact.column < len(statement.columns)
    return Told(
        label=fact.label,
        statement=statement,
        column=statement.columns[fact.column] if statement and has_column else None,
        period=fact.period,
        concept=fact.concept,
        unit=fact.unit,
        scale=fact.scale,
        currency=fact.currency,
        is_reversed=_is_reversed(fact),
    )


def usual_scale(unit: Unit, statement: Statement | None) -> int:
    """Return the scale numbers of a unit have in a statement: amounts per share and rates have none."""
    return statement.scale if statement and unit in _SCALED else 1


def usually_reversed(concept: str | None, printed: Decimal | None) -> bool:
    """Whether a printed number counts with the opposite sign, by the concept's convention."""
    known = CONCEPTS.get(concept) if concept else None
    below = printed is not None and printed < 0
    return known is not None and below and known.sign in _STORED_POSITIVE


def period_for(concept: str | None, column: StatementColumn) -> Period:
    """Return the period of a concept in a column: a balance in a column of a year is of the year's end."""
    known = CONCEPTS.get(concept) if concept else None
    is_balance = known is not None and known.instant
    return Period(end=column.period.end) if is_balance else column.period


def columns_of(
    statement: Statement | None, statements: Sequence[Statement]
) -> list[StatementColumn]:
    """Return the columns a number can be of: the statement's, or every statement's, each period once."""
    owners = [statement] if statement is not None else statements
    columns = [c for owner in owners for c in owner.columns if c.kind is not ColumnKind.DELTA]
    return list({(c.period, c.scenario, c.member): c for c in columns}.values())


def claim_from(pointed: Pointed, printed: str, told: Told, amount: tuple[Decimal, int]) -> Claim:
    """Return the claim; ``amount`` is the printed number and its decimals, ``told.period`` is known."""
    if told.period is None:
        raise InvalidInput("Choose the period the number is of.")
    number, decimals = amount
    known = CONCEPTS.get(told.concept) if told.concept else None
    apart = known.statement if known else StatementKind.OTHER
    column = told.column
    return Claim(
        source=pointed.source.model_copy(update={"printed": printed.strip()}),
        label=told.label.strip(),
        statement=told.statement.kind if told.statement else apart,
        concept=told.concept,
        period=told.period,
        value=number * told.scale * (-1 if told.is_reversed else 1),
        printed_value=number,
        unit=told.unit,
        currency=told.currency,
        scale=told.scale,
        decimals=decimals,
        basis=told.statement.basis if told.statement else "consolidated",
        scenario=column.scenario if column else Scenario.ACTUAL,
        member=column.member if column else None,
    )


def _period(column: StatementColumn | None, concept: str | None) -> Period | None:
    return None if column is None else period_for(concept, column)


def _is_reversed(fact: Fact) -> bool:
    return fact.printed_value != 0 and fact.value == -fact.printed_value * fact.scale


def _nearest(source: SourceRef, statements: Sequence[Statement]) -> Statement | None:
    """Return the statement whose pages are nearest, or the sheet's own."""
    if source.page is None:
        return next((s for s in statements if s.sheet == source.sheet), None)
    page = source.page
    paged = [statement for statement in statements if statement.pages]
    return min(paged, key=lambda s: min(abs(page - p) for p in s.pages), default=None)


def _shows(statement: Statement | None, pointed: Pointed) -> bool:
    """Whether the place is on a page or sheet of the statement, so that its scale holds there."""
    source = pointed.source
    return statement is not None and (
        source.sheet == statement.sheet if source.page is None else source.page in statement.pages
    )


def _row_facts(seat: Seat | None, facts: dict[FactId, Fact]) -> list[Fact]:
    if seat is None or seat.row is None:
        return []
    ids = seat.statement.rows[seat.row].facts
    return [facts[fact_id] for fact_id in ids if fact_id is not None and fact_id in facts]
