"""Stores full of decisions: insights of one report that people accepted or rejected."""

from collections.abc import Callable
from datetime import timedelta

from services.adapters.local.records import SqliteRecordStore
from services.confidence.acceptance import RulePrior, RuleVersion
from services.domain.base import Record
from services.domain.confidence import Confidence, ConfidenceFactor
from services.domain.ids import DecisionId, InsightId, ReviewItemId
from services.domain.insights import Insight, InsightStatus, Route
from services.domain.messages import Effects
from services.domain.reports import ReportStatus
from services.domain.reviews import Decision, ReviewItem, ReviewKind, ReviewStatus, Verdict
from services.domain.scoring import AuditDraw
from services.ports import RecordStore
from tests.core_records import NOON, RAY, a_report, an_insight

RULE = RuleVersion("R01", "1.0.0", RulePrior(18, 2))
REPORT = a_report(company="Acme", status=ReportStatus.ANALYSED)


def confident(inputs: float) -> Confidence:
    """Inputs of that confidence, far from the threshold, under the rule's prior."""
    factors = tuple(
        ConfidenceFactor(name=name, value=value, reason="")
        for name, value in (("inputs", inputs), ("margin", 1.0), ("rule", RULE.prior.mean))
    )
    total = inputs * RULE.prior.mean
    return Confidence(total=total, factors=factors, product=total)


def judged(
    number: int, accepted: bool, inputs: float = 1.0, sample: bool = True, propensity: float = 0.1
) -> tuple[Record, ...]:
    """An insight that a person decided on a second a number after noon, with all that belongs to it."""
    status = InsightStatus.APPROVED if accepted else InsightStatus.REJECTED
    insight = an_insight(
        REPORT, RULE.rule_id, rule_version=RULE.version, confidence=confident(inputs), status=status,
        insight_id=InsightId(f"insight-{number}"), route=Route.CFO if sample else Route.REVIEW,
    )  # fmt: skip
    at = NOON + timedelta(seconds=number)
    item = ReviewItem(
        review_item_id=ReviewItemId(f"item-{number}"),
        insight_id=insight.insight_id,
        report_id=REPORT.report_id,
        kind=ReviewKind.AUDIT_SAMPLE if sample else ReviewKind.ROUTED,
        reasons=(),
        status=ReviewStatus.APPROVED if accepted else ReviewStatus.REJECTED,
        opened_at=NOON,
        decided_at=at,
    )
    decision = Decision(
        decision_id=DecisionId(f"decision-{number}"),
        review_item_id=item.review_item_id,
        insight_id=insight.insight_id,
        report_id=REPORT.report_id,
        verdict=Verdict.APPROVE if accepted else Verdict.REJECT,
        comment="",
        decided_by=RAY.user_id,
        decided_at=at,
    )
    draw = AuditDraw(
        insight_id=insight.insight_id, report_id=REPORT.report_id, is_drawn=True,
        propensity=propensity, seed="s", drawn_at=NOON,
    )  # fmt: skip
    return (insight, item, decision, *((draw,) if sample else ()))


def decide(
    records: RecordStore | SqliteRecordStore,
    count: int,
    accepted: Callable[[int], bool] = lambda _: True,
    start: int = 0,
    **terms: float,
) -> None:
    """Put so many decisions into a store, in one act."""
    made = tuple(
        record
        for number in range(start, start + count)
        for record in judged(number, accepted(number), **terms)
    )
    keep(records, REPORT, *made)


def keep(records: RecordStore | SqliteRecordStore, *made: Record) -> None:
    """Put records into a store, in the order of life: the store takes decisions on open items only."""
    decisions = tuple(one for one in made if isinstance(one, Decision))
    items = tuple(one for one in made if isinstance(one, ReviewItem))
    rest = tuple(one for one in made if not isinstance(one, Decision | ReviewItem))
    opened = tuple(
        item.model_copy(update={"status": ReviewStatus.OPEN, "decided_at": None}) for item in items
    )
    records.commit(Effects(records=(*rest, *opened)))
    records.commit(Effects(creates=decisions))
    records.commit(Effects(records=items))


def waiting(number: int, inputs: float, **changes: object) -> Insight:
    """An insight nobody decided on."""
    return an_insight(
        REPORT, RULE.rule_id, rule_version=RULE.version, confidence=confident(inputs),
        insight_id=InsightId(f"waiting-{number}"), **changes,
    )  # fmt: skip
