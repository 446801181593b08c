"""Sign-offs after an analysis: who prepared each insight, and which approvals a changed number makes void."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.analysis import wording
from services.domain.audit import AuditEvent
from services.domain.concepts import Unit
from services.domain.corrections import Correction
from services.domain.ids import FactId, InsightId, ReportId
from services.domain.insights import Insight, InsightStatus, ReasoningChain
from services.domain.notices import Notice, NoticeKind
from services.domain.reports import Fact
from services.domain.reviews import (
    ActKind,
    Cause,
    Decision,
    FigureChange,
    ReviewItem,
    ReviewStatus,
    SignedFigure,
    Verdict,
)
from services.domain.users import SYSTEM
from services.pipeline.reopening import Reopened
from services.ports import RecordStore
from services.review.items import void_item
from services.review.notices import Told, notice
from services.review.signoff import facts_under, moved, preparers

_BY_PEOPLE = frozenset({Cause.VOID, Cause.REQUESTED})
_AT_WORK = frozenset({ActKind.AMEND, ActKind.ASK, ActKind.ESCALATE, ActKind.APPROVE})
_GONE = "the rule finds this no more in the numbers as they are now"


@dataclass(frozen=True, slots=True)
class SignOffs:
    """The insights as they stand now, and what a void sign-off adds: items, notices, chains kept, the trail's entries."""

    insights: tuple[Insight, ...]
    items: tuple[ReviewItem, ...] = ()
    notices: tuple[Notice, ...] = ()
    chains: tuple[ReasoningChain, ...] = ()
    events: tuple[AuditEvent, ...] = ()


def with_preparers(
    insights: Sequence[Insight], facts: Sequence[Fact], records: RecordStore
) -> tuple[Insight, ...]:
    """Return the insights, each told who stated a number under it."""
    made: dict[ReportId, list[Correction]] = {
        report_id: records.corrections(report_id) for report_id in {f.report_id for f in facts}
    }
    if not any(made.values()):
        return tuple(insights)
    known: dict[FactId, Fact] = {fact.fact_id: fact for fact in facts}
    return tuple(
        insight.model_copy(
            update={
                "prepared_by": tuple(
                    sorted(preparers(facts_under(insight, known.get), lambda one: made[one]))
                )
            }
        )
        for insight in insights
    )


def renewed(
    reopened: Reopened, earlier: Sequence[Insight], facts: Sequence[Fact],
    records: RecordStore, now: datetime,
) -> SignOffs:  # fmt: skip
    """Return what becomes of sign-offs: where a signed number is another one now, the approval is void.

    The insight leaves the CFO summary and waits with both numbers for another decision, also when the rule
    no longer finds it; ``facts`` are those in force of the report and of the company's other reports. What
    a later report re-opened has one item, the one that says more.
    """
    found = {insight.insight_id: insight for insight in reopened.insights}
    voids = [
        void
        for signed in earlier
        if signed.status is InsightStatus.APPROVED
        and (void := _void(signed, found.get(signed.insight_id), facts, records, now))
    ]
    stay = {void.insight.insight_id: void.insight for void in voids}
    stay |= _in_review(found, earlier, records)
    chains = [records.chain(insight_id) for insight_id in stay if insight_id not in found]
    return SignOffs(
        insights=tuple((found | stay).values()),
        items=(
            *(
                item
                for item in reopened.items
                if item.insight_id not in {v.item.insight_id for v in voids}
            ),
            *(void.item for void in voids),
        ),
        notices=tuple(notice for void in voids for notice in void.notices),
        chains=tuple(chain for chain in chains if chain is not None),
        events=(*reopened.events, *(void.event for void in voids)),
    )


@dataclass(frozen=True, slots=True)
class _Void:
    """A sign-off that is void: the insight in review, its item, who is told, the trail's entry."""

    insight: Insight
    item: ReviewItem
    notices: list[Notice]
    event: AuditEvent


def _void(
    signed: Insight, found: Insight | None, facts: Sequence[Fact], records: RecordStore,
    now: datetime,
) -> _Void | None:  # fmt: skip
    decision = _approval(signed, records)
    changes = _changes(signed, decision, facts)
    if decision is None or not changes:
        return None
    insight = _opened(found or signed, changes, is_found=found is not None)
    item = void_item(insight, signed, changes, decision.decision_id, now)
    return _Void(
        insight,
        item,
        _notices(item, insight, decision, now),
        _event(item, insight, decision, now),
    )


def _in_review(
    found: Mapping[InsightId, Insight], earlier: Sequence[Insight], records: RecordStore
) -> dict[InsightId, Insight]:
    """Return what waits for people and goes on doing so, however sure it becomes or whether it is found at all."""
    waiting = [item for item in records.review_items(ReviewStatus.OPEN) if item.insight_id]
    held = _held_by(waiting, records)
    void = {item.insight_id for item in waiting if item.cause is Cause.VOID}
    stay: dict[InsightId, Insight] = {}
    for before in earlier:
        insight_id = before.insight_id
        if before.status is not InsightStatus.IN_REVIEW:
            continue
        if insight_id not in found:
            stay |= {insight_id: before} if insight_id in void else {}
        elif held(insight_id):
            in_review = {"status": InsightStatus.IN_REVIEW}
            stay[insight_id] = found[insight_id].model_copy(update=in_review)
    return stay


def _approval(insight: Insight, records: RecordStore) -> Decision | None:
    made = records.decisions(insight.insight_id)
    last = made[-1] if made else None
    return last if last is not None and last.verdict is Verdict.APPROVE else None


def _held_by(waiting: Sequence[ReviewItem], records: RecordStore) -> Callable[[InsightId], bool]:
    """Return what tells whether people are at an insight: it waits for them however sure it becomes.

    Somebody asked for the review, a sign-off is void, or a reviewer amended, asked or approved first; else
    an amended number would make its own insight sure enough to be published without a second person.
    """
    causes = {item.insight_id: item.cause for item in waiting}
    of = {item.insight_id: item.review_item_id for item in waiting}

    def held(insight_id: InsightId) -> bool:
        cause = causes.get(insight_id)
        if cause is None or cause in _BY_PEOPLE:
            return cause is not None
        acts = records.review_acts(of[insight_id])
        undone = {act.undoes for act in acts}
        return any(act.kind in _AT_WORK and act.act_id not in undone for act in acts)

    return held


def _changes(
    signed: Insight, decision: Decision | None, facts: Sequence[Fact]
) -> list[FigureChange]:
    if decision is None:
        return []
    reports = {fact.report_id for fact in facts}
    # A report that a newer version replaced is no history any more; its own numbers have not changed.
    figures = [
        one
        for one in decision.figures
        if one.report_id == signed.report_id or one.report_id in reports
    ]
    return [_change(figure, fact) for figure, fact in moved(figures, facts)]


def _change(figure: SignedFigure, fact: Fact | None) -> FigureChange:
    before = _shown(figure)
    after = None if fact is None else _shown(fact)
    if fact is not None and after == before:
        before, after = _in_full(figure), _in_full(fact)
    return FigureChange(
        label=figure.label,
        period=figure.period.label,
        place=figure.source.place,
        before=before,
        after=after,
        by=fact.correction.by if fact is not None and fact.correction is not None else None,
    )


def _shown(number: SignedFigure | Fact) -> str:
    if number.unit is Unit.MONEY:
        return wording.money(number.value, number.currency)
    if number.unit is Unit.PER_SHARE:
        return wording.per_share(number.value, number.currency)
    return f"{number.value:,f}"


def _in_full(number: SignedFigure | Fact) -> str:
    meaning = (number.concept or "no standard concept").replace("_", " ")
    return f"{number.value:,f} {number.currency} ({meaning}, {number.period.label})"


def _opened(insight: Insight, changes: Sequence[FigureChange], *, is_found: bool) -> Insight:
    reasons = [_sentence(change) for change in changes] + ([] if is_found else [_GONE])
    return insight.model_copy(
        update={
            "status": InsightStatus.IN_REVIEW,
            "reopened": (*insight.reopened, *(r for r in reasons if r not in insight.reopened)),
        }
    )


def _sentence(change: FigureChange) -> str:
    now = "is no longer read there" if change.after is None else f"is {change.after} now"
    by = f", stated by {change.by}" if change.by else ""
    return (
        f"{change.label}, {change.period} ({change.place}) was {change.before} when this was "
        f"approved and {now}{by}"
    )


def _notices(item: ReviewItem, insight: Insight, decision: Decision, now: datetime) -> list[Notice]:
    text = "Your approval is void because a number changed. " + "; ".join(insight.reopened) + "."
    signers = dict.fromkeys(one for one in (decision.first_by, decision.decided_by) if one)
    return [
        notice(
            Told(
                NoticeKind.SIGN_OFF_VOID,
                signer,
                f"Sign-off void: {insight.title}",
                text,
                SYSTEM.name,
            ),
            item,
            decision.decision_id,
            now,
            now,
        )
        for signer in signers
    ]


def _event(item: ReviewItem, insight: Insight, decision: Decision, now: datetime) -> AuditEvent:
    return AuditEvent(
        actor=SYSTEM.user_id,
        action="sign_off_void",
        resource=insight.insight_id,
        detail={
            "rule": insight.rule_id,
            "reasons": "; ".join(insight.reopened),
            "signed_by": decision.decided_by,
            "item": item.review_item_id,
        },
        at=now,
    )
