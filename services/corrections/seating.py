"""Numbers that people added take their seats: in the row and column of a statement they are printed in."""

import re
from collections.abc import Mapping, Sequence

from services.corrections.printed import Area, Seat, row_of, seat_of, spot_of
from services.domain.ids import FactId, StatementId, deterministic_id
from services.domain.reports import Fact, LineItem, Statement, StatementColumn

TITLE = "Numbers added by people"
_TOTAL = re.compile(r"^\W*(?:sub)?total\b|^\W*net cash\b", re.IGNORECASE)


def seated(
    statements: Sequence[Statement], facts: Sequence[Fact]
) -> tuple[list[Statement], list[Fact]]:
    """Return statements and facts with every added number in its row, new rows where they are printed.

    What stands in no statement of its kind that was read becomes a statement of its own.
    """
    rows = {fact_id for s in statements for line in s.rows for fact_id in line.facts}
    loose = [f for f in facts if f.correction is not None and f.fact_id not in rows]
    board = {statement.statement_id: statement for statement in statements}
    known = {fact.fact_id: fact for fact in facts}
    changed: set[StatementId] = set()
    for fact in sorted(loose, key=_order):
        statement = _with_number(_own_seat(fact, list(board.values()), known), fact, known)
        board[statement.statement_id] = statement
        changed.add(statement.statement_id)
    for statement_id in changed:
        board[statement_id] = _numbered(board[statement_id])
        known |= _told(board[statement_id], known)
    return list(board.values()), list(known.values())


def _own_seat(fact: Fact, statements: Sequence[Statement], facts: Mapping[FactId, Fact]) -> Seat:
    apart = _statement_apart(fact)
    read = [s for s in statements if _kin(s, fact) and s.statement_id != apart.statement_id]
    seat = seat_of(fact.source, read, facts)
    if seat is not None:
        return seat
    begun = next((s for s in statements if s.statement_id == apart.statement_id), apart)
    column = StatementColumn(period=fact.period, scenario=fact.scenario, member=fact.member)
    columns = begun.columns if column in begun.columns else (*begun.columns, column)
    statement = begun.model_copy(update={"columns": columns})
    return Seat(statement, columns.index(column), row_of(fact.source, statement, facts))


def _kin(statement: Statement, fact: Fact) -> bool:
    return (statement.kind, statement.basis) == (fact.statement, fact.basis)


def _statement_apart(fact: Fact) -> Statement:
    """Return the empty statement of added numbers of the fact's kind and page or sheet."""
    source = fact.source
    parts = (fact.report_id, "stated", fact.statement, fact.basis, source.page, source.sheet)
    return Statement(
        statement_id=StatementId(deterministic_id("statement", *parts)),
        report_id=fact.report_id,
        kind=fact.statement,
        title=TITLE,
        basis=fact.basis,
        currency=fact.currency,
        scale=fact.scale,
        pages=() if source.page is None else (source.page,),
        sheet=source.sheet,
        columns=(),
        rows=(),
    )


def _with_number(seat: Seat, fact: Fact, facts: Mapping[FactId, Fact]) -> Statement:
    lines = list(seat.statement.rows)
    line = None if seat.row is None else lines[seat.row]
    if seat.row is not None and line is not None and _is_blank(line, seat.column):
        lines[seat.row] = _filled(line, seat, fact.fact_id)
    else:
        lines.insert(_row_above(seat, fact, facts) + 1, _filled(_line(fact), seat, fact.fact_id))
    return seat.statement.model_copy(update={"rows": tuple(lines)})


def _is_blank(line: LineItem, column: int) -> bool:
    return column >= len(line.facts) or line.facts[column] is None


def _filled(line: LineItem, seat: Seat, fact_id: FactId) -> LineItem:
    missing = len(seat.statement.columns) - len(line.facts)
    cells = [*line.facts, *[None] * missing]
    cells[seat.column] = fact_id
    return line.model_copy(update={"facts": tuple(cells)})


def _row_above(seat: Seat, fact: Fact, facts: Mapping[FactId, Fact]) -> int:
    """Return the index of the last row printed above the fact, -1 when there is none."""
    above = [
        index
        for index, line in enumerate(seat.statement.rows)
        if any(_order(facts[one]) < _order(fact) for one in line.facts if one and one in facts)
    ]
    return max(above, default=-1)


def _line(fact: Fact) -> LineItem:
    boxes = fact.source.label_boxes
    return LineItem(
        row=0,
        label=fact.label,
        indent=round(boxes[0].x0, 1) if boxes else 0.0,
        concept=fact.concept,
        is_total=_TOTAL.search(fact.label) is not None,
    )


def _numbered(statement: Statement) -> Statement:
    lines = (line.model_copy(update={"row": row}) for row, line in enumerate(statement.rows))
    return statement.model_copy(update={"rows": tuple(lines)})


def _told(statement: Statement, facts: Mapping[FactId, Fact]) -> dict[FactId, Fact]:
    """Return the statement's facts, each told its statement, row and column."""
    return {
        fact_id: facts[fact_id].model_copy(
            update={"statement_id": statement.statement_id, "row": line.row, "column": column}
        )
        for line in statement.rows
        for column, fact_id in enumerate(line.facts)
        if fact_id is not None and fact_id in facts
    }


def _order(fact: Fact) -> tuple[Area, float, float]:
    spot = spot_of(fact.source)
    return spot.order if spot else ((0, ""), 0.0, 0.0)
