"""Confidence: a probability with its named parts, its band, and where it sends an insight."""

import math
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Literal, Self, get_args

from pydantic import Field

from services.domain.base import Instant, Probability, Record


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
    """A probability in [0, 1] that is the product of its factors, recalibrated once there are labels.

    ``product`` is what the factors gave before, ``labels`` on how many decisions of people the curve was
    fitted and ``as_of`` when. ``doubt`` names the input that keeps it below high, "" for none.
    """

    total: float = Field(ge=0, le=1)
    factors: tuple[ConfidenceFactor, ...]
    calibrated: bool = False
    labels: int = 0
    product: Probability | None = None
    as_of: Instant | None = None
    doubt: str = ""

    @property
    def band(self) -> Band:
        """The band of ``total``."""
        return band_of(self.total)


Part = Literal["value", "concept", "period", "unit"]
"""The four things that can be wrong with a fact, independently of each other."""
PARTS: tuple[Part, ...] = get_args(Part)
MOST_CERTAIN = 0.9999
MOST_LOG_ODDS = math.log(MOST_CERTAIN / (1 - MOST_CERTAIN))


class ConfidenceEvidence(Record):
    """One named piece of evidence on one part of a fact, and how far it moved the belief.

    ``log_odds`` is added to the natural logarithm of the odds that the part is right: above zero it
    speaks for the part, below zero against it.
    """

    part: Part
    name: str
    log_odds: float
    reason: str


class FactConfidence(Record):
    """The four independent parts of a fact's confidence; footing proves only ``value``.

    ``evidence`` says in order what moved each part from even odds to where it is.
    """

    value: float = Field(ge=0, le=1)
    concept: float = Field(ge=0, le=1)
    period: float = Field(ge=0, le=1)
    unit: float = Field(ge=0, le=1)
    evidence: tuple[ConfidenceEvidence, ...] = ()

    @property
    def total(self) -> float:
        """The product of the parts, capped at 0.9995 while no human has confirmed it."""
        return min(0.9995, self.value * self.concept * self.period * self.unit)

    @classmethod
    def believed(cls, evidence: Iterable[ConfidenceEvidence]) -> Self:
        """Return the confidence that the evidence alone gives, from even odds on each part."""
        return cls._moved(dict.fromkeys(PARTS, 0.5), (), tuple(evidence))

    def with_evidence(self, evidence: Iterable[ConfidenceEvidence]) -> Self:
        """Return the confidence moved by more evidence; no part passes 0.9999 on evidence alone."""
        held = {part: getattr(self, part) for part in PARTS}
        return self._moved(held, self.evidence, tuple(evidence))

    @classmethod
    def _moved(
        cls,
        held: Mapping[Part, float],
        before: tuple[ConfidenceEvidence, ...],
        told: tuple[ConfidenceEvidence, ...],
    ) -> Self:
        moves = dict.fromkeys(PARTS, 0.0)
        for piece in told:
            moves[piece.part] += piece.log_odds
        believed = {
            part: probability_of(log_odds(held[part]) + move)
            for part, move in moves.items()
            if move
        }
        return cls(**{**held, **believed}, evidence=before + told)


def log_odds(probability: float) -> float:
    """Return ln(p / (1 - p)) of a probability held within 0.0001 and 0.9999."""
    kept = min(max(probability, 1 - MOST_CERTAIN), MOST_CERTAIN)
    return math.log(kept / (1 - kept))


def probability_of(odds: float) -> float:
    """Return the probability of log-odds, held within 0.0001 and 0.9999."""
    kept = min(max(odds, -MOST_LOG_ODDS), MOST_LOG_ODDS)
    return 1 / (1 + math.exp(-kept))


HIGH_FROM = 0.85
MEDIUM_FROM = 0.60


def band_of(total: float) -> Band:
    """Return the band of a probability."""
    if total >= HIGH_FROM:
        return Band.HIGH
    return Band.MEDIUM if total >= MEDIUM_FROM else Band.LOW
