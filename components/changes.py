"""The figures of two reports side by side."""

from collections.abc import Sequence

import pandas as pd

from components.format import change, concept_name, full_amount, money
from services.changes import Moved
from services.domain.concepts import Unit
from services.domain.reports import Fact


def change_table(moved: Sequence[Moved]) -> pd.DataFrame:
    """Return one row a line: last report, this report, change, and the change as a percentage."""
    return pd.DataFrame(
        {
            "Line": [concept_name(one.concept) for one in moved],
            "Last report": [f"{_shown(one.then)} ({one.then.period.label})" for one in moved],
            "This report": [f"{_shown(one.now)} ({one.now.period.label})" for one in moved],
            "Change": [_difference(one) for one in moved],
            "Change, %": ["n.m." if one.share is None else change(one.share) for one in moved],
        }
    )


def _shown(fact: Fact) -> str:
    if fact.unit is Unit.PER_SHARE:
        return full_amount(fact.value, fact.unit, fact.currency)
    return money(fact.value, fact.currency)


def _difference(one: Moved) -> str:
    if one.now.unit is Unit.PER_SHARE:
        return full_amount(one.change, one.now.unit, one.now.currency)
    return money(one.change, one.now.currency)
