"""Where an item stands: what people did with it, folded in the order they did it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.domain.ids import UserId
from services.domain.reviews import ActKind, ReviewAct
from services.domain.users import User

_ENDS_CLAIM = frozenset(ActKind) - {ActKind.CLAIM, ActKind.DUE}


@dataclass(frozen=True, slots=True)
class Claimed:
    """Who has an item, since when and until when."""

    by: UserId
    name: str
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class ItemState:
    """An item at one moment: the last act's number, who has it, whose it is, what it waits for.

    ``claim`` is None when nobody has it or the claim ran out; ``question`` waits for the analyst;
    ``first`` is the first of two approvals.
    """

    number: int = 0
    claim: Claimed | None = None
    assigned_to: str = ""
    due: datetime | None = None
    question: ReviewAct | None = None
    answer: ReviewAct | None = None
    first: ReviewAct | None = None
    last: ReviewAct | None = None

    def is_held_by_another(self, actor: User) -> bool:
        """Whether somebody else has the item now."""
        return self.claim is not None and self.claim.by != actor.user_id

    def is_mine(self, actor: User) -> bool:
        """Whether the person has the item or it is assigned to the person."""
        held = self.claim is not None and self.claim.by == actor.user_id
        return held or bool(actor.email and self.assigned_to == actor.email)

    def is_overdue(self, now: datetime) -> bool:
        """Whether its due date is over."""
        return self.due is not None and self.due < now


def state_of(acts: Sequence[ReviewAct], now: datetime) -> ItemState:
    """Return where an item stands after its acts, oldest first."""
    undone = {act.undoes for act in acts if act.undoes is not None}
    standing = [act for act in acts if act.act_id not in undone]
    question = _last(standing, ActKind.ASK)
    answer = _last(standing, ActKind.ANSWER)
    if question is not None and answer is not None and answer.number > question.number:
        asked = None
    else:
        asked, answer = question, None
    assigned = _last(standing, ActKind.ASSIGN, ActKind.ESCALATE)
    due = _last(standing, ActKind.DUE)
    return ItemState(
        number=acts[-1].number if acts else 0,
        claim=_claim(acts, now),
        assigned_to=assigned.to if assigned else "",
        due=due.until if due else None,
        question=asked,
        answer=answer,
        first=_first(standing),
        last=acts[-1] if acts else None,
    )


def _last(acts: Iterable[ReviewAct], *kinds: ActKind) -> ReviewAct | None:
    return next((act for act in reversed(list(acts)) if act.kind in kinds), None)


def _first(standing: Sequence[ReviewAct]) -> ReviewAct | None:
    """Return the first approval that no amendment and no settling decision came after."""
    first: ReviewAct | None = None
    for act in standing:
        if act.kind is ActKind.APPROVE and not act.is_final:
            first = act
        elif act.is_final or act.kind is ActKind.AMEND:
            first = None
    return first


def _claim(acts: Sequence[ReviewAct], now: datetime) -> Claimed | None:
    claim: Claimed | None = None
    for act in acts:
        if act.kind is ActKind.CLAIM and act.until is not None:
            goes_on = claim is not None and claim.by == act.made_by and claim.until >= act.made_at
            since = claim.since if claim is not None and goes_on else act.made_at
            claim = Claimed(act.made_by, act.made_by_name, since, act.until)
        elif act.kind in _ENDS_CLAIM:
            claim = None
    return claim if claim is not None and claim.until > now else None
