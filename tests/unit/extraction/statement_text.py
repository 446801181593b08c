"""Statements written as text for tests: 'label | number | number', '# heading' opens a section."""

from decimal import Decimal

from services.domain.concepts import StatementKind
from services.domain.reports import ColumnKind
from services.extraction.matching import match_statement
from services.extraction.model import (
    RawCell,
    RawColumn,
    RawRow,
    RawStatement,
    RowMatch,
)


def cell(printed: str) -> RawCell | None:
    """Read '(1,234.5)', '12', '—' or ''."""
    text = printed.strip()
    if not text:
        return None
    if text == "—":
        return RawCell(text, Decimal(0), nil=True)
    digits = text.strip("()$%").replace(",", "")
    number = Decimal(digits)
    decimals = len(digits.partition(".")[2])
    return RawCell(text, -number if text.startswith("(") else number, decimals=decimals)


def statement(
    kind: StatementKind, text: str, scale: int = 1_000_000, title: str = ""
) -> RawStatement:
    """Build a statement from text."""
    rows: list[RawRow] = []
    section: str | None = None
    for line in text.strip().splitlines():
        line = line.strip()
        if line.startswith("#"):
            section = line[1:].strip() or None
            continue
        label, *cells = line.split("|")
        rows.append(RawRow(label.strip(), tuple(cell(c) for c in cells), section=section))
    width = max(len(row.cells) for row in rows)
    rows = [RawRow(r.label, r.cells + (None,) * (width - len(r.cells)), r.section) for r in rows]
    columns = tuple(RawColumn(str(i), ColumnKind.VALUE, None) for i in range(width))
    return RawStatement(kind, title, columns, tuple(rows), scale=scale)


def matches(
    kind: StatementKind, text: str, scale: int = 1_000_000, title: str = ""
) -> list[tuple[str, RowMatch]]:
    """Match and return (label, match) in row order."""
    raw = statement(kind, text, scale, title)
    return [(r.label, m) for r, m in zip(raw.rows, match_statement(raw), strict=True)]


def concepts(kind: StatementKind, text: str, scale: int = 1_000_000) -> dict[str, str]:
    """Match and return concept → label."""
    return {m.concept: label for label, m in matches(kind, text, scale) if m.concept}


def values(kind: StatementKind, text: str, scale: int = 1_000_000) -> dict[str, Decimal]:
    """Match and return concept → first column's value in base units with the concept's sign."""
    raw = statement(kind, text, scale)
    found: dict[str, Decimal] = {}
    for row, match in zip(raw.rows, match_statement(raw), strict=True):
        first = row.cells[0]
        if match.concept and first is not None:
            found[match.concept] = first.number * match.sign * match.scale
    return found
