"""The review rules where the records are: no commit that breaks one comes into force.

The local store keeps them as triggers; here the partition of the report is read, judged and replaced under one
entity tag, so that nothing can come between the judgement and the writing.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import NoReturn

from services.adapters.azure.tables import Rows
from services.domain.base import Record
from services.domain.errors import Conflict, Forbidden
from services.domain.ids import UserId
from services.domain.insights import Insight
from services.domain.reviews import (
    UNDO_SECONDS,
    ActKind,
    Decision,
    ReviewAct,
    ReviewItem,
    ReviewStatus,
    Verdict,
)

_DECIDING = frozenset({ActKind.APPROVE, ActKind.REJECT})
_SLACK = timedelta(milliseconds=1)
_DECIDED = "This item was already decided; reload to see the decision."
REVIEWED = frozenset(
    {"reports", "insights", "materialities", "review_items", "review_acts", "decisions"}
)
"""The tables that the rules look at."""


def judge(record: Record, rows: Rows, *, is_in_work: bool) -> None:
    """Raise Conflict or Forbidden where a new act or decision breaks a rule; ``rows`` are the report's."""
    if isinstance(record, ReviewAct):
        _judge_act(record, rows, is_in_work=is_in_work)
    if isinstance(record, Decision):
        _judge_decision(record, rows)


def _judge_act(act: ReviewAct, rows: Rows, *, is_in_work: bool) -> None:
    item = _item(act.review_item_id, rows)
    if item is None:
        raise Conflict("This review item does not exist any more; reload.")
    if act.kind is ActKind.UNDO:
        _judge_undo(act, rows, is_in_work=is_in_work)
        return
    if item.status is not ReviewStatus.OPEN:
        raise Conflict(_DECIDED)
    if act.kind not in _DECIDING:
        return
    _refuse_the_partial(act.made_by, item, _insight(act.insight_id, rows), rows)
    if act.insight_id is not None and is_in_work:
        raise Conflict(
            "The numbers of this report are being worked out again; decide when that is done."
        )


def _judge_undo(act: ReviewAct, rows: Rows, *, is_in_work: bool) -> None:
    undone = next((one for one in _acts(rows) if one.act_id == act.undoes), None)
    if act.insight_id is not None and undone is not None and undone.is_final and is_in_work:
        raise Conflict(
            "The numbers of this report are being worked out again; undo when that is done."
        )
    if undone is None or (undone.made_by, undone.number, undone.review_item_id) != (
        act.made_by,
        act.number - 1,
        act.review_item_id,
    ):
        raise Forbidden("Only the last act can be undone, and only by who did it.")
    if act.made_at - undone.made_at > timedelta(seconds=UNDO_SECONDS) + _SLACK:
        raise Conflict(f"This can be undone for {UNDO_SECONDS} seconds; they are over.")


def _judge_decision(decision: Decision, rows: Rows) -> None:
    item = _item(decision.review_item_id, rows)
    if (item is not None and item.status is not ReviewStatus.OPEN) or _stands(decision, rows):
        raise Conflict(_DECIDED)
    insight = _insight(decision.insight_id, rows)
    _refuse_the_partial(decision.decided_by, item, insight, rows)
    if decision.verdict is Verdict.APPROVE and _is_above(insight, decision, rows):
        signed = _signed(decision, rows)
        if not any(_is_first(act, decision, signed, rows) for act in _acts(rows)):
            raise Forbidden("Above overall materiality two different people have to approve.")


def _refuse_the_partial(
    who: UserId, item: ReviewItem | None, insight: Insight | None, rows: Rows
) -> None:
    if any(row.record.uploaded_by == who for row in rows["reports"].values()):
        _forbid("You uploaded this report, so somebody else has to decide on its insights.")
    if insight is not None and who in insight.prepared_by:
        _forbid("You stated a number under this insight, so somebody else has to decide on it.")
    if item is not None and item.requested_by == who:
        _forbid("You asked for this review, so somebody else has to decide on it.")


def _forbid(sentence: str) -> NoReturn:
    raise Forbidden(sentence)


def _stands(decision: Decision, rows: Rows) -> bool:
    """Whether a decision on the same subject and item was not taken back."""
    gone = taken_back(_acts(rows))
    others = (row.record for row in rows["decisions"].values())
    subject = (decision.insight_id, decision.finding_id)
    return any(
        other.review_item_id == decision.review_item_id
        and (other.insight_id, other.finding_id) == subject
        and other.decision_id not in gone
        for other in others
    )


def taken_back(acts: Iterator[ReviewAct] | list[ReviewAct]) -> set[str]:
    """Return the ids of the decisions that their makers undid."""
    acts = list(acts)
    undone = {act.undoes for act in acts if act.undoes is not None}
    return {act.decision_id for act in acts if act.act_id in undone and act.decision_id is not None}


def _is_above(insight: Insight | None, decision: Decision, rows: Rows) -> bool:
    materiality = rows["materialities"].get(decision.report_id)
    if insight is None or insight.amount is None or materiality is None:
        return False
    overall = materiality.record.overall
    return overall is not None and abs(insight.amount) > overall


def _signed(decision: Decision, rows: Rows) -> str | None:
    """Return the fingerprint of the numbers that the act of this decision saw."""
    own = (
        act
        for act in _acts(rows)
        if act.decision_id == decision.decision_id and act.review_item_id == decision.review_item_id
    )
    return next((act.signs for act in own), None)


def _is_first(act: ReviewAct, decision: Decision, signed: str | None, rows: Rows) -> bool:
    return (
        act.review_item_id == decision.review_item_id
        and act.kind is ActKind.APPROVE
        and act.made_by != decision.decided_by
        and act.made_by == decision.first_by
        and act.signs == signed
        and not any(other.undoes == act.act_id for other in _acts(rows))
    )


def _acts(rows: Rows) -> Iterator[ReviewAct]:
    return (row.record for row in rows["review_acts"].values())


def _item(item_id: str, rows: Rows) -> ReviewItem | None:
    row = rows["review_items"].get(item_id)
    return None if row is None else row.record


def _insight(insight_id: str | None, rows: Rows) -> Insight | None:
    row = None if insight_id is None else rows["insights"].get(insight_id)
    return None if row is None else row.record
