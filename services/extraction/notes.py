"""Tables of the notes that analyses need, each accepted only where it ties to the primary statements.

Debt maturities are told by the words above them, retained earnings by their amounts; a table of segments,
taxes, interest, shares or cash paid must agree with what the statements print, so that a look-alike is never
taken for the real one.
"""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from services.domain.concepts import StatementKind
from services.domain.layout import PageLayout
from services.domain.periods import Period
from services.domain.reports import ColumnKind
from services.extraction.known import Known
from services.extraction.matching import match_statement
from services.extraction.model import RawCell, RawRow, RawStatement, RowMatch
from services.extraction.note_equity import equity_pages, retained_earnings
from services.extraction.note_maturities import debt_maturities
from services.extraction.note_non_gaap import reconciliation, reconciliation_pages
from services.extraction.note_places import note_places
from services.extraction.note_tables import as_note, note_tables, shows
from services.extraction.periods import Calendar
from services.extraction.tables import Table
from services.ports import DocumentReader

Note = tuple[RawStatement, tuple[RowMatch, ...]]
"""A table of the notes with the meanings of its rows."""

_ROUNDS = 2
_GIVES = {
    StatementKind.EARNINGS_PER_SHARE: ("shares_basic_wavg", "shares_diluted_wavg"),
    StatementKind.INTEREST: ("interest_expense",),
    StatementKind.SUPPLEMENTAL_CASH_FLOW: ("interest_paid", "income_taxes_paid"),
}
"""What a kind is read for: it is not looked for where the statements print all of it."""
_ALWAYS = (
    StatementKind.DEBT_MATURITIES,
    StatementKind.SEGMENTS,
    StatementKind.TAX_RECONCILIATION,
)
_SHARES = re.compile(r"average.*shares|shares.*average|average number|shares outstanding", re.I)
_INTEREST = re.compile(r"^\W*(?:total )?interest expense", re.I)
_ELSEWHERE = re.compile(
    r"segment|lease|pension|benefit|parent|guarantor|pro forma|quarter(?:ly)?\b.*unaudited|subsidiar",
    re.I,
)
_PAID = re.compile(r"\bpaid\b|payments?", re.I)
_STATUTORY = re.compile(r"statutory", re.I)
_TOTAL = re.compile(r"^\W*(?:total|consolidated|net (?:sales|revenues?)|revenues?|sales)\b", re.I)
_SEGMENT = re.compile(r"segment", re.I)
_MEASURE = re.compile(
    r"\b(?:sales|revenues?|income|profit|loss|earnings|expenses?|assets|depreciation|costs?)\b",
    re.I,
)
_WHOLE = re.compile(r"^\W*(?:total|consolidated|group)\b", re.I)
_RATE_SLACK, _SHARE_SLACK = Decimal("0.15"), Decimal("0.02")
_FEWEST_PARTS = 2


@dataclass(frozen=True, slots=True)
class Notes:
    """What reads the notes of one document: its page texts, what is known already, its calendar."""

    texts: Sequence[str]
    taken: Collection[int]
    known: Known
    calendar: Calendar

    def read(self, document: DocumentReader) -> list[Note]:
        """Return the accepted tables in document order, at most one of a kind."""
        wanted = {kind for kind, concepts in _GIVES.items() if self.known.lacks(concepts)}
        places = note_places(self.texts, self.taken, {*wanted, *_ALWAYS})
        places[StatementKind.RETAINED_EARNINGS] = equity_pages(self.texts, self.known)
        places[StatementKind.NON_GAAP] = reconciliation_pages(self.texts, self.known)
        found: dict[StatementKind, Note] = {}
        for turn in range(_ROUNDS):
            asked = {
                kind: pages[turn]
                for kind, pages in places.items()
                if kind not in found and turn < len(pages)
            }
            numbers = sorted(set(asked.values()))
            layouts = {page.number: page for page in document.page_words(numbers)} if asked else {}
            for kind, number in asked.items():
                note = self._note(kind, layouts[number])
                if note is not None:
                    found[kind] = note
        return sorted(found.values(), key=lambda note: note[0].pages)

    def _note(self, kind: StatementKind, layout: PageLayout) -> Note | None:
        raw = self._raw(kind, layout)
        return None if raw is None else self._matched(raw)

    def _raw(self, kind: StatementKind, layout: PageLayout) -> RawStatement | None:
        if kind is StatementKind.DEBT_MATURITIES:
            return debt_maturities(layout, self.calendar.period_end)
        if kind is StatementKind.RETAINED_EARNINGS:
            return retained_earnings(layout, self.known)
        if kind is StatementKind.NON_GAAP:
            return reconciliation(layout, self.known, self.calendar)
        read = (_READERS[kind](table, self) for table in note_tables(layout))
        return next((raw for raw in read if raw is not None), None)

    def _matched(self, raw: RawStatement) -> Note:
        """Give the rows their meanings, without those that the statements have already."""
        raw = self.known.with_unit(raw)
        periods = [column.period for column in raw.columns if column.period is not None]
        return raw, tuple(
            replace(match, concept=None)
            if match.concept is not None and self.known.has(match.concept, periods)
            else match
            for match in match_statement(raw)
        )


def _dated(raw: RawStatement, notes: Notes) -> bool:
    """Whether every column of amounts is of a period that the income statement covers."""
    periods = [c.period for c in raw.columns if c.kind is ColumnKind.VALUE]
    return bool(periods) and all(p is not None and p in notes.known.durations for p in periods)


def _numbers(raw: RawStatement, row: RawRow) -> list[tuple[Period, Decimal]]:
    """Return the row's amounts in base units with their periods."""
    return [
        (column.period, cell.number * raw.scale)
        for column, cell in zip(raw.columns, row.cells, strict=True)
        if cell is not None and column.period is not None and column.kind is ColumnKind.VALUE
    ]


def _earnings_per_share(table: Table, notes: Notes) -> RawStatement | None:
    """Accept where EPS × the diluted (or basic) shares gives net income in every period."""
    if not shows(table, (_SHARES,)):
        return None
    raw = notes.known.with_unit(as_note(StatementKind.EARNINGS_PER_SHARE, table, notes.calendar))
    if not _dated(raw, notes):
        return None
    for row, match in zip(raw.rows, match_statement(raw), strict=True):
        side = {"shares_basic_wavg": "eps_basic", "shares_diluted_wavg": "eps_diluted"}.get(
            match.concept or ""
        )
        if side is not None and not _fits(raw, row, match, side, notes.known):
            return None
    return raw


def _fits(raw: RawStatement, row: RawRow, match: RowMatch, eps: str, known: Known) -> bool:
    tried = [
        (known.amount(eps, period), known.amount("net_income", period), number / raw.scale)
        for period, number in _numbers(raw, row)
    ]
    pairs = [(e * n * match.scale, i) for e, i, n in tried if e is not None and i]
    return bool(pairs) and all(
        abs(implied - income) <= max(_SHARE_SLACK * abs(income), abs(implied / 100))
        for implied, income in pairs
    )


def _interest(table: Table, notes: Notes) -> RawStatement | None:
    """Accept a table with one row of gross interest expense, of the income statement's periods."""
    above = " ".join(line.text for line in table.above)
    if not shows(table, (_INTEREST,)) or _ELSEWHERE.search(above):
        return None
    raw = as_note(StatementKind.INTEREST, table, notes.calendar)
    return raw if _dated(raw, notes) else None


def _supplemental(table: Table, notes: Notes) -> RawStatement | None:
    """Accept a table with cash paid for interest or taxes, of the income statement's periods."""
    if not shows(table, (_PAID,)):
        return None
    raw = as_note(StatementKind.SUPPLEMENTAL_CASH_FLOW, table, notes.calendar)
    meant = any(match.concept is not None for match in match_statement(raw))
    return raw if meant and _dated(raw, notes) else None


def _tax_reconciliation(table: Table, notes: Notes) -> RawStatement | None:
    """Accept where the last row is the tax expense, or its share of income before tax in per cent."""
    if not shows(table, (_STATUTORY,)):
        return None
    raw = notes.known.with_unit(as_note(StatementKind.TAX_RECONCILIATION, table, notes.calendar))
    if any(_is_total_tax(raw, row, notes.known) for row in raw.rows[_FEWEST_PARTS:]):
        return raw
    return None


def _is_total_tax(raw: RawStatement, row: RawRow, known: Known) -> bool:
    return any(
        _is_tax(cell, raw.scale, column.period, known)
        for column, cell in zip(raw.columns, row.cells, strict=True)
        if cell is not None and column.period is not None
    )


def _is_tax(cell: RawCell, scale: int, period: Period, known: Known) -> bool:
    tax, income = (
        known.amount("income_tax_expense", period),
        known.amount("income_before_tax", period),
    )
    if tax is None or not income:
        return False
    in_per_cent = abs(abs(cell.number) - abs(100 * tax / income)) <= _RATE_SLACK
    return in_per_cent or abs(cell.number) * scale == abs(tax)


def _segments(table: Table, notes: Notes) -> RawStatement | None:
    """Accept where a total row below two or more others is the consolidated revenue or operating income."""
    raw = notes.known.with_unit(as_note(StatementKind.SEGMENTS, table, notes.calendar))
    page = notes.texts[table.page - 1]
    if not _SEGMENT.search(page) or not _dated(raw, notes):
        return None
    totals = [i for i, row in enumerate(raw.rows) if _is_whole(raw, row, notes.known)]
    if not totals or totals[0] < _FEWEST_PARTS:
        return None
    return replace(raw, rows=tuple(_of_segment(row) for row in raw.rows))


def _is_whole(raw: RawStatement, row: RawRow, known: Known) -> bool:
    amounts = _numbers(raw, row)
    return (
        bool(amounts)
        and _TOTAL.search(row.label) is not None
        and all(
            number in {known.amount("revenue", period), known.amount("operating_income", period)}
            for period, number in amounts
        )
    )


def _of_segment(row: RawRow) -> RawRow:
    """Name the segment a row is of: its heading where the row names a measure, else its label."""
    heading = row.section or ""
    if _MEASURE.search(row.label):
        whole = not heading or _MEASURE.search(heading) or _WHOLE.search(heading)
        return row if whole else replace(row, member=heading)
    return row if _WHOLE.search(row.label) else replace(row, member=row.label)


_READERS: dict[StatementKind, Callable[[Table, Notes], RawStatement | None]] = {
    StatementKind.EARNINGS_PER_SHARE: _earnings_per_share,
    StatementKind.INTEREST: _interest,
    StatementKind.SUPPLEMENTAL_CASH_FLOW: _supplemental,
    StatementKind.TAX_RECONCILIATION: _tax_reconciliation,
    StatementKind.SEGMENTS: _segments,
}


def read_notes(
    document: DocumentReader,
    texts: Sequence[str],
    known: Known,
    calendar: Calendar,
    taken: Collection[int],
) -> list[Note]:
    """Return the tables of the notes that analyses need and that tie to the statements.

    Args:
        document: The opened document; word boxes of a few pages are read.
        texts: The text of every page.
        known: The reported amounts of the primary statements; without any no note is read.
        calendar: The registrant's calendar.
        taken: The pages of the primary statements.
    """
    if not known.durations:
        return []
    return Notes(texts, taken, known, calendar).read(document)
