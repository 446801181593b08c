"""The analysis stage: facts and checks in, insights with their proof out. Pure: the time is given."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from time import perf_counter

from services.analysis.bound import unbound, uncited
from services.analysis.chain import chain_of
from services.analysis.compared import role, shown_fact
from services.analysis.facts_view import FactsView, Missing
from services.analysis.finding import CannotCompute, Context, Finding
from services.analysis.materiality import doubts_of, materiality_of
from services.analysis.metrics import Metric, derived_metrics
from services.analysis.profile import profile_of
from services.analysis.registry import RULES
from services.analysis.rule import Rule
from services.analysis.templates import Templates
from services.confidence.acceptance import acceptance_of
from services.confidence.insights import held_by, insight_confidence, routed
from services.domain.concepts import StatementKind
from services.domain.ids import ChainId, InsightId, deterministic_id
from services.domain.insights import (
    Evidence,
    Insight,
    InsightStatus,
    Materiality,
    NotComputable,
    ReasoningChain,
    Route,
)
from services.domain.materiality import MaterialityChoice
from services.domain.periods import Period
from services.domain.reports import Fact, Report, Statement, TieOut, TieOutStatus
from services.domain.scoring import UNLABELLED, Scoring

_STATUS = {
    Route.CFO: InsightStatus.PUBLISHED,
    Route.ANALYST: InsightStatus.OPEN,
    Route.REVIEW: InsightStatus.IN_REVIEW,
}


@dataclass(frozen=True, slots=True)
class Analysis:
    """What one report's facts say: insights (worst first) with their chains, and what stayed open.

    ``materiality`` is None when no base was read; the reason is then among ``not_computable``.
    """

    insights: tuple[Insight, ...]
    chains: tuple[ReasoningChain, ...]
    materiality: Materiality | None
    not_computable: tuple[NotComputable, ...]
    metrics: tuple[Metric, ...]


def analyse(  # noqa: PLR0913 - the stage's whole input, each a different thing
    report: Report,
    statements: Sequence[Statement],
    facts: Sequence[Fact],
    tie_outs: Sequence[TieOut],
    history: Sequence[Fact],
    templates: Templates,
    now: datetime,
    stopwatch: Callable[[], float] = perf_counter,
    choice: MaterialityChoice | None = None,
    scoring: Scoring = UNLABELLED,
) -> Analysis:
    """Run every rule on one report; ``history`` are facts of the company's other reports.

    ``choice`` is what people set of the company's materiality: it ranks, and never touches confidence;
    ``scoring`` is what confidence and routes hang on beside the report: it never touches what is found.
    ``stopwatch`` gives seconds: what a rule took stands in its chains and in nothing else.
    """
    context = context_of(report, statements, facts, tie_outs, history, choice)
    context = replace(context, scoring=scoring)
    pairs: list[tuple[Insight, ReasoningChain]] = []
    open_: list[NotComputable] = []
    for rule in RULES:
        started = stopwatch()
        found = _run(rule, context)
        elapsed = round(1_000_000 * (stopwatch() - started))
        if isinstance(found, NotComputable):
            open_.append(found)
        else:
            pairs += [
                _proved((rule, elapsed), finding, context, templates, now) for finding in found
            ]
    pairs.sort(key=lambda pair: (-pair[0].severity.rank, pair[0].rule_id, pair[0].insight_id))
    materiality = context.materiality
    if isinstance(materiality, Missing):
        open_.append(
            NotComputable(
                report_id=report.report_id,
                rule_id="materiality",
                title="Materiality",
                reason=materiality.reason,
            )
        )
    return Analysis(
        insights=tuple(insight for insight, _ in pairs),
        chains=tuple(chain for _, chain in pairs),
        materiality=None if isinstance(materiality, Missing) else materiality,
        not_computable=tuple(open_),
        metrics=tuple(derived_metrics(context.view, context.profile)),
    )


def context_of(
    report: Report,
    statements: Sequence[Statement],
    facts: Sequence[Fact],
    tie_outs: Sequence[TieOut],
    history: Sequence[Fact],
    choice: MaterialityChoice | None = None,
) -> Context:
    """Return what the rules of one report work with."""
    view = FactsView(facts, history, tie_outs)
    profile = profile_of(statements, view)
    income = next(iter(view.durations(StatementKind.INCOME)), None)
    money = [statement.currency for statement in statements]
    return Context(
        report_id=report.report_id,
        statements=statements,
        view=view,
        profile=profile,
        materiality=materiality_of(
            report.report_id, view, profile, income, doubts_of(report.cues), choice
        ),
        materiality_version=0 if choice is None else choice.version,
        income=income,
        cash=next(iter(view.durations(StatementKind.CASH_FLOW)), None),
        currency=money[0] if money else "USD",
        tie_outs=tuple(tie_outs),
        cues=None if report.format.is_workbook else report.cues,
        credit_lines=report.credit_lines,
        recasts=report.recasts,
        claims=None if report.format.is_workbook else report.claims,
        dated=Period(end=date.fromisoformat(report.period_end)) if report.period_end else None,
    )


def _run(rule: Rule, context: Context) -> list[Finding] | NotComputable:
    try:
        return _own(rule.run(context), context)
    except CannotCompute as answer:
        return NotComputable(
            report_id=context.report_id,
            rule_id=rule.rule_id,
            title=rule.title,
            reason=str(answer),
        )


def _own(found: Sequence[Finding], context: Context) -> list[Finding]:
    """Return the findings that are this report's to tell; raises CannotCompute when all are another's."""
    own = [finding for finding in found if _is_own(finding, context)]
    if found and not own:
        raise CannotCompute(_told_elsewhere(found[0]))
    return own


def _is_own(finding: Finding, context: Context) -> bool:
    """Whether this report prints a figure of the finding's day; else it is another report's to tell."""
    days = [fact for fact in finding.facts if fact.period.end == finding.period.end]
    return not days or any(fact.report_id == context.report_id for fact in days)


def _told_elsewhere(finding: Finding) -> str:
    fact = next(fact for fact in finding.facts if fact.period.end == finding.period.end)
    return f"{role(fact)} is not printed here but in {fact.source.document}, which tells of it"


def _proved(
    ran: tuple[Rule, int], finding: Finding, context: Context, templates: Templates, now: datetime
) -> tuple[Insight, ReasoningChain]:
    rule, elapsed = ran
    consulted = _consulted(finding, context)
    failed = any(tie_out.status is TieOutStatus.FAIL for tie_out in consulted)
    scoring = context.scoring
    accepted = acceptance_of(rule.as_version, scoring.counts)
    score = insight_confidence(finding.facts, finding.margin, accepted, scoring)
    held = held_by(
        has_failed_check=failed,
        unbound=unbound(finding, context),
        uncited=uncited(finding, context),
    )
    where, reasons = routed(score, finding.severity, held, scoring)
    reopened = _reopened(finding, context)
    if reopened:
        where, reasons = Route.REVIEW, (*reopened, *reasons)
    parts = (context.report_id, rule.rule_id, finding.period.model_dump_json(), finding.key)
    insight = Insight(
        insight_id=InsightId(deterministic_id("ins", *parts)),
        report_id=context.report_id,
        rule_id=rule.rule_id,
        rule_version=rule.version,
        kind=rule.kind,
        title=f"{rule.title}: {finding.subject}" if finding.subject else rule.title,
        text=templates.render(finding.template, finding.values),
        severity=finding.severity,
        amount=finding.amount,
        period=finding.period,
        confidence=score,
        route=where,
        route_reasons=reasons,
        status=_STATUS[where],
        has_failed_check=failed,
        held=held,
        reopened=reopened,
        evidence=tuple(Evidence(fact_id=fact.fact_id, role=role) for fact, role in finding.inputs),
        quotes=finding.quotes,
        calculations=finding.calculations,
        tie_outs=tuple(tie_out.tie_out_id for tie_out in consulted),
        chain_id=ChainId(deterministic_id("chain", *parts)),
        chart=finding.chart,
        what_to_check=rule.what_to_check,
        created_at=now,
    )
    ranked = replace(finding, threshold=_with_materiality(finding, context))
    chain = chain_of(rule, ranked, insight, consulted, templates, elapsed)
    return insight, chain.model_copy(update=_versions(context))


def _versions(context: Context) -> dict[str, int]:
    return {
        "materiality_version": context.materiality_version,
        "scoring_version": context.scoring.version,
    }


def _reopened(finding: Finding, context: Context) -> tuple[str, ...]:
    """Say which figures a later report gives otherwise: who relied on them has to look again."""
    pairs = [(fact, context.view.restated_by(fact)) for fact in finding.facts]
    return tuple(
        f"{later.source.document} gives {shown_fact(context, later)} for {role(fact)}, this report "
        f"{shown_fact(context, fact)}"
        for fact, later in pairs
        if later is not None
        and fact.report_id == context.report_id
        and not context.is_trivial(fact, later.value - fact.value)
    )


def _with_materiality(finding: Finding, context: Context) -> str:
    """Return the threshold and, where an amount ranks the finding, the materiality it was ranked by."""
    if finding.amount is None or isinstance(context.materiality, Missing):
        return finding.threshold
    one = context.materiality
    amounts = [context.money(value) for value in (one.overall, one.performance, one.trivial)]
    return f"{finding.threshold}; materiality version {one.version}: overall {amounts[0]}, " + (
        f"performance {amounts[1]}, trivial {amounts[2]}"
    )


def _consulted(finding: Finding, context: Context) -> list[TieOut]:
    """Return the judged checks that touch the finding's facts, and those it names itself."""
    used = {fact.fact_id for fact in finding.facts}
    touches: Callable[[TieOut], bool] = lambda tie_out: (  # noqa: E731
        tie_out.total in used or not used.isdisjoint(tie_out.members)
    )
    return [
        tie_out
        for tie_out in context.tie_outs
        if tie_out.status is not TieOutStatus.NOT_APPLICABLE
        and (touches(tie_out) or tie_out.tie_out_id in finding.tie_outs)
    ]
