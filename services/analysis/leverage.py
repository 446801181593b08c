"""Leverage (K03) and interest coverage (K04)."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from services.analysis import charts, wording
from services.analysis.facts_view import Absent
from services.analysis.finding import (
    CannotCompute,
    Context,
    Finding,
    balance_value,
    calculation,
    rounding_margin,
)
from services.domain.insights import Calculation, Chart, Severity
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
    absences: tuple[Absent, ...]

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
        absences=tuple(found for found in (short, securities) if isinstance(found, Absent)),
    )


def leverage(context: Context) -> list[Finding]:
    """K03: debt above 4 (6) times EBITDA; two turns more for utilities."""
    if context.profile.financial:
        raise CannotCompute("debt is the raw material of a bank or insurer; EBITDA has no meaning")
    if context.profile.property_company:
        raise CannotCompute("EBITDA multiples mislead for a property company")
    now = _leverage(context, context.year())
    allowance = UTILITY_ALLOWANCE if context.profile.utility else Decimal(0)
    leveraged, concern = LEVERAGED + allowance, CONCERN + allowance
    if now.multiple <= leveraged:
        return []
    before = _earlier_leverage(context, now.period)
    sides = [now] if before is None else [before, now]
    return [
        Finding(
            period=now.period,
            severity=Severity.HIGH if now.multiple > concern else Severity.MEDIUM,
            template="K03 one-year" if before is None else "K03",
            values=_leverage_words(context, sides, leveraged),
            inputs=tuple(
                (fact, f"{role}, {fact.period.label}")
                for side in reversed(sides)
                for role, fact in side.facts.items()
            ),
            calculations=tuple(step for side in sides for step in _leverage_steps(context, side)),
            threshold=f"debt / EBITDA above {leveraged}× (high above {concern}×)",
            margin=rounding_margin(
                tuple(now.facts.values()), lambda moved: _stays_leveraged(now, moved, leveraged)
            ),
            amount=now.debt,
            chart=_leverage_chart(sides, leveraged, concern),
            tie_outs=tuple(absence.tie_out for absence in now.absences),
        )
    ]


def _leverage_words(
    context: Context, sides: Sequence[_Leverage], leveraged: Decimal
) -> dict[str, str]:
    now = sides[-1]
    return {
        "x0": wording.times(sides[0].multiple),
        "x1": wording.times(now.multiple),
        "n1": wording.times(now.net_multiple),
        "debt": context.money(now.debt),
        "ebitda": context.money(now.ebitda),
        "limit": wording.times(leveraged, 0),
        "period": wording.stretch(now.period),
    }


def _leverage_chart(sides: Sequence[_Leverage], leveraged: Decimal, concern: Decimal) -> Chart:
    periods = [side.period for side in sides]
    return charts.ratio_bands(
        "Debt / EBITDA",
        "ratio",
        (("leveraged", leveraged, concern), ("raises concern", concern, None)),
        charts.computed_series("Debt / EBITDA", periods, [side.multiple for side in sides]),
        charts.computed_series("Net debt / EBITDA", periods, [side.net_multiple for side in sides]),
    )


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
            f"debt, {side.period.label}",
            debt,
            side.debt,
            context.money(side.debt),
            tuple(side.facts[role] for role in debt.split(" + ")),
        ),
        calculation(
            f"net debt / EBITDA, {side.period.label}",
            f"({debt} − cash and securities) / EBITDA",
            side.net_multiple,
            wording.times(side.net_multiple),
            facts,
        ),
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


class _Cover(NamedTuple):
    """Operating income and interest expense of one period."""

    income: Fact
    interest: Fact

    @property
    def times(self) -> Decimal:
        return self.income.value / self.interest.value

    @property
    def label(self) -> str:
        return self.income.period.label


def coverage(context: Context) -> list[Finding]:
    """K04: operating income covers interest less than 2.5 times."""
    if context.profile.financial:
        raise CannotCompute("interest is the raw material of a bank or insurer")
    period = context.current()
    now = _Cover(context.fact("operating_income", period), context.fact("interest_expense", period))
    if now.interest.value <= 0:
        raise CannotCompute("interest expense is not positive as printed")
    if now.times >= COVER_WATCH:
        return []
    sides = [*_earlier_cover(context, period), now]
    return [
        Finding(
            period=period,
            severity=_cover_severity(now.times),
            template="K04" if len(sides) > 1 else "K04 one-period",
            values={
                "x0": wording.times(sides[0].times, 1),
                "x1": wording.times(now.times, 1),
                "income": context.money(now.income.value),
                "interest": context.money(now.interest.value),
                "period": wording.stretch(period),
            },
            inputs=tuple(
                pair
                for side in reversed(sides)
                for pair in (
                    (side.income, f"operating income, {side.label}"),
                    (side.interest, f"interest expense, {side.label}"),
                )
            ),
            calculations=tuple(_cover_step(context, side) for side in sides),
            threshold="below 2.5× (high below 1.5×, critical below 1.0×)",
            margin=rounding_margin(now, lambda moved: _same_cover(moved, now)),
            chart=_cover_chart(sides),
        )
    ]


def _same_cover(moved: Sequence[Decimal], now: _Cover) -> bool:
    cover = moved[0] / moved[1]
    return cover < COVER_WATCH and _cover_severity(cover) is _cover_severity(now.times)


def _cover_step(context: Context, side: _Cover) -> Calculation:
    return calculation(
        f"interest coverage, {side.label}",
        f"{context.money(side.income.value)} / {context.money(side.interest.value)}",
        side.times,
        wording.times(side.times, 1),
        side,
    )


def _cover_chart(sides: Sequence[_Cover]) -> Chart:
    return charts.ratio_bands(
        "Interest coverage",
        "ratio",
        (
            ("critical", None, COVER_CRITICAL),
            ("high", COVER_CRITICAL, COVER_HIGH),
            ("watch", COVER_HIGH, COVER_WATCH),
        ),
        charts.computed_series(
            "Operating income / interest",
            [side.income.period for side in sides],
            [side.times for side in sides],
        ),
    )


def _earlier_cover(context: Context, period: Period) -> list[_Cover]:
    earlier = context.view.year_before("operating_income", period)
    top = context.view.get("operating_income", earlier)
    bottom = context.view.get("interest_expense", earlier)
    if isinstance(top, Fact) and isinstance(bottom, Fact) and bottom.value > 0:
        return [_Cover(top, bottom)]
    return []


def _cover_severity(cover: Decimal) -> Severity:
    if cover < COVER_CRITICAL:
        return Severity.CRITICAL
    return Severity.HIGH if cover < COVER_HIGH else Severity.LOW
