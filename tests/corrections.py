"""Claims and corrections for tests; every argument has a plain default."""

from collections.abc import Sequence
from datetime import timedelta

from services.domain.corrections import Claim, Correction, claim_of, reading_of
from services.domain.ids import CorrectionId
from services.domain.provenance import Box, SourceRef
from services.domain.reports import Fact
from services.domain.users import User
from tests.factories import ANALYST, NOW, a_fact

BOX = Box(400, 100, 440, 110)
"""The place where ``a_fact`` is printed."""


def a_place(box: Box = BOX, **changes: object) -> SourceRef:
    """A place on page 5 of the annual report."""
    return a_fact("revenue", 2025, 1).source.model_copy(update={"boxes": (box,), **changes})


def a_claim(fact: Fact, **changes: object) -> Claim:
    """What a fact says, with something said otherwise."""
    return claim_of(fact).model_copy(update=changes)


def a_correction(
    claim: Claim,
    machine: Fact | None = None,
    *,
    after: Correction | None = None,
    by: User = ANALYST,
    **changes: object,
) -> Correction:
    """A correction made a minute after the one it replaces."""
    number = 1 if after is None else int(after.correction_id.rpartition("-")[2]) + 1
    fields: dict[str, object] = {
        "correction_id": CorrectionId(f"c-{claim.source.place}-{claim.source.boxes}-{number}"),
        "report_id": claim.source.report_id,
        "claim": claim,
        "machine": None if machine is None else reading_of(machine),
        "comment": "",
        "made_by": by.user_id,
        "made_by_name": by.name,
        "made_at": NOW + timedelta(minutes=number),
        "replaces": None if after is None else after.correction_id,
    }
    return Correction.model_validate(fields | changes)


def withdrawn(correction: Correction, by: User = ANALYST) -> Correction:
    """The withdrawal of a correction."""
    later = a_correction(correction.claim, after=correction, by=by)
    return later.model_copy(update={"withdrawn": True, "machine": correction.machine})


def values(facts: Sequence[Fact]) -> list[int]:
    """The facts' values."""
    return [int(fact.value) for fact in facts]
