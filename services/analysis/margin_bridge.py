"""Operating-margin bridge (R04): the change of the margin explained row by printed row."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from services.analysis import charts, wording
from services.analysis.finding import (
    CannotCompute,
    Context,
    Finding,
    at_most,
    calculation,
    raised,
    ratio,
    rounding_margin,
)
from services.domain.insights import Chart, Severity
from services.domain.periods import Period
from services.domain.reports import Fact

MARGIN_STEP = Decimal("0.01")
BRIDGE_RESIDUAL = Decimal("0.0005")
DRIVERS_NAMED = 3
STEPS_DRAWN = 6


class _Driver(NamedTuple):
    label: str
    shift: Decimal


def margin_bridge(context: Context) -> list[Finding]:
    """R04: operating margin moved by a point or more, explained by the printed rows."""
    if context.profile.financial:
        raise CannotCompute("operating margin has no meaning for a bank or insurer")
    period = context.current()
    revenue, income = context.fact("revenue", period), context.fact("operating_income", period)
    earlier = context.view.year_before("operating_income", period)
    revenue_before = context.fact("revenue", earlier)
    income_before = context.fact("operating_income", earlier)
    before = ratio(income_before.value, revenue_before.value, "revenue")
    now = ratio(income.value, revenue.value, "revenue")
    delta = now - before
    amount = delta * revenue.value
    severity = context.severity(amount)
    if abs(delta) < MARGIN_STEP or severity is None:
        return []
    if (income.value < 0) != (income_before.value < 0):
        severity = raised(severity)
    leaves = _leaves(context, income, revenue)
    leaves_before = _leaves(context, income_before, revenue_before)
    drivers = _drivers(leaves, leaves_before, revenue.value, revenue_before.value)
    residual = delta - sum((driver.shift for driver in drivers), Decimal(0))
    if abs(residual) > BRIDGE_RESIDUAL:
        raise CannotCompute("the printed rows explain the change in margin only in part")
    named = [
        f"{driver.label} {wording.basis_points(driver.shift)}"
        for driver in drivers[:DRIVERS_NAMED]
        if wording.basis_points(driver.shift) != "0 bp"
    ]
    core = (
        (income, "operating income"),
        (revenue, "revenue"),
        (income_before, "operating income"),
        (revenue_before, "revenue"),
    )
    rows = [fact for _, fact in (*leaves.values(), *leaves_before.values())]
    return [
        Finding(
            period=period,
            severity=at_most(severity, Severity.HIGH),
            template="R04",
            values={
                "m0": wording.percent(before),
                "m1": wording.percent(now),
                "drivers": ", ".join(named),
                "amt": context.money(abs(amount)),
                "direction": "more" if amount > 0 else "less",
                "period": period.label,
                "previous_period": income_before.period.label,
            },
            inputs=(
                *((fact, f"{role}, {fact.period.label}") for fact, role in core),
                *((fact, f"driver: {fact.label.strip()}, {fact.period.label}") for fact in rows),
            ),
            calculations=(
                *(
                    calculation(
                        f"operating margin, {fact.period.label}",
                        f"{context.money(fact.value)} / {context.money(base.value)}",
                        share,
                        wording.percent(share),
                        (fact, base),
                    )
                    for fact, base, share in (
                        (income_before, revenue_before, before),
                        (income, revenue, now),
                    )
                ),
                *(
                    calculation(
                        driver.label,
                        "change of its share of revenue",
                        driver.shift,
                        wording.basis_points(driver.shift),
                        (),
                    )
                    for driver in drivers
                ),
            ),
            threshold="|change| of at least 1.0 pp; unexplained part at most 0.05 pp",
            margin=rounding_margin(
                (income, revenue, income_before, revenue_before),
                lambda moved: abs(moved[0] / moved[1] - moved[2] / moved[3]) >= MARGIN_STEP,
            ),
            amount=amount,
            chart=_bridge_chart(before, drivers, now, (income_before.period, period)),
        )
    ]


def _leaves(context: Context, income: Fact, revenue: Fact) -> dict[int, tuple[int, Fact]]:
    """Return the printed rows that make operating income out of revenue: row → (sign, fact)."""
    found: dict[int, tuple[int, Fact]] = {}
    open_: list[tuple[int, Fact]] = [(1, income)]
    reaches_revenue = False
    while open_:
        sign, fact = open_.pop()
        relation = context.view.sum_of(fact)
        if fact.fact_id == revenue.fact_id:
            reaches_revenue = sign == 1
        elif relation is None:
            found[fact.row] = (sign, fact)
        else:
            for weight, member in zip(relation.weights, relation.members, strict=True):
                part = context.view.by_id(member)
                if part is not None:
                    open_.append((sign * weight, part))
    if not reaches_revenue:
        raise CannotCompute("the printed rows do not add up from revenue to operating income")
    return dict(sorted(found.items()))


def _drivers(
    now: Mapping[int, tuple[int, Fact]],
    before: Mapping[int, tuple[int, Fact]],
    revenue: Decimal,
    revenue_before: Decimal,
) -> list[_Driver]:
    drivers = []
    for row in sorted({*now, *before}):
        share = _contribution(now.get(row)) / revenue
        share_before = _contribution(before.get(row)) / revenue_before
        label = (now.get(row) or before[row])[1].label.strip(" $")
        drivers.append(_Driver(label, share - share_before))
    return sorted(drivers, key=lambda driver: -abs(driver.shift))


def _contribution(leaf: tuple[int, Fact] | None) -> Decimal:
    """Return what a row adds to operating income; a row blank in a proven sum adds nothing."""
    if leaf is None:
        return Decimal(0)
    sign, fact = leaf
    return sign * fact.printed_value * fact.scale


def _bridge_chart(
    before: Decimal, drivers: Sequence[_Driver], now: Decimal, periods: tuple[Period, Period]
) -> Chart:
    drawn = [(driver.label, driver.shift * 100, None) for driver in drivers[:STEPS_DRAWN]]
    rest = sum((driver.shift for driver in drivers[STEPS_DRAWN:]), Decimal(0))
    if len(drivers) > STEPS_DRAWN:
        drawn.append(("Other printed rows", rest * 100, None))
    steps = [(periods[0].label, before * 100, None), *drawn, (periods[1].label, now * 100, None)]
    return charts.waterfall("Operating margin", "percent", steps, (0, len(steps) - 1))
