"""Budget against actual (R22): what differs, for better or worse, and what reconciles the profit line.

A budget's figures are never facts of the company: they are found here by their scenario, in this report or in
another file of the same company, and compared for one concept and one period.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from services.analysis import charts, wording
from services.analysis.compared import role, shown_amount
from services.analysis.facts_view import FactsView
from services.analysis.finding import CannotCompute, Context, Finding, calculation, rounding_margin
from services.analysis.margin_bridge import Side, contribution, leaves_of
from services.analysis.plans import teller
from services.domain.concepts import CONCEPTS
from services.domain.insights import Calculation, Chart, Severity
from services.domain.periods import Period
from services.domain.reports import Fact, Scenario

PROFITS = ("operating_income", "income_before_tax", "net_income", "gross_profit")
"""The line that is reconciled: the first of these that has a budget."""
_DRIVERS = {
    "gross_profit": ("revenue", "cost_of_revenue"),
    "operating_income": ("revenue", "cost_of_revenue", "research_and_development", "sga"),
    "income_before_tax": (
        "revenue", "cost_of_revenue", "research_and_development", "sga", "interest_expense",
    ),
    "net_income": (
        "revenue", "cost_of_revenue", "research_and_development", "sga", "interest_expense",
        "income_tax_expense",
    ),
}  # fmt: skip
_COSTS = {
    "cost_of_revenue", "research_and_development", "sga", "interest_expense", "income_tax_expense",
    "interest_paid", "income_taxes_paid", "capex",
}  # fmt: skip
_GAINS = {
    "revenue", "gross_profit", "operating_income", "income_before_tax", "net_income",
    "net_income_incl_nci", "eps_basic", "eps_diluted", "cash_from_operations",
}  # fmt: skip
"""Of all other lines more is not better or worse in itself: balances, shares, what is paid to owners, what only
moves cash between investing and financing, and depreciation, which follows from what was bought."""
_REST = "Not explained by the lines read"
_SIDES = {Scenario.BUDGET: "budget"}


@dataclass(frozen=True, slots=True)
class Variance:
    """One figure and its budget of the same period."""

    concept: str
    actual: Fact
    budget: Fact

    @property
    def amount(self) -> Decimal:
        """Actual less budget, in base units."""
        return self.actual.value - self.budget.value

    @property
    def share(self) -> Decimal | None:
        """The variance over the budget, None where that is not positive."""
        return self.amount / self.budget.value if self.budget.value > 0 else None

    @property
    def effect(self) -> Decimal:
        """What the variance adds to profit or cash: a cost or payment above budget takes away."""
        return -self.amount if self.concept in _COSTS else self.amount

    @property
    def verdict(self) -> str:
        """'favourable' or 'adverse', 'on budget', or '' where more is neither better nor worse in itself."""
        if self.concept not in _COSTS | _GAINS:
            return ""
        if self.effect == 0:
            return "on budget"
        return "favourable" if self.effect > 0 else "adverse"


def variances(view: FactsView, period: Period | None = None) -> list[Variance]:
    """Return the figures that have a budget, longest latest period first, then in the order of concepts."""
    order = {concept: place for place, concept in enumerate(CONCEPTS)}
    found = [
        Variance(concept, actual, budget)
        for (concept, when), budget in view.budgets().items()
        if (period is None or when == period)
        and isinstance(actual := view.get(concept, when), Fact)
        and actual.currency == budget.currency
    ]
    return sorted(
        found,
        key=lambda one: (
            -one.actual.period.end.toordinal(),
            -one.actual.period.days,
            order[one.concept],
        ),
    )


def against_budget(context: Context) -> list[Finding]:
    """R22: the profit line of the longest latest period is off its budget by more than performance materiality.

    Only one report of the company tells of a period: in the others it would be the same finding again.
    """
    found = variances(context.view)
    if not any(one.concept in PROFITS for one in found):
        raise CannotCompute(
            "no budget of a profit line was read; upload a workbook with budget columns"
        )
    tellers: list[str] = []
    for period in dict.fromkeys(one.actual.period for one in found):
        lines = [one for one in found if one.actual.period == period]
        line = _profit_of(lines)
        if line is None:
            continue
        if teller(context.view, line.actual, line.budget) != context.report_id:
            tellers.append(_document(context, line))
            continue
        limit = context.measured().performance
        return [_finding(context, line, lines)] if abs(line.amount) > limit else []
    raise CannotCompute(f"the variance from the budget is told with {tellers[0]}")


def _profit_of(lines: Sequence[Variance]) -> Variance | None:
    named = {one.concept: one for one in lines}
    return next((named[name] for name in PROFITS if name in named), None)


def _document(context: Context, line: Variance) -> str:
    home = teller(context.view, line.actual, line.budget)
    facts = context.view.everything()
    return next((fact.source.document for fact in facts if fact.report_id == home), home)


Step = tuple[str, Decimal, tuple[Fact, ...]]
"""One bar between budget and actual: its name, what it adds to the profit line, its facts."""


def bridge(context: Context, line: Variance, lines: Sequence[Variance]) -> list[Step]:
    """Return the steps from budget to actual, which add up to the line's variance exactly.

    Where the printed rows make operating income out of revenue in both columns, each row is a step; else
    the figures with a budget are, and what they do not explain is a step of its own.
    """
    steps = _printed_steps(context, line, lines) or [
        (CONCEPTS[one.concept].name, one.effect, (one.actual, one.budget))
        for name in _DRIVERS[line.concept]
        for one in lines
        if one.concept == name
    ]
    rest = line.amount - sum((step for _, step, _ in steps), Decimal(0))
    return [*steps, (_REST, rest, ())] if rest else steps


def _printed_steps(context: Context, line: Variance, lines: Sequence[Variance]) -> list[Step]:
    revenue = next((one for one in lines if one.concept == "revenue"), None)
    one_table = line.actual.statement_id == line.budget.statement_id
    if line.concept != "operating_income" or revenue is None or not one_table:
        return []
    try:
        now = leaves_of(context, Side(line.actual, revenue.actual))
        plan = leaves_of(context, Side(line.budget, revenue.budget))
    except CannotCompute:
        return []
    rows = sorted({*now, *plan})
    steps: list[Step] = [
        (CONCEPTS["revenue"].name, revenue.amount, (revenue.actual, revenue.budget))
    ]
    for row in rows:
        facts = tuple(side[row][1] for side in (now, plan) if row in side)
        effect = contribution(now, row) - contribution(plan, row)
        if effect:
            steps.append((facts[0].label.strip(" $"), effect, facts))
    return steps


def _finding(context: Context, line: Variance, lines: Sequence[Variance]) -> Finding:
    steps = bridge(context, line, lines)
    limit = context.measured().performance
    largest = sorted(steps, key=lambda step: -abs(step[1]))[:3]
    return Finding(
        period=line.actual.period,
        subject=CONCEPTS[line.concept].name.lower(),
        severity=context.severity(line.amount) or Severity.LOW,
        template="R22",
        values={
            "line": CONCEPTS[line.concept].name,
            "a": context.money(line.actual.value),
            "b": context.money(line.budget.value),
            "d": context.money(line.amount),
            "pct": "" if line.share is None else f", {wording.growth(line.share)}",
            "verdict": line.verdict,
            "drivers": ", ".join(f"{name} {context.money(step)}" for name, step, _ in largest),
            "period": wording.stretch(line.actual.period),
        },
        inputs=_inputs(line, steps),
        calculations=(_variance(context, line), *_steps(context, steps)),
        threshold=f"off budget by more than performance materiality of {context.money(limit)}",
        margin=rounding_margin(
            (line.actual, line.budget), lambda moved: abs(moved[0] - moved[1]) > limit
        ),
        amount=line.amount,
        chart=budget_chart(line, steps),
    )


def _variance(context: Context, one: Variance) -> Calculation:
    return calculation(
        f"variance of {CONCEPTS[one.concept].name.lower()}, {one.actual.period.label}",
        "actual − budget",
        one.amount,
        shown_amount(context, one.actual, one.amount),
        (one.actual, one.budget),
    )


def _inputs(line: Variance, steps: Sequence[Step]) -> tuple[tuple[Fact, str], ...]:
    used = {fact.fact_id: fact for _, _, facts in steps for fact in facts}
    used = {fact.fact_id: fact for fact in (line.actual, line.budget)} | used
    return tuple(
        (fact, f"{_SIDES.get(fact.scenario, 'actual')}: {role(fact)}") for fact in used.values()
    )


def _steps(context: Context, steps: Sequence[Step]) -> list[Calculation]:
    return [
        calculation(
            f"effect of {name}",
            "what its variance adds to profit" if facts else "the variance less all named effects",
            step,
            context.money(step),
            facts,
        )
        for name, step, facts in steps
    ]


def budget_chart(line: Variance, steps: Sequence[Step]) -> Chart:
    """Draw the bridge from the budget to the actual figure."""
    drawn = [
        ("Budget", line.budget.value, line.budget),
        *((name, step, facts[0] if facts else None) for name, step, facts in steps),
        ("Actual", line.actual.value, line.actual),
    ]
    title = f"{CONCEPTS[line.concept].name}, budget to actual"
    return charts.waterfall(title, "money", drawn, (0, len(drawn) - 1))
