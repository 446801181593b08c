"""Trial balances: accounts down, debit and credit (or opening, movement, closing) across, one day or month."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta

from services.domain.concepts import StatementKind
from services.domain.periods import Period
from services.domain.reports import ColumnKind, Scenario
from services.extraction.model import RawColumn
from services.extraction.sheet_headers import HeaderPart, squashed
from services.extraction.sheet_periods import ASSUMED, Dated, context_of, duration, periods_of
from services.extraction.sheet_roles import (
    Moment,
    Reach,
    Side,
    heads_labels,
    ledger_moments,
    ledger_side,
    moment_in,
)
from services.extraction.sheet_tables import SheetColumn, SheetTable, TableRow

_TITLE = re.compile(
    r"\btrial[\s\-]?balances?\b|\baccount balances?\b|\bgeneral ledger balances?\b|\btb\b"
)
_POSTINGS = re.compile(r"\bjournals?\b|\btransactions?\b|\bbank statement\b|\bpostings?\b")
_ROWS_LOOKED_AT = 200
_MONTHS_OF_A_YEAR = 12


def is_ledger(table: SheetTable, titles: Sequence[str]) -> bool:
    """Whether a table lists balances of accounts: by title, by debit beside credit, or by codes and balances.

    A list of postings, where each row has its own day, is none.
    """
    words = " ".join(squashed(title) for title in titles)
    rows = table.rows[:_ROWS_LOOKED_AT]
    if _POSTINGS.search(words) or _most(row.dated for row in rows):
        return False
    if _TITLE.search(words) or {column.part.side for column in table.columns} >= set(Side):
        return True
    moments = {column.part.moment for column in table.columns}
    return {Moment.OPENING, Moment.CLOSING} <= moments and _most(bool(row.code) for row in rows)


def _most(hits: Iterable[bool]) -> bool:
    counted = list(hits)
    return 2 * sum(counted) > len(counted)


def ledger_columns(table: SheetTable, title: HeaderPart) -> tuple[SheetTable, list[RawColumn]]:
    """Return the table with all its headed columns of amounts, and those with period, side and heading."""
    every = sorted((*table.columns, *table.others), key=lambda column: column.column)
    columns = [c for c in every if c.header and not heads_labels(squashed(c.header))]
    moments = ledger_moments([squashed(column.header) for column in columns])
    if moment_in(squashed(" ".join(table.titles))) is Moment.MOVEMENT:
        moments = [moment or Moment.MOVEMENT for moment in moments]
    parts = [
        replace(column.part, moment=moment) for column, moment in zip(columns, moments, strict=True)
    ]
    ends = periods_of(
        [replace(part, reach=None, moment=Moment.CLOSING) for part in parts],
        context_of(StatementKind.BALANCE, replace(title, reach=None), parts),
    )
    whole = replace(
        table, columns=tuple(columns), others=tuple(c for c in every if c not in columns)
    )
    return whole, [
        _column(column, part, _dated(part, title, end))
        for column, part, end in zip(columns, parts, ends, strict=True)
    ]


def _column(column: SheetColumn, part: HeaderPart, dated: Dated) -> RawColumn:
    period, certainty = dated
    credit = ledger_side(squashed(column.header)) is Side.CREDIT
    return RawColumn(
        header=column.header,
        kind=ColumnKind.PERCENT if part.kind is ColumnKind.PERCENT else ColumnKind.VALUE,
        period=period,
        certainty=certainty,
        scenario=part.scenario or Scenario.ACTUAL,
        sign=-1 if credit else 1,
    )


def _dated(part: HeaderPart, title: HeaderPart, closing: Dated) -> Dated:
    """Return the period of a column: closing balances are of the last day, opening ones of the day before.

    Sides and balances are of the last day too, unless a length is stated. How long a movement lasted is
    assumed to be a year where neither header nor title says it.
    """
    end, certainty = closing
    stated = part.months or title.months
    if end is None or part.moment is Moment.CLOSING:
        return closing
    if part.moment is None:
        return (end if stated is None else duration(end.end, stated)), certainty
    months = stated or _months_named(part, title, end)
    movement = duration(end.end, months or _MONTHS_OF_A_YEAR)
    certainty = min(certainty, ASSUMED) if months is None else certainty
    if part.moment is Moment.MOVEMENT or movement.start is None:
        return movement, certainty
    return Period(end=movement.start - timedelta(days=1)), certainty


def _months_named(part: HeaderPart, title: HeaderPart, end: Period) -> int | None:
    """Return the length of the month, quarter or year that is named, None where only a day is."""
    if Reach.YEAR_TO_DATE in {part.reach, title.reach}:
        return end.end.month
    named = part if part.says_when else title
    if named.instant or named.end is not None:
        return None
    if named.month is not None:
        return 1
    if named.quarter is not None:
        return 3
    return 6 if named.half is not None else _MONTHS_OF_A_YEAR


def ledger_label(row: TableRow) -> str:
    """Return an account as printed: its code and its name."""
    return f"{row.code} {row.label}".strip()
