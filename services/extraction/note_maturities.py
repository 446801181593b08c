"""Debt maturities: what falls due in each of the next years, printed down or across the page."""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise

from services.domain.concepts import StatementKind
from services.domain.layout import PageLayout
from services.domain.periods import Period
from services.domain.provenance import Box
from services.domain.reports import ColumnKind
from services.extraction.headers import is_year
from services.extraction.lines import Line, Token, lines_of
from services.extraction.model import RawCell, RawColumn, RawRow, RawStatement
from services.extraction.note_tables import note_title
from services.extraction.periods import dates_in
from services.extraction.units import scale_in

_LINES_ABOVE = 7
_FEWEST_YEARS = 4
_LATER = re.compile(
    r"^(?:and\s+)?(?:thereafter|after\b|beyond|later|(?:fiscal\s+)?20\d\d\s*(?:and|[-–—+]))", re.I
)
_TOTAL = re.compile(r"^(?:total\b|\$|$)", re.I)
_OWED = re.compile(
    r"debt|principal|borrowing|notes\b|bonds|loans|maturit|sinking fund|repayment", re.I
)
_NOT_OWED = re.compile(
    r"lease|rent\b|rental|purchase (?:obligation|commitment)|pension|benefit|amorti[sz]|royalt"
    r"|licen[cs]e|capacity|compensation|\bcontent\b|held.to.maturity|available.for.sale|invest"
    r"|mortgage loan|receivable|contractual|commitment",
    re.I,
)
_ASIDE = re.compile(r"\([^)]*\)|\b(?:excluding|excludes|exclusive of|other than)\b[^,.:;]*", re.I)
_SENTENCE_END = re.compile(r"(?<=[a-z\d)%])\s?\.\s+(?=[A-Z])")
_FOOTNOTE = re.compile(r"\([\da-z]\)")
_CERTAIN, _DATED, _UNIT, _NO_UNIT = 0.98, 0.99, 0.99, 0.5


def debt_maturities(layout: PageLayout, period_end: date | None) -> RawStatement | None:
    """Return the first table of debt maturities on a page: one row a year, one column of amounts.

    Tables of leases, pensions, purchase obligations and the like have the same shape; the words above
    decide. None when no such table stands on the page or its date is not known.
    """
    lines = lines_of(layout)
    for start, rows in (*_down(lines, layout.number), *_across(lines, layout.number)):
        above = lines[max(0, start - _LINES_ABOVE) : start]
        context = " ".join(line.text for line in above)
        if not _OWED.search(context) or _NOT_OWED.search(_ASIDE.sub(" ", _sentence(context))):
            continue
        day = _as_of(context, rows, period_end)
        if day is not None:
            return _statement(layout.number, above, _added_up(rows), day)
    return None


def _as_of(context: str, rows: Sequence[RawRow], period_end: date | None) -> date | None:
    """Return the balance date: the last one named whose next year is the first that falls due."""
    first = int(rows[0].label[:4])
    near = [day for day in (*dates_in(context), period_end) if day and 0 <= first - day.year <= 1]
    return near[-2] if len(near) > 1 and near[-1] is period_end else next(iter(near), None)


def _added_up(rows: Sequence[RawRow]) -> list[RawRow]:
    """Leave out a last row without words that is no sum of the others, such as the page's number."""
    cells = [row.cells[0] for row in rows]
    amounts = [cell.number for cell in cells if cell is not None]
    summed = abs(sum(amounts[:-1]) - amounts[-1]) <= len(amounts)
    return list(rows) if rows[-1].label or summed else list(rows[:-1])


def _sentence(context: str) -> str:
    """Return the words that introduce the table, back to the start of their sentence."""
    return _SENTENCE_END.split(context)[-1]


def _down(lines: Sequence[Line], page: int) -> Iterator[tuple[int, list[RawRow]]]:
    """Yield the runs of lines that begin with consecutive years and hold one amount each."""
    index = 0
    while index < len(lines):
        end = index
        while end < len(lines) and _year_row(lines[end]) and _follows(lines, index, end):
            end += 1
        if end - index >= _FEWEST_YEARS - 1 and end < len(lines) and _is_later(lines[end]):
            rows = [_row(line, page) for line in lines[index : end + 1]]
            total = lines[end + 1] if end + 1 < len(lines) else None
            if total is not None and len(total.cells) == 1 and _TOTAL.match(_words(total)):
                rows.append(_row(total, page))
            yield index, rows
        index = max(end, index + 1)


def _year_row(line: Line) -> bool:
    return is_year(line.tokens[0]) and len(_amounts(line)) == 1


def _follows(lines: Sequence[Line], start: int, at: int) -> bool:
    if at == start:
        return True
    years = [int(line.tokens[0].text[:4]) for line in lines[at - 1 : at + 1]]
    return years[1] - years[0] == 1


def _is_later(line: Line) -> bool:
    return _LATER.match(line.text) is not None and len(_amounts(line)) == 1


def _amounts(line: Line) -> list[Token]:
    return [
        token
        for token in line.tokens[1:]
        if token.number is not None
        and token.free
        and not token.number.percent
        and not _FOOTNOTE.fullmatch(token.text)
    ]


def _words(line: Line) -> str:
    return " ".join(token.text for token in line.tokens if not token.free)


def _across(lines: Sequence[Line], page: int) -> Iterator[tuple[int, list[RawRow]]]:
    """Yield the rows of a heading of consecutive years and the one line of as many amounts below it."""
    for index, line in enumerate(lines[:-1]):
        years = _consecutive([token for token in line.tokens if is_year(token)])
        if len(years) < _FEWEST_YEARS:
            continue
        heads = _heads(line, years)
        below = next((x for x in lines[index + 1 : index + 4] if len(x.cells) == len(heads)), None)
        if below is not None and _LATER.match(heads[len(years)] if len(heads) > len(years) else ""):
            yield (
                index,
                [
                    RawRow(head, (cell_of(token, page),), page=page, label_boxes=(_box(line),))
                    for head, token in zip(heads, below.cells, strict=True)
                ],
            )


def _consecutive(years: Sequence[Token]) -> list[Token]:
    """Return the years from the first on that follow one another; '2027' of 'After 2027' does not."""
    run = list(years[:1])
    for before, after in pairwise(years):
        if int(after.text[:4]) - int(before.text[:4]) != 1:
            break
        run.append(after)
    return run


def _heads(line: Line, years: Sequence[Token]) -> list[str]:
    """Return the years, then what stands behind them: 'After 2023', 'Total'."""
    behind = [token for token in line.tokens if token.x0 > years[-1].x1]
    text = " ".join(token.text for token in behind)
    parts = re.split(r"\s+(?=total\b)", text, flags=re.I) if text else []
    return [token.text[:4] for token in years] + parts


def _row(line: Line, page: int) -> RawRow:
    amount = (_amounts(line) or line.cells)[-1]
    label = " ".join(token.text for token in line.tokens if token is not amount).strip(" $")
    words = [token for token in line.tokens if token is not amount]
    boxes = (Box(words[0].x0, words[0].y0, words[-1].x1, words[-1].y1),) if words else ()
    return RawRow(label, (cell_of(amount, page),), page=page, label_boxes=boxes)


def _box(line: Line) -> Box:
    return Box(line.tokens[0].x0, line.y0, line.tokens[-1].x1, line.y1)


def cell_of(token: Token, page: int) -> RawCell | None:
    """Return a printed number as a cell of its page, None for a word."""
    number = token.number
    if number is None:
        return None
    return RawCell(
        token.text,
        number.value,
        number.decimals,
        number.nil,
        page,
        boxes=token.boxes,
        certainty=token.certainty,
        recognised=token.recognised,
    )


def _statement(page: int, above: Sequence[Line], rows: Sequence[RawRow], day: date) -> RawStatement:
    scale = next((found for line in reversed(above) if (found := scale_in(line.text))), None)
    return RawStatement(
        kind=StatementKind.DEBT_MATURITIES,
        title=note_title(StatementKind.DEBT_MATURITIES, above),
        columns=(RawColumn("Amount due", ColumnKind.VALUE, Period(end=day), _DATED),),
        rows=tuple(rows),
        scale=scale or 1,
        scale_certainty=_UNIT if scale else _NO_UNIT,
        pages=(page,),
    )
