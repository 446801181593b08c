"""Records for the tests of store, queue and pipeline: small, valid, and different where it matters."""

import hashlib
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from services.audit import content_hash
from services.domain.concepts import StatementKind, Unit
from services.domain.confidence import Confidence, ConfidenceFactor, FactConfidence
from services.domain.corrections import (
    Correction,
    FactInForce,
    StatementInForce,
    claim_of,
    reading_of,
)
from services.domain.ids import (
    ChainId,
    CorrectionId,
    DecisionId,
    FactId,
    FindingId,
    InsightId,
    ReportId,
    SignOffId,
    StatementId,
    TieOutId,
    UserId,
    deterministic_id,
)
from services.domain.insights import (
    Evidence,
    Insight,
    InsightKind,
    InsightStatus,
    Materiality,
    NotComputable,
    ReasoningChain,
    ReasoningStep,
    Route,
    Severity,
)
from services.domain.periods import Period
from services.domain.provenance import Box, SourceRef
from services.domain.reports import (
    Fact,
    Finding,
    FindingSeverity,
    LineItem,
    Report,
    ReportFormat,
    ReportStatus,
    Statement,
    StatementColumn,
    TieOut,
    TieOutStatus,
)
from services.domain.reviews import Decision, ReviewItem, Verdict
from services.domain.signing import ShownContent, ShownLine, SignOff
from services.domain.users import Role, User
from services.review import open_item

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
YEAR = Period(start=date(2025, 1, 1), end=date(2025, 12, 31))
ANN = User(user_id=UserId("ann"), name="Ann", role=Role.ANALYST)
RAY = User(user_id=UserId("ray"), name="Ray", role=Role.REVIEWER)


class Clock:
    """A clock that stands still until it is told to move."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def forward(self, seconds: float) -> None:
        """Move on."""
        self.now += timedelta(seconds=seconds)


def a_report(name: str = "q3.pdf", content: str = "a", **changes: object) -> Report:
    digest = hashlib.sha256(content.encode()).hexdigest()
    report_id = ReportId(deterministic_id("report", digest))
    report = Report(
        report_id=report_id,
        name=name,
        format=ReportFormat.PDF,
        sha256=digest,
        size=1234,
        blob_key=f"2026/03/{report_id}.pdf",
        uploaded_by=ANN.user_id,
        uploaded_at=NOON,
        status=ReportStatus.RECEIVED,
    )
    return report.model_copy(update=changes)


def a_fact(report: Report, row: int = 1, value: str = "-1234567890123456789.01") -> Fact:
    return Fact(
        fact_id=FactId(deterministic_id("fact", report.report_id, row)),
        report_id=report.report_id,
        statement_id=StatementId(deterministic_id("statement", report.report_id)),
        statement=StatementKind.INCOME,
        row=row,
        column=0,
        label="Net income — Überschuß",
        concept="net_income",
        period=YEAR,
        value=Decimal(value),
        printed_value=Decimal(value),
        unit=Unit.MONEY,
        scale=1,
        decimals=2,
        confidence=FactConfidence(value=1, concept=0.9, period=1, unit=1),
        source=SourceRef(
            report_id=report.report_id,
            document=report.name,
            page=4,
            boxes=(Box(1.25, 2.5, 3.0, 4.1),),
            printed="(1,234,567,890,123,456,789.01)",
        ),
    )


def a_correction(report: Report, number: int = 1) -> Correction:
    """The correction of this number at one place; each replaces the one before."""
    fact = a_fact(report)
    return Correction(
        correction_id=CorrectionId(deterministic_id("correction", report.report_id, number)),
        report_id=report.report_id,
        claim=claim_of(fact),
        machine=reading_of(fact),
        comment="seen on page 4",
        made_by=ANN.user_id,
        made_by_name=ANN.name,
        made_at=NOON,
        replaces=None if number == 1 else a_correction(report, number - 1).correction_id,
    )


def a_fact_in_force(report: Report) -> FactInForce:
    return FactInForce(report_id=report.report_id, fact=a_fact(report))


def a_statement_in_force(report: Report) -> StatementInForce:
    return StatementInForce(report_id=report.report_id, statement=a_statement(report))


def a_statement(report: Report) -> Statement:
    return Statement(
        statement_id=StatementId(deterministic_id("statement", report.report_id)),
        report_id=report.report_id,
        kind=StatementKind.INCOME,
        title="Statements of income",
        pages=(4,),
        columns=(StatementColumn(period=YEAR),),
        rows=(LineItem(row=1, label="Net income", concept="net_income", facts=(None,)),),
    )


def a_finding(report: Report) -> Finding:
    return Finding(
        finding_id=FindingId(deterministic_id("finding", report.report_id)),
        report_id=report.report_id,
        code="scanned-page",
        severity=FindingSeverity.WARNING,
        sentence="Page 7 is a picture.",
        page=7,
    )


def a_tie_out(report: Report) -> TieOut:
    return TieOut(
        tie_out_id=TieOutId(deterministic_id("tie-out", report.report_id)),
        report_id=report.report_id,
        check="balance",
        name="Assets equal liabilities and equity",
        status=TieOutStatus.PASS_ROUNDING,
        expected=Decimal("10.10"),
        actual=Decimal("10.1"),
        difference=Decimal("0.00"),
        tolerance=Decimal("0.1"),
        sentence="They agree.",
    )


def an_insight(report: Report, rule: str = "flux", **changes: object) -> Insight:
    insight_id = InsightId(deterministic_id("insight", report.report_id, rule, YEAR.end))
    insight = Insight(
        insight_id=insight_id,
        report_id=report.report_id,
        rule_id=rule,
        rule_version="1",
        kind=InsightKind.TREND,
        title="Net income fell",
        text="Net income fell by half.",
        severity=Severity.MEDIUM,
        amount=Decimal("0.10"),
        period=YEAR,
        confidence=Confidence(
            total=0.9, factors=(ConfidenceFactor(name="evidence", value=0.9, reason="read"),)
        ),
        route=Route.CFO,
        status=InsightStatus.OPEN,
        evidence=(Evidence(fact_id=a_fact(report).fact_id, role="net income, this year"),),
        chain_id=ChainId(deterministic_id("chain", insight_id)),
        created_at=NOON,
    )
    return insight.model_copy(update=changes)


def a_chain(insight: Insight, result: str = "fell") -> ReasoningChain:
    return ReasoningChain(
        chain_id=insight.chain_id,
        insight_id=insight.insight_id,
        report_id=insight.report_id,
        ruleset_version="1",
        prompt_template_version="t-v1.0.0",
        model_version="deterministic",
        inputs_hash="0" * 64,
        steps=(ReasoningStep(step=1, action="compare", rule=insight.rule_id, result=result),),
        confidence_score=0.9,
        timestamp=NOON,
    )


def a_materiality(report: Report) -> Materiality:
    amounts = {"base_amount": "100", "percent": "5", "overall": "5.00", "performance": "3.75"}
    return Materiality(
        report_id=report.report_id,
        base="income before tax",
        trivial=Decimal("0.25"),
        sentence="5 % of income before tax.",
        **{name: Decimal(value) for name, value in amounts.items()},
    )


def a_sign_off(report: Report, version: int = 1) -> SignOff:
    content = ShownContent(
        lines=(ShownLine(key="fact:1", name="Revenue, Überschuß", value="-0.10 USD"),)
    )
    return SignOff(
        sign_off_id=SignOffId(deterministic_id("sign-off", report.report_id, version)),
        report_id=report.report_id,
        version=version,
        content=content,
        content_hash=content_hash(content),
        ruleset_version="ruleset-v1",
        audit_seq=7,
        audit_head="ab" * 32,
        signed_by=RAY.user_id,
        signed_by_name=RAY.name,
        signed_at=NOON,
    )


def a_gap(report: Report, rule: str = "dso") -> NotComputable:
    return NotComputable(
        report_id=report.report_id, rule_id=rule, title="Days sales outstanding", reason="no sales"
    )


def a_review_item(insight: Insight) -> ReviewItem:
    return open_item(insight, ("low confidence",), NOON)


def a_decision(insight: Insight) -> Decision:
    item = a_review_item(insight)
    return Decision(
        decision_id=DecisionId(deterministic_id("decision", item.review_item_id)),
        review_item_id=item.review_item_id,
        insight_id=insight.insight_id,
        report_id=insight.report_id,
        verdict=Verdict.APPROVE,
        comment="checked against page 4",
        decided_by=RAY.user_id,
        decided_at=NOON,
    )
