"""Trend in the make-up of revenue (R14): shares of the parts that a note adds up to the company's revenue."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from services.analysis import charts, wording
from services.analysis.facts_view import YEAR_DAYS
from services.analysis.finding import (
    CannotCompute,
    Context,
    Finding,
    calculation,
    rounding_margin,
)
from services.domain.concepts import Unit
from services.domain.ids import FactId
from services.domain.insights import Calculation, Chart, Severity
from services.domain.periods import Period
from services.domain.reports import Fact, TieOut, TieOutStatus

SHARE_STEP = Decimal("0.03")
_PARTS_CHECK = "T27"
_MOST_NAMED = 3
_NO_PART = re.compile(r"corporate|unallocated|eliminat|intersegment|reconcil", re.IGNORECASE)
_PROFIT = re.compile(r"operating (?:income|profit)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Part:
    """One part of revenue in the latest period and the year before, with both totals."""

    name: str
    now: Fact
    before: Fact
    total: Fact
    total_before: Fact

    @property
    def facts(self) -> tuple[Fact, Fact, Fact, Fact]:
        return self.now, self.total, self.before, self.total_before

    @property
    def share(self) -> Decimal:
        return self.now.value / self.total.value

    @property
    def share_before(self) -> Decimal:
        return self.before.value / self.total_before.value

    @property
    def change(self) -> Decimal:
        return self.share - self.share_before


def segment_mix(context: Context) -> list[Finding]:
    """R14: a part's share of revenue moved by over 3 points against the year before."""
    period = context.current()
    tables = _tables(context)
    if not tables:
        raise CannotCompute("no table whose parts add up to revenue was read in the notes")
    compared = [parts for columns in tables if (parts := _compared(columns, period))]
    if not compared:
        raise CannotCompute("no table of the parts of revenue shows the year before")
    return [
        _finding(context, parts) for parts in compared if any(_moved(part.change) for part in parts)
    ]


def _moved(change: Decimal) -> bool:
    return abs(change) > SHARE_STEP


def _tables(context: Context) -> list[dict[Period, tuple[Fact, list[Fact]]]]:
    """Return each table's totals and parts by period, of the columns that add up."""
    tables: dict[tuple[str, int], dict[Period, tuple[Fact, list[Fact]]]] = defaultdict(dict)
    for tie_out in context.tie_outs:
        if tie_out.check == _PARTS_CHECK and _adds_up(tie_out):
            total, *parts = context.facts_of(tie_out)
            tables[total.statement_id, total.row].setdefault(total.period, (total, parts))
    return list(tables.values())


def _adds_up(tie_out: TieOut) -> bool:
    if tie_out.difference is None or tie_out.tolerance is None:
        return False
    return tie_out.status is TieOutStatus.PASS and abs(tie_out.difference) <= tie_out.tolerance


def _compared(
    columns: Mapping[Period, tuple[Fact, list[Fact]]], period: Period
) -> list[_Part] | None:
    """Return the parts of the period and the year before it, None where a column is missing."""
    before = next((earlier for earlier in columns if _year_apart(earlier, period)), None)
    if period not in columns or before is None:
        return None
    total, now = columns[period]
    total_before, then = columns[before]
    rows = {fact.row: fact for fact in then}
    if total.value <= 0 or total_before.value <= 0:
        return None
    return [
        _Part(_name(fact), fact, rows[fact.row], total, total_before)
        for fact in now
        if fact.row in rows and _is_part(fact) and _is_part(rows[fact.row])
    ]


def _year_apart(earlier: Period, period: Period) -> bool:
    apart = (period.end - earlier.end).days
    return earlier.span == period.span and YEAR_DAYS[0] <= apart <= YEAR_DAYS[1]


def _is_part(fact: Fact) -> bool:
    return fact.value >= 0 and not _NO_PART.search(_name(fact))


def _name(fact: Fact) -> str:
    return re.sub(r"\s*\(\w\)$", "", (fact.member or fact.label).strip(" :$"))


def _finding(context: Context, parts: Sequence[_Part]) -> Finding:
    ranked = sorted(parts, key=lambda part: -abs(part.change))
    first, *others = [part for part in ranked if _moved(part.change)]
    mix = _mix_effect(context, parts)
    facts = {fact.fact_id: fact for part in (first, *others) for fact in part.facts}
    steps = [step for part in (first, *others) for step in _steps(part)]
    return Finding(
        period=first.now.period,
        subject=first.name,
        severity=Severity.MEDIUM,
        template="R14" if mix is None else "R14 mix",
        values={
            "part": first.name,
            "s1": wording.percent(first.share),
            "s0": _before(first),
            "d": wording.points(first.change),
            "others": "".join(_also(part) for part in others[: _MOST_NAMED - 1]),
            "bp": "" if mix is None else wording.basis_points(mix.value),
            "period": wording.stretch(first.now.period),
        },
        inputs=tuple((fact, _role(fact)) for fact in facts.values()),
        calculations=(*steps, *([] if mix is None else [mix])),
        threshold="share of revenue changed by more than 3 pp",
        margin=rounding_margin(first.facts, _still_moved),
        amount=first.change * first.total.value,
        chart=_chart(parts),
        key=first.now.statement_id,
    )


def _still_moved(moved: Sequence[Decimal]) -> bool:
    now, total, before, total_before = moved
    return _moved(now / total - before / total_before)


def _also(part: _Part) -> str:
    return f"; {part.name} {wording.percent(part.share)} after {_before(part)}"


def _before(part: _Part) -> str:
    return wording.percent(part.share_before) if part.before.value else "none"


def _role(fact: Fact) -> str:
    return f"{_name(fact) if fact.member else 'revenue'}, {fact.period.label}"


def _steps(part: _Part) -> Iterator[Calculation]:
    shares = (
        (part.now, part.total, part.share),
        (part.before, part.total_before, part.share_before),
    )
    for fact, total, share in shares:
        name, formula = f"share of {part.name}, {fact.period.label}", f"{part.name} / revenue"
        yield calculation(name, formula, share, wording.percent(share), (fact, total))
    yield calculation(
        f"change of the share of {part.name}",
        f"{part.name} / revenue, less the same a year before",
        part.change,
        wording.points(part.change),
        part.facts,
    )


def _mix_effect(context: Context, parts: Sequence[_Part]) -> Calculation | None:
    """Return what the shift does at last year's margins, None where a part's profit is not printed."""
    profits = _profits(context, parts)
    if profits.keys() != {part.name for part in parts} or any(not p.before.value for p in parts):
        return None
    effect = sum(
        (part.change * profits[part.name].value / part.before.value for part in parts), Decimal(0)
    )
    inputs = [*profits.values(), *(fact for part in parts for fact in part.facts)]
    return calculation(
        "mix effect on the margin of the parts",
        "sum of each change of share × the part's operating margin of the year before",
        effect,
        wording.basis_points(effect),
        list({fact.fact_id: fact for fact in inputs}.values()),
    )


def _profits(context: Context, parts: Sequence[_Part]) -> dict[str, Fact]:
    """Return last year's operating profit of each part, as its own row of the same table prints it."""
    wanted, period = {part.name for part in parts}, parts[0].before.period
    found: dict[str, list[Fact]] = defaultdict(list)
    for fact in _profit_facts(context, parts[0].now.statement_id):
        if fact.member and fact.period == period and _name(fact) in wanted:
            found[_name(fact)].append(fact)
    return {name: facts[0] for name, facts in found.items() if len(facts) == 1}


def _profit_facts(context: Context, statement_id: str) -> Iterator[Fact]:
    statement = next(s for s in context.statements if s.statement_id == statement_id)
    for row in statement.rows:
        if _PROFIT.search(row.section or "") or _PROFIT.search(row.label):
            ids: Iterator[FactId] = (fact_id for fact_id in row.facts if fact_id is not None)
            for fact_id in ids:
                fact = context.view.by_id(fact_id)
                if fact is not None and fact.unit is Unit.MONEY:
                    yield fact


def _chart(parts: Sequence[_Part]) -> Chart:
    """Draw the shares of both periods, a bar a part."""
    periods = (parts[0].before.period, parts[0].now.period)
    return charts.bars(
        "Share of revenue",
        "percent",
        *(
            charts.computed_series(part.name, periods, [100 * part.share_before, 100 * part.share])
            for part in parts
        ),
    )
