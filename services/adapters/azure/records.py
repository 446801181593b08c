"""The domain records in Cosmos DB; every write is the commit of one act's effects."""

import random
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from hashlib import sha256

from services.adapters.azure.cosmos import RECORDS, Cosmos, Stale
from services.adapters.azure.effects import Part, Plan, parts_of
from services.adapters.azure.guards import taken_back
from services.adapters.azure.heads import Heads
from services.adapters.azure.reading import Reader
from services.adapters.azure.states import Change, Head, new_run
from services.adapters.azure.tables import GOVERNANCE, sortable
from services.domain.base import utc_now
from services.domain.corrections import Correction, FactInForce, StatementInForce
from services.domain.errors import Conflict
from services.domain.ids import FactId, FindingId, InsightId, NoticeId, ReportId, ReviewItemId
from services.domain.insights import Insight, Materiality, NotComputable, ReasoningChain
from services.domain.materiality import MaterialityChoice
from services.domain.messages import Effects
from services.domain.notices import Notice
from services.domain.policy import Policy, PolicyProposal, PolicyRuling
from services.domain.reports import Fact, Finding, Progress, Report, Statement, TieOut
from services.domain.reviews import Decision, ReviewAct, ReviewItem, ReviewStatus
from services.domain.scoring import AuditDraw, Scoring
from services.domain.signing import SignOff

_TRIES = 10
_WAIT_SECONDS = 0.02
_PROGRESS = "progress"
_OWN_TABLES = frozenset({"processed"})
"""What says nothing of a report itself."""


class CosmosRecordStore:
    """Reads and commits domain records; values round-trip exactly through their JSON."""

    def __init__(self, cosmos: Cosmos, clock: Callable[[], datetime] = utc_now) -> None:
        self._cosmos = cosmos
        self._clock = clock
        self._heads = Heads(cosmos)
        self._read = Reader(cosmos, self._heads)

    def commit(self, effects: Effects) -> None:
        """Bring one act into force as a whole; raises Conflict, with the old state in force, if a create is there."""
        parts = parts_of(effects)
        if not parts and effects.audit:
            parts = {GOVERNANCE: Part()}
        for attempt in range(_TRIES if parts else 0):
            try:
                self._try(effects, parts)
                return
            except Stale:
                # Another commit came first: judge anew, a little later than who waits for the same.
                time.sleep(random.uniform(0, _WAIT_SECONDS * 2**attempt))  # noqa: S311
        if parts:
            raise Conflict("Others change the same records all the time; reload and try again.")

    def report(self, report_id: ReportId) -> Report | None:
        """Return the report or None."""
        return next(iter(self._read.of(Report, report_id)), None)

    def reports(self) -> list[Report]:
        """Return all reports, newest first."""
        found = self._read.all(Report)[::-1]
        return sorted(found, key=lambda one: one.uploaded_at, reverse=True)

    def report_by_sha256(self, digest: str) -> Report | None:
        """Return the report with this content or None."""
        return next(iter(self._read.all(Report, "c.sha256 = @sha", {"sha": digest})), None)

    def latest_named(self, name: str) -> Report | None:
        """Return the newest version of the report with this display name or None."""
        found = self._read.all(Report, "c.name = @name", {"name": name})
        return max(found, key=lambda one: one.version, default=None)

    def progress(self, report_id: ReportId) -> Progress | None:
        """Return the last progress said of a report."""
        found = self._cosmos.read(RECORDS, report_id, _PROGRESS)
        return None if found is None else Progress.model_validate_json(found["record"])

    def set_progress(self, progress: Progress) -> None:
        """Say how far a report is; one document, written over the last."""
        document = {"id": _PROGRESS, "pk": progress.report_id, "kind": _PROGRESS}
        self._cosmos.upsert(RECORDS, {**document, "record": progress.model_dump_json()})

    def statements(self, report_id: ReportId) -> list[Statement]:
        """Return a report's statements in document order."""
        return self._read.of(Statement, report_id)

    def facts(self, report_id: ReportId) -> list[Fact]:
        """Return a report's facts as the extractor read them, in document order."""
        return self._read.of(Fact, report_id)

    def fact(self, fact_id: FactId) -> Fact | None:
        """Return one fact or None."""
        return self._read.first(Fact, fact_id)

    def corrections(self, report_id: ReportId) -> list[Correction]:
        """Return what people stated of a report's numbers, oldest first, replaced and withdrawn ones too."""
        rows = self._read.rows(report_id, {"corrections"})["corrections"].values()
        return [row.record for row in sorted(rows, key=lambda row: row.seq)]

    def facts_in_force(self, report_id: ReportId) -> list[Fact]:
        """Return the facts the last analysis of a corrected report used, in document order."""
        return [one.fact for one in self._read.of(FactInForce, report_id)]

    def fact_in_force(self, fact_id: FactId) -> Fact | None:
        """Return one fact of a corrected report as its last analysis used it, or None."""
        found = self._read.first(FactInForce, fact_id)
        return None if found is None else found.fact

    def statements_in_force(self, report_id: ReportId) -> list[Statement]:
        """Return the statements the last analysis of a corrected report used, in document order."""
        return [one.statement for one in self._read.of(StatementInForce, report_id)]

    def findings(self, report_id: ReportId) -> list[Finding]:
        """Return a report's findings."""
        return self._read.of(Finding, report_id)

    def tie_outs(self, report_id: ReportId) -> list[TieOut]:
        """Return a report's tie-outs."""
        return self._read.of(TieOut, report_id)

    def materiality(self, report_id: ReportId) -> Materiality | None:
        """Return a report's materiality or None before analysis."""
        return next(iter(self._read.of(Materiality, report_id)), None)

    def materiality_choices(self, company: str) -> list[MaterialityChoice]:
        """Return what people set of a company's materiality, oldest first."""
        found = self._read.of(MaterialityChoice, GOVERNANCE)
        ours = [one for one in found if one.company == company]
        return sorted(ours, key=lambda one: one.version)

    def not_computable(self, report_id: ReportId) -> list[NotComputable]:
        """Return the rules that did not run on a report and why."""
        return self._read.of(NotComputable, report_id)

    def insights(self, report_id: ReportId | None = None) -> list[Insight]:
        """Return insights of one report or of all, worst severity first, then as the analysis gave them."""
        rows = (
            self._read.found(Insight, "", {})
            if report_id is None
            else list(self._read.rows(report_id, {"insights"})["insights"].values())
        )
        rows.sort(key=lambda row: (-row.record.severity.rank, row.position, row.seq))
        return [row.record for row in rows]

    def insight(self, insight_id: InsightId) -> Insight | None:
        """Return one insight or None."""
        return self._read.first(Insight, insight_id)

    def chain(self, insight_id: InsightId) -> ReasoningChain | None:
        """Return the reasoning chain of an insight or None."""
        found = self._read.all(ReasoningChain, "c.insight_id = @id", {"id": insight_id})
        return next(iter(found), None)

    def review_items(self, status: ReviewStatus | None = None) -> list[ReviewItem]:
        """Return review items, oldest first."""
        rows = (
            self._read.found(ReviewItem, "", {})
            if status is None
            else self._read.found(ReviewItem, "c.status = @status", {"status": status.value})
        )
        rows.sort(key=lambda row: (row.record.opened_at, row.position, row.seq))
        return [row.record for row in rows]

    def review_item(self, review_item_id: ReviewItemId) -> ReviewItem | None:
        """Return one review item or None."""
        return self._read.first(ReviewItem, review_item_id)

    def decisions(self, subject: InsightId | FindingId) -> list[Decision]:
        """Return the decisions that stand on an insight or a finding, oldest first; not those taken back."""
        about = "(c.insight_id = @subject OR c.finding_id = @subject)"
        found = self._read.all(Decision, about, {"subject": subject})
        gone = {
            decision
            for report_id in {one.report_id for one in found}
            for decision in taken_back(self._read.of(ReviewAct, report_id))
        }
        return sorted(
            (one for one in found if one.decision_id not in gone), key=lambda one: one.decided_at
        )

    def decided(self) -> list[tuple[Decision, ReviewItem, Insight]]:
        """Return every decision that stands on a stored insight, with its item and its insight, oldest first."""
        found = sorted(self._read.all(Decision), key=lambda one: one.decided_at)
        gone = taken_back(self._read.all(ReviewAct))
        items = {one.review_item_id: one for one in self._read.all(ReviewItem)}
        insights = {one.insight_id: one for one in self._read.all(Insight)}
        return [
            (one, items[one.review_item_id], insights[one.insight_id])
            for one in found
            if one.decision_id not in gone
            and one.review_item_id in items
            and one.insight_id is not None
            and one.insight_id in insights
        ]

    def policies(self) -> list[Policy]:
        """Return every version of the policy that was set, oldest first."""
        return sorted(self._read.of(Policy, GOVERNANCE), key=lambda one: one.version)

    def policy_proposals(self) -> list[PolicyProposal]:
        """Return every proposal to change the policy, oldest first."""
        return self._read.all(PolicyProposal)

    def policy_rulings(self) -> list[PolicyRuling]:
        """Return what was ruled on proposals, oldest first."""
        return self._read.all(PolicyRuling)

    def scoring(self, version: int | None = None) -> Scoring | None:
        """Return a version of what insights are scored by, the last one without a version, or None."""
        found = self._read.of(Scoring, GOVERNANCE)
        if version is None:
            return max(found, key=lambda one: one.version, default=None)
        return next((one for one in found if one.version == version), None)

    def audit_draws(self) -> list[AuditDraw]:
        """Return who took part in the draws for an audit, oldest first."""
        return self._read.all(AuditDraw)

    def review_acts(
        self, review_item_id: ReviewItemId | None = None, *, open_only: bool = False
    ) -> list[ReviewAct]:
        """Return what people did with one item or with all, in their order; of open items only."""
        if review_item_id is None:
            found = self._read.all(ReviewAct)
        else:
            found = self._read.all(ReviewAct, "c.review_item_id = @id", {"id": review_item_id})
        if open_only:
            still = {one.review_item_id for one in self.review_items(ReviewStatus.OPEN)}
            found = [one for one in found if one.review_item_id in still]
        return sorted(found, key=lambda one: one.number)

    def is_in_work(self, report_id: ReportId) -> bool:
        """Whether a report waits to be read or analysed, or is being so now."""
        return self._heads.in_force(self._heads.of(report_id)).is_in_work

    def notices(self, *recipients: str) -> list[Notice]:
        """Return the notices to these people (e-mail addresses or user ids), all without any; newest first."""
        if not recipients:
            return self._read.all(Notice)[::-1]
        to = "ARRAY_CONTAINS(@to, c.recipient)"
        return self._read.all(Notice, to, {"to": list(recipients)})[::-1]

    def notice(self, notice_id: NoticeId) -> Notice | None:
        """Return one notice or None."""
        return self._read.first(Notice, notice_id)

    def notices_of(self, review_item_id: ReviewItemId) -> list[Notice]:
        """Return the notices about one review item, oldest first."""
        return self._read.all(Notice, "c.review_item_id = @id", {"id": review_item_id})

    def sign_offs(self, report_id: ReportId) -> list[SignOff]:
        """Return how the CFO summary of a report was signed, oldest first."""
        return sorted(self._read.of(SignOff, report_id), key=lambda one: one.version)

    def state_of(self, report_ids: Sequence[ReportId]) -> str:
        """Return a SHA-256 over the fingerprints of all records of these reports, as their heads keep them."""
        states = self._heads.states(report_ids)
        digest = sha256()
        for report_id in report_ids:
            totals = states[report_id].totals
            told = sorted(item for item in totals.items() if item[0] not in _OWN_TABLES)
            digest.update(f"{report_id}{told}".encode())
        return digest.hexdigest()

    def _try(self, effects: Effects, parts: dict[str, Part]) -> None:
        # The one that decides comes last: to settle another may have to change it.
        heads = {name: self._heads.settled(name) for name in reversed(parts)}
        run = new_run()
        now = sortable(self._clock())
        changes = [self._planned(name, part, heads[name], run, now) for name, part in parts.items()]
        try:
            self._heads.commit(changes, run, effects.audit)
        except Stale:
            self._heads.forget(changes)
            raise

    def _planned(self, name: str, part: Part, head: Head, run: str, now: str) -> Change:
        rows = self._read.seen(head, name, part.tables())
        return Plan(head, rows, run, now).change(name, part)
