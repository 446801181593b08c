"""Confidence: a probability with its named parts, its band, and where it sends an insight."""

from enum import StrEnum

from pydantic import Field

from services.domain.base import Record


class Band(StrEnum):
    """Cold-start bands: high from 0.85, medium from 0.60, low below."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class ConfidenceFactor(Record):
    """One named part of a confidence and why it has its value."""

    name: str
    value: float = Field(ge=0, le=1)
    reason: str


class Confidence(Record):
    """A probability in [0, 1] that is the product of its factors."""

    total: float = Field(ge=0, le=1)
    factors: tuple[ConfidenceFactor, ...]
    calibrated: bool = False
    labels: int = 0

    @property
    def band(self) -> Band:
        """The band of ``total``."""
        return band_of(self.total)


class FactConfidence(Record):
    """The four independent parts of a fact's confidence; footing proves only ``value``."""

    value: float = Field(ge=0, le=1)
    concept: float = Field(ge=0, le=1)
    period: float = Field(ge=0, le=1)
    unit: float = Field(ge=0, le=1)
    reasons: tuple[str, ...] = ()

    @property
    def total(self) -> float:
        """The product of the parts, capped at 0.9995 while no human has confirmed it."""
        return min(0.9995, self.value * self.concept * self.period * self.unit)


HIGH_FROM = 0.85
MEDIUM_FROM = 0.60


def band_of(total: float) -> Band:
    """Return the band of a probability."""
    if total >= HIGH_FROM:
        return Band.HIGH
    return Band.MEDIUM if total >= MEDIUM_FROM else Band.LOW
