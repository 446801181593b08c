"""Decisions on what waits for a person: approve, reject, take back; four eyes, and two people above materiality."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from services.access import Permission, require
from services.domain.base import Record, utc_now
from services.domain.errors import AdvisorError, Conflict, Forbidden
from services.domain.ids import DecisionId, InsightId, ReviewItemId, UserId, deterministic_id
from services.domain.insights import Insight, InsightStatus
from services.domain.messages import Effects, joined
from services.domain.notices import NoticeState
from services.domain.reviews import (
    UNDO_SECONDS,
    UNDOABLE,
    ActKind,
    Decision,
    ReasonCode,
    ReviewAct,
    ReviewItem,
    ReviewStatus,
    Verdict,
)
from services.domain.users import User
from services.ports import RecordStore
from services.review.bench import Bench, Case, checked_comment
from services.review.items import requested_item
from services.review.signoff import fingerprint, signed_figures

_OUTCOME = {
    Verdict.APPROVE: (ActKind.APPROVE, ReviewStatus.APPROVED, InsightStatus.APPROVED),
    Verdict.REJECT: (ActKind.REJECT, ReviewStatus.REJECTED, InsightStatus.REJECTED),
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one of several items: done, approved by the first of two, or the sentence why not."""

    review_item_id: ReviewItemId
    refused: str = ""
    needs_second: bool = False


class ReviewDesk:
    """Takes what waits for a person, insights and findings, and records what the person decided."""

    def __init__(self, records: RecordStore, clock: Callable[[], datetime] = utc_now) -> None:
        self._bench = Bench(records, clock)
        self._records = records
        self._clock = clock

    def decide(
        self,
        review_item_id: ReviewItemId,
        verdict: Verdict,
        comment: str,
        actor: User,
        reason: ReasonCode = ReasonCode.OTHER,
    ) -> Decision | None:
        """Approve or reject an open item; None when a second person has to approve as well.

        A rejection needs a comment. Raises Forbidden for a role without the review permission, for the
        person who uploaded the report, stated a number under the insight or asked for the review, and for the
        first approver as the second; Conflict when the item is decided, claimed by somebody else, waits for an answer, or
        when its numbers are being worked out again.
        """
        require(actor, Permission.REVIEW)
        case = self._bench.open_case(review_item_id, actor)
        self._bench.keep_four_eyes(case, actor)
        missing = "Say in the comment why you reject this." if verdict is Verdict.REJECT else ""
        words = checked_comment(comment, missing=missing)
        self._bench.keep_still(case)
        if case.state.question is not None:
            raise Conflict("This item waits for an answer; take the question back first.")
        figures = signed_figures(self._bench.facts_under(case))
        said = {"comment": words, "reason": reason, "signs": fingerprint(figures)}
        first = _first(case, fingerprint(figures)) if verdict is Verdict.APPROVE else None
        if verdict is Verdict.APPROVE and self.needs_two(case.insight):
            if first is None:
                self._sign_first(case, actor, said)
                return None
            if first.made_by == actor.user_id:
                raise Forbidden(
                    "You approved this already; above overall materiality a second person has to."
                )
        decision = Decision(
            decision_id=_decision_id(case),
            review_item_id=case.item.review_item_id,
            insight_id=case.item.insight_id,
            finding_id=case.item.finding_id,
            report_id=case.item.report_id,
            verdict=verdict,
            comment=words,
            reason=reason,
            decided_by=actor.user_id,
            decided_at=case.now,
            figures=figures,
            first_by=first.made_by if first is not None else None,
        )
        self._records.commit(self._settled(case, actor, decision, said))
        return decision

    def decide_all(
        self,
        review_item_ids: Iterable[ReviewItemId],
        verdict: Verdict,
        comment: str,
        actor: User,
        reason: ReasonCode = ReasonCode.OTHER,
    ) -> list[Outcome]:
        """Decide on several items, each by every rule of ``decide``; what is refused says why."""
        found = []
        for review_item_id in review_item_ids:
            try:
                made = self.decide(review_item_id, verdict, comment, actor, reason)
                found.append(Outcome(review_item_id, needs_second=made is None))
            except AdvisorError as error:
                found.append(Outcome(review_item_id, error.sentence))
        return found

    def needs_two(self, insight: Insight | None) -> bool:
        """Whether two people have to approve: its amount is above the report's overall materiality."""
        if insight is None or insight.amount is None:
            return False
        materiality = self._records.materiality(insight.report_id)
        return materiality is not None and abs(insight.amount) > materiality.overall

    def preparers(self, review_item_id: ReviewItemId) -> set[UserId]:
        """Return who may not decide on an item; raises NotFound."""
        return self._bench.preparers(self._bench.case(review_item_id))

    def undo(self, review_item_id: ReviewItemId, actor: User) -> ReviewAct:
        """Take back what the person did last with an item, within 10 seconds; raises as ``undo_effects``."""
        act, effects = self.undo_effects(review_item_id, actor)
        self._records.commit(effects)
        return act

    def undo_effects(self, review_item_id: ReviewItemId, actor: User) -> tuple[ReviewAct, Effects]:
        """Return the act that takes the last one back, and what it writes.

        Raises Conflict when there is nothing to take back, the time is over, the insight changed since or
        its numbers are being worked out again, Forbidden when somebody else did it.
        """
        case = self._bench.case(review_item_id)
        last = case.state.last
        if last is None or last.kind not in UNDOABLE:
            raise Conflict("There is nothing to undo here.")
        if last.made_by != actor.user_id:
            raise Forbidden(f"{last.made_by_name} did this; only they can undo it.")
        if (case.now - last.made_at).total_seconds() > UNDO_SECONDS:
            raise Conflict(f"This can be undone for {UNDO_SECONDS} seconds; they are over.")
        if last.is_final:
            self._bench.keep_still(case)
        act = self._bench.act(case, ActKind.UNDO, actor, undoes=last.act_id)
        effects = self._bench.effects(case, act, undoes=last.kind.value)
        return act, joined(effects, Effects(records=self._as_before(case, last)))

    def undoable_until(self, review_item_id: ReviewItemId, actor: User) -> datetime | None:
        """Return until when the person can undo what was done last with an item, None when not."""
        acts = self._records.review_acts(review_item_id)
        last = acts[-1] if acts else None
        if last is None or last.kind not in UNDOABLE or last.made_by != actor.user_id:
            return None
        until = last.made_at + timedelta(seconds=UNDO_SECONDS)
        return until if until > self._clock() else None

    def request(self, insight_id: InsightId, comment: str, actor: User) -> ReviewItem:
        """Send an insight that waits with the analyst to the review queue; raises Conflict if it is there."""
        require(actor, Permission.REQUEST_REVIEW)
        insight = self._bench.insight(insight_id)
        if insight.status is not InsightStatus.OPEN:
            raise Conflict(
                "This insight is not waiting with the analyst; reload to see where it is."
            )
        item, effects = requested_item(insight, checked_comment(comment), actor, self._clock())
        self._records.commit(effects)
        return item

    def _sign_first(self, case: Case, actor: User, said: dict[str, Any]) -> None:
        act = self._bench.act(case, ActKind.APPROVE, actor, **said)
        detail = {"first": "of two approvals", "reason": said["reason"].value}
        self._records.commit(
            self._bench.effects(case, act, action="insight_approved_first", **detail)
        )

    def _settled(
        self, case: Case, actor: User, decision: Decision, said: dict[str, Any]
    ) -> Effects:
        kind, item_status, insight_status = _OUTCOME[decision.verdict]
        act = self._bench.act(
            case, kind, actor, decision_id=decision.decision_id, is_final=True, **said
        )
        about, detail = "finding", {"reason": decision.reason.value}
        records: list[Record] = [
            case.item.model_copy(update={"status": item_status, "decided_at": case.now})
        ]
        if case.insight is not None:
            about, detail["rule"] = "insight", case.insight.rule_id
            records.append(case.insight.model_copy(update={"status": insight_status}))
        if decision.first_by is not None:
            detail["first_by"] = decision.first_by
        written = self._bench.effects(
            case, act, decision, action=f"{about}_{item_status.value}", **detail
        )
        return joined(written, Effects(records=tuple(records)))

    def _as_before(self, case: Case, last: ReviewAct) -> tuple[Record, ...]:
        waiting = [
            one
            for one in self._records.notices_of(case.item.review_item_id)
            if one.state is NoticeState.WAITING and one.written_at == last.made_at
        ]
        records: list[Record] = [
            one.model_copy(update={"state": NoticeState.WITHDRAWN}) for one in waiting
        ]
        if last.is_final:
            records.append(
                case.item.model_copy(update={"status": ReviewStatus.OPEN, "decided_at": None})
            )
            if case.insight is not None:
                decided = {outcome[2] for outcome in _OUTCOME.values() if outcome[0] is last.kind}
                if case.insight.status not in decided:
                    raise Conflict("This insight changed since; reload to see where it stands.")
                back = {"status": InsightStatus.IN_REVIEW}
                records.append(case.insight.model_copy(update=back))
        return tuple(records)


def _first(case: Case, signs: str) -> ReviewAct | None:
    """Return the first approval if it saw the same numbers."""
    first = case.state.first
    return first if first is not None and first.signs == signs else None


def _decision_id(case: Case) -> DecisionId:
    """Return the id of the item's decision: one an item, another one after each that was taken back."""
    item_id = case.item.review_item_id
    before = any(act.decision_id is not None for act in case.acts)
    parts = ("decision", item_id, case.state.number) if before else ("decision", item_id)
    return DecisionId(deterministic_id(*[str(part) for part in parts]))
