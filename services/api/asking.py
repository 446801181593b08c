"""Questions about loaded reports over HTTP: answered from their numbers, or refused with the reason."""

from decimal import Decimal

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from services.api.addresses import BASE, report_of
from services.api.answers import as_json
from services.api.bodies import Sent, SentId
from services.api.callers import ReportViewer
from services.api.models import Model, SourceOut
from services.api.once import Asked, Once
from services.ask.answers import Answer, Citation, Refusal
from services.ask.reading import LONGEST
from services.ask.refusals import Reason
from services.bootstrap import Services
from services.domain.base import Amount

_MOST_DOCUMENTS = 50


class Inquiry(Sent):
    """A question, and the reports or the company it is about; without either all reports are meant."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "question": "What is the FY2025 quick ratio? Round to two decimal places.",
                    "document_ids": [],
                }
            ]
        }
    )

    question: str = Field(
        min_length=1, max_length=LONGEST, examples=["What is the FY2025 quick ratio?"]
    )
    document_ids: list[SentId] = Field(default_factory=list, max_length=_MOST_DOCUMENTS)
    company: str | None = Field(default=None, max_length=200, examples=["Larkfield Industries"])


class StepOut(BaseModel):
    """One line of the calculation."""

    what: str = Field(examples=["total current assets"])
    period: str = Field(description="Empty for the whole", examples=["Dec 31, 2025"])
    value: str = Field(examples=["USD 13,709 m"])


class CitedOut(SourceOut):
    """A cell behind the answer."""

    label: str = Field(description="The row's label as printed", examples=["Total current assets"])
    role: str = Field(description="What it is", examples=["total current assets, Dec 31, 2025"])
    fact_id: str = Field(examples=["fact-5f0c…"])


class AnswerOut(Model):
    """What is answered, or why nothing is: then ``reason`` is set and there is no number."""

    question: str = Field(examples=["What is the FY2025 current ratio?"])
    answered: bool
    sentence: str = Field(
        description="The answer in words, or what to do for one",
        examples=["Current ratio of Larkfield Industries, at Dec 31, 2025: 1.89×."],
    )
    reason: Reason | None = Field(
        description="Why there is no answer; null with one", examples=[None]
    )
    value: Amount | None = Field(
        description="Exact, in base units: a percentage is a fraction", examples=["1.892462"]
    )
    given: Amount | None = Field(
        description="In the unit and at the rounding asked for", examples=["1.89"]
    )
    unit: str | None = Field(description="Of what is given", examples=["ratio"])
    period: str | None = Field(examples=["Year to Dec 31, 2025"])
    formula: str | None = Field(examples=["current ratio"])
    own_definition: bool = Field(
        description="Whether the question says how to compute it", examples=[False]
    )
    confidence: float | None = Field(
        description="At least so probably every number under it is read right",
        ge=0, le=1, examples=[0.97],
    )  # fmt: skip
    company: str | None = Field(examples=["Larkfield Industries"])
    steps: list[StepOut]
    citations: list[CitedOut]
    notes: list[str] = Field(
        description="What to know of the numbers behind it",
        examples=[["“Inventories” is read with confidence 0.91."]],
    )


def asking_router(services: Services) -> APIRouter:
    """Return ``/questions``."""
    router = APIRouter(tags=["facts"])
    once = Once(services.answers)

    @router.post("/questions", response_model=AnswerOut)
    def ask_question(caller: ReportViewer, wish: Inquiry, said: Asked) -> Response:
        """Answer a question from the numbers of reports, computed with its cells, or say why not.

        Nothing is stored but the entry of the audit trail; with an Idempotency-Key the same answer is given again.
        """
        seen = services.seen_by(caller)
        about = [report_of(one) for one in wish.document_ids]
        return once(
            said,
            lambda: as_json(_answered(seen.ask.ask(wish.question, caller, about, wish.company))),
        )

    return router


def _answered(found: Answer | Refusal) -> AnswerOut:
    if isinstance(found, Refusal):
        return AnswerOut(
            question=found.question, answered=False, sentence=found.sentence, reason=found.reason,
            value=None, given=None, unit=None, period=None, formula=None, own_definition=False,
            confidence=None, company=None, steps=[], citations=[], notes=[],
            links={"documents": f"{BASE}/documents"},
        )  # fmt: skip
    return AnswerOut(
        question=found.question,
        answered=True,
        sentence=found.sentence,
        reason=None,
        value=_exact(found.value),
        given=_exact(found.given),
        unit=found.unit,
        period=found.period,
        formula=found.formula,
        own_definition=found.is_own_definition,
        confidence=found.confidence,
        company=found.company,
        steps=[StepOut(what=one.what, period=one.period, value=one.value) for one in found.steps],
        citations=[_cited(one) for one in found.citations],
        notes=list(found.notes),
        links={
            "document": f"{BASE}/documents/{found.report_id}",
            "facts": f"{BASE}/facts?report={found.report_id}",
            "metrics": f"{BASE}/metrics?report={found.report_id}",
        },
    )


def _exact(value: Decimal) -> Decimal:
    """Return an amount without zeros that say nothing."""
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value


def _cited(one: Citation) -> CitedOut:
    return CitedOut(
        doc=one.document, document_id=one.report_id, page=one.page, sheet=one.sheet, cell=one.cell,
        printed=one.printed, label=one.label, role=one.role, fact_id=one.fact_id,
    )  # fmt: skip
