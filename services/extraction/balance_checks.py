"""Identities inside the balance sheet: which printed totals hold which parts, and what cannot be negative."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from services.domain.concepts import StatementKind
from services.domain.ids import FactId
from services.domain.reports import Fact, TieOut, TieOutStatus
from services.extraction.statement_view import (
    Check,
    StatementView,
    conclude,
    not_applicable,
    renamed,
)

CLAIMS = Check("T02", "Liabilities and equity add up to their total")
ASSETS = Check("T03", "Current and other assets add up to total assets")
LIABILITIES = Check("T04", "Current and other liabilities add up to total liabilities")
OWNERS = Check("T05", "The owners' parts add up to total equity")
PROPERTY = Check("T18", "Property less accumulated depreciation is net property")
NOT_NEGATIVE = Check("T24", "An amount that cannot be negative is not")

_DEPRECIATED = re.compile(r"accumulated (?:depreciation|amortization)", re.IGNORECASE)
_NEVER_NEGATIVE = (
    "total_assets",
    "total_current_assets",
    "cash_and_equivalents",
    "inventory",
    "goodwill",
    "accounts_payable",
    "total_current_liabilities",
    "shares_basic_wavg",
    "shares_diluted_wavg",
)


class _Structure(NamedTuple):
    """A check, the concept of its total, and the concepts one of which must be among its parts."""

    check: Check
    total: str
    parts: tuple[str, ...]


_STRUCTURES = (
    _Structure(
        CLAIMS, "total_liabilities_and_equity", ("total_equity_incl_nci", "stockholders_equity")
    ),
    _Structure(ASSETS, "total_assets", ("total_current_assets",)),
    _Structure(LIABILITIES, "total_liabilities", ("total_current_liabilities",)),
    _Structure(OWNERS, "total_equity_incl_nci", ("stockholders_equity",)),
)


def check(consolidated: Sequence[StatementView], subtotals: Sequence[TieOut]) -> list[TieOut]:
    """Return T02 to T05 and T18 for every column of the balance sheets, and T24 where it fails.

    A structure is proved by the discovered subtotal that holds the parts; where no such sum was
    discovered nothing is claimed.
    """
    explained = {tie_out.total: tie_out for tie_out in subtotals if tie_out.total is not None}
    results: list[TieOut] = []
    for view in consolidated:
        for column in view.reported_columns:
            if view.statement.kind is StatementKind.BALANCE:
                results += [_structure(view, column, claim, explained) for claim in _STRUCTURES]
                results += _property(view, column, explained)
            results += _negative(view, column)
    return results


def _structure(
    view: StatementView, column: int, claim: _Structure, explained: Mapping[FactId, TieOut]
) -> TieOut:
    total = view.concept(claim.total, column)
    parts = [fact for name in claim.parts if (fact := view.concept(name, column)) is not None]
    if total is None or not parts:
        missing = claim.total if total is None else claim.parts[0]
        reason = f"no {missing.replace('_', ' ')} is printed"
        return not_applicable(claim.check, view.statement, view.period(column), reason)
    discovered = explained.get(total.fact_id)
    if discovered is None or not {part.fact_id for part in parts} & set(discovered.members):
        reason = "the printed rows do not add up to it directly"
        return not_applicable(claim.check, view.statement, view.period(column), reason)
    return renamed(claim.check, discovered)


def _property(view: StatementView, column: int, explained: Mapping[FactId, TieOut]) -> list[TieOut]:
    net = view.concept("ppe_net", column)
    discovered = explained.get(net.fact_id) if net is not None else None
    if discovered is None:
        return []
    labels = [view.facts[member].label for member in discovered.members if member in view.facts]
    depreciated = any(_DEPRECIATED.search(label) for label in labels)
    return [renamed(PROPERTY, discovered)] if depreciated else []


def _negative(view: StatementView, column: int) -> list[TieOut]:
    found = (view.concept(name, column) for name in _NEVER_NEGATIVE)
    return [_failed(fact) for fact in found if fact is not None and fact.value < 0]


def _failed(fact: Fact) -> TieOut:
    base = conclude(NOT_NEGATIVE, fact, [], (Decimal(0), fact.value))
    sentence = (
        f"{NOT_NEGATIVE.name}: '{fact.label}' is {fact.source.printed} for {fact.period.label}."
    )
    return base.model_copy(update={"status": TieOutStatus.FAIL, "sentence": sentence})
