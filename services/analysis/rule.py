"""A rule: what it is called, how far it is believed beforehand, and how it runs."""

from collections.abc import Callable
from dataclasses import dataclass

from services.analysis.finding import Context, Finding
from services.confidence.acceptance import RulePrior, RuleVersion
from services.domain.insights import InsightKind

ARITHMETIC = RulePrior(19, 1)
DESCRIPTION = RulePrior(18, 2)
THRESHOLD = RulePrior(17, 3)
SCREEN = RulePrior(8, 2)
STATISTICAL = RulePrior(7, 3)
DRIVER = RulePrior(7, 3)
TEXT_CUE = RulePrior(9, 1)
NARRATIVE = RulePrior(6, 4)


@dataclass(frozen=True, slots=True)
class Rule:
    """One analysis: what it is called, how far it is believed beforehand, and how it runs."""

    rule_id: str
    kind: InsightKind
    title: str
    prior: RulePrior
    what_to_check: str
    run: Callable[[Context], list[Finding]]
    version: str = "1.0.0"

    @property
    def as_version(self) -> RuleVersion:
        """What the acceptance of its insights is counted by."""
        return RuleVersion(self.rule_id, self.version, self.prior)
