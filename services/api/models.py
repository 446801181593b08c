"""What the API answers with: the fields, their meaning, and an example of each."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from services.domain.base import Instant
from services.domain.insights import InsightKind, InsightStatus, Severity
from services.domain.listings import Classification

Number = int | float
"""An amount as a JSON number, in base units."""


class Model(BaseModel):
    """A JSON object of the API; addresses of what belongs to it are in ``_links``."""

    model_config = ConfigDict(populate_by_name=True)

    links: dict[str, str] = Field(
        alias="_links", description="Addresses under this host", examples=[{"self": "/api/v1/…"}]
    )


class Pagination(BaseModel):
    """Where a list goes on."""

    next: str | None = Field(
        description="Address of the next page, null on the last one",
        examples=["/api/v1/insights?cursor=WyIyMDI2Il0&limit=50"],
    )


class EvidenceOut(BaseModel):
    """One number under an insight and what it is held against."""

    metric: str = Field(examples=["Revenue (Year to Dec 31, 2025)"])
    role: str = Field(description="The part it plays", examples=["revenue, this year"])
    value: Number | None = Field(
        description="Base units; null: not stored any more", examples=[8.8e6]
    )
    expected: Number | None = Field(
        description="The plan of the same period, else the period before, where the insight rests on it too; "
        "of a check the sum it should be",
        examples=[10_000_000],
    )
    variance: float | None = Field(
        description="(value - expected) / |expected|; null without expected or where it is 0",
        examples=[-0.12],
    )
    unit: str | None = Field(examples=["USD"])
    fact_id: str | None = Field(description="Null for a check", examples=["fact-5f0c…"])


class SourceOut(BaseModel):
    """Where something stands in a document: a page of a PDF, or sheet and cell of a workbook."""

    doc: str = Field(description="File name", examples=["Q4_Report.pdf"])
    document_id: str = Field(examples=["report-1d2c…"])
    page: int | None = Field(description="1-based; null for a workbook", examples=[12])
    sheet: str | None = Field(examples=[None])
    cell: str | None = Field(description="Such as B34; null for a PDF", examples=[None])
    printed: str = Field(description="What is printed there", examples=["8,800"])


class InsightOut(Model):
    """An insight with its evidence and sources."""

    id: str = Field(examples=["insight-8a1b…"])
    analysis_id: str = Field(examples=["analysis-1d2c…"])
    summary: str = Field(examples=["Revenue decreased 12 % to $8.8 million."])
    title: str = Field(examples=["Revenue growth"])
    type: InsightKind
    severity: Severity
    status: InsightStatus
    confidence: float = Field(description="Probability in [0, 1]", ge=0, le=1, examples=[0.92])
    classification: Classification = Field(
        description="review_required while a person has to decide on it"
    )
    period: str | None = Field(
        description="ISO date on which its period ends", examples=["2025-12-31"]
    )
    evidence: list[EvidenceOut]
    source_refs: list[SourceOut]
    reasoning_chain_id: str = Field(examples=["chain-77aa…"])
    created_at: Instant
    model_version: str | None = Field(
        description="Model or engine that made it", examples=["deterministic-engine-v1.3.0"]
    )
    prompt_template_version: str | None = Field(examples=["insights-v2.1.0"])


class InsightList(Model):
    """A page of insights, newest first."""

    insights: list[InsightOut]
    pagination: Pagination


class Problem(BaseModel):
    """Problem details of RFC 9457."""

    type: str = Field(examples=["urn:advisor:problem:not-found"])
    title: str = Field(examples=["Not found"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["There is no insight with this id."])
    instance: str = Field(description="What was asked for", examples=["/api/v1/insights/x"])
    code: str = Field(description="Stable, for programs", examples=["not-found"])


PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {
        "model": Problem,
        "description": words,
        "content": {"application/problem+json": {}},
    }
    for status, words in (
        (404, "There is no such thing"),
        (405, "Not a method of this address; Allow names those that are"),
        (406, "None of the accepted types is given here"),
        (422, "A parameter cannot be used"),
        (500, "A fault of ours"),
        (503, "The store does not answer; try again in a moment"),
    )
}
