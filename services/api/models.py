"""What the API answers with: the fields, their meaning, and an example of each."""

from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from services.api.narrations import NarrationOut, OpinionOut
from services.domain.base import Instant
from services.domain.insights import InsightKind, InsightStatus, Severity
from services.domain.listings import Classification
from services.domain.reports import Report
from services.domain.retention import CHAIN_TTL_SECONDS
from services.domain.reviews import Cause, ReviewStatus

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
        examples=["/api/v1/insights?limit=50&cursor=2026-01-08T10:30:00Z~insight-8a1b"],
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
    status: InsightStatus | None = Field(
        description="Null for a reviewer while it is under an audit", examples=["published"]
    )
    confidence: float | None = Field(
        description="Probability in [0, 1]; null for a reviewer while it is under an audit",
        ge=0, le=1, examples=[0.92],
    )  # fmt: skip
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


class FactOut(Model):
    """One number of a document with its meaning and place, as it is in force."""

    fact_id: str = Field(examples=["fact-5f0c…"])
    document_id: str = Field(examples=["report-1d2c…"])
    document: str = Field(description="File name", examples=["Q4_Report.pdf"])
    concept: str | None = Field(
        description="Standard concept; null for a row that is none", examples=["revenue"]
    )
    label: str = Field(description="The row's label as printed", examples=["Net sales"])
    statement: str = Field(examples=["income_statement"])
    period_start: str | None = Field(
        description="ISO date; null for an instant", examples=["2025-01-01"]
    )
    period_end: str = Field(description="ISO date", examples=["2025-12-31"])
    value: Number = Field(description="Base units, the concept's sign", examples=[8_800_000])
    unit: str = Field(examples=["USD"])
    basis: str = Field(examples=["consolidated"])
    scenario: str = Field(examples=["actual"])
    confidence: float = Field(ge=0, le=1, examples=[0.9995])
    page: int | None = Field(description="1-based; null for a workbook", examples=[12])
    bbox: list[float] | None = Field(
        description="PDF points from the top left", examples=[[400.0, 100.0, 440.0, 110.0]]
    )
    sheet: str | None = Field(examples=[None])
    cell: str | None = Field(examples=[None])
    correction: dict[str, Any] | None = Field(
        description="Who stated it and what the extractor reads; null where nobody did",
        examples=[None],
    )


class FactList(Model):
    """A page of facts, by document and in its order."""

    facts: list[FactOut]
    pagination: Pagination


class MetricOut(BaseModel):
    """A number computed from facts."""

    metric_id: str = Field(examples=["current_ratio"])
    period_start: str | None = Field(examples=[None])
    period_end: str = Field(examples=["2025-12-31"])
    value: Number = Field(examples=[1.72])
    unit: str = Field(description="ratio, USD, days or score", examples=["ratio"])
    formula: str = Field(examples=["current assets / current liabilities"])
    fact_ids: list[str] = Field(description="Its inputs", examples=[["fact-5f0c…"]])


class MetricList(Model):
    """A page of the metrics of one document, latest period first."""

    document_id: str = Field(examples=["report-1d2c…"])
    metrics: list[MetricOut]
    pagination: Pagination


class StepResult(BaseModel):
    """What a step gave, from what."""

    text: str = Field(examples=["-12.0 %"])
    inputs: list[str] = Field(
        description="Operands at full precision", examples=[["revenue 2025 = 8800000"]]
    )
    fact_ids: list[str] = Field(examples=[["fact-5f0c…"]])


class StepOut(BaseModel):
    """One step of a reasoning chain."""

    step: int = Field(description="From 1", examples=[3])
    action: str = Field(examples=["Calculate variance"])
    rule: str = Field(examples=["T01"])
    result: StepResult


class ChainOut(Model):
    """The steps from cells to the sentence of an insight."""

    id: str = Field(examples=["chain-77aa…"])
    insight_id: str = Field(examples=["insight-8a1b…"])
    analysis_id: str = Field(examples=["analysis-1d2c…"])
    prompt_template_version: str = Field(examples=["insights-v2.1.0"])
    model_version: str = Field(examples=["deterministic-engine-v1.3.0"])
    ruleset_version: str = Field(examples=["ruleset-v1"])
    inputs_hash: str = Field(description="SHA-256 of what it ran on", examples=["9f86d08…"])
    steps: list[StepOut]
    narration: NarrationOut | None = Field(
        description="How a language model came to the insight's sentences; null where none was asked"
    )
    opinion: OpinionOut | None = Field(
        description="How a language model reads what the insight quotes; null where none was asked"
    )
    confidence_score: float = Field(ge=0, le=1, examples=[0.92])
    timestamp: Instant
    ttl: int = Field(
        description="Seconds it is kept, as the specification has it; nothing is deleted by it",
        examples=[CHAIN_TTL_SECONDS],
    )


class ReplayOut(Model):
    """A reasoning chain computed again from the stored facts."""

    reasoning_chain_id: str = Field(examples=["chain-77aa…"])
    identical: bool = Field(description="Whether every step came out the same to the bit")
    differences: list[str] = Field(examples=[[]])


class WorkState(StrEnum):
    """How far work on a document is."""

    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"


class IngestionOut(Model):
    """How far the reading of a document is."""

    ingestion_id: str = Field(examples=["ingestion-1d2c…"])
    document_id: str = Field(examples=["report-1d2c…"])
    status: WorkState
    stage: str = Field(
        description="The document's state, or what a worker does with it now", examples=["reading"]
    )
    page: int | None = Field(
        description="Pages that are done; null while none is read", examples=[12]
    )
    pages: int | None = Field(description="Pages in all", examples=[80])
    error: str | None = Field(description="Why it failed, for people", examples=[None])


class AnalysisOut(Model):
    """Where the analysis of a document stands."""

    analysis_id: str = Field(examples=["analysis-1d2c…"])
    ingestion_id: str = Field(examples=["ingestion-1d2c…"])
    status: WorkState
    confidence_score: float | None = Field(
        description="Mean confidence of its insights, without those under an audit for a reviewer; "
        "null without any",
        examples=[0.87],
    )
    insights: int = Field(description="How many it found", examples=[14])
    review_required: int = Field(description="How many wait for a reviewer", examples=[2])


class SummaryOut(Model):
    """An analysed document that has a CFO summary."""

    analysis_id: str = Field(examples=["analysis-1d2c…"])
    document: str = Field(examples=["Q4_Report.pdf"])
    company: str | None = Field(examples=["Acme Corp"])
    period_end: str | None = Field(examples=["2025-12-31"])


class SummaryList(Model):
    """A page of the CFO summaries there are, newest document first."""

    summaries: list[SummaryOut]
    pagination: Pagination


class ReviewItemOut(Model):
    """Something that waits, or waited, for a person."""

    id: str = Field(examples=["review-3c4d…"])
    insight_id: str | None = Field(examples=["insight-8a1b…"])
    finding_id: str | None = Field(examples=[None])
    document_id: str = Field(examples=["report-1d2c…"])
    status: ReviewStatus
    cause: Cause
    reasons: list[str] = Field(examples=[["The confidence is low (54 %)."]])
    opened_at: Instant
    decided_at: Instant | None


class ReviewItemList(Model):
    """A page of review items, oldest first."""

    review_items: list[ReviewItemOut]
    pagination: Pagination


class AuditVerification(Model):
    """Whether the hash-linked audit trail is whole, and what of it was checked when."""

    intact: bool
    entries: int = Field(
        description="Sequence number of the last entry that holds", examples=[1042]
    )
    head: str | None = Field(description="Its hash; null without any", examples=["9f86d08…"])
    first_broken: int | None = Field(
        description="First sequence number that does not hold", examples=[None]
    )
    checked_from: int = Field(
        description="First entry that was checked now, up to the last; those before it were at whole_checked_at",
        examples=[1036],
    )
    checked_at: Instant
    whole_checked_at: Instant = Field(description="When every entry was last checked")


class DocumentOut(Report):
    """A report and its state, with the addresses of what was made of it."""

    model_config = ConfigDict(populate_by_name=True)

    links: dict[str, str] = Field(
        alias="_links", description="Addresses under this host", examples=[{"self": "/api/v1/…"}]
    )


class DocumentList(Model):
    """A page of reports, newest first."""

    documents: list[DocumentOut]
    pagination: Pagination


class ProgressOut(Model):
    """How far the workers are with a report."""

    report_id: str = Field(examples=["report-1d2c…"])
    stage: str | None = Field(
        default=None, description="Null before they start", examples=["reading"]
    )
    done: int = Field(default=0, description="Pages done", examples=[12])
    total: int = Field(default=0, description="Pages in all", examples=[80])
    started_at: Instant | None = None
    updated_at: Instant | None = None


class Health(Model):
    """Whether the product answers, and what waits for its workers."""

    status: str = Field(examples=["ok"])
    queues: dict[str, int] = Field(
        description="Waiting messages by queue", examples=[{"ingestion-queue": 1}]
    )


class Problem(BaseModel):
    """Problem details of RFC 9457."""

    type: str = Field(examples=["urn:advisor:problem:not-found"])
    title: str = Field(examples=["Not found"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["There is no insight with this id."])
    instance: str = Field(description="What was asked for", examples=["/api/v1/insights/x"])
    code: str = Field(description="Stable, for programs", examples=["not-found"])
    correlation_id: str | None = Field(
        description="Of the request, as in the log", examples=["4bf92f3577b34da6a3ce929d0e0e4736"]
    )


PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "description": words}
    for status, words in (
        (400, "The body cannot be read as what it says it is"),
        (401, "Nobody is signed in, or the token is not valid"),
        (403, "The caller's role may not do this"),
        (404, "There is no such thing"),
        (405, "Not a method of this address; Allow names those that are"),
        (406, "None of the accepted types is given here"),
        (409, "Somebody was faster, or it is decided already"),
        (412, "It has changed since the ETag in If-Match"),
        (413, "The body is larger than what is taken"),
        (415, "A body of this type is not taken"),
        (422, "A parameter or the body cannot be used"),
        (429, "Too many requests a second; Retry-After says how many seconds to wait"),
        (500, "A fault of ours"),
        (503, "The store does not answer; try again in a moment"),
    )
}
