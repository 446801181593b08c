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
from services.domain.insights import Calculation, Chart, Severity
from services.domain.periods import Period
from services.domain.reports import Fact

MARGIN_STEP = Decimal("0.01")
BRIDGE_RESIDUAL = Decimal("0.0005")
DRIVERS_NAMED = 3
STEPS_DRAWN = 6

Leaves = Mapping[int, tuple[int, Fact]]


class Side(NamedTuple):
    """Operating margin of one period."""

    income: Fact
    revenue: Fact

    @property
    def margin(self) -> Decimal:
        """Operating income over revenue; raises CannotCompute without revenue."""
        return ratio(self.income.value, self.revenue.value, "revenue")

    @property
    def label(self) -> str:
        """The period in words."""
        return self.income.period.label


class _Driver(NamedTuple):
    """One printed row and what it moved the margin by (a fraction of revenue)."""

    label: str
    shift: Decimal
    facts: tuple[Fact, ...]


def margin_bridge(context: Context) -> list[Finding]:
    """R04: operating margin moved by a point or more, explained by the printed rows."""
    if context.profile.financial:
        raise CannotCompute("operating margin has no meaning for a bank or insurer")
    period = context.current()
    now = _side(context, period)
    before = _side(context, context.view.year_before("operating_income", period))
    delta = now.margin - before.margin
    amount = delta * now.revenue.value
    severity = context.severity(amount)
    if abs(delta) < MARGIN_STEP or severity is None:
        return []
    if (now.income.value < 0) != (before.income.value < 0):
        severity = raised(severity)
    drivers = _drivers(context, before, now)
    if abs(delta - sum((driver.shift for driver in drivers), Decimal(0))) > BRIDGE_RESIDUAL:
        raise CannotCompute("the printed rows explain the change in margin only in part")
    return [
        Finding(
            period=period,
            severity=at_most(severity, Severity.HIGH),
            template="R04",
            values=_words(context, before, now, drivers),
            inputs=_inputs(before, now, drivers),
            calculations=_steps(context, before, now, drivers),
            threshold="|change| of at least 1.0 pp; unexplained part at most 0.05 pp",
            margin=rounding_margin((*now, *before), _still_moves),
            amount=amount,
            chart=_chart(before, now, drivers),
        )
    ]


def _side(context: Context, period: Period | None) -> Side:
    return Side(context.fact("operating_income", period), context.fact("revenue", period))


def _still_moves(moved: Sequence[Decimal]) -> bool:
    return abs(moved[0] / moved[1] - moved[2] / moved[3]) >= MARGIN_STEP


def _drivers(context: Context, before: Side, now: Side) -> list[_Driver]:
    leaves, leaves_before = leaves_of(context, now), leaves_of(context, before)
    drivers = []
    for row in sorted({*leaves, *leaves_before}):
        share = contribution(leaves, row) / now.revenue.value
        share_before = contribution(leaves_before, row) / before.revenue.value
        facts = tuple(side[row][1] for side in (leaves, leaves_before) if row in side)
        drivers.append(_Driver(facts[0].label.strip(" $"), share - share_before, facts))
    return sorted(drivers, key=lambda driver: -abs(driver.shift))


def leaves_of(context: Context, side: Side) -> dict[int, tuple[int, Fact]]:
    """Return the printed rows that make operating income out of revenue: row → (sign, fact)."""
    found: dict[int, tuple[int, Fact]] = {}
    open_: list[tuple[int, Fact]] = [(1, side.income)]
    reaches_revenue = False
    while open_:
        sign, fact = open_.pop()
        relation = context.view.sum_of(fact)
        if fact.fact_id == side.revenue.fact_id:
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
    return found


def contribution(leaves: Leaves, row: int) -> Decimal:
    """Return what a row adds to operating income; a row blank in a proven sum adds nothing."""
    if row not in leaves:
        return Decimal(0)
    sign, fact = leaves[row]
    return sign * fact.printed_value * fact.scale


def _words(context: Context, before: Side, now: Side, drivers: Sequence[_Driver]) -> dict[str, str]:
    delta = now.margin - before.margin
    named = [
        f"{driver.label} {wording.basis_points(driver.shift)}"
        for driver in drivers[:DRIVERS_NAMED]
        if wording.basis_points(driver.shift) != "0 bp"
    ]
    return {
        "m0": wording.percent(before.margin),
        "m1": wording.percent(now.margin),
        "drivers": ", ".join(named),
        "amt": context.money(abs(delta * now.revenue.value)),
        "more": "more" if delta > 0 else "less",
        "direction": "rose" if delta > 0 else "fell",
        "period": wording.stretch(now.income.period),
    }


def _inputs(before: Side, now: Side, drivers: Sequence[_Driver]) -> tuple[tuple[Fact, str], ...]:
    return (
        *((side.income, f"operating income, {side.label}") for side in (now, before)),
        *((side.revenue, f"revenue, {side.label}") for side in (now, before)),
        *(
            (fact, f"driver: {driver.label}, {fact.period.label}")
            for driver in drivers
            for fact in driver.facts
        ),
    )


def _steps(
    context: Context, before: Side, now: Side, drivers: Sequence[_Driver]
) -> tuple[Calculation, ...]:
    margins = tuple(
        calculation(
            f"operating margin, {side.label}",
            f"{context.money(side.income.value)} / {context.money(side.revenue.value)}",
            side.margin,
            wording.percent(side.margin),
            side,
        )
        for side in (before, now)
    )
    shifts = tuple(
        calculation(
            driver.label,
            "change of its share of revenue",
            driver.shift,
            wording.basis_points(driver.shift),
            (*driver.facts, now.revenue, before.revenue),
        )
        for driver in drivers
    )
    worth = (now.margin - before.margin) * now.revenue.value
    total = calculation(
        "worth of the change",
        "change of the margin × revenue",
        worth,
        context.money(worth),
        (*now, *before),
    )
    return (*margins, *shifts, total)


def _chart(before: Side, now: Side, drivers: Sequence[_Driver]) -> Chart:
    drawn = [(driver.label, driver.shift * 100, None) for driver in drivers[:STEPS_DRAWN]]
    rest = sum((driver.shift for driver in drivers[STEPS_DRAWN:]), Decimal(0))
    if len(drivers) > STEPS_DRAWN:
        drawn.append(("Other printed rows", rest * 100, None))
    steps = [
        (before.label, before.margin * 100, None),
        *drawn,
        (now.label, now.margin * 100, None),
    ]
    return charts.waterfall("Operating margin", "percent", steps, (0, len(steps) - 1))
