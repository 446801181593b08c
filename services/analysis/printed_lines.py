"""Rules on rows by what their labels say: 'other' lines (A22) and allowances for receivables (A23)."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from services.analysis import charts, wording
from services.analysis.compared import role
from services.analysis.facts_view import Missing
from services.analysis.finding import (
    CannotCompute,
    Context,
    Finding,
    at_most,
    calculation,
    rounding_margin,
)
from services.domain.concepts import StatementKind
from services.domain.insights import Quote, Severity
from services.domain.reports import Fact

OTHER_SHARE = Decimal("0.10")
OTHER_GROWTH = Decimal("0.10")
GROWTH_TIMES = 2
RELEASE = Decimal("-0.20")
_OTHER = re.compile(
    r"^other(?: (?:non-?current|current|long-term|short-term))?(?: (?:assets|liabilities|receivables|payables))?"
    r"(?:, net)?[\s$:]*$",
    re.IGNORECASE,
)
_ALLOWANCE = re.compile(r"(?:allowances?|reserves?)\b", re.IGNORECASE)
_AMOUNT = re.compile(r"(?:\b(?P<year>20\d\d)\s*[—–:-]\s*)?\$\s?(?P<digits>\d[\d,]*(?:\.\d+)?)")


def _pairs(context: Context, kind: StatementKind) -> Iterator[tuple[Fact, Fact]]:
    """Yield (this period, the period before) of every row of a consolidated primary statement."""
    for statement in context.statements:
        if statement.kind is not kind or statement.basis != "consolidated":
            continue
        for row in statement.rows:
            found = [context.view.by_id(fact_id) for fact_id in row.facts if fact_id]
            own = [fact for fact in found if fact is not None and fact.is_reported]
            by_end = sorted(own, key=lambda fact: fact.period.end, reverse=True)
            if len(by_end) > 1 and by_end[0].period.span == by_end[1].period.span:
                yield by_end[0], by_end[1]


def other_lines(context: Context) -> list[Finding]:
    """A22: an 'other' line of a tenth of its total that grew more than twice as fast as revenue."""
    context.need_balance_sheet()
    if context.profile.financial:
        raise CannotCompute("a bank's or insurer's other lines are its business")
    period = context.year()
    limit = context.measured().performance
    revenue = context.fact("revenue", period)
    before = context.fact("revenue", context.view.year_before("revenue", period))
    if before.value <= 0:
        raise CannotCompute("revenue of the year before is not positive")
    pace = revenue.value / before.value - 1
    found = []
    for now, then in _pairs(context, StatementKind.BALANCE):
        total = context.view.at("total_assets", now.period)
        if _OTHER.search(now.label) is None or isinstance(total, Missing) or then.value <= 0:
            continue
        growth, share = now.value / then.value - 1, now.value / total.value
        grown = growth > OTHER_GROWTH and growth > GROWTH_TIMES * pace
        if share > OTHER_SHARE and grown and now.value - then.value > limit:
            found.append(
                _other(context, (now, then, total, revenue, before), (share, growth, pace))
            )
    return found


def _other(
    context: Context, facts: tuple[Fact, ...], measures: tuple[Decimal, Decimal, Decimal]
) -> Finding:
    now, then, *_ = facts
    share, growth, pace = measures
    step = now.value - then.value
    label = now.label.strip(" $:")

    def still(moved: list[Decimal]) -> bool:
        ahead = moved[0] / moved[1] - 1 > GROWTH_TIMES * (moved[3] / moved[4] - 1)
        return moved[0] / moved[2] > OTHER_SHARE and ahead

    return Finding(
        period=now.period,
        subject=label,
        severity=at_most(context.severity(step) or Severity.LOW, Severity.MEDIUM),
        template="A22",
        values={
            "line": label,
            "share": wording.percent(share),
            "g": wording.growth(growth),
            "g_rev": wording.growth(pace),
            "v": context.money(now.value),
            "date": now.period.label,
        },
        inputs=tuple((fact, role(fact)) for fact in facts),
        calculations=(
            calculation("share of total assets", "line ÷ total assets", share,
                        wording.percent(share), facts[:1] + facts[2:3]),
            calculation("growth of the line", "now ÷ before − 1", growth, wording.growth(growth),
                        facts[:2]),
            calculation("growth of revenue", "now ÷ before − 1", pace, wording.growth(pace), facts[3:]),
        ),
        threshold="more than 10 % of total assets, growth above 10 % and above twice revenue's, and the "
        "step above performance materiality",
        margin=rounding_margin(facts, still),  # type: ignore[arg-type]
        amount=step,
        chart=charts.line(label, "money", charts.fact_series(label, (then, now))),
        key=now.fact_id,
    )  # fmt: skip


class _Allowance(NamedTuple):
    """Receivables of one date with the allowance that their label states, in base units."""

    fact: Fact
    amount: Decimal

    @property
    def share(self) -> Decimal:
        """The allowance over the receivables before it."""
        return self.amount / (self.fact.value + self.amount)


def allowance_release(context: Context) -> list[Finding]:
    """A23: the allowance's share of receivables fell by a fifth, worth more than performance materiality."""
    context.need_balance_sheet()
    latest, earlier = context.balance_pair()
    now = context.balance("accounts_receivable_net", latest)
    before = context.balance("accounts_receivable_net", earlier)
    sides = _stated(now, before)
    if sides is None:
        raise CannotCompute("the label of receivables states no allowance for both dates")
    new, old = sides
    if old.share <= 0 or new.share / old.share - 1 > RELEASE:
        return []
    held = old.share * (now.value + new.amount) - new.amount
    if held <= context.measured().performance:
        return []
    shares = ((new, "this date"), (old, "the date before"))
    return [
        Finding(
            period=now.period,
            severity=Severity.HIGH,
            template="A23",
            values={
                "r1": wording.percent(new.share),
                "r0": wording.percent(old.share),
                "amt": context.money(held),
                "a1": context.money(new.amount),
                "a0": context.money(old.amount),
                "date": now.period.label,
            },
            inputs=((now, role(now)), (before, role(before))),
            calculations=(
                *(
                    calculation(f"allowance ÷ receivables before it, {when}",
                                "allowance ÷ (net receivables + allowance)", side.share,
                                wording.percent(side.share), (side.fact,))
                    for side, when in shares
                ),
                *(
                    calculation(f"allowance, {when}", "as the label of the row states it",
                                side.amount, context.money(side.amount), (side.fact,))
                    for side, when in shares
                ),
                calculation("cost of holding the old share", "old share × receivables − allowance",
                            held, context.money(held), (now, before)),
            ),
            threshold="the share fell by 20 % or more, worth more than performance materiality",
            amount=held,
            quotes=(Quote(text=now.label, page=now.source.page),) if now.source.page else (),
        )
    ]  # fmt: skip


def _stated(now: Fact, before: Fact) -> tuple[_Allowance, _Allowance] | None:
    """Read the two amounts in the label: by the years beside them, else in the order of the columns."""
    behind = _ALLOWANCE.search(now.label)
    if behind is None or now.statement_id != before.statement_id:
        return None
    found = list(_AMOUNT.finditer(now.label, behind.end()))
    if len(found) != 2:
        return None
    amounts = [Decimal(match["digits"].replace(",", "")) * now.scale for match in found]
    years = [match["year"] for match in found]
    if all(years):
        by_year = dict(zip(map(int, filter(None, years)), amounts, strict=True))
        one, other = by_year.get(now.period.end.year), by_year.get(before.period.end.year)
        pair = None if one is None or other is None else (one, other)
    else:
        pair = (amounts[0], amounts[1]) if now.column < before.column else (amounts[1], amounts[0])
    return None if pair is None else (_Allowance(now, pair[0]), _Allowance(before, pair[1]))
