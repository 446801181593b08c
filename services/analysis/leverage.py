"""Leverage (K03) and interest coverage (K04)."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from services.analysis import charts, wording
from services.analysis.finding import (
    CannotCompute,
    Context,
    Finding,
    balance_value,
    calculation,
    rounding_margin,
)
from services.domain.insights import Calculation, Severity
from services.domain.periods import Period
from services.domain.reports import Fact

LEVERAGED, CONCERN = Decimal(4), Decimal(6)
UTILITY_ALLOWANCE = Decimal(2)
COVER_WATCH, COVER_HIGH, COVER_CRITICAL = Decimal("2.5"), Decimal("1.5"), Decimal(1)


class _Leverage(NamedTuple):
    """Debt and EBITDA of one year with the facts behind them."""

    period: Period
    debt: Decimal
    liquid: Decimal
    ebitda: Decimal
    facts: dict[str, Fact]

    @property
    def multiple(self) -> Decimal:
        return self.debt / self.ebitda

    @property
    def net_multiple(self) -> Decimal:
        return (self.debt - self.liquid) / self.ebitda


def _leverage(context: Context, period: Period | None) -> _Leverage:
    income = context.fact("operating_income", period)
    facts = {
        "operating income": income,
        "depreciation and amortization": context.fact("depreciation_amortization", period),
        "long-term debt": context.balance("long_term_debt", income.period),
        "cash": context.balance("cash_and_equivalents", income.period),
    }
    ebitda = income.value + facts["depreciation and amortization"].value
    if ebitda <= 0:
        raise CannotCompute("EBITDA is not positive, so a multiple of it means nothing")
    short = context.optional_balance("short_term_debt", income.period)
    securities = context.optional_balance("short_term_investments", income.period)
    if isinstance(short, Fact):
        facts["short-term debt"] = short
    if isinstance(securities, Fact):
        facts["short-term investments"] = securities
    return _Leverage(
        period=income.period,
        debt=facts["long-term debt"].value + balance_value(short),
        liquid=facts["cash"].value + balance_value(securities),
        ebitda=ebitda,
        facts=facts,
    )


def leverage(context: Context) -> list[Finding]:
    """K03: debt above 4 (6) times EBITDA; two turns more for utilities."""
    if context.profile.financial:
        raise CannotCompute("debt is the raw material of a bank or insurer; EBITDA has no meaning")
    if context.profile.property_company:
        raise CannotCompute("EBITDA multiples mislead for a property company")
    period = context.year()
    now = _leverage(context, period)
    allowance = UTILITY_ALLOWANCE if context.profile.utility else Decimal(0)
    leveraged, concern = LEVERAGED + allowance, CONCERN + allowance
    if now.multiple <= leveraged:
        return []
    before = _earlier_leverage(context, period)
    values = {
        "x1": wording.times(now.multiple),
        "n1": wording.times(now.net_multiple),
        "debt": context.money(now.debt),
        "ebitda": context.money(now.ebitda),
        "limit": wording.times(leveraged, 0),
        "period": now.period.label,
    }
    sides = [now] if before is None else [before, now]
    if before is not None:
        values["x0"] = wording.times(before.multiple)
    facts = tuple(now.facts.values())
    return [
        Finding(
            period=now.period,
            severity=Severity.HIGH if now.multiple > concern else Severity.MEDIUM,
            template="K03 one-year" if before is None else "K03",
            values=values,
            inputs=tuple(
                (fact, f"{role}, {fact.period.label}")
                for side in reversed(sides)
                for role, fact in side.facts.items()
            ),
            calculations=tuple(step for side in sides for step in _leverage_steps(context, side)),
            threshold=f"debt / EBITDA above {leveraged}× (high above {concern}×)",
            margin=rounding_margin(facts, lambda moved: _stays_leveraged(now, moved, leveraged)),
            amount=now.debt,
            chart=charts.ratio_bands(
                "Debt / EBITDA",
                "ratio",
                (("leveraged", leveraged, concern), ("raises concern", concern, None)),
                charts.computed_series(
                    "Debt / EBITDA",
                    [side.period for side in sides],
                    [side.multiple for side in sides],
                ),
                charts.computed_series(
                    "Net debt / EBITDA",
                    [side.period for side in sides],
                    [side.net_multiple for side in sides],
                ),
            ),
        )
    ]


def _earlier_leverage(context: Context, period: Period) -> _Leverage | None:
    earlier = context.view.year_before("operating_income", period)
    try:
        return _leverage(context, earlier)
    except CannotCompute:
        return None


def _leverage_steps(context: Context, side: _Leverage) -> list[Calculation]:
    facts = tuple(side.facts.values())
    debt = " + ".join(role for role in ("short-term debt", "long-term debt") if role in side.facts)
    return [
        calculation(
            f"EBITDA, {side.period.label}",
            "operating income + depreciation and amortization (unadjusted)",
            side.ebitda,
            context.money(side.ebitda),
            facts[:2],
        ),
        calculation(
            f"debt / EBITDA, {side.period.label}",
            f"({debt}) / EBITDA",
            side.multiple,
            wording.times(side.multiple),
            facts,
        ),
    ]


def _stays_leveraged(now: _Leverage, moved: Sequence[Decimal], limit: Decimal) -> bool:
    value = dict(zip(now.facts, moved, strict=True))
    debt = value["long-term debt"] + value.get("short-term debt", Decimal(0))
    return debt > limit * (value["operating income"] + value["depreciation and amortization"])


def coverage(context: Context) -> list[Finding]:
    """K04: operating income covers interest less than 2.5 times."""
    if context.profile.financial:
        raise CannotCompute("interest is the raw material of a bank or insurer")
    period = context.current()
    income = context.fact("operating_income", period)
    interest = context.fact("interest_expense", period)
    if interest.value <= 0:
        raise CannotCompute("interest expense is not positive as printed")
    now = income.value / interest.value
    if now >= COVER_WATCH:
        return []
    pairs = [(income, interest), *_earlier_cover(context, period)]
    points = [(top.period, top.value / bottom.value) for top, bottom in reversed(pairs)]
    values = {
        "x1": wording.times(now, 1),
        "income": context.money(income.value),
        "interest": context.money(interest.value),
        "period": period.label,
        "x0": wording.times(points[0][1], 1),
    }
    return [
        Finding(
            period=period,
            severity=_cover_severity(now),
            template="K04" if len(pairs) > 1 else "K04 one-period",
            values=values,
            inputs=tuple(
                (fact, f"{role}, {fact.period.label}")
                for pair in pairs
                for fact, role in zip(pair, ("operating income", "interest expense"), strict=True)
            ),
            calculations=tuple(
                calculation(
                    f"interest coverage, {top.period.label}",
                    f"{context.money(top.value)} / {context.money(bottom.value)}",
                    top.value / bottom.value,
                    wording.times(top.value / bottom.value, 1),
                    (top, bottom),
                )
                for top, bottom in pairs
            ),
            threshold="below 2.5× (high below 1.5×, critical below 1.0×)",
            margin=rounding_margin(
                (income, interest),
                lambda moved: (
                    _cover_severity(moved[0] / moved[1]) is _cover_severity(now)
                    and moved[0] / moved[1] < COVER_WATCH
                ),
            ),
            chart=charts.ratio_bands(
                "Interest coverage",
                "ratio",
                (
                    ("critical", None, COVER_CRITICAL),
                    ("high", COVER_CRITICAL, COVER_HIGH),
                    ("watch", COVER_HIGH, COVER_WATCH),
                ),
                charts.computed_series(
                    "Operating income / interest",
                    [when for when, _ in points],
                    [value for _, value in points],
                ),
            ),
        )
    ]


def _earlier_cover(context: Context, period: Period) -> list[tuple[Fact, Fact]]:
    earlier = context.view.year_before("operating_income", period)
    top = context.view.get("operating_income", earlier)
    bottom = context.view.get("interest_expense", earlier)
    if isinstance(top, Fact) and isinstance(bottom, Fact) and bottom.value > 0:
        return [(top, bottom)]
    return []


def _cover_severity(cover: Decimal) -> Severity:
    if cover < COVER_CRITICAL:
        return Severity.CRITICAL
    return Severity.HIGH if cover < COVER_HIGH else Severity.LOW
