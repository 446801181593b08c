"""First digits of a ledger's amounts against Benford's law (A24, §2.4): a screen of a thousand and more amounts.

Silent where the law does not hold: on totals, on numbers that somebody assigned (codes, prices, quantities,
fixed fees) and on amounts that span less than two orders of magnitude.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from services.analysis import charts, wording
from services.analysis.compared import role
from services.analysis.finding import CannotCompute, Context, Finding, calculation
from services.analysis.movement import probability_words
from services.analysis.stats import first_digit_p
from services.domain.concepts import StatementKind, Unit
from services.domain.confidence import MEDIUM_FROM
from services.domain.insights import Calculation, Chart, ChartSeries, Severity
from services.domain.reports import ColumnKind, Fact, Statement, StatementColumn

LEAST = 1000
DEVIATION = Decimal("0.015")
SIGNIFICANT = 0.01
ORDERS = 100
FIXED_SHARE = 20
"""One amount in more than one row of so many is a fixed one, such as a fee."""
_TAIL = 100
"""One amount of so many at each end does not widen the span: a single outlier is no order of magnitude."""
_TELLING = 10
"""Units of its last digit below which rounding decides an amount's first digit."""
_CITED = 10
_DIGITS = range(1, 10)
EXPECTED = {digit: (1 + 1 / Decimal(digit)).log10() for digit in _DIGITS}
_SIDE = re.compile(r"\b(?:debits?|dr|credits?|cr)\b", re.IGNORECASE)
_AMOUNTS = re.compile(r"\b(?:debits?|dr|credits?|cr|amounts?|balances?)\b", re.IGNORECASE)
_ASSIGNED = re.compile(
    r"%|\b(?:codes?|no|nr|numbers?|ids?|ref(?:erence)?s?|rates?|prices?|quantit(?:y|ies)|qty|units?|days"
    r"|per|index|score|percent(?:age)?s?|limits?)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Ledger:
    """The amounts of one day or stretch of one ledger, of both sides where they stand apart."""

    title: str
    facts: tuple[Fact, ...]

    @property
    def rank(self) -> tuple[bool, int, bool, int]:
        """Enough amounts before few, then the latest, balances before movements, the most."""
        period = self.facts[0].period
        return (
            len(self.facts) >= LEAST,
            period.end.toordinal(),
            period.is_instant,
            len(self.facts),
        )


@dataclass(frozen=True, slots=True)
class _Digits:
    """How often each first digit stands, and how far that is from the law."""

    counts: Counter[int]
    total: int

    def share(self, digit: int) -> Decimal:
        return Decimal(self.counts[digit]) / self.total

    @property
    def deviation(self) -> Decimal:
        return sum((abs(self.share(d) - EXPECTED[d]) for d in _DIGITS), Decimal(0)) / len(_DIGITS)

    @property
    def excess(self) -> int:
        return max(_DIGITS, key=lambda digit: self.share(digit) - EXPECTED[digit])


def first_digits(context: Context) -> list[Finding]:
    """A24: first digits deviate by over 0.015 on average, and by chance less often than once in a hundred."""
    latest = [
        max(found, key=lambda ledger: ledger.rank)
        for kind in (StatementKind.TRIAL_BALANCE, StatementKind.OTHER)
        if (found := list(_ledgers(context, kind)))
    ]
    if not latest:
        raise CannotCompute("no trial balance or list of postings was read")
    objections = [_objection(context, ledger) for ledger in latest]
    if all(objections):
        raise CannotCompute("; ".join(filter(None, objections)))
    tested = (
        _tested(ledger)
        for ledger, objection in zip(latest, objections, strict=True)
        if not objection
    )
    return [finding for finding in tested if finding is not None]


def _ledgers(context: Context, kind: StatementKind) -> Iterator[_Ledger]:
    """Yield the amounts of every ledger of a kind, apart by period and heading."""
    for statement in context.statements:
        if statement.kind is not kind:
            continue
        postings = kind is StatementKind.OTHER
        groups: dict[tuple[object, ...], list[Fact]] = defaultdict(list)
        kept = {
            place: _group(column, place if postings else None)
            for place, column in enumerate(statement.columns)
            if _of_amounts(column, postings=postings)
        }
        for fact in _amounts(context, statement):
            if fact.column in kept:
                groups[kept[fact.column]].append(fact)
        for facts in groups.values():
            yield _Ledger(statement.title, tuple(_one_side(facts) if postings else facts))


def _group(column: StatementColumn, place: int | None) -> tuple[object, ...]:
    """Return what debits and credits of one period share; postings stand on both sides alike, so each is alone."""
    heading = _SIDE.sub("", column.header).casefold().strip()
    return (column.period, column.scenario, heading, place)


def _of_amounts(column: StatementColumn, *, postings: bool) -> bool:
    if column.kind is not ColumnKind.VALUE or _ASSIGNED.search(_SIDE.sub("", column.header)):
        return False
    return not postings or _AMOUNTS.search(column.header) is not None


def _one_side(facts: Sequence[Fact]) -> list[Fact]:
    """Return the amounts of the sign that is more frequent: each posting has its equal on the other side."""
    above = [fact for fact in facts if fact.value > 0]
    return above if 2 * len(above) >= len(facts) else [fact for fact in facts if fact.value < 0]


def _amounts(context: Context, statement: Statement) -> Iterator[Fact]:
    """Yield the amounts of rows that are no totals, of which rounding does not decide the first digit."""
    for row in statement.rows:
        if row.is_total:
            continue
        for fact_id in row.facts:
            fact = context.view.by_id(fact_id) if fact_id else None
            if fact is None or fact.unit is not Unit.MONEY or not fact.is_reported:
                continue
            telling = abs(fact.value) >= _TELLING * fact.rounding_unit
            if telling and fact.confidence.value >= MEDIUM_FROM and not fact.derived_from:
                yield fact


def _objection(context: Context, ledger: _Ledger) -> str | None:
    """Return why the law says nothing about these amounts, None where it does."""
    count = len(ledger.facts)
    if count < LEAST:
        return f"first digits need {LEAST:,} amounts, '{ledger.title}' has {count:,}"
    sizes = sorted(abs(fact.value) for fact in ledger.facts)
    tail = count // _TAIL
    low, high = sizes[tail], sizes[-1 - tail]
    if high < ORDERS * low:
        return (
            f"the amounts of '{ledger.title}' span less than two orders of magnitude "
            f"({context.money(low)} to {context.money(high)}): their first digits follow no law"
        )
    ((amount, times),) = Counter(sizes).most_common(1)
    if times * FIXED_SHARE > count:
        return (
            f"{context.money(amount)} stands {times:,} times among the {count:,} amounts of "
            f"'{ledger.title}': fixed amounts follow no law of digits"
        )
    return None


def _tested(ledger: _Ledger) -> Finding | None:
    digits = _Digits(Counter(map(_first, ledger.facts)), len(ledger.facts))
    if digits.deviation <= DEVIATION:
        return None
    p = first_digit_p(float(digits.deviation), digits.total)
    return _finding(ledger, digits, p) if p < SIGNIFICANT else None


def _first(fact: Fact) -> int:
    return fact.value.as_tuple().digits[0]


def _finding(ledger: _Ledger, digits: _Digits, p: float) -> Finding:
    excess = digits.excess
    first = (fact for fact in ledger.facts if _first(fact) == excess)
    cited = sorted(first, key=lambda fact: (-abs(fact.value), fact.row, fact.column))[:_CITED]
    steps = _steps(digits, p, cited)
    count, deviation, chance, digit, share, expected = (step.display for step in steps)
    return Finding(
        period=ledger.facts[0].period,
        subject=ledger.title,
        severity=Severity.LOW,
        template="A24",
        values={
            "n": count,
            "date": wording.stretch(ledger.facts[0].period),
            "m": deviation,
            "p": chance,
            "d": digit,
            "share": share,
            "expected": expected,
        },
        inputs=tuple((fact, role(fact)) for fact in cited),
        calculations=steps,
        threshold=f"mean absolute deviation above {DEVIATION} and p below {SIGNIFICANT}; amounts by first "
        f"digit 1 to 9: {', '.join(f'{digits.counts[d]:,}' for d in _DIGITS)}; cited are the largest that "
        f"begin with {excess}",
        margin=_margin(ledger, digits),
        chart=_chart(digits),
        key=ledger.facts[0].statement_id,
    )


def _steps(digits: _Digits, p: float, cited: Sequence[Fact]) -> tuple[Calculation, ...]:
    excess, mad = digits.excess, digits.deviation
    share, law = digits.share(excess), EXPECTED[excess]
    return (
        calculation("amounts tested", "amounts that are no totals and no assigned numbers",
                    Decimal(digits.total), f"{digits.total:,}", cited),
        calculation("mean absolute deviation", "mean of |share − log10(1 + 1 ÷ digit)| over the nine digits",
                    mad, wording.plain(mad, 4), cited),
        calculation("p of the deviation", "share of simulated ledgers of this size, drawn by Benford's law, "
                    "that deviate as much", Decimal(repr(p)), probability_words(p), cited),
        calculation("digit in largest excess", "largest share − log10(1 + 1 ÷ digit)", Decimal(excess),
                    str(excess), cited),
        calculation("share of this digit", "amounts that begin with it ÷ amounts tested", share,
                    wording.percent(share), cited),
        calculation("share expected", "log10(1 + 1 ÷ digit)", law, wording.percent(law), cited),
    )  # fmt: skip


def _margin(ledger: _Ledger, digits: _Digits) -> float:
    """Return 1 where the amounts that may be misread, all moved to the law, leave the deviation above its bound."""
    doubt = sum(1 - fact.confidence.value for fact in ledger.facts)
    moved = Decimal(repr(2 * doubt / (len(_DIGITS) * digits.total)))
    return 1.0 if digits.deviation - moved > DEVIATION else 0.5


def _chart(digits: _Digits) -> Chart:
    names = tuple(str(digit) for digit in _DIGITS)
    told = [
        ("Amounts of the ledger", [100 * digits.share(d) for d in _DIGITS]),
        ("Benford's law", [100 * EXPECTED[d] for d in _DIGITS]),
    ]
    return charts.bars(
        "Amounts by first digit",
        "percent",
        *(ChartSeries(name=name, x=names, y=tuple(shares)) for name, shares in told),
    )
