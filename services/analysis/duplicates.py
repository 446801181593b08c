"""The same figure printed with two values in one report (A10, check T28)."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from services.analysis import wording
from services.analysis.compared import role
from services.analysis.finding import Context, Finding, at_most, calculation
from services.analysis.qualitative import AtRisk, severity_at_risk
from services.domain.concepts import CONCEPTS, Unit
from services.domain.insights import Severity
from services.domain.reports import Fact

SAME_AMOUNT = Decimal("0.001")
"""Two printings that differ by less, such as one in thousands and one in millions, agree."""


def printed_twice(context: Context) -> list[Finding]:
    """A10: one meaning and period with two amounts, on other pages or rows, beyond rounding."""
    context.need_balance_sheet()
    groups: dict[tuple[object, ...], list[Fact]] = defaultdict(list)
    for fact in context.view.readings():
        groups[(fact.concept, fact.period, fact.currency)].append(fact)
    pairs = (_furthest(group) for group in groups.values())
    return [_finding(context, *pair) for pair in pairs if pair is not None]


def _furthest(group: Iterable[Fact]) -> tuple[Fact, Fact] | None:
    """Return the two that lie furthest apart in the order in which they are printed, None when all agree."""
    ranked = sorted(group, key=lambda fact: fact.value)
    low, high = ranked[0], ranked[-1]
    gap = high.value - low.value
    unit = max(low.rounding_unit, high.rounding_unit)
    if gap <= 2 * unit or gap <= SAME_AMOUNT * max(abs(low.value), abs(high.value)):
        return None
    first, second = sorted((low, high), key=lambda fact: (fact.source.page or 0, fact.row))
    return first, second


def _finding(context: Context, first: Fact, second: Fact) -> Finding:
    gap = abs(first.value - second.value)
    money = first.unit is Unit.MONEY
    risk = severity_at_risk(context, gap, first) if money else AtRisk(Severity.MEDIUM)
    return Finding(
        period=first.period,
        subject=_name(first),
        severity=at_most(risk.severity, Severity.MEDIUM),
        template="A10",
        values={
            "line": _name(first)[:1].upper() + _name(first)[1:],
            "a": _shown(context, first, first.value),
            "b": _shown(context, second, second.value),
            "p": first.source.place,
            "q": second.source.place,
            "d": _shown(context, first, gap),
            "period": wording.stretch(first.period),
        },
        inputs=((first, role(first)), (second, role(second))),
        calculations=(
            calculation(
                "difference", "one printing − the other", first.value - second.value,
                _shown(context, first, first.value - second.value), (first, second),
            ),
        ),
        threshold=risk.told("more than two rounding units and 0.1 % apart"),
        amount=gap if money else None,
        key=f"{first.concept}-{first.fact_id}-{second.fact_id}",
    )  # fmt: skip


def _name(fact: Fact) -> str:
    name = CONCEPTS[fact.concept].name if fact.concept in CONCEPTS else fact.label.strip(" $")
    return name if name[:2].isupper() else name[:1].lower() + name[1:]


def _shown(context: Context, fact: Fact, amount: Decimal) -> str:
    if fact.unit is Unit.PER_SHARE:
        return wording.per_share(amount, fact.currency)
    return context.money(amount) if fact.unit is Unit.MONEY else wording.plain(amount, 0)
