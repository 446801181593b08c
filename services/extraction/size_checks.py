"""What the size of a number says against it: a slipped scale, or fewer diluted shares than basic ones."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from services.domain.concepts import StatementKind, Unit
from services.domain.reports import Fact, LineItem, TieOut, TieOutStatus
from services.extraction.statement_view import (
    Check,
    StatementView,
    Term,
    conclude,
    not_applicable,
    shown,
)

SCALE = Check("T26", "No amount is of another order than its row and the balance sheet")
DILUTED = Check("T34", "Diluted shares are no fewer than basic shares")

_SLIPPED = 200
"""A row that grows so much between two columns is rare; one that also passes all assets is a slip."""
_BEYOND = 10
"""Times the total assets, for a row with nothing beside it to compare with."""


def check(consolidated: Sequence[StatementView]) -> list[TieOut]:
    """Return T26 where it fails, and T34 for every column of the income statements."""
    assets = max(_assets(consolidated), default=None)
    results: list[TieOut] = []
    for view in consolidated:
        if view.statement.kind is StatementKind.INCOME:
            results += [_diluted(view, column) for column in view.reported_columns]
        if view.statement.kind.is_primary and assets is not None:
            results += _slipped(view, assets)
    return results


def _assets(consolidated: Sequence[StatementView]) -> Iterator[Decimal]:
    """Yield the second largest total of assets where two are printed: the largest may be the slip."""
    totals = sorted(
        fact.value
        for view in consolidated
        if view.statement.kind is StatementKind.BALANCE
        for column in view.reported_columns
        if (fact := view.concept("total_assets", column)) is not None and fact.value > 0
    )
    yield from totals[-2:-1] or totals


def _slipped(view: StatementView, assets: Decimal) -> Iterator[TieOut]:
    for row in view.statement.rows:
        cells = [
            fact
            for column in view.reported_columns
            if (fact := view.cell(row, column)) is not None and fact.unit is Unit.MONEY
        ]
        for fact in cells:
            others = [abs(other.value) for other in cells if other is not fact and other.value]
            if _is_out_of_order(abs(fact.value), others, assets):
                yield _failed(row, fact, assets)


def _is_out_of_order(amount: Decimal, others: Sequence[Decimal], assets: Decimal) -> bool:
    if others:
        return amount > assets and amount >= _SLIPPED * max(others)
    return amount > _BEYOND * assets


def _failed(row: LineItem, fact: Fact, assets: Decimal) -> TieOut:
    base = conclude(SCALE, fact, [], (assets, abs(fact.value)))
    sentence = (
        f"{SCALE.name}: '{row.label.strip(' $')}' is {shown(abs(fact.value), fact)} for "
        f"{fact.period.label}, more than all assets ({shown(assets, fact)}) and of another order "
        "than the same row elsewhere; look for a slipped scale."
    )
    return base.model_copy(update={"status": TieOutStatus.FAIL, "sentence": sentence})


def _diluted(view: StatementView, column: int) -> TieOut:
    basic = view.concept("shares_basic_wavg", column)
    diluted = view.concept("shares_diluted_wavg", column)
    if basic is None or diluted is None:
        reason = "basic and diluted weighted shares are not both printed"
        return not_applicable(DILUTED, view.statement, view.period(column), reason)
    base = conclude(DILUTED, diluted, [Term(1, basic)], (basic.value, diluted.value))
    if diluted.value >= basic.value:
        holds = f"{DILUTED.name}: holds for {diluted.period.label}."
        return base.model_copy(update={"status": TieOutStatus.PASS, "sentence": holds})
    sentence = (
        f"{DILUTED.name}: {shown(diluted.value, diluted)} diluted and {shown(basic.value, basic)} "
        f"basic shares for {diluted.period.label}."
    )
    return base.model_copy(update={"status": TieOutStatus.FAIL, "sentence": sentence})
