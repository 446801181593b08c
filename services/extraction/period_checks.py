"""What periods of different length say of each other: a year to date is no less than its last quarter."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from services.domain.reports import Fact, TieOut, TieOutStatus
from services.extraction.statement_view import Check, StatementView, Term, conclude, shown

LONGER = Check("T22", "A longer period is no less than a shorter one that ends with it")

_ONLY_GROWS = (
    "revenue",
    "cost_of_revenue",
    "sga",
    "research_and_development",
    "depreciation_amortization",
    "capex",
)


def check(consolidated: Sequence[StatementView]) -> list[TieOut]:
    """Return T22 for every concept that only grows with time and stands in periods of the same end."""
    groups: dict[tuple[str, date], list[Fact]] = defaultdict(list)
    for view in consolidated:
        for column in view.reported_columns:
            if view.period(column).is_instant:
                continue
            for concept in _ONLY_GROWS:
                fact = view.concept(concept, column)
                if fact is not None:
                    groups[concept, fact.period.end].append(fact)
    return [
        _compared(longer, shorter)
        for group in groups.values()
        for longer in group
        for shorter in group
        if longer.period.days > shorter.period.days
    ]


def _compared(longer: Fact, shorter: Fact) -> TieOut:
    base = conclude(LONGER, longer, [Term(1, shorter)], (shorter.value, longer.value))
    if longer.value >= shorter.value:
        holds = f"{LONGER.name}: holds for '{longer.label}' of {longer.period.label}."
        return base.model_copy(update={"status": TieOutStatus.PASS, "sentence": holds})
    sentence = (
        f"{LONGER.name}: '{longer.label}' is {shown(longer.value, longer)} for {longer.period.label} "
        f"and {shown(shorter.value, shorter)} for {shorter.period.label}."
    )
    return base.model_copy(update={"status": TieOutStatus.FAIL, "sentence": sentence})
