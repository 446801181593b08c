"""Anomaly rules on failed tie-outs: balance sheet (A01), subtotals (A02), cash flow (A03)."""

from collections.abc import Sequence
from decimal import Decimal

from services.analysis import charts, wording
from services.analysis.finding import (
    CannotCompute,
    Context,
    Finding,
    calculation,
    counted,
)
from services.analysis.qualitative import severity_at_risk
from services.analysis.residual import Cause, likely_cause
from services.domain.insights import Calculation, Chart, Severity
from services.domain.periods import Period
from services.domain.reports import Fact, TieOut


def balance_sheet(context: Context) -> list[Finding]:
    """A01: total assets differ from total liabilities and equity."""
    if not context.judged("T01"):
        raise CannotCompute("total assets, or total liabilities and equity, was not read")
    return [_unbalanced(context, tie_out) for tie_out in context.failures("T01")]


def _unbalanced(context: Context, tie_out: TieOut) -> Finding:
    assets, claims = context.facts_of(tie_out)[:2]
    suspect = min((assets, claims), key=lambda fact: fact.confidence.value)
    gap = _gap(tie_out)
    return Finding(
        period=assets.period,
        severity=Severity.CRITICAL,
        template="A01",
        values={
            "ta": context.money(assets.value),
            "tle": context.money(claims.value),
            "d": context.money(abs(gap)),
            "date": assets.period.label,
            "suspect": f"'{suspect.label.strip(' $')}'",
        },
        inputs=((assets, "total assets"), (claims, "total liabilities and equity")),
        calculations=(_gap_step(tie_out, context, (assets, claims)),),
        threshold=_tolerance(tie_out, context),
        amount=abs(gap),
        chart=charts.bars(
            "Balance sheet",
            "money",
            charts.fact_series("Total assets", [assets]),
            charts.fact_series("Total liabilities and equity", [claims]),
        ),
        tie_outs=(tie_out.tie_out_id,),
    )


def subtotals(context: Context) -> list[Finding]:
    """A02: printed subtotals that do not foot in one column while the other columns do."""
    if not context.judged("T06"):
        raise CannotCompute("no printed subtotal was recognised")
    groups: dict[tuple[str, int], list[TieOut]] = {}
    for tie_out in context.failures("T06"):
        total = context.facts_of(tie_out)[0]
        if total.is_reported:
            groups.setdefault((total.statement_id, total.column), []).append(tie_out)
    return [_unfooted(context, group) for group in groups.values()]


def _unfooted(context: Context, group: Sequence[TieOut]) -> Finding:
    worst = max(group, key=lambda tie_out: abs(_gap(tie_out)))
    total, *members = context.facts_of(worst)
    gap = _gap(worst)
    cause = likely_cause(gap, total, members, worst.weights)
    values = {
        "total": f"'{total.label.strip(' $')}'",
        "period": wording.stretch(total.period),
        "d": context.money(abs(gap)),
        "direction": "above" if gap > 0 else "below",
        "m": str(len(members)),
        "more": _others(len(group) - 1) if len(group) > 1 else "",
        "candidate_fix": cause.words,
    }
    risk = severity_at_risk(context, gap, total)
    return Finding(
        period=total.period,
        severity=risk.severity,
        template="A02" if len(group) == 1 else "A02 several",
        values=values,
        inputs=(
            (total, "printed subtotal"),
            *((fact, f"part: {fact.label.strip()}") for fact in members),
        ),
        calculations=(
            _gap_step(worst, context, (total, *members)),
            *_cause_steps(cause),
            counted("rows of the sum", len(members), members),
            *([counted("more subtotals that fail", len(group) - 1, ())] if group[1:] else []),
        ),
        threshold=risk.told(_tolerance(worst, context)),
        amount=abs(gap),
        chart=_parts_chart(total, members, worst),
        tie_outs=tuple(tie_out.tie_out_id for tie_out in group),
        key=total.statement_id,
    )


def _cause_steps(cause: Cause) -> tuple[Calculation, ...]:
    if cause.fact is None or cause.needed is None:
        return ()
    formula = "printed number less what the sum misses, in the unit of the page"
    shown = cause.shown
    return (calculation("number that would add up", formula, cause.needed, shown, (cause.fact,)),)


def _others(count: int) -> str:
    if count == 1:
        return "one more subtotal of that column fails"
    return f"{count} more subtotals of that column fail"


def _parts_chart(total: Fact, members: Sequence[Fact], tie_out: TieOut) -> Chart:
    steps = [
        (fact.label.strip(" $"), weight * fact.printed_value * fact.scale, fact)
        for fact, weight in zip(members, tie_out.weights, strict=True)
    ]
    printed = total.printed_value * total.scale
    ending = [("Unexplained", _gap(tie_out), None), (total.label.strip(" $"), printed, total)]
    return charts.waterfall(
        f"{total.label.strip(' $')}, {total.period.label}",
        "money",
        [*steps, *ending],
        (len(steps) + 1,),
    )


def cash_flow(context: Context) -> list[Finding]:
    """A03: the cash-flow statement does not reconcile to the change in cash or to closing cash."""
    if not context.judged("T11", "T12"):
        raise CannotCompute("the activities and the change in cash were not all read")
    groups: dict[tuple[str, Period], list[TieOut]] = {}
    for tie_out in context.failures("T11", "T12"):
        total = context.facts_of(tie_out)[0]
        groups.setdefault((total.statement_id, total.period), []).append(tie_out)
    return [_unreconciled(context, group) for group in groups.values()]


def _unreconciled(context: Context, group: Sequence[TieOut]) -> Finding:
    first = group[0]
    facts = {fact.fact_id: fact for tie_out in group for fact in context.facts_of(tie_out)}
    total, *members = context.facts_of(first)
    expected = first.expected or Decimal(0)
    return Finding(
        period=total.period,
        severity=Severity.HIGH,
        template=_cash_template(first),
        values={
            "x": context.money(expected),
            "y": context.money(total.value),
            "d": context.money(abs(_gap(first))),
            "period": wording.stretch(total.period),
        },
        inputs=tuple((fact, fact.label.strip(" $")) for fact in facts.values()),
        calculations=(
            calculation(
                f"sum, {first.name}", "the parts", expected, context.money(expected), members
            ),
            *(_gap_step(tie_out, context, context.facts_of(tie_out)) for tie_out in group),
        ),
        threshold=_tolerance(first, context),
        amount=abs(_gap(first)),
        chart=_parts_chart(total, members, first),
        tie_outs=tuple(tie_out.tie_out_id for tie_out in group),
        key=total.statement_id,
    )


def _cash_template(tie_out: TieOut) -> str:
    if tie_out.check == "T11":
        return "A03"
    return "A03 opening" if len(tie_out.members) == 1 else "A03 roll-forward"


def _gap(tie_out: TieOut) -> Decimal:
    return tie_out.difference or Decimal(0)


def _gap_step(tie_out: TieOut, context: Context, facts: Sequence[Fact]) -> Calculation:
    expected, actual = tie_out.expected or Decimal(0), tie_out.actual or Decimal(0)
    return calculation(
        f"difference, {tie_out.name}",
        f"{context.money(actual)} − {context.money(expected)}",
        _gap(tie_out),
        context.money(_gap(tie_out)),
        facts,
    )


def _tolerance(tie_out: TieOut, context: Context) -> str:
    return f"difference above {context.money(tie_out.tolerance or Decimal(0))} (two rounding units)"
