"""Printed statements and what their rows mean, assembled to a statement and its facts."""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from services.domain.concepts import CONCEPTS, StatementKind, Unit
from services.domain.confidence import FactConfidence
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
from services.extraction.evidence import evidence_of
from services.extraction.model import (
    RawCell,
    RawColumn,
    RawRow,
    RawStatement,
    RowMatch,
)

_SHARE_OF_WHOLE = RowMatch(None, Unit.PURE, 1, reason="a percentage beside the amount")
_TOTAL = re.compile(
    r"^\W*(?:grand |sub[ -]?)?totals?\b|^\W*net cash (?:provided|used|flow|from)", re.IGNORECASE
)
_BEGINNING = re.compile(r"\bbeginning\b|\bbegin\b|\bopening\b|\bstart of\b", re.IGNORECASE)


class Kept(NamedTuple):
    """A printed column that gives facts: its place among all, the column, and its period."""

    at: int
    column: RawColumn
    period: Period


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
        Kept(index, column, column.period)
        for index, column in enumerate(raw.columns)
        if column.gives_facts and column.period is not None
    ]
    maker = _FactMaker(raw, statement_id, report)
    facts: list[Fact] = []
    items: list[LineItem] = []
    for number, (row, match) in enumerate(zip(raw.rows, matches, strict=True)):
        cells = maker.facts(number, row, match, kept)
        facts += [fact for fact in cells if fact is not None]
        places = [None if fact is None else fact.fact_id for fact in cells]
        is_total = _TOTAL.search(row.label) is not None or _is_unlabelled_total(raw, row)
        items.append(_line_item(number, row, match, places, is_total))
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
        columns=tuple(_heading(column.column, column.period) for column in kept),
        rows=tuple(items),
        numbers_printed=raw.printed,
        numbers_read=sum(1 for row in raw.rows for cell in row.cells if cell and not cell.nil),
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
    first = raw.rows[0] if raw.rows else None
    label = first.label if first else ""
    cells = [cell.cell for cell in first.cells if cell is not None and cell.cell] if first else []
    parts = (report.report_id, raw.kind, raw.basis, raw.pages, raw.sheet, columns, label, *cells)
    return StatementId(deterministic_id("statement", *parts))


def _is_unlabelled_total(raw: RawStatement, row: RawRow) -> bool:
    """Whether the row is the sum that a trial balance prints below its accounts without a word."""
    return raw.kind is StatementKind.TRIAL_BALANCE and not row.label


def _line_item(
    number: int,
    row: RawRow,
    match: RowMatch,
    places: Sequence[FactId | None],
    is_total: bool,
) -> LineItem:
    return LineItem(
        row=number,
        label=row.label,
        section=row.section,
        indent=row.indent,
        concept=match.concept,
        is_total=is_total,
        facts=tuple(places),
    )


class _FactMaker:
    """Makes the facts of one statement; what the facts of one column and meaning share is made once."""

    def __init__(self, raw: RawStatement, statement_id: StatementId, report: Report) -> None:
        self._raw, self._report = raw, report
        self._statement_id = statement_id
        self._prefix = f"fact{statement_id.removeprefix('statement')}"
        self._in_sheet = SourceRef(
            report_id=report.report_id, document=report.name, sheet=raw.sheet, printed=""
        )
        self._meanings: dict[RowMatch, int] = {}
        self._alike: dict[tuple[object, ...], tuple[Fact, int]] = {}

    def facts(
        self, number: int, row: RawRow, match: RowMatch, kept: Sequence[Kept]
    ) -> list[Fact | None]:
        """Return the facts of one row's cells in the columns kept, None where nothing is printed."""
        meaning = self._meanings.setdefault(match, len(self._meanings))
        begins = match.concept is not None and _BEGINNING.search(row.label) is not None
        found: list[Fact | None] = []
        for place, column in enumerate(kept):
            cell = row.cells[column.at]
            if cell is None:
                found.append(None)
                continue
            key = (place, meaning, begins, row.confirmed, cell.certainty, cell.recognised)
            alike = self._alike.get(key)
            if alike is None:
                alike = self._alike[key] = self._first(place, column, row, cell, match)
            like, factor = alike
            printed = cell.number
            own: dict[str, object] = {
                "fact_id": f"{self._prefix}-{number}-{place}",
                "row": number,
                "label": row.label,
                "value": printed if factor == 1 else printed * factor,
                "printed_value": printed,
                "decimals": cell.decimals,
                "source": self._source(row, cell),
            }
            if row.member is not None:
                own["member"] = row.member
            found.append(like.alike(own))
        return found

    def _first(
        self, place: int, kept: Kept, row: RawRow, cell: RawCell, match: RowMatch
    ) -> tuple[Fact, int]:
        """Return a fact with all that others like it share, and what their printed numbers are multiplied by."""
        raw, column = self._raw, kept.column
        meaning = match if column.kind is ColumnKind.VALUE else _SHARE_OF_WHOLE
        like = Fact(
            fact_id=FactId(self._prefix),
            report_id=self._report.report_id,
            statement_id=self._statement_id,
            statement=raw.kind,
            row=0,
            column=place,
            label=row.label,
            concept=meaning.concept,
            candidates=meaning.candidates,
            period=_period_of(row, meaning, kept.period),
            value=cell.number,
            printed_value=cell.number,
            unit=meaning.unit,
            currency=raw.currency,
            scale=meaning.scale,
            decimals=cell.decimals,
            basis=raw.basis,
            scenario=column.scenario,
            member=column.member,
            confidence=FactConfidence.believed(evidence_of(raw, row, cell, meaning, column)),
            source=self._in_sheet,
        )
        return like, meaning.scale * meaning.sign * column.sign

    def _source(self, row: RawRow, cell: RawCell) -> SourceRef:
        if cell.page is None:
            return self._in_sheet.alike(
                {"cell": cell.cell, "printed": cell.printed, "formula": cell.formula}
            )
        return SourceRef(
            report_id=self._report.report_id,
            document=self._report.name,
            page=cell.page,
            boxes=cell.boxes,
            label_boxes=row.label_boxes,
            printed=cell.printed,
            recognised=cell.recognised,
        )


def _period_of(row: RawRow, match: RowMatch, period: Period) -> Period:
    """Return the fact's own period: a balance on a cash-flow statement is of its end or beginning."""
    if match.concept is None:
        return period
    concept = CONCEPTS.get(match.concept)
    balance = concept is not None and concept.instant
    if not balance or period.start is None:
        return period
    if _BEGINNING.search(row.label):
        return Period(end=period.start - timedelta(days=1))
    return Period(end=period.end)
