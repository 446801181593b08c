"""Figures side by side: of two reports, and of a budget and what came of it."""

from collections.abc import Sequence
from decimal import Decimal

import pandas as pd

from components.format import concept_name, headline, money
from components.metric_table import metric_name, value_words
from services.analysis.budget import Variance
from services.analysis.metric_catalogue import BY_ID
from services.analysis.metrics import Metric
from services.analysis.registry import RULES
from services.analysis.thresholds import Crossing, Limit, Side
from services.analysis.wording import growth, per_share
from services.changes import Moved
from services.domain.concepts import Unit
from services.domain.reports import Fact

_MEANINGFUL = 10
_CROSSED = {
    (Side.BELOW, True): "fell below {at}",
    (Side.BELOW, False): "rose to {at} or above",
    (Side.AT_MOST, True): "fell to {at} or below",
    (Side.AT_MOST, False): "rose above {at}",
    (Side.ABOVE, True): "rose above {at}",
    (Side.ABOVE, False): "fell to {at} or below",
}
"""By the side on which the rule speaks up, and whether it does now."""
_TITLES = {rule.rule_id: rule.title for rule in RULES}


def change_table(moved: Sequence[Moved]) -> pd.DataFrame:
    """Return one row a line: last report, this report, change, and the change as a percentage."""
    return pd.DataFrame(
        {
            "Line": [concept_name(one.concept) for one in moved],
            "Last report": [f"{_shown(one.then)} ({one.then.period.label})" for one in moved],
            "This report": [f"{_shown(one.now)} ({one.now.period.label})" for one in moved],
            "Change": [_amount(one.now, one.change) for one in moved],
            "Change, %": [_percent(one.share) for one in moved],
        }
    )


def crossing_words(one: Crossing) -> str:
    """Say which threshold a metric crossed, into or out of which zone, and whose threshold it is."""
    limit = one.limit
    moved = _CROSSED[limit.side, one.worse].format(at=_limit_words(limit))
    zone = f", {_ways(limit, one.worse)}" if limit.zone or limit.home else ""
    return f"{moved}{zone} ({limit.rule_id} {_TITLES[limit.rule_id]})"


def _limit_words(limit: Limit) -> str:
    """Write a limit as one of its metric; a score's at the precision in which it was published."""
    if BY_ID[limit.metric_id].unit == "score":
        return str(limit.at)
    return value_words(limit.metric_id, limit.at)


def _ways(limit: Limit, worse: bool) -> str:
    if limit.zone:
        return f"{'into' if worse else 'out of'} “{limit.zone}”"
    return f"{'out of' if worse else 'into'} “{limit.home}”"


def crossing_table(found: Sequence[Crossing]) -> pd.DataFrame:
    """Return one row a crossed threshold: metric, last report, this report, and which was crossed."""
    return pd.DataFrame(
        {
            "Metric": [metric_name(one.limit.metric_id) for one in found],
            "Last report": [_measure(one.before) for one in found],
            "This report": [_measure(one.now) for one in found],
            "Threshold": [crossing_words(one) for one in found],
            "": ["worse" if one.worse else "better" for one in found],
        }
    )


def _measure(metric: Metric) -> str:
    return f"{value_words(metric.metric_id, metric.value)} ({metric.period.label})"


def budget_table(lines: Sequence[Variance]) -> pd.DataFrame:
    """Return one row a line: actual, budget, variance, the variance as a percentage, and the verdict.

    All lines are held against the same plan, which names its column: budget or forecast.
    """
    against = next((one.against for one in lines), "budget").capitalize()
    return pd.DataFrame(
        {
            "Line": [one.name for one in lines],
            "Actual": [_shown(one.actual) for one in lines],
            against: [_planned(one) for one in lines],
            "Variance": [_amount(one.actual, one.amount) for one in lines],
            "%": [_percent(one.share) for one in lines],
            "Verdict": [one.verdict for one in lines],
        }
    )


def _planned(one: Variance) -> str:
    """Write the plan, with its period where its calendar ends that on another day."""
    same = one.plan.period.end == one.actual.period.end
    return _shown(one.plan) if same else f"{_shown(one.plan)} ({one.plan.period.label})"


def _percent(share: Decimal | None) -> str:
    """Write a change; one of more than ten times its base, or of none, says nothing."""
    return "n.m." if share is None or abs(share) > _MEANINGFUL else growth(share)


def _shown(fact: Fact) -> str:
    return _amount(fact, fact.value)


def _amount(fact: Fact, value: Decimal) -> str:
    if fact.unit is Unit.PER_SHARE:
        return per_share(value, fact.currency)
    if fact.unit is not Unit.MONEY:
        return headline(fact.model_copy(update={"value": value}))
    return money(value, fact.currency)
