"""Statements of parts: where a workbook shows one statement several times, which is of the whole."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from services.domain.reports import ColumnKind, Scenario
from services.extraction.model import RawStatement
from services.extraction.sheet_headers import member_in, says_whole, squashed
from services.extraction.sheet_statements import ReadTable

_STATEMENT_WORDS = re.compile(
    r"\b(?:(?:un)?audited|condensed|management|monthly|quarterly|annual|yearly|summary|detail(?:ed|s)?)\b"
    r"|\b(?:statements? of (?:income|operations|earnings|profit (?:or|and) loss|financial position|cash flows?)"
    r"|(?:income|cash ?flows?) statements?|profit (?:and|&) loss|p ?& ?l|balance sheets?|cash ?flows?|accounts"
    r"|is|bs|cf|cfs|pnl|pl)\b",
    re.IGNORECASE,
)
_WORDS_OF_A_NAME = 8
_UNNAMED_SHEET = re.compile(r"(?:sheet|tabelle|feuil|hoja)\s?\d+\Z", re.IGNORECASE)
_SAME = Decimal("0.005")

Claim = tuple[Scenario, date | None, date]
Amounts = dict[tuple[Claim, str], Decimal]


def named_parts(reads: Sequence[ReadTable]) -> list[ReadTable]:
    """Return the tables with the parts named that statements of the same kind and period are of.

    Two income statements of one month that differ cannot both be the company's: what sets their titles
    apart names the parts ('North', 'South'); one that names nothing, or the group, is the whole.
    """
    amounts = [_amounts(read.raw) for read in reads]
    named = list(reads)
    for place, read in enumerate(reads):
        rivals = [
            other
            for other, beside in enumerate(reads)
            if other != place
            and read.raw.kind.is_primary
            and beside.raw.kind is read.raw.kind
            and _differ(amounts[place], amounts[other])
        ]
        name = _name(read, [reads[other] for other in rivals]) if rivals else None
        if name is not None:
            named[place] = replace(read, raw=_of_part(read.raw, name))
    return named


def _amounts(raw: RawStatement) -> Amounts:
    """Return what a statement says of the whole: amounts by period, scenario and wording."""
    if not raw.kind.is_primary:
        return {}
    claims = list(_claims(raw))
    return {
        (claim, squashed(row.label)): cell.number * raw.scale
        for row in raw.rows
        for place, claim in claims
        if (cell := row.cells[place]) is not None
    }


def _claims(raw: RawStatement) -> Iterator[tuple[int, Claim]]:
    for place, column in enumerate(raw.columns):
        if column.kind is ColumnKind.VALUE and column.period is not None and column.member is None:
            yield place, (column.scenario, column.period.start, column.period.end)


def _differ(one: Amounts, other: Amounts) -> bool:
    """Whether most amounts that both state are not the same."""
    shared = one.keys() & other.keys()
    apart = sum(abs(one[key] - other[key]) > _SAME * abs(one[key]) for key in shared)
    return apart * 2 > len(shared)


def _name(read: ReadTable, rivals: Sequence[ReadTable]) -> str | None:
    """Return the part that a title names which no rival has, None where the whole or nothing is named."""
    taken = {text for rival in rivals for text in _titles(rival)}
    own = [text for text in _titles(read) if text not in taken]
    if any(map(says_whole, own)):
        return None
    names = (member_in(_STATEMENT_WORDS.sub(" ", text)) for text in own)
    return next((name for name in names if name is not None), None)


def _titles(read: ReadTable) -> tuple[str, ...]:
    """Return the texts that can name a part: the sheet, then the title nearest to the table."""
    texts = (read.raw.sheet or "", *reversed(read.table.titles))
    return tuple(
        text
        for text in texts
        if len(text.split()) <= _WORDS_OF_A_NAME and not _UNNAMED_SHEET.match(text)
    )


def _of_part(raw: RawStatement, name: str) -> RawStatement:
    columns = (
        replace(column, member=f"{name}, {column.member}" if column.member else name)
        for column in raw.columns
    )
    return replace(raw, columns=tuple(columns))
