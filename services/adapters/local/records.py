# ruff: noqa: S608 - only our own constants are put into SQL text, values never are
"""The domain records in SQLite; every write is the commit of one act's effects."""

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

from services.adapters.local.database import Database
from services.adapters.local.effects import write_effects
from services.adapters.local.tables import RECORD_TABLES
from services.domain.base import Record, utc_now
from services.domain.corrections import Correction, FactInForce, StatementInForce
from services.domain.ids import FactId, FindingId, InsightId, NoticeId, ReportId, ReviewItemId
from services.domain.insights import Insight, Materiality, NotComputable, ReasoningChain
from services.domain.materiality import MaterialityChoice
from services.domain.messages import Effects, Queue
from services.domain.notices import Notice
from services.domain.policy import Policy, PolicyProposal, PolicyRuling
from services.domain.reports import Fact, Finding, Progress, Report, Statement, TieOut
from services.domain.reviews import Decision, ReviewAct, ReviewItem, ReviewStatus
from services.domain.scoring import AuditDraw, Scoring
from services.domain.signing import SignOff

R = TypeVar("R", bound=Record)
_TAKEN_BACK = (
    "SELECT json_extract(a.record, '$.decision_id') FROM review_acts a "
    "JOIN review_acts u ON u.undoes = a.id WHERE json_extract(a.record, '$.decision_id') IS NOT NULL"
)
"""The decisions that their makers undid."""


class SqliteRecordStore:
    """Reads and commits domain records; values round-trip exactly through their JSON."""

    def __init__(self, database: Database, clock: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._clock = clock

    def commit(self, effects: Effects) -> None:
        """Write one act in one transaction; raises Conflict, with nothing written, if a create is there."""
        with self._database.transaction() as connection:
            write_effects(connection, effects, self._clock().timestamp())

    def report(self, report_id: ReportId) -> Report | None:
        """Return the report or None."""
        return self._one(Report, "id = ?", report_id)

    def reports(self) -> list[Report]:
        """Return all reports, newest first."""
        return self._all(Report, "1 ORDER BY uploaded_at DESC, rowid DESC")

    def report_by_sha256(self, sha256: str) -> Report | None:
        """Return the report with this content or None."""
        return self._one(Report, "sha256 = ?", sha256)

    def latest_named(self, name: str) -> Report | None:
        """Return the newest version of the report with this display name or None."""
        return self._one(Report, "name = ? ORDER BY version DESC", name)

    def progress(self, report_id: ReportId) -> Progress | None:
        """Return the last progress said of a report."""
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT record FROM progress WHERE report_id = ?", (report_id,)
            ).fetchone()
        return None if row is None else Progress.model_validate_json(row[0])

    def set_progress(self, progress: Progress) -> None:
        """Say how far a report is; in a transaction of its own."""
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO progress (report_id, record) VALUES (?, ?) "
                "ON CONFLICT (report_id) DO UPDATE SET record = excluded.record",
                (progress.report_id, progress.model_dump_json()),
            )

    def statements(self, report_id: ReportId) -> list[Statement]:
        """Return a report's statements in document order."""
        return self._of_report(Statement, report_id)

    def facts(self, report_id: ReportId) -> list[Fact]:
        """Return a report's facts as the extractor read them, in document order."""
        return self._of_report(Fact, report_id)

    def fact(self, fact_id: FactId) -> Fact | None:
        """Return one fact or None."""
        return self._one(Fact, "id = ?", fact_id)

    def corrections(self, report_id: ReportId) -> list[Correction]:
        """Return what people stated of a report's numbers, oldest first, replaced and withdrawn ones too."""
        return self._all(Correction, "report_id = ? ORDER BY rowid", report_id)

    def facts_in_force(self, report_id: ReportId) -> list[Fact]:
        """Return the facts the last analysis of a corrected report used, in document order."""
        return [record.fact for record in self._of_report(FactInForce, report_id)]

    def fact_in_force(self, fact_id: FactId) -> Fact | None:
        """Return one fact of a corrected report as its last analysis used it, or None."""
        record = self._one(FactInForce, "id = ?", fact_id)
        return None if record is None else record.fact

    def statements_in_force(self, report_id: ReportId) -> list[Statement]:
        """Return the statements the last analysis of a corrected report used, in document order."""
        return [record.statement for record in self._of_report(StatementInForce, report_id)]

    def findings(self, report_id: ReportId) -> list[Finding]:
        """Return a report's findings."""
        return self._of_report(Finding, report_id)

    def tie_outs(self, report_id: ReportId) -> list[TieOut]:
        """Return a report's tie-outs."""
        return self._of_report(TieOut, report_id)

    def materiality(self, report_id: ReportId) -> Materiality | None:
        """Return a report's materiality or None before analysis."""
        return self._one(Materiality, "report_id = ?", report_id)

    def materiality_choices(self, company: str) -> list[MaterialityChoice]:
        """Return what people set of a company's materiality, oldest first."""
        return self._all(MaterialityChoice, "company = ? ORDER BY version", company)

    def not_computable(self, report_id: ReportId) -> list[NotComputable]:
        """Return the rules that did not run on a report and why."""
        return self._of_report(NotComputable, report_id)

    def insights(self, report_id: ReportId | None = None) -> list[Insight]:
        """Return insights of one report or of all, worst severity first, then as the analysis gave them."""
        where = "1" if report_id is None else "report_id = ?"
        values = () if report_id is None else (report_id,)
        return self._all(Insight, f"{where} ORDER BY severity DESC, position, rowid", *values)

    def insight(self, insight_id: InsightId) -> Insight | None:
        """Return one insight or None."""
        return self._one(Insight, "id = ?", insight_id)

    def chain(self, insight_id: InsightId) -> ReasoningChain | None:
        """Return the reasoning chain of an insight or None."""
        return self._one(ReasoningChain, "insight_id = ?", insight_id)

    def review_items(self, status: ReviewStatus | None = None) -> list[ReviewItem]:
        """Return review items, oldest first."""
        where = "1" if status is None else "status = ?"
        values = () if status is None else (status.value,)
        return self._all(ReviewItem, f"{where} ORDER BY opened_at, position, rowid", *values)

    def review_item(self, review_item_id: ReviewItemId) -> ReviewItem | None:
        """Return one review item or None."""
        return self._one(ReviewItem, "id = ?", review_item_id)

    def decisions(self, subject: InsightId | FindingId) -> list[Decision]:
        """Return the decisions that stand on an insight or a finding, oldest first; not those taken back."""
        where = f"? IN (insight_id, finding_id) AND id NOT IN ({_TAKEN_BACK}) ORDER BY decided_at, rowid"
        return self._all(Decision, where, subject)

    def decided(self) -> list[tuple[Decision, ReviewItem, Insight]]:
        """Return every decision that stands on a stored insight, with its item and its insight, oldest first."""
        query = (
            "SELECT d.record, r.record, i.record FROM decisions d "
            "JOIN review_items r ON r.id = json_extract(d.record, '$.review_item_id') "
            f"JOIN insights i ON i.id = d.insight_id WHERE d.id NOT IN ({_TAKEN_BACK}) "
            "ORDER BY d.decided_at, d.rowid"
        )
        with self._database.reading() as connection:
            rows = connection.execute(query).fetchall()
        return [
            (
                Decision.model_validate_json(decision),
                ReviewItem.model_validate_json(item),
                Insight.model_validate_json(insight),
            )
            for decision, item, insight in rows
        ]

    def policies(self) -> list[Policy]:
        """Return every version of the policy that was set, oldest first."""
        return self._all(Policy, "1 ORDER BY version")

    def policy_proposals(self) -> list[PolicyProposal]:
        """Return every proposal to change the policy, oldest first."""
        return self._all(PolicyProposal, "1 ORDER BY rowid")

    def policy_rulings(self) -> list[PolicyRuling]:
        """Return what was ruled on proposals, oldest first."""
        return self._all(PolicyRuling, "1 ORDER BY rowid")

    def scoring(self, version: int | None = None) -> Scoring | None:
        """Return a version of what insights are scored by, the last one without a version, or None."""
        if version is None:
            return self._one(Scoring, "1 ORDER BY version DESC")
        return self._one(Scoring, "version = ?", version)

    def audit_draws(self) -> list[AuditDraw]:
        """Return who took part in the draws for an audit, oldest first."""
        return self._all(AuditDraw, "1 ORDER BY rowid")

    def review_acts(
        self, review_item_id: ReviewItemId | None = None, *, open_only: bool = False
    ) -> list[ReviewAct]:
        """Return what people did with one item or with all, in their order; of open items only."""
        where, values = "1", tuple[str, ...]()
        if review_item_id is not None:
            where, values = "review_item_id = ?", (review_item_id,)
        if open_only:
            where += " AND review_item_id IN (SELECT id FROM review_items WHERE status = 'open')"
        return self._all(ReviewAct, f"{where} ORDER BY number, rowid", *values)

    def is_in_work(self, report_id: ReportId) -> bool:
        """Whether a report waits to be read or analysed, or is being so now."""
        query = (
            "SELECT 1 FROM messages WHERE session_key = ? AND state = 'waiting' AND queue IN (?, ?)"
        )
        queues = (Queue.INGESTION.value, Queue.ANALYSIS.value)
        with self._database.reading() as connection:
            return connection.execute(query, (report_id, *queues)).fetchone() is not None

    def notices(self, *recipients: str) -> list[Notice]:
        """Return the notices to these people (e-mail addresses or user ids), all without any; newest first."""
        marks = ", ".join("?" * len(recipients))
        where = f"recipient IN ({marks})" if recipients else "1"
        return self._all(Notice, f"{where} ORDER BY rowid DESC", *recipients)

    def notice(self, notice_id: NoticeId) -> Notice | None:
        """Return one notice or None."""
        return self._one(Notice, "id = ?", notice_id)

    def notices_of(self, review_item_id: ReviewItemId) -> list[Notice]:
        """Return the notices about one review item, oldest first."""
        return self._all(Notice, "review_item_id = ? ORDER BY rowid", review_item_id)

    def sign_offs(self, report_id: ReportId) -> list[SignOff]:
        """Return how the CFO summary of a report was signed, oldest first."""
        return self._all(SignOff, "report_id = ? ORDER BY version", report_id)

    def state_of(self, report_ids: Sequence[ReportId]) -> str:
        """Return a SHA-256 over everything stored of these reports."""
        digest = hashlib.sha256()
        with self._database.reading() as connection:
            for table in RECORD_TABLES.values():
                query = f"SELECT record FROM {table.name} WHERE report_id = ? ORDER BY rowid"
                for report_id in report_ids:
                    digest.update(f"{table.name}/{report_id}".encode())
                    for (record,) in connection.execute(query, (report_id,)):
                        digest.update(hashlib.sha256(record.encode()).digest())
        return digest.hexdigest()

    def _of_report(self, kind: type[R], report_id: ReportId) -> list[R]:
        return self._all(kind, "report_id = ? ORDER BY position, rowid", report_id)

    def _one(self, kind: type[R], where: str, *values: str | int) -> R | None:
        return next(iter(self._all(kind, f"{where} LIMIT 1", *values)), None)

    def _all(self, kind: type[R], where: str, *values: str | int) -> list[R]:
        query = f"SELECT record FROM {RECORD_TABLES[kind].name} WHERE {where}"
        with self._database.reading() as connection:
            rows = connection.execute(query, values).fetchall()
        return [kind.model_validate_json(row[0]) for row in rows]
