"""Rules on a line's whole series: turning point (R16), supported trend (R17), next-period range (R19).

Three or four points are described and never called significant; a range is a mechanical extrapolation.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from itertools import pairwise

from services.analysis import charts, wording
from services.analysis.compared import role
from services.analysis.finding import (
    CannotCompute,
    Context,
    Finding,
    calculation,
    counted,
    rounding_margin,
)
from services.analysis.stats import TrendTest, drift_range, mann_kendall, theil_sen
from services.domain.concepts import CONCEPTS
from services.domain.insights import Calculation, Chart, Severity
from services.domain.periods import Period
from services.domain.reports import Fact

TURNING_FROM, TREND_FROM, RANGE_FROM = 4, 5, 4
SIGNIFICANT = 0.05
WIDEST = 0.5
LINES = ("revenue", "operating_income", "net_income", "cash_from_operations")
_RANGED = ("revenue",)


def _series(context: Context, concepts: Sequence[str], count: int) -> list[list[Fact]]:
    """Return the yearly series of at least ``count`` points; raises CannotCompute when none is."""
    year: Period = context.year()
    found = [context.view.series(concept, year) for concept in concepts]
    long = [series for series in found if len(series) >= count]
    if not long:
        raise CannotCompute(f"it needs {count} yearly figures of a line; upload earlier reports")
    return long


def turning_points(context: Context) -> list[Finding]:
    """R16: a line turned after two and more years of one direction, by more than performance materiality."""
    limit = context.measured().performance
    found = (_turned(context, series, limit) for series in _series(context, LINES, TURNING_FROM))
    return [finding for finding in found if finding is not None]


def _turned(context: Context, series: Sequence[Fact], limit: Decimal) -> Finding | None:
    steps = [later.value - earlier.value for earlier, later in pairwise(series)]
    run = _run_before(steps)
    if run < TURNING_FROM - 2 or abs(steps[-1]) <= limit:
        return None
    latest, rising = series[-1], steps[-1] > 0
    used = series[-(run + 2) :]
    name = _name(latest)
    return Finding(
        period=latest.period,
        subject=name.lower(),
        severity=Severity.MEDIUM,
        template="R16",
        values={
            "turn": "increase" if rising else "decline",
            "opposite": "decline" if rising else "increase",
            "line": name.lower(),
            "k": str(run),
            "v": context.money(latest.value),
            "previous": context.money(series[-2].value),
            "period": wording.stretch(latest.period),
        },
        inputs=tuple((fact, role(fact)) for fact in reversed(used)),
        calculations=(
            calculation(
                "change",
                f"{context.money(latest.value)} − {context.money(series[-2].value)}",
                steps[-1],
                context.money(steps[-1]),
                series[-2:],
            ),
            counted("periods in one direction before", run, used),
        ),
        threshold=f"opposite sign after two or more periods, |change| above {context.money(limit)}",
        margin=rounding_margin(
            used, lambda moved: _run_before([b - a for a, b in pairwise(moved)]) >= run
        ),
        amount=steps[-1],
        chart=_chart(name, series),
        key=latest.concept or "",
    )


def _run_before(steps: Sequence[Decimal]) -> int:
    """Return how many steps before the last went the other way without a break."""
    count = 0
    for step in reversed(steps[:-1]):
        if step * steps[-1] >= 0:
            break
        count += 1
    return count


def supported_trends(context: Context) -> list[Finding]:
    """R17: an exact Mann-Kendall p of at most 0.05 over five and more years."""
    found = (_trend(context, series) for series in _series(context, LINES, TREND_FROM))
    return [finding for finding in found if finding is not None]


def _trend(context: Context, series: Sequence[Fact]) -> Finding | None:
    values = [float(fact.value) for fact in series]
    test = mann_kendall(values)
    if test.p > SIGNIFICANT:
        return None
    logs = min(values) > 0
    slope = theil_sen([math.log(value) for value in values] if logs else values)
    latest, name = series[-1], _name(series[-1])
    low, middle, high = (_yearly(part, logs=logs) for part in (slope.low, slope.value, slope.high))
    write = wording.growth if logs else context.money
    p = f"{test.p:.4f}"
    return Finding(
        period=latest.period,
        subject=name.lower(),
        severity=Severity.INFO,
        template="R17",
        values={
            "line": name,
            "direction": "up" if test.s > 0 else "down",
            "slope": write(middle),
            "lo": write(low),
            "hi": write(high),
            "p": p,
            "n": str(test.count),
            "date": _date(latest),
        },
        inputs=tuple((fact, role(fact)) for fact in reversed(series)),
        calculations=tuple(_trend_steps(series, test, (middle, low, high), write)),
        threshold="exact Mann-Kendall p of at most 0.05 over five and more years",
        margin=rounding_margin(
            series, lambda moved: mann_kendall([float(v) for v in moved]).p <= SIGNIFICANT, 40
        ),
        chart=_chart(name, series),
        key=latest.concept or "",
    )


def _trend_steps(
    series: Sequence[Fact],
    test: TrendTest,
    slopes: Sequence[Decimal],
    write: Callable[[Decimal], str],
) -> Iterator[Calculation]:
    (middle, *ends), shown = slopes, f"{test.s} (p {test.p:.4f})"
    yield calculation(
        "Mann-Kendall S", "rises − falls over all pairs", Decimal(test.s), shown, series
    )
    formula = "median of all pairwise slopes"
    formula += " of logarithms, as growth" if write is wording.growth else ""
    yield calculation("Theil-Sen slope", formula, middle, write(middle), series)
    for side, end in zip(("lower", "upper"), ends, strict=True):
        name = f"{side} end of the 95 % band"
        yield calculation(name, "Theil-Sen confidence limit", end, write(end), series)
    yield counted("years", test.count, series)


def _yearly(slope: float, *, logs: bool) -> Decimal:
    """Return a slope as growth a year where it is one of logarithms, else as an amount a year."""
    return Decimal(repr(math.expm1(slope) if logs else slope))


def next_ranges(context: Context) -> list[Finding]:
    """R19: the mechanical 80 % range of next year's revenue."""
    found = (_range(context, series) for series in _series(context, _RANGED, RANGE_FROM))
    return [finding for finding in found if finding is not None]


def _range(context: Context, series: Sequence[Fact]) -> Finding | None:
    if any(fact.value <= 0 for fact in series):
        return None
    low, high = drift_range([math.log(fact.value) for fact in series])
    ends = [Decimal(repr(math.exp(end))) for end in (low, high)]
    latest, name = series[-1], _name(series[-1])
    if (ends[1] - ends[0]) / 2 > latest.value * Decimal(repr(WIDEST)):
        return None
    return Finding(
        period=latest.period,
        subject=name.lower(),
        severity=Severity.INFO,
        template="R19",
        values={
            "line": name.lower(),
            "lo": context.money(ends[0]),
            "hi": context.money(ends[1]),
            "n": str(len(series)),
            "date": _date(latest),
        },
        inputs=tuple((fact, role(fact)) for fact in reversed(series)),
        calculations=(
            *(
                calculation(
                    f"{side} end of the 80 % range",
                    "exp(last log + mean log step ± t × spread)",
                    end,
                    context.money(end),
                    series,
                )
                for side, end in zip(("lower", "upper"), ends, strict=True)
            ),
            counted("years", len(series), series),
        ),
        threshold="four and more yearly figures, half-width at most 50 % of the level",
        chart=_chart(name, series),
        key=latest.concept or "",
    )


def _date(fact: Fact) -> str:
    return Period(end=fact.period.end).label


def _name(fact: Fact) -> str:
    return CONCEPTS[fact.concept or ""].name


def _chart(name: str, series: Sequence[Fact]) -> Chart:
    return charts.line(name, "money", charts.fact_series(name, series))
