"""The queue: ranked by materiality, uncertainty and age; claimed for a while, given back, timed."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from statistics import median

from services.access import Permission, require
from services.domain.base import utc_now
from services.domain.errors import AdvisorError, Conflict
from services.domain.ids import ReviewItemId
from services.domain.insights import Insight, Materiality, Severity
from services.domain.reports import Finding, Report
from services.domain.reviews import ActKind, Cause, ReviewAct, ReviewItem, ReviewStatus
from services.domain.users import User
from services.ports import RecordStore
from services.review.bench import Bench
from services.review.desk import Outcome
from services.review.state import ItemState, state_of

CLAIM_MINUTES = 15
WEIGHTS = {
    Severity.INFO: 0.05,
    Severity.LOW: 0.25,
    Severity.MEDIUM: 0.75,
    Severity.HIGH: 1.0,
    Severity.CRITICAL: 3.0,
}
"""Multiples of overall materiality at which severity turns: what an insight without an amount counts."""
_MOST_WEIGHT, _LEAST_UNCERTAINTY = 10.0, 0.05
_UNREAD = 0.5
"""The uncertainty of a number that may be missing, and of what is judged blind: nothing may say which way."""
_DAYS_TO_DOUBLE = 7.0
DUE_DAYS = {Severity.CRITICAL: 1, Severity.HIGH: 2, Severity.MEDIUM: 5}
LATEST_DUE_DAYS = 10
"""Days from opening until an item is due where nobody set another date."""
_TIMED = frozenset({ActKind.APPROVE, ActKind.REJECT})
Subject = Insight | Finding


@dataclass(frozen=True, slots=True)
class Priority:
    """Why an item stands where it does: multiples of materiality, probability of being wrong, days waiting."""

    weight: float
    uncertainty: float
    days: float

    @property
    def age(self) -> float:
        """1 for a new item, 2 after a week."""
        return 1 + self.days / _DAYS_TO_DOUBLE

    @property
    def score(self) -> float:
        """Materiality × uncertainty × age."""
        return self.weight * self.uncertainty * self.age


@dataclass(frozen=True, slots=True)
class Entry:
    """One open item in the queue."""

    item: ReviewItem
    subject: Subject
    report: Report | None
    state: ItemState
    due: datetime
    priority: Priority

    @property
    def reason(self) -> str:
        """Why it is here, in a word or two for the filter."""
        if isinstance(self.subject, Finding):
            contradicted = self.subject.code == "contradicted"
            return "Person and reader differ" if contradicted else "Numbers may be missing"
        if self.item.cause is Cause.ROUTED:
            return "A check failed" if self.subject.has_failed_check else "Low confidence"
        return {
            Cause.REQUESTED: "Asked by an analyst",
            Cause.REOPENED: "A later report",
            Cause.VOID: "Sign-off void",
        }[self.item.cause]

    @property
    def severity(self) -> Severity:
        """The insight's severity; numbers that are not there count as high."""
        return Severity.HIGH if isinstance(self.subject, Finding) else self.subject.severity


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries to show; None and empty take all. ``whose`` is mine, unclaimed or overdue."""

    company: str | None = None
    severities: frozenset[Severity] = frozenset()
    kinds: frozenset[str] = frozenset()
    reasons: frozenset[str] = frozenset()
    whose: str | None = None

    def takes(self, entry: Entry, actor: User, now: datetime) -> bool:
        """Whether an entry is wanted."""
        company = entry.report.company if entry.report else None
        return (
            self.company in (None, company)
            and (not self.severities or entry.severity in self.severities)
            and (not self.kinds or kind_of(entry.subject) in self.kinds)
            and (not self.reasons or entry.reason in self.reasons)
            and self._whose(entry, actor, now)
        )

    def _whose(self, entry: Entry, actor: User, now: datetime) -> bool:
        if self.whose == "mine":
            return entry.state.is_mine(actor)
        if self.whose == "unclaimed":
            return entry.state.claim is None and not entry.state.assigned_to
        return self.whose != "overdue" or entry.due < now


@dataclass(frozen=True, slots=True)
class Pace:
    """How long decisions took: the median seconds from claim to decision, and of how many."""

    median_seconds: float | None
    decisions: int


class QueueDesk:
    """Gives the queue in order and lets people claim items for a while."""

    def __init__(
        self,
        records: RecordStore,
        clock: Callable[[], datetime] = utc_now,
        claim_minutes: float = CLAIM_MINUTES,
    ) -> None:
        self._bench = Bench(records, clock)
        self._records = records
        self._clock = clock
        self._claim = timedelta(minutes=claim_minutes)

    def entries(self) -> list[Entry]:
        """Return the open items, the most pressing first; equal ones oldest first."""
        now = self._clock()
        acts: dict[ReviewItemId, list[ReviewAct]] = {}
        for act in self._records.review_acts(open_only=True):
            acts.setdefault(act.review_item_id, []).append(act)
        reports = {report.report_id: report for report in self._records.reports()}
        overall: dict[str, Materiality | None] = {}
        found = []
        for item in self._records.review_items(ReviewStatus.OPEN):
            subject = subject_of(item, self._records)
            if subject is None:
                continue
            if item.report_id not in overall:
                overall[item.report_id] = self._records.materiality(item.report_id)
            state = state_of(acts.get(item.review_item_id, []), now)
            found.append(
                Entry(
                    item, subject, reports.get(item.report_id), state,
                    state.due or usual_due(item, subject),
                    _priority(item, subject, overall[item.report_id], now),
                )
            )  # fmt: skip
        return sorted(found, key=lambda one: (-one.priority.score, one.item.opened_at))

    def claim(self, review_item_id: ReviewItemId, actor: User) -> ReviewAct:
        """Take an open item for a while, or for a while longer; raises Forbidden, NotFound and Conflict."""
        require(actor, Permission.REVIEW)
        case = self._bench.open_case(review_item_id, actor)
        act = self._bench.act(case, ActKind.CLAIM, actor, until=case.now + self._claim)
        self._records.commit(self._bench.effects(case, act))
        return act

    def claim_next(
        self, actor: User, among: Sequence[ReviewItemId] | None = None
    ) -> ReviewItemId | None:
        """Claim the most pressing item that the person may decide and nobody else has; None when there is none.

        ``among`` limits it to some items, in their order.
        """
        require(actor, Permission.REVIEW)
        order = [one.item.review_item_id for one in self._free(actor)]
        for review_item_id in order if among is None else [i for i in among if i in set(order)]:
            try:
                case = self._bench.case(review_item_id)
                if actor.user_id not in self._bench.preparers(case):
                    self.claim(review_item_id, actor)
                    return review_item_id
            except AdvisorError:
                continue
        return None

    def _free(self, actor: User) -> list[Entry]:
        """Return what the person could take: not another's, not asked, not approved by the person already."""
        return [
            one
            for one in self.entries()
            if not one.state.is_held_by_another(actor)
            and one.state.question is None
            and (not one.state.assigned_to or one.state.is_mine(actor))
            and (one.state.first is None or one.state.first.made_by != actor.user_id)
        ]

    def release(self, review_item_id: ReviewItemId, actor: User) -> ReviewAct:
        """Give an item back that the person has claimed; raises Forbidden, NotFound and Conflict."""
        require(actor, Permission.REVIEW)
        case = self._bench.open_case(review_item_id, actor)
        if case.state.claim is None:
            raise Conflict("You do not have this item; the claim may have run out.")
        act = self._bench.act(case, ActKind.RELEASE, actor)
        self._records.commit(self._bench.effects(case, act))
        return act

    def release_all(self, review_item_ids: Iterable[ReviewItemId], actor: User) -> list[Outcome]:
        """Give several items back, each by the rules of ``release``; what is refused says why."""
        found = []
        for review_item_id in review_item_ids:
            try:
                self.release(review_item_id, actor)
                found.append(Outcome(review_item_id))
            except AdvisorError as error:
                found.append(Outcome(review_item_id, error.sentence))
        return found

    def pace(self) -> Pace:
        """Return how long decisions took from claim to decision; those that were taken back do not count."""
        acts = self._records.review_acts()
        undone = {act.undoes for act in acts}
        took = [
            act.seconds
            for act in acts
            if act.kind in _TIMED and act.seconds is not None and act.act_id not in undone
        ]
        return Pace(median(took) if took else None, len(took))


def subject_of(item: ReviewItem, records: RecordStore) -> Subject | None:
    """Return what an item is about, None when it is no longer stored."""
    if item.insight_id is not None:
        return records.insight(item.insight_id)
    found = (one for one in records.findings(item.report_id) if one.finding_id == item.finding_id)
    return next(found, None)


def kind_of(subject: Subject) -> str:
    """Return the kind of rule behind an item: anomaly, trend, risk, or reading."""
    return "reading" if isinstance(subject, Finding) else subject.kind.value


def _priority(
    item: ReviewItem, subject: Subject, materiality: Materiality | None, now: datetime
) -> Priority:
    days = max(0.0, (now - item.opened_at).total_seconds() / 86_400)
    if isinstance(subject, Finding):
        return Priority(WEIGHTS[Severity.HIGH], _UNREAD, days)
    weight = WEIGHTS[subject.severity]
    unsure = _UNREAD if item.is_blind else max(_LEAST_UNCERTAINTY, 1 - subject.confidence.total)
    if subject.amount is not None and materiality is not None and materiality.overall > 0:
        ratio: Decimal = abs(subject.amount) / materiality.overall
        weight = max(weight, min(float(ratio), _MOST_WEIGHT))
    return Priority(weight, unsure, days)


def usual_due(item: ReviewItem, subject: Subject) -> datetime:
    """Return until when an item is to be decided where nobody set another date: the graver, the sooner."""
    severity = Severity.HIGH if isinstance(subject, Finding) else subject.severity
    return item.opened_at + timedelta(days=DUE_DAYS.get(severity, LATEST_DUE_DAYS))
