"""The public line form of a fact: one JSON object a line."""

from typing import Any

from services.domain.provenance import Box
from services.domain.reports import Fact, Scenario

_PLANNED = {Scenario.BUDGET: "budget", Scenario.FORECAST: "forecast"}
"""Plans go by a basis of their own, so that who reads no scenario takes none of them for actual."""


def fact_line(fact: Fact) -> dict[str, Any]:
    """Return the fact as the public JSONL object; the value is a number in base units."""
    start = fact.period.start
    return {
        "document": fact.source.document,
        "concept": fact.concept,
        "label": fact.label,
        "statement": fact.statement.value,
        "period_start": start.isoformat() if start is not None else None,
        "period_end": fact.period.end.isoformat(),
        "value": _number(fact),
        "unit": fact.unit.value.replace("USD", fact.currency),
        "basis": _PLANNED.get(fact.scenario, fact.basis),
        "scenario": fact.scenario.value,
        "confidence": round(fact.confidence.total, 6),
        "page": fact.source.page,
        "bbox": _bbox(fact.source.boxes),
        "sheet": fact.source.sheet,
        "cell": fact.source.cell,
    }


def _number(fact: Fact) -> int | float:
    whole = fact.value.to_integral_value()
    return int(whole) if whole == fact.value else float(fact.value)


def _bbox(boxes: tuple[Box, ...]) -> list[float] | None:
    if not boxes:
        return None
    union = boxes[0]
    for box in boxes[1:]:
        union = union.union(box)
    return [round(value, 2) for value in union]
