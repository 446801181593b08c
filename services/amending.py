"""Amending a number under a review item: what would follow, shown before it is saved; saved with the act, or not at all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from services.access import Permission, require
from services.analysis.facts_view import FactsView
from services.analysis.metrics import Metric, derived_metrics
from services.analysis.profile import profile_of
from services.analysis.service import analyse
from services.analysis.templates import Templates
from services.corrections.desk import CorrectionDesk
from services.domain.base import utc_now
from services.domain.corrections import Claim, Correction, at_place, claim_of
from services.domain.errors import Conflict, InvalidInput, NotFound
from services.domain.ids import CorrectionId, ReviewItemId
from services.domain.insights import Insight
from services.domain.messages import joined
from services.domain.reports import Fact
from services.domain.reviews import ActKind, ReviewAct
from services.domain.users import User
from services.engine import Checked, corrected, stored
from services.ports import RecordStore
from services.review.bench import Bench
from services.review.desk import ReviewDesk


@dataclass(frozen=True, slots=True)
class MetricMove:
    """A metric before and after; None where it cannot be computed."""

    before: Metric | None
    after: Metric | None

    @property
    def one(self) -> Metric:
        """Whichever is there, the later first."""
        found = self.after or self.before
        if found is None:
            raise ValueError("a move has one end at least")
        return found


@dataclass(frozen=True, slots=True)
class InsightMove:
    """An insight before and after; None where the rules do not find it."""

    before: Insight | None
    after: Insight | None

    @property
    def one(self) -> Insight:
        """Whichever is there, the later first."""
        found = self.after or self.before
        if found is None:
            raise ValueError("a move has one end at least")
        return found


@dataclass(frozen=True, slots=True)
class CheckMove:
    """An arithmetic check that fails on one side only."""

    name: str
    fails_now: bool


@dataclass(frozen=True, slots=True)
class Ripple:
    """What an amended number changes: the number itself, metrics, insights, checks."""

    before: Decimal
    after: Decimal
    metrics: tuple[MetricMove, ...]
    insights: tuple[InsightMove, ...]
    checks: tuple[CheckMove, ...]

    @property
    def is_still(self) -> bool:
        """Whether nothing but the number changes."""
        return not (self.metrics or self.insights or self.checks)


@dataclass(frozen=True, slots=True)
class _World:
    metrics: Sequence[Metric]
    insights: Sequence[Insight]
    failing: frozenset[str]


class AmendDesk:
    """Shows what an amended number would change, saves it with the act on the item, and takes it back."""

    def __init__(
        self, records: RecordStore, templates: Templates, clock: Callable[[], datetime] = utc_now
    ) -> None:
        self._records = records
        self._templates = templates
        self._bench = Bench(records, clock)
        self._corrections = CorrectionDesk(records, clock)
        self._review = ReviewDesk(records, clock)

    def ripple(self, claim: Claim, seen: CorrectionId | None, actor: User) -> Ripple:
        """Return what a claim would change in its report, without writing it; raises as ``amend``."""
        made, _ = self._corrections.add_effects(claim, "a trial", seen, actor)
        report_id = made.report_id
        report = self._records.report(report_id)
        if report is None:
            raise NotFound("This report does not exist.")
        standing = self._records.corrections(report_id)
        now, then = self._world(made, standing), self._world(made, [*standing, made])
        last = at_place(claim.source, standing)
        base = last.claim.value if last is not None and not last.withdrawn else None
        machine = made.machine.value if made.machine is not None else Decimal(0)
        return Ripple(
            before=machine if base is None else base,
            after=claim.value,
            metrics=tuple(_metric_moves(now.metrics, then.metrics)),
            insights=tuple(_insight_moves(now.insights, then.insights)),
            checks=tuple(
                CheckMove(name, name in then.failing) for name in sorted(now.failing ^ then.failing)
            ),
        )

    def amend(
        self,
        review_item_id: ReviewItemId,
        claim: Claim,
        comment: str,
        seen: CorrectionId | None,
        actor: User,
    ) -> ReviewAct:
        """State another value of a number under an item; the report is worked through again.

        The item stays open for another person: who amends has prepared it. Raises Forbidden, InvalidInput
        without a comment or for a claim that cannot be taken, NotFound, and Conflict when the item is
        decided or claimed, or the number was stated by somebody else meanwhile.
        """
        require(actor, Permission.REVIEW)
        if not comment.strip():
            raise InvalidInput("Say in the comment what the amended number rests on.")
        case = self._bench.open_case(review_item_id, actor)
        correction, effects = self._corrections.add_effects(claim, comment, seen, actor)
        act = self._bench.act(
            case, ActKind.AMEND, actor, comment=correction.comment,
            correction_id=correction.correction_id,
        )  # fmt: skip
        self._records.commit(joined(effects, self._bench.effects(case, act, label=claim.label)))
        return act

    def undo(self, review_item_id: ReviewItemId, actor: User) -> ReviewAct:
        """Take back what the person did last with an item, an amended number too; raises as ``ReviewDesk.undo``."""
        acts = self._records.review_acts(review_item_id)
        last = acts[-1] if acts else None
        act, effects = self._review.undo_effects(review_item_id, actor)
        if last is not None and last.kind is ActKind.AMEND and last.correction_id is not None:
            _, withdrawal = self._corrections.withdraw_effects(
                last.report_id, last.correction_id, "undone", actor
            )
            effects = joined(withdrawal, effects)
        self._records.commit(effects)
        return act

    def _world(self, made: Correction, corrections: Sequence[Correction]) -> _World:
        report = self._records.report(made.report_id)
        if report is None:
            raise NotFound("This report does not exist.")
        work = stored(report, self._records)
        raw = Checked(
            self._records.statements(report.report_id),
            self._records.facts(report.report_id),
            self._records.tie_outs(report.report_id),
        )
        read = corrected(raw, corrections)
        view = FactsView(read.facts, work.history, read.tie_outs)
        numbers = (read.statements, read.facts, read.tie_outs, work.history)
        found = analyse(report, *numbers, self._templates, utc_now(), choice=work.choice)
        return _World(
            derived_metrics(view, profile_of(read.statements, view)),
            found.insights,
            frozenset(one.name for one in read.tie_outs if one.status.value == "fail"),
        )


def amended_claim(fact: Fact, printed: str, number: Decimal, decimals: int) -> Claim:
    """Return what a fact would say with another printed number, counted with the sign it is counted with now."""
    if fact.derived_from:
        raise InvalidInput("This number is computed; amend one of the numbers it comes from.")
    turned = fact.value * fact.printed_value < 0
    value = number * fact.scale * (-1 if turned else 1)
    if value == fact.value:
        raise Conflict("This is the number as it stands; type another one.")
    source = fact.source.model_copy(update={"printed": printed})
    said = {
        "value": value,
        "printed_value": number,
        "decimals": decimals,
        "source": source,
    }
    return claim_of(fact).model_copy(update=said)


def _metric_moves(now: Sequence[Metric], then: Sequence[Metric]) -> list[MetricMove]:
    before = {(one.metric_id, one.period): one for one in now}
    after = {(one.metric_id, one.period): one for one in then}
    pairs = [
        MetricMove(before.get(key), after.get(key)) for key in dict.fromkeys([*before, *after])
    ]
    return [
        one
        for one in pairs
        if one.before is None or one.after is None or one.before.value != one.after.value
    ]


def _insight_moves(now: Sequence[Insight], then: Sequence[Insight]) -> list[InsightMove]:
    before = {one.insight_id: one for one in now}
    after = {one.insight_id: one for one in then}
    pairs = [
        InsightMove(before.get(key), after.get(key)) for key in dict.fromkeys([*before, *after])
    ]
    return [one for one in pairs if _told(one.before) != _told(one.after)]


def _told(insight: Insight | None) -> tuple[object, ...] | None:
    if insight is None:
        return None
    return insight.text, insight.severity, insight.amount, insight.route
