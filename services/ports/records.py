"""Records: what was read, found and decided, one by one and in long lists."""

from collections.abc import Hashable, Iterable, Sequence
from typing import Protocol

from services.domain.corrections import Correction
from services.domain.ids import (
    ChainId,
    FactId,
    FindingId,
    InsightId,
    NoticeId,
    ReportId,
    ReviewItemId,
)
from services.domain.insights import Insight, Materiality, NotComputable, ReasoningChain
from services.domain.listings import (
    FactQuery,
    Grounds,
    InsightQuery,
    Page,
    ReportQuery,
    ReviewItemQuery,
)
from services.domain.materiality import MaterialityChoice
from services.domain.messages import Effects
from services.domain.notices import Notice
from services.domain.policy import Policy, PolicyProposal, PolicyRuling
from services.domain.reports import (
    Fact,
    Finding,
    Progress,
    Report,
    Statement,
    TieOut,
)
from services.domain.reviews import Decision, ReviewAct, ReviewItem, ReviewStatus
from services.domain.scoring import AuditDraw, Scoring
from services.domain.signing import SignOff
from services.domain.users import User


class RecordStore(Protocol):
    """The domain records; every write goes through ``commit``."""

    def commit(self, effects: Effects) -> None:
        """Write records, messages and audit of one act in one transaction."""
        ...

    def report(self, report_id: ReportId) -> Report | None:
        """Return the report or None."""
        ...

    def reports(self) -> list[Report]:
        """Return all reports, newest first."""
        ...

    def report_by_sha256(self, sha256: str) -> Report | None:
        """Return the report with this content or None."""
        ...

    def latest_named(self, name: str) -> Report | None:
        """Return the newest version of the report with this display name or None."""
        ...

    def progress(self, report_id: ReportId) -> Progress | None:
        """Return the last progress said of a report."""
        ...

    def set_progress(self, progress: Progress) -> None:
        """Say how far a report is; not part of any transaction, may be lost on a crash."""
        ...

    def statements(self, report_id: ReportId) -> list[Statement]:
        """Return a report's statements in document order."""
        ...

    def facts(self, report_id: ReportId) -> list[Fact]:
        """Return a report's facts as the extractor read them, in document order."""
        ...

    def fact(self, fact_id: FactId) -> Fact | None:
        """Return one fact or None."""
        ...

    def corrections(self, report_id: ReportId) -> list[Correction]:
        """Return what people stated of a report's numbers, oldest first, replaced and withdrawn ones too."""
        ...

    def facts_in_force(self, report_id: ReportId) -> list[Fact]:
        """Return the facts the last analysis of a corrected report used, in document order."""
        ...

    def fact_in_force(self, fact_id: FactId) -> Fact | None:
        """Return one fact of a corrected report as its last analysis used it, or None."""
        ...

    def statements_in_force(self, report_id: ReportId) -> list[Statement]:
        """Return the statements the last analysis of a corrected report used, in document order."""
        ...

    def findings(self, report_id: ReportId) -> list[Finding]:
        """Return a report's findings."""
        ...

    def tie_outs(self, report_id: ReportId) -> list[TieOut]:
        """Return a report's tie-outs."""
        ...

    def materiality(self, report_id: ReportId) -> Materiality | None:
        """Return a report's materiality or None before analysis."""
        ...

    def materiality_choices(self, company: str) -> list[MaterialityChoice]:
        """Return what people set of a company's materiality, oldest first; by ``company_key``."""
        ...

    def not_computable(self, report_id: ReportId) -> list[NotComputable]:
        """Return the rules that did not run on a report and why."""
        ...

    def insights(self, report_id: ReportId | None = None) -> list[Insight]:
        """Return insights of one report or of all, worst severity first."""
        ...

    def insight(self, insight_id: InsightId) -> Insight | None:
        """Return one insight or None."""
        ...

    def chain(self, insight_id: InsightId) -> ReasoningChain | None:
        """Return the reasoning chain of an insight or None."""
        ...

    def review_items(self, status: ReviewStatus | None = None) -> list[ReviewItem]:
        """Return review items, oldest first."""
        ...

    def review_item(self, review_item_id: ReviewItemId) -> ReviewItem | None:
        """Return one review item or None."""
        ...

    def decisions(self, subject: InsightId | FindingId) -> list[Decision]:
        """Return the decisions that stand on an insight or a finding, oldest first; not those taken back."""
        ...

    def sign_offs(self, report_id: ReportId) -> list[SignOff]:
        """Return how the CFO summary of a report was signed, oldest first."""
        ...

    def state_of(self, report_ids: Sequence[ReportId]) -> str:
        """Return a SHA-256 over everything stored of these reports: another one whenever any of it changes."""
        ...

    def decided(self) -> list[tuple[Decision, ReviewItem, Insight]]:
        """Return every decision that stands on a stored insight, with its item and its insight, oldest first."""
        ...

    def policies(self) -> list[Policy]:
        """Return every version of the policy that was set, oldest first; the cold start is none."""
        ...

    def policy_proposals(self) -> list[PolicyProposal]:
        """Return every proposal to change the policy, oldest first."""
        ...

    def policy_rulings(self) -> list[PolicyRuling]:
        """Return what was ruled on proposals, oldest first."""
        ...

    def scoring(self, version: int | None = None) -> Scoring | None:
        """Return a version of what insights are scored by, the last one without a version, or None."""
        ...

    def audit_draws(self) -> list[AuditDraw]:
        """Return who took part in the draws for an audit, oldest first."""
        ...

    def review_acts(
        self, review_item_id: ReviewItemId | None = None, *, open_only: bool = False
    ) -> list[ReviewAct]:
        """Return what people did with one item or with all, in their order; of open items only."""
        ...

    def is_in_work(self, report_id: ReportId) -> bool:
        """Whether a report waits to be read or analysed, or is being so now."""
        ...

    def notices(self, *recipients: str) -> list[Notice]:
        """Return the notices to these people (e-mail addresses or user ids), all without any; newest first."""
        ...

    def notice(self, notice_id: NoticeId) -> Notice | None:
        """Return one notice or None."""
        ...

    def notices_of(self, review_item_id: ReviewItemId) -> list[Notice]:
        """Return the notices about one review item, oldest first."""
        ...


class Listing(Protocol):
    """Long lists, a page at a time; a page costs the same wherever it lies."""

    def seen_by(self, reader: User) -> "Listing":
        """Return the lists of what one person may know of."""
        ...

    def version(self) -> Hashable:
        """Return another value whenever a record has changed; costs next to nothing."""
        ...

    def insight_ids(self, query: InsightQuery) -> Page[InsightId]:
        """Return a page of insights, newest first; costs much less than reading them."""
        ...

    def insights(self, ids: Iterable[InsightId]) -> list[Insight]:
        """Return the stored insights of these ids, in no order."""
        ...

    def reports(self, query: ReportQuery) -> Page[Report]:
        """Return a page of reports, newest first."""
        ...

    def facts(self, query: FactQuery) -> Page[Fact]:
        """Return a page of facts as the last analyses used them, by report and in document order."""
        ...

    def review_items(self, query: ReviewItemQuery) -> Page[ReviewItem]:
        """Return a page of review items, oldest first."""
        ...

    def chain(self, chain_id: ChainId) -> ReasoningChain | None:
        """Return the reasoning chain with this id or None."""
        ...

    def grounds(self, insights: Sequence[Insight]) -> Grounds:
        """Return what some insights rest on."""
        ...
