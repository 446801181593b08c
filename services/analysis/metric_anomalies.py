"""Anomaly rules on metrics: cash behind earnings, accruals, and rates that moved."""

from decimal import Decimal

from services.analysis import wording
from services.analysis.compared import (
    Said,
    derived,
    finding_of,
    measured,
    measured_pair,
    metric_chart,
    shown,
)
from services.analysis.finding import CannotCompute, Context, Finding
from services.analysis.metrics import Measured
from services.domain.insights import Calculation, Severity

BACKED = Decimal("0.8")
HIGH_ACCRUALS = Decimal("0.10")
RATE_STEP = Decimal("0.15")
INTEREST_STEP = Decimal("0.015")
TAX_STEP = Decimal("0.05")


def cash_backing(context: Context) -> list[Finding]:
    """A16: operating cash flow below 0.8 of net income in two years running."""
    if context.profile.financial:
        raise CannotCompute("operating cash flow of a bank or insurer moves with its balance sheet")
    now, before = measured_pair(context, "cash_conversion_of_income")
    if max(now.value, before.value) >= BACKED:
        return []
    amounts = now.amounts()
    gap = amounts["net_income"] - amounts["cash_from_operations"]
    return [
        finding_of(
            context,
            (now, before),
            Said(
                template="A16",
                values={
                    "ni": context.money(amounts["net_income"]),
                    "cfo": context.money(amounts["cash_from_operations"]),
                    "g": context.money(gap),
                    "x1": wording.plain(now.value),
                    "x0": wording.plain(before.value),
                },
                severity=Severity.HIGH,
                threshold="operating cash flow / net income below 0.8 in two years running",
                holds=lambda v: max(v) < BACKED,
                chart=metric_chart("Operating cash flow / net income", (now, before)),
                amount=gap,
                steps=(
                    derived(
                        "gap",
                        "net income − operating cash flow",
                        gap,
                        context.money(gap),
                        (now,),
                    ),
                ),
            ),
        )
    ]


def accruals(context: Context) -> list[Finding]:
    """A17: cash-flow accruals above a tenth of average total assets."""
    if context.profile.financial:
        raise CannotCompute("accruals of a bank or insurer are its business")
    now = measured(context, "accruals_ratio", context.year())
    if abs(now.value) <= HIGH_ACCRUALS:
        return []
    return [
        finding_of(
            context,
            (now,),
            Said(
                template="A17",
                values={
                    "r": wording.percent(now.value),
                    "side": "ahead of" if now.value > 0 else "behind",
                },
                severity=Severity.MEDIUM,
                threshold="|accruals| above 10 % of average total assets",
                holds=lambda v: abs(v[0]) > HIGH_ACCRUALS,
            ),
        )
    ]


def depreciation_rate(context: Context) -> list[Finding]:
    """A19: depreciation per average net property moved by over 15 % and by more than performance materiality."""
    now, before = measured_pair(context, "depreciation_rate")
    limit = context.measured().performance
    charge = now.amounts()["depreciation_amortization"]
    at_old_rate = charge * before.value / now.value
    if abs(now.value / before.value - 1) <= RATE_STEP or abs(charge - at_old_rate) <= limit:
        return []
    return [
        finding_of(
            context,
            (now, before),
            Said(
                template="A19",
                values={
                    "r0": shown(context, before),
                    "r1": shown(context, now),
                    "alt": context.money(at_old_rate),
                    "d": context.money(abs(charge - at_old_rate)),
                    "more": "more" if charge > at_old_rate else "less",
                    "charge": context.money(charge),
                },
                severity=Severity.MEDIUM,
                threshold=f"rate changed by over 15 %, worth more than {context.money(limit)}",
                holds=lambda v: abs(v[0] / v[1] - 1) > RATE_STEP,
                chart=metric_chart("Depreciation rate", (now, before)),
                amount=charge - at_old_rate,
                steps=_at_old_rate(context, (now, before), charge, at_old_rate),
            ),
        )
    ]


def _at_old_rate(
    context: Context, sides: tuple[Measured, Measured], charge: Decimal, expected: Decimal
) -> tuple[Calculation, ...]:
    """Return what the charge would be at last year's rate, and by how much it differs."""
    formula, above = "charge × rate before / rate", charge - expected
    return (
        derived("charge at the old rate", formula, expected, context.money(expected), sides),
        derived("charge above the old rate", "difference", above, context.money(above), sides),
    )


def implied_interest(context: Context) -> list[Finding]:
    """A20: interest expense over average debt moved by more than 150 basis points."""
    now, before = measured_pair(context, "implied_interest_rate")
    change = now.value - before.value
    if abs(change) <= INTEREST_STEP:
        return []
    interest = now.amounts()["interest_expense"]
    expected = interest * before.value / now.value
    return [
        finding_of(
            context,
            (now, before),
            Said(
                template="A20",
                values={
                    "r0": shown(context, before),
                    "r1": shown(context, now),
                    "dbp": wording.basis_points(change),
                    "d": context.money(abs(interest - expected)),
                    "more": "more" if interest > expected else "less",
                },
                severity=Severity.MEDIUM,
                threshold="|change| above 150 bp",
                holds=lambda v: abs(v[0] - v[1]) > INTEREST_STEP,
                chart=metric_chart("Implied interest rate", (now, before)),
                amount=interest - expected,
                steps=(
                    derived(
                        "change of the rate",
                        "rate − rate before",
                        change,
                        wording.basis_points(change),
                        (now, before),
                    ),
                    *_at_old_rate(context, (now, before), interest, expected),
                ),
            ),
        )
    ]


def tax_rate(context: Context) -> list[Finding]:
    """A21: the effective tax rate moved by over 5 points, worth more than performance materiality."""
    now, before = measured_pair(context, "effective_tax_rate")
    if now.amounts()["income_before_tax"] <= 0 or before.amounts()["income_before_tax"] <= 0:
        raise CannotCompute("a tax rate on a loss has no meaning")
    change = now.value - before.value
    amount = change * now.amounts()["income_before_tax"]
    limit = context.measured().performance
    if abs(change) <= TAX_STEP or abs(amount) <= limit:
        return []
    return [
        finding_of(
            context,
            (now, before),
            Said(
                template="A21",
                values={
                    "a": wording.percent(before.value),
                    "b": wording.percent(now.value),
                    "amt": context.money(abs(amount)),
                    "more": "less" if amount > 0 else "more",
                },
                severity=Severity.MEDIUM,
                threshold=f"|change| above 5 pp and worth more than {context.money(limit)}",
                holds=lambda v: abs(v[0] - v[1]) > TAX_STEP,
                chart=metric_chart("Effective tax rate", (now, before)),
                amount=amount,
                steps=(
                    derived(
                        "tax above the old rate",
                        "change of the rate × income before tax",
                        amount,
                        context.money(amount),
                        (now, before),
                    ),
                ),
            ),
        )
    ]
