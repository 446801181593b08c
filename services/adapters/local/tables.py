# ruff: noqa: S608 - only our own constants are put into SQL text, values never are
"""One table a record type: id, report, place in the document, the columns that are asked for, and the JSON."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.domain.base import Record
from services.domain.corrections import Correction, FactInForce, StatementInForce
from services.domain.ids import ReportId
from services.domain.insights import Insight, Materiality, NotComputable, ReasoningChain
from services.domain.materiality import MaterialityChoice
from services.domain.messages import Processed
from services.domain.notices import Notice
from services.domain.policy import Policy, PolicyProposal, PolicyRuling
from services.domain.reports import Fact, Finding, Report, Statement, TieOut
from services.domain.reviews import Decision, ReviewAct, ReviewItem
from services.domain.scoring import AuditDraw, Scoring
from services.domain.signing import SignOff

_DECIDED = "('approved', 'rejected')"
_UNDONE = (
    "coalesce((SELECT kind FROM review_acts a WHERE a.{column} = {table}.id ORDER BY a.rowid DESC LIMIT 1), '') "
    "= 'undo'"
)
_INSIGHT_FILTERS = ("confidence", "kind", "severity", "status", "period_end")
"""In the index, so that rows a filter leaves out are never fetched."""
_FACTS_LISTED = {
    "listed": ("report_id", "position", "id", "period_end"),
    "listed_concept": ("concept", "report_id", "position", "id", "period_end"),
}
_DECIDED_INSIGHT = f"(SELECT id FROM insights WHERE status IN {_DECIDED})"


@dataclass(frozen=True, slots=True)
class RecordTable:
    """How one record type is stored.

    ``columns`` are copied out of the record so that SQL can select by them. ``keep`` is a condition on a
    stored row: where it holds, a person has decided on it, so that no re-run drops or overwrites the row
    unless ``yields`` holds for the new one: another decision, or a later report that changed a figure of it.
    ``listed`` are columns that SQLite itself reads out of the JSON (by path), so that a file of before gains
    them without a rewrite; ``indexes`` (by name) lead to where a page of a list starts.
    """

    name: str
    record_id: Callable[[Any], str]
    columns: dict[str, Callable[[Any], str | int | None]] = field(default_factory=dict)
    unique: tuple[tuple[str, ...], ...] = ()
    keep: str = ""
    yields: str = "0"
    listed: dict[str, str] = field(default_factory=dict)
    indexes: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def create_statements(self) -> Iterator[str]:
        """Give the DDL of the table and its indexes."""
        columns = "".join(f"{column} ANY, " for column in self.columns)
        yield (
            f"CREATE TABLE {self.name} (id TEXT PRIMARY KEY, report_id TEXT NOT NULL, "
            f"position INTEGER NOT NULL, {columns}record TEXT NOT NULL) STRICT"
        )
        yield f"CREATE INDEX {self.name}_report ON {self.name} (report_id, position)"
        for column in self.columns:
            yield f"CREATE INDEX {self.name}_{column} ON {self.name} ({column})"
        for names in self.unique:
            yield (
                f"CREATE UNIQUE INDEX {self.name}_one_{'_'.join(names)} "
                f"ON {self.name} ({', '.join(names)})"
            )

    def complete(self, connection: sqlite3.Connection) -> None:
        """Add the listed columns and the indexes over them that the table does not have yet."""
        there = {row[1] for row in connection.execute(f"PRAGMA table_xinfo({self.name})")}
        for column, path in self.listed.items():
            if column not in there:
                connection.execute(
                    f"ALTER TABLE {self.name} ADD COLUMN {column} ANY "
                    f"GENERATED ALWAYS AS (json_extract(record, '{path}')) VIRTUAL"
                )
        for name, columns in self.indexes.items():
            connection.execute(
                f"CREATE INDEX IF NOT EXISTS {self.name}_{name} ON {self.name} ({', '.join(columns)})"
            )

    def insert(self, connection: sqlite3.Connection, rows: Iterable[tuple[int, Record]]) -> None:
        """Insert new records; an id that is there already is an IntegrityError."""
        connection.executemany(self._insert_sql(), self._values(rows))

    def upsert(self, connection: sqlite3.Connection, rows: Iterable[tuple[int, Record]]) -> None:
        """Insert records or overwrite them by id in their place, except what ``keep`` protects."""
        names = ("report_id", *self.columns, "record")
        settings = ", ".join(f"{name} = excluded.{name}" for name in names)
        guard = f" WHERE NOT ({self.name}.{self.keep}) OR {self.yields}" if self.keep else ""
        connection.executemany(
            f"{self._insert_sql()} ON CONFLICT (id) DO UPDATE SET {settings}{guard}",
            self._values(rows),
        )

    def drop(self, connection: sqlite3.Connection, report_id: ReportId) -> None:
        """Delete a report's records, except what ``keep`` protects."""
        guard = f" AND NOT ({self.keep})" if self.keep else ""
        connection.execute(f"DELETE FROM {self.name} WHERE report_id = ?{guard}", (report_id,))

    def _insert_sql(self) -> str:
        names = ("id", "report_id", "position", *self.columns, "record")
        marks = ", ".join("?" * len(names))
        return f"INSERT INTO {self.name} ({', '.join(names)}) VALUES ({marks})"

    def _values(self, rows: Iterable[tuple[int, Record]]) -> Iterator[Sequence[object]]:
        for position, record in rows:
            columns = (read(record) for read in self.columns.values())
            yield (
                self.record_id(record),
                getattr(record, "report_id", ""),
                position,
                *columns,
                record.model_dump_json(),
            )


def _report_and_rule(record: NotComputable) -> str:
    return f"{record.report_id}/{record.rule_id}"


RECORD_TABLES: dict[type[Record], RecordTable] = {
    Report: RecordTable(
        "reports",
        lambda report: report.report_id,
        columns={
            "name": lambda report: report.name,
            "version": lambda report: report.version,
            "sha256": lambda report: report.sha256,
            "uploaded_at": lambda report: report.uploaded_at.isoformat(timespec="microseconds"),
        },
        unique=(("sha256",), ("name", "version")),
        listed={"company": "$.company", "uploaded_by": "$.uploaded_by"},
        indexes={"seen": ("company", "uploaded_by", "id")},
    ),
    Statement: RecordTable("statements", lambda statement: statement.statement_id),
    Fact: RecordTable(
        "facts",
        lambda fact: fact.fact_id,
        listed={"concept": "$.concept", "period_end": "$.period.end"},
        indexes=_FACTS_LISTED,
    ),
    Correction: RecordTable(
        "corrections",
        lambda correction: correction.correction_id,
        columns={"replaces": lambda correction: correction.replaces},
        unique=(("replaces",),),
        keep="id IS NOT NULL",
    ),
    StatementInForce: RecordTable(
        "statements_in_force", lambda record: record.statement.statement_id
    ),
    FactInForce: RecordTable(
        "facts_in_force",
        lambda record: record.fact.fact_id,
        listed={"concept": "$.fact.concept", "period_end": "$.fact.period.end"},
        indexes=_FACTS_LISTED,
    ),
    Finding: RecordTable("findings", lambda finding: finding.finding_id),
    TieOut: RecordTable("tie_outs", lambda tie_out: tie_out.tie_out_id),
    Materiality: RecordTable("materialities", lambda materiality: materiality.report_id),
    MaterialityChoice: RecordTable(
        "materiality_choices",
        lambda choice: choice.choice_id,
        columns={
            "company": lambda choice: choice.company,
            "version": lambda choice: choice.version,
        },
        unique=(("company", "version"),),
    ),
    Policy: RecordTable(
        "policies",
        lambda policy: policy.policy_id,
        columns={"version": lambda policy: policy.version},
        unique=(("version",),),
    ),
    PolicyProposal: RecordTable("policy_proposals", lambda proposal: proposal.proposal_id),
    PolicyRuling: RecordTable("policy_rulings", lambda ruling: ruling.proposal_id),
    Scoring: RecordTable(
        "scorings",
        lambda scoring: scoring.scoring_id,
        columns={"version": lambda scoring: scoring.version},
        unique=(("version",),),
    ),
    AuditDraw: RecordTable("audit_draws", lambda draw: draw.insight_id, keep="id IS NOT NULL"),
    NotComputable: RecordTable("not_computable", _report_and_rule),
    Insight: RecordTable(
        "insights",
        lambda insight: insight.insight_id,
        columns={
            "status": lambda insight: insight.status.value,
            "severity": lambda insight: insight.severity.rank,
        },
        keep=f"status IN {_DECIDED}",
        yields=f"excluded.status IN {_DECIDED} OR json_array_length(excluded.record, '$.reopened') > 0 "
        f"OR {_UNDONE.format(column='insight_id', table='insights')}",
        listed={
            "created_at": "$.created_at",
            "confidence": "$.confidence.total",
            "kind": "$.kind",
            "period_end": "$.period.end",
        },
        indexes={
            "listed": ("created_at", "id", *_INSIGHT_FILTERS),
            "listed_report": ("report_id", "created_at", "id", *_INSIGHT_FILTERS),
        },
    ),
    ReasoningChain: RecordTable(
        "chains",
        lambda chain: chain.chain_id,
        columns={"insight_id": lambda chain: chain.insight_id},
        keep=f"insight_id IN {_DECIDED_INSIGHT}",
    ),
    ReviewItem: RecordTable(
        "review_items",
        lambda item: item.review_item_id,
        columns={
            "insight_id": lambda item: item.insight_id,
            "finding_id": lambda item: item.finding_id,
            "status": lambda item: item.status.value,
            "opened_at": lambda item: item.opened_at.isoformat(timespec="microseconds"),
        },
        indexes={"listed": ("opened_at", "id", "status")},
        keep=f"status IN {_DECIDED}",
        yields=f"excluded.status IN {_DECIDED} OR {_UNDONE.format(column='review_item_id', table='review_items')}",
    ),
    ReviewAct: RecordTable(
        "review_acts",
        lambda act: act.act_id,
        columns={
            "review_item_id": lambda act: act.review_item_id,
            "insight_id": lambda act: act.insight_id,
            "number": lambda act: act.number,
            "kind": lambda act: act.kind.value,
            "made_by": lambda act: act.made_by,
            "undoes": lambda act: act.undoes,
        },
        unique=(("review_item_id", "number"), ("undoes",)),
    ),
    Notice: RecordTable(
        "notices",
        lambda notice: notice.notice_id,
        columns={
            "review_item_id": lambda notice: notice.review_item_id,
            "recipient": lambda notice: notice.to,
            "state": lambda notice: notice.state.value,
            "next_try": lambda notice: notice.next_try.isoformat(timespec="microseconds"),
        },
    ),
    Decision: RecordTable(
        "decisions",
        lambda decision: decision.decision_id,
        columns={
            "insight_id": lambda decision: decision.insight_id,
            "finding_id": lambda decision: decision.finding_id,
            "decided_at": lambda decision: decision.decided_at.isoformat(timespec="microseconds"),
        },
    ),
    Processed: RecordTable("processed", lambda marker: f"{marker.queue}/{marker.message_id}"),
    SignOff: RecordTable(
        "sign_offs",
        lambda signed: signed.sign_off_id,
        columns={"version": lambda signed: signed.version},
        unique=(("report_id", "version"),),
    ),
}
"""A chain follows its insight, so insights are dropped and written before chains."""
