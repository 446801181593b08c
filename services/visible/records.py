"""The records of the companies that a person may know of: everything else is not there."""

from collections.abc import Sequence
from typing import TypeVar

from services.access import may_see
from services.domain.base import Record
from services.domain.corrections import Correction
from services.domain.errors import Forbidden, NotFound
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
from services.domain.users import User
from services.ports import RecordStore
from services.visible.closed import FOR_ALL

OfReport = (
    Statement | Fact | Finding | TieOut | Insight | ReasoningChain | ReviewItem | ReviewAct
    | Decision | Notice | AuditDraw
)  # fmt: skip
R = TypeVar("R", bound=OfReport)
_WRITTEN = (Correction, Insight, ReviewItem, ReviewAct, Decision, Notice, SignOff)
"""What people write about one report; beside it only the materiality of a company of theirs."""


class VisibleRecords:
    """The record store without the companies that the reader may not know of; writes to them are refused."""

    def __init__(self, records: RecordStore, reader: User) -> None:
        self._records = records
        self._reader = reader

    def commit(self, effects: Effects) -> None:
        """Write one act on what the reader sees; raises NotFound for anything else, Forbidden for what concerns all."""
        if effects.replaces:
            raise Forbidden(FOR_ALL)
        written = all(self._may_write(one) for one in (*effects.creates, *effects.records))
        if not written or not all(self._sees(one.report_id) for one in effects.messages):
            raise NotFound("There is nothing with this id.")
        self._records.commit(effects)

    def report(self, report_id: ReportId) -> Report | None:
        """Return the report or None."""
        report = self._records.report(report_id)
        return None if report is None else self._shown(report)

    def reports(self) -> list[Report]:
        """Return the visible reports, newest first."""
        seen = [one for one in self._records.reports() if may_see(self._reader, one)]
        known = {one.report_id for one in seen}
        return [one if one.supersedes in known else _first(one) for one in seen]

    def report_by_sha256(self, sha256: str) -> Report | None:
        """Return the report with this content if it is visible."""
        report = self._records.report_by_sha256(sha256)
        return None if report is None else self._shown(report)

    def latest_named(self, name: str) -> Report | None:
        """Return the newest visible version of the report with this display name or None."""
        named = (one for one in self.reports() if one.name == name)
        return max(named, key=lambda one: one.version, default=None)

    def progress(self, report_id: ReportId) -> Progress | None:
        """Return the last progress said of a visible report."""
        return self._records.progress(report_id) if self._sees(report_id) else None

    def set_progress(self, progress: Progress) -> None:
        """Refuse: workers say how far a report is."""
        raise Forbidden(FOR_ALL)

    def statements(self, report_id: ReportId) -> list[Statement]:
        """Return a visible report's statements in document order."""
        return self._records.statements(report_id) if self._sees(report_id) else []

    def facts(self, report_id: ReportId) -> list[Fact]:
        """Return a visible report's facts as the extractor read them."""
        return self._records.facts(report_id) if self._sees(report_id) else []

    def fact(self, fact_id: FactId) -> Fact | None:
        """Return one fact of a visible report or None."""
        return self._one(self._records.fact(fact_id))

    def corrections(self, report_id: ReportId) -> list[Correction]:
        """Return what people stated of a visible report's numbers, oldest first."""
        return self._records.corrections(report_id) if self._sees(report_id) else []

    def facts_in_force(self, report_id: ReportId) -> list[Fact]:
        """Return the facts that the last analysis of a visible, corrected report used."""
        return self._records.facts_in_force(report_id) if self._sees(report_id) else []

    def fact_in_force(self, fact_id: FactId) -> Fact | None:
        """Return one fact of a visible, corrected report or None."""
        return self._one(self._records.fact_in_force(fact_id))

    def statements_in_force(self, report_id: ReportId) -> list[Statement]:
        """Return the statements that the last analysis of a visible, corrected report used."""
        return self._records.statements_in_force(report_id) if self._sees(report_id) else []

    def findings(self, report_id: ReportId) -> list[Finding]:
        """Return a visible report's findings."""
        return self._records.findings(report_id) if self._sees(report_id) else []

    def tie_outs(self, report_id: ReportId) -> list[TieOut]:
        """Return a visible report's tie-outs."""
        return self._records.tie_outs(report_id) if self._sees(report_id) else []

    def materiality(self, report_id: ReportId) -> Materiality | None:
        """Return a visible report's materiality or None."""
        return self._records.materiality(report_id) if self._sees(report_id) else None

    def materiality_choices(self, company: str) -> list[MaterialityChoice]:
        """Return what people set of a visible company's materiality, oldest first."""
        return self._records.materiality_choices(company) if self._is_ours(company) else []

    def not_computable(self, report_id: ReportId) -> list[NotComputable]:
        """Return the rules that did not run on a visible report."""
        return self._records.not_computable(report_id) if self._sees(report_id) else []

    def insights(self, report_id: ReportId | None = None) -> list[Insight]:
        """Return insights of one visible report or of all of them, worst severity first."""
        return self._all(self._records.insights(report_id))

    def insight(self, insight_id: InsightId) -> Insight | None:
        """Return one insight of a visible report or None."""
        return self._one(self._records.insight(insight_id))

    def chain(self, insight_id: InsightId) -> ReasoningChain | None:
        """Return the reasoning chain of a visible insight or None."""
        return self._one(self._records.chain(insight_id))

    def review_items(self, status: ReviewStatus | None = None) -> list[ReviewItem]:
        """Return the review items of visible reports, oldest first."""
        return self._all(self._records.review_items(status))

    def review_item(self, review_item_id: ReviewItemId) -> ReviewItem | None:
        """Return one review item of a visible report or None."""
        return self._one(self._records.review_item(review_item_id))

    def decisions(self, subject: InsightId | FindingId) -> list[Decision]:
        """Return the decisions that stand on something of a visible report."""
        return self._all(self._records.decisions(subject))

    def sign_offs(self, report_id: ReportId) -> list[SignOff]:
        """Return how the CFO summary of a visible report was signed."""
        return self._records.sign_offs(report_id) if self._sees(report_id) else []

    def state_of(self, report_ids: Sequence[ReportId]) -> str:
        """Return a SHA-256 over everything stored of those of the reports that are visible."""
        return self._records.state_of([one for one in report_ids if self._sees(one)])

    def decided(self) -> list[tuple[Decision, ReviewItem, Insight]]:
        """Return the decisions that stand on insights of visible reports."""
        known = self._known()
        return [one for one in self._records.decided() if one[2].report_id in known]

    def policies(self) -> list[Policy]:
        """Return every version of the policy: it holds for all companies and tells of none."""
        return self._records.policies()

    def policy_proposals(self) -> list[PolicyProposal]:
        """Return nothing: a proposal counts what it would do to every company."""
        return []

    def policy_rulings(self) -> list[PolicyRuling]:
        """Return nothing, as no proposal is shown."""
        return []

    def scoring(self, version: int | None = None) -> Scoring | None:
        """Return what insights are scored by: sums over all decisions, which a replay needs."""
        return self._records.scoring(version)

    def audit_draws(self) -> list[AuditDraw]:
        """Return who took part in the draws among the insights of visible reports."""
        return self._all(self._records.audit_draws())

    def review_acts(
        self, review_item_id: ReviewItemId | None = None, *, open_only: bool = False
    ) -> list[ReviewAct]:
        """Return what people did with items of visible reports."""
        return self._all(self._records.review_acts(review_item_id, open_only=open_only))

    def is_in_work(self, report_id: ReportId) -> bool:
        """Whether a visible report waits to be read or analysed, or is being so now."""
        return self._sees(report_id) and self._records.is_in_work(report_id)

    def notices(self, *recipients: str) -> list[Notice]:
        """Return the notices about visible reports to these people, newest first."""
        return self._all(self._records.notices(*recipients))

    def notice(self, notice_id: NoticeId) -> Notice | None:
        """Return one notice about a visible report or None."""
        return self._one(self._records.notice(notice_id))

    def notices_of(self, review_item_id: ReviewItemId) -> list[Notice]:
        """Return the notices about one review item of a visible report."""
        return self._all(self._records.notices_of(review_item_id))

    def _sees(self, report_id: ReportId) -> bool:
        report = self._records.report(report_id)
        return report is not None and may_see(self._reader, report)

    def _shown(self, report: Report) -> Report | None:
        if not may_see(self._reader, report):
            return None
        before = report.supersedes
        return report if before is None or self._sees(before) else _first(report)

    def _known(self) -> set[ReportId]:
        return {one.report_id for one in self.reports()}

    def _one(self, found: R | None) -> R | None:
        return found if found is not None and self._sees(found.report_id) else None

    def _all(self, found: Sequence[R]) -> list[R]:
        if not found:
            return []
        known = self._known()
        return [one for one in found if one.report_id in known]

    def _is_ours(self, company: str) -> bool:
        return self._reader.companies is None or company in self._reader.companies

    def _may_write(self, record: Record) -> bool:
        """Whether everything that a record names is visible, or new; raises Forbidden for what concerns all."""
        if isinstance(record, MaterialityChoice):
            return self._is_ours(record.company)
        if not isinstance(record, _WRITTEN):
            raise Forbidden(FOR_ALL)
        named = [record.report_id]
        if (insight_id := getattr(record, "insight_id", None)) is not None:
            insight = self._records.insight(insight_id)
            named += [] if insight is None else [insight.report_id]
        if (item_id := getattr(record, "review_item_id", None)) is not None:
            item = self._records.review_item(item_id)
            named += [] if item is None else [item.report_id]
        return all(self._sees(one) for one in named)


def _first(report: Report) -> Report:
    return report if report.supersedes is None else report.model_copy(update={"supersedes": None})
