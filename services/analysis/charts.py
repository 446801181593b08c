"""Chart records: what to draw for an insight, with the fact behind each point that is one."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from services.domain.insights import Chart, ChartSeries
from services.domain.periods import Period
from services.domain.reports import Fact

Bands = tuple[tuple[str, Decimal | None, Decimal | None], ...]


def fact_series(name: str, facts: Sequence[Fact]) -> ChartSeries:
    """Return the facts as one series over their periods."""
    return ChartSeries(
        name=name,
        x=tuple(fact.period.label for fact in facts),
        y=tuple(fact.value for fact in facts),
        fact_ids=tuple(fact.fact_id for fact in facts),
    )


def computed_series(
    name: str, periods: Sequence[Period], values: Sequence[Decimal | None]
) -> ChartSeries:
    """Return computed values as one series over their periods."""
    return ChartSeries(name=name, x=tuple(period.label for period in periods), y=tuple(values))


def line(title: str, unit: str, *series: ChartSeries) -> Chart:
    """Return a line chart."""
    return Chart(kind="line", title=title, unit=unit, series=series)


def bars(title: str, unit: str, *series: ChartSeries) -> Chart:
    """Return a bar chart."""
    return Chart(kind="bars", title=title, unit=unit, series=series)


def named_bars(title: str, unit: str, values: Mapping[str, Decimal]) -> Chart:
    """Return one bar a name."""
    return bars(title, unit, ChartSeries(name=title, x=tuple(values), y=tuple(values.values())))


def combo(title: str, unit: str, *series: ChartSeries) -> Chart:
    """Return bars (first series) with lines (the others)."""
    return Chart(kind="combo", title=title, unit=unit, series=series)


def ratio_bands(title: str, unit: str, bands: Bands, *series: ChartSeries) -> Chart:
    """Return lines over named bands."""
    return Chart(kind="ratio_bands", title=title, unit=unit, series=series, bands=bands)


def waterfall(
    title: str, unit: str, steps: Sequence[tuple[str, Decimal, Fact | None]], totals: Sequence[int]
) -> Chart:
    """Return a waterfall; ``totals`` are the indexes of the steps that stand on the ground."""
    series = ChartSeries(
        name=title,
        x=tuple(name for name, _, _ in steps),
        y=tuple(value for _, value, _ in steps),
        fact_ids=tuple(None if fact is None else fact.fact_id for _, _, fact in steps),
    )
    return Chart(kind="waterfall", title=title, unit=unit, series=(series,), totals=tuple(totals))
