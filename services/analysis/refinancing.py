"""Refinancing wall (K05): debt due within a year against cash, investments and undrawn credit."""

from collections.abc import Sequence
from decimal import Decimal

from services.analysis import charts
from services.analysis.compared import role
from services.analysis.facts_view import Absent
from services.analysis.finding import (
    CannotCompute,
    Context,
    Finding,
    balance_value,
    calculation,
    rounding_margin,
)
from services.domain.concepts import StatementKind
from services.domain.insights import Calculation, Chart, ChartSeries, Quote, Severity
from services.domain.narrative import CreditLine
from services.domain.reports import Fact


def wall(context: Context) -> list[Finding]:
    """K05: debt due within twelve months exceeds cash, short-term investments and undrawn credit.

    Where no sentence gives the undrawn credit, it is not taken for zero: the finding says so and is
    medium at most.
    """
    context.need_balance_sheet()
    if context.profile.financial:
        raise CannotCompute("a bank or insurer refinances itself otherwise")
    date = context.view.balance_dates()[0]
    due = context.optional_balance("short_term_debt", date)
    cash = context.balance("cash_and_equivalents", date)
    securities = context.optional_balance("short_term_investments", date)
    credit = _credit(context, date.end.year)
    if isinstance(due, Absent):
        return []
    liquid = cash.value + balance_value(securities)
    reach = liquid + (credit.amount if credit else Decimal(0))
    if due.value <= reach:
        return []
    facts = [due, cash, *([securities] if isinstance(securities, Fact) else [])]
    return [_finding(context, facts, reach, credit)]


def _credit(context: Context, year: int) -> CreditLine | None:
    """Return the largest undrawn credit that a sentence states for the balance sheet's year or for none."""
    fitting = [
        line
        for line in context.credit_lines
        if str(year) in line.quote
        or not any(str(year - back) in line.quote for back in range(1, 6))
    ]
    return max(fitting, key=lambda line: line.amount, default=None)


def _finding(
    context: Context, facts: Sequence[Fact], reach: Decimal, credit: CreditLine | None
) -> Finding:
    due = facts[0]

    def still(moved: Sequence[Decimal]) -> bool:
        return moved[0] > sum(moved[1:], credit.amount if credit else Decimal(0))

    return Finding(
        period=due.period,
        severity=Severity.HIGH if credit else Severity.MEDIUM,
        template="K05" if credit else "K05 unknown",
        values={
            "due": context.money(due.value),
            "liq": context.money(reach),
            "gap": context.money(due.value - reach),
            "credit": context.money(credit.amount) if credit else "",
            "p": str(credit.page) if credit else "",
            "date": due.period.label,
        },
        inputs=tuple((fact, role(fact)) for fact in facts),
        calculations=_steps(context, facts, reach, credit),
        threshold="debt due within twelve months above cash, short-term investments and undrawn credit",
        margin=rounding_margin(facts, still),
        amount=due.value - reach,
        chart=_ladder(context, due),
        quotes=() if credit is None else (Quote(text=credit.quote, page=credit.page),),
    )


def _steps(
    context: Context, facts: Sequence[Fact], reach: Decimal, credit: CreditLine | None
) -> tuple[Calculation, ...]:
    known = ("cash", "short-term investments", *(["undrawn credit"] if credit else []))
    gap, money = facts[0].value - reach, context.money
    stated = [] if credit is None else [("undrawn credit", "as the sentence states it", credit)]
    return (
        *(
            calculation(name, how, line.amount, money(line.amount), ())
            for name, how, line in stated
        ),
        calculation("within reach", " + ".join(known), reach, money(reach), facts[1:]),
        calculation(
            "debt not covered", "debt due within a year − within reach", gap, money(gap), facts
        ),
    )


def _ladder(context: Context, due: Fact) -> Chart | None:
    """Draw the debt by the year in which it falls due, where the note was read for this date."""
    for statement in context.statements:
        ends = statement.columns[0].period.end if statement.columns else None
        if statement.kind is not StatementKind.DEBT_MATURITIES or ends != due.period.end:
            continue
        rows = [row for row in statement.rows if row.facts and row.facts[0] and row.label[:1]]
        known = [(row.label, context.view.by_id(row.facts[0])) for row in rows if row.facts[0]]
        steps = [(label, fact) for label, fact in known if fact and "total" not in label.lower()]
        series = ChartSeries(
            name="Debt due",
            x=tuple(label for label, _ in steps),
            y=tuple(fact.value for _, fact in steps),
            fact_ids=tuple(fact.fact_id for _, fact in steps),
        )
        return charts.bars("Debt by the year it falls due", "money", series)
    return None
