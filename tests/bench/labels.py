"""``python -m tests.bench.labels``: what labels buy, on simulated reviewers of an over-confident scorer.

Statements have a true probability of being right, and the scorer states it too boldly (1.5 times the
log-odds and 0.3 more). In each of 400 runs n labels are drawn: the threshold they certify must keep its
promise on the whole population in 95 of 100 runs, and confidences recalibrated on them, judged by n fresh
labels, must look no worse than a perfect model may.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from services.confidence.certify import certify
from services.confidence.measures import expected_calibration_error, perfect_limit
from services.confidence.recalibrate import recalibrate, recalibrated

RUNS = 400
LABELS = (120, 250, 500, 1000)
TARGETS = (0.85, 0.90, 0.95)
MOST_VIOLATIONS = 0.05
_POPULATION = 400_000
_MIDDLE, _SPREAD = 1.9, 1.5
_BOLDER, _HIGHER = 1.5, 0.3
_SEED = 20_261_127


@dataclass(frozen=True)
class Promises:
    """How thresholds from n labels kept a promise, as shares of the runs; coverage is of the population."""

    labels: int
    target: float
    certified: float
    violated: float
    coverage: float
    naive_violated: float


@dataclass(frozen=True)
class Curves:
    """Calibration errors on n fresh labels: stated, recalibrated on n others, and a perfect model's limit."""

    labels: int
    stated: float
    recalibrated: float
    limit: float
    above: float


def statements(source: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return true probabilities and what the over-confident scorer states."""
    odds = source.normal(_MIDDLE, _SPREAD, count)
    return _probability(odds), _probability(_BOLDER * odds + _HIGHER)


def promises(labels: int, target: float, runs: int = RUNS) -> Promises:
    """Return how often the certified threshold, and the lowest that looks good enough, broke the promise."""
    source = np.random.default_rng([_SEED, labels, round(100 * target)])
    true, score = statements(source, _POPULATION)
    kept = {t / 100: float(true[score >= t / 100].mean()) for t in range(30, 100)}
    share = {t / 100: float((score >= t / 100).mean()) for t in range(30, 100)}
    certified, naive, violated, naive_violated = [], 0, 0, 0
    for _ in range(runs):
        drawn, stated = statements(source, labels)
        right = source.random(labels) < drawn
        threshold = certify(stated, right, target)
        if threshold is not None:
            certified.append(share[threshold])
            violated += kept[threshold] < target
        looks = looks_good(stated, right, target)
        naive += looks is not None
        naive_violated += looks is not None and kept[looks] < target
    coverage = float(np.mean(certified)) if certified else 0.0
    return Promises(
        labels, target, len(certified) / runs, violated / runs, coverage, naive_violated / runs
    )


def looks_good(stated: np.ndarray, right: np.ndarray, target: float) -> float | None:
    """Return the lowest threshold whose observed precision reaches the target: what one would do unaided."""
    for hundredth in range(30, 100):
        above = stated >= hundredth / 100
        if above.sum() >= 20 and right[above].mean() >= target:
            return hundredth / 100
    return None


def curves(labels: int, runs: int = RUNS) -> Curves:
    """Return the calibration errors of a size of label set, mean over the runs."""
    source = np.random.default_rng([_SEED, labels])
    equal = np.ones(labels)
    found: list[tuple[float, float, float]] = []
    for _ in range(runs):
        drawn, stated = statements(source, labels)
        curve = recalibrate(list(stated), list(source.random(labels) < drawn), list(equal))
        fresh, fresh_stated = statements(source, labels)
        right = source.random(labels) < fresh
        corrected = np.array([recalibrated(one, curve) for one in fresh_stated])
        found.append(
            (
                expected_calibration_error(fresh_stated, right, equal),
                expected_calibration_error(corrected, right, equal),
                perfect_limit(corrected, equal, draws=100),
            )
        )
    errors = np.array(found)
    stated_error, corrected_error, limit = (float(one) for one in errors.mean(axis=0))
    above = float((errors[:, 1] > errors[:, 2]).mean())
    return Curves(labels, stated_error, corrected_error, limit, above)


def kept(found: Sequence[Promises], errors: Sequence[Curves]) -> bool:
    """Whether every promise held often enough and every recalibrated error is below its limit."""
    return all(one.violated <= MOST_VIOLATIONS for one in found) and all(
        one.recalibrated <= one.limit for one in errors
    )


def main() -> int:
    """Print both tables; 1 when a promise or a limit was not kept."""
    found = [promises(labels, target) for target in TARGETS for labels in LABELS]
    for one in found:
        print(
            f"labels: n = {one.labels}, target {one.target:.2f}: certified in {one.certified:.3f} of {RUNS} runs, "
            f"promise broken in {one.violated:.3f} (bar {MOST_VIOLATIONS}), coverage {one.coverage:.2f}; lowest "
            f"threshold that looks good breaks it in {one.naive_violated:.3f}"
        )
    errors = [curves(labels) for labels in LABELS]
    for one in errors:
        print(
            f"labels: n = {one.labels}: calibration error stated {one.stated:.3f}, recalibrated "
            f"{one.recalibrated:.3f}, a perfect model's 95th percentile {one.limit:.3f} "
            f"(above it in {one.above:.3f} of the runs)"
        )
    return 0 if kept(found, errors) else 1


def _probability(odds: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-odds))


if __name__ == "__main__":
    sys.exit(main())
