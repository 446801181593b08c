"""The path of a report: one handler a message kind, each returning effects that are committed at once.

ReportReceived → read the document → FactsExtracted → analyse → InsightsAccepted (CFO summary) and
InsightsEscalated (review queue). A handler writes nothing itself, so that a stage happens wholly or not
at all, however often it is tried.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from services.adapters.local.telemetry import LogTelemetry
from services.analysis.service import Analysis, analyse
from services.analysis.templates import Templates
from services.bootstrap import Services
from services.corrections.facts import kept_in_force
from services.domain.audit import AuditEvent
from services.domain.base import Record, utc_now
from services.domain.corrections import FactInForce, StatementInForce
from services.domain.errors import NotFound
from services.domain.ids import FindingId, InsightId, ReportId, deterministic_id
from services.domain.insights import (
    Insight,
    InsightStatus,
    Materiality,
    NotComputable,
    ReasoningChain,
    Route,
)
from services.domain.messages import Effects, Message, MessageKind, is_refresh, message, refresh_run
from services.domain.reports import (
    Fact,
    Finding,
    FindingSeverity,
    Report,
    ReportStatus,
    Statement,
    TieOut,
)
from services.domain.reviews import ReviewItem, ReviewKind, ReviewStatus
from services.domain.scoring import UNLABELLED, Scoring
from services.domain.users import SYSTEM
from services.engine import stored
from services.extraction.service import Extraction, extract
from services.pipeline.audit_sample import sample
from services.pipeline.conflicts import contradictions
from services.pipeline.reopening import reopen
from services.pipeline.retelling import Retell, Retelling, untold
from services.pipeline.signoffs import renewed, with_preparers
from services.ports import Ports, Telemetry
from services.progress import PageProgress
from services.review import open_finding, open_item

_ANALYSED = (
    TieOut, FactInForce, StatementInForce, ReasoningChain, Insight, Materiality, NotComputable, ReviewItem,
)  # fmt: skip
"""What an analysis writes anew."""
_DECIDED = {InsightStatus.APPROVED, InsightStatus.REJECTED}


@dataclass(frozen=True, slots=True)
class Context:
    """What handlers work with: the ports to read from, the two large stages, one clock.

    ``scoring`` gives what insights are scored by, after a look at what people decided; ``retell`` has a
    model write the sentences of an analysis where one is set.
    """

    ports: Ports
    templates: Templates
    extract: Callable[..., Extraction] = extract
    analyse: Callable[..., Analysis] = analyse
    retell: Retell = untold
    scoring: Callable[[], Scoring] = lambda: UNLABELLED
    clock: Callable[[], datetime] = utc_now
    max_delivery: int = 5
    telemetry: Telemetry = field(default_factory=LogTelemetry)
    handlers: Mapping[MessageKind, "Handler"] = field(default_factory=lambda: HANDLERS)


Handler = Callable[[Message, Context], Effects]


def context_of(services: Services) -> Context:
    """Return the handlers' context of built services."""
    return Context(
        ports=services.ports,
        templates=services.templates,
        retell=_retell(services),
        scoring=services.calibration.watch,
        max_delivery=services.settings.max_delivery,
        telemetry=services.telemetry,
    )


def _retell(services: Services) -> Retell:
    if services.reasoner is None:
        return untold
    settings = services.settings
    return Retelling(
        reasoner=services.reasoner,
        prompts=services.prompts,
        at_once=settings.openai_calls,
        seconds=settings.openai_seconds,
        tokens=settings.openai_tokens,
    ).of


def read_report(incoming: Message, context: Context) -> Effects:
    """ReportReceived: read statements and facts from the stored document."""
    ports = context.ports
    report = _report(incoming, context)
    pages = PageProgress(ports.records, report.report_id, "reading", context.clock)
    with context.telemetry.span("blobs.get", "call"):
        data = ports.blobs.get(report.blob_key)
    with ports.layout.open(data, report.format) as document:
        extraction = context.extract(document, report, pages)
    found = bool(extraction.facts)
    stated = ports.records.corrections(report.report_id)
    asserted = bool(extraction.report.cues or stated)
    status = ReportStatus.READ if found else ReportStatus.NO_STATEMENTS
    read = extraction.report.model_copy(update={"status": status, "error": None, "corrections": 0})
    findings = (
        *extraction.findings,
        *contradictions(report.report_id, extraction.facts, stated),
    )
    if not found and not findings:
        findings = (_nothing_found(read),)
    waiting = _open_findings(read.report_id, findings, context)
    records: tuple[Record, ...] = (
        read,
        *extraction.statements,
        *extraction.facts,
        *findings,
        *extraction.tie_outs,
        *waiting,
    )
    extracted = message(MessageKind.FACTS_EXTRACTED, read.report_id, incoming.correlation_id)
    return Effects(
        replaces=_pairs(read.report_id, Statement, Fact, Finding, TieOut, ReviewItem),
        records=records,
        messages=(extracted,) if found or asserted else (),
        audit=(
            event(
                context,
                "report_read",
                read.report_id,
                status.value,
                statements=str(len(extraction.statements)),
                facts=str(len(extraction.facts)),
                tie_outs=str(len(extraction.tie_outs)),
                to_review=str(sum(finding.needs_review for finding in findings)),
            ),
        ),
    )


def _open_findings(
    report_id: ReportId, findings: Sequence[Finding], context: Context
) -> list[ReviewItem]:
    """Open an item for each finding a person has to look at, and keep the insights' open items.

    What is open or decided already stays as it is.
    """
    records, now = context.ports.records, context.clock()
    items = [open_finding(finding, now) for finding in findings if finding.needs_review]
    known = (records.review_item(item.review_item_id) for item in items)
    return [
        *(old or new for old, new in zip(known, items, strict=True)),
        *(
            item
            for item in records.review_items(ReviewStatus.OPEN)
            if item.report_id == report_id and item.insight_id is not None
        ),
    ]


def _nothing_found(report: Report) -> Finding:
    return Finding(
        finding_id=FindingId(deterministic_id("finding", report.report_id, "no-statements")),
        report_id=report.report_id,
        code="no-statements",
        severity=FindingSeverity.WARNING,
        sentence="No income statement, balance sheet or cash flow statement was found in this document.",
    )


def analyse_report(incoming: Message, context: Context) -> Effects:
    """FactsExtracted: check and analyse the facts in force and route what is found."""
    records = context.ports.records
    report = _report(incoming, context)
    report_id = report.report_id
    PageProgress(records, report_id, "analysing", context.clock)(0, 1)
    work = stored(report, records)
    read, stated, history = work.read, work.corrections, work.history
    numbers = (read.statements, read.facts, read.tie_outs, history)
    terms = {"choice": work.choice, "scoring": context.scoring()}
    found = context.analyse(report, *numbers, context.templates, context.clock(), **terms)
    analysis, spent = context.retell(found, report, work, records)
    earlier = records.insights(report_id)
    known = (*read.facts, *history)
    prepared = with_preparers(analysis.insights, known, records)
    reopened = reopen(keep_requests(prepared, earlier), earlier, context.clock())
    signed = renewed(reopened, earlier, known, records, context.clock())
    insights = signed.insights
    status = ReportStatus.ANALYSED if read.facts else ReportStatus.NO_STATEMENTS
    analysed = report.model_copy(
        update={"status": status, "error": None, "corrections": len(stated)}
    )
    counts = {
        "insights": len(insights),
        "escalated": sum(insight.route is Route.REVIEW for insight in insights),
        "not_computable": len(analysis.not_computable),
        "history_facts": len(history),
        "corrections": len(stated),
    }
    told = {name: str(count) for name, count in counts.items()} | spent
    return Effects(
        replaces=_pairs(report_id, *_ANALYSED),
        records=(
            analysed,
            *read.tie_outs,
            *(kept_in_force(report_id, read.statements, read.facts) if stated else ()),
            *insights,
            *analysis.chains,
            *signed.chains,
            *(() if analysis.materiality is None else (analysis.materiality,)),
            *analysis.not_computable,
            *_open_items(report_id, insights, context),
            *signed.items,
            *signed.notices,
        ),
        messages=(*_routed(incoming, insights), *_refreshed(incoming, work.others)),
        audit=(event(context, "report_analysed", report_id, **told), *signed.events),
    )


def _refreshed(incoming: Message, others: Sequence[Report]) -> tuple[Message, ...]:
    """Let the company's other reports be analysed again, now that this one is part of their history.

    Whichever order reports come in, each is analysed after all of them were read. A refresh itself
    refreshes nobody.
    """
    if is_refresh(incoming.correlation_id):
        return ()
    run = refresh_run(incoming.correlation_id)
    return tuple(message(MessageKind.FACTS_EXTRACTED, other.report_id, run) for other in others)


def keep_requests(found: Sequence[Insight], stored: Sequence[Insight]) -> tuple[Insight, ...]:
    """Return the found insights, those still in review where a person or an earlier run sent them there.

    What is already approved or rejected is kept by the store and not touched here.
    """
    waiting = {i.insight_id for i in stored if i.status is InsightStatus.IN_REVIEW}
    return tuple(
        insight.model_copy(update={"status": InsightStatus.IN_REVIEW})
        if insight.insight_id in waiting and insight.status is InsightStatus.OPEN
        else insight
        for insight in found
    )


def _open_items(
    report_id: ReportId, insights: Sequence[Insight], context: Context
) -> list[ReviewItem]:
    """Keep the open items, those of insights with what later reports give otherwise among their reasons.

    An audit item stays while its insight is published and nobody decided on it; one that is sent to review
    has an item of that.
    """
    records = context.ports.records
    published = {i.insight_id for i in insights if i.status is InsightStatus.PUBLISHED} - {
        i.insight_id for i in records.insights(report_id) if i.status in _DECIDED
    }
    waiting = {i.insight_id: i.reopened for i in insights if i.status is InsightStatus.IN_REVIEW}
    return [
        _with_reasons(item, waiting.get(item.insight_id or InsightId(""), ()))
        for item in records.review_items(ReviewStatus.OPEN)
        if item.report_id == report_id
        and (
            item.finding_id is not None
            or item.insight_id in (published if item.kind is ReviewKind.AUDIT_SAMPLE else waiting)
        )
    ]


def _with_reasons(item: ReviewItem, reopened: Sequence[str]) -> ReviewItem:
    unsaid = tuple(reason for reason in reopened if reason not in item.reasons)
    return item.model_copy(update={"reasons": (*unsaid, *item.reasons)})


def _routed(incoming: Message, insights: Sequence[Insight]) -> tuple[Message, ...]:
    kinds = {
        Route.CFO: MessageKind.INSIGHTS_ACCEPTED,
        Route.REVIEW: MessageKind.INSIGHTS_ESCALATED,
    }
    routed = {
        kind: tuple(i.insight_id for i in insights if i.route is route)
        for route, kind in kinds.items()
    }
    return tuple(
        message(kind, incoming.report_id, incoming.correlation_id, insight_ids)
        for kind, insight_ids in routed.items()
        if insight_ids
    )


def publish_insights(incoming: Message, context: Context) -> Effects:
    """InsightsAccepted: the insights stand in the CFO summary from now on, and some are drawn for an audit.

    One that a later analysis routed elsewhere meanwhile is not published.
    """
    published = tuple(
        insight.model_copy(update={"status": InsightStatus.PUBLISHED})
        for insight in _insights(incoming, context)
        if insight.status in {InsightStatus.OPEN, InsightStatus.PUBLISHED}
        and insight.route is Route.CFO
        and not insight.held
    )
    sampled = sample(published, context.ports.records, context.clock())
    return Effects(
        records=(*published, *sampled.draws, *sampled.items),
        audit=(
            event(context, "summary_updated", incoming.report_id, insights=str(len(published))),
            *sampled.events,
        ),
    )


def open_reviews(incoming: Message, context: Context) -> Effects:
    """InsightsEscalated: a review item for each insight that has none; what is decided stays decided."""
    undecided = [
        insight for insight in _insights(incoming, context) if insight.status not in _DECIDED
    ]
    now = context.clock()
    items = [open_item(insight, insight.route_reasons, now) for insight in undecided]
    opened = [
        item for item in items if context.ports.records.review_item(item.review_item_id) is None
    ]
    waiting = tuple(
        insight.model_copy(update={"status": InsightStatus.IN_REVIEW}) for insight in undecided
    )
    return Effects(
        records=(*waiting, *opened),
        audit=(event(context, "review_opened", incoming.report_id, items=str(len(opened))),),
    )


HANDLERS: dict[MessageKind, Handler] = {
    MessageKind.REPORT_RECEIVED: read_report,
    MessageKind.FACTS_EXTRACTED: analyse_report,
    MessageKind.INSIGHTS_ACCEPTED: publish_insights,
    MessageKind.INSIGHTS_ESCALATED: open_reviews,
}
"""The whole path on one screen."""


def _report(incoming: Message, context: Context) -> Report:
    report = context.ports.records.report(incoming.report_id)
    if report is None:
        raise NotFound("The report this work belongs to does not exist.")
    return report


def _insights(incoming: Message, context: Context) -> list[Insight]:
    found = (context.ports.records.insight(InsightId(i)) for i in incoming.insight_ids)
    return [insight for insight in found if insight is not None]


def _pairs(report_id: ReportId, *kinds: type[Record]) -> tuple[tuple[type[Record], ReportId], ...]:
    return tuple((kind, report_id) for kind in kinds)


def event(
    context: Context, action: str, report_id: ReportId, result: str = "ok", **detail: str
) -> AuditEvent:
    """Return the trail's entry of something the system did to a report."""
    return AuditEvent(
        actor=SYSTEM.user_id,
        action=action,
        resource=report_id,
        result=result,
        detail=detail,
        at=context.clock(),
    )
