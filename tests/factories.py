"""Small domain records for tests; every argument has a plain default."""

from datetime import UTC, date, datetime
from decimal import Decimal

from services.domain.concepts import CONCEPTS, StatementKind, Unit
from services.domain.confidence import Confidence, ConfidenceFactor, FactConfidence
from services.domain.ids import (
    ChainId,
    FactId,
    InsightId,
    ReportId,
    StatementId,
    UserId,
    deterministic_id,
)
from services.domain.insights import Evidence, Insight, InsightKind, InsightStatus, Route, Severity
from services.domain.periods import Period
from services.domain.provenance import Box, SourceRef
from services.domain.reports import Fact, Report, ReportFormat, ReportStatus
from services.domain.users import Role, User

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ANALYST = User(user_id=UserId("ana"), name="Ana Analyst", role=Role.ANALYST)
REVIEWER = User(user_id=UserId("rev"), name="Rita Reviewer", role=Role.REVIEWER)
CFO = User(user_id=UserId("cfo"), name="Carl CFO", role=Role.CFO)
AUDITOR = User(user_id=UserId("aud"), name="Ada Auditor", role=Role.AUDITOR)


def a_report(name: str = "annual.pdf", **changes: object) -> Report:
    """A received PDF."""
    fields: dict[str, object] = {
        "report_id": ReportId(deterministic_id("report", name)),
        "name": name,
        "format": ReportFormat.PDF,
        "sha256": deterministic_id("sha", name),
        "size": 1000,
        "blob_key": "2026/03/x.pdf",
        "uploaded_by": ANALYST.user_id,
        "uploaded_at": NOW,
        "status": ReportStatus.ANALYSED,
        "company": "Acme Corp",
        "period_end": "2025-12-31",
    }
    return Report.model_validate(fields | changes)


def fiscal_year(year: int) -> Period:
    """The calendar year as a duration."""
    return Period(start=date(year, 1, 1), end=date(year, 12, 31))


def year_end(year: int) -> Period:
    """The last day of a calendar year as an instant."""
    return Period(end=date(year, 12, 31))


def a_fact(concept: str, year: int, value: object, **changes: object) -> Fact:
    """A consolidated fact in millions printed on page 5, with high confidence."""
    known = CONCEPTS.get(concept)
    statement = known.statement if known else StatementKind.OTHER
    instant = bool(known and known.instant)
    report_id = changes.get("report_id", a_report().report_id)
    amount = Decimal(str(value))
    fields: dict[str, object] = {
        "fact_id": FactId(deterministic_id("fact", report_id, concept, year)),
        "report_id": report_id,
        "statement_id": StatementId(deterministic_id("statement", report_id, statement)),
        "statement": statement,
        "row": 0,
        "column": 0,
        "label": known.name if known else concept,
        "concept": concept if known else None,
        "period": year_end(year) if instant else fiscal_year(year),
        "value": amount,
        "printed_value": amount / 1_000_000,
        "unit": known.unit if known else Unit.MONEY,
        "scale": 1_000_000,
        "confidence": FactConfidence(value=0.999, concept=0.99, period=0.999, unit=0.999),
        "source": SourceRef(
            report_id=ReportId(str(report_id)),
            document="annual.pdf",
            page=5,
            boxes=(Box(400, 100, 440, 110),),
            printed=f"{amount / 1_000_000:,.0f}",
        ),
    }
    return Fact.model_validate(fields | changes)


def a_confidence(total: float = 0.9) -> Confidence:
    """A confidence with one factor."""
    factor = ConfidenceFactor(name="inputs", value=total, reason="one input")
    return Confidence(total=total, factors=(factor,))


def an_insight(rule_id: str = "R01", **changes: object) -> Insight:
    """A published revenue insight."""
    report_id = changes.get("report_id", a_report().report_id)
    insight_id = deterministic_id("insight", report_id, rule_id)
    fields: dict[str, object] = {
        "insight_id": InsightId(insight_id),
        "report_id": report_id,
        "rule_id": rule_id,
        "rule_version": "1.0.0",
        "kind": InsightKind.TREND,
        "title": "Revenue growth",
        "text": "Revenue rose 8.0 % to $108 million.",
        "severity": Severity.LOW,
        "confidence": a_confidence(),
        "route": Route.CFO,
        "status": InsightStatus.PUBLISHED,
        "evidence": (
            Evidence(
                fact_id=FactId(deterministic_id("fact", report_id, "revenue", 2025)), role="revenue"
            ),
        ),
        "chain_id": ChainId(deterministic_id("chain", insight_id)),
        "created_at": NOW,
    }
    return Insight.model_validate(fields | changes)
