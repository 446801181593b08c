"""What a person states of a number, as it is sent: its place or the fact that stands there, and what it says."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.api.bodies import Comment, Flag, Real, Sent, SentId, Whole
from services.bootstrap import Services
from services.corrections.claims import MAX_LABEL
from services.domain.concepts import StatementKind, Unit
from services.domain.corrections import Claim, claim_of
from services.domain.errors import InvalidInput, NotFound
from services.domain.ids import CorrectionId, FactId
from services.domain.periods import Period
from services.domain.provenance import Box, SourceRef
from services.domain.reports import Basis, Fact, Report, Scenario
from services.extraction.pointing import MAX_PRINTED, read_amount

_HIGHEST_SCALE = 1_000_000_000_000
IsoDate = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", examples=["2025-12-31"])]
Printed = Annotated[
    str, Field(min_length=1, max_length=MAX_PRINTED, description="As printed", examples=["(1,234)"])
]


class Place(BaseModel):
    """Where a number stands: page and box of a PDF, or sheet and cell of a workbook."""

    model_config = ConfigDict(extra="forbid")

    page: Whole | None = Field(default=None, ge=1, le=100_000, examples=[12])
    bbox: tuple[Real, Real, Real, Real] | None = Field(
        default=None, description="PDF points from the top left", examples=[[400, 100, 440, 110]]
    )
    sheet: str | None = Field(default=None, max_length=100)
    cell: str | None = Field(default=None, max_length=12, examples=["B34"])

    @model_validator(mode="after")
    def _has_an_area(self) -> Self:
        if self.bbox is not None and not (
            self.bbox[0] < self.bbox[2] and self.bbox[1] < self.bbox[3]
        ):
            raise ValueError("a bbox is left, top, right, bottom")
        return self


class Stated(Sent):
    """A number as a person states it.

    With ``fact_id`` it stands where that fact stands and says the same but for what is given; without it
    ``place``, ``label``, ``period_end`` and ``unit`` are needed.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"fact_id": "fact-5e6f…", "printed": "1,101", "comment": "Misread."}]
        }
    )

    fact_id: SentId | None = None
    place: Place | None = None
    printed: Printed
    label: str | None = Field(default=None, min_length=1, max_length=MAX_LABEL)
    statement: StatementKind | None = None
    concept: str | None = Field(default=None, max_length=100, examples=["revenue"])
    period_start: IsoDate | None = None
    period_end: IsoDate | None = None
    unit: Unit | None = None
    currency: str | None = Field(default=None, pattern=r"^[A-Z]{3}$", examples=["USD"])
    scale: Whole | None = Field(
        default=None, ge=1, le=_HIGHEST_SCALE, description="1000 for thousands", examples=[1000]
    )
    opposite_sign: Flag | None = Field(
        default=None, description="Whether it counts with the opposite of the printed sign"
    )
    basis: Basis | None = None
    scenario: Scenario | None = None
    member: str | None = Field(default=None, max_length=MAX_LABEL)
    comment: Comment = ""
    seen: SentId | None = Field(
        default=None,
        description="The last correction of the place that the caller knows; 409 when there is another one. "
        "Left out: whichever there is",
    )


def claim_of_stated(stated: Stated, report: Report, services: Services) -> Claim:
    """Return the claim; raises InvalidInput with what is missing, NotFound for a fact of another document."""
    number = read_amount(stated.printed)
    like = None if stated.fact_id is None else _fact(stated.fact_id, report, services)
    base = _base(stated, report) if like is None else claim_of(like)
    reversed_by = stated.opposite_sign
    if reversed_by is None:
        reversed_by = like is not None and like.value * like.printed_value < 0
    said = {name: value for name, value in stated if name in _SAID and value is not None}
    said |= {name: None for name in _NONE_SAYS if name in stated.model_fields_set - said.keys()}
    claim = base.model_copy(update={**said, "period": _period(stated, base.period)})
    amount = {
        "value": number.value * claim.scale * (-1 if reversed_by else 1),
        "printed_value": number.value,
        "decimals": number.decimals,
        "source": claim.source.model_copy(update={"printed": stated.printed.strip()}),
    }
    return claim.model_copy(update=amount)


def seen_by_caller(stated: Stated, claim: Claim, services: Services) -> CorrectionId | None:
    """Return the last correction of the place that the caller knows."""
    if "seen" in stated.model_fields_set:
        return None if stated.seen is None else CorrectionId(stated.seen)
    last = services.corrections.last_at(claim.source)
    return None if last is None else last.correction_id


_SAID = (
    "label",
    "statement",
    "concept",
    "unit",
    "currency",
    "scale",
    "basis",
    "scenario",
    "member",
)
_NONE_SAYS = ("concept", "member")
"""Where null is something that can be said: no standard concept, no part of a table."""


def _fact(fact_id: str, report: Report, services: Services) -> Fact:
    fact = services.facts.fact(FactId(fact_id))
    if fact is None or fact.report_id != report.report_id:
        raise NotFound("This document has no such fact; read its facts again.")
    if fact.derived_from:
        raise InvalidInput("This number is computed; state one of the numbers it comes from.")
    return fact


def _base(stated: Stated, report: Report) -> Claim:
    place = stated.place
    if place is None or stated.label is None or stated.period_end is None or stated.unit is None:
        raise InvalidInput("Without fact_id, place, label, period_end and unit are needed.")
    source = SourceRef(
        report_id=report.report_id,
        document=report.name,
        page=place.page,
        sheet=place.sheet,
        cell=place.cell,
        boxes=() if place.bbox is None else (Box(*place.bbox),),
        printed=stated.printed,
    )
    return Claim(
        source=source,
        label=stated.label,
        statement=StatementKind.OTHER,
        concept=None,
        period=_parsed(None, stated.period_end),
        value=0,
        printed_value=0,
        unit=stated.unit,
    )


def _period(stated: Stated, known: Period) -> Period:
    given = {"period_start", "period_end"} & stated.model_fields_set
    if not given:
        return known
    start = None if known.start is None else known.start.isoformat()
    if "period_start" in given:
        start = stated.period_start
    return _parsed(start, stated.period_end or known.end.isoformat())


def _parsed(start: str | None, end: str) -> Period:
    try:
        return Period.model_validate({"start": start, "end": end})
    except ValueError as error:
        raise InvalidInput(f"{start or 'no start'} to {end} is no period.") from error
