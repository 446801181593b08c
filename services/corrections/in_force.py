"""The facts people work with: the extractor's, with what people state of them in place."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from services.domain.confidence import PARTS, ConfidenceEvidence, FactConfidence, log_odds
from services.domain.corrections import (
    SAME_PLACE,
    Claim,
    Correction,
    current,
    reading_of,
    says_the_same,
    shared_place,
)
from services.domain.ids import FactId, StatementId, deterministic_id
from services.domain.provenance import SourceRef
from services.domain.reports import AppliedCorrection, Fact, MachineReading

CONFIRMED = 0.999
"""Probability that each part of what a person states is right (analysis.md §1.5)."""

_NAMES = {"added": "added by {}", "corrected": "corrected by {}", "confirmed": "confirmed by {}"}


def in_force(facts: Iterable[Fact], corrections: Sequence[Correction]) -> list[Fact]:
    """Return the facts with the corrections applied, oldest first as the store gives them.

    A corrected fact keeps its id and its row; a missed one is added behind the others. A fact computed
    from a number that is now another one is left out: it has to be computed again. Applying the same
    corrections twice is applying them once.
    """
    worked = list(facts)
    moved: set[FactId] = set()
    for correction in current(corrections):
        if correction.withdrawn:
            continue
        places = _at(correction.claim.source, worked)
        for place in places:
            fact = worked[place]
            if _is_applied(fact, correction):
                continue
            if not says_the_same(reading_of(fact), correction.claim):
                moved.add(fact.fact_id)
            worked[place] = _restated(fact, correction)
        if not places:
            worked.append(_added(correction))
    return [fact for fact in worked if moved.isdisjoint(fact.derived_from)]


def _at(source: SourceRef, facts: Sequence[Fact]) -> list[int]:
    """Return where the facts of a place are; of two neighbours in one statement the one that fits best."""
    best: dict[StatementId, tuple[float, int]] = defaultdict(lambda: (0.0, -1))
    for place, fact in enumerate(facts):
        if (fact.source.page, fact.source.sheet) != (source.page, source.sheet):
            continue
        share = 0.0 if fact.derived_from else shared_place(source, fact.source)
        if share >= SAME_PLACE and share > best[fact.statement_id][0]:
            best[fact.statement_id] = (share, place)
    return sorted(place for _, place in best.values() if place >= 0)


def _is_applied(fact: Fact, correction: Correction) -> bool:
    return fact.correction is not None and (
        fact.correction.correction_id == correction.correction_id
    )


def _restated(fact: Fact, correction: Correction) -> Fact:
    earlier = fact.correction
    machine = reading_of(fact) if earlier is None else earlier.machine
    return fact.model_copy(
        update={
            **_stated(correction.claim),
            "candidates": (),
            "confidence": _confidence(correction),
            "correction": _applied(correction, machine),
        }
    )


def _added(correction: Correction) -> Fact:
    claim = correction.claim
    parts = (correction.report_id, "stated", place_key(claim.source))
    return Fact(
        fact_id=FactId(deterministic_id("fact", *parts)),
        report_id=correction.report_id,
        statement_id=StatementId(deterministic_id("statement", *parts)),
        row=0,
        column=0,
        confidence=_confidence(correction),
        correction=_applied(correction, None),
        **_stated(claim),
    )


def place_key(source: SourceRef) -> str:
    """Return the place as text, the same for the same cell or boxes."""
    if source.page is None:
        return f"{source.sheet}!{source.cell}"
    boxes = ";".join(",".join(f"{edge:.1f}" for edge in box) for box in source.boxes)
    return f"{source.page}:{boxes}"


def _stated(claim: Claim) -> dict[str, object]:
    return {name: getattr(claim, name) for name in Claim.model_fields}


def _applied(correction: Correction, machine: MachineReading | None) -> AppliedCorrection:
    return AppliedCorrection(
        correction_id=correction.correction_id,
        kind=correction.kind,
        by=correction.made_by_name,
        at=correction.made_at,
        comment=correction.comment,
        machine_then=correction.machine,
        machine=machine,
    )


def _confidence(correction: Correction) -> FactConfidence:
    name = _NAMES[correction.kind].format(correction.made_by_name)
    day = f"{correction.made_at:%b} {correction.made_at.day}, {correction.made_at.year}"
    said = f"{name} on {day}" + (f": {correction.comment}" if correction.comment else "")
    return FactConfidence.believed(
        ConfidenceEvidence(part=part, name=name, log_odds=log_odds(CONFIRMED), reason=said)
        for part in PARTS
    )
