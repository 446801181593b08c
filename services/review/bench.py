"""One item in hand: looked up with all that was done with it, and one act added to it in one transaction."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.domain.audit import AuditEvent
from services.domain.base import Record, utc_now
from services.domain.errors import Conflict, Forbidden, InvalidInput, NotFound
from services.domain.ids import ActId, FactId, InsightId, ReviewItemId, UserId, deterministic_id
from services.domain.insights import Insight
from services.domain.messages import Effects
from services.domain.reports import Fact
from services.domain.reviews import ActKind, ReviewAct, ReviewItem, ReviewStatus
from services.domain.users import User
from services.ports import RecordStore
from services.review.signoff import facts_under, preparers
from services.review.state import ItemState, state_of

MAX_COMMENT = 2000
"""Characters of a comment that are kept; a longer one is refused, not cut."""
_WORKED_ON = (
    "The numbers of this report are being worked out again; decide when that is done, "
    "in a few seconds."
)


@dataclass(frozen=True, slots=True)
class Case:
    """An item with its insight (None for a finding), all acts, and where it stands."""

    item: ReviewItem
    insight: Insight | None
    acts: tuple[ReviewAct, ...]
    state: ItemState
    now: datetime

    @property
    def subject(self) -> str:
        """The id the audit trail files it under."""
        return self.item.insight_id or self.item.finding_id or self.item.review_item_id


class Bench:
    """Looks items up and commits acts on them; the store refuses a second act on the same state."""

    def __init__(self, records: RecordStore, clock: Callable[[], datetime] = utc_now) -> None:
        self.records = records
        self.clock = clock

    def case(self, review_item_id: ReviewItemId) -> Case:
        """Return an item with its history; raises NotFound."""
        item = self.records.review_item(review_item_id)
        if item is None:
            raise NotFound("This review item does not exist.")
        now = self.clock()
        acts = tuple(self.records.review_acts(review_item_id))
        insight = None if item.insight_id is None else self.insight(item.insight_id)
        return Case(item, insight, acts, state_of(acts, now), now)

    def open_case(self, review_item_id: ReviewItemId, actor: User) -> Case:
        """Return an open item that nobody else has claimed; raises NotFound and Conflict."""
        case = self.case(review_item_id)
        if case.item.status is not ReviewStatus.OPEN:
            raise Conflict(
                f"This item was already {case.item.status.value}; reload to see the decision."
            )
        claim = case.state.claim
        if claim is not None and case.state.is_held_by_another(actor):
            raise Conflict(
                f"{claim.name} has this item until {claim.until:%H:%M} UTC; take another one."
            )
        return case

    def insight(self, insight_id: InsightId) -> Insight:
        """Return an insight; raises NotFound."""
        insight = self.records.insight(insight_id)
        if insight is None:
            raise NotFound("This insight does not exist.")
        return insight

    def fact_of(self, fact_id: FactId) -> Fact | None:
        """Return a fact as the last analysis used it."""
        return self.records.fact_in_force(fact_id) or self.records.fact(fact_id)

    def facts_under(self, case: Case) -> list[Fact]:
        """Return the facts under the item's insight, none for a finding."""
        return [] if case.insight is None else facts_under(case.insight, self.fact_of)

    def preparers(self, case: Case) -> set[UserId]:
        """Return who may not decide: the uploader, who asked for it, and who stated a number under the insight."""
        report = self.records.report(case.item.report_id)
        found = set() if report is None else {report.uploaded_by}
        if case.item.requested_by is not None:
            found.add(case.item.requested_by)
        if case.insight is not None:
            found |= set(case.insight.prepared_by)
        return found | preparers(self.facts_under(case), self.records.corrections)

    def keep_four_eyes(self, case: Case, actor: User) -> None:
        """Raise Forbidden for who prepared what the item is about, or asked for it to be looked at."""
        report = self.records.report(case.item.report_id)
        if report is not None and report.uploaded_by == actor.user_id:
            raise Forbidden(
                "You uploaded this report, so somebody else has to decide on its insights."
            )
        if case.item.requested_by == actor.user_id:
            raise Forbidden("You asked for this review, so somebody else has to decide on it.")
        if actor.user_id in self.preparers(case):
            raise Forbidden(
                "You stated a number under this insight, so somebody else has to decide on it."
            )

    def keep_still(self, case: Case) -> None:
        """Raise Conflict while the numbers of the item's report are being worked out again."""
        if case.insight is not None and self.records.is_in_work(case.item.report_id):
            raise Conflict(_WORKED_ON)

    def act(self, case: Case, kind: ActKind, actor: User, **said: Any) -> ReviewAct:
        """Return the next act on an item."""
        number = case.state.number + 1
        claim = case.state.claim
        own = claim is not None and claim.by == actor.user_id
        return ReviewAct(
            act_id=ActId(deterministic_id("act", case.item.review_item_id, number)),
            review_item_id=case.item.review_item_id,
            report_id=case.item.report_id,
            insight_id=case.item.insight_id,
            number=number,
            kind=kind,
            made_by=actor.user_id,
            made_by_name=actor.name,
            made_at=case.now,
            seconds=int((case.now - claim.since).total_seconds()) if claim and own else None,
            **said,
        )

    def effects(
        self, case: Case, act: ReviewAct, *others: Record, action: str = "", **detail: str
    ) -> Effects:
        """Return what committing an act writes: the act, other new records, and its audit entry."""
        return Effects(
            creates=(*others, act),
            audit=(
                AuditEvent(
                    actor=act.made_by,
                    action=action or f"review_{act.kind.value}",
                    resource=case.subject,
                    detail={"comment": act.comment, "item": act.review_item_id, **detail},
                    at=act.made_at,
                ),
            ),
        )


def checked_comment(comment: str, *, missing: str = "") -> str:
    """Return the comment without outer blanks; raises InvalidInput when too long, or ``missing`` when empty."""
    words = comment.strip()
    if len(words) > MAX_COMMENT:
        raise InvalidInput(
            f"A comment has at most {MAX_COMMENT:,} characters; yours has {len(words):,}."
        )
    if missing and not words:
        raise InvalidInput(missing)
    return words
