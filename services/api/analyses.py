"""How far documents are, their analyses, reasoning chains and CFO summaries over HTTP."""

import json
from typing import Annotated

from fastapi import APIRouter, Query, Response

from services.api.addresses import (
    BASE,
    analysis_id,
    ingestion_id,
    place_of,
    report_links,
)
from services.api.answers import as_json, pages
from services.api.callers import InsightViewer, ReportViewer, SummaryViewer
from services.api.models import (
    AnalysisOut,
    ChainOut,
    IngestionOut,
    ReplayOut,
    StepOut,
    StepResult,
    SummaryList,
    SummaryOut,
    WorkState,
)
from services.api.narrations import narration_out, opinion_out
from services.api.parameters import ChainKey, DocumentId, PageByTime
from services.api.reports import stored_report
from services.bootstrap import Services
from services.domain.errors import Forbidden, NotFound
from services.domain.ids import ChainId
from services.domain.insights import ReasoningChain
from services.domain.listings import Classification, ReportQuery, classification_of
from services.domain.reports import Report, ReportStatus
from services.domain.retention import CHAIN_TTL_SECONDS
from services.domain.users import User
from services.exports.tables import summary_json
from services.pipeline.replay import replay
from services.review.blind import blind_to
from services.summary import is_shown

_SUMMARY_EXAMPLE = {
    "content": {
        "application/json": {
            "example": {
                "company": "Acme Corp",
                "figures": [{"concept": "revenue", "current": "fact-5f0c…", "change": "-0.12"}],
                "content_sha256": "9f86d08…",
                "_links": {"self": f"{BASE}/summaries/analysis-1d2c…"},
            }
        }
    }
}


def work_router(services: Services) -> APIRouter:
    """Return the routes ``/ingestions`` and ``/analysis``: how far a document is."""
    router = APIRouter(tags=["work"])

    @router.get("/ingestions/{ingestion_id}", response_model=IngestionOut)
    def get_ingestion(caller: ReportViewer, ingestion_id: DocumentId) -> Response:
        """Return how far a document is: stage, page of pages, and why it failed."""
        seen = services.seen_by(caller)
        return as_json(_ingestion(seen, stored_report(seen, ingestion_id)))

    @router.get("/analysis/{analysis_id}", response_model=AnalysisOut)
    def get_analysis(caller: ReportViewer, analysis_id: DocumentId) -> Response:
        """Return where the analysis of a document stands, with the mean confidence of its insights."""
        seen = services.seen_by(caller)
        return as_json(_analysis(seen, stored_report(seen, analysis_id), caller))

    return router


def chains_router(services: Services) -> APIRouter:
    """Return the routes under ``/reasoning-chains``."""
    router = APIRouter(prefix="/reasoning-chains", tags=["reasoning chains"])

    @router.get("/{reasoning_chain_id}", response_model=ChainOut)
    def get_chain(caller: InsightViewer, reasoning_chain_id: ChainKey) -> Response:
        """Return the steps from cells to the sentence of an insight."""
        seen = services.seen_by(caller)
        return as_json(_chain(_stored_chain(seen, reasoning_chain_id, caller)))

    @router.get("/{reasoning_chain_id}/replay", response_model=ReplayOut)
    def replay_chain(caller: InsightViewer, reasoning_chain_id: ChainKey) -> Response:
        """Compute a chain again from the stored facts and say what differs; nothing is written."""
        seen = services.seen_by(caller)
        chain = _stored_chain(seen, reasoning_chain_id, caller)
        result = replay(chain.insight_id, seen.ports.records, seen.templates)
        links = _chain_links(chain)
        links["self"] = links.pop("replay")
        links["reasoning_chain"] = f"{BASE}/reasoning-chains/{chain.chain_id}"
        return as_json(
            ReplayOut(
                reasoning_chain_id=chain.chain_id,
                identical=result.is_identical,
                differences=list(result.differences),
                links=links,
            )
        )

    return router


def summaries_router(services: Services) -> APIRouter:
    """Return the routes under ``/summaries``: what a CFO may rely on."""
    router = APIRouter(prefix="/summaries", tags=["summaries"])

    @router.get("", response_model=SummaryList)
    def list_summaries(caller: SummaryViewer, asked: Annotated[PageByTime, Query()]) -> Response:
        """Return the analysed documents, newest first, each with the address of its summary."""
        seen = services.seen_by(caller)
        query = ReportQuery(
            status=ReportStatus.ANALYSED,
            after=place_of(asked.cursor, str, str),
            limit=asked.limit,
        )
        page = seen.listing.reports(query)
        pagination, links = pages("summaries", asked, page.after)
        found = [_summary(report) for report in page.items]
        return as_json(SummaryList(summaries=found, pagination=pagination, links=links))

    @router.get(
        "/{analysis_id}", response_model=dict[str, object], responses={200: _SUMMARY_EXAMPLE}
    )
    def get_summary(caller: SummaryViewer, analysis_id: DocumentId) -> Response:
        """Return the CFO summary as its JSON download has it: every sentence verified, with its cells."""
        seen = services.seen_by(caller)
        report = stored_report(seen, analysis_id)
        if report.status is not ReportStatus.ANALYSED:
            raise NotFound("This document has no summary: it is not analysed.")
        brief = seen.cfo.brief_for(report.report_id, caller)
        document = json.loads(summary_json(brief, seen.settings.base_url))
        document["_links"] = _summary(report).links
        return Response(json.dumps(document, ensure_ascii=False), media_type="application/json")

    return router


def state_of_work(services: Services, report: Report) -> WorkState:
    """Return how far work on a document is."""
    if report.status is ReportStatus.FAILED:
        return WorkState.FAILED
    if report.status is ReportStatus.RECEIVED:
        progress = services.ports.records.progress(report.report_id)
        return WorkState.QUEUED if progress is None else WorkState.RUNNING
    if not report.status.is_final or services.ports.records.is_in_work(report.report_id):
        return WorkState.RUNNING
    return WorkState.COMPLETED


def _ingestion(services: Services, report: Report) -> IngestionOut:
    links = report_links(report.report_id)
    links["self"] = links.pop("ingestion")
    progress = services.ports.records.progress(report.report_id)
    now = None if progress is None or report.status.is_final else progress
    return IngestionOut(
        ingestion_id=ingestion_id(report.report_id),
        document_id=report.report_id,
        status=state_of_work(services, report),
        stage=report.status.value if now is None else now.stage,
        page=report.page_count if now is None else now.done,
        pages=report.page_count if now is None else now.total,
        error=report.error,
        links=links,
    )


def _analysis(services: Services, report: Report, caller: User) -> AnalysisOut:
    links = report_links(report.report_id)
    links["self"] = links.pop("analysis")
    insights = services.ports.records.insights(report.report_id)
    hidden = blind_to(caller, [one.insight_id for one in insights], services.ports.records)
    waiting = [one for one in insights if classification_of(one) is Classification.REVIEW_REQUIRED]
    sure = [one.confidence.total for one in insights if one.insight_id not in hidden]
    return AnalysisOut(
        analysis_id=analysis_id(report.report_id),
        ingestion_id=ingestion_id(report.report_id),
        status=state_of_work(services, report),
        confidence_score=round(sum(sure) / len(sure), 6) if sure else None,
        insights=len(insights),
        review_required=len(waiting),
        links=links,
    )


def _stored_chain(services: Services, chain_id: str, caller: User) -> ReasoningChain:
    records = services.ports.records
    chain = services.listing.chain(ChainId(chain_id))
    insight = None if chain is None else records.insight(chain.insight_id)
    if chain is None or (insight is not None and not is_shown(caller, insight)):
        raise NotFound("There is no reasoning chain with this id.")
    if blind_to(caller, [chain.insight_id], records):
        raise Forbidden(
            "This insight is under an audit: you are to judge it without being told how sure we are. "
            "Its reasoning chain is shown to you when it is decided."
        )
    return chain


def _chain_links(chain: ReasoningChain) -> dict[str, str]:
    own = f"{BASE}/reasoning-chains/{chain.chain_id}"
    return {
        "self": own,
        "replay": f"{own}/replay",
        "insight": f"{BASE}/insights/{chain.insight_id}",
        "analysis": f"{BASE}/analysis/{analysis_id(chain.report_id)}",
    }


def _chain(chain: ReasoningChain) -> ChainOut:
    return ChainOut(
        id=chain.chain_id,
        insight_id=chain.insight_id,
        analysis_id=analysis_id(chain.report_id),
        prompt_template_version=chain.prompt_template_version,
        model_version=chain.model_version,
        ruleset_version=chain.ruleset_version,
        inputs_hash=chain.inputs_hash,
        steps=[
            StepOut(
                step=step.step,
                action=step.action,
                rule=step.rule,
                result=StepResult(
                    text=step.result, inputs=list(step.inputs), fact_ids=list(step.fact_ids)
                ),
            )
            for step in chain.steps
        ],
        narration=narration_out(chain.narration),
        opinion=opinion_out(chain.opinion),
        confidence_score=chain.confidence_score,
        timestamp=chain.timestamp,
        ttl=CHAIN_TTL_SECONDS,
        links=_chain_links(chain),
    )


def _summary(report: Report) -> SummaryOut:
    links = report_links(report.report_id)
    links["self"] = links.pop("summary")
    return SummaryOut(
        analysis_id=analysis_id(report.report_id),
        document=report.name,
        company=report.company,
        period_end=report.period_end,
        links=links,
    )
