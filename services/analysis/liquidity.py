"""Liquidity (K01): current, quick and cash ratio against their floors."""

from collections.abc import Iterator, Sequence
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
    ratio,
    rounding_margin,
)
from services.domain.insights import Calculation, Chart, Severity
from services.domain.periods import Period
from services.domain.reports import Fact

CURRENT_FLOOR, QUICK_FLOOR, CASH_FLOOR = Decimal(1), Decimal("0.7"), Decimal("0.2")
SUBSCRIPTION_SHARE = Decimal("0.25")


class _Liquidity(NamedTuple):
    """The liquidity ratios of one balance sheet, its facts by role, and proofs of absent rows."""

    period: Period
    current: Decimal
    quick: Decimal
    cash: Decimal
    facts: dict[str, Fact]
    absences: tuple[Absent, ...]

    @property
    def working_capital(self) -> Decimal:
        return self.facts["current assets"].value - self.facts["current liabilities"].value

    @property
    def breaches(self) -> list[str]:
        """The ratios below their floors, in words."""
        judged = (
            ("current ratio", self.current, CURRENT_FLOOR),
            ("quick ratio", self.quick, QUICK_FLOOR),
            ("cash ratio", self.cash, CASH_FLOOR),
        )
        return [f"{name} below {floor}" for name, value, floor in judged if value < floor]


def _liquidity(context: Context, period: Period) -> _Liquidity:
    facts = {
        "current assets": context.balance("total_current_assets", period),
        "current liabilities": context.balance("total_current_liabilities", period),
        "cash": context.balance("cash_and_equivalents", period),
        "receivables": context.balance("accounts_receivable_net", period),
    }
    securities = context.optional_balance("short_term_investments", period)
    absences = (securities,) if isinstance(securities, Absent) else ()
    if isinstance(securities, Fact):
        facts["short-term investments"] = securities
    liquid = facts["cash"].value + balance_value(securities)
    owed = facts["current liabilities"].value
    return _Liquidity(
        period=facts["current assets"].period,
        current=ratio(facts["current assets"].value, owed, "current liabilities"),
        quick=ratio(liquid + facts["receivables"].value, owed, "current liabilities"),
        cash=ratio(liquid, owed, "current liabilities"),
        facts=facts,
        absences=absences,
    )


def liquidity(context: Context) -> list[Finding]:
    """K01: current, quick or cash ratio below its floor."""
    context.need_balance_sheet()
    if (objection := context.profile.liquidity_objection) is not None:
        raise CannotCompute(objection)
    latest, earlier = context.balance_pair()
    now, before = _liquidity(context, latest), _liquidity(context, earlier)
    prepaid = _prepaid_share(context, now)
    worsening = now.working_capital < before.working_capital
    if not now.breaches or (prepaid >= SUBSCRIPTION_SHARE and not worsening):
        return []
    severe = now.current < CURRENT_FLOOR and now.quick < QUICK_FLOOR and worsening
    short = now.working_capital < 0
    return [
        Finding(
            period=now.period,
            severity=Severity.HIGH if severe else Severity.MEDIUM,
            template="K01",
            values={
                "q0": wording.plain(before.quick),
                "q1": wording.plain(now.quick),
                "c0": wording.plain(before.current),
                "c1": wording.plain(now.current),
                "cash": wording.plain(now.cash),
                "breaches": ", ".join(now.breaches),
                "date": now.period.label,
                "previous_date": before.period.label,
                "nwc": context.money(now.working_capital),
                "sector_note": _liquidity_note(prepaid),
            },
            inputs=tuple(
                (fact, f"{role}, {fact.period.label}")
                for side in (now, before)
                for role, fact in side.facts.items()
            ),
            calculations=(
                *(step for side in (now, before) for step in _liquidity_steps(side)),
                *_amounts(context, now, prepaid),
            ),
            threshold=f"current < {CURRENT_FLOOR}, quick < {QUICK_FLOOR} or cash < {CASH_FLOOR}",
            margin=_liquidity_margin(now),
            amount=-now.working_capital if short else None,
            chart=_liquidity_chart(before, now),
            tie_outs=tuple(absence.tie_out for absence in now.absences),
        )
    ]


def _prepaid_share(context: Context, now: _Liquidity) -> Decimal:
    """Return deferred revenue's share of current liabilities: owed in service, not in cash."""
    deferred = context.view.at("deferred_revenue_current", now.period)
    if not isinstance(deferred, Fact):
        return Decimal(0)
    return ratio(deferred.value, now.facts["current liabilities"].value, "current liabilities")


def _liquidity_note(prepaid: Decimal) -> str:
    if prepaid >= SUBSCRIPTION_SHARE:
        share = wording.percent(prepaid, 0)
        return f" Customers' prepayments are {share} of current liabilities and need no cash."
    return ""


def _liquidity_steps(side: _Liquidity) -> list[Calculation]:
    liquid = "cash + short-term investments"
    if "short-term investments" not in side.facts:
        liquid = "cash"
    formulas = (
        ("current ratio", "current assets / current liabilities", side.current),
        ("quick ratio", f"({liquid} + receivables) / current liabilities", side.quick),
        ("cash ratio", f"({liquid}) / current liabilities", side.cash),
    )
    return [
        calculation(
            f"{name}, {side.period.label}",
            formula,
            value,
            wording.plain(value),
            tuple(side.facts.values()),
        )
        for name, formula, value in formulas
    ]


def _amounts(context: Context, now: _Liquidity, prepaid: Decimal) -> Iterator[Calculation]:
    both = (now.facts["current assets"], now.facts["current liabilities"])
    capital = now.working_capital
    formula = "current assets − current liabilities"
    yield calculation("working capital", formula, capital, context.money(capital), both)
    deferred = context.view.at("deferred_revenue_current", now.period)
    if isinstance(deferred, Fact) and prepaid >= SUBSCRIPTION_SHARE:
        formula, shown = "deferred revenue / current liabilities", wording.percent(prepaid, 0)
        yield calculation("share of prepayments", formula, prepaid, shown, (deferred, both[1]))


def _liquidity_margin(now: _Liquidity) -> float:
    roles = list(now.facts)
    expected = now.breaches

    def holds(moved: Sequence[Decimal]) -> bool:
        value = dict(zip(roles, moved, strict=True))
        owed = value["current liabilities"]
        liquid = value["cash"] + value.get("short-term investments", Decimal(0))
        side = now._replace(
            current=value["current assets"] / owed,
            quick=(liquid + value["receivables"]) / owed,
            cash=liquid / owed,
        )
        return side.breaches == expected

    return rounding_margin(tuple(now.facts.values()), holds)


def _liquidity_chart(before: _Liquidity, now: _Liquidity) -> Chart:
    periods = (before.period, now.period)
    return charts.ratio_bands(
        "Liquidity ratios",
        "ratio",
        (("current ratio floor", None, CURRENT_FLOOR), ("quick ratio floor", None, QUICK_FLOOR)),
        charts.computed_series("Current ratio", periods, (before.current, now.current)),
        charts.computed_series("Quick ratio", periods, (before.quick, now.quick)),
        charts.computed_series("Cash ratio", periods, (before.cash, now.cash)),
    )
