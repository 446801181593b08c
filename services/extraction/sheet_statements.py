"""One table of a worksheet as a statement: kind, columns with their periods, rows, scale and currency."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from services.domain.concepts import StatementKind
from services.domain.layout import CellKind, SheetCell
from services.domain.reports import Basis, ColumnKind, Scenario
from services.extraction.model import RawColumn, RawRow, RawStatement
from services.extraction.sheet_headers import HeaderPart, member_in, part_of_text, squashed
from services.extraction.sheet_kinds import (
    STATED,
    UNSTATED_LARGE,
    currency_of,
    is_remark,
    kind_of,
    kind_of_title,
    scale_of,
    title_kind,
    unstated_scale_certainty,
)
from services.extraction.sheet_ledger import is_ledger, ledger_columns, ledger_label
from services.extraction.sheet_numbers import currency_of_format, display_of, raw_cell
from services.extraction.sheet_periods import context_of, periods_of
from services.extraction.sheet_roles import Reach, heads_labels, scenario_in
from services.extraction.sheet_tables import SheetTable, TableRow

_MAX_TITLE = 200
_LABELS_READ = 1_000  # a statement's usual rows stand among its first ones
_DUPLICATE_CERTAINTY = 0.5
CLOSED_AHEAD = 31
"""Days that a period may still have to go when its figures are written down as actual."""
_SHORTENED = 0.1  # of a table's cells: percentages and counts stand beside amounts in thousands
_HOLDING = {CellKind.NUMBER, CellKind.ERROR}


@dataclass(frozen=True, slots=True)
class ReadTable:
    """A table of a sheet and the statement that was read from it.

    ``planned`` are the headings of columns taken for forecasts because of when the workbook was saved.
    """

    table: SheetTable
    raw: RawStatement
    planned: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """What holds for all tables of a sheet.

    ``head`` are the titles at its top: unit and date stand there for all its tables. ``saved`` is the day
    the workbook was last saved: what ends later is planned and not actual.
    """

    name: str
    head: Sequence[str] = ()
    saved: date | None = None


def split_at_titles(table: SheetTable) -> Iterator[SheetTable]:
    """Yield a table per statement where several stand under one header."""
    if title_kind(table.titles) is StatementKind.OTHER:
        yield table
        return
    starts = [index for index, row in enumerate(table.rows) if _is_title(row, table)]
    for start, end in pairwise([-1, *starts, len(table.rows)]):
        own = (table.rows[start].label,) if start >= 0 else ()
        if end > start + 1:
            yield replace(table, titles=(*table.titles, *own), rows=table.rows[start + 1 : end])


def _is_title(row: TableRow, table: SheetTable) -> bool:
    if table.has_numbers(row) or "[" in row.label:
        return False
    return kind_of_title(row.label) not in {None, StatementKind.OTHER}


def statement_of(table: SheetTable, sheet: Sheet) -> ReadTable | None:
    """Return the statement of a table, None when it holds no dated values."""
    titles = (sheet.name, *table.titles)
    title = _title_part(titles)
    if not title.says_when:
        title = title.over(replace(_title_part(sheet.head), scenario=None, reach=None))
    if is_ledger(table, titles):
        kind = StatementKind.TRIAL_BALANCE
        table, columns = ledger_columns(table, title)
    else:
        kind = kind_of(titles, [row.label for row in table.rows[:_LABELS_READ]])
        columns = _columns(table, kind, title)
    planned = [column.header for column in columns if _is_planned(column, sheet.saved)]
    columns = [
        replace(column, scenario=Scenario.FORECAST) if column.header in planned else column
        for column in columns
    ]
    if not _is_statement(kind, columns, table):
        return None
    values = _values(table)
    texts = (*reversed(titles), *(column.header for column in table.columns), *reversed(sheet.head))
    scale, certainty = _scale(values, texts, booked=kind is StatementKind.TRIAL_BALANCE)
    raw = RawStatement(
        kind=kind,
        title=_title(table.titles) or sheet.name,
        columns=tuple(columns),
        rows=tuple(_rows(table, coded=kind is StatementKind.TRIAL_BALANCE)),
        scale=scale,
        scale_certainty=certainty,
        currency=_currency(values, texts),
        basis=_basis(titles),
        sheet=sheet.name,
    )
    return ReadTable(table, raw, tuple(planned))


def _columns(table: SheetTable, kind: StatementKind, title: HeaderPart) -> list[RawColumn]:
    parts = [column.part for column in table.columns]
    periods = periods_of(parts, context_of(kind, title, parts))
    columns = [
        RawColumn(
            header=column.header,
            kind=column.part.kind or ColumnKind.VALUE,
            period=period,
            certainty=certainty,
            scenario=column.part.scenario or title.scenario or Scenario.ACTUAL,
        )
        for column, (period, certainty) in zip(table.columns, periods, strict=True)
    ]
    return _told_apart(columns)


def _is_planned(column: RawColumn, saved: date | None) -> bool:
    """Whether a column of no stated scenario was far from over when the workbook was saved."""
    if saved is None or column.period is None or column.scenario is not Scenario.ACTUAL:
        return False
    ahead = (column.period.end - saved).days > CLOSED_AHEAD
    return ahead and scenario_in(squashed(column.header)) is None


def _title(titles: Sequence[str]) -> str:
    """Return the titles as one line, without remarks and the headings of the label columns at their end."""
    told = list(titles)
    while told and heads_labels(squashed(told[-1])):
        told.pop()
    named = [title for title in told if not is_remark(title)]
    return " - ".join(dict.fromkeys(named))[:_MAX_TITLE]


def _title_part(titles: Iterable[str]) -> HeaderPart:
    """What the titles say of all columns; a title of budget and actual says neither."""
    part = HeaderPart()
    for title in titles:
        said = part_of_text(title)
        reach = None if said.reach is Reach.TOTAL else said.reach
        part = replace(said.when, reach=reach).over(part)
    words = " ".join(squashed(title) for title in titles)
    one_scenario = "actual" not in words and ("budget" in words or "forecast" in words)
    return part if one_scenario else replace(part, scenario=None)


def _basis(titles: Iterable[str]) -> Basis:
    words = " ".join(squashed(title) for title in titles)
    return "pro-forma" if "pro forma" in words else "consolidated"


def _is_statement(kind: StatementKind, columns: Sequence[RawColumn], table: SheetTable) -> bool:
    """Whether there are dated values: at least two rows, and a period (or a kind known without one)."""
    dated = any(c.period is not None and c.kind is ColumnKind.VALUE for c in columns)
    if not dated and kind is StatementKind.OTHER:
        return False
    rows = (row for row in table.rows if table.has_numbers(row))
    return next(rows, None) is not None and next(rows, None) is not None


def _told_apart(columns: Sequence[RawColumn]) -> list[RawColumn]:
    """Name the parts that columns of one period and scenario are of; doubt those that name none.

    'East 2024' and 'West 2024' are two parts; 'Group 2024' beside them is the whole.
    """
    claims = Counter(map(_claim, columns))
    shared = [(claim := _claim(column)) is not None and claims[claim] > 1 for column in columns]
    named = [
        replace(column, member=member_in(column.header)) if among else column
        for column, among in zip(columns, shared, strict=True)
    ]
    again = Counter((_claim(column), column.member) for column in named)
    return [
        replace(column, certainty=min(column.certainty, _DUPLICATE_CERTAINTY))
        if among and again[(_claim(column), column.member)] > 1
        else column
        for column, among in zip(named, shared, strict=True)
    ]


def _claim(column: RawColumn) -> tuple[Scenario, date | None, date] | None:
    if column.kind is not ColumnKind.VALUE or column.period is None:
        return None
    return column.scenario, column.period.start, column.period.end


def _rows(table: SheetTable, coded: bool) -> Iterator[RawRow]:
    section: str | None = None
    places = [column.column for column in table.columns]
    for row in table.rows:
        found = map(row.cells.get, places)
        cells = tuple([None if cell is None else raw_cell(cell) for cell in found])
        label = ledger_label(row) if coded else row.label
        if any(cells):
            yield RawRow(label, cells, section, row.indent)
        elif label and not any(cell.kind in _HOLDING for cell in row.cells.values()):
            section = label


def _values(table: SheetTable) -> list[SheetCell]:
    places = [column.column for column in table.columns if column.part.kind is None]
    found = (row.cells.get(place) for row in table.rows for place in places)
    return [cell for cell in found if cell is not None and cell.number is not None]


def _scale(values: Sequence[SheetCell], texts: Sequence[str], booked: bool) -> tuple[int, float]:
    """Return scale and certainty: formats that show thousands mean that the cells hold whole units.

    ``booked`` amounts of accounts are in units where nothing else is said.
    """
    formats = Counter([cell.number_format for cell in values])
    shortened = sum(count for text, count in formats.items() if display_of(text).thousands)
    if shortened and shortened >= _SHORTENED * formats.total():
        return 1, STATED
    stated = scale_of(texts)
    if stated is not None:
        return stated, STATED
    if booked:
        return 1, UNSTATED_LARGE
    largest = max((abs(float(cell.number or 0)) for cell in values), default=0.0)
    return 1, unstated_scale_certainty(largest)


def _currency(values: Sequence[SheetCell], texts: Sequence[str]) -> str:
    formats = dict.fromkeys([cell.number_format for cell in values])
    sign = next((found for text in formats if (found := currency_of_format(text))), "")
    return currency_of((*texts, sign)) or "USD"
