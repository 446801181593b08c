"""Trend rules: revenue growth (R01), gross margin (R03) and profit swing (R08)."""

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
    counted,
    ratio,
    rounding_margin,
)
from services.domain.insights import Calculation, Severity
from services.domain.periods import Period
from services.domain.reports import Fact

GROWTH_PERIODS = 3
"""As many as an annual report prints; each further one adds doubt to the whole sentence."""
GROWTH_BREAK = Decimal("0.10")
MARGIN_STEP = Decimal("0.01")
STEADY_PERIODS = 3
MEANINGFUL_GROWTH = 10
"""A change of more than ten times its base is shown as 'n.m.'"""
_ONE = Decimal(1)


def revenue_growth(context: Context) -> list[Finding]:
    """R01: revenue of the latest period, its growth, and the compound growth of three or more."""
    series = _revenues(context)
    previous, latest = series[-2], series[-1]
    growth = latest.value / previous.value - 1
    breaks = len(series) > 2 and abs(growth - _growth_before(series)) > GROWTH_BREAK
    rising = growth >= 0
    return [
        Finding(
            period=latest.period,
            severity=Severity.MEDIUM if breaks else Severity.INFO,
            template="R01" if len(series) > 2 else "R01 two-periods",
            values=_growth_words(context, series, growth),
            inputs=tuple((fact, f"revenue, {fact.period.label}") for fact in reversed(series)),
            calculations=tuple(_growth_steps(context, series, growth)),
            threshold="always reported; medium when growth changed by more than 10 pp",
            margin=rounding_margin(
                (latest, previous), lambda moved: (moved[0] >= moved[1]) == rising
            ),
            amount=latest.value - previous.value,
            chart=charts.combo("Revenue", "money", charts.fact_series("Revenue", series)),
        )
    ]


def _revenues(context: Context) -> list[Fact]:
    latest = context.fact("revenue", context.current())
    series = context.view.series("revenue", latest.period)
    if len(series) < 2:
        raise CannotCompute("no revenue of the comparable earlier period was read")
    if any(fact.value <= 0 for fact in series):
        raise CannotCompute("earlier revenue is not positive, so growth has no meaning")
    return series[-GROWTH_PERIODS:]


def _growth_before(series: Sequence[Fact]) -> Decimal:
    return series[-2].value / series[-3].value - 1


def _compound(series: Sequence[Fact]) -> Decimal:
    years = len(series) - 1
    return (series[-1].value / series[0].value) ** (_ONE / years) - 1


def _growth_words(context: Context, series: Sequence[Fact], growth: Decimal) -> dict[str, str]:
    values = {
        "v": context.money(series[-1].value),
        "period": wording.stretch(series[-1].period),
        "yoy": wording.growth(growth),
        "previous": context.money(series[-2].value),
    }
    if len(series) > 2:
        values["n"] = str(len(series) - 1)
        values["cagr"] = wording.growth(_compound(series))
        values["before"] = wording.growth(_growth_before(series))
    return values


def _growth_steps(context: Context, series: Sequence[Fact], growth: Decimal) -> list[Calculation]:
    previous, latest = series[-2], series[-1]
    formula = f"{context.money(latest.value)} / {context.money(previous.value)} − 1"
    shown = wording.growth(growth)
    steps = [calculation("revenue growth", formula, growth, shown, (latest, previous))]
    if len(series) > 2:
        first, years = series[0], len(series) - 1
        rate = _compound(series)
        formula = f"({context.money(latest.value)} / {context.money(first.value)})^(1/{years}) − 1"
        steps.append(calculation("CAGR", formula, rate, wording.growth(rate), (latest, first)))
        steps.append(counted("years of compound growth", years, series))
        earlier, rate = series[-3], _growth_before(series)
        formula = f"{context.money(previous.value)} / {context.money(earlier.value)} − 1"
        shown = wording.growth(rate)
        steps.append(
            calculation("revenue growth before", formula, rate, shown, (previous, earlier))
        )
    return steps


class _Margin(NamedTuple):
    """Gross margin of one period: ``other`` is printed gross profit, or else cost of revenue."""

    value: Decimal
    revenue: Fact
    other: Fact
    printed: bool

    @property
    def role(self) -> str:
        return "gross profit" if self.printed else "cost of revenue"


def _gross_margin(context: Context, period: Period | None) -> _Margin:
    revenue = context.fact("revenue", period)
    printed = context.view.get("gross_profit", period)
    if not isinstance(printed, Missing) and not printed.derived_from:
        return _Margin(ratio(printed.value, revenue.value, "revenue"), revenue, printed, True)
    cost = context.fact("cost_of_revenue", period)
    share = ratio(revenue.value - cost.value, revenue.value, "revenue")
    return _Margin(share, revenue, cost, False)


def gross_margin(context: Context) -> list[Finding]:
    """R03: gross margin moved by a point or more, or the same way over three periods."""
    if context.profile.financial:
        raise CannotCompute("gross margin has no meaning for a bank or insurer")
    if context.profile.utility or context.profile.property_company:
        raise CannotCompute(
            "a utility or property company has no cost of sales to set against revenue"
        )
    margins = _gross_margins(context, context.current())
    if len(margins) < 2:
        raise CannotCompute("no comparable earlier period with gross margin was read")
    before, now = margins[-2], margins[-1]
    delta = now.value - before.value
    recent = margins[-STEADY_PERIODS:]
    steady = _monotone([margin.value for margin in recent])
    severity = context.severity(delta * now.revenue.value)
    if (abs(delta) < MARGIN_STEP and not steady) or severity is None:
        return []
    facts = (now.revenue, now.other, before.revenue, before.other)
    used = recent if steady else margins[-2:]
    return [
        Finding(
            period=now.revenue.period,
            severity=at_most(severity, Severity.HIGH),
            template="R03 steady" if steady else "R03",
            values=_margin_words(context, used, delta),
            inputs=_margin_inputs(used),
            calculations=(
                *(_margin_step(margin) for margin in used),
                *_change_steps(context, used, delta),
            ),
            threshold="|change| of at least 1.0 pp, or the same direction over three periods",
            margin=rounding_margin(facts, lambda moved: _same_way(moved, now, delta, steady)),
            amount=delta * now.revenue.value,
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
            margin = _gross_margin(context, earlier)
        except CannotCompute:
            break
        if margin.printed != margins[0].printed:
            break
        margins.append(margin)
        earlier = context.view.year_before("revenue", earlier)
    return margins[::-1]


def _margin_words(context: Context, used: Sequence[_Margin], delta: Decimal) -> dict[str, str]:
    before, now = used[-2], used[-1]
    return {
        "m0": wording.percent(before.value),
        "m1": wording.percent(now.value),
        "dbp": wording.basis_points(delta),
        "amt": context.money(abs(delta * now.revenue.value)),
        "more": "more" if delta > 0 else "less",
        "period": wording.stretch(now.revenue.period),
        "basis": "gross profit" if now.printed else "revenue less cost of revenue",
        "direction": "rose" if delta > 0 else "fell",
        "n": str(len(used) - 1),
    }


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
            (margin.other, f"{margin.role}, {margin.other.period.label}"),
        )
    )


def _margin_step(margin: _Margin) -> Calculation:
    formula = "gross profit / revenue" if margin.printed else "1 − cost of revenue / revenue"
    return calculation(
        f"gross margin, {margin.revenue.period.label}",
        formula,
        margin.value,
        wording.percent(margin.value),
        (margin.other, margin.revenue),
    )


def _change_steps(
    context: Context, used: Sequence[_Margin], delta: Decimal
) -> tuple[Calculation, ...]:
    facts, worth = [fact for fact, _ in _margin_inputs(used)], delta * used[-1].revenue.value
    shown = wording.basis_points(delta)
    return (
        calculation("change of gross margin", "margin − margin before", delta, shown, facts),
        calculation("worth of the change", "change × revenue", worth, context.money(worth), facts),
        counted("periods in one direction", len(used) - 1, facts),
    )


def profit_swing(context: Context) -> list[Finding]:
    """R08: the net result changed sign, or by more than overall materiality."""
    now = context.fact("net_income", context.current())
    before = context.fact("net_income", context.view.year_before("net_income", now.period))
    change = now.value - before.value
    overall = context.measured().overall
    swung = (now.value < 0) != (before.value < 0)
    if not swung and abs(change) <= overall:
        return []
    per_share = _eps_pair(context, now.period)
    name = "R08 swing" if swung else "R08"
    return [
        Finding(
            period=now.period,
            severity=Severity.HIGH if swung else Severity.MEDIUM,
            template=name if per_share else f"{name} without-eps",
            values=_profit_words(context, (before, now), per_share),
            inputs=(
                *((fact, f"net income, {fact.period.label}") for fact in (now, before)),
                *((fact, f"EPS, {fact.period.label}") for fact in reversed(per_share)),
            ),
            calculations=_profit_steps(context, now, before),
            threshold=f"sign change, or |change| above overall materiality "
            f"{context.money(overall)}",
            margin=rounding_margin(
                (now, before), lambda moved: _still_swings(moved, overall, swung)
            ),
            amount=change,
            chart=charts.bars(
                "Net income",
                "money",
                charts.fact_series("Net income", context.view.series("net_income", now.period)),
            ),
        )
    ]


def _profit_words(
    context: Context, pair: tuple[Fact, Fact], per_share: tuple[Fact, ...]
) -> dict[str, str]:
    before, now = pair
    change = now.value - before.value
    values = {
        "a": context.money(before.value),
        "b": context.money(now.value),
        "d": context.money(abs(change)),
        "direction": "rose" if change > 0 else "fell",
        "pct": _relative(change, before.value),
        "period": wording.stretch(now.period),
    }
    if per_share:
        values["e0"] = wording.per_share(per_share[0].value, context.currency)
        values["e1"] = wording.per_share(per_share[1].value, context.currency)
    return values


def _profit_steps(context: Context, now: Fact, before: Fact) -> tuple[Calculation, ...]:
    change, pair = now.value - before.value, (now, before)
    formula = f"{context.money(now.value)} − {context.money(before.value)}"
    step = calculation("change in net income", formula, change, context.money(change), pair)
    if _is_meaningless(change, before.value):
        return (step,)
    rate = change / before.value
    formula = f"{context.money(change)} / {context.money(before.value)}"
    return (step, calculation("net income growth", formula, rate, wording.growth(rate), pair))


def _still_swings(moved: Sequence[Decimal], overall: Decimal, swung: bool) -> bool:
    crosses = (moved[0] < 0) != (moved[1] < 0)
    return crosses == swung and (swung or abs(moved[0] - moved[1]) > overall)


def _eps_pair(context: Context, period: Period) -> tuple[Fact, ...]:
    for concept in ("eps_diluted", "eps_basic"):
        series = context.view.series(concept, period)
        if len(series) > 1:
            return series[-2], series[-1]
    return ()


def _relative(change: Decimal, base: Decimal) -> str:
    """Write a change in percent behind its amount; '' where the base is not positive or the change is absurd."""
    return "" if _is_meaningless(change, base) else f" or {wording.percent(abs(change / base))}"


def _is_meaningless(change: Decimal, base: Decimal) -> bool:
    return base <= 0 or abs(change / base) > MEANINGFUL_GROWTH
