"""``python -m tests.bench.null_study``: how often the statistics fire where nothing happened, and where it did.

Companies of 100 lines with growth of unlike spread and no signal (normal, and heavy-tailed t3), three to
eight past changes; flags of the newest change per 100 lines at p < .01 and at the false-discovery rate the
product uses. Then five lines in a hundred get a true shift of five spreads: how many are found.
"""

import sys
from collections.abc import Callable

import numpy as np

from services.analysis.common_size import FALSE_DISCOVERY as SHARES_DISCOVERY
from services.analysis.movement import FALSE_DISCOVERY
from services.analysis.stats import benjamini_hochberg, cleaned, moderated_t, shared_prior

LINES, COMPANIES, SHIFTED = 100, 100, 5
MOST_FLAGS = 1.5
Noise = Callable[[np.random.Generator, tuple[int, int]], np.ndarray]
NOISES: dict[str, Noise] = {
    "normal": lambda source, shape: source.normal(size=shape),
    "t3": lambda source, shape: source.standard_t(3, size=shape) / np.sqrt(3),
}


def p_values(changes: np.ndarray) -> list[float]:
    """Return the p of every line's newest change, as the product tests them together."""
    histories = [cleaned(list(line[:-1]))[0] for line in changes]
    prior = shared_prior(histories)
    assert prior is not None
    return [
        moderated_t(float(line[-1]), history, prior).p
        for line, history in zip(changes, histories, strict=True)
    ]


def shared_flags(noise: Noise, past: int) -> float:
    """Return the lines per 100 flagged by the movement (A12) or the share of revenue (A18) on pure noise."""
    source = np.random.default_rng(1000 * past + 7)
    flagged = 0
    for _ in range(COMPANIES):
        spread = np.exp(source.normal(-3, 0.6, (LINES, 1)))
        changes = noise(source, (LINES, past + 1)) * spread
        revenue = noise(source, (1, past + 1)) * 0.05
        levels = np.cumsum(np.hstack([np.zeros((LINES, 1)), changes - revenue]), axis=1)
        shares = np.exp(source.normal(-3, 1.2, (LINES, 1)) + levels)
        moved = np.array(benjamini_hochberg(p_values(changes))) <= FALSE_DISCOVERY
        shifted = (
            np.array(benjamini_hochberg(p_values(np.diff(shares, axis=1)))) <= SHARES_DISCOVERY
        )
        flagged += int(np.sum(moved | shifted))
    return 100 * flagged / (LINES * COMPANIES)


def study(noise: Noise, past: int, shift: float = 0.0) -> tuple[float, float, float]:
    """Return flags per 100 true-null lines at p < .01 and at the FDR, and the power at the FDR."""
    source = np.random.default_rng(1000 * past + 7)
    plain, controlled, hits, nulls = 0, 0, 0, 0
    for _ in range(COMPANIES):
        spread = np.exp(source.normal(-3, 0.6, (LINES, 1)))
        changes = noise(source, (LINES, past + 1)) * spread
        moved = SHIFTED if shift else 0
        changes[:moved, -1] += shift * spread[:moved, 0]
        found = p_values(changes)
        flagged = [p <= FALSE_DISCOVERY for p in benjamini_hochberg(found)]
        plain += sum(p < 0.01 for p in found[moved:])
        controlled += sum(flagged[moved:])
        hits += sum(flagged[:moved])
        nulls += LINES - moved
    power = hits / (SHIFTED * COMPANIES) if shift else 0.0
    return 100 * plain / nulls, 100 * controlled / nulls, power


def main() -> int:
    """Print the study; 1 when noise raises more than 1.5 flags per 100 lines."""
    worst = 0.0
    for name, noise in NOISES.items():
        for past in range(3, 9):
            plain, controlled, _ = study(noise, past)
            _, beside, power = study(noise, past, shift=5.0)
            either = shared_flags(noise, past)
            worst = max(worst, controlled, either, plain if name == "normal" else 0.0)
            print(
                f"null study, {name}, {past} past changes: {plain:.2f} flags per 100 lines at p < .01, "
                f"{controlled:.2f} at FDR {FALSE_DISCOVERY:.0%}; with five true shifts: power {power:.2f}, "
                f"{beside:.2f} false flags; movement or share flagged {either:.2f}"
            )
    print(f"null study: at most {worst:.2f} flags per 100 lines (bar {MOST_FLAGS})")
    return 0 if worst <= MOST_FLAGS else 1


if __name__ == "__main__":
    sys.exit(main())
