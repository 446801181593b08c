"""Budget and forecast against actual (R22): what differs, for better or worse, what reconciles the profit line.

A plan's figures are never facts of the company: they are found here by their scenario, in this report or in
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
from services.analysis.plans import pairs, teller
from services.domain.concepts import CONCEPTS, StatementKind
from services.domain.insights import Calculation, Chart, Severity
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
GAINS = {
    "revenue", "gross_profit", "operating_income", "income_before_tax", "net_income",
    "net_income_incl_nci", "eps_basic", "eps_diluted", "cash_from_operations",
}  # fmt: skip
"""Of all other lines more is not better or worse in itself: balances, shares, what is paid to owners, what only
moves cash between investing and financing, and depreciation, which follows from what was bought."""
_REST = "Not explained by the lines read"
PLANS = (Scenario.BUDGET, Scenario.FORECAST)


@dataclass(frozen=True, slots=True)
class Variance:
    """One figure and its budget or forecast of the same period."""

    actual: Fact
    plan: Fact

    @property
    def concept(self) -> str | None:
        """The standard meaning of both, None for a row that has none."""
        return self.actual.concept

    @property
    def name(self) -> str:
        """The name of the standard meaning, else the row's label as printed."""
        known = CONCEPTS.get(self.concept or "")
        return known.name if known else self.actual.label.strip(" $")

    @property
    def against(self) -> str:
        """What the figure is held against: 'budget' or 'forecast'."""
        return self.plan.scenario.value

    @property
    def amount(self) -> Decimal:
        """Actual less plan, in base units."""
        return self.actual.value - self.plan.value

    @property
    def share(self) -> Decimal | None:
        """The variance over the plan, None where that is not positive."""
        return self.amount / self.plan.value if self.plan.value > 0 else None

    @property
    def effect(self) -> Decimal:
        """What the variance adds to profit or cash: a cost or payment above plan takes away."""
        return -self.amount if self.concept in _COSTS else self.amount

    @property
    def verdict(self) -> str:
        """'favourable' or 'adverse', 'on budget', or '' where more is neither better nor worse in itself."""
        if self.concept not in _COSTS | GAINS:
            return ""
        if self.effect == 0:
            return f"on {self.against}"
        return "favourable" if self.effect > 0 else "adverse"


def variances(view: FactsView) -> list[Variance]:
    """Return the figures that have a plan, longest latest period first, then in the order of their rows.

    Balance sheets and cash flow follow income. A figure that has a budget and a forecast stands there twice,
    with the budget first.
    """
    found = [Variance(actual, plan) for actual, plan in pairs(view)]
    kinds = list(StatementKind)
    places = {
        one.actual.statement_id: kinds.index(CONCEPTS[one.concept].statement)
        for one in found
        if one.concept is not None
    }
    return sorted(
        found,
        key=lambda one: (
            -one.actual.period.end.toordinal(),
            -one.actual.period.days,
            places.get(one.actual.statement_id, len(kinds)),
            one.actual.statement_id,
            one.actual.row,
            PLANS.index(one.plan.scenario),
        ),
    )


def against_budget(context: Context) -> list[Finding]:
    """R22: the profit line of the longest latest period is off its budget by more than performance materiality.

    So for a forecast. Only one report of the company tells of a period: in the others it would be the same
    finding again.
    """
    found = variances(context.view)
    first = next((one for one in found if one.concept in PROFITS), None)
    if first is None:
        raise CannotCompute(
            "no budget or forecast of a profit line was read; upload a workbook with budget columns"
        )
    told = [
        here
        for scenario in PLANS
        if (here := _told_here(context, [one for one in found if one.plan.scenario is scenario]))
    ]
    if not told:
        home = _document(context, first)
        raise CannotCompute(f"the variance from the {first.against} is told with {home}")
    limit = context.measured().performance
    return [_finding(context, line, lines) for line, lines in told if abs(line.amount) > limit]


def _told_here(
    context: Context, found: Sequence[Variance]
) -> tuple[Variance, list[Variance]] | None:
    """Return the profit line of the longest latest period that this report tells of, and all its lines."""
    for period in dict.fromkeys(one.actual.period for one in found):
        lines = [one for one in found if one.actual.period == period]
        named = {one.concept: one for one in lines}
        line = next((named[name] for name in PROFITS if name in named), None)
        if line is not None and teller(context.view, line.actual, line.plan) == context.report_id:
            return line, lines
    return None


def _document(context: Context, line: Variance) -> str:
    home = teller(context.view, line.actual, line.plan)
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
        (one.name, one.effect, (one.actual, one.plan))
        for name in _DRIVERS[line.concept or ""]
        for one in lines
        if one.concept == name
    ]
    rest = line.amount - sum((step for _, step, _ in steps), Decimal(0))
    return [*steps, (_REST, rest, ())] if rest else steps


def _printed_steps(context: Context, line: Variance, lines: Sequence[Variance]) -> list[Step]:
    revenue = next((one for one in lines if one.concept == "revenue"), None)
    one_table = line.actual.statement_id == line.plan.statement_id
    if line.concept != "operating_income" or revenue is None or not one_table:
        return []
    try:
        now = leaves_of(context, Side(line.actual, revenue.actual))
        plan = leaves_of(context, Side(line.plan, revenue.plan))
    except CannotCompute:
        return []
    rows = sorted({*now, *plan})
    steps: list[Step] = [(CONCEPTS["revenue"].name, revenue.amount, (revenue.actual, revenue.plan))]
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
        key="" if line.plan.scenario is Scenario.BUDGET else line.against,
        subject=f"{line.name.lower()}{_beside(line)}",
        severity=context.severity(line.amount) or Severity.LOW,
        template="R22",
        values={
            "line": line.name,
            "a": context.money(line.actual.value),
            "b": context.money(line.plan.value),
            "d": context.money(line.amount),
            "pct": "" if line.share is None else f", {wording.growth(line.share)}",
            "against": line.against,
            "verdict": line.verdict,
            "drivers": ", ".join(f"{name} {context.money(step)}" for name, step, _ in largest),
            "period": wording.stretch(line.actual.period),
        },
        inputs=_inputs(line, steps),
        calculations=(_variance(context, line), *_steps(context, steps), *_share(line)),
        threshold=f"off {line.against} by more than performance materiality of {context.money(limit)}",
        margin=rounding_margin(
            (line.actual, line.plan), lambda moved: abs(moved[0] - moved[1]) > limit
        ),
        amount=line.amount,
        chart=budget_chart(line, steps),
    )


def _beside(line: Variance) -> str:
    return "" if line.plan.scenario is Scenario.BUDGET else f", {line.against}"


def _share(one: Variance) -> list[Calculation]:
    if one.share is None:
        return []
    formula, shown = "(actual − plan) / plan", wording.growth(one.share)
    return [calculation("variance, share", formula, one.share, shown, (one.actual, one.plan))]


def _variance(context: Context, one: Variance) -> Calculation:
    return calculation(
        f"variance of {one.name.lower()}, {one.actual.period.label}",
        f"actual − {one.against}",
        one.amount,
        shown_amount(context, one.actual, one.amount),
        (one.actual, one.plan),
    )


def _inputs(line: Variance, steps: Sequence[Step]) -> tuple[tuple[Fact, str], ...]:
    used = {fact.fact_id: fact for _, _, facts in steps for fact in facts}
    used = {fact.fact_id: fact for fact in (line.actual, line.plan)} | used
    return tuple(
        (fact, f"{fact.scenario if fact.is_planned else 'actual'}: {role(fact)}")
        for fact in used.values()
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
    """Draw the bridge from the plan to the actual figure."""
    drawn = [
        (line.against.capitalize(), line.plan.value, line.plan),
        *((name, step, facts[0] if facts else None) for name, step, facts in steps),
        ("Actual", line.actual.value, line.actual),
    ]
    title = f"{line.name}, {line.against} to actual"
    return charts.waterfall(title, "money", drawn, (0, len(drawn) - 1))
