"""The number of shares on the cover of a report: the one count of shares that is printed in full."""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from services.domain.concepts import StatementKind, Unit
from services.domain.layout import PageLayout
from services.domain.periods import Period
from services.domain.provenance import Box
from services.domain.reports import ColumnKind
from services.extraction.model import RawCell, RawColumn, RawRow, RawStatement, RowMatch
from services.extraction.periods import dates_in
from services.extraction.sentences import flowing

COVER_PAGES = 4
_SIZES = {"million": 1_000_000, "billion": 1_000_000_000}
_COUNT = r"(?P<count>\d{1,3}(?:,\d{3}){2,}|\d[\d,]*\.\d+\s(?:million|billion))"
_DATE = r"[A-Z][a-z]+\s\d{1,2},\s20\d\d"
_OUTSTANDING = (
    re.compile(
        rf"(?<![$\d]){_COUNT}\sshares\s(?:of\s[^.:$]{{0,40}}stock\b[^:]{{0,60}}?)?\b(?:issued\sand\s)?outstanding\b",
        re.IGNORECASE,
    ),
    re.compile(
        rf"shares\s(?:of\scommon\sstock\s)?outstanding\b[^$]{{0,60}}?{_DATE}\s?[,:]?\s(?:was\s)?{_COUNT}",
        re.IGNORECASE,
    ),
)
_LABEL = "Shares outstanding, on the cover"
_CERTAIN = 0.98
_BEFORE, _BEHIND = 80, 110  # characters


def cover_page(texts: Sequence[str]) -> int | None:
    """Return the 1-based page of the cover that prints one number of shares; several classes give none."""
    for number, text in enumerate(texts[:COVER_PAGES], start=1):
        counts = _counts(flowing(text))
        if counts:
            return number if len(counts) == 1 else None
    return None


def _counts(line: str) -> set[str]:
    return {match["count"] for pattern in _OUTSTANDING for match in pattern.finditer(line)}


def cover_shares(layout: PageLayout) -> tuple[RawStatement, tuple[RowMatch, ...]] | None:
    """Return the cover's number of shares as a table of one row, None where the words do not give one."""
    line = " ".join(word.text for word in layout.words)
    counts = _counts(line)
    printed = next(iter(counts), "")
    day = _day(line, printed)
    if len(counts) != 1 or day is None:
        return None
    digits, _, size = printed.partition(" ")
    number = Decimal(digits.replace(",", ""))
    boxes = tuple(
        Box(word.x0, word.y0, word.x1, word.y1)
        for word in layout.words
        if word.text.strip(".,;:()") == digits
    )
    cell = RawCell(
        printed,
        number,
        max(0, -int(number.as_tuple().exponent)),
        page=layout.number,
        boxes=boxes[:1],
    )
    raw = RawStatement(
        kind=StatementKind.COVER,
        title="Cover page",
        columns=(RawColumn("Shares", ColumnKind.VALUE, Period(end=day), _CERTAIN),),
        rows=(RawRow(_LABEL, (cell,), page=layout.number),),
        pages=(layout.number,),
    )
    return raw, (RowMatch(None, Unit.SHARES, _SIZES.get(size, 1)),)


def _day(line: str, count: str) -> date | None:
    """Return the date beside a number: the first behind it in its sentence, else the last before it."""
    place = line.index(count)
    behind = dates_in(line[place : place + _BEHIND])
    before = dates_in(line[max(0, place - _BEFORE) : place])
    return next(iter((*behind[:1], *before[-1:])), None)
