"""Which standard concept each printed row is, with its unit, its scale and how its sign is read."""

import re
from collections.abc import Callable, Sequence

from services.domain.concepts import CONCEPTS, StatementKind, Unit
from services.extraction.labels import scale_hint
from services.extraction.matching_balance import match_balance
from services.extraction.matching_cash_flow import match_cash_flow
from services.extraction.matching_income import match_income
from services.extraction.matching_notes import (
    match_earnings_per_share,
    match_interest,
    match_supplemental,
)
from services.extraction.matching_rows import Decisions, Meaning, RowView, row_views
from services.extraction.matching_shares import (
    DIVIDENDS,
    PER_SHARE,
    SHARES,
    share_scale,
    zoned_income,
)
from services.extraction.model import RawRow, RawStatement, RowMatch

_MATCHERS: dict[StatementKind, Callable[[Sequence[RowView]], Decisions]] = {
    StatementKind.INCOME: match_income,
    StatementKind.BALANCE: match_balance,
    StatementKind.CASH_FLOW: match_cash_flow,
    StatementKind.EARNINGS_PER_SHARE: match_earnings_per_share,
    StatementKind.INTEREST: match_interest,
    StatementKind.SUPPLEMENTAL_CASH_FLOW: match_supplemental,
}
_WITH_SHARES = {StatementKind.INCOME, StatementKind.EARNINGS_PER_SHARE}
_COUNTED = re.compile(
    r"^\W*(?:(?:average|total|closing|opening|period[ -]end) )*(?:head ?count|ftes?\b|full[ -]time equivalents?"
    r"|employees\b|(?:number|no\.?|#) of (?!.*\bshares\b)|days\b)"
    r"|\b(?:debtors?|creditors?|inventory|stock|receivables?|payables?|working capital|sales) days\b"
)
"""Rows that count people, things or days and no money, whatever unit the table is in."""
_UNKNOWN = Meaning(None, 1.0, reason="no rule knows this wording")


def match_statement(raw: RawStatement) -> tuple[RowMatch, ...]:
    """Return one match per printed row, in order.

    A concept is given to at most one row of the statement. Rows that no rule knows have concept
    None; rows that cannot be told apart have concept None and the candidates. Tables of a kind
    without rules are not mapped.
    """
    matcher = _MATCHERS.get(raw.kind)
    views = row_views(raw) if matcher is not None else []
    decisions = matcher(views) if matcher is not None else Decisions()
    zones = [view.zone for view in zoned_income(views)] if raw.kind in _WITH_SHARES else []
    scales = _count_scales(raw, views, zones, decisions)
    return tuple(
        _row_match(raw, row, index, decisions, zones, scales) for index, row in enumerate(raw.rows)
    )


def _row_match(
    raw: RawStatement,
    row: RawRow,
    index: int,
    decisions: Decisions,
    zones: Sequence[str],
    scales: dict[int, tuple[int, float]],
) -> RowMatch:
    meaning = decisions.by_row.get(index, _UNKNOWN)
    unit = _unit(meaning.concept, row, zones[index] if zones else "")
    scale, certainty = (
        scales.get(index, (raw.scale, 1.0)) if unit is Unit.SHARES else (raw.scale, 1.0)
    )
    return RowMatch(
        concept=meaning.concept,
        unit=unit,
        scale=1 if unit in {Unit.PER_SHARE, Unit.PURE} else scale,
        sign=meaning.sign,
        certainty=meaning.certainty * certainty,
        candidates=tuple(dict.fromkeys(meaning.candidates)),
        reason=meaning.reason,
    )


def _unit(concept: str | None, row: RawRow, zone: str) -> Unit:
    if concept is not None:
        return CONCEPTS[concept].unit
    if _is_percentage(row):
        return Unit.PURE
    label = row.label.lower()
    if zone == PER_SHARE or (
        zone == DIVIDENDS and "per" in f"{label} {(row.section or '').lower()}"
    ):
        return Unit.PER_SHARE
    if zone == SHARES:
        return Unit.SHARES
    return Unit.PURE if _COUNTED.search(label) else Unit.MONEY


def _is_percentage(row: RawRow) -> bool:
    printed = [cell.printed for cell in row.cells if cell is not None]
    return (bool(printed) and all("%" in text for text in printed)) or bool(
        re.search(
            r"\b(?:effective (?:income )?tax rate|as a (?:percent|%)|margin %)", row.label.lower()
        )
    )


def _count_scales(
    raw: RawStatement, views: Sequence[RowView], zones: Sequence[str], decisions: Decisions
) -> dict[int, tuple[int, float]]:
    """Scale and certainty of each share-count row, checked by net income over EPS where both stand."""
    scales: dict[int, tuple[int, float]] = {}
    income = decisions.by_concept.get("net_income")
    for index, zone in enumerate(zones):
        if zone != SHARES:
            continue
        row = raw.rows[index]
        hint = scale_hint(row.label) or scale_hint(row.section or "") or _title_hint(raw.title)
        eps = _eps_beside(index, decisions)
        scales[index] = share_scale(views[index], eps, income, raw.scale, hint)
    return scales


def _eps_beside(index: int, decisions: Decisions) -> RowView | None:
    meaning = decisions.by_row.get(index)
    diluted = meaning is not None and meaning.concept == "shares_diluted_wavg"
    wanted = ("eps_diluted", "eps_basic") if diluted else ("eps_basic", "eps_diluted")
    return next((decisions.by_concept[c] for c in wanted if c in decisions.by_concept), None)


def _title_hint(title: str) -> int | None:
    """The scale of shares when the title names it apart: '(dollars in millions, shares in thousands)'."""
    found = re.search(r"shares?(?: data)? (?:are )?in (\w+)|(\w+) of shares", title.lower())
    return scale_hint(found.group(0)) if found else None
