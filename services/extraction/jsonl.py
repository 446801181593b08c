"""The public line form of a fact: one JSON object a line."""

from decimal import Decimal
from typing import Any

from services.domain.provenance import Box
from services.domain.reports import Fact, Scenario

_PLANNED = {Scenario.BUDGET: "budget", Scenario.FORECAST: "forecast"}
"""Plans go by a basis of their own, so that who reads no scenario takes none of them for actual."""

_BESIDE = 1.0  # of the height: a sign farther from the digits stands in a place of its own


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
        "value": json_number(fact.value),
        "unit": fact.unit.value.replace("USD", fact.currency),
        "basis": _PLANNED.get(fact.scenario, fact.basis),
        "scenario": fact.scenario.value,
        "confidence": round(fact.confidence.total, 6),
        "page": fact.source.page,
        "bbox": _bbox(fact.source.boxes),
        "sheet": fact.source.sheet,
        "cell": fact.source.cell,
    }


def json_number(value: Decimal) -> int | float:
    """Return an amount as a JSON number, whole where it is whole."""
    whole = value.to_integral_value()
    return int(whole) if whole == value else float(value)


def _bbox(boxes: tuple[Box, ...]) -> list[float] | None:
    """Return the box about the digits; a currency sign far left of them is not part of it."""
    if not boxes:
        return None
    union = boxes[-1]
    for box in reversed(boxes[:-1]):
        if union.x0 - box.x1 <= _BESIDE * (union.y1 - union.y0):
            union = union.union(box)
    return [round(value, 2) for value in union]
