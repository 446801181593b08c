"""Printed statements and what their rows mean, assembled to a statement and its facts."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache

from services.domain.concepts import CONCEPTS, Unit
from services.domain.confidence import ConfidenceEvidence, FactConfidence, Part, log_odds
from services.domain.ids import FactId, StatementId, deterministic_id
from services.domain.periods import Period
from services.domain.provenance import SourceRef
from services.domain.reports import (
    ColumnKind,
    Fact,
    LineItem,
    Report,
    Statement,
    StatementColumn,
)
from services.extraction.model import (
    RawCell,
    RawColumn,
    RawRow,
    RawStatement,
    RowMatch,
)

PDF_VALUE, WORKBOOK_VALUE = 0.97, 0.995
_PRINTED_FROM = 0.9
_SHARE_OF_WHOLE = RowMatch(None, Unit.PURE, 1, reason="a percentage beside the amount")
_TOTAL = re.compile(
    r"^\W*(?:sub)?totals?\b|^\W*net cash (?:provided|used|flow|from)", re.IGNORECASE
)
_BEGINNING = re.compile(r"\bbeginning\b|\bbegin\b|\bopening\b|\bstart of\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in the printed statement a number stands and what is known of it there."""

    raw: RawStatement
    statement_id: StatementId
    report: Report
    row: int
    column: int


def assemble(
    raw: RawStatement, matches: Sequence[RowMatch], report: Report
) -> tuple[Statement, list[Fact]]:
    """Return the statement and its facts; columns without a period give no facts.

    Args:
        raw: The statement as printed.
        matches: One meaning per printed row, in order.
        report: The report it belongs to.
    """
    statement_id = _statement_id(raw, report)
    kept = [
        (index, column, column.period)
        for index, column in enumerate(raw.columns)
        if column.kind is not ColumnKind.DELTA and column.period is not None
    ]
    facts: list[Fact] = []
    items: list[LineItem] = []
    for number, (row, match) in enumerate(zip(raw.rows, matches, strict=True)):
        places: list[FactId | None] = []
        for position, (index, column, period) in enumerate(kept):
            cell = row.cells[index]
            if cell is None:
                places.append(None)
                continue
            place = _Place(raw, statement_id, report, number, position)
            meaning = match if column.kind is ColumnKind.VALUE else _SHARE_OF_WHOLE
            fact = _fact(place, row, cell, meaning, (column, period))
            facts.append(fact)
            places.append(fact.fact_id)
        items.append(_line_item(number, row, match, places))
    statement = Statement(
        statement_id=statement_id,
        report_id=report.report_id,
        kind=raw.kind,
        title=raw.title,
        basis=raw.basis,
        currency=raw.currency,
        scale=raw.scale,
        pages=raw.pages,
        sheet=raw.sheet,
        columns=tuple(_heading(column, period) for _, column, period in kept),
        rows=tuple(items),
    )
    return statement, facts


def _heading(column: RawColumn, period: Period) -> StatementColumn:
    return StatementColumn(
        header=column.header,
        period=period,
        kind=column.kind,
        scenario=column.scenario,
        member=column.member,
    )


def _statement_id(raw: RawStatement, report: Report) -> StatementId:
    columns = "|".join(f"{column.header}:{column.period}" for column in raw.columns)
    first = raw.rows[0].label if raw.rows else ""
    parts = (report.report_id, raw.kind, raw.basis, raw.pages, raw.sheet, columns, first)
    return StatementId(deterministic_id("statement", *parts))


def _line_item(
    number: int, row: RawRow, match: RowMatch, places: Sequence[FactId | None]
) -> LineItem:
    return LineItem(
        row=number,
        label=row.label,
        section=row.section,
        indent=row.indent,
        concept=match.concept,
        is_total=_TOTAL.search(row.label) is not None,
        facts=tuple(places),
    )


def _fact(
    place: _Place, row: RawRow, cell: RawCell, match: RowMatch, column: tuple[RawColumn, Period]
) -> Fact:
    raw, report = place.raw, place.report
    period = _period_of(row, match, column[1])
    return Fact(
        fact_id=FactId(deterministic_id("fact", place.statement_id, place.row, place.column)),
        report_id=report.report_id,
        statement_id=place.statement_id,
        statement=raw.kind,
        row=place.row,
        column=place.column,
        label=row.label,
        concept=match.concept,
        candidates=match.candidates,
        period=period,
        value=cell.number * match.scale * match.sign,
        printed_value=cell.number,
        unit=match.unit,
        currency=raw.currency,
        scale=match.scale,
        decimals=cell.decimals,
        basis=raw.basis,
        scenario=column[0].scenario,
        member=column[0].member,
        confidence=_confidence(raw, cell, match, column[0]),
        source=SourceRef(
            report_id=report.report_id,
            document=report.name,
            page=cell.page,
            sheet=raw.sheet,
            cell=cell.cell,
            boxes=cell.boxes,
            label_boxes=row.label_boxes,
            printed=cell.printed,
            formula=cell.formula,
            recognised=cell.recognised,
        ),
    )


def _period_of(row: RawRow, match: RowMatch, period: Period) -> Period:
    """Return the fact's own period: a balance on a cash-flow statement is of its end or beginning."""
    concept = CONCEPTS.get(match.concept or "")
    balance = concept is not None and concept.instant
    if not balance or period.start is None:
        return period
    if _BEGINNING.search(row.label):
        return Period(end=period.start - timedelta(days=1))
    return Period(end=period.end)


def _confidence(
    raw: RawStatement, cell: RawCell, match: RowMatch, column: RawColumn
) -> FactConfidence:
    unit = raw.scale_certainty if match.unit in {Unit.MONEY, Unit.SHARES} else 1.0
    return FactConfidence.believed(
        (
            _value_evidence(cell),
            _evidence("concept", "wording", match.certainty, match.reason or "no rule knows it"),
            _evidence("period", "column heading", column.certainty, f"heading “{column.header}”"),
            _evidence("unit", "unit", unit, _unit_reason(raw, unit)),
        )
    )


def _value_evidence(cell: RawCell) -> ConfidenceEvidence:
    if cell.page is None:
        return _evidence("value", "workbook cell", WORKBOOK_VALUE, "stored in a workbook cell")
    return _evidence("value", "text layer", PDF_VALUE, "read from the page's text layer")


def _unit_reason(raw: RawStatement, certainty: float) -> str:
    if certainty < _PRINTED_FROM:
        return "no unit of the amounts is printed near the table"
    return f"amounts are printed in units of {raw.scale:,}"


@lru_cache(maxsize=4096)  # a column's, a row's and a statement's evidence is that of all its cells
def _evidence(part: Part, name: str, probability: float, reason: str) -> ConfidenceEvidence:
    return ConfidenceEvidence(part=part, name=name, log_odds=log_odds(probability), reason=reason)
