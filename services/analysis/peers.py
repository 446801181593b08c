"""A company's metrics beside those of others of its sector: median, quartiles, rank (§2.3).

Only measures without a currency are compared, of years that end within eighteen months of each other, and
only where five companies or more have them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from services.analysis.metrics import Metric
from services.analysis.profile import Profile
from services.domain.periods import Period

FEWEST = 5
_DAYS_APART = 548
_COMPARED = {"ratio", "days"}


@dataclass(frozen=True, slots=True)
class Standing:
    """One metric of a company among ``count`` companies, itself included; rank 1 is the largest value."""

    metric_id: str
    period: Period
    value: Decimal
    low: Decimal
    median: Decimal
    high: Decimal
    rank: int
    count: int


def sector_of(profile: Profile) -> str:
    """Return what kind of company the statements show, as far as they show it."""
    if profile.financial:
        return "bank or insurer"
    if profile.property_company:
        return "property company"
    if profile.utility:
        return "utility"
    return "industry, trade and services"


def standings(own: Sequence[Metric], others: Iterable[Sequence[Metric]]) -> list[Standing]:
    """Return where a company stands in each metric that five companies or more have."""
    mine = _latest(own)
    rest = [_latest(metrics) for metrics in others]
    found = []
    for metric_id, metric in mine.items():
        near = [
            other[metric_id].value
            for other in rest
            if metric_id in other and _near(other[metric_id].period, metric.period)
        ]
        values = sorted([metric.value, *near])
        if len(values) >= FEWEST:
            found.append(
                Standing(
                    metric_id=metric_id,
                    period=metric.period,
                    value=metric.value,
                    low=_quantile(values, Decimal("0.25")),
                    median=_quantile(values, Decimal("0.5")),
                    high=_quantile(values, Decimal("0.75")),
                    rank=1 + sum(value > metric.value for value in values),
                    count=len(values),
                )
            )
    return found


def _latest(metrics: Sequence[Metric]) -> Mapping[str, Metric]:
    """Return each comparable metric's newest value of a full year or of a date."""
    newest: dict[str, Metric] = {}
    for metric in metrics:
        if metric.unit in _COMPARED and metric.period.span in {"FY", "I"}:
            kept = newest.get(metric.metric_id)
            if kept is None or metric.period.end > kept.period.end:
                newest[metric.metric_id] = metric
    return newest


def _near(one: Period, other: Period) -> bool:
    return one.span == other.span and abs((one.end - other.end).days) <= _DAYS_APART


def _quantile(values: Sequence[Decimal], share: Decimal) -> Decimal:
    """Return a quantile of sorted values, linear between neighbours (type 7 of Hyndman and Fan)."""
    place = share * (len(values) - 1)
    below = int(place)
    above = min(below + 1, len(values) - 1)
    return values[below] + (values[above] - values[below]) * (place - below)
