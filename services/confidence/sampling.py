"""Which of the automatically published insights a person audits: random, seeded, with a known probability."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from scipy.stats import beta

from services.domain.ids import InsightId

_BITS = 53


@dataclass(frozen=True, slots=True)
class Draw:
    """Whether an insight was drawn, and the probability with which it could be."""

    insight_id: InsightId
    is_drawn: bool
    propensity: float


def draws(published: Sequence[InsightId], wanting: int, share: float, seed: str) -> list[Draw]:
    """Draw each published insight with probability ``share``, and at least ``wanting`` of them where there are so many.

    Every insight has a number between 0 and 1 of its own, made of the seed and its id, so that a re-run
    draws the same: drawn are those below ``share`` and the ``wanting`` smallest.
    """
    numbers = {one: own_number(seed, one) for one in published}
    smallest = set(sorted(numbers, key=lambda one: (numbers[one], one))[: max(0, wanting)])
    chance = propensity(len(numbers), wanting, share)
    return [Draw(one, own < share or one in smallest, chance) for one, own in numbers.items()]


def own_number(seed: str, insight_id: InsightId) -> float:
    """Return the insight's number: uniform in [0, 1), the same on every machine."""
    digest = sha256(f"{seed}\x1f{insight_id}".encode()).digest()
    return (int.from_bytes(digest[:8], "big") >> (64 - _BITS)) / 2.0**_BITS


def propensity(published: int, wanting: int, share: float) -> float:
    """Return the probability that one of so many insights is drawn.

    Below ``share`` it always is; else it must be among the ``wanting`` smallest. With n - 1 others the
    probability of j below u is binomial, and its integral over u from ``share`` to 1 is a beta tail over n.
    """
    if max(0, wanting) >= published:
        return 1.0
    tails = (float(beta.sf(share, j + 1, published - j)) for j in range(wanting))
    return share + sum(tails) / published
