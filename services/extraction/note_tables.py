"""Tables of a notes page: cut free of the prose around them, told apart by their rows."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from services.domain.concepts import StatementKind
from services.domain.layout import PageLayout
from services.domain.reports import ColumnKind
from services.extraction.lines import Line, lines_of
from services.extraction.model import RawStatement
from services.extraction.periods import Calendar
from services.extraction.statements import statement_of
from services.extraction.tables import Table, tables_of
from services.extraction.units import scale_in

_PROSE = 70  # characters of a line without numbers that is a sentence and no label
_APART = 1.0  # of the line height: a number this far from the words before it stands in a column
_CONTEXT_LINES = 6
_LONGEST_TITLE = 120
_INTRODUCES = re.compile(
    r"(?:follows?|table|below)\b.{0,24}:?\s*$|^notes to\b|^table of contents|^amounts?$|\(continued\)"
    r"|^(?:fiscal )?years?\b",
    re.I,
)


def note_tables(layout: PageLayout) -> list[Table]:
    """Return the tables of a page; a paragraph ends a table and introduces the next."""
    found: list[Table] = []
    for context, block in _blocks(lines_of(layout)):
        for table in tables_of(block, layout.number, layout.width):
            rows = list(table.rows)
            while rows and not rows[-1].has_cells:
                rows.pop()
            if rows:
                above = [*context, *table.above][-_CONTEXT_LINES:]
                found.append(replace(table, above=above, rows=rows))
    return found


def _blocks(lines: Sequence[Line]) -> Iterator[tuple[list[Line], list[Line]]]:
    """Yield the runs of lines between paragraphs, each with the paragraph's last lines before it."""
    context: list[Line] = []
    block: list[Line] = []
    for line in lines:
        if not _is_prose(line):
            block.append(line)
            continue
        if block:
            yield context, block
            context, block = block[-_CONTEXT_LINES:], []
        context = [*context, line][-_CONTEXT_LINES:]
    if block:
        yield context, block


def _is_prose(line: Line) -> bool:
    """Whether the line is part of a paragraph: long, and no number stands apart from its words."""
    if len(line.text) <= _PROSE:
        return False
    cells = [i for i, token in enumerate(line.tokens) if token.free]
    return not any(
        i and line.tokens[i].x0 - line.tokens[i - 1].x1 > _APART * line.height for i in cells
    )


def labels_of(table: Table) -> list[str]:
    """Return the printed labels of the rows that hold numbers, in lower case."""
    return [
        " ".join(word.text for word in row.label).lower() for row in table.rows if row.has_cells
    ]


def shows(table: Table, patterns: Sequence[re.Pattern[str]]) -> bool:
    """Whether every pattern is found in a row of the table."""
    labels = labels_of(table)
    return all(any(pattern.search(label) for label in labels) for pattern in patterns)


def as_note(kind: StatementKind, table: Table, calendar: Calendar) -> RawStatement:
    """Return a table of the notes as a statement of its kind, titled by the line over it."""
    raw = statement_of(kind, table, calendar, "consolidated").raw
    columns = tuple(
        replace(column, kind=ColumnKind.PERCENT) if _in_per_cent(raw, index) else column
        for index, column in enumerate(raw.columns)
    )
    return replace(raw, columns=columns, title=note_title(kind, table.above))


def _in_per_cent(raw: RawStatement, index: int) -> bool:
    """Whether a column is of percentages: by custom only the first and the last carry the sign."""
    cells = [cell for row in raw.rows if (cell := row.cells[index]) is not None and not cell.nil]
    return bool(cells) and cells[0].printed.endswith("%") and cells[-1].printed.endswith("%")


def note_title(kind: StatementKind, above: Sequence[Line]) -> str:
    """Return the nearest heading over a table, the kind's name where only prose stands there."""
    for line in reversed(above[-_CONTEXT_LINES:]):
        heading = line.text.strip()
        if not line.cells and _is_heading(heading):
            return heading
    return kind.value.replace("_", " ").capitalize()


def _is_heading(text: str) -> bool:
    worded = 0 < len(text) <= _LONGEST_TITLE and text[:1].isupper() and text[-1] not in ".:,”"
    return worded and not _INTRODUCES.search(text) and scale_in(text) is None
