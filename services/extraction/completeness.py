"""The completeness gate: what a statement prints and the reading lacks is told, never passed over."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from services.domain.concepts import StatementKind
from services.domain.reports import FindingSeverity
from services.extraction.model import RawStatement, RowMatch
from services.extraction.second_reading import SecondReading

_SHOWN = 3
_LINE = 90
_NAMES = {
    StatementKind.INCOME: "income statement",
    StatementKind.BALANCE: "balance sheet",
    StatementKind.CASH_FLOW: "cash flow statement",
}
_CLOSINGS: dict[StatementKind, tuple[tuple[frozenset[str], str], ...]] = {
    StatementKind.INCOME: (
        (frozenset({"net_income", "net_income_incl_nci"}), "net income"),
    ),
    StatementKind.BALANCE: (
        (frozenset({"total_assets"}), "total assets"),
        (frozenset({"total_liabilities_and_equity"}), "total liabilities and equity"),
    ),
    StatementKind.CASH_FLOW: (
        (frozenset({"cash_from_operations"}), "cash from operations"),
        (frozenset({"net_change_in_cash", "cash_and_equivalents"}), "the change in cash"),
    ),
}  # fmt: skip
"""What each statement must come to: without it a part of it is missing."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that is printed, or must be, and was not read: code, sentence, page."""

    code: str
    sentence: str
    page: int | None
    severity: FindingSeverity = FindingSeverity.WARNING


def gaps(readings: Sequence[SecondReading], matches: Sequence[Sequence[RowMatch]]) -> Iterator[Gap]:
    """Yield what is missing from a report's consolidated statements.

    Lines with numbers that no row has, totals that a statement must come to, and statements that were
    not found at all while others were.
    """
    primary = [
        (reading, matched)
        for reading, matched in zip(readings, matches, strict=True)
        if reading.raw.basis == "consolidated" and reading.raw.kind.is_primary
    ]
    for reading, _ in primary:
        yield from _unread(reading)
    for kind, name in _NAMES.items():
        mine = [(reading.raw, matched) for reading, matched in primary if reading.raw.kind is kind]
        if mine:
            yield from _unclosed(kind, name, mine)
        elif primary:
            sentence = f"No {name} was found in this document, though other statements were."
            yield Gap("statement-missing", sentence, None)


def _unread(reading: SecondReading) -> Iterator[Gap]:
    if not reading.unread:
        return
    page = reading.unread[0][0]
    lines = "; ".join(f"“{text[:_LINE]}”" for _, text in reading.unread[:_SHOWN])
    more = f" and {len(reading.unread) - _SHOWN} more" if len(reading.unread) > _SHOWN else ""
    count = len(reading.unread)
    what = "A printed line" if count == 1 else f"{count} printed lines"
    yield Gap(
        "rows-missing",
        f"{what} of “{reading.raw.title}” was not read: {lines}{more}."
        if count == 1
        else f"{what} of “{reading.raw.title}” were not read: {lines}{more}.",
        page,
        FindingSeverity.ERROR,
    )


def _unclosed(
    kind: StatementKind, name: str, mine: Sequence[tuple[RawStatement, Sequence[RowMatch]]]
) -> Iterator[Gap]:
    concepts = {match.concept for _, matched in mine for match in matched}
    missing = [words for meanings, words in _CLOSINGS[kind] if not meanings & concepts]
    if missing:
        pages = mine[-1][0].pages
        sentence = (
            f"The {name} was read without {' and '.join(missing)}; a part of it may be missing."
        )
        yield Gap("closing-missing", sentence, pages[-1] if pages else None)
