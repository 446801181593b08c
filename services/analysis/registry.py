"""The rules: id, version, kind, title, prior acceptance and what a reader should check."""

from collections.abc import Callable
from dataclasses import dataclass

from services.analysis import (
    anomaly,
    distress,
    free_cash,
    leverage,
    liquidity,
    margin_bridge,
    movement,
    receivables,
    trend,
)
from services.analysis.finding import Context, Finding
from services.confidence.insights import RulePrior
from services.domain.insights import InsightKind

RULESET_VERSION = "ruleset-v1.0.0"

ARITHMETIC = RulePrior(19, 1)
DESCRIPTION = RulePrior(18, 2)
THRESHOLD = RulePrior(17, 3)
SCREEN = RulePrior(8, 2)
STATISTICAL = RulePrior(7, 3)
DRIVER = RulePrior(7, 3)


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


RULES: tuple[Rule, ...] = (
    Rule(
        "A01",
        InsightKind.ANOMALY,
        "Balance sheet does not balance",
        ARITHMETIC,
        "Compare both totals with the page first: a misread number is likelier than a misstatement.",
        anomaly.balance_sheet,
    ),
    Rule(
        "A02",
        InsightKind.ANOMALY,
        "Subtotal does not foot",
        ARITHMETIC,
        "Compare the rows of the sum with the page; look for a row printed in one period only.",
        anomaly.subtotals,
    ),
    Rule(
        "A03",
        InsightKind.ANOMALY,
        "Cash flow does not reconcile",
        ARITHMETIC,
        "Look for the exchange-rate row, discontinued operations and restricted cash.",
        anomaly.cash_flow,
    ),
    Rule(
        "A12",
        InsightKind.ANOMALY,
        "Unusual movement for this company",
        STATISTICAL,
        "Ask for the cause: acquisition, disposal, reclassification or one-off; the notes name it.",
        movement.unusual_movement,
    ),
    Rule(
        "A13",
        InsightKind.ANOMALY,
        "Receivables outgrow revenue",
        DRIVER,
        "Ask for the ageing, terms granted near the end of the period, and factoring that ended.",
        receivables.receivables,
    ),
    Rule(
        "R01",
        InsightKind.TREND,
        "Revenue growth",
        DESCRIPTION,
        "Separate organic growth from acquisitions and exchange rates where the report discloses them.",
        trend.revenue_growth,
    ),
    Rule(
        "R03",
        InsightKind.TREND,
        "Gross-margin trend",
        DESCRIPTION,
        "Look for price, mix and input-cost explanations in the management discussion.",
        trend.gross_margin,
    ),
    Rule(
        "R04",
        InsightKind.TREND,
        "Operating-margin bridge",
        DESCRIPTION,
        "Ask whether the largest driver recurs: restructuring, gains and litigation do not.",
        margin_bridge.margin_bridge,
    ),
    Rule(
        "R08",
        InsightKind.TREND,
        "Profit swing",
        DESCRIPTION,
        "Separate operating change from tax, impairment, disposals and discontinued operations.",
        trend.profit_swing,
    ),
    Rule(
        "R09",
        InsightKind.TREND,
        "Free cash flow",
        DESCRIPTION,
        "Look at working capital and the timing of capital expenditure.",
        free_cash.free_cash_flow,
    ),
    Rule(
        "K01",
        InsightKind.RISK,
        "Liquidity profile",
        THRESHOLD,
        "Look at undrawn credit lines, debt due within a year and the cash-flow forecast.",
        liquidity.liquidity,
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
)
