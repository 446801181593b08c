"""Figures side by side: of two reports, and of a budget and what came of it."""

from collections.abc import Sequence
from decimal import Decimal

import pandas as pd

from components.format import concept_name, money
from services.analysis.budget import Variance
from services.analysis.wording import growth, per_share
from services.changes import Moved
from services.domain.concepts import Unit
from services.domain.reports import Fact

_MEANINGFUL = 10


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


def budget_table(lines: Sequence[Variance]) -> pd.DataFrame:
    """Return one row a line: actual, budget, variance, the variance as a percentage, and the verdict."""
    return pd.DataFrame(
        {
            "Line": [concept_name(one.concept) for one in lines],
            "Actual": [_shown(one.actual) for one in lines],
            "Budget": [_shown(one.budget) for one in lines],
            "Variance": [_amount(one.actual, one.amount) for one in lines],
            "%": [_percent(one.share) for one in lines],
            "For profit": [one.verdict for one in lines],
        }
    )


def _percent(share: Decimal | None) -> str:
    """Write a change; one of more than ten times its base, or of none, says nothing."""
    return "n.m." if share is None or abs(share) > _MEANINGFUL else growth(share)


def _shown(fact: Fact) -> str:
    return _amount(fact, fact.value)


def _amount(fact: Fact, value: Decimal) -> str:
    if fact.unit is Unit.PER_SHARE:
        return per_share(value, fact.currency)
    return money(value, fact.currency)
