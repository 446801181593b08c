"""Trend rules: revenue growth, gross margin, profit swing and free cash flow."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from services.analysis import charts, wording
from services.analysis.facts_view import Missing
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
from services.domain.insights import Calculation, Severity
from services.domain.periods import Period
from services.domain.reports import Fact

GROWTH_BREAK = Decimal("0.10")
MARGIN_STEP = Decimal("0.01")
_ONE = Decimal(1)


def revenue_growth(context: Context) -> list[Finding]:
    """R01: revenue of the latest period, its growth, and the compound growth of three or more."""
    series = context.view.series("revenue", context.current())
    if not series:
        context.fact("revenue", context.income)
    if len(series) < 2:
        raise CannotCompute("no revenue of the comparable earlier period was read")
    first, previous, latest = series[0], series[-2], series[-1]
    if previous.value <= 0 or first.value <= 0:
        raise CannotCompute("earlier revenue is not positive, so growth has no meaning")
    growth = latest.value / previous.value - 1
    values = {
        "v": context.money(latest.value),
        "period": latest.period.label,
        "yoy": wording.growth(growth),
        "previous": context.money(previous.value),
    }
    steps = [
        calculation(
            "revenue growth",
            f"{context.money(latest.value)} / {context.money(previous.value)} − 1",
            growth,
            wording.growth(growth),
            (latest, previous),
        )
    ]
    template, severity = "R01 two-periods", Severity.INFO
    if len(series) > 2:
        template = "R01"
        years = len(series) - 1
        rate = _compound(latest.value / first.value, years)
        before = previous.value / series[-3].value - 1
        severity = Severity.MEDIUM if abs(growth - before) > GROWTH_BREAK else Severity.INFO
        values |= {"n": str(years), "cagr": wording.growth(rate), "before": wording.growth(before)}
        formula = f"({context.money(latest.value)} / {context.money(first.value)})^(1/{years}) − 1"
        steps.append(calculation("CAGR", formula, rate, wording.growth(rate), (latest, first)))
    rising = growth >= 0
    margin = rounding_margin((latest, previous), lambda moved: (moved[0] >= moved[1]) == rising)
    return [
        Finding(
            period=latest.period,
            severity=severity,
            template=template,
            values=values,
            inputs=tuple((fact, f"revenue, {fact.period.label}") for fact in series),
            calculations=tuple(steps),
            threshold="always reported; medium when growth changed by more than 10 pp",
            margin=margin,
            amount=latest.value - previous.value,
            chart=charts.combo("Revenue", "money", charts.fact_series("Revenue", series)),
        )
    ]


def _compound(multiple: Decimal, years: int) -> Decimal:
    return multiple ** (_ONE / years) - 1


class _Margin(NamedTuple):
    value: Decimal
    revenue: Fact
    other: Fact
    printed: bool


def _gross_margin(context: Context, period: Period | None) -> _Margin:
    revenue = context.fact("revenue", period)
    printed = context.view.get("gross_profit", period)
    if not isinstance(printed, Missing):
        return _Margin(ratio(printed.value, revenue.value, "revenue"), revenue, printed, True)
    cost = context.fact("cost_of_revenue", period)
    profit = revenue.value - cost.value
    return _Margin(ratio(profit, revenue.value, "revenue"), revenue, cost, False)


def gross_margin(context: Context) -> list[Finding]:
    """R03: gross margin moved by a point or more, or the same way over three periods."""
    if context.profile.financial:
        raise CannotCompute("gross margin has no meaning for a bank or insurer")
    margins = _gross_margins(context, context.current())
    if len(margins) < 2:
        raise CannotCompute("no comparable earlier period with gross margin was read")
    before, now = margins[-2], margins[-1]
    if before.printed != now.printed:
        raise CannotCompute("gross profit is printed for one of the two periods only")
    delta = now.value - before.value
    steady = _monotone([margin.value for margin in margins[-3:]])
    severity = context.severity(delta * now.revenue.value)
    if (abs(delta) < MARGIN_STEP and not steady) or severity is None:
        return []
    amount = delta * now.revenue.value
    facts = (now.revenue, now.other, before.revenue, before.other)
    return [
        Finding(
            period=now.revenue.period,
            severity=at_most(severity, Severity.HIGH),
            template="R03 steady" if steady else "R03",
            values={
                "m0": wording.percent(before.value),
                "m1": wording.percent(now.value),
                "dbp": wording.basis_points(delta),
                "amt": context.money(amount),
                "period": now.revenue.period.label,
                "previous_period": before.revenue.period.label,
                "basis": "gross profit" if now.printed else "revenue less cost of revenue",
                "direction": "rose" if delta > 0 else "fell",
                "n": str(len(margins[-3:]) - 1),
            },
            inputs=_margin_inputs(margins[-3:]),
            calculations=tuple(_margin_step(margin) for margin in (before, now)),
            threshold="|change| of at least 1.0 pp, or the same direction over three periods",
            margin=rounding_margin(facts, lambda moved: _same_way(moved, now, delta, steady)),
            amount=amount,
            chart=charts.line(
                "Gross margin",
                "percent",
                charts.computed_series(
                    "Gross margin",
                    [margin.revenue.period for margin in margins],
                    [margin.value * 100 for margin in margins],
                ),
            ),
        )
    ]


def _gross_margins(context: Context, period: Period) -> list[_Margin]:
    margins = [_gross_margin(context, period)]
    earlier = context.view.year_before("revenue", period)
    while earlier is not None:
        try:
            margins.append(_gross_margin(context, earlier))
        except CannotCompute:
            break
        earlier = context.view.year_before("revenue", earlier)
    return margins[::-1]


def _same_way(moved: Sequence[Decimal], now: _Margin, delta: Decimal, steady: bool) -> bool:
    shares = [
        other / revenue if now.printed else 1 - other / revenue
        for revenue, other in ((moved[0], moved[1]), (moved[2], moved[3]))
    ]
    change = shares[0] - shares[1]
    return (change > 0) == (delta > 0) and (steady or abs(change) >= MARGIN_STEP)


def _monotone(values: Sequence[Decimal]) -> bool:
    steps = [later - earlier for earlier, later in pairwise(values)]
    return len(steps) >= 2 and (all(step > 0 for step in steps) or all(step < 0 for step in steps))


def _margin_inputs(margins: Sequence[_Margin]) -> tuple[tuple[Fact, str], ...]:
    return tuple(
        pair
        for margin in reversed(margins)
        for pair in (
            (margin.revenue, f"revenue, {margin.revenue.period.label}"),
            (
                margin.other,
                f"{'gross profit' if margin.printed else 'cost of revenue'}, "
                f"{margin.other.period.label}",
            ),
        )
    )


def _margin_step(margin: _Margin) -> Calculation:
    formula = (
        "gross profit / revenue" if margin.printed else "(revenue − cost of revenue) / revenue"
    )
    return calculation(
        f"gross margin, {margin.revenue.period.label}",
        formula,
        margin.value,
        wording.percent(margin.value),
        (margin.other, margin.revenue),
    )


def profit_swing(context: Context) -> list[Finding]:
    """R08: the net result changed sign, or by more than overall materiality."""
    now = context.fact("net_income", context.current())
    before = context.fact("net_income", context.view.year_before("net_income", now.period))
    change = now.value - before.value
    swung = (now.value < 0) != (before.value < 0)
    overall = context.measured().overall
    if not swung and abs(change) <= overall:
        return []
    per_share = _eps_pair(context, now.period)
    values = {
        "a": context.money(before.value),
        "b": context.money(now.value),
        "d": context.money(abs(change)),
        "direction": "rose" if change > 0 else "fell",
        "pct": _relative(change, before.value),
        "period": now.period.label,
        "previous_period": before.period.label,
    }
    if per_share:
        values |= {
            "e0": wording.per_share(per_share[0].value, context.currency),
            "e1": wording.per_share(per_share[1].value, context.currency),
        }
    name = "R08 swing" if swung else "R08"
    inputs = [
        (now, f"net income, {now.period.label}"),
        (before, f"net income, {before.period.label}"),
    ]
    inputs += [(fact, f"{fact.label.strip()}, {fact.period.label}") for fact in per_share]
    return [
        Finding(
            period=now.period,
            severity=Severity.HIGH if swung else Severity.MEDIUM,
            template=name if per_share else f"{name} without-eps",
            values=values,
            inputs=tuple(inputs),
            calculations=(
                calculation(
                    "change in net income",
                    f"{context.money(now.value)} − {context.money(before.value)}",
                    change,
                    context.money(change),
                    (now, before),
                ),
            ),
            threshold=f"sign change, or |change| above overall materiality {context.money(overall)}",
            margin=rounding_margin(
                (now, before),
                lambda moved: (
                    ((moved[0] < 0) != (moved[1] < 0)) == swung
                    and (swung or abs(moved[0] - moved[1]) > overall)
                ),
            ),
            amount=change,
            chart=charts.bars(
                "Net income",
                "money",
                charts.fact_series("Net income", context.view.series("net_income", now.period)),
            ),
        )
    ]


def _eps_pair(context: Context, period: Period) -> tuple[Fact, ...]:
    for concept in ("eps_diluted", "eps_basic"):
        series = context.view.series(concept, period)
        if len(series) > 1:
            return series[-2], series[-1]
    return ()


def _relative(change: Decimal, base: Decimal) -> str:
    """Write a change in percent, 'n.m.' where the base is not positive or the change is absurd."""
    if base <= 0 or abs(change / base) > 10:
        return "n.m."
    return wording.growth(change / base)


def free_cash_flow(context: Context) -> list[Finding]:
    """R09: free cash flow changed sign, or by more than overall materiality."""
    period = context.current_cash()
    earlier = context.view.year_before("cash_from_operations", period)
    pairs = [
        (context.fact("cash_from_operations", when), context.fact("capex", when))
        for when in (period, earlier)
    ]
    (cfo, capex), (cfo_before, capex_before) = pairs
    now, before = cfo.value - capex.value, cfo_before.value - capex_before.value
    swung = (now < 0) != (before < 0)
    overall = context.measured().overall
    if not swung and abs(now - before) <= overall:
        return []
    roles = [("operating cash flow", cfo), ("capital expenditure", capex)]
    roles += [("operating cash flow", cfo_before), ("capital expenditure", capex_before)]
    facts = tuple(fact for _, fact in roles)
    return [
        Finding(
            period=period,
            severity=raised(Severity.MEDIUM) if swung else Severity.MEDIUM,
            template="R09",
            values={
                "fcf": context.money(now),
                "cfo": context.money(cfo.value),
                "capex": context.money(capex.value),
                "d": context.money(abs(now - before)),
                "direction": "more" if now > before else "less",
                "before": context.money(before),
                "period": period.label,
                "previous_period": cfo_before.period.label,
            },
            inputs=tuple((fact, f"{role}, {fact.period.label}") for role, fact in roles),
            calculations=tuple(
                calculation(
                    f"free cash flow, {flow.period.label}",
                    f"{context.money(flow.value)} − {context.money(spent.value)}",
                    flow.value - spent.value,
                    context.money(flow.value - spent.value),
                    (flow, spent),
                )
                for flow, spent in pairs
            ),
            threshold=f"sign change, or |change| above overall materiality {context.money(overall)}",
            margin=rounding_margin(
                facts,
                lambda moved: abs(moved[0] - moved[1] - moved[2] + moved[3]) > overall or swung,
            ),
            amount=now - before,
            chart=charts.waterfall(
                "Free cash flow",
                "money",
                (
                    (f"{cfo_before.period.label}", before, None),
                    ("Operating cash flow", cfo.value - cfo_before.value, None),
                    ("Capital expenditure", capex_before.value - capex.value, None),
                    (f"{period.label}", now, None),
                ),
                (0, 3),
            ),
        )
    ]
