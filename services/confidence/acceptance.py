"""How often a rule's insights are accepted: what was expected beforehand, and what reviewers decided since."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from services.domain.scoring import RuleCount

DISCOUNT = 0.5
"""What a decision on an earlier MINOR version still counts, once for each MINOR version since."""
_VERSION = re.compile(r"(\d+)(?:\.(\d+))?")


class RulePrior(NamedTuple):
    """How often reviewers accept a rule's insights, as Beta(accepted, rejected) before any label."""

    accepted: float
    rejected: float

    @property
    def mean(self) -> float:
        """The expected acceptance."""
        return self.accepted / (self.accepted + self.rejected)


class RuleVersion(NamedTuple):
    """A rule as it runs now."""

    rule_id: str
    version: str
    prior: RulePrior


class Acceptance(NamedTuple):
    """The Beta posterior of a rule's acceptance, and on how many decisions it rests."""

    posterior: RulePrior
    labels: int


def acceptance_of(rule: RuleVersion, counts: Sequence[RuleCount]) -> Acceptance:
    """Return the rule's prior with the decisions on its versions added.

    Decisions on the same MAJOR.MINOR count whole, those on an earlier MINOR are discounted by half a step;
    another MAJOR is another statement and counts nothing.
    """
    accepted, rejected, labels = rule.prior.accepted, rule.prior.rejected, 0
    major, minor = _parts(rule.version)
    for count in counts:
        its_major, its_minor = _parts(count.rule_version)
        if count.rule_id != rule.rule_id or its_major != major or its_minor > minor:
            continue
        worth = DISCOUNT ** (minor - its_minor)
        accepted += worth * count.accepted
        rejected += worth * count.rejected
        labels += count.labels
    return Acceptance(RulePrior(accepted, rejected), labels)


def _parts(version: str) -> tuple[int, int]:
    """Return MAJOR and MINOR of a version; what is not written is 0."""
    found = _VERSION.match(version)
    return (0, 0) if found is None else (int(found[1]), int(found[2] or 0))
