"""Trend rules on what capital earns and what its owners get: R12, R13, R20, R21."""

from collections.abc import Sequence
from decimal import Decimal

from services.analysis import wording
from services.analysis.compared import (
    Said,
    derived,
    finding_of,
    measured,
    measured_pair,
    metric_chart,
    optional,
    shown,
    step_of,
    year_before,
)
from services.analysis.finding import CannotCompute, Context, Finding
from services.analysis.metric_trends import need_industrial
from services.analysis.metrics import Measured
from services.domain.insights import Severity

RETURN_STEP = Decimal("0.02")
TURNOVER_STEP = Decimal("0.10")
SHARES_STEP = Decimal("0.03")


def returns(context: Context) -> list[Finding]:
    """R12: return on equity moved by more than two points, taken apart by DuPont."""
    now, before = measured_pair(context, "roe")
    if abs(now.value - before.value) <= RETURN_STEP:
        return []
    names = ("net_margin", "asset_turnover", "equity_multiplier")
    parts = [measured(context, name, now.period) for name in names]
    return [
        finding_of(
            context,
            (now, before),
            Said(
                template="R12",
                values={
                    "r0": shown(context, before),
                    "r1": shown(context, now),
                    "a": shown(context, parts[0]),
                    "b": wording.times(parts[1].value),
                    "c": wording.times(parts[2].value),
                },
                severity=Severity.INFO,
                threshold="|change| above 2 pp",
                holds=lambda v: abs(v[0] - v[1]) > RETURN_STEP,
                chart=metric_chart("Return on equity", (now, before)),
                steps=tuple(step_of(context, part) for part in parts),
            ),
        )
    ]


_TURNOVERS = ("asset_turnover", "inventory_turnover", "fixed_asset_turnover")


def turnovers(context: Context) -> list[Finding]:
    """R13: a turnover ratio moved by more than a tenth."""
    need_industrial(context, "turnover")
    period, before = context.year(), year_before(context)
    pairs = [
        (now, earlier)
        for name in _TURNOVERS
        if (now := optional(context, name, period)) is not None
        and (earlier := optional(context, name, before)) is not None
    ]
    if not pairs:
        raise CannotCompute("turnover needs three balance-sheet dates; upload the earlier report")
    return [
        finding_of(context, pair, _turnover(pair))
        for pair in pairs
        if abs(pair[0].value / pair[1].value - 1) > TURNOVER_STEP
    ]


def _turnover(pair: Sequence[Measured]) -> Said:
    now, before = pair
    name = now.spec.metric_id.replace("_", " ")
    return Said(
        template="R13",
        values={
            "ratio": name[:1].upper() + name[1:],
            "t0": wording.times(before.value),
            "t1": wording.times(now.value),
        },
        severity=Severity.INFO,
        threshold="|change| above a tenth",
        holds=lambda v: abs(v[0] / v[1] - 1) > TURNOVER_STEP,
        chart=metric_chart(name[:1].upper() + name[1:], pair),
        key=now.spec.metric_id,
        subject=name,
    )


def shareholder_returns(context: Context) -> list[Finding]:
    """R20: dividends and buybacks above free cash flow two years running."""
    now, before = measured_pair(context, "returns_to_free_cash_flow")
    if min(now.value, before.value) <= 1:
        return []
    amounts = now.amounts()
    returned = amounts["dividends_paid"] + amounts["share_repurchases"]
    free = amounts["cash_from_operations"] - amounts["capex"]
    return [
        finding_of(
            context,
            (now, before),
            Said(
                template="R20",
                values={
                    "ret": context.money(returned),
                    "fcf": context.money(free),
                    "x": wording.times(now.value),
                    "x0": wording.times(before.value),
                },
                severity=Severity.MEDIUM,
                threshold="above free cash flow in two years running",
                holds=lambda v: min(v) > 1,
                chart=metric_chart("Returns / free cash flow", (now, before)),
                amount=returned - free,
                steps=(
                    derived(
                        "returned",
                        "dividends + buybacks",
                        returned,
                        context.money(returned),
                        (now,),
                    ),
                    derived(
                        "free cash flow",
                        "operating cash flow − capital expenditure",
                        free,
                        context.money(free),
                        (now,),
                    ),
                ),
            ),
        )
    ]


def share_count(context: Context) -> list[Finding]:
    """R21: diluted weighted shares moved by more than 3 %."""
    side = measured(context, "diluted_shares_growth", context.year())
    if abs(side.value) <= SHARES_STEP:
        return []
    effect = 1 / (1 + side.value) - 1
    return [
        finding_of(
            context,
            (side,),
            Said(
                template="R21",
                values={
                    "g": wording.growth(side.value),
                    "effect": wording.growth(effect),
                },
                severity=Severity.MEDIUM,
                threshold="|change| above 3 %",
                holds=lambda v: abs(v[0]) > SHARES_STEP,
                steps=(
                    derived(
                        "effect on EPS",
                        "1 / (1 + growth of shares) − 1",
                        effect,
                        wording.growth(effect),
                        (side,),
                    ),
                ),
            ),
        )
    ]
