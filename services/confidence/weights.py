"""How much each named piece of evidence weighs, in log-odds of the part being right."""

from functools import lru_cache
from math import log

from services.domain.confidence import ConfidenceEvidence, Part

WEIGHTS: dict[str, float] = {
    "text layer": log(0.97 / 0.03),
    "recognised": log(0.95 / 0.05),
    "workbook cell": log(0.995 / 0.005),
    "second reading agrees": log(50),
    "second reading differs": -log(25),
    "printed again": log(1.5),
    "adds up in 1": log(90),
    "adds up in 2": log(90),
    "adds up in 3": log(500),
    "adds up within rounding": log(1.25),
    "same on another statement": log(20),
    "columns a year apart": log(10),
    "periods agree": log(10),
    "periods differ": -log(1000),
    "identity of meanings": log(20),
    "shares fit": log(20),
    "earnings per share fit": log(200),
}
"""By the name of the evidence: the logarithm of P(evidence | right) / P(evidence | wrong).

Those on values are measured with seeded reading errors (``python -m tests.bench.calibration`` prints
both), "second reading agrees" held below the measured ratio because a misprint deceives both readings;
those on meaning, period and unit are the starting values of the design (analysis.md §1.5). The sources'
own are prior odds; for recognised numbers below the 0.986 measured on drawn scans, which are cleaner than
those from a scanner (``python -m tests.bench.scans``).
"""

DOES_NOT_ADD_UP = "does not add up"
OTHER_AMOUNT = "another amount for the same meaning"
FROM_CHECKS = frozenset(
    {
        "adds up in 1",
        "adds up in 2",
        "adds up in 3",
        "adds up within rounding",
        "same on another statement",
        "periods agree",
        "periods differ",
        "identity of meanings",
        "shares fit",
        "earnings per share fit",
        DOES_NOT_ADD_UP,
        OTHER_AMOUNT,
    }
)
"""The names of all evidence that comes from comparing facts, not from reading one."""

OTHER_CAUSE_ODDS = 0.02
"""Odds of 'a row is missing, or the relation is a coincidence' beside the members of a failed sum.

The design's 0.05 left sole suspects too much credit (0.065 stated, 0.007 right); 0.005 to 0.02 fit alike, and
the largest of them is the most careful with documents unlike the shared ones.
"""


@lru_cache(maxsize=4096)
def weighed(part: Part, name: str, reason: str) -> ConfidenceEvidence:
    """Return the evidence with its weight."""
    return ConfidenceEvidence(part=part, name=name, log_odds=WEIGHTS[name], reason=reason)
