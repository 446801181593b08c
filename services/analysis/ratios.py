"""Pure formulas: the Altman scores and their zones (Altman 1968, 2000)."""

from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple


class Zone(StrEnum):
    """Where an Altman score lies."""

    DISTRESS = "distress"
    GREY = "grey"
    SAFE = "safe"

    @property
    def rank(self) -> int:
        """0 for distress up to 2 for safe."""
        return list(Zone).index(self)


class AltmanModel(NamedTuple):
    """Coefficients for X1..X5 and the cut-offs: distress below ``distress``, safe above ``safe``."""

    name: str
    coefficients: tuple[Decimal, ...]
    distress: Decimal
    safe: Decimal

    def zone(self, score: Decimal) -> Zone:
        """Return the zone of a score."""
        if score < self.distress:
            return Zone.DISTRESS
        return Zone.SAFE if score > self.safe else Zone.GREY


def _decimals(*values: str) -> tuple[Decimal, ...]:
    return tuple(Decimal(value) for value in values)


Z_ORIGINAL = AltmanModel(
    "Z (public manufacturers)",
    _decimals("1.2", "1.4", "3.3", "0.6", "1.0"),
    Decimal("1.81"),
    Decimal("2.99"),
)
"""Needs the market value of equity, which no filing states: for a market value that a person gives."""
Z_PRIME = AltmanModel(
    "Z′ (private manufacturers)",
    _decimals("0.717", "0.847", "3.107", "0.420", "0.998"),
    Decimal("1.23"),
    Decimal("2.90"),
)
Z_DOUBLE_PRIME = AltmanModel(
    "Z″ (non-manufacturers)",
    _decimals("6.56", "3.26", "6.72", "1.05"),
    Decimal("1.10"),
    Decimal("2.60"),
)
COMPONENTS = (
    "working capital / total assets",
    "retained earnings / total assets",
    "operating income / total assets",
    "book equity / total liabilities",
    "revenue / total assets",
)


class AltmanInputs(NamedTuple):
    """The amounts of one period; ``ebit`` is operating income, ``equity`` the book value."""

    current_assets: Decimal
    current_liabilities: Decimal
    retained_earnings: Decimal
    ebit: Decimal
    equity: Decimal
    total_liabilities: Decimal
    total_assets: Decimal
    revenue: Decimal


def altman_components(model: AltmanModel, inputs: AltmanInputs) -> tuple[Decimal, ...]:
    """Return coefficient × ratio for each component the model uses; their sum is the score."""
    assets = inputs.total_assets
    ratios = (
        (inputs.current_assets - inputs.current_liabilities) / assets,
        inputs.retained_earnings / assets,
        inputs.ebit / assets,
        inputs.equity / inputs.total_liabilities,
        inputs.revenue / assets,
    )
    return tuple(weight * share for weight, share in zip(model.coefficients, ratios, strict=False))


def altman(model: AltmanModel, inputs: AltmanInputs) -> Decimal:
    """Return the Altman score of the model."""
    return sum(altman_components(model, inputs), Decimal(0))
