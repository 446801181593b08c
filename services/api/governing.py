"""What publishes by itself, over HTTP: how good the confidences are, proposals to change the policy, rulings."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from services.api.addresses import BASE
from services.api.answers import as_json
from services.api.bodies import Flag, Id, Real, Sent, Whole
from services.api.callers import InsightViewer, PolicySetter
from services.api.models import Model
from services.api.once import Asked, Once
from services.bootstrap import Services
from services.calibration.overview import Overview
from services.calibration.wishes import LONGEST_COMMENT, Wish
from services.confidence.measures import Measured
from services.domain.confidence import Band
from services.domain.ids import ProposalId
from services.domain.policy import TARGETS, Policy, PolicyProposal, PolicyRuling, Simulation

Target = Annotated[
    float, Field(ge=TARGETS[0], le=TARGETS[1], description="The precision promised", examples=[0.9])
]
Reason = Annotated[
    str, Field(min_length=1, max_length=LONGEST_COMMENT, examples=["A quarter without a mistake."])
]
_MOST_VERSIONS = 1_000_000


class WishIn(Sent):
    """What is wanted of the policy."""

    target: Annotated[Target, Field(strict=True)]
    high_from: Real = Field(
        ge=0, le=1, description="Confidence from which it publishes, 0.85 at least", examples=[0.9]
    )
    publishing: Flag = True

    def wish(self) -> Wish:
        """Return the wish."""
        return Wish(self.target, self.high_from, self.publishing)


class Proposed(WishIn):
    """A wish with its reason, made for a version of the policy."""

    comment: Reason
    seen: Whole = Field(ge=0, le=_MOST_VERSIONS, description="Version of the policy in force")


class Ruled(Sent):
    """What a second person says to a proposal."""

    approved: Flag
    comment: Reason


class MeasuredOut(BaseModel):
    """How good the stated confidences are, measured on sealed decisions."""

    labels: int
    ece: float = Field(description="Expected calibration error over ten bins")
    ece_limit: float = Field(description="A perfect model stays under it in 95 of 100 samples")
    auroc: float | None
    brier: float
    brier_base: float
    log_loss: float
    passes: bool


class BandOut(BaseModel):
    """Sealed decisions in a band of confidence."""

    band: Band
    labels: int
    accepted: int


class RuleOut(BaseModel):
    """What reviewers accept of a rule."""

    rule_id: str
    version: str
    expected: float = Field(description="Share that was expected to be accepted, beforehand")
    labels: int
    acceptance: float = Field(description="Share that is expected now")


class ProposalOut(PolicyProposal, Model):
    """A proposal to change the policy, with what was ruled on it."""

    ruling: PolicyRuling | None


class PolicyOut(Model):
    """The policy in force, what it was learnt from, and what stands open."""

    policy: Policy
    threshold: float = Field(description="Confidence from which an insight publishes by itself")
    scoring_version: int
    labels: int
    tuning: int
    audited: int
    waiting: int = Field(description="Decisions that are not taken up yet")
    measured: MeasuredOut | None = Field(description="Null while there is no sealed decision")
    bands: list[BandOut]
    rules: list[RuleOut]
    versions: list[Policy]
    proposals: list[ProposalOut]


class SimulationOut(Simulation, Model):
    """Where the stored insights stand now and would stand."""


class ThresholdOut(Model):
    """The threshold that a target asks for."""

    target: float
    threshold: float
    proved: bool = Field(description="Whether decisions prove it")


def policy_router(services: Services) -> APIRouter:
    """Return ``/policy``, thresholds and simulations."""
    router = APIRouter(prefix="/policy", tags=["policy"])
    once = Once(services.answers)

    @router.get("", response_model=PolicyOut)
    def get_policy(caller: InsightViewer) -> Response:
        """Return what publishes by itself and how good the confidences are."""
        return as_json(_policy(services.seen_by(caller).calibration.overview()))

    @router.get("/thresholds", response_model=ThresholdOut)
    def get_threshold(caller: InsightViewer, target: Annotated[Target, Query()]) -> Response:
        """Return the threshold that a promised precision asks for."""
        threshold, proved = services.seen_by(caller).calibration.threshold_for(target)
        links = {"self": f"{BASE}/policy/thresholds?target={target}", "policy": f"{BASE}/policy"}
        return as_json(ThresholdOut(target=target, threshold=threshold, proved=proved, links=links))

    @router.post("/simulations", response_model=SimulationOut)
    def simulate(caller: PolicySetter, wish: WishIn, said: Asked) -> Response:
        """Return where the stored insights would stand; nothing is written."""
        seen = services.seen_by(caller)

        def act() -> Response:
            found = seen.calibration.simulate(wish.wish())
            return as_json(SimulationOut(**dict(found), links={"policy": f"{BASE}/policy"}))

        return once(said, act)

    @router.post("/renewals", response_model=PolicyOut)
    def renew(caller: PolicySetter, said: Asked) -> Response:
        """Take up the decisions now; every document is scored again."""
        seen = services.seen_by(caller)

        def act() -> Response:
            seen.calibration.renew(caller)
            return as_json(_policy(seen.calibration.overview()))

        return once(said, act)

    return router


def proposals_router(services: Services) -> APIRouter:
    """Return ``/policy/proposals`` and rulings on them."""
    router = APIRouter(prefix="/policy/proposals", tags=["policy"])
    once = Once(services.answers)

    @router.post("", status_code=201, response_model=ProposalOut)
    def propose(caller: PolicySetter, wish: Proposed, said: Asked) -> Response:
        """Propose a policy; another person has to approve it."""
        seen = services.seen_by(caller)

        def act() -> Response:
            made = seen.calibration.propose(wish.wish(), wish.comment, wish.seen, caller)
            return as_json(_proposal(made, None), 201, location=f"{BASE}/policy")

        return once(said, act)

    @router.post("/{proposal_id}/rulings", status_code=201, response_model=PolicyOut)
    def rule(caller: PolicySetter, wish: Ruled, said: Asked, proposal_id: Id) -> Response:
        """Approve a proposal of somebody else, or reject one; answers with the policy as it is then."""
        seen = services.seen_by(caller)

        def act() -> Response:
            seen.calibration.rule(ProposalId(proposal_id), wish.approved, wish.comment, caller)
            found = _policy(seen.calibration.overview())
            return as_json(found, 201, location=f"{BASE}/policy")

        return once(said, act)

    return router


def _policy(found: Overview) -> PolicyOut:
    return PolicyOut(
        policy=found.scoring.policy,
        threshold=found.scoring.threshold,
        scoring_version=found.scoring.version,
        labels=found.labels,
        tuning=found.tuning,
        audited=found.audited,
        waiting=found.waiting,
        measured=None if found.measured is None else _measured(found.measured),
        bands=[
            BandOut(band=one.band, labels=one.labels, accepted=one.accepted) for one in found.bands
        ],
        rules=[
            RuleOut(
                rule_id=rule.rule_id,
                version=rule.version,
                expected=rule.prior.mean,
                labels=known.labels,
                acceptance=known.posterior.mean,
            )
            for rule, known in found.rules
        ],
        versions=list(found.policies),
        proposals=[
            *(_proposal(one, None) for one in found.open),
            *(_proposal(one, ruling) for one, ruling in found.ruled),
        ],
        links={"self": f"{BASE}/policy"},
    )


def _measured(found: Measured) -> MeasuredOut:
    return MeasuredOut(
        labels=found.labels,
        ece=found.ece,
        ece_limit=found.ece_limit,
        auroc=found.auroc,
        brier=found.brier,
        brier_base=found.brier_base,
        log_loss=found.log_loss,
        passes=found.passes,
    )


def _proposal(made: PolicyProposal, ruling: PolicyRuling | None) -> ProposalOut:
    links = {
        "policy": f"{BASE}/policy",
        "rulings": f"{BASE}/policy/proposals/{made.proposal_id}/rulings",
    }
    return ProposalOut(**dict(made), ruling=ruling, links=links)
