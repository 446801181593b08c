"""Receivables that outgrow revenue (A13)."""

from collections.abc import Sequence
from decimal import Decimal
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

DSO_GROWTH = Decimal("0.20")
YEAR = 365


class _Case(NamedTuple):
    """Closing receivables and revenue of two comparable periods of ``length`` days."""

    due: Fact
    revenue: Fact
    due_before: Fact
    revenue_before: Fact
    length: Decimal

    @property
    def facts(self) -> tuple[Fact, Fact, Fact, Fact]:
        return self.due, self.revenue, self.due_before, self.revenue_before

    @property
    def expected(self) -> Decimal:
        """Receivables had they grown with revenue."""
        return self.due_before.value * self.revenue.value / self.revenue_before.value

    @property
    def excess(self) -> Decimal:
        return self.due.value - self.expected

    @property
    def days(self) -> Decimal:
        return self.length * self.due.value / self.revenue.value

    @property
    def days_before(self) -> Decimal:
        return self.length * self.due_before.value / self.revenue_before.value


def receivables(context: Context) -> list[Finding]:
    """A13: days sales outstanding up by over 20 % and receivables above what revenue explains."""
    if context.profile.financial:
        raise CannotCompute("receivable days have no meaning for a bank or insurer")
    case = _case(context)
    limit = context.measured().performance
    severity = context.severity(case.excess)
    values = [fact.value for fact in case.facts]
    if severity is None or not _outgrows(values, limit):
        return []
    roles = ("receivables", "revenue", "receivables", "revenue")
    return [
        Finding(
            period=case.revenue.period,
            severity=severity,
            template="A13",
            values=_words(context, case),
            inputs=tuple(
                (fact, f"{role}, {fact.period.label}")
                for fact, role in zip(case.facts, roles, strict=True)
            ),
            calculations=_steps(context, case),
            threshold=f"DSO up more than 20 % and excess above {context.money(limit)}",
            margin=rounding_margin(case.facts, lambda moved: _outgrows(moved, limit)),
            amount=case.excess,
            chart=_chart(case),
        )
    ]


def _case(context: Context) -> _Case:
    period = context.current()
    revenue = context.fact("revenue", period)
    due = context.balance("accounts_receivable_net", period)
    earlier = context.view.year_before("revenue", period)
    revenue_before = context.fact("revenue", earlier)
    due_before = context.balance("accounts_receivable_net", earlier)
    ratio(due_before.value, revenue_before.value, "earlier revenue")
    ratio(revenue.value, due_before.value, "earlier receivables")
    ratio(due.value, revenue.value, "revenue")
    length = Decimal(YEAR if period.span == "FY" else period.days + 1)
    return _Case(due, revenue, due_before, revenue_before, length)


def _outgrows(moved: Sequence[Decimal], limit: Decimal) -> bool:
    due, revenue, due_before, revenue_before = moved
    growth = (due / revenue) / (due_before / revenue_before) - 1
    return growth > DSO_GROWTH and due - due_before * revenue / revenue_before > limit


def _words(context: Context, case: _Case) -> dict[str, str]:
    return {
        "g_ar": wording.growth(case.due.value / case.due_before.value - 1),
        "g_rev": wording.growth(case.revenue.value / case.revenue_before.value - 1),
        "excess": context.money(case.excess),
        "d0": wording.plain(case.days_before, 1),
        "d1": wording.plain(case.days, 1),
        "period": wording.stretch(case.revenue.period),
    }


def _steps(context: Context, case: _Case) -> tuple[Calculation, ...]:
    formula = f"{case.length} × closing receivables / revenue"
    sides = (
        (case.days_before, case.due_before, case.revenue_before),
        (case.days, case.due, case.revenue),
    )
    return (
        *(
            calculation(
                f"days sales outstanding, {due.period.label}",
                formula,
                value,
                wording.days(value),
                (due, revenue),
            )
            for value, due, revenue in sides
        ),
        calculation(
            "receivables above expectation",
            f"{context.money(case.due.value)} − {context.money(case.expected)}",
            case.excess,
            context.money(case.excess),
            case.facts,
        ),
    )


def _chart(case: _Case) -> Chart:
    return charts.line(
        "Receivables and revenue (start = 100)",
        "ratio",
        _indexed("Receivables", (case.due_before, case.due)),
        _indexed("Revenue", (case.revenue_before, case.revenue)),
    )


def _indexed(name: str, facts: Sequence[Fact]) -> ChartSeries:
    base = facts[0].value
    return charts.computed_series(
        name, [fact.period for fact in facts], [100 * fact.value / base for fact in facts]
    )
