"""Statistics for short series.

The moderated t (variance shared across lines) with Benjamini-Hochberg, the exact Mann-Kendall test,
Theil-Sen slopes, one-step drift intervals with t quantiles and an F test of quarters; for long ones a
simulated test of first digits.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special, stats

CLEANING_FROM = 6
CLEANING_FACTOR = 4.0
_LARGEST_DF = 1e6
_NEWTON_STEPS = 12
_NO_SPREAD = 1e-12
"""A variance of logarithms that is rounding of the computation and nothing else."""
LEDGERS = 9_999
"""Simulated ledgers of the test of first digits."""
_SEED = 1938


@dataclass(frozen=True, slots=True)
class Prior:
    """The variance shared by all lines of a company: ``variance`` with ``df`` degrees of freedom."""

    df: float
    variance: float


@dataclass(frozen=True, slots=True)
class Moderated:
    """A newest change against its own past: expectation, 80 % range, t, degrees of freedom, p."""

    mean: float
    low: float
    high: float
    t: float
    df: float
    p: float


def cleaned(history: Sequence[float]) -> tuple[list[float], int | None]:
    """Drop one old outlier from at least six changes when the spread shrinks more than fourfold.

    Returns the kept changes and the index dropped, None when nothing was.
    """
    if len(history) < CLEANING_FROM:
        return list(history), None
    whole = float(np.std(history, ddof=1))
    spreads = [
        float(np.std([*history[:left], *history[left + 1 :]], ddof=1))
        for left in range(len(history))
    ]
    best = min(range(len(history)), key=lambda left: spreads[left])
    if whole <= CLEANING_FACTOR * spreads[best]:
        return list(history), None
    return [*history[:best], *history[best + 1 :]], best


def shared_prior(histories: Sequence[Sequence[float]]) -> Prior | None:
    """Fit the shared variance by moment matching of log variances (limma); None below two lines."""
    samples = [
        (len(history) - 1, float(np.var(history, ddof=1)))
        for history in histories
        if len(history) > 1
    ]
    samples = [(df, variance) for df, variance in samples if variance > 0]
    if len(samples) < 2:
        return None
    halves = np.array([df / 2 for df, _ in samples])
    logs = np.log([variance for _, variance in samples])
    centred = logs - special.digamma(halves) + np.log(halves)
    mean = float(np.mean(centred))
    excess = float(np.var(centred, ddof=1) - np.mean(special.polygamma(1, halves)))
    if excess <= 0:
        return Prior(df=_LARGEST_DF, variance=math.exp(mean))
    half = _inverse_trigamma(excess)
    variance = math.exp(mean + float(special.digamma(half)) - math.log(half))
    return Prior(df=min(2 * half, _LARGEST_DF), variance=variance)


def _inverse_trigamma(target: float) -> float:
    """Newton's method on 1/trigamma, which is convex (Smyth 2004, appendix); settles in a few steps."""
    x = 0.5 + 1 / target
    for _ in range(_NEWTON_STEPS):
        trigamma = float(special.polygamma(1, x))
        x += trigamma * (1 - trigamma / target) / float(special.polygamma(2, x))
    return x


def moderated_t(newest: float, history: Sequence[float], prior: Prior) -> Moderated:
    """Test the newest change against at least two past ones with the shrunken variance."""
    count = len(history)
    df = count - 1
    mean = float(np.mean(history))
    own = float(np.var(history, ddof=1))
    whole = prior.df + df
    spread = math.sqrt((prior.df * prior.variance + df * own) / whole * (1 + 1 / count))
    t = (newest - mean) / spread
    reach = float(special.stdtrit(whole, 0.9)) * spread
    p = float(2 * special.stdtr(whole, -abs(t)))
    return Moderated(mean=mean, low=mean - reach, high=mean + reach, t=t, df=whole, p=p)


def tested_together(changes: Sequence[Sequence[float]]) -> list[tuple[Moderated, int | None]]:
    """Test each line's newest change against its past ones, the spread shrunken to that of all lines.

    Beside each result stands the index of an old outlier that was set aside; [] below two lines.
    """
    histories = [cleaned(line[:-1]) for line in changes]
    prior = shared_prior([kept for kept, _ in histories])
    if prior is None:
        return []
    return [
        (moderated_t(line[-1], kept, prior), dropped)
        for line, (kept, dropped) in zip(changes, histories, strict=True)
    ]


def benjamini_hochberg(p_values: Sequence[float]) -> list[float]:
    """Return the adjusted p-values in the order given; reject those at or below q."""
    count = len(p_values)
    order = sorted(range(count), key=lambda index: p_values[index], reverse=True)
    adjusted = [1.0] * count
    least = 1.0
    for place, index in enumerate(order):
        least = min(least, p_values[index] * count / (count - place))
        adjusted[index] = least
    return adjusted


@dataclass(frozen=True, slots=True)
class TrendTest:
    """Mann-Kendall over ``count`` points: S = rises − falls over all pairs, and the exact two-sided p."""

    s: int
    p: float
    count: int


def mann_kendall(values: Sequence[float]) -> TrendTest:
    """Test for a monotone trend by the exact null distribution; needs two points at least.

    With ties the exact distribution does not exist and the tie-corrected normal one is used.
    """
    count = len(values)
    s = sum(
        (later > earlier) - (later < earlier)
        for place, earlier in enumerate(values)
        for later in values[place + 1 :]
    )
    tied = len(set(values)) < count
    found = stats.kendalltau(
        np.arange(count), np.array(values), method="asymptotic" if tied else "exact"
    )
    p = float(found.pvalue)
    return TrendTest(s=s, p=1.0 if math.isnan(p) else p, count=count)


@dataclass(frozen=True, slots=True)
class Slope:
    """A Theil-Sen slope per step with its 95 % band."""

    value: float
    low: float
    high: float


def theil_sen(values: Sequence[float]) -> Slope:
    """Return the median of all pairwise slopes, one step between neighbours."""
    found = stats.theilslopes(list(values), alpha=0.95)
    return Slope(float(found.slope), float(found.low_slope), float(found.high_slope))


def drift_range(values: Sequence[float], coverage: float = 0.80) -> tuple[float, float]:
    """Return the range of the next value: last + mean step ± t × spread; needs three values.

    t has one degree of freedom less than there are steps, and the spread counts the doubt about the
    mean step too: a normal quantile would hold 55 % of the time where 80 % are promised (n = 3).
    """
    steps = np.diff(np.array(values))
    count = len(steps)
    spread = float(np.std(steps, ddof=1)) * math.sqrt(1 + 1 / count)
    reach = float(special.stdtrit(count - 1, (1 + coverage) / 2)) * spread
    middle = values[-1] + float(np.mean(steps))
    return middle - reach, middle + reach


def seasonal_p(logs: Sequence[float]) -> float:
    """Return the p of an F test that quarters differ beside a straight trend; needs six consecutive ones."""
    count, steps = len(logs), np.arange(len(logs))
    trend = np.column_stack([np.ones(count), steps])
    quarters = np.column_stack([steps % 4 == place for place in (1, 2, 3)]).astype(float)
    bare, full = (
        float(np.sum((np.array(logs) - design @ np.linalg.lstsq(design, logs, rcond=None)[0]) ** 2))
        for design in (trend, np.hstack([trend, quarters]))
    )
    if bare <= _NO_SPREAD * count:
        return 1.0
    freedom = count - 5
    ratio = max(bare - full, 0.0) / 3 / max(full / freedom, _NO_SPREAD)
    return float(special.fdtrc(3, freedom, ratio))


def first_digit_p(deviation: float, count: int) -> float:
    """Return how often amounts that follow Benford's law have this mean absolute deviation or more; seeded."""
    law = np.log10(1 + 1 / np.arange(1, 10))
    drawn = np.random.default_rng(_SEED).multinomial(count, law / law.sum(), size=LEDGERS)
    deviations = np.abs(drawn / count - law).mean(axis=1)
    return (1 + int(np.count_nonzero(deviations >= deviation))) / (LEDGERS + 1)
