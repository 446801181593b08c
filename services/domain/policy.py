"""What publishes by itself: the policy in its versions, proposals to change it, and what a second person ruled."""

from typing import Annotated

from pydantic import Field

from services.domain.base import Instant, Probability, Record
from services.domain.confidence import HIGH_FROM, MEDIUM_FROM
from services.domain.ids import PolicyId, ProposalId, UserId

TARGET = 0.90
"""The precision that is promised of what publishes by itself, until people set another."""
TARGETS = (0.80, 0.99)
"""The precision that can be promised, from and to."""
Threshold = Annotated[float, Field(ge=HIGH_FROM, le=1)]
"""A confidence from which something may publish by itself; nobody can set less than the cold start."""
SAMPLE_SHARE, SAMPLE_MINIMUM = 0.10, 5


class Policy(Record):
    """One version of the policy; never changed, only followed by a later one.

    ``target`` is the promised precision of what publishes by itself, ``high_from`` the confidence from
    which that is, at least 0.85 whoever sets it; below ``medium_from`` an insight goes to review. Where
    ``publishing`` is off everything does. Of what is published ``sample_share``, and ``sample_minimum`` a
    week, is drawn for an audit. ``proposal_id`` is None where the kill switch made the version.
    """

    policy_id: PolicyId
    version: int
    target: Probability = TARGET
    high_from: Threshold = HIGH_FROM
    medium_from: Probability = MEDIUM_FROM
    publishing: bool = True
    sample_share: Probability = SAMPLE_SHARE
    sample_minimum: int = Field(default=SAMPLE_MINIMUM, ge=0)
    seed: str = "audit-sample-1"
    comment: str = ""
    made_by: UserId | None = None
    made_by_name: str = ""
    approved_by: UserId | None = None
    approved_by_name: str = ""
    made_at: Instant | None = None
    proposal_id: ProposalId | None = None


COLD_START = Policy(policy_id=PolicyId("policy-0"), version=0)
"""What stands while nobody set anything."""


class Queues(Record):
    """How many insights stand where."""

    published: int
    analyst: int
    review: int


class Simulation(Record):
    """What the stored insights would do: now, and then; of those then published, how many people judged and accepted."""

    now: Queues
    then: Queues
    judged: int
    accepted: int


class PolicyProposal(Record):
    """What somebody proposes instead of policy version ``base_version``, and what it would do to the history."""

    proposal_id: ProposalId
    base_version: int
    target: Probability
    high_from: Threshold
    publishing: bool
    simulation: Simulation
    comment: str
    made_by: UserId
    made_by_name: str
    made_at: Instant


class PolicyRuling(Record):
    """What another person said to a proposal; there is one, and it is never changed."""

    proposal_id: ProposalId
    approved: bool
    comment: str
    decided_by: UserId
    decided_by_name: str
    decided_at: Instant
