"""A document as it was read, beside the company's last one, and beside its budget, over HTTP."""

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from services.analysis.budget import Variance
from services.analysis.text_change import TextChange
from services.analysis.thresholds import Crossing, Side
from services.api.addresses import BASE
from services.api.answers import as_json
from services.api.bodies import Id
from services.api.callers import InsightViewer, ReportViewer
from services.api.models import Model
from services.api.reports import stored_report
from services.bootstrap import Services
from services.changes import Moved
from services.domain.base import Amount
from services.domain.errors import NotFound
from services.domain.insights import Quote
from services.domain.reports import Finding, Report, ReportStatus, Statement, TieOut


class StatementList(Model):
    """The statements as printed, with the checks on them and what was noticed while reading."""

    statements: list[Statement]
    checks: list[TieOut]
    findings: list[Finding]
    is_waiting: bool = Field(description="Whether checks do not know the newest corrections yet")


class MovedOut(BaseModel):
    """A line in this and in the last report; amounts are decimal strings in base units."""

    concept: str
    now: Amount
    then: Amount
    change: Amount
    share: Amount | None = Field(description="change / then; null where then is not positive")
    fact_id: str
    fact_id_then: str


class CrossingOut(BaseModel):
    """A metric on another side of a rule's threshold than in the last report."""

    metric_id: str
    rule_id: str
    side: Side
    threshold: Amount
    before: Amount
    now: Amount
    worse: bool


class RewordedOut(BaseModel):
    """A sentence worded otherwise than before."""

    before: Quote
    after: Quote


class RiskFactorsOut(BaseModel):
    """What the risk factors say anew, no more and otherwise."""

    added: list[Quote]
    removed: list[Quote]
    reworded: list[RewordedOut]
    kept: int


class ChangesOut(Model):
    """What changed since the company's last report."""

    document_id: str
    compared_with: str = Field(examples=["report-77aa…"])
    figures: list[MovedOut]
    thresholds_crossed: list[CrossingOut]
    metrics_compared: int
    restated: list[str] = Field(description="Ids of insights on figures that are given otherwise")
    not_compared: str | None = Field(description="Why restated figures could not be looked for")
    risk_factors: RiskFactorsOut | None
    risk_factors_not_compared: str | None


class VarianceOut(BaseModel):
    """A figure and its plan of the same period; amounts are decimal strings in base units."""

    name: str
    concept: str | None
    period: str
    against: str = Field(examples=["budget"])
    actual: Amount
    plan: Amount
    variance: Amount
    share: Amount | None
    verdict: str = Field(description="favourable, adverse, or empty where more is neither")
    fact_id: str
    plan_fact_id: str


class BudgetOut(Model):
    """A document beside its budget."""

    document_id: str
    lines: list[VarianceOut]
    finding: str | None = Field(description="Id of the insight that reconciles the two")


def comparing_router(services: Services) -> APIRouter:
    """Return ``/documents/{id}/statements``, ``/changes`` and ``/budget``."""
    router = APIRouter(prefix="/documents/{report_id}", tags=["documents"])

    @router.get("/statements", response_model=StatementList)
    def list_statements(caller: ReportViewer, report_id: Id) -> Response:
        """Return a document's statements in force, its checks and findings."""
        seen = services.seen_by(caller)
        report = stored_report(seen, report_id)
        worked, records = seen.facts.read(report.report_id), seen.ports.records
        return as_json(
            StatementList(
                statements=worked.statements,
                checks=records.tie_outs(report.report_id),
                findings=records.findings(report.report_id),
                is_waiting=worked.is_waiting,
                links=_links(report, "statements"),
            )
        )

    @router.get("/changes", response_model=ChangesOut)
    def get_changes(caller: InsightViewer, report_id: Id) -> Response:
        """Return what changed since the company's last report; 404 where there is none."""
        seen = services.seen_by(caller)
        report = _analysed(seen, report_id)
        last = seen.changes.last_before(report)
        if last is None:
            raise NotFound("No earlier report of this company is here.")
        return as_json(_changes(seen, report, last))

    @router.get("/budget", response_model=BudgetOut)
    def get_budget(caller: InsightViewer, report_id: Id) -> Response:
        """Return the lines that have a budget or a forecast; none where there is no plan."""
        seen = services.seen_by(caller)
        report = _analysed(seen, report_id)
        lines = seen.changes.budget(report)
        finding = seen.changes.budget_finding(report, lines)
        return as_json(
            BudgetOut(
                document_id=report.report_id,
                lines=[_variance(one) for one in lines],
                finding=None if finding is None else finding.insight_id,
                links=_links(report, "budget"),
            )
        )

    return router


def _analysed(services: Services, report_id: str) -> Report:
    report = stored_report(services, report_id)
    if report.status is not ReportStatus.ANALYSED:
        raise NotFound("This document has no comparison: it is not analysed.")
    return report


def _links(report: Report, own: str) -> dict[str, str]:
    document = f"{BASE}/documents/{report.report_id}"
    return {"self": f"{document}/{own}", "document": document}


def _changes(services: Services, report: Report, last: Report) -> ChangesOut:
    desk = services.changes
    crossed, risks = desk.crossed(report, last), desk.risk_factors(report, last)
    return ChangesOut(
        document_id=report.report_id,
        compared_with=last.report_id,
        figures=[_moved(one) for one in desk.figures(report, last)],
        thresholds_crossed=[_crossing(one) for one in crossed.found],
        metrics_compared=crossed.compared,
        restated=[one.insight_id for one in desk.restated(report)],
        not_compared=desk.not_compared(report),
        risk_factors=None if isinstance(risks, str) else _risks(risks),
        risk_factors_not_compared=risks if isinstance(risks, str) else None,
        links=_links(report, "changes") | {"last": f"{BASE}/documents/{last.report_id}"},
    )


def _moved(one: Moved) -> MovedOut:
    return MovedOut(
        concept=one.concept,
        now=one.now.value,
        then=one.then.value,
        change=one.change,
        share=one.share,
        fact_id=one.now.fact_id,
        fact_id_then=one.then.fact_id,
    )


def _crossing(one: Crossing) -> CrossingOut:
    return CrossingOut(
        metric_id=one.limit.metric_id,
        rule_id=one.limit.rule_id,
        side=one.limit.side,
        threshold=one.limit.at,
        before=one.before.value,
        now=one.now.value,
        worse=one.worse,
    )


def _risks(found: TextChange) -> RiskFactorsOut:
    return RiskFactorsOut(
        added=list(found.added),
        removed=list(found.removed),
        reworded=[RewordedOut(before=one, after=other) for one, other in found.reworded],
        kept=found.kept,
    )


def _variance(one: Variance) -> VarianceOut:
    return VarianceOut(
        name=one.name,
        concept=one.concept,
        period=one.actual.period.label,
        against=one.against,
        actual=one.actual.value,
        plan=one.plan.value,
        variance=one.amount,
        share=one.share,
        verdict=one.verdict,
        fact_id=one.actual.fact_id,
        plan_fact_id=one.plan.fact_id,
    )
