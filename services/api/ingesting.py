"""Taking documents in over HTTP, by file or by address, and asking for their analysis."""

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Annotated, Literal, TypeVar

from fastapi import APIRouter, Depends, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.datastructures import UploadFile

from services.api.addresses import BASE, address, analysis_id, ingestion_id, report_links, report_of
from services.api.analyses import state_of_work
from services.api.answers import accepted, as_json
from services.api.bodies import Sent
from services.api.callers import ReportViewer, Uploader
from services.api.models import Model, WorkState
from services.api.once import Asked, Once
from services.bootstrap import Services
from services.domain.errors import UnsupportedType
from services.domain.insights import InsightKind
from services.domain.users import User
from services.intake import Accepted, DocumentType

_JSON, _FORM = "application/json", "multipart/form-data"
_MOST_PARTS = 8
T = TypeVar("T", bound=BaseModel)


class DocumentAddress(Sent):
    """A document that lies somewhere else."""

    document_url: str = Field(
        min_length=9, max_length=2000, description="https address of a host in ADVISOR_INGEST_HOSTS",
        examples=["https://reports.example.com/Q4_Report.pdf"],
    )  # fmt: skip
    document_type: DocumentType = Field(description="excel is a workbook of any kind, CSV too")


class DocumentFile(Sent):
    """A document as a file of a form."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    file: UploadFile
    document_type: DocumentType | None = None


class AnalysisWanted(Sent):
    """Whose analysis is asked for, and which kind of finding."""

    ingestion_id: str = Field(min_length=1, max_length=100, examples=["ingestion-1d2c…"])
    analysis_type: InsightKind


class IngestionBegun(Model):
    """A document that was taken in."""

    ingestion_id: str = Field(examples=["ingestion-1d2c…"])
    status: Literal["queued"] = "queued"
    outcome: Literal["new", "duplicate", "new_version"] = Field(
        description="duplicate: the same bytes are here already, under this ingestion"
    )


class AnalysisBegun(Model):
    """An analysis that is there or on its way."""

    analysis_id: str = Field(examples=["analysis-1d2c…"])
    confidence_score: float | None = Field(
        description="Mean confidence of its insights of the kind; null without any", examples=[0.87]
    )
    status: WorkState


class SampleList(Model):
    """The sample reports that ship with the product."""

    samples: list[str] = Field(examples=[["acme_2025.pdf"]])


class SamplesLoaded(Model):
    """What became of the sample reports."""

    ingestions: list[IngestionBegun]


def ingesting_router(services: Services) -> APIRouter:
    """Return ``/documents/ingest``, ``/analysis/trigger`` and ``/samples``."""
    router = APIRouter()
    once = Once(services.answers)

    @router.post(
        "/documents/ingest", tags=["documents"], status_code=202, response_model=IngestionBegun,
        openapi_extra=_INGEST_BODY,
    )  # fmt: skip
    def ingest(
        caller: Uploader,
        wish: Annotated[DocumentAddress | DocumentFile, Depends(_document)],
        said: Asked,
    ) -> Response:
        """Take a document in, as a file or from an address; the same bytes are the same ingestion."""
        seen = services.seen_by(caller)
        return once(said, lambda: _begun(_taken(seen, wish, caller)))

    @router.post("/analysis/trigger", tags=["work"], response_model=AnalysisBegun,
                 responses={202: {"model": AnalysisBegun, "description": "Not done yet"}})  # fmt: skip
    def trigger(caller: Uploader, wish: AnalysisWanted, said: Asked) -> Response:
        """Ask for the analysis of a document; it comes by itself, and is done again only where that is needed."""
        seen = services.seen_by(caller)
        return once(said, lambda: _analysis(seen, wish, caller))

    @router.get("/samples", tags=["documents"], response_model=SampleList)
    def list_samples(caller: ReportViewer) -> Response:
        """Return the names of the sample reports."""
        names = services.seen_by(caller).samples.names()
        return as_json(SampleList(samples=names, links={"self": f"{BASE}/samples"}))

    @router.post("/samples", tags=["documents"], status_code=202, response_model=SamplesLoaded)
    def load_samples(caller: Uploader, said: Asked) -> Response:
        """Take the sample reports in, each like an upload."""
        seen = services.seen_by(caller)
        return once(said, lambda: _loaded(seen.samples.load(caller)))

    return router


async def _document(request: Request) -> AsyncIterator[DocumentAddress | DocumentFile]:
    """Give the document that a request sends or names; raises InvalidInput and UnsupportedType."""
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind == _FORM:
        async with request.form(max_files=1, max_fields=_MOST_PARTS) as form:
            yield _valid(lambda: DocumentFile.model_validate(dict(form.multi_items())))
    elif kind == _JSON:
        body = await request.body()
        yield _valid(lambda: DocumentAddress.model_validate_json(body))
    else:
        raise UnsupportedType(f"Send the document as {_FORM}, or its address as {_JSON}.")


def _valid(read: Callable[[], T]) -> T:
    try:
        return read()
    except ValidationError as error:
        raise RequestValidationError(
            error.errors(include_url=False, include_context=False)
        ) from error


def _taken(services: Services, wish: DocumentAddress | DocumentFile, caller: User) -> Accepted:
    if isinstance(wish, DocumentAddress):
        found = services.source.fetch(wish.document_url)
        return services.intake.accept(found.name, found.data, caller, wish.document_type)
    data = wish.file.file.read()
    return services.intake.accept(wish.file.filename or "", data, caller, wish.document_type)


def _ingestion(taken: Accepted) -> IngestionBegun:
    report_id = taken.report.report_id
    links = report_links(report_id)
    links["self"] = links["ingestion"]
    return IngestionBegun(ingestion_id=ingestion_id(report_id), outcome=taken.outcome, links=links)


def _begun(taken: Accepted) -> Response:
    return accepted(_ingestion(taken), report_links(taken.report.report_id)["ingestion"])


def _loaded(taken: Sequence[Accepted]) -> Response:
    found = SamplesLoaded(
        ingestions=[_ingestion(one) for one in taken], links={"self": f"{BASE}/samples"}
    )
    return accepted(found, f"{BASE}/documents")


def _analysis(services: Services, wish: AnalysisWanted, caller: User) -> Response:
    report = services.analyses.trigger(report_of(wish.ingestion_id), caller)
    sure = [
        one.confidence.total
        for one in services.ports.records.insights(report.report_id)
        if one.kind is wish.analysis_type
    ]
    its_id = analysis_id(report.report_id)
    links = report_links(report.report_id)
    links["self"] = links["analysis"]
    links["insights"] = address("insights", analysis_id=its_id, type=wish.analysis_type.value)
    begun = AnalysisBegun(
        analysis_id=its_id,
        confidence_score=round(sum(sure) / len(sure), 6) if sure else None,
        status=state_of_work(services, report),
        links=links,
    )
    if begun.status is WorkState.COMPLETED:
        return as_json(begun)
    return accepted(begun, links["analysis"])


_INGEST_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            _JSON: {"schema": DocumentAddress.model_json_schema()},
            _FORM: {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "additionalProperties": False,
                    "properties": {
                        "file": {"type": "string", "format": "binary"},
                        "document_type": {"type": "string", "enum": ["pdf", "excel"]},
                    },
                }
            },
        },
    }
}
