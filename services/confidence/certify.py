"""The lowest confidence from which labels prove a precision, and what a count of right ones says of it."""

from collections.abc import Sequence

import numpy as np
from scipy.stats import beta, binom

STRICTEST, LAXEST = 99, 30
"""Hundredths: the fixed sequence of thresholds runs from the one down to the other."""
FEWEST = 20
"""Fewer labels than this at a threshold test nothing, and the next one is looked at."""


def certify(
    score: Sequence[float],
    ok: Sequence[bool],
    target: float = 0.90,
    delta: float = 0.05,
    min_n: int = FEWEST,
) -> float | None:
    """Return the lowest threshold at or above which precision is proved to reach ``target``, else None.

    Learn-then-Test with a fixed sequence (Angelopoulos et al. 2021): from strict to lax each threshold is
    tested by the exact binomial at ``delta``, and the first failure ends it, so that a threshold whose
    true precision misses the target is returned with probability ``delta`` at most. The labels must be
    exchangeable with what the threshold will be used on, and the scores must not be tuned on them.
    """
    scores, right = np.asarray(score, dtype=float), np.asarray(ok, dtype=bool)
    best = None
    for hundredth in range(STRICTEST, LAXEST - 1, -1):
        threshold = hundredth / 100
        above = scores >= threshold
        count = int(above.sum())
        if count < min_n:
            continue
        if binom.sf(int(right[above].sum()) - 1, count, target) > delta:
            break
        best = threshold
    return best


def precision_bounds(right: int, labels: int, level: float = 0.95) -> tuple[float, float]:
    """Return the lower and the upper Clopper-Pearson bound of a share, each one-sided at ``level``."""
    lower = float(beta.ppf(1 - level, right, labels - right + 1)) if right else 0.0
    upper = float(beta.ppf(level, right + 1, labels - right)) if right < labels else 1.0
    return lower, upper
