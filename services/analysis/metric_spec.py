"""How a metric is written down: inputs by name and the formula over their values.

An input is a concept; ``concept@1`` is its amount one year earlier, ``@2`` two years earlier; for a
balance the one at that year's end.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import NamedTuple

DAYS = Decimal(365)
ZERO = Decimal(0)
Values = Mapping[str, Decimal]


class Spec(NamedTuple):
    """How a metric is computed.

    ``unit`` is ratio, USD, days or score; ``yearly`` metrics need twelve months. ``industrial`` ones
    mean nothing for a bank or insurer, and ``screen`` ones neither for a company that the published
    sample left out (property companies).
    """

    metric_id: str
    formula: str
    unit: str
    inputs: tuple[str, ...]
    value: Callable[[Values], Decimal]
    yearly: bool = False
    industrial: bool = False
    screen: bool = False


def average(values: Values, concept: str) -> Decimal:
    """Return the average of a year's closing and opening balance."""
    return (values[concept] + values[f"{concept}@1"]) / 2


def both(*concepts: str) -> tuple[str, ...]:
    """Return the inputs of this year and the one before."""
    return tuple(name for concept in concepts for name in (concept, f"{concept}@1"))


def positive(value: Decimal) -> Decimal:
    """Return a denominator that means something; a multiple of a loss does not."""
    if value <= 0:
        raise ArithmeticError("not positive")
    return value


def share(metric_id: str, top: str, bottom: str, *, industrial: bool = False) -> Spec:
    """Return the spec of top / bottom."""
    return Spec(
        metric_id,
        f"{top}/{bottom}",
        "ratio",
        (top, bottom),
        lambda v: v[top] / v[bottom],
        industrial=industrial,
    )


def per_average(metric_id: str, top: str, bottom: str) -> Spec:
    """Return the spec of a year's flow over the average of a balance."""
    return Spec(
        metric_id,
        f"{top}/avg({bottom})",
        "ratio",
        (top, *both(bottom)),
        lambda v: v[top] / average(v, bottom),
        yearly=True,
    )


def growth(metric_id: str, concept: str) -> Spec:
    """Return the spec of a change over the amount a year earlier, which must be positive."""
    return Spec(
        metric_id,
        f"{concept}/{concept}[-1]-1",
        "ratio",
        both(concept),
        lambda v: v[concept] / positive(v[f"{concept}@1"]) - 1,
    )


def compound(metric_id: str, concept: str, years: int) -> Spec:
    """Return the spec of compound yearly growth over some years."""
    first = f"{concept}@{years}"
    return Spec(
        metric_id,
        f"({concept}/{concept}[-{years}])^(1/{years})-1",
        "ratio",
        (concept, first),
        lambda v: (positive(v[concept]) / positive(v[first])) ** (Decimal(1) / years) - 1,
        yearly=True,
    )


def mean_share(metric_id: str, top: str, bottom: str) -> Spec:
    """Return the spec of the three-year average of a ratio."""
    marks = ("", "@1", "@2")
    return Spec(
        metric_id,
        f"average over three years of {top}/{bottom}",
        "ratio",
        tuple(f"{name}{mark}" for mark in marks for name in (top, bottom)),
        lambda v: sum((v[top + m] / v[bottom + m] for m in marks), Decimal(0)) / len(marks),
        yearly=True,
    )


_PERCENTAGES = (
    "margin", "growth", "_rate", "to_revenue", "roa", "roe", "goodwill_to_equity", "cagr",
    "payout_ratio", "retention_ratio", "accruals_ratio", "to_assets", "to_total_assets",
    "free_cash_flow_conversion",
)  # fmt: skip


def is_percent(metric_id: str) -> bool:
    """Whether a ratio is written as a percentage and not as a multiple."""
    return any(part in metric_id for part in _PERCENTAGES)
