"""What somebody wants of the policy: what may be wanted, in words, and as a policy."""

from dataclasses import dataclass

from services.domain.confidence import HIGH_FROM
from services.domain.errors import InvalidInput
from services.domain.policy import TARGETS, Policy, PolicyProposal

LONGEST_COMMENT = 500


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants of the policy: the promised precision, the least confidence, and whether anything publishes."""

    target: float
    high_from: float
    publishing: bool = True


def words(policy: Policy | Wish) -> str:
    """Write a policy: 'precision of 90 %, publishing from 0.85', or that nothing publishes by itself."""
    if not policy.publishing:
        return f"precision of {100 * policy.target:.0f} %, nothing publishes by itself"
    return f"precision of {100 * policy.target:.0f} %, publishing from {policy.high_from:.2f}"


def wish_of(proposal: PolicyProposal) -> Wish:
    """Return what a proposal wants."""
    return Wish(proposal.target, proposal.high_from, proposal.publishing)


def wished(policy: Policy, wish: Wish) -> Policy:
    """Return the policy with the terms of a wish; version and authors stay."""
    terms = {"target": wish.target, "high_from": wish.high_from, "publishing": wish.publishing}
    return policy.model_copy(update=terms)


def check(wish: Wish) -> None:
    """Raise InvalidInput for what nobody may want."""
    low, high = TARGETS
    if not low <= wish.target <= high:
        raise InvalidInput(f"Promise a precision of {100 * low:.0f} % to {100 * high:.0f} %.")
    if not HIGH_FROM <= wish.high_from <= 1:
        raise InvalidInput(f"Nothing publishes by itself below {HIGH_FROM}, nor above 1.")


def checked_comment(comment: str) -> str:
    """Return a reason with its blanks in order; raises InvalidInput for none and for a long one."""
    said = " ".join(comment.split())
    if not said:
        raise InvalidInput("Say why: the reason stands in the history and in the audit trail.")
    if len(said) > LONGEST_COMMENT:
        raise InvalidInput(f"Use at most {LONGEST_COMMENT} characters for the reason.")
    return said
