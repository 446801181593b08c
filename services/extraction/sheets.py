"""Statements in worksheets: income statement, balance sheet, cash flow, trial balances and other tables."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.domain.concepts import StatementKind
from services.domain.layout import SheetLayout
from services.extraction.model import RawStatement
from services.extraction.sheet_grid import Grid, grid_of
from services.extraction.sheet_headers import squashed
from services.extraction.sheet_notes import (
    NO_PERIOD,
    NOTES_OF_A_FILING,
    Coverage,
    SheetNote,
    coverage_of,
    gathered,
    hidden_note,
    notes_of_sheet,
    notes_of_statement,
    parts_without_whole,
    undated_note,
)
from services.extraction.sheet_parts import named_parts
from services.extraction.sheet_statements import ReadTable, Sheet, split_at_titles, statement_of
from services.extraction.sheet_tables import MAX_COLUMNS, SheetTable, tables_in

_NOTE_OF_A_FILING = re.compile(
    r"\((?:details|tables?|policies|parenthetical|narrative)\b|\bparenthetical\b"
    r"|document and entity information|\bcover page\b"
)
_PRIMARIES = 2  # kinds of primary statements at least, in a report


@dataclass(frozen=True, slots=True)
class ReadWorkbook:
    """The statements of a workbook, what is to be told about it, and how complete each statement is."""

    statements: list[RawStatement]
    notes: list[SheetNote]
    coverage: list[Coverage]


def read_workbook(sheets: Sequence[SheetLayout]) -> ReadWorkbook:
    """Return the statements of all visible worksheets in order, and what was left out and why.

    Columns of budget, forecast and prior year stay beside the actual ones they are printed with. Where
    a workbook holds two or more primary statements, the details and tables of a filing's notes are left
    out.
    """
    found = [(sheet, _tables_of_sheet(sheet)) for sheet in sheets if not sheet.hidden]
    is_report = _is_report([read for _, reads in found for read in reads])
    kept: list[ReadTable] = []
    aside: list[str] = []
    notes: list[SheetNote] = []
    for sheet, reads in found:
        beside = [read for read in reads if is_report and _is_note_of_a_filing(read)]
        undated = [read for read in reads if read not in beside and not _is_dated(read.raw)]
        dated = [read for read in reads if read not in beside and read not in undated]
        kept += dated
        aside += [sheet.name] if beside else []
        notes += [undated_note(read) for read in undated]
        notes += notes_of_sheet(sheet, dated, [*beside, *undated])
    coverage = [coverage_of(read) for read in kept]
    for read, covered in zip(kept, coverage, strict=True):
        notes += notes_of_statement(read, covered)
    unread = [
        sheet.name for sheet, reads in found if not reads and any(c.number for c in sheet.cells)
    ]
    notes += [*gathered(aside, *NOTES_OF_A_FILING), *gathered(unread, *NO_PERIOD)]
    notes += [note for sheet in sheets if sheet.hidden for note in hidden_note(sheet)]
    named = zip(named_parts(kept), coverage, strict=True)
    statements = [_counted(read.raw, covered) for read, covered in named]
    notes += parts_without_whole(statements)
    return ReadWorkbook(statements, notes, coverage)


def _counted(raw: RawStatement, coverage: Coverage) -> RawStatement:
    """Return the statement with the count of its numbers on the sheet; a dash is none."""
    dashes = sum(cell.nil for row in raw.rows for cell in row.cells if cell is not None)
    return replace(raw, printed=coverage.printed - dashes)


def _tables_of_sheet(sheet: SheetLayout) -> list[ReadTable]:
    grids = grid_of(sheet).segments()
    tables = [tables_in(grid) for grid in grids]
    head = next((found[0].titles for found in tables if found), ())
    about = Sheet(sheet.name, head, sheet.saved)
    return [
        read
        for grid, found in zip(grids, tables, strict=True)
        for read in _statements(found, about) or _statements(_down(grid), about)
    ]


def _statements(tables: Sequence[SheetTable], about: Sheet) -> list[ReadTable]:
    parts = (part for table in tables for part in split_at_titles(table))
    reads = (statement_of(part, about) for part in parts)
    return [read for read in reads if read is not None]


def _down(grid: Grid) -> list[SheetTable]:
    """Return the tables of a grid that have their periods down and not across: most rows are dated."""
    if len(grid.rows) > MAX_COLUMNS:
        return []
    return [
        table
        for table in tables_in(grid.transposed())
        if 2 * sum(column.part.says_when for column in table.columns)
        > len(table.columns) + len(table.others)
    ]


def _is_report(reads: Sequence[ReadTable]) -> bool:
    return len({read.raw.kind for read in reads if read.raw.kind.is_primary}) >= _PRIMARIES


def _is_note_of_a_filing(read: ReadTable) -> bool:
    if read.raw.kind is not StatementKind.OTHER:
        return False
    return any(_NOTE_OF_A_FILING.search(squashed(title)) for title in read.table.titles)


def _is_dated(raw: RawStatement) -> bool:
    return any(column.gives_facts for column in raw.columns)
