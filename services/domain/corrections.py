"""Corrections: what people state of numbers in a document, beside what the extractor reads there."""

from collections.abc import Iterable, Sequence

from services.domain.base import Amount, Instant, Record
from services.domain.concepts import StatementKind, Unit
from services.domain.ids import CorrectionId, ReportId, UserId
from services.domain.periods import Period
from services.domain.provenance import Box, SourceRef
from services.domain.reports import (
    Basis,
    CorrectionKind,
    Fact,
    MachineReading,
    Scenario,
    Statement,
)

SAME_PLACE = 0.5
"""Two boxes show one number when they share this much of the smaller one's area."""


class Claim(Record):
    """What somebody states of one number: its place, its label, its amount and its meaning.

    The fields mean what they mean on a ``Fact``.
    """

    source: SourceRef
    label: str
    statement: StatementKind
    concept: str | None
    period: Period
    value: Amount
    printed_value: Amount
    unit: Unit
    currency: str = "USD"
    scale: int = 1
    decimals: int = 0
    basis: Basis = "consolidated"
    scenario: Scenario = Scenario.ACTUAL
    member: str | None = None


class Correction(Record):
    """A person's claim about one place of a report; never changed, only replaced by a later one.

    ``machine`` is what the extractor read at the place when the person spoke, None for a number it
    had missed. ``replaces`` names the correction of the same place before this one; ``withdrawn``
    says that from here on nothing is claimed of the place.
    """

    correction_id: CorrectionId
    report_id: ReportId
    claim: Claim
    machine: MachineReading | None
    comment: str
    made_by: UserId
    made_by_name: str
    made_at: Instant
    replaces: CorrectionId | None = None
    withdrawn: bool = False

    @property
    def kind(self) -> CorrectionKind:
        """Whether the person added, corrected or confirmed the number."""
        if self.machine is None:
            return "added"
        return "confirmed" if says_the_same(self.machine, self.claim) else "corrected"


class FactInForce(Record):
    """A fact of a report that people have corrected, as its last analysis used it."""

    report_id: ReportId
    fact: Fact


class StatementInForce(Record):
    """A statement of a report that people have corrected, with the rows they added."""

    report_id: ReportId
    statement: Statement


def claim_of(fact: Fact) -> Claim:
    """Return what a fact says, as a claim."""
    return Claim(**{name: getattr(fact, name) for name in Claim.model_fields})


def reading_of(fact: Fact) -> MachineReading:
    """Return what the extractor says with a fact."""
    return MachineReading(
        printed=fact.source.printed,
        value=fact.value,
        concept=fact.concept,
        period=fact.period,
        unit=fact.unit,
        currency=fact.currency,
        scale=fact.scale,
    )


def says_the_same(machine: MachineReading, claim: Claim | Fact) -> bool:
    """Whether amount and meaning agree, however the number is printed."""
    names = ("value", "concept", "period", "unit", "currency", "scale")
    return all(getattr(machine, name) == getattr(claim, name) for name in names)


def current(corrections: Sequence[Correction]) -> list[Correction]:
    """Return the last correction of each place, withdrawn ones too, from corrections oldest first."""
    last: list[Correction] = []
    for correction in reversed(corrections):
        if at_place(correction.claim.source, last) is None:
            last.append(correction)
    return last[::-1]


def at_place(source: SourceRef, corrections: Iterable[Correction]) -> Correction | None:
    """Return the last of the corrections that speaks of a place, or None."""
    found = [c for c in corrections if shared_place(source, c.claim.source) >= SAME_PLACE]
    return found[-1] if found else None


def shared_place(one: SourceRef, other: SourceRef) -> float:
    """Return how far two places are one, in [0, 1]: the same cell, or boxes that lie on each other."""
    if (one.report_id, one.page, one.sheet) != (other.report_id, other.page, other.sheet):
        return 0.0
    if one.page is None:
        return float(one.cell is not None and one.cell == other.cell)
    return max((_shared(a, b) for a in one.boxes for b in other.boxes), default=0.0)


def _shared(one: Box, other: Box) -> float:
    width = min(one.x1, other.x1) - max(one.x0, other.x0)
    height = min(one.y1, other.y1) - max(one.y0, other.y0)
    smaller = min(_area(one), _area(other))
    return width * height / smaller if width > 0 and height > 0 and smaller > 0 else 0.0


def _area(box: Box) -> float:
    return (box.x1 - box.x0) * (box.y1 - box.y0)
