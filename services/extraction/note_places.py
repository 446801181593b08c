"""Where in a document the tables of the notes stand that analyses need, judged from the text of every page."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from services.domain.concepts import StatementKind

PAGES_A_KIND = 3
"""How many pages of a kind are worth reading, best first."""


@dataclass(frozen=True, slots=True)
class Sought:
    """A kind of table: words that must all stand on its page, and rows of which ``least`` must."""

    kind: StatementKind
    words: tuple[str, ...]
    rows: tuple[re.Pattern[str], ...]
    least: int


def _rows(*patterns: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern) for pattern in patterns)


SOUGHT: tuple[Sought, ...] = (
    Sought(
        StatementKind.EARNINGS_PER_SHARE,
        ("dilut", "share"),
        _rows(r"average (?:number of )?.*shares", r"average.*dilut|shares.*dilut", r"effect|incremental|dilution"),
        2,
    ),
    Sought(
        StatementKind.INTEREST,
        ("interest expense",),
        _rows(r"^\W*(?:total )?interest expense", r"interest (?:and [a-z]+ )?income|investment income", r"other|total|net"),
        2,
    ),
    Sought(
        StatementKind.SUPPLEMENTAL_CASH_FLOW,
        ("paid", "interest", "tax"),
        _rows(r"paid.*interest|interest.*paid", r"paid.*tax|tax.*paid"),
        1,
    ),
    Sought(
        StatementKind.TAX_RECONCILIATION,
        ("statutory",),
        _rows(r"statutory", r"state", r"effective|provision|expense|total", r"foreign|non-u\.?s|international|credit"),
        3,
    ),
    Sought(
        StatementKind.SEGMENTS,
        ("segment", "total"),
        _rows(
            r"total.*(?:sales|revenue)|consolidated",
            r"operating (?:income|profit)",
            r"corporate|unallocated|eliminat|other",
        ),
        2,
    ),
)  # fmt: skip
_NUMERIC_END = re.compile(r"\d\)?\s?%?$")
_YEAR = re.compile(r"^\s*(?:fiscal\s*)?20\d\d\b.*\d$")
_YEARS_ACROSS = re.compile(r"(?:20\d\d\s+){4,}(?:thereafter|after|20\d\d|total)")
_LATER = ("thereafter", "after 20", "beyond", "later years")
_OWED = re.compile(r"maturit|principal|repayment|sinking fund|debt")
_FEWEST_YEARS = 3


def note_places(
    texts: Sequence[str], taken: Collection[int], wanted: Collection[StatementKind]
) -> dict[StatementKind, list[int]]:
    """Return the 1-based pages on which each wanted kind may stand, the likeliest first.

    Args:
        texts: The text of every page.
        taken: Pages of the primary statements; the notes come after them and are preferred.
        wanted: The kinds to look for.
    """
    last = max(taken, default=0)
    ranked: dict[StatementKind, list[tuple[bool, int, int, int]]] = {kind: [] for kind in wanted}
    for number, text in enumerate(texts, start=1):
        if number in taken:
            continue
        lower = text.lower()
        for kind, distinct, count in _shown(lower):
            if kind in ranked:
                ranked[kind].append((number > last, distinct, count, -number))
    return {
        kind: [-place[3] for place in sorted(places, reverse=True)[:PAGES_A_KIND]]
        for kind, places in ranked.items()
        if places
    }


def _shown(lower: str) -> Iterable[tuple[StatementKind, int, int]]:
    """Yield the kinds a page may show, with how many of their rows, each once and in all."""
    lines: list[str] | None = None
    for sought in SOUGHT:
        if all(word in lower for word in sought.words):
            lines = _numeric_lines(lower) if lines is None else lines
            counts = [sum(1 for line in lines if row.search(line)) for row in sought.rows]
            distinct = sum(1 for count in counts if count)
            if distinct >= sought.least:
                yield sought.kind, distinct, sum(counts)
    if any(word in lower for word in _LATER) and _OWED.search(lower):
        lines = _numeric_lines(lower) if lines is None else lines
        years = sum(1 for line in lines if _YEAR.match(line))
        if years >= _FEWEST_YEARS or _YEARS_ACROSS.search(lower):
            yield StatementKind.DEBT_MATURITIES, len(_OWED.findall(lower)), years


def _numeric_lines(lower: str) -> list[str]:
    """Return the lines that end in a number, as rows of tables do."""
    stripped = (line.rstrip() for line in lower.splitlines())
    return [line for line in stripped if _NUMERIC_END.search(line[-5:])]
