"""What is to be told about how worksheets were read: nothing is left out in silence, and how much was read."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from services.domain.concepts import StatementKind
from services.domain.layout import CellKind, SheetLayout
from services.domain.reports import ColumnKind, FindingSeverity
from services.extraction.model import RawStatement
from services.extraction.sheet_headers import part_of_cell, squashed
from services.extraction.sheet_numbers import is_number, looks_like_number
from services.extraction.sheet_periods import ASSUMED
from services.extraction.sheet_roles import heads_labels
from services.extraction.sheet_statements import ReadTable

NOTES_OF_A_FILING = ("notes-of-a-filing", "details and tables of a filing's notes")
NO_PERIOD = ("no-period-table", "no table with periods in its header")
_UNVALUED = "formulas without a stored value (open the file in Excel, save it, upload it again)"
_SHOWN_REFS = 5
_SHOWN_NAMES = 8


@dataclass(frozen=True, slots=True)
class SheetNote:
    """Something to be told about how a worksheet was read; becomes a Finding."""

    code: str
    severity: FindingSeverity
    sentence: str
    sheet: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many of the ``printed`` numbers in a statement's columns became ``facts``, and which did not.

    ``changes`` stand in columns of changes, ``undated`` under headings without a period, ``unreadable``
    are written like numbers but cannot be read as one for sure.
    """

    sheet: str
    title: str
    printed: int
    facts: int
    changes: tuple[str, ...] = ()
    undated: tuple[str, ...] = ()
    unreadable: tuple[str, ...] = ()


def coverage_of(read: ReadTable) -> Coverage:
    """Return how complete a statement is: the numbers of its columns on the sheet, and the facts."""
    changes: list[str] = []
    undated: list[str] = []
    unreadable: list[str] = []
    within: list[str] = []
    buckets: dict[int, list[str]] = {
        column.column: undated
        for column in read.table.others
        if not heads_labels(squashed(column.header))
    }
    for column, raw in zip(read.table.columns, read.raw.columns, strict=True):
        left_out = changes if raw.kind is ColumnKind.DELTA else undated
        buckets[column.column] = within if raw.gives_facts else left_out
    for row in read.table.rows:
        for place, cell in row.cells.items():
            bucket = buckets.get(place)
            if bucket is None:
                continue
            if cell.number is not None or is_number(cell):
                bucket.append(cell.ref)
            elif cell.kind is CellKind.TEXT and looks_like_number(cell.text):
                unreadable.append(cell.ref)
    return Coverage(
        sheet=read.raw.sheet or "",
        title=read.raw.title,
        printed=sum(map(len, (within, changes, undated, unreadable))),
        facts=_facts(read.raw),
        changes=tuple(changes),
        undated=tuple(undated),
        unreadable=tuple(unreadable),
    )


def _facts(raw: RawStatement) -> int:
    places = [place for place, column in enumerate(raw.columns) if column.gives_facts]
    return sum(1 for row in raw.rows for place in places if row.cells[place] is not None)


def gathered(names: Sequence[str], code: str, what: str) -> list[SheetNote]:
    """Return one note for all sheets of which the same is to be said."""
    if not names:
        return []
    shown = ", ".join(f"'{name}'" for name in names[:_SHOWN_NAMES])
    more = f" and {len(names) - _SHOWN_NAMES:,} more" if len(names) > _SHOWN_NAMES else ""
    sentence = f"{_count(names, 'sheet')} not read: {what} ({shown}{more})."
    return [SheetNote(code, FindingSeverity.INFO, sentence, names[0])]


def hidden_note(sheet: SheetLayout) -> list[SheetNote]:
    """Return the note of a hidden sheet that holds anything."""
    if not sheet.cells:
        return []
    sentence = f"Sheet '{sheet.name}' is hidden and was not read."
    return [SheetNote("hidden-sheet", FindingSeverity.WARNING, sentence, sheet.name)]


def undated_note(read: ReadTable) -> SheetNote:
    """Return the note of a statement that names no day and no period for its numbers."""
    raw = read.raw
    what = f"'{raw.title}'" if raw.title else f"The {raw.kind.value.replace('_', ' ')}"
    rows = _count(raw.rows, "row")
    sentence = (
        f"{what} on sheet '{raw.sheet}' ({rows}) names no date or period, so none of its numbers was "
        "read. Write one above the columns, such as 'as at 31 December 2025', and upload it again."
    )
    return SheetNote("undated-statement", FindingSeverity.WARNING, sentence, raw.sheet or "")


def notes_of_sheet(
    sheet: SheetLayout, kept: Sequence[ReadTable], elsewhere: Sequence[ReadTable] = ()
) -> list[SheetNote]:
    """Return the notes of a visible sheet: its errors, what is hidden, and what stands in no table at all.

    ``elsewhere`` are tables that other notes tell of.
    """
    refs = [("formula-without-value", _UNVALUED, _unvalued(sheet))]
    if kept:
        refs += [
            ("error-cells", "cells that hold an error", _errors(sheet)),
            (
                "unread-numbers",
                "numbers that stand in no table with periods and were not read",
                _unread(sheet, [*kept, *elsewhere]),
            ),
        ]
    notes = [_with_refs(code, what, found, sheet.name) for code, what, found in refs if found]
    if kept and (sheet.hidden_rows or sheet.hidden_columns):
        sentence = (
            f"Sheet '{sheet.name}' has {_count(sheet.hidden_rows, 'hidden row')} and "
            f"{_count(sheet.hidden_columns, 'hidden column')}; their numbers were read as well."
        )
        notes.append(SheetNote("hidden-cells", FindingSeverity.WARNING, sentence, sheet.name))
    return notes


def notes_of_statement(read: ReadTable, coverage: Coverage) -> list[SheetNote]:
    """Return the notes of one statement: numbers that gave no facts, and periods that were assumed."""
    notes = _shortfall(coverage)
    if read.planned:
        sentence = (
            f"Columns of '{coverage.title}' on sheet '{coverage.sheet}' end long after the workbook was "
            f"last saved and are read as forecasts: {_listed(read.planned)}."
        )
        notes.append(SheetNote("future-columns", FindingSeverity.INFO, sentence, coverage.sheet))
    assumed = [c.header for c in read.raw.columns if c.certainty == ASSUMED and c.gives_facts]
    if assumed and read.raw.kind is StatementKind.TRIAL_BALANCE:
        sentence = (
            f"'{coverage.title}' on sheet '{coverage.sheet}' does not say since when its movements are; "
            f"a year was assumed for {_listed(assumed)}."
        )
        notes.append(SheetNote("assumed-period", FindingSeverity.WARNING, sentence, coverage.sheet))
    return notes


def parts_without_whole(statements: Sequence[RawStatement]) -> list[SheetNote]:
    """Return the notes of primary statements that are read for parts only: nothing is analysed of them."""
    notes = []
    for kind in dict.fromkeys(raw.kind for raw in statements if raw.kind.is_primary):
        alike = [raw for raw in statements if raw.kind is kind]
        members = [column.member for raw in alike for column in raw.columns if column.gives_facts]
        if all(members):
            names = _listed(list(dict.fromkeys(f"'{member}'" for member in members)))
            sentence = (
                f"The {kind.value.replace('_', ' ')} was read for {names} and for no whole company; "
                "analyses use numbers of the whole only."
            )
            sheet = alike[0].sheet or ""
            notes.append(SheetNote("parts-only", FindingSeverity.WARNING, sentence, sheet))
    return notes


def _shortfall(coverage: Coverage) -> list[SheetNote]:
    if coverage.facts == coverage.printed:
        return []
    reasons = (
        (coverage.undated, "under headings without a period"),
        (coverage.unreadable, "not surely numbers"),
        (coverage.changes, "changes between columns"),
    )
    parts = [f"{len(refs):,} {why} ({_listed(refs)})" for refs, why in reasons if refs]
    rest = coverage.printed - coverage.facts - sum(len(refs) for refs, _ in reasons)
    parts += [f"{rest:,} for a reason not known"] if rest else []
    sentence = (
        f"{coverage.facts:,} of {coverage.printed:,} numbers of '{coverage.title}' on sheet "
        f"'{coverage.sheet}' were read; left out: {', '.join(parts)}."
    )
    only_changes = coverage.facts + len(coverage.changes) == coverage.printed
    severity = FindingSeverity.INFO if only_changes else FindingSeverity.WARNING
    return [SheetNote("incomplete-statement", severity, sentence, coverage.sheet)]


def _errors(sheet: SheetLayout) -> list[str]:
    return [cell.ref for cell in sheet.cells if cell.kind is CellKind.ERROR]


def _unvalued(sheet: SheetLayout) -> list[str]:
    return [cell.ref for cell in sheet.cells if cell.formula is not None and not cell.text]


def _unread(sheet: SheetLayout, reads: Iterable[ReadTable]) -> list[str]:
    """Numbers that are no year of a header and stand in no table."""
    told: set[str] = set()
    for read in reads:
        told.update(read.table.told)
        for row in read.table.rows:
            told.update([cell.ref for cell in row.cells.values()], row.codes)
    return [
        cell.ref
        for cell in sheet.cells
        if cell.number is not None and cell.ref not in told and not part_of_cell(cell).says_when
    ]


def _with_refs(code: str, what: str, refs: Sequence[str], sheet: str) -> SheetNote:
    sentence = f"Sheet '{sheet}' has {what}: {_listed(refs)}."
    return SheetNote(code, FindingSeverity.WARNING, sentence, sheet)


def _listed(refs: Sequence[str]) -> str:
    more = f" and {len(refs) - _SHOWN_REFS:,} more" if len(refs) > _SHOWN_REFS else ""
    return ", ".join(refs[:_SHOWN_REFS]) + more


def _count(things: Collection[object], noun: str) -> str:
    return f"{len(things):,} {noun}" + ("" if len(things) == 1 else "s")
