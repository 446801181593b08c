"""Lines of a page to tables: header, columns by the digits' right edge, cells in their columns."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from statistics import median

from services.extraction.headers import Reach, assign, is_header_line, phrases_of
from services.extraction.lines import Line, Token
from services.extraction.titles import title_kinds

_HEADER_REACH = 7  # lines of header above the first row
_HEADER_GAP = 3.2  # of the line height: a header's lines stand closer than this
_EDGE_GAP = 0.75  # of the line height: right edges nearer than this are one column
_NEAR = 1.6  # of the line height: a stray cell still belongs to a column this near
_BEFORE_NOTES = 5  # rows with numbers before a footnote can begin
_NOTE_MARK = re.compile(r"^\(?(?:\d|[a-z])\)\s+[A-Z]|^\*+\s?[A-Z]|^_{5,}")
_TOP_LINES = 6  # lines that may stand over the first row of a table that goes on
_MARK = re.compile(r"\d{1,2}")  # of a footnote or a line, where nothing stands before it
_UNIT_LENGTH = 110
_ALIGNED = 0.2  # of the line height
_LEAST_SUPPORT = 0.1
_END = re.compile(
    r"^(?:\(?\d?\)?\s*)?(?:see (?:the )?(?:accompanying )?notes|(?:the )?accompanying notes|see accompanying"
    r"|the notes (?:on|to|are)|refer to (?:the )?notes)",
    re.IGNORECASE,
)
_FOOTER = re.compile(
    r"(?:page\s*)?(?:[a-z]{1,2}\s?[-–]\s?)?\d{1,3}|table of contents|.{0,60}\bform\s+10-[kq]\b.{0,12}\d{1,3}",
    re.IGNORECASE,
)
_UNIT_LINE = re.compile(
    r"\b(?:in|of) (?:millions|thousands|billions)\b|\(millions|\(thousands|000'?s", re.I
)


@dataclass(slots=True)
class TableRow:
    """One line of a table: the words of its label and one place per column."""

    line: Line
    label: list[Token]
    cells: list[Token | None]
    orphans: list[Token] = field(default_factory=list)

    @property
    def has_cells(self) -> bool:
        """Whether any column holds a number."""
        return any(cell is not None for cell in self.cells)


@dataclass(slots=True)
class Table:
    """A header and the rows under it on one page; ``above`` holds the text lines over the header."""

    page: int
    above: list[Line]
    header: list[Line]
    columns: list[Reach]
    headers: list[str]
    rows: list[TableRow]
    note: bool = False

    @property
    def context(self) -> str:
        """Title text over the header, from top to bottom."""
        return "\n".join(line.text for line in self.above)


def tables_of(lines: Sequence[Line], page: int, width: float) -> list[Table]:
    """Cut a page into tables; each header group opens one, a closing note ends it."""
    body = _without_page_number(lines)
    starts = _header_groups(body, width)
    tables = _headless(body[: starts[0][0]], page) if starts else []
    previous_end = 0
    footnotes: list[Line] = []
    for index, (first, last) in enumerate(starts):
        stop = starts[index + 1][0] if index + 1 < len(starts) else len(body)
        end = next((i for i in range(last + 1, stop) if _ends_table(body[i])), stop)
        table = _table(body[previous_end:first], body[first : last + 1], body[last + 1 : end], page)
        if table is not None:
            if any(title_kinds(line.text) for line in table.above):
                footnotes = []  # the next statement begins
            if footnotes:  # a table among them is no part of the statement
                table = replace(table, above=[*footnotes, *table.above], note=True)
            tables.extend(_without_notes(table))
            footnotes = footnotes or _footnotes(table)
        previous_end = min(end, stop) if table is not None else previous_end
    if not tables:
        table = _table([], [], list(body), page)
        tables = _without_notes(table) if table is not None else []
    return tables


def _ends_table(line: Line) -> bool:
    """Whether the line is a closing note, or the title of the next statement."""
    return _END.match(line.text) is not None or (not line.cells and bool(title_kinds(line.text)))


def _headless(lines: Sequence[Line], page: int) -> list[Table]:
    """Return the rows at the top of a page that go on with the table of the page before."""
    data = [index for index, line in enumerate(lines) if len(line.cells) >= 2]
    if len(data) < _BEFORE_NOTES or data[0] > _TOP_LINES:
        return []
    end = next((i for i in range(data[0], len(lines)) if _END.match(lines[i].text)), data[-1] + 1)
    table = _table([], [], lines[data[0] : end], page)
    return [table] if table is not None else []


def _without_notes(table: Table) -> list[Table]:
    """Cut the table where footnotes begin; a table within the footnotes stands on its own."""
    index = _first_footnote(table)
    if index is None:
        return [table]
    above = [table.rows[index].line]
    notes = replace(table, above=above, rows=table.rows[index + 1 :], note=True)
    kept = replace(table, rows=table.rows[:index])
    return [kept, notes] if any(r.has_cells for r in notes.rows) else [kept]


def _first_footnote(table: Table) -> int | None:
    numbered = 0
    for index, row in enumerate(table.rows):
        numbered += row.has_cells
        if numbered >= _BEFORE_NOTES and not row.has_cells and _NOTE_MARK.match(row.line.text):
            return index
    return None


def _footnotes(table: Table) -> list[Line]:
    """Return the lines from the first footnote on that a table's rows end with."""
    index = _first_footnote(table)
    return [] if index is None else [row.line for row in table.rows[index:]]


def _without_page_number(lines: Sequence[Line]) -> list[Line]:
    """Leave out the last lines when they are page numbers or running footers such as 'Form 10-K 55'."""
    kept = list(lines)
    while kept and _FOOTER.fullmatch(kept[-1].text):
        kept.pop()
    return kept


def _header_groups(lines: Sequence[Line], width: float) -> list[tuple[int, int]]:
    """Return (first, last) indexes of the runs of header lines, unit and bare lines between allowed."""
    flags = [is_header_line(line, width) for line in lines]
    groups: list[tuple[int, int]] = []
    for index, flag in enumerate(flags):
        if not flag:
            continue
        if groups and _same_group(lines, groups[-1][1], index):
            groups[-1] = (groups[-1][0], index)
        else:
            groups.append((index, index))
    return groups


def _same_group(lines: Sequence[Line], last: int, index: int) -> bool:
    if index - last > 3:
        return False
    if lines[index].y0 - lines[last].y1 > _HEADER_GAP * lines[index].height * (index - last):
        return False
    return not any(line.cells for line in lines[last + 1 : index])


def _table(
    above: Sequence[Line], header: Sequence[Line], body: Sequence[Line], page: int
) -> Table | None:
    data = [line for line in body if line.cells]
    if len(data) < 2:
        return None
    columns = _columns(data)
    if not columns:
        return None
    for line in body:
        _free_aligned(line, columns)
    units, body = _unit_lines(body)
    rows = [_row(line, columns) for line in body]
    header_lines, titles = _split_header(header, columns)
    used = header_lines + _plain_header_lines(body, columns)
    headers = _column_headers(used, columns)
    first_data = next(i for i, row in enumerate(rows) if row.has_cells)
    rows = [row for i, row in enumerate(rows) if i >= first_data or row.line not in used]
    return Table(page, [*above, *titles, *units], header_lines, columns, headers, rows)


def _unit_lines(body: Sequence[Line]) -> tuple[list[Line], list[Line]]:
    """Part '(in millions, except per share / amounts)' from the lines before the first row."""
    units: list[Line] = []
    open_end = False
    for index, line in enumerate(body):
        if line.cells:
            break
        if open_end or (is_unit_line(line.text) and len(line.text) < _UNIT_LENGTH):
            units.append(line)
            open_end = line.text.count("(") > line.text.count(")") or (
                open_end and ")" not in line.text
            )
        elif index >= 3:
            break
    return units, [line for line in body if line not in units]


def _plain_header_lines(body: Sequence[Line], columns: Sequence[Reach]) -> list[Line]:
    """Return the lines between header and first row that stand over columns only, such as '% Change'."""
    plain: list[Line] = []
    for line in body[:3]:
        if line.cells or line.x0 < columns[0].x0 - 40:
            break
        if not is_unit_line(line.text):
            plain.append(line)
    return plain


def _split_header(
    header: Sequence[Line], columns: Sequence[Reach]
) -> tuple[list[Line], list[Line]]:
    """Part the header lines from title sentences such as 'December 31, 2018 and 2017'."""
    kept: list[Line] = []
    titles: list[Line] = []
    left = columns[0].x0
    pitch = columns[1].centre - columns[0].centre if len(columns) > 1 else 100.0
    for line in header:
        phrases = phrases_of(line, left - 0.5 * pitch)
        over = [phrase for phrase in phrases if phrase.x0 > left - 0.8 * pitch]
        if over:
            kept.append(line)
        else:
            titles.append(line)
    if not kept and header:
        return [header[-1]], list(header[:-1])
    return kept, titles


def _column_headers(lines: Sequence[Line], columns: Sequence[Reach]) -> list[str]:
    parts: list[list[str]] = [[] for _ in columns]
    pitch = columns[1].centre - columns[0].centre if len(columns) > 1 else 100.0
    left = columns[0].x0 - 0.8 * pitch
    for line in lines:
        phrases = [
            phrase for phrase in phrases_of(line, left) if phrase.x1 > columns[0].x0 - 0.5 * pitch
        ]
        for column, text in enumerate(assign(phrases, columns)):
            if text:
                parts[column].append(text)
    return [" ".join(texts) for texts in parts]


def _columns(data: Sequence[Line]) -> list[Reach]:
    """Cluster the right edges of the free numbers; a column needs a tenth of the rows, and two."""
    size = median(line.height for line in data)
    cells = sorted((cell for line in data for cell in line.cells), key=lambda cell: cell.edge)
    numbers = [cell for cell in cells if cell.number is not None and not cell.number.nil]
    clusters: list[list[Token]] = []
    for cell in numbers or cells:
        if clusters and cell.edge - clusters[-1][-1].edge <= _EDGE_GAP * size:
            clusters[-1].append(cell)
        else:
            clusters.append([cell])
    clusters = _merged(clusters, size)
    needed = max(2, _LEAST_SUPPORT * len(data))
    kept = [group for group in clusters if len(group) >= needed]
    return [_reach(group) for group in kept]


def _merged(clusters: list[list[Token]], size: float) -> list[list[Token]]:
    """Join neighbouring clusters whose cells overlap and never stand on one line."""
    merged: list[list[Token]] = []
    for group in clusters:
        if merged and _same_column(merged[-1], group, size):
            merged[-1] = merged[-1] + group
        else:
            merged.append(group)
    return merged


def _same_column(left: list[Token], right: list[Token], size: float) -> bool:
    edge = median(cell.edge for cell in left)
    start = median(cell.x1 - _digits_width(cell) for cell in right)
    lines = {round(cell.y1) for cell in left}
    apart = not any(round(cell.y1) in lines for cell in right)
    gap = median(cell.edge for cell in right) - edge
    return apart and (start < edge or gap < 2.5 * size)


def _digits_width(cell: Token) -> float:
    return cell.x1 - cell.boxes[-1].x0


def _reach(group: Sequence[Token]) -> Reach:
    edge = median(cell.edge for cell in group)
    return Reach(min(cell.boxes[-1].x0 if len(cell.boxes) < 3 else cell.x0 for cell in group), edge)


def _free_aligned(line: Line, columns: Sequence[Reach]) -> None:
    """Free a number that stands close behind its label but exactly in a column."""
    for index in range(len(line.tokens) - 1, -1, -1):
        token = line.tokens[index]
        if token.free:
            continue
        if token.number is None or token.number.nil:
            return
        token.free = any(abs(token.edge - c.x1) <= _ALIGNED * token.height for c in columns)
        return


def _row(line: Line, columns: Sequence[Reach]) -> TableRow:
    cells: list[Token | None] = [None] * len(columns)
    orphans: list[Token] = []
    for token in line.tokens:
        if not token.free:
            continue
        column = _column_of(token, columns, line.height)
        if column is None or cells[column] is not None:
            orphans.append(token)
        else:
            cells[column] = token
    orphans = [t for t in orphans if t is not line.tokens[0] or not _MARK.fullmatch(t.text)]
    taken = [cell for cell in cells if cell is not None]
    first = taken[0].x0 if taken else None
    label = [t for t in line.tokens if first is None or t.x0 < first]
    return TableRow(line, label, cells, [t for t in orphans if first is None or t.x0 > first])


def _column_of(token: Token, columns: Sequence[Reach], height: float) -> int | None:
    edges = [abs(token.edge - column.x1) for column in columns]
    nearest = min(range(len(columns)), key=lambda index: edges[index])
    if token.number is not None and token.number.nil:
        inside = [i for i, c in enumerate(columns) if c.x0 - height <= token.x1 <= c.x1 + height]
        if inside:
            return inside[0]
        return nearest if edges[nearest] < 4 * height else None
    if edges[nearest] <= _NEAR * height:
        return nearest
    inside = [i for i, c in enumerate(columns) if c.x0 < token.edge and token.x0 < c.x1]
    return inside[0] if len(inside) == 1 else None


def is_unit_line(text: str) -> bool:
    """Whether the line says in which unit amounts are printed."""
    return _UNIT_LINE.search(text) is not None
