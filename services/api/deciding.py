"""What reviewers do with items over HTTP: claim, decide, take back, ask, assign; each act answers with the item."""

from collections.abc import Callable, Sequence
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from services.api.addresses import BASE
from services.api.answers import as_json, tagged
from services.api.bodies import Comment, Email, Id, Sent, SentId
from services.api.callers import Requester, Reviewer
from services.api.models import Model
from services.api.once import Asked, AskedOfItem, Asking, Once
from services.api.parameters import Moment
from services.api.review_items import ReviewItemDetail, detail
from services.bootstrap import Services
from services.domain.errors import NotFound
from services.domain.ids import ReviewItemId
from services.domain.listings import MOST_ITEMS
from services.domain.reviews import ReasonCode, Verdict
from services.domain.users import User
from services.review.desk import Outcome

ItemIds = Annotated[list[SentId], Field(min_length=1, max_length=MOST_ITEMS)]


class Ruling(Sent):
    """A decision; a rejection needs a comment."""

    verdict: Verdict
    comment: Comment = ""
    reason: ReasonCode = ReasonCode.OTHER


class RulingOnSeveral(Ruling):
    """One decision on several items."""

    review_item_ids: ItemIds


class Several(Sent):
    """Several items."""

    review_item_ids: ItemIds


class Among(Sent):
    """Which items to take the next from, in their order; none named: the whole queue."""

    review_item_ids: list[SentId] = Field(default_factory=list, max_length=MOST_ITEMS)


class Question(Sent):
    """What the analyst is asked."""

    question: Annotated[Comment, Field(examples=["Which page says so?"])]


class Answer(Sent):
    """What the analyst answers."""

    answer: Annotated[Comment, Field(examples=["Page 12, the second table."])]


class HandedTo(Sent):
    """Whom an item is given to."""

    reviewer_email: Email
    comment: Comment = ""


class DueDate(Sent):
    """Until when an item is to be decided."""

    due: Moment


class OutcomeOut(BaseModel):
    """What became of one of several items."""

    review_item_id: str
    refused: str = Field(description="Why nothing was done, empty when it was")
    needs_second: bool = Field(description="Approved by the first of two people")


class OutcomeList(Model):
    """What became of several items, in the order they were named."""

    outcomes: list[OutcomeOut]


class ItemActs:
    """Does something with one item and answers with the item as it is then."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self.once = Once(services.answers)

    def __call__(
        self,
        caller: User,
        said: Asking,
        item_id: str,
        act: Callable[[Services, ReviewItemId], object],
    ) -> Response:
        """Return the item after the act; with If-Match only where it is as the caller knows it."""
        seen, review_item_id = self._services.seen_by(caller), ReviewItemId(item_id)

        def done() -> Response:
            act(seen, review_item_id)
            return tagged(detail(seen, review_item_id))

        return self.once(said, done, lambda: as_json(detail(seen, review_item_id)))


def claims_router(services: Services) -> APIRouter:
    """Return who has which item: claim, release, take the next."""
    router = APIRouter(prefix="/review-items", tags=["reviews"])
    on_item = ItemActs(services)

    @router.post("/claims", response_model=ReviewItemDetail)
    def claim_next(caller: Reviewer, wish: Among, said: Asked) -> Response:
        """Claim the most pressing item that the caller may decide and nobody else has; 404 when there is none."""
        seen = services.seen_by(caller)

        def act() -> Response:
            among = [ReviewItemId(one) for one in wish.review_item_ids]
            taken = seen.queue.claim_next(caller, among or None)
            if taken is None:
                raise NotFound("Nothing is left that you may decide.")
            return tagged(detail(seen, taken))

        return on_item.once(said, act)

    @router.post("/releases", response_model=OutcomeList)
    def release_all(caller: Reviewer, wish: Several, said: Asked) -> Response:
        """Give several items back; each that is refused says why."""
        seen = services.seen_by(caller)
        ids = [ReviewItemId(one) for one in wish.review_item_ids]
        return on_item.once(
            said, lambda: _outcomes(seen.queue.release_all(ids, caller), "releases")
        )

    @router.post("/{review_item_id}/claim", response_model=ReviewItemDetail)
    def claim(caller: Reviewer, said: AskedOfItem, review_item_id: Id) -> Response:
        """Take an open item for a while, or for a while longer."""
        return on_item(
            caller, said, review_item_id, lambda seen, one: seen.queue.claim(one, caller)
        )

    @router.post("/{review_item_id}/release", response_model=ReviewItemDetail)
    def release(caller: Reviewer, said: AskedOfItem, review_item_id: Id) -> Response:
        """Give an item back that the caller has claimed."""
        return on_item(
            caller, said, review_item_id, lambda seen, one: seen.queue.release(one, caller)
        )

    return router


def decisions_router(services: Services) -> APIRouter:
    """Return decisions on one item and on several, and taking back what was done last."""
    router = APIRouter(prefix="/review-items", tags=["reviews"])
    on_item = ItemActs(services)

    @router.post("/decisions", response_model=OutcomeList)
    def decide_all(caller: Reviewer, wish: RulingOnSeveral, said: Asked) -> Response:
        """Decide on several items, each by every rule; each that is refused says why."""
        seen = services.seen_by(caller)
        ids = [ReviewItemId(one) for one in wish.review_item_ids]

        def act() -> Response:
            made = seen.review.decide_all(ids, wish.verdict, wish.comment, caller, wish.reason)
            return _outcomes(made, "decisions")

        return on_item.once(said, act)

    @router.post("/{review_item_id}/decisions", response_model=ReviewItemDetail)
    def decide(caller: Reviewer, wish: Ruling, said: AskedOfItem, review_item_id: Id) -> Response:
        """Approve or reject an item; it stays open, with first_approved_by, where a second person has to approve."""
        words = (wish.verdict, wish.comment, caller, wish.reason)
        return on_item(
            caller, said, review_item_id, lambda seen, one: seen.review.decide(one, *words)
        )

    @router.post("/{review_item_id}/undo", response_model=ReviewItemDetail)
    def undo(caller: Reviewer, said: AskedOfItem, review_item_id: Id) -> Response:
        """Take back what the caller did last with an item, within ten seconds."""
        return on_item(
            caller, said, review_item_id, lambda seen, one: seen.amending.undo(one, caller)
        )

    return router


def talk_router(services: Services) -> APIRouter:
    """Return what is said to others about an item: question, answer, escalation, assignee, due date."""
    router = APIRouter(prefix="/review-items", tags=["reviews"])
    on_item = ItemActs(services)

    @router.post("/{review_item_id}/questions", response_model=ReviewItemDetail)
    def ask(caller: Reviewer, wish: Question, said: AskedOfItem, review_item_id: Id) -> Response:
        """Send an item back to the analyst with a question; the answer returns it to the queue."""
        return on_item(
            caller,
            said,
            review_item_id,
            lambda seen, one: seen.talk.ask(one, wish.question, caller),
        )

    @router.post("/{review_item_id}/answers", response_model=ReviewItemDetail)
    def answer(caller: Requester, wish: Answer, said: AskedOfItem, review_item_id: Id) -> Response:
        """Answer the question of an item."""
        return on_item(
            caller,
            said,
            review_item_id,
            lambda seen, one: seen.talk.answer(one, wish.answer, caller),
        )

    @router.post("/{review_item_id}/escalations", response_model=ReviewItemDetail)
    def escalate(
        caller: Reviewer, wish: HandedTo, said: AskedOfItem, review_item_id: Id
    ) -> Response:
        """Hand an item to a named reviewer and alert them; it needs a comment."""
        to = (wish.reviewer_email, wish.comment, caller)
        return on_item(caller, said, review_item_id, lambda seen, one: seen.talk.escalate(one, *to))

    @router.post("/{review_item_id}/assignment", response_model=ReviewItemDetail)
    def assign(caller: Reviewer, wish: HandedTo, said: AskedOfItem, review_item_id: Id) -> Response:
        """Give an item to another reviewer; who has claimed it has it no more."""
        to = (wish.reviewer_email, wish.comment, caller)
        return on_item(caller, said, review_item_id, lambda seen, one: seen.talk.assign(one, *to))

    @router.post("/{review_item_id}/due", response_model=ReviewItemDetail)
    def set_due(caller: Reviewer, wish: DueDate, said: AskedOfItem, review_item_id: Id) -> Response:
        """Set until when an item is to be decided."""
        return on_item(
            caller, said, review_item_id, lambda seen, one: seen.talk.set_due(one, wish.due, caller)
        )

    return router


def _outcomes(made: Sequence[Outcome], what: str) -> Response:
    found = [
        OutcomeOut(
            review_item_id=one.review_item_id, refused=one.refused, needs_second=one.needs_second
        )
        for one in made
    ]
    return as_json(OutcomeList(outcomes=found, links={"self": f"{BASE}/review-items/{what}"}))
