"""What reviewers say to others about an item: a question to the analyst, an escalation, a new assignee."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

from services.access import Permission, require
from services.domain.base import utc_now
from services.domain.errors import Conflict, InvalidInput, NotFound
from services.domain.ids import InsightId, ReviewItemId
from services.domain.insights import Insight, InsightStatus
from services.domain.messages import Effects, joined
from services.domain.notices import Notice, NoticeKind
from services.domain.reviews import UNDO_SECONDS, ActKind, ReviewAct, ReviewStatus
from services.domain.users import User
from services.ports import RecordStore
from services.review.bench import Bench, Case, checked_comment
from services.review.items import audit_item_id, requested_item
from services.review.notices import Told, notice
from services.review.state import state_of

_EMAIL = re.compile(r"^[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>]+$")
_LONGEST_EMAIL = 254


class TalkDesk:
    """Sends items to people: each act has its notice, written in the same transaction."""

    def __init__(self, records: RecordStore, clock: Callable[[], datetime] = utc_now) -> None:
        self._bench = Bench(records, clock)
        self._records = records

    def ask(self, review_item_id: ReviewItemId, question: str, actor: User) -> Notice:
        """Send an item back to the analyst with a question; the answer returns it to the queue.

        Raises Forbidden, InvalidInput without words, Conflict when it is decided, claimed by somebody
        else, or waits for an answer already.
        """
        require(actor, Permission.REVIEW)
        case = self._bench.open_case(review_item_id, actor)
        if case.state.question is not None:
            raise Conflict("This item waits for an answer already.")
        words = checked_comment(question, missing="Write the question.")
        report = self._records.report(case.item.report_id)
        to = report.uploaded_by if report is not None else ""
        act = self._bench.act(case, ActKind.ASK, actor, comment=words)
        return self._told(
            case, act, Told(NoticeKind.QUESTION, to, f"{actor.name} asks you", words, actor.name)
        )

    def answer(self, review_item_id: ReviewItemId, words: str, actor: User) -> ReviewAct:
        """Answer the question of an item, which is in the queue again from then on; raises as ``ask``."""
        require(actor, Permission.REQUEST_REVIEW)
        case = self._bench.open_case(review_item_id, actor)
        question = case.state.question
        if question is None:
            raise Conflict("Nobody waits for an answer here; reload to see what happened.")
        said = checked_comment(words, missing="Write the answer.")
        act = self._bench.act(case, ActKind.ANSWER, actor, comment=said)
        subject = f"{actor.name} answered"
        self._told(case, act, Told(NoticeKind.ANSWER, question.made_by, subject, said, actor.name))
        return act

    def escalate(
        self, review_item_id: ReviewItemId, reviewer_email: str, comment: str, actor: User
    ) -> Notice:
        """Hand an item to a named reviewer and alert them; the notice's id is the alert's.

        Raises Forbidden, InvalidInput for what is no address or without a comment, and Conflict as ``ask``.
        """
        require(actor, Permission.REVIEW)
        case = self._bench.open_case(review_item_id, actor)
        words = checked_comment(comment, missing="Say in the comment why you escalate this.")
        to = checked_email(reviewer_email)
        act = self._bench.act(case, ActKind.ESCALATE, actor, comment=words, to=to)
        subject = f"{actor.name} escalated a review item to you"
        return self._told(case, act, Told(NoticeKind.ESCALATED, to, subject, words, actor.name))

    def alert(
        self, insight_id: InsightId, reviewer_email: str, comment: str, actor: User
    ) -> Notice:
        """Alert a named reviewer to an insight and hand them its item; one without an open item gets one.

        The notice's id is the alert's. Raises Forbidden, NotFound, InvalidInput for what is no address, and
        Conflict for an insight that is decided or whose item somebody else has.
        """
        require(actor, Permission.REQUEST_REVIEW)
        insight = self._bench.insight(insight_id)
        words, to = checked_comment(comment), checked_email(reviewer_email)
        case, opening = self._case_of(insight, words, actor)
        act = self._bench.act(case, ActKind.ESCALATE, actor, comment=words, to=to)
        subject = f"{actor.name} escalated an insight to you"
        told = Told(NoticeKind.ESCALATED, to, subject, words or insight.text, actor.name)
        return self._told(case, act, told, opening)

    def _case_of(self, insight: Insight, words: str, actor: User) -> tuple[Case, Effects]:
        """Return the open item of an insight, or a new one with what opening it writes."""
        waiting = self._records.review_items(ReviewStatus.OPEN)
        item = next((one for one in waiting if one.insight_id == insight.insight_id), None)
        if item is not None:
            return self._bench.open_case(item.review_item_id, actor), Effects()
        if insight.status in {InsightStatus.APPROVED, InsightStatus.REJECTED}:
            raise Conflict(f"This insight was already {insight.status.value}.")
        now = self._bench.clock()
        item, opening = requested_item(insight, words, actor, now)
        return Case(item, insight, (), state_of((), now), now), opening

    def assign(
        self, review_item_id: ReviewItemId, reviewer_email: str, comment: str, actor: User
    ) -> Notice:
        """Give an item to another reviewer; who has claimed it has it no more. Raises as ``escalate``."""
        require(actor, Permission.REVIEW)
        case = self._open(review_item_id)
        to = checked_email(reviewer_email)
        act = self._bench.act(case, ActKind.ASSIGN, actor, comment=checked_comment(comment), to=to)
        subject = f"{actor.name} assigned a review item to you"
        text = act.comment or "It is in the review queue under “mine”."
        return self._told(case, act, Told(NoticeKind.ASSIGNED, to, subject, text, actor.name))

    def set_due(self, review_item_id: ReviewItemId, due: datetime, actor: User) -> ReviewAct:
        """Set until when an item is to be decided; raises Forbidden, NotFound and Conflict."""
        require(actor, Permission.REVIEW)
        case = self._open(review_item_id)
        act = self._bench.act(case, ActKind.DUE, actor, until=due)
        self._records.commit(self._bench.effects(case, act, due=due.date().isoformat()))
        return act

    def _open(self, review_item_id: ReviewItemId) -> Case:
        case = self._bench.case(review_item_id)
        if case.item.decided_at is not None:
            raise Conflict("This item is decided; reload to see the decision.")
        return case

    def _told(
        self, case: Case, act: ReviewAct, told: Told, before: Effects | None = None
    ) -> Notice:
        if not told.to:
            raise NotFound("The report's uploader is not known, so nobody can be told.")
        about = case.insight.title if case.insight is not None else "how a report was read"
        told = Told(told.kind, told.to, f"{told.subject}: {about}", told.text, told.by)
        sending = case.now + timedelta(seconds=UNDO_SECONDS)
        made = notice(told, case.item, str(act.number), case.now, sending)
        if case.insight is not None:
            made = made.model_copy(update=self._of_insight(case.insight))
        detail = {"to": told.to, "alert": made.notice_id}
        effects = self._bench.effects(case, act, made, **detail)
        self._records.commit(joined(before or Effects(), effects))
        return made

    def _of_insight(self, insight: Insight) -> dict[str, str | float | None]:
        """Return what a notice tells of its insight; nobody is told the confidence of an open audit."""
        audit = self._records.review_item(audit_item_id(insight.insight_id))
        is_blind = audit is not None and audit.is_blind
        return {
            "summary": insight.title,
            "confidence": None if is_blind else insight.confidence.total,
        }


def checked_email(typed: str) -> str:
    """Return an e-mail address in lower case; raises InvalidInput for what is none."""
    address = typed.strip().lower()
    if len(address) > _LONGEST_EMAIL or not _EMAIL.match(address):
        raise InvalidInput(f"“{typed.strip()}” is no e-mail address; use one such as a@b.com.")
    return address
