"""The risk rules: what could go wrong."""

from services.analysis import distress, leverage, liquidity, metric_risks
from services.analysis.rule import SCREEN, THRESHOLD, Rule
from services.domain.insights import InsightKind

RISKS: tuple[Rule, ...] = (
    Rule(
        "K01",
        InsightKind.RISK,
        "Liquidity profile",
        THRESHOLD,
        "Look at undrawn credit lines, debt due within a year and the cash-flow forecast.",
        liquidity.liquidity,
    ),
    Rule(
        "K02",
        InsightKind.RISK,
        "Cash runway",
        THRESHOLD,
        "Look at credit lines, planned financing and cost cuts.",
        metric_risks.runway,
    ),
    Rule(
        "K03",
        InsightKind.RISK,
        "Leverage",
        THRESHOLD,
        "Look at covenants, the maturity ladder and adjustments lenders accept to EBITDA.",
        leverage.leverage,
    ),
    Rule(
        "K04",
        InsightKind.RISK,
        "Interest coverage",
        THRESHOLD,
        "Look at the share of floating-rate debt and one-off charges in operating income.",
        leverage.coverage,
    ),
    Rule(
        "K06",
        InsightKind.RISK,
        "Financial-distress zone",
        SCREEN,
        "A screen trained on old samples, not a forecast: read it with coverage and liquidity.",
        distress.distress_zone,
    ),
    Rule(
        "K07",
        InsightKind.RISK,
        "Distress screens disagree",
        SCREEN,
        "Treat as inconclusive; read coverage and liquidity instead.",
        metric_risks.screens_disagree,
    ),
    Rule(
        "K08",
        InsightKind.RISK,
        "Earnings-manipulation screen",
        SCREEN,
        "A screen, not a finding: acquisitions and fast growth raise it too.",
        metric_risks.manipulation_screen,
    ),
    Rule(
        "K09",
        InsightKind.RISK,
        "Financial strength (F-score)",
        SCREEN,
        "See which tests fail, and whether one event explains them.",
        metric_risks.strength,
    ),
    Rule(
        "K10",
        InsightKind.RISK,
        "Negative equity or accumulated deficit",
        THRESHOLD,
        "Separate buybacks from losses.",
        metric_risks.negative_equity,
    ),
    Rule(
        "K18",
        InsightKind.RISK,
        "Goodwill exposure",
        THRESHOLD,
        "Look at the headroom of impairment tests in the notes.",
        metric_risks.goodwill,
    ),
)
