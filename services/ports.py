"""Ports: what the services need from the outside, as roles. Adapters say with which technology."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.domain.audit import AuditEntry, AuditEvent, AuditQuery, Verification
from services.domain.corrections import Correction
from services.domain.ids import (
    ChainId,
    FactId,
    FindingId,
    InsightId,
    ReportId,
    ReviewItemId,
    UserId,
)
from services.domain.insights import Insight, Materiality, NotComputable, ReasoningChain
from services.domain.layout import PageLayout, SheetLayout
from services.domain.listings import FactQuery, Grounds, InsightQuery, Page, ReviewItemQuery
from services.domain.materiality import MaterialityChoice
from services.domain.messages import Effects, Message, Queue
from services.domain.notices import Notice
from services.domain.policy import Policy, PolicyProposal, PolicyRuling
from services.domain.reports import (
    Fact,
    Finding,
    Progress,
    Report,
    ReportFormat,
    Statement,
    TieOut,
)
from services.domain.retention import LegalHold, Purged
from services.domain.reviews import Decision, ReviewAct, ReviewItem, ReviewStatus
from services.domain.scoring import AuditDraw, Scoring
from services.domain.signing import SignOff

OnPage = Callable[[int, int], None]
"""Called with (pages done, pages in all) while a long read runs."""


class BlobStore(Protocol):
    """Raw documents by key ``{year}/{month}/{document_id}.{ext}``; a key is written once."""

    def put(self, key: str, data: bytes) -> None:
        """Store durably (write-temp, fsync, rename) before returning."""
        ...

    def get(self, key: str) -> bytes:
        """Return the bytes; raises NotFound."""
        ...

    def delete(self, key: str) -> None:
        """Remove the blob if it is there."""
        ...


class DocumentReader(Protocol):
    """One opened document; parsing happens in a resource-limited child, limits raise UnreadableDocument."""

    @property
    def page_count(self) -> int:
        """Pages of a PDF; 0 for a workbook."""
        ...

    def page_texts(self, on_page: OnPage | None = None) -> list[str]:
        """Return PDFium's text of every page in order; a page that cannot be read is ''."""
        ...

    def page_words(self, numbers: Sequence[int]) -> list[PageLayout]:
        """Return the word boxes of the given 1-based pages, in the order asked."""
        ...

    @property
    def recognises(self) -> bool:
        """Whether words on pictures can be recognised here."""
        ...

    def pictured(self, numbers: Sequence[int]) -> list[int]:
        """Return those of the given pages that are mostly pictures or outlines."""
        ...

    def glance(self, numbers: Sequence[int], on_page: OnPage | None = None) -> list[PageLayout]:
        """Return what stands at the top of pictured pages; no words where a page shows no table."""
        ...

    def recognise(self, numbers: Sequence[int], on_page: OnPage | None = None) -> list[PageLayout]:
        """Return the words recognised on the pictures of the given pages, in the order asked."""
        ...

    def sheets(self) -> list[SheetLayout]:
        """Return the worksheets of a workbook (a CSV is one sheet named 'csv')."""
        ...


class LayoutReader(Protocol):
    """Opens documents; the extractor seam (local PDFium / Excel reader, or Document Intelligence)."""

    def open(self, data: bytes, format: ReportFormat) -> AbstractContextManager[DocumentReader]:
        """Open or raise UnreadableDocument with a sentence (encrypted, malformed, resource-limit)."""
        ...


class PageRenderer(Protocol):
    """Draws pages of a PDF."""

    def webp(self, blob_key: str, page: int, dpi: int = 130) -> bytes:
        """Return the 1-based page as WebP; raises NotFound or UnreadableDocument."""
        ...


@dataclass(frozen=True, slots=True)
class Delivery:
    """A claimed message: hold ``lock_token`` to complete it; ``delivery_count`` starts at 1."""

    message: Message
    queue: Queue
    lock_token: str
    delivery_count: int


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that was given up on, and why."""

    message: Message
    queue: Queue
    reason: str
    description: str


class MessageQueue(Protocol):
    """At-least-once queues with leases; completing commits the stage's effects in the same transaction."""

    def claim(self, queues: Sequence[Queue], worker: str) -> Delivery | None:
        """Lease the oldest visible message, at most one in flight per report; None when idle."""
        ...

    def renew(self, delivery: Delivery) -> bool:
        """Extend the lease; False when it was lost."""
        ...

    def complete(self, delivery: Delivery, effects: Effects) -> bool:
        """Acknowledge and commit effects, next messages and audit at once; False (nothing written) when the lease was lost."""
        ...

    def abandon(self, delivery: Delivery, delay_seconds: float) -> None:
        """Give the message back, visible again after the delay."""
        ...

    def dead_letter(
        self, delivery: Delivery, reason: str, description: str, effects: Effects
    ) -> None:
        """Move the message to the dead letters and commit the effects (such as the report's failure)."""
        ...

    def dead_letters(self) -> list[DeadLetter]:
        """Return the dead letters, newest first."""
        ...

    def depth(self) -> dict[Queue, int]:
        """Return the number of messages waiting or in flight by queue."""
        ...


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

    def notices_of(self, review_item_id: ReviewItemId) -> list[Notice]:
        """Return the notices about one review item, oldest first."""
        ...


class Listing(Protocol):
    """Long lists, a page at a time; a page costs the same wherever it lies."""

    def version(self) -> Hashable:
        """Return another value whenever anything stored has changed; costs next to nothing."""
        ...

    def insights(self, query: InsightQuery) -> Page[Insight]:
        """Return a page of insights, newest first."""
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


class Outbox(Protocol):
    """The notices that have not left yet; they are written with the act they tell of."""

    def take(self) -> Notice | None:
        """Return the next notice that is due, counted as tried and due again later; None when there is none."""
        ...

    def settle(self, notice: Notice) -> None:
        """Keep what became of a notice: sent, to be tried again, or failed."""
        ...


class Notifier(Protocol):
    """Brings a notice to its recipient; at least once, so that the notice's id tells repeats apart."""

    def send(self, notice: Notice) -> None:
        """Deliver or raise Unavailable with a sentence."""
        ...


StoredEntry = tuple[int, str, str, str]
"""(seq, event JSON, previous hash, entry hash) of an entry, word for word as it is stored."""


class AuditLog(Protocol):
    """The append-only, hash-linked trail."""

    def append(self, event: AuditEvent) -> AuditEntry:
        """Write one event that belongs to no other transaction (such as a refused upload)."""
        ...

    def entries(self, resource: str | None = None, limit: int = 200) -> list[AuditEntry]:
        """Return entries, newest first."""
        ...

    def search(self, query: AuditQuery, limit: int = 200) -> list[AuditEntry]:
        """Return the entries that match, newest first."""
        ...

    def verify(self) -> int | None:
        """Return the first sequence number that does not hold, or None when the trail is whole."""
        ...

    def inspect(self) -> Verification:
        """Check the whole trail and its checkpoints; say where it breaks first and how."""
        ...

    def stored(self) -> Iterator[StoredEntry]:
        """Give every entry as it is stored, oldest first; bytes that are no text become U+FFFD."""
        ...

    def sign(self, data: bytes) -> str:
        """Return the installation's signature (HMAC-SHA256, hex); raises Unavailable without a key."""
        ...


class AuditRetention(Protocol):
    """What keeps audit entries, and what ends them; each change commits with its audit entry."""

    def holds(self) -> list[LegalHold]:
        """Return every legal hold, oldest first."""
        ...

    def keep(self, hold: LegalHold, event: AuditEvent) -> None:
        """Write a hold or what became of it; raises Conflict when it changed meanwhile."""
        ...

    def purge(self, before: datetime, actor: UserId, now: datetime) -> Purged | None:
        """Delete the oldest entries up to the first from ``before`` on; raises Conflict under a legal hold."""
        ...


@dataclass(frozen=True, slots=True)
class Ports:
    """Everything outside, chosen once in bootstrap."""

    blobs: BlobStore
    records: RecordStore
    queue: MessageQueue
    audit: AuditLog
    layout: LayoutReader
    renderer: PageRenderer
