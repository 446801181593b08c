"""Balances that outgrow what drives them: receivables (A13), inventories (A14), payables (A15)."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import partial
from typing import NamedTuple

from services.analysis import charts, wording
from services.analysis.finding import (
    CannotCompute,
    Context,
    Finding,
    calculation,
    ratio,
    rounding_margin,
)
from services.domain.insights import Calculation, Chart, ChartSeries
from services.domain.reports import Fact

DAYS_GROWTH = Decimal("0.20")
YEAR = 365


class _Kind(NamedTuple):
    """A balance, the flow that drives it, and what its days are called."""

    template: str
    name: str
    concept: str
    driver: str
    driver_name: str
    days_name: str


RECEIVABLES = _Kind(
    "A13", "receivables", "accounts_receivable_net", "revenue", "revenue", "days sales outstanding"
)
INVENTORY = _Kind(
    "A14", "inventories", "inventory", "cost_of_revenue", "cost of revenue", "days of inventory"
)
PAYABLES = _Kind(
    "A15", "payables", "accounts_payable", "cost_of_revenue", "cost of revenue", "days of payables"
)


class _Case(NamedTuple):
    """A closing balance and its driver in two comparable periods of ``length`` days."""

    due: Fact
    driver: Fact
    due_before: Fact
    driver_before: Fact
    length: Decimal

    @property
    def facts(self) -> tuple[Fact, Fact, Fact, Fact]:
        return self.due, self.driver, self.due_before, self.driver_before

    @property
    def expected(self) -> Decimal:
        """The balance had it grown with its driver."""
        return self.due_before.value * self.driver.value / self.driver_before.value

    @property
    def excess(self) -> Decimal:
        return self.due.value - self.expected

    @property
    def days(self) -> Decimal:
        return self.length * self.due.value / self.driver.value

    @property
    def days_before(self) -> Decimal:
        return self.length * self.due_before.value / self.driver_before.value


def outgrown(kind: _Kind) -> Callable[[Context], list[Finding]]:
    """Return the run of one of these rules."""
    return partial(_outgrown, kind=kind)


def _outgrown(context: Context, kind: _Kind) -> list[Finding]:
    if context.profile.financial:
        raise CannotCompute(f"{kind.days_name} has no meaning for a bank or insurer")
    case = _case(context, kind)
    limit = context.measured().performance
    severity = context.severity(case.excess)
    values = [fact.value for fact in case.facts]
    if severity is None or not _outgrows(values, limit):
        return []
    roles = (kind.name, kind.driver_name, kind.name, kind.driver_name)
    return [
        Finding(
            period=case.driver.period,
            severity=severity,
            template=kind.template,
            values=_words(context, case),
            inputs=tuple(
                (fact, f"{role}, {fact.period.label}")
                for fact, role in zip(case.facts, roles, strict=True)
            ),
            calculations=_steps(context, case, kind),
            threshold=f"{kind.days_name} up more than 20 % and excess above {context.money(limit)}",
            margin=rounding_margin(case.facts, lambda moved: _outgrows(moved, limit)),
            amount=case.excess,
            chart=_chart(case, kind),
        )
    ]


def _case(context: Context, kind: _Kind) -> _Case:
    period = context.current()
    driver = context.fact(kind.driver, period)
    due = context.balance(kind.concept, period)
    earlier = context.view.year_before(kind.driver, period)
    driver_before = context.fact(kind.driver, earlier)
    due_before = context.balance(kind.concept, earlier)
    ratio(due_before.value, driver_before.value, f"earlier {kind.driver_name}")
    ratio(driver.value, due_before.value, f"earlier {kind.name}")
    ratio(due.value, driver.value, kind.driver_name)
    length = Decimal(YEAR if period.span == "FY" else period.days + 1)
    return _Case(due, driver, due_before, driver_before, length)


def _outgrows(moved: Sequence[Decimal], limit: Decimal) -> bool:
    due, driver, due_before, driver_before = moved
    growth = (due / driver) / (due_before / driver_before) - 1
    return growth > DAYS_GROWTH and due - due_before * driver / driver_before > limit


def _words(context: Context, case: _Case) -> dict[str, str]:
    return {
        "g_due": wording.growth(case.due.value / case.due_before.value - 1),
        "g_driver": wording.growth(case.driver.value / case.driver_before.value - 1),
        "excess": context.money(case.excess),
        "d0": wording.plain(case.days_before, 1),
        "d1": wording.plain(case.days, 1),
        "period": wording.stretch(case.driver.period),
    }


def _steps(context: Context, case: _Case, kind: _Kind) -> tuple[Calculation, ...]:
    formula = f"{case.length} × closing {kind.name} / {kind.driver_name}"
    sides = (
        (case.days_before, case.due_before, case.driver_before),
        (case.days, case.due, case.driver),
    )
    growths = (
        (kind.name, case.due, case.due_before),
        (kind.driver_name, case.driver, case.driver_before),
    )
    return (
        *(
            calculation(
                f"growth of {name}",
                f"{context.money(now.value)} / {context.money(before.value)} − 1",
                now.value / before.value - 1,
                wording.growth(now.value / before.value - 1),
                (now, before),
            )
            for name, now, before in growths
        ),
        *(
            calculation(
                f"{kind.days_name}, {due.period.label}",
                formula,
                value,
                wording.days(value),
                (due, driver),
            )
            for value, due, driver in sides
        ),
        calculation(
            f"{kind.name} above expectation",
            f"{context.money(case.due.value)} − {context.money(case.expected)}",
            case.excess,
            context.money(case.excess),
            case.facts,
        ),
    )


def _chart(case: _Case, kind: _Kind) -> Chart:
    names = (kind.name.capitalize(), kind.driver_name.capitalize())
    return charts.line(
        f"{names[0]} and {kind.driver_name} (start = 100)",
        "ratio",
        _indexed(names[0], (case.due_before, case.due)),
        _indexed(names[1], (case.driver_before, case.driver)),
    )


def _indexed(name: str, facts: Sequence[Fact]) -> ChartSeries:
    base = facts[0].value
    return charts.computed_series(
        name, [fact.period for fact in facts], [100 * fact.value / base for fact in facts]
    )
