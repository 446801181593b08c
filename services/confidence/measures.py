"""How good stated confidences are beside labels: calibration, discrimination, and what is still unsure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import norm, rankdata

BINS = 10
_DRAWS = 500
_SEED = 20_260_101
_Z95 = float(norm.ppf(0.975))
_LEAST = 1e-4
Vector = Sequence[float] | np.ndarray


@dataclass(frozen=True, slots=True)
class Bin:
    """Labels of like confidence: how many, the mean stated, the share right and its 95 % Wilson interval."""

    labels: int
    stated: float
    right: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Measured:
    """The measures of confidences on labels, each label weighted by 1 / its probability of being drawn.

    ``ece`` is the expected calibration error over ten bins of equal mass, ``ece_limit`` what a perfect
    model stays under in 95 of 100 samples of these very scores (it is never 0). ``auroc`` is None where
    all labels are alike. ``brier_base`` is the Brier score of always stating the base rate.
    """

    labels: int
    ece: float
    ece_limit: float
    auroc: float | None
    brier: float
    brier_base: float
    log_loss: float
    bins: tuple[Bin, ...]
    risk_coverage: tuple[tuple[float, float], ...]

    @property
    def passes(self) -> bool:
        """Whether the confidences are as calibrated as a perfect model's may look, and beat the base rate."""
        return self.ece <= self.ece_limit and self.brier < self.brier_base


def measured(score: Sequence[float], ok: Sequence[bool], weight: Sequence[float]) -> Measured:
    """Return the measures of at least one label."""
    scores, right = np.asarray(score, dtype=float), np.asarray(ok, dtype=float)
    weights = np.asarray(weight, dtype=float)
    base = float(np.average(right, weights=weights))
    kept = np.clip(scores, _LEAST, 1 - _LEAST)
    loss = -(right * np.log(kept) + (1 - right) * np.log(1 - kept))
    return Measured(
        labels=len(scores),
        ece=expected_calibration_error(scores, right, weights),
        ece_limit=perfect_limit(scores, weights),
        auroc=auroc(scores, right, weights),
        brier=float(np.average((scores - right) ** 2, weights=weights)),
        brier_base=base * (1 - base),
        log_loss=float(np.average(loss, weights=weights)),
        bins=reliability(scores, right, weights),
        risk_coverage=risk_coverage(scores, right, weights),
    )


def wilson(right: float, labels: float) -> tuple[float, float]:
    """Return the 95 % Wilson interval of a share, by how many of how many were right (above 0)."""
    share, square = right / labels, _Z95**2
    middle = (share + square / (2 * labels)) / (1 + square / labels)
    spread = share * (1 - share) / labels + square / (4 * labels**2)
    half = _Z95 * float(np.sqrt(spread)) / (1 + square / labels)
    return max(0.0, middle - half), min(1.0, middle + half)


def effective(weights: Vector) -> float:
    """Return how many equally weighted labels say as much as these (Kish)."""
    shares = np.asarray(weights, dtype=float)
    return float(shares.sum() ** 2 / (shares**2).sum())


def reliability(scores: Vector, right: Vector, weights: Vector) -> tuple[Bin, ...]:
    """Return ten bins of equally many labels, the least sure first; fewer where there are fewer labels."""
    stated, outcome, shares = (np.asarray(one, dtype=float) for one in (scores, right, weights))
    found = []
    for members in _equal_mass(stated):
        share = float(np.average(outcome[members], weights=shares[members]))
        count = effective(shares[members])
        low, high = wilson(share * count, count)
        mean = float(np.average(stated[members], weights=shares[members]))
        found.append(Bin(len(members), mean, share, low, high))
    return tuple(found)


def expected_calibration_error(scores: Vector, right: Vector, weights: Vector) -> float:
    """Return the mean distance between stated and right over ten bins of equally many labels."""
    stated, outcome, shares = (np.asarray(one, dtype=float) for one in (scores, right, weights))
    gaps = [
        abs(float((shares[members] * (stated[members] - outcome[members])).sum()))
        for members in _equal_mass(stated)
    ]
    return sum(gaps) / float(shares.sum())


def perfect_limit(scores: Vector, weights: Vector, draws: int = _DRAWS) -> float:
    """Return the 95th percentile of the calibration error of a perfect model with these scores; seeded."""
    stated, shares = np.asarray(scores, dtype=float), np.asarray(weights, dtype=float)
    source = np.random.default_rng(_SEED)
    outcomes = source.random((draws, len(stated))) < stated
    gaps = np.zeros(draws)
    for members in _equal_mass(stated):
        misses = (stated[members] - outcomes[:, members]) * shares[members]
        gaps += np.abs(misses.sum(axis=1))
    return float(np.quantile(gaps / shares.sum(), 0.95))


def auroc(scores: Vector, right: Vector, weights: Vector) -> float | None:
    """Return the probability that a right one is stated surer than a wrong one, ties as half; None without both."""
    stated, outcome, shares = (np.asarray(one, dtype=float) for one in (scores, right, weights))
    good, bad = outcome > 0, outcome <= 0
    if not good.any() or not bad.any():
        return None
    ranks = rankdata(stated, method="dense").astype(int)
    below = np.bincount(ranks[bad], weights=shares[bad], minlength=ranks.max() + 1)
    under = np.cumsum(below) - below / 2
    won = float((shares[good] * under[ranks[good]]).sum())
    return won / float(shares[good].sum() * shares[bad].sum())


def risk_coverage(
    scores: Vector, right: Vector, weights: Vector
) -> tuple[tuple[float, float], ...]:
    """Return (share taken, share wrong among them) when the surest are taken first, a point a distinct score."""
    stated, outcome, shares = (np.asarray(one, dtype=float) for one in (scores, right, weights))
    order = np.argsort(-stated, kind="stable")
    taken = np.cumsum(shares[order])
    wrong = np.cumsum((shares * (1 - outcome))[order])
    ends = np.append(np.flatnonzero(np.diff(stated[order])), len(order) - 1)
    return tuple((float(taken[i] / taken[-1]), float(wrong[i] / taken[i])) for i in ends)


def _equal_mass(stated: np.ndarray) -> list[np.ndarray]:
    order = np.argsort(stated, kind="stable")
    return [part for part in np.array_split(order, BINS) if len(part)]
