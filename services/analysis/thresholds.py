"""Where a metric crosses a threshold between two reports: the limits are those of the rules, written there."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from services.analysis import leverage, liquidity, metric_anomalies, metric_risks, ratios, scores
from services.analysis.metrics import Metric
from services.analysis.profile import Profile


class Side(StrEnum):
    """On which side of a limit a rule speaks up."""

    BELOW = "below"
    AT_MOST = "at most"
    ABOVE = "above"


class Limit(NamedTuple):
    """A rule's threshold of a metric; ``zone`` names what lies beyond it, ``home`` what lies before."""

    rule_id: str
    metric_id: str
    side: Side
    at: Decimal
    zone: str = ""
    home: str = ""

    def beyond(self, value: Decimal) -> bool:
        """Whether a value lies where the rule speaks up."""
        if self.side is Side.ABOVE:
            return value > self.at
        return value < self.at or (self.side is Side.AT_MOST and value == self.at)


class Crossing(NamedTuple):
    """A metric on one side of a limit in the last report and on the other in this one."""

    limit: Limit
    before: Metric
    now: Metric

    @property
    def worse(self) -> bool:
        """Whether the rule speaks up now and did not before."""
        return self.limit.beyond(self.now.value)


class Crossings(NamedTuple):
    """What was crossed, the worsened first, of how many metrics with a limit that both reports have."""

    found: tuple[Crossing, ...]
    compared: int


def limits_of(profile: Profile) -> Iterator[Limit]:
    """Yield the limits that mean something for this kind of company."""
    if profile.liquidity_objection is None:
        yield Limit("K01", "current_ratio", Side.BELOW, liquidity.CURRENT_FLOOR)
        yield Limit("K01", "quick_ratio", Side.BELOW, liquidity.QUICK_FLOOR)
        yield Limit("K01", "cash_ratio", Side.BELOW, liquidity.CASH_FLOOR)
    if not profile.financial:
        yield from _debt(profile)
        yield Limit("A16", "cash_conversion_of_income", Side.BELOW, metric_anomalies.BACKED)
        yield Limit("A17", "accruals_ratio", Side.ABOVE, metric_anomalies.HIGH_ACCRUALS)
        yield Limit("A17", "accruals_ratio", Side.BELOW, -metric_anomalies.HIGH_ACCRUALS)
    if profile.classified and not profile.financial:
        yield from _altman(profile)
        if not profile.property_company:
            yield from _screens()
    yield Limit("K18", "goodwill_to_equity", Side.ABOVE, metric_risks.HEAVY_GOODWILL)


def _debt(profile: Profile) -> Iterator[Limit]:
    if not profile.property_company:
        allowance = leverage.UTILITY_ALLOWANCE if profile.utility else Decimal(0)
        for at, zone in ((leverage.LEVERAGED, "leveraged"), (leverage.CONCERN, "concern")):
            yield Limit("K03", "debt_to_ebitda", Side.ABOVE, at + allowance, zone)
    for at, zone in (
        (leverage.COVER_WATCH, "watch"),
        (leverage.COVER_HIGH, "high risk"),
        (leverage.COVER_CRITICAL, "critical"),
    ):
        yield Limit("K04", "interest_coverage", Side.BELOW, at, zone)


def _altman(profile: Profile) -> Iterator[Limit]:
    model, metric_id = ratios.Z_DOUBLE_PRIME, "altman_z_double_prime"
    if profile.manufacturer:
        model, metric_id = ratios.Z_PRIME, "altman_z_prime"
    yield Limit("K06", metric_id, Side.BELOW, model.distress, ratios.Zone.DISTRESS.value)
    yield Limit("K06", metric_id, Side.AT_MOST, model.safe, home=ratios.Zone.SAFE.value)


def _screens() -> Iterator[Limit]:
    yield Limit("K07", "zmijewski_x", Side.ABOVE, scores.ZMIJEWSKI_CUT, "distress")
    yield Limit("K07", "springate_s", Side.BELOW, scores.SPRINGATE_CUT, "distress")
    yield Limit("K08", "beneish_m", Side.ABOVE, scores.BENEISH_CUT)
    weak = Decimal(metric_risks.WEAK_STRENGTH)
    yield Limit("K09", "piotroski_f", Side.AT_MOST, weak, "weak")


def crossings(profile: Profile, now: Sequence[Metric], before: Sequence[Metric]) -> Crossings:
    """Compare the latest period of each metric with the last report's latest of the same length.

    ``now`` and ``before`` are the metrics of the two reports, latest period first.
    """
    found: list[Crossing] = []
    compared: set[str] = set()
    for limit in limits_of(profile):
        one = next((m for m in now if m.metric_id == limit.metric_id), None)
        other = None if one is None else _like(one, before)
        if one is not None and other is not None:
            compared.add(limit.metric_id)
            if limit.beyond(one.value) != limit.beyond(other.value):
                found.append(Crossing(limit, other, one))
    return Crossings(tuple(sorted(found, key=lambda one: not one.worse)), len(compared))


def _like(one: Metric, before: Sequence[Metric]) -> Metric | None:
    same = (
        m
        for m in before
        if m.metric_id == one.metric_id
        and m.period.span == one.period.span
        and m.period.end < one.period.end
    )
    return next(same, None)
