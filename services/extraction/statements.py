"""Located pages to statements as printed: tables chosen, periods and unit resolved, pages joined."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from services.domain.concepts import StatementKind
from services.domain.layout import PageLayout
from services.domain.periods import Period
from services.domain.reports import Basis, ColumnKind
from services.extraction.lines import lines_of
from services.extraction.locate import Located
from services.extraction.model import RawColumn, RawStatement
from services.extraction.periods import Calendar, Hint, read_hint, resolve
from services.extraction.rows import raw_rows
from services.extraction.side_by_side import in_reading_order
from services.extraction.tables import Table, tables_of
from services.extraction.titles import squash, title_kinds
from services.extraction.units import currency_in, scale_in

_DELTA = re.compile(r"change|inc\.?\b|increase|decrease|variance|\bdiff", re.IGNORECASE)
_PERCENT = re.compile(r"%|percent|\bpct\b", re.IGNORECASE)
_SHARE_OF = re.compile(
    r"\(?as a percent|percentages? of (?:total |net )?(?:revenue|sales)", re.IGNORECASE
)
_TITLE_LINES = 5
_NOTE = re.compile(r"^\s*notes?\s*$", re.IGNORECASE)
_PARENT = re.compile(r"parent|condensedfinancialinformationof|schedulei(?![iv])")
_GUARANTOR = re.compile(r"guarantor|consolidating")
_PRO_FORMA = re.compile(r"proforma")
_TITLE_REACH = 14
_CERTAIN_SCALE, _BORROWED_SCALE, _UNKNOWN_SCALE = 0.995, 0.9, 0.5
_SHARED_PERIOD = 0.6
_EVIDENCE: dict[StatementKind, re.Pattern[str]] = {
    StatementKind.INCOME: re.compile(
        r"netincome|netearnings|netloss|revenue|netsales|costof|beforeincometax|pershare|incometax"
        r"|operatingincome"
    ),
    StatementKind.BALANCE: re.compile(
        r"totalassets|currentassets|currentliabilities|accountspayable|retainedearnings|totalliabilities"
        r"|receivable|totalequity|stockholders|shareholders|goodwill|accumulated"
    ),
    StatementKind.CASH_FLOW: re.compile(
        r"activities|depreciation|netchange|deferred|proceeds|repurchase|purchasesof|paymentsof|repayment"
        r"|dividends|endof|beginningof|cashpaid|issuance"
    ),
}


@dataclass(frozen=True, slots=True)
class Orphan:
    """Numbers of a row that stand in no column."""

    page: int
    label: str
    printed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReadStatement:
    """A statement as printed and the numbers that found no column."""

    raw: RawStatement
    orphans: tuple[Orphan, ...] = ()


def read_statements(
    pages: Mapping[int, PageLayout], located: Located, calendar: Calendar
) -> list[ReadStatement]:
    """Return the statements of the located pages in document order, continued pages joined."""
    tables = {number: _page_tables(page) for number, page in pages.items()}
    read: list[ReadStatement] = []
    for kind, numbers in located.primary.items():
        found = [
            statement_of(kind, table, calendar, "consolidated")
            for number in numbers
            for table in _tables_of_kind(tables[number], kind, number == numbers[0])
        ]
        read.extend(_joined(found))
    for place in located.others:
        basis = _basis(pages[place.page])
        chosen = _tables_of_kind(tables[place.page], place.kind, True)
        found = [statement_of(place.kind, table, calendar, basis) for table in chosen]
        read.extend(_joined(found))
    read = _with_scales(_legible(read))
    return sorted(read, key=lambda statement: statement.raw.pages)


def _legible(read: Sequence[ReadStatement]) -> list[ReadStatement]:
    """Leave out tables without rows, and headless tables of a kind that was read elsewhere."""
    dated = {s.raw.kind for s in read if _has_amounts(s.raw)}
    return [s for s in read if s.raw.rows and (_has_amounts(s.raw) or s.raw.kind not in dated)]


def _has_amounts(raw: RawStatement) -> bool:
    return any(c.kind is ColumnKind.VALUE and c.period is not None for c in raw.columns)


def _page_tables(page: PageLayout) -> list[Table]:
    return tables_of(in_reading_order(lines_of(page)), page.number, page.width)


def _basis(page: PageLayout) -> Basis:
    """Return whose numbers a further set shows, from the words at the top of its page."""
    head = squash(" ".join(word.text for word in page.words[:90]))
    if _PARENT.search(head):
        return "parent-only"
    if _GUARANTOR.search(head):
        return "guarantor"
    return "pro-forma" if _PRO_FORMA.search(head) else "unknown"


def _tables_of_kind(tables: Sequence[Table], kind: StatementKind, first: bool) -> list[Table]:
    """Return the tables that show the kind: the one its title is nearest to, and what continues it.

    A table between the title of another statement and its end is left to that statement.
    """
    del first
    current: StatementKind | None = None
    chosen = []
    for table in tables:
        titled = [k for line in table.above[-_TITLE_REACH:] for k in title_kinds(line.text)]
        current = titled[-1] if titled else current
        if kind in titled or (current in {None, kind} and (_shows(table, kind) or table.note)):
            chosen.append(table)
            current = kind
    if chosen:
        return chosen
    return sorted(tables, key=lambda table: -_evidence(table, kind))[:1]


def _shows(table: Table, kind: StatementKind) -> bool:
    return _evidence(table, kind) >= max(2, 0.15 * len(table.rows))


def _evidence(table: Table, kind: StatementKind) -> int:
    labels = [squash(" ".join(word.text for word in row.label)) for row in table.rows]
    return sum(1 for label in labels if _EVIDENCE[kind].search(label))


def statement_of(
    kind: StatementKind, table: Table, calendar: Calendar, basis: Basis
) -> ReadStatement:
    """Return a table as a statement of its kind: columns with their periods, rows, unit, title."""
    kinds = [_column_kind(table, index) for index in range(len(table.columns))]
    hints = [
        read_hint(header if column is not ColumnKind.DELTA else "")
        for header, column in zip(table.headers, kinds, strict=True)
    ]
    context = " ".join(line.text for line in table.above[-8:])
    periods = _shared_with_percentages(
        kinds, _distinct(kinds, hints, resolve(hints, kind, context, calendar))
    )
    columns = tuple(
        RawColumn(header, column, period, certainty)
        for header, column, (period, certainty) in zip(table.headers, kinds, periods, strict=True)
    )
    scale = _scale(table)
    raw = RawStatement(
        kind=StatementKind.OTHER if table.note else kind,
        title=table.above[0].text if table.note else _title(table, kind),
        columns=columns,
        rows=raw_rows(table),
        scale=scale or 1,
        scale_certainty=_CERTAIN_SCALE if scale else _UNKNOWN_SCALE,
        currency=_currency(table),
        basis=basis,
        pages=(table.page,),
        headings=tuple(row.line.text for row in table.rows if not row.has_cells),
    )
    orphans = tuple(
        Orphan(table.page, " ".join(w.text for w in row.label), tuple(t.text for t in row.orphans))
        for row in table.rows
        if row.orphans
    )
    return ReadStatement(raw, orphans)


def _shared_with_percentages(
    kinds: Sequence[ColumnKind], resolved: Sequence[tuple[Period | None, float]]
) -> list[tuple[Period | None, float]]:
    """Give a percentage without a heading of its own the period of the amounts left of it."""
    shared: list[tuple[Period | None, float]] = []
    amounts: tuple[Period | None, float] = (None, 0.0)
    for kind, (period, certainty) in zip(kinds, resolved, strict=True):
        if kind is ColumnKind.VALUE:
            amounts = period, certainty
        own = period is not None or kind is not ColumnKind.PERCENT
        shared.append((period, certainty) if own else amounts)
    return shared


def _distinct(
    kinds: Sequence[ColumnKind],
    hints: Sequence[Hint],
    resolved: Sequence[tuple[Period | None, float]],
) -> list[tuple[Period | None, float]]:
    """Doubt periods that two columns of amounts share; one whose year was only guessed is unknown."""
    periods = [
        period if kind is ColumnKind.VALUE else None
        for kind, (period, _) in zip(kinds, resolved, strict=True)
    ]
    distinct: list[tuple[Period | None, float]] = []
    for hint, (period, certainty) in zip(hints, resolved, strict=True):
        if period is None or periods.count(period) <= 1:
            distinct.append((period, certainty))
        elif hint.year is None:
            distinct.append((None, 0.0))
        else:
            distinct.append((period, certainty * _SHARED_PERIOD))
    return distinct


def _column_kind(table: Table, index: int) -> ColumnKind:
    header = table.headers[index]
    cells = [row.cells[index] for row in table.rows]
    numbers = [cell.number for cell in cells if cell is not None and cell.number is not None]
    percents = sum(1 for number in numbers if number.percent)
    if _NOTE.match(header):
        return ColumnKind.DELTA
    if any(_SHARE_OF.search(line.text) for line in table.above[-_TITLE_LINES:]):
        return ColumnKind.PERCENT
    if (numbers and percents > 0.5 * len(numbers)) or _PERCENT.search(header):
        return ColumnKind.PERCENT
    return ColumnKind.DELTA if _DELTA.search(header) else ColumnKind.VALUE


def _unit_texts(table: Table) -> list[str]:
    """Return the lines that may name the unit, nearest to the header first."""
    header = [line.text for line in table.header]
    above = [line.text for line in reversed(table.above[-8:])]
    below = [row.line.text for row in table.rows[:3] if not row.has_cells]
    return [" ".join(header), " ".join(table.headers), *above, *below]


def _scale(table: Table) -> int | None:
    texts = _unit_texts(table)
    joined = [f"{b} {a}" for a, b in pairwise(texts)]
    return next((scale for text in [*texts, *joined] if (scale := scale_in(text))), None)


def _currency(table: Table) -> str:
    signs = [cell.text for row in table.rows for cell in row.cells if cell is not None]
    named = currency_in([*_unit_texts(table), *signs])
    return named or "USD"


def _title(table: Table, kind: StatementKind) -> str:
    """Return the title line, the owner before it and the unit behind it."""
    lines = [line.text for line in table.above[-_TITLE_REACH:]]
    titled = [index for index, line in enumerate(lines) if kind in title_kinds(line)]
    title = lines[titled[-1]] if titled else kind.value.replace("_", " ").capitalize()
    unit = next((text for text in _unit_texts(table) if scale_in(text)), "")
    unit = re.sub(r"\s(?:19|20)\d\d.*$", "", unit)
    return f"{title} {unit}".strip() if unit and unit not in title else title


def _joined(found: Sequence[ReadStatement]) -> list[ReadStatement]:
    """Join a table to the one before it when it goes on with the same columns."""
    joined: list[ReadStatement] = []
    for statement in found:
        if joined and _goes_on(joined[-1].raw, statement.raw):
            joined[-1] = _merge(joined[-1], statement)
        else:
            joined.append(statement)
    return joined


def _values(raw: RawStatement) -> list[tuple[ColumnKind, Period | None]]:
    return [(column.kind, column.period) for column in raw.columns]


def _goes_on(first: RawStatement, second: RawStatement) -> bool:
    if len(first.columns) != len(second.columns) or first.kind is not second.kind:
        return False
    headless = all(column.header == "" for column in second.columns)
    return headless or _values(first) == _values(second)


def _merge(first: ReadStatement, second: ReadStatement) -> ReadStatement:
    one, two = first.raw, second.raw
    known = one.scale_certainty >= two.scale_certainty
    raw = replace(
        one,
        rows=(*one.rows, *two.rows),
        pages=tuple(sorted({*one.pages, *two.pages})),
        headings=(*one.headings, *two.headings),
        scale=one.scale if known else two.scale,
        scale_certainty=max(one.scale_certainty, two.scale_certainty),
    )
    return ReadStatement(raw, (*first.orphans, *second.orphans))


def _with_scales(read: Sequence[ReadStatement]) -> list[ReadStatement]:
    """Let a statement without a unit borrow that of its neighbours, when they agree."""
    known = [s.raw.scale for s in read if s.raw.scale_certainty > _UNKNOWN_SCALE]
    if len(set(known)) != 1:
        return list(read)
    return [
        statement
        if statement.raw.scale_certainty > _UNKNOWN_SCALE
        else replace(
            statement,
            raw=replace(statement.raw, scale=known[0], scale_certainty=_BORROWED_SCALE),
        )
        for statement in read
    ]
