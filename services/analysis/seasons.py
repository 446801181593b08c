"""Seasonality and run-rate (R18, §3.1): what each quarter brings of a year, and the latest quarter times four.

An index needs eight consecutive quarters, a seasonally adjusted change twelve; a season is told only where it
stands out of the noise.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median

from services.analysis import charts, wording
from services.analysis.compared import role
from services.analysis.finding import CannotCompute, Context, Finding, calculation, rounding_margin
from services.analysis.movement import probability_words
from services.analysis.stats import seasonal_p
from services.domain.insights import Calculation, Severity
from services.domain.periods import Period
from services.domain.reports import Fact

LINE = "revenue"
INDEX_FROM, ADJUSTED_FROM, MOST = 8, 12, 20
"""Quarters: the fewest for an index, the fewest for an adjusted change, and the most that are looked at."""
SIGNIFICANT = 0.05
STRONG = Decimal("0.2625")
"""The share of a year that its strongest quarter needs to be called one: 5 % more than a quarter of it."""
_YEAR = 4
_DRAWS = 40


@dataclass(frozen=True, slots=True)
class _Seasons:
    """Consecutive quarters, oldest first; places count back from the latest, 0 is its own quarter of the year."""

    values: tuple[Decimal, ...]

    @property
    def shares(self) -> dict[int, Decimal]:
        """Return what each quarter brings of a year: its median part of the centred yearly mean, adding up to one."""
        ratios: dict[int, list[Decimal]] = defaultdict(list)
        for at in range(2, len(self.values) - 2):
            ends = (self.values[at - 2] + self.values[at + 2]) / 2
            mean = (ends + sum(self.values[at - 1 : at + 2])) / _YEAR
            ratios[(len(self.values) - 1 - at) % _YEAR].append(self.values[at] / mean)
        indexes = {place: median(found) for place, found in ratios.items()}
        whole = sum(indexes.values())
        return {place: index / whole for place, index in indexes.items()}

    @property
    def p(self) -> float:
        return seasonal_p([float(value.ln()) for value in self.values])

    @property
    def stand_out(self) -> bool:
        return self.p <= SIGNIFICANT and max(self.shares.values()) >= STRONG

    @property
    def run_rate(self) -> Decimal:
        return self.values[-1] * _YEAR

    @property
    def trailing(self) -> Decimal:
        return sum(self.values[-_YEAR:], Decimal(0))

    @property
    def adjusted(self) -> Decimal:
        """The change of the latest quarter on the one before, each at its usual share."""
        shares = self.shares
        return self.values[-1] / shares[0] / (self.values[-2] / shares[1]) - 1


def seasonality(context: Context) -> list[Finding]:
    """R18: the season of revenue over eight quarters and more, and the run-rate beside the last four quarters."""
    latest = next((p for p in context.view.stretches(LINE) if p.span == "Q"), None)
    if latest is None:
        raise CannotCompute("the report shows revenue of no quarter by itself")
    series = context.view.quarters(LINE, latest)[-MOST:]
    if len(series) < INDEX_FROM:
        raise CannotCompute(
            f"it needs revenue of {INDEX_FROM} consecutive quarters and has {len(series)}; a fourth "
            "quarter that no report shows is not computed from the year"
        )
    if any(fact.value <= 0 for fact in series):
        raise CannotCompute("revenue of a quarter is not positive")
    return [_finding(context, series)]


def _finding(context: Context, series: Sequence[Fact]) -> Finding:
    seasons = _of([fact.value for fact in series])
    told = seasons.stand_out
    steps = _steps(context, series, seasons)
    return Finding(
        period=series[-1].period,
        severity=Severity.INFO,
        template="R18" if told else "R18 none",
        values={
            **{name: step.display for name, step in steps.items()},
            **_named(series, seasons),
            "more": "more" if seasons.run_rate > seasons.trailing else "less",
            "date": Period(end=series[-1].period.end).label,
            "adjusted": _adjusted(steps.get("adjusted")),
        },
        inputs=tuple((fact, role(fact)) for fact in reversed(series)),
        calculations=tuple(steps.values()),
        threshold=f"{INDEX_FROM} and more consecutive quarters; a season: p of at most {SIGNIFICANT} beside a "
        "trend, and a quarter of 26.25 % of a year or more",
        margin=rounding_margin(series, lambda moved: _of(moved).stand_out is told, _DRAWS),
        chart=charts.bars("Revenue by quarter", "money", charts.fact_series("Revenue", series)),
        key=LINE,
    )


def _adjusted(change: Calculation | None) -> str:
    if change is None:
        return ""
    return f"; seasonally adjusted, it changed by {change.display} on the one before"


def _of(values: Sequence[Decimal]) -> _Seasons:
    return _Seasons(tuple(values))


def _ends(seasons: _Seasons) -> tuple[int, int]:
    """Return the places of the strongest and the weakest quarter."""
    shares = seasons.shares
    return max(shares, key=shares.__getitem__), min(shares, key=shares.__getitem__)


def _named(series: Sequence[Fact], seasons: _Seasons) -> dict[str, str]:
    """Name both quarters by the month in which they ended last."""
    high, low = (f"{series[-1 - place].period.end:%B}" for place in _ends(seasons))
    return {"strong": high, "weak": low}


def _steps(context: Context, series: Sequence[Fact], seasons: _Seasons) -> dict[str, Calculation]:
    """Return each number of the sentence by its place in the template."""
    rate, trailing, p, count = seasons.run_rate, seasons.trailing, seasons.p, len(series)
    gap, year = abs(rate - trailing), series[-_YEAR:]
    return {
        "n": calculation("quarters", "consecutive quarters read", Decimal(count), str(count), series),
        "p": calculation("p of the season", "F test of the quarters beside a straight trend of logarithms",
                         Decimal(repr(round(p, 6))), probability_words(p), series),
        "rr": calculation("run-rate", "4 × the latest quarter", rate, context.money(rate), series[-1:]),
        "ttm": calculation("last four quarters", "their sum", trailing, context.money(trailing), year),
        "gap": calculation("difference of the run-rate", "|run-rate − last four quarters|", gap,
                           context.money(gap), year),
        **(_season_steps(series, seasons) if seasons.stand_out else {}),
    }  # fmt: skip


def _season_steps(series: Sequence[Fact], seasons: _Seasons) -> dict[str, Calculation]:
    steps = {}
    for name, place in zip(("high", "low"), _ends(seasons), strict=True):
        share, end = seasons.shares[place], Period(end=series[-1 - place].period.end).label
        what, how = (
            f"share of a year, quarters like that to {end}",
            "median of revenue ÷ centred mean",
        )
        steps[name] = calculation(
            what, f"{how} of a year, as a part of all four", share, wording.percent(share), series
        )
    if len(series) >= ADJUSTED_FROM:
        change, how = (
            seasons.adjusted,
            "latest quarter ÷ its share ÷ (the one before ÷ its share) − 1",
        )
        steps["adjusted"] = calculation(
            "seasonally adjusted change", how, change, wording.growth(change), series
        )
    return steps
