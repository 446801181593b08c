"""The calibration desk: what publishes by itself, learnt from decisions, proposed by one person, approved by another."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from services.access import Permission, require
from services.calibration.overview import Overview, overview_of
from services.calibration.wishes import Wish, check, checked_comment, wish_of, wished, words
from services.confidence.acceptance import RuleVersion
from services.confidence.insights import routed
from services.confidence.learn import (
    Label,
    certified,
    kill_reason,
    labels_of,
    learn,
    score_of,
    threshold_for,
)
from services.domain.audit import AuditEvent
from services.domain.base import Record, utc_now
from services.domain.confidence import HIGH_FROM
from services.domain.errors import Conflict, Forbidden, InvalidInput, NotFound
from services.domain.ids import PolicyId, ProposalId, deterministic_id
from services.domain.insights import Insight, Route
from services.domain.messages import Effects, MessageKind, message, refresh_run
from services.domain.policy import (
    COLD_START,
    Policy,
    PolicyProposal,
    PolicyRuling,
    Queues,
    Simulation,
)
from services.domain.reports import Report, ReportStatus
from services.domain.scoring import UNLABELLED, Scoring
from services.domain.users import SYSTEM, User
from services.ports import RecordStore

EVERY = timedelta(days=7)
"""So often labels are taken up by themselves."""
_RESOURCE = "policy"
_WORKED_THROUGH = {ReportStatus.READ, ReportStatus.ANALYSED}


class CalibrationDesk:
    """Gathers labels from decisions, scores by them, watches what published by itself, and takes proposals."""

    def __init__(
        self,
        records: RecordStore,
        rules: Sequence[RuleVersion],
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._records = records
        self._rules: Mapping[str, RuleVersion] = {rule.rule_id: rule for rule in rules}
        self._ruleset = deterministic_id("rules", *(f"{r.rule_id} {r.version}" for r in rules))
        self._clock = clock

    def in_force(self) -> Scoring:
        """Return what insights are scored and routed by now; the starting weights while nothing was learnt."""
        return self._records.scoring() or UNLABELLED

    def policy(self) -> Policy:
        """Return the policy in force."""
        return next(reversed(self._records.policies()), COLD_START)

    def watch(self) -> Scoring:
        """Return what is in force after a look at the decisions: trip the kill switch, take up a week's labels.

        Two who watch at the same moment agree: one writes, the other takes what was written.
        """
        with suppress(Conflict):
            self._watch()
        return self.in_force()

    def _watch(self) -> None:
        labels = self._labels()
        if not labels:
            return
        policy, before = self.policy(), self.in_force()
        reason = kill_reason(labels, policy)
        if policy.publishing and reason:
            self._trip(policy, reason, labels)
        elif self._is_due(labels, before):
            self._take_up(labels, policy, "a week's decisions", SYSTEM)

    def _is_due(self, labels: Sequence[Label], before: Scoring) -> bool:
        if before.version and before.ruleset != self._ruleset:
            return True
        since = before.made_at or labels[0].at
        return len(labels) != before.labels and self._clock() - since >= EVERY

    def renew(self, actor: User) -> Scoring:
        """Take up the decisions now; raises Forbidden, and InvalidInput where none is new."""
        require(actor, Permission.SET_POLICY)
        labels = self._labels()
        if len(labels) == self.in_force().labels:
            raise InvalidInput("Every decision is taken up already.")
        return self._take_up(labels, self.policy(), f"{actor.name} took them up", actor)

    def threshold_for(self, target: float) -> tuple[float, bool]:
        """Return the threshold a target asks for, at least 0.85, and whether labels prove it.

        Unproved, it is the lowest above which the stored insights state the target on average.
        """
        scoring = self.in_force()
        proved = certified(self._labels(), self._rules, scoring, target)
        if proved is not None:
            return max(HIGH_FROM, proved), True
        return threshold_for(target, self._history(), self._rules, scoring), False

    def simulate(self, wish: Wish) -> Simulation:
        """Return where the stored insights stand now and would stand; raises InvalidInput for what nobody may wish."""
        check(wish)
        scoring, labels = self.in_force(), self._labels()
        policy = wished(self.policy(), wish)
        then = learn(labels, self._rules, policy, scoring, self._clock())
        insights = self._history()
        published = {one.insight_id for one in insights if self._route(one, then) is Route.CFO}
        judged = [label for label in labels if label.insight.insight_id in published]
        return Simulation(
            now=_queues(self._route(one, scoring) for one in insights),
            then=_queues(self._route(one, then) for one in insights),
            judged=len(judged),
            accepted=sum(label.accepted for label in judged),
        )

    def propose(self, wish: Wish, comment: str, seen: int, actor: User) -> PolicyProposal:
        """Propose a policy with its simulation; ``seen`` is the policy version the person looked at.

        Raises Forbidden, InvalidInput with what to mend, and Conflict when the policy changed meanwhile.
        """
        require(actor, Permission.SET_POLICY)
        now, policy = self._clock(), self.policy()
        check(wish)
        if policy.version != seen:
            raise Conflict("The policy changed meanwhile; nothing was proposed. Reload the page.")
        if wish == Wish(policy.target, policy.high_from, policy.publishing):
            raise InvalidInput("Change something: this is the policy in force.")
        number = len(self._records.policy_proposals()) + 1
        proposal = PolicyProposal(
            proposal_id=ProposalId(deterministic_id("proposal", number)),
            base_version=policy.version,
            target=wish.target,
            high_from=wish.high_from,
            publishing=wish.publishing,
            simulation=self.simulate(wish),
            comment=checked_comment(comment),
            made_by=actor.user_id,
            made_by_name=actor.name,
            made_at=now,
        )
        detail = {"before": words(policy), "after": words(wish), "comment": proposal.comment}
        self._records.commit(
            Effects(creates=(proposal,), audit=(_event(actor, "policy_proposed", now, detail),))
        )
        return proposal

    def rule(
        self, proposal_id: ProposalId, approved: bool, comment: str, actor: User
    ) -> PolicyRuling:
        """Approve a proposal of somebody else, or reject one (one's own too, which withdraws it).

        Raises Forbidden for the proposer who would approve, NotFound, and Conflict when it is ruled on
        already or was made for a policy that is no more.
        """
        require(actor, Permission.SET_POLICY)
        proposals = {one.proposal_id: one for one in self._records.policy_proposals()}
        proposal = proposals.get(proposal_id)
        if proposal is None:
            raise NotFound("This proposal does not exist.")
        if any(one.proposal_id == proposal_id for one in self._records.policy_rulings()):
            raise Conflict("This proposal was ruled on already; reload the page.")
        if approved and proposal.made_by == actor.user_id:
            raise Forbidden("You made this proposal, so somebody else has to approve it.")
        ruling = PolicyRuling(
            proposal_id=proposal_id,
            approved=approved,
            comment=checked_comment(comment),
            decided_by=actor.user_id,
            decided_by_name=actor.name,
            decided_at=self._clock(),
        )
        if approved:
            self._enact(proposal, ruling, actor)
        else:
            detail = {"after": words(wish_of(proposal)), "comment": ruling.comment}
            trail = _event(actor, "policy_rejected", ruling.decided_at, detail)
            self._records.commit(Effects(creates=(ruling,), audit=(trail,)))
        return ruling

    def overview(self) -> Overview:
        """Return what the Calibration page shows."""
        return overview_of(
            self.in_force(),
            self._labels(),
            self._rules,
            self._records.policies(),
            self._records.policy_proposals(),
            self._records.policy_rulings(),
        )

    def _labels(self) -> list[Label]:
        return labels_of(self._records.decided(), self._records.audit_draws())

    def _history(self) -> list[Insight]:
        """Return the stored insights of reports that no newer version replaces."""
        replaced = {report.supersedes for report in self._records.reports()}
        return [one for one in self._records.insights() if one.report_id not in replaced]

    def _route(self, insight: Insight, scoring: Scoring) -> Route:
        if insight.reopened:
            return Route.REVIEW
        score = score_of(insight, self._rules, scoring)
        return routed(score, insight.severity, insight.held, scoring)[0]

    def _trip(self, policy: Policy, reason: str, labels: Sequence[Label]) -> None:
        now = self._clock()
        off = policy.model_copy(
            update={
                "policy_id": PolicyId(deterministic_id("policy", policy.version + 1)),
                "version": policy.version + 1,
                "publishing": False,
                "comment": reason,
                "made_by": SYSTEM.user_id,
                "made_by_name": SYSTEM.name,
                "approved_by": None,
                "approved_by_name": "",
                "made_at": now,
                "proposal_id": None,
            }
        )
        trail = _event(SYSTEM, "kill_switch_tripped", now, {"reason": reason, **_to(policy, off)})
        self._put_in_force(labels, off, "the kill switch", (off,), trail)

    def _enact(self, proposal: PolicyProposal, ruling: PolicyRuling, actor: User) -> None:
        policy = self.policy()
        if policy.version != proposal.base_version:
            raise Conflict(
                "The policy changed after this was proposed, so its simulation no longer holds. "
                "Reject it and propose again."
            )
        new = wished(policy, wish_of(proposal)).model_copy(
            update={
                "policy_id": PolicyId(deterministic_id("policy", policy.version + 1)),
                "version": policy.version + 1,
                "comment": proposal.comment,
                "made_by": proposal.made_by,
                "made_by_name": proposal.made_by_name,
                "approved_by": actor.user_id,
                "approved_by_name": actor.name,
                "made_at": ruling.decided_at,
                "proposal_id": proposal.proposal_id,
            }
        )
        detail = {**_to(policy, new), "comment": ruling.comment, "proposed_by": proposal.made_by}
        trail = _event(actor, "policy_approved", ruling.decided_at, detail)
        self._put_in_force(self._labels(), new, "a new policy", (ruling, new), trail)

    def _take_up(self, labels: Sequence[Label], policy: Policy, cause: str, actor: User) -> Scoring:
        now = self._clock()
        trail = _event(actor, "recalibrated", now, {"labels": str(len(labels)), "cause": cause})
        return self._put_in_force(labels, policy, cause, (), trail)

    def _put_in_force(
        self,
        labels: Sequence[Label],
        policy: Policy,
        cause: str,
        with_it: tuple[Record, ...],
        trail: AuditEvent,
    ) -> Scoring:
        """Write the next scoring and what belongs to it, and let every report be scored by it."""
        learnt = learn(labels, self._rules, policy, self.in_force(), trail.at)
        scoring = learnt.model_copy(update={"cause": cause, "ruleset": self._ruleset})
        run = refresh_run(scoring.scoring_id)
        again = tuple(
            message(MessageKind.FACTS_EXTRACTED, report.report_id, run)
            for report in self._records.reports()
            if report.status in _WORKED_THROUGH or _is_of_words(report)
        )
        detail = {**trail.detail, "scoring_version": str(scoring.version)}
        audit = (trail.model_copy(update={"detail": detail}),)
        self._records.commit(Effects(creates=(*with_it, scoring), messages=again, audit=audit))
        return scoring


def _to(before: Policy, after: Policy) -> dict[str, str]:
    return {"before": words(before), "after": words(after), "version": str(after.version)}


def _is_of_words(report: Report) -> bool:
    return report.status is ReportStatus.NO_STATEMENTS and bool(report.cues)


def _queues(routes: Iterable[Route]) -> Queues:
    count = Counter(routes)
    return Queues(
        published=count[Route.CFO], analyst=count[Route.ANALYST], review=count[Route.REVIEW]
    )


def _event(actor: User, action: str, at: datetime, detail: Mapping[str, str]) -> AuditEvent:
    return AuditEvent(
        actor=actor.user_id, action=action, resource=_RESOURCE, detail=dict(detail), at=at
    )
