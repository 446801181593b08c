"""Recalibration on labels: Platt's two parameters on the log-odds of a confidence."""

from collections.abc import Sequence

import numpy as np

from services.domain.confidence import log_odds, probability_of
from services.domain.scoring import Recalibration

FEWEST_LABELS = 50
"""With fewer a confidence is an estimate and is called one."""
_STEPS, _CLOSE, _RIDGE = 100, 1e-10, 1e-9


def recalibrate(
    score: Sequence[float], ok: Sequence[bool], weight: Sequence[float]
) -> Recalibration:
    """Return the curve that fits the labels best by weighted likelihood.

    Platt's smoothed targets keep it finite where labels are all alike. A confidence that falls as
    labels get better says nothing: the slope is then 0, and everything has the base rate.
    """
    odds = np.array([log_odds(one) for one in score])
    right, shares = np.asarray(ok, dtype=bool), np.asarray(weight, dtype=float)
    shares = shares * (len(shares) / shares.sum())
    accepted, rejected = float(shares[right].sum()), float(shares[~right].sum())
    targets = np.where(right, (accepted + 1) / (accepted + 2), 1 / (rejected + 2))
    slope, intercept = _fitted(odds, targets, shares)
    if slope <= 0:
        slope, intercept = 0.0, log_odds(float(np.average(targets, weights=shares)))
    return Recalibration(slope=slope, intercept=intercept, labels=len(odds))


def recalibrated(confidence: float, curve: Recalibration | None) -> float:
    """Return a confidence as the curve gives it; as it is without a curve."""
    if curve is None:
        return confidence
    return probability_of(curve.slope * log_odds(confidence) + curve.intercept)


def _fitted(odds: np.ndarray, targets: np.ndarray, shares: np.ndarray) -> tuple[float, float]:
    """Return slope and intercept by Newton's method on the weighted log-likelihood, from the identity."""
    design = np.column_stack([odds, np.ones_like(odds)])
    found = np.array([1.0, 0.0])
    for _ in range(_STEPS):
        stated = 1 / (1 + np.exp(-np.clip(design @ found, -30, 30)))
        gradient = design.T @ (shares * (targets - stated))
        curvature = (design * (shares * stated * (1 - stated))[:, None]).T @ design
        step = np.linalg.solve(curvature + _RIDGE * np.eye(2), gradient)
        size = float(np.abs(step).max())
        found = found + step * min(1.0, 2.0 / max(size, 1e-300))
        if size < _CLOSE:
            break
    return float(found[0]), float(found[1])
