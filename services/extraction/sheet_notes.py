"""What is to be told about how worksheets were read: nothing is left out in silence."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from services.domain.layout import CellKind, SheetLayout
from services.domain.reports import ColumnKind, FindingSeverity
from services.extraction.model import RawStatement
from services.extraction.sheet_headers import part_of_cell

SIDE_TABLE = ("side-table", "tables that are none of the primary statements")
NO_PERIOD = ("no-period-table", "no table with periods in its header")
_SHOWN_REFS = 5
_SHOWN_NAMES = 8


@dataclass(frozen=True, slots=True)
class SheetNote:
    """Something to be told about how a worksheet was read; becomes a Finding."""

    code: str
    severity: FindingSeverity
    sentence: str
    sheet: str


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


def notes_of_sheet(sheet: SheetLayout, found: Sequence[RawStatement]) -> list[SheetNote]:
    """Return the notes of a sheet in which statements were found."""
    if not found:
        return []
    notes = []
    for code, what, refs in (
        ("error-cells", "cells that hold an error", _errors(sheet)),
        (
            "formula-without-value",
            "formulas without a stored value (open the file in Excel, save it, upload it again)",
            _unvalued(sheet),
        ),
        ("unread-numbers", "numbers under no period that were not read", _unread(sheet, found)),
    ):
        if refs:
            notes.append(_with_refs(code, what, refs, sheet.name))
    if sheet.hidden_rows or sheet.hidden_columns:
        sentence = (
            f"Sheet '{sheet.name}' has {_count(sheet.hidden_rows, 'hidden row')} and "
            f"{_count(sheet.hidden_columns, 'hidden column')}; their numbers were read as well."
        )
        notes.append(SheetNote("hidden-cells", FindingSeverity.WARNING, sentence, sheet.name))
    return notes


def _errors(sheet: SheetLayout) -> list[str]:
    return [cell.ref for cell in sheet.cells if cell.kind is CellKind.ERROR]


def _unvalued(sheet: SheetLayout) -> list[str]:
    return [cell.ref for cell in sheet.cells if cell.formula is not None and not cell.text]


def _unread(sheet: SheetLayout, found: Iterable[RawStatement]) -> list[str]:
    """Numbers that are no year of a header and stand in no column with a period."""
    read = {
        cell.cell
        for statement in found
        for row in statement.rows
        for column, cell in zip(statement.columns, row.cells, strict=True)
        if cell is not None and (column.period is not None or column.kind is not ColumnKind.VALUE)
    }
    return [
        cell.ref
        for cell in sheet.cells
        if cell.kind is CellKind.NUMBER
        and cell.ref not in read
        and not part_of_cell(cell).says_when
    ]


def _with_refs(code: str, what: str, refs: Sequence[str], sheet: str) -> SheetNote:
    shown = ", ".join(refs[:_SHOWN_REFS])
    more = f" and {len(refs) - _SHOWN_REFS:,} more" if len(refs) > _SHOWN_REFS else ""
    sentence = f"Sheet '{sheet}' has {what}: {shown}{more}."
    return SheetNote(code, FindingSeverity.WARNING, sentence, sheet)


def _count(things: Collection[object], noun: str) -> str:
    return f"{len(things):,} {noun}" + ("" if len(things) == 1 else "s")
