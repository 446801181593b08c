"""CFO summaries over HTTP: signing what was shown, and taking it along as PDF, workbook or CSV."""

from urllib.parse import quote

from fastapi import APIRouter, Response
from pydantic import Field

from services.api.addresses import BASE, report_of
from services.api.answers import as_json
from services.api.bodies import Id, Sent
from services.api.callers import Signer, SummaryViewer
from services.api.models import Model
from services.api.negotiation import CSV, PDF, XLSX
from services.api.once import Asked, Once
from services.bootstrap import Services
from services.cfo.brief import Brief
from services.domain.base import utc_now
from services.domain.errors import NotFound
from services.domain.reports import ReportStatus
from services.domain.signing import SignOff
from services.domain.users import User
from services.exports.pdf import summary_pdf
from services.exports.sources import file_stem
from services.exports.tables import summary_csv
from services.exports.workbook import summary_workbook


class SignatureWanted(Sent):
    """What is signed."""

    content_sha256: str = Field(
        pattern=r"^[0-9a-f]{64}$", description="As the summary that was read gives it",
        examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
    )  # fmt: skip


class SignatureOut(SignOff, Model):
    """A signature under a summary, with what was shown when it was given."""


class SignatureList(Model):
    """The signatures under a summary, oldest first."""

    signatures: list[SignatureOut]
    differences: list[str] = Field(
        description="What reads otherwise now than when it was last signed; any voids the signature"
    )


def signatures_router(services: Services) -> APIRouter:
    """Return ``/summaries/{analysis_id}/signatures``."""
    router = APIRouter(prefix="/summaries/{analysis_id}/signatures", tags=["summaries"])
    once = Once(services.answers)

    @router.get("", response_model=SignatureList)
    def list_signatures(caller: SummaryViewer, analysis_id: Id) -> Response:
        """Return who signed the summary and whether that still holds."""
        seen = services.seen_by(caller)
        signature = _brief(services, caller, analysis_id).signature
        made = seen.ports.records.sign_offs(report_of(analysis_id))
        return as_json(
            SignatureList(
                signatures=[_signature(one, analysis_id) for one in made],
                differences=[] if signature is None else list(signature.differences),
                links=_links(analysis_id),
            )
        )

    @router.post("", status_code=201, response_model=SignatureOut)
    def sign(caller: Signer, wish: SignatureWanted, said: Asked, analysis_id: Id) -> Response:
        """Sign the summary as it was read; 409 when it reads otherwise now."""
        seen = services.seen_by(caller)

        def act() -> Response:
            report_id = _brief(services, caller, analysis_id).report.report_id
            made = seen.signing.sign(report_id, wish.content_sha256, caller)
            where = _links(analysis_id)["self"]
            return as_json(_signature(made, analysis_id), 201, location=where)

        return once(said, act)

    return router


def exports_router(services: Services) -> APIRouter:
    """Return the files of a summary."""
    router = APIRouter(prefix="/summaries/{analysis_id}", tags=["summaries"])
    base_url = services.settings.base_url

    @router.get("/summary.pdf", response_class=Response, responses=_gives(PDF))
    def export_pdf(caller: SummaryViewer, analysis_id: Id) -> Response:
        """Return the summary as PDF, with numbered sources and charts."""
        brief = _brief(services, caller, analysis_id)
        return _file(summary_pdf(brief, base_url, utc_now()), PDF, f"{file_stem(brief)}.pdf")

    @router.get("/summary.xlsx", response_class=Response, responses=_gives(XLSX))
    def export_workbook(caller: SummaryViewer, analysis_id: Id) -> Response:
        """Return the summary as workbook, whose computed numbers are formulas over linked cells."""
        brief = _brief(services, caller, analysis_id)
        data = summary_workbook(brief, base_url, utc_now())
        return _file(data, XLSX, f"{file_stem(brief)}.xlsx")

    @router.get("/summary.csv", response_class=Response, responses=_gives(CSV))
    def export_csv(caller: SummaryViewer, analysis_id: Id) -> Response:
        """Return the summary as CSV, of which no cell can become a formula."""
        brief = _brief(services, caller, analysis_id)
        return _file(summary_csv(brief, base_url), CSV, f"{file_stem(brief)}.csv")

    return router


def _gives(media_type: str) -> dict[int | str, dict[str, object]]:
    schema = {"schema": {"type": "string", "format": "binary"}}
    return {200: {"content": {media_type: schema}}}


def _file(data: bytes, media_type: str, name: str) -> Response:
    where = f"attachment; filename*=UTF-8''{quote(name)}"
    return Response(data, media_type=media_type, headers={"content-disposition": where})


def _brief(services: Services, reader: User, any_id: str) -> Brief:
    seen = services.seen_by(reader)
    report = seen.ports.records.report(report_of(any_id))
    if report is None or report.status is not ReportStatus.ANALYSED:
        raise NotFound("This document has no summary: it is not analysed.")
    return seen.cfo.brief_for(report.report_id, reader)


def _links(analysis_id: str) -> dict[str, str]:
    summary = f"{BASE}/summaries/{analysis_id}"
    return {"self": f"{summary}/signatures", "summary": summary}


def _signature(made: SignOff, analysis_id: str) -> SignatureOut:
    return SignatureOut(**dict(made), links=_links(analysis_id))
