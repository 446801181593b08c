"""Trend rules on metrics: what moved against the year before, and by enough to say so."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import partial
from typing import NamedTuple

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
from services.analysis.finding import CannotCompute, Context, Finding, at_most
from services.analysis.metrics import Measured
from services.domain.insights import Calculation, Severity

GROWTH_STEP = Decimal("0.05")
MARGIN_STEP = Decimal("0.01")
INTENSITY_STEP = Decimal("0.02")
CYCLE_DAYS = Decimal(10)
LEVERAGE_FROM = Decimal("0.03")
YEAR = Decimal(365)


def need_industrial(context: Context, what: str) -> None:
    """Raise CannotCompute for a bank or insurer."""
    if context.profile.financial:
        raise CannotCompute(f"{what} has no meaning for a bank or insurer")


def growth_change(context: Context) -> list[Finding]:
    """R02: revenue growth changed by over 5 points, and that is worth more than performance materiality."""
    now, before = measured_pair(context, "revenue_growth")
    change = now.value - before.value
    amount = change * before.amounts()["revenue"]
    limit = context.measured().performance
    if abs(change) <= GROWTH_STEP or abs(amount) <= limit:
        return []
    return [
        finding_of(
            context,
            (now, before),
            Said(
                template="R02",
                values={
                    "direction": "accelerated" if change > 0 else "slowed",
                    "g0": wording.growth(before.value),
                    "g1": wording.growth(now.value),
                    "amt": context.money(abs(amount)),
                },
                severity=Severity.MEDIUM,
                threshold=f"|change| above 5 pp and worth more than {context.money(limit)}",
                holds=lambda v: abs(v[0] - v[1]) > GROWTH_STEP and (v[0] > v[1]) == (change > 0),
                chart=metric_chart("Revenue growth", (now, before)),
                amount=amount,
                steps=_worth(context, (now, before), amount, "revenue of the year before"),
            ),
        )
    ]


def _worth(
    context: Context, sides: Sequence[Measured], amount: Decimal, base: str
) -> tuple[Calculation, ...]:
    """Return what a change is worth in money."""
    shown = context.money(amount)
    return (derived("worth of the change", f"change × {base}", amount, shown, sides),)


def operating_leverage(context: Context) -> list[Finding]:
    """R05: how far operating income moved for each percent of revenue."""
    need_industrial(context, "operating leverage")
    period = context.year()
    revenue = measured(context, "revenue_growth", period)
    income = measured(context, "operating_income_growth", period)
    if abs(revenue.value) < LEVERAGE_FROM:
        return []
    multiple = income.value / revenue.value
    return [
        finding_of(
            context,
            (income, revenue),
            Said(
                template="R05",
                values={
                    "x": wording.percent(multiple / 100),
                    "g_oi": wording.growth(income.value),
                    "g_rev": wording.growth(revenue.value),
                },
                severity=Severity.INFO,
                threshold="revenue moved by at least 3 %",
                holds=lambda v: abs(v[1]) >= LEVERAGE_FROM,
                steps=(
                    derived(
                        "operating leverage",
                        "growth of operating income / growth of revenue, for 1 % of revenue",
                        multiple,
                        wording.percent(multiple / 100),
                        (income, revenue),
                    ),
                ),
            ),
        )
    ]


class _Cost(NamedTuple):
    name: str
    metric_id: str
    concept: str


_COSTS = (
    _Cost("Selling, general and administrative expense", "sga_to_revenue", "sga"),
    _Cost("Research and development", "research_to_revenue", "research_and_development"),
)


def costs_outgrow(context: Context) -> list[Finding]:
    """R06: a cost grew more than 5 points faster than revenue, by more than performance materiality."""
    period, before = context.year(), year_before(context)
    limit = context.measured().performance
    pairs = [
        (cost, now, earlier)
        for cost in _COSTS
        if (now := optional(context, cost.metric_id, period)) is not None
        and (earlier := optional(context, cost.metric_id, before)) is not None
        and all(value > 0 for value in earlier.amounts().values())
    ]
    if not pairs:
        raise CannotCompute(
            "neither selling and administrative nor research expense was read twice"
        )
    found = (_cost(context, *pair, limit) for pair in pairs)
    return [finding for finding in found if finding is not None]


def _cost(
    context: Context, cost: _Cost, now: Measured, before: Measured, limit: Decimal
) -> Finding | None:
    amounts, earlier = now.amounts(), before.amounts()
    g_cost = amounts[cost.concept] / earlier[cost.concept] - 1
    g_rev = amounts["revenue"] / earlier["revenue"] - 1
    excess = amounts[cost.concept] - earlier[cost.concept] * (1 + g_rev)
    if g_cost - g_rev <= GROWTH_STEP or excess <= limit:
        return None
    return finding_of(
        context,
        (now, before),
        Said(
            template="R06",
            values={
                "cost": cost.name,
                "g_cost": wording.growth(g_cost),
                "g_rev": wording.growth(g_rev),
                "amt": context.money(excess),
            },
            severity=Severity.MEDIUM,
            threshold=f"growth above that of revenue by 5 pp and {context.money(limit)}",
            holds=lambda v: v[0] > v[1],
            chart=metric_chart(f"{cost.name}, share of revenue", (now, before)),
            amount=excess,
            steps=_cost_steps(context, (now, before), (g_cost, g_rev, excess)),
            key=cost.concept,
            subject=cost.name.lower(),
        ),
    )


def _cost_steps(
    context: Context, sides: Sequence[Measured], values: tuple[Decimal, Decimal, Decimal]
) -> tuple[Calculation, ...]:
    cost, revenue, excess = values
    growth, money = wording.growth, context.money
    expected = "cost − cost before × revenue / revenue before"
    return (
        derived("growth of the cost", "cost / cost before − 1", cost, growth(cost), sides),
        derived("growth of revenue", "revenue / before − 1", revenue, growth(revenue), sides),
        derived("cost above expectation", expected, excess, money(excess), sides),
    )


class _Move(NamedTuple):
    """A metric whose move is told: how far, in which words, and how the amount follows from it."""

    metric_id: str
    title: str
    template: str
    step: Decimal
    relative: bool = False
    base: str | None = None
    severity: Severity = Severity.INFO
    industrial: bool = True


_MOVES = {
    "R07": _Move(
        "ebitda_margin", "EBITDA margin", "R07", MARGIN_STEP, base="revenue",
        severity=Severity.MEDIUM,
    ),
    "R11": _Move("capex_to_revenue", "Capital expenditure, share of revenue", "R11", INTENSITY_STEP,
                 base="revenue"),
}  # fmt: skip


def moved(rule_id: str) -> Callable[[Context], list[Finding]]:
    """Return the run of a rule that tells the move of one metric."""
    return partial(_moved, move=_MOVES[rule_id])


def _moved(context: Context, move: _Move) -> list[Finding]:
    if move.industrial:
        need_industrial(context, move.title[:1].lower() + move.title[1:])
    now, before = measured_pair(context, move.metric_id)
    change = now.value - before.value
    amount = None if move.base is None else change * now.amounts()[move.base]
    if abs(change) < move.step:
        return []
    severity = move.severity
    if amount is not None:
        by_amount = context.severity(amount)
        if by_amount is None:
            return []
        severity = at_most(by_amount, move.severity)
    return [
        finding_of(
            context,
            (now, before),
            Said(
                template=move.template,
                values={
                    "m0": shown(context, before),
                    "m1": shown(context, now),
                    "dbp": wording.basis_points(change),
                    "direction": "rose" if change > 0 else "fell",
                    "more": "more" if change > 0 else "less",
                    "amt": "" if amount is None else context.money(abs(amount)),
                },
                severity=severity,
                threshold=f"|change| of at least {wording.plain(move.step * 100, 1)} pp",
                holds=lambda v: abs(v[0] - v[1]) >= move.step,
                chart=metric_chart(move.title, (now, before)),
                amount=amount,
                steps=_move_steps(context, (now, before), change, amount),
            ),
        )
    ]


def _move_steps(
    context: Context, sides: Sequence[Measured], change: Decimal, amount: Decimal | None
) -> tuple[Calculation, ...]:
    shown = wording.basis_points(change)
    moved = derived("change", "share − share before", change, shown, sides)
    return (moved, *(() if amount is None else _worth(context, sides, amount, "revenue")))


def cash_cycle(context: Context) -> list[Finding]:
    """R10: the cash conversion cycle moved by more than ten days."""
    need_industrial(context, "the cash conversion cycle")
    now, before = measured_pair(context, "ccc")
    change = now.value - before.value
    if abs(change) <= CYCLE_DAYS:
        return []
    parts = [measured(context, name, now.period) for name in ("dso", "dio", "dpo")]
    tied = change * now.amounts()["revenue"] / YEAR
    words = dict(zip(("a", "b", "c"), (shown(context, part) for part in parts), strict=True))
    return [
        finding_of(
            context,
            (now, before),
            Said(
                template="R10",
                values={
                    "c0": shown(context, before),
                    "c1": shown(context, now),
                    "amt": context.money(abs(tied)),
                    "effect": "tied up" if change > 0 else "released",
                    **words,
                },
                severity=at_most(context.severity(tied) or Severity.LOW, Severity.MEDIUM),
                threshold="|change| above ten days",
                holds=lambda v: abs(v[0] - v[1]) > CYCLE_DAYS,
                chart=metric_chart("Cash conversion cycle", (now, before)),
                amount=tied,
                steps=(
                    *(step_of(context, part) for part in parts),
                    *_worth(context, (now, before), tied, "revenue a day"),
                ),
            ),
        )
    ]
