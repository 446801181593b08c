"""How each record type is a document: container, what is asked for by, what is unique, what a person has decided on."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from services.adapters.azure.cosmos import CHAINS, INSIGHTS, RECORDS, Document
from services.domain.answers import KEPT_FOR, KeptAnswer
from services.domain.base import Record
from services.domain.corrections import Correction, FactInForce, StatementInForce
from services.domain.insights import (
    Insight,
    InsightStatus,
    Materiality,
    NotComputable,
    ReasoningChain,
)
from services.domain.materiality import MaterialityChoice, company_key
from services.domain.messages import Processed
from services.domain.notices import Notice
from services.domain.policy import Policy, PolicyProposal, PolicyRuling
from services.domain.reports import Fact, Finding, Report, Statement, TieOut
from services.domain.reviews import ActKind, Decision, ReviewAct, ReviewItem, ReviewStatus
from services.domain.scoring import AuditDraw, Scoring
from services.domain.signing import SignOff

ANSWER = "answer/"
"""How the partitions of kept answers begin; they say nothing of records, and end by themselves."""
ANSWER_SECONDS = int(KEPT_FOR.total_seconds())
GOVERNANCE = "governance"
"""The partition of what belongs to no report: policies, scorings, materiality by company."""
_CHAIN_SECONDS = 220_838_400
"""The time after which Cosmos DB drops a reasoning chain: seven years, as the product's contract words it."""
_DECIDED_INSIGHT = frozenset({InsightStatus.APPROVED, InsightStatus.REJECTED})
_DECIDED_ITEM = frozenset({ReviewStatus.APPROVED, ReviewStatus.REJECTED})


@dataclass(frozen=True, slots=True)
class Row:
    """A record as it is stored: ``seq`` sorts by when it was first written, ``run`` names the commit that wrote it."""

    record: Any
    record_id: str
    seq: str
    position: int
    run: str
    total: int
    """The record's fingerprint, to be added up over a table."""


Rows = Mapping[str, Mapping[str, Row]]
"""Rows of one partition by table and record id."""


@dataclass(frozen=True, slots=True)
class Table:
    """One record type.

    ``kept`` says whether a person has decided on a stored row, so that no re-run drops or overwrites it unless it
    ``yields`` to the new record. ``columns`` are what queries ask for; what is None is left out of the document.
    """

    name: str
    record_id: Callable[[Any], str]
    columns: Mapping[str, Callable[[Any], str | int | float | bool | None]] = field(
        default_factory=dict
    )
    unique: tuple[Callable[[Any], object], ...] = ()
    """What no two rows of a partition have alike; None is not compared."""
    kept: Callable[[Row, Rows], bool] | None = None
    yields: Callable[[Any, Rows], bool] = lambda _record, _rows: False
    never_changes: str = ""
    """What to call records that are never changed once they are written."""
    container: str = RECORDS
    ttl: int | None = None

    def document(self, row: Row, partition: str) -> Document:
        """Return the document of a row; its id is of the record and of the attempt that writes it."""
        columns = {name: read(row.record) for name, read in self.columns.items()}
        document = {
            "id": document_id(row),
            "pk": partition,
            "kind": self.name,
            "record_id": row.record_id,
            "run": row.run,
            "seq": row.seq,
            "position": row.position,
            "total": f"{row.total:064x}",
            "place": f"{partition}|{row.position:07d}|{row.record_id}",
            **{name: value for name, value in columns.items() if value is not None},
            "record": row.record.model_dump_json(),
        }
        return document if self.ttl is None else {**document, "ttl": self.ttl}


class Claim(Record):
    """What no two reports have alike, taken by one: a name in one version, or the bytes' SHA-256."""

    value: str
    version: int = 0


def claims_of(report: Report) -> tuple[Claim, ...]:
    """Return what a new report takes."""
    return Claim(value=report.name, version=report.version), Claim(value=report.sha256)


def document_id(row: Row) -> str:
    """Return the id of a row's document: of the record, and of the commit that wrote it so."""
    return f"{row.run}-{sha256(row.record_id.encode()).hexdigest()[:32]}"


def row_of(kind: type[Record], document: Document) -> Row:
    """Return the row that a document holds."""
    return Row(
        record=kind.model_validate_json(document["record"]),
        record_id=document["record_id"],
        seq=document["seq"],
        position=document["position"],
        run=document["run"],
        total=int(document["total"], 16),
    )


def partition_of(record: Record) -> str:
    """Return the partition of a record: its report's, or the one of what belongs to no report.

    A claim has one of its own, as reports that want the same are in different ones.
    """
    if isinstance(record, Claim):
        return f"claim/{record.value}"
    if isinstance(record, KeptAnswer):
        return partition_of_answer(record.answer_id)
    if isinstance(record, Processed):
        return record.session
    return getattr(record, "report_id", "") or GOVERNANCE


def partition_of_answer(answer_id: str) -> str:
    """Return the partition of a kept answer: its own, as two who give one are to meet."""
    return f"{ANSWER}{answer_id}"


def sortable(moment: datetime) -> str:
    """Return a time as text that sorts as times do."""
    return moment.isoformat(timespec="microseconds")


def _place(moment: datetime, record_id: str) -> str:
    return f"{sortable(moment)}|{record_id}"


def _always(_row: Row, _rows: Rows) -> bool:
    return True


def _was_undone(acts: Iterable[Row], subject: Callable[[ReviewAct], bool]) -> bool:
    of_it = sorted((row for row in acts if subject(row.record)), key=lambda row: row.seq)
    return bool(of_it) and of_it[-1].record.kind is ActKind.UNDO


def _insight_yields(record: Insight, rows: Rows) -> bool:
    return (
        record.status in _DECIDED_INSIGHT
        or bool(record.reopened)
        or _was_undone(
            rows["review_acts"].values(), lambda act: act.insight_id == record.insight_id
        )
    )


def _item_yields(record: ReviewItem, rows: Rows) -> bool:
    return record.status in _DECIDED_ITEM or _was_undone(
        rows["review_acts"].values(), lambda act: act.review_item_id == record.review_item_id
    )


def _follows_its_insight(row: Row, rows: Rows) -> bool:
    insight = rows["insights"].get(row.record.insight_id)
    return insight is not None and insight.record.status in _DECIDED_INSIGHT


TABLES: dict[type[Record], Table] = {
    Processed: Table("processed", lambda one: f"{one.queue.value}/{one.message_id}"),
    Report: Table(
        "reports",
        lambda one: one.report_id,
        columns={
            "name": lambda one: one.name,
            "version": lambda one: one.version,
            "sha256": lambda one: one.sha256,
            "status": lambda one: one.status.value,
            "company_lower": lambda one: (one.company or "").lower(),
            "company_key": lambda one: company_key(one.company) if one.company else None,
            "uploaded_by": lambda one: one.uploaded_by,
            "place": lambda one: _place(one.uploaded_at, one.report_id),
        },
    ),
    Statement: Table("statements", lambda one: one.statement_id),
    Fact: Table(
        "facts",
        lambda one: one.fact_id,
        columns={
            "concept": lambda one: one.concept,
            "period_end": lambda one: one.period.end.isoformat(),
        },
    ),
    Correction: Table(
        "corrections",
        lambda one: one.correction_id,
        unique=(lambda one: one.replaces,),
        kept=_always,
    ),
    StatementInForce: Table("statements_in_force", lambda one: one.statement.statement_id),
    FactInForce: Table(
        "facts_in_force",
        lambda one: one.fact.fact_id,
        columns={
            "concept": lambda one: one.fact.concept,
            "period_end": lambda one: one.fact.period.end.isoformat(),
        },
    ),
    Finding: Table("findings", lambda one: one.finding_id),
    TieOut: Table("tie_outs", lambda one: one.tie_out_id),
    Materiality: Table("materialities", lambda one: one.report_id),
    MaterialityChoice: Table(
        "materiality_choices",
        lambda one: one.choice_id,
        columns={"company": lambda one: one.company},
        unique=(lambda one: (one.company, one.version),),
    ),
    Policy: Table("policies", lambda one: one.policy_id, unique=(lambda one: one.version,)),
    PolicyProposal: Table("policy_proposals", lambda one: one.proposal_id),
    PolicyRuling: Table("policy_rulings", lambda one: one.proposal_id),
    Scoring: Table(
        "scorings",
        lambda one: one.scoring_id,
        columns={"version": lambda one: one.version},
        unique=(lambda one: one.version,),
    ),
    AuditDraw: Table("audit_draws", lambda one: one.insight_id, kept=_always),
    NotComputable: Table("not_computable", lambda one: f"{one.report_id}/{one.rule_id}"),
    Insight: Table(
        "insights",
        lambda one: one.insight_id,
        columns={
            "status": lambda one: one.status.value,
            "severity": lambda one: one.severity.rank,
            "confidence": lambda one: one.confidence.total,
            "about": lambda one: one.kind.value,
            "period_end": lambda one: one.period.end.isoformat() if one.period else None,
            "is_unproved": lambda one: one.has_failed_check or bool(one.held),
            "place": lambda one: _place(one.created_at, one.insight_id),
        },
        kept=lambda row, _: row.record.status in _DECIDED_INSIGHT,
        yields=_insight_yields,
        container=INSIGHTS,
    ),
    ReasoningChain: Table(
        "chains",
        lambda one: one.chain_id,
        columns={"insight_id": lambda one: one.insight_id},
        kept=_follows_its_insight,
        container=CHAINS,
        ttl=_CHAIN_SECONDS,
    ),
    ReviewItem: Table(
        "review_items",
        lambda one: one.review_item_id,
        columns={
            "insight_id": lambda one: one.insight_id,
            "finding_id": lambda one: one.finding_id,
            "status": lambda one: one.status.value,
            "why": lambda one: one.kind.value,
            "place": lambda one: _place(one.opened_at, one.review_item_id),
        },
        kept=lambda row, _: row.record.status in _DECIDED_ITEM,
        yields=_item_yields,
    ),
    ReviewAct: Table(
        "review_acts",
        lambda one: one.act_id,
        columns={"review_item_id": lambda one: one.review_item_id},
        unique=(lambda one: (one.review_item_id, one.number), lambda one: one.undoes),
        never_changes="Acts on review items",
    ),
    Notice: Table(
        "notices",
        lambda one: one.notice_id,
        columns={
            "review_item_id": lambda one: one.review_item_id,
            "recipient": lambda one: one.to,
            "state": lambda one: one.state.value,
            "next_try": lambda one: sortable(one.next_try),
        },
    ),
    Decision: Table(
        "decisions",
        lambda one: one.decision_id,
        columns={
            "insight_id": lambda one: one.insight_id,
            "finding_id": lambda one: one.finding_id,
        },
        never_changes="Decisions",
    ),
    SignOff: Table(
        "sign_offs", lambda one: one.sign_off_id, unique=(lambda one: (one.report_id, one.version),)
    ),
    Claim: Table("claims", lambda one: str(one.version)),
    KeptAnswer: Table("answers", lambda one: one.answer_id, ttl=ANSWER_SECONDS),
}
"""A chain follows its insight, so insights are dropped and written before chains, and acts before decisions."""
BY_NAME = {table.name: kind for kind, table in TABLES.items()}


def container_of(name: str) -> str:
    """Return the container of what a document's id or a run names; both begin with the table."""
    return TABLES[BY_NAME[name.partition("-")[0]]].container
