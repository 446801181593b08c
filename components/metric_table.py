"""A report's metrics as a table by period, and the trend of one of them."""

from collections.abc import Sequence
from decimal import Decimal

import pandas as pd

from components.format import money
from services.analysis.metric_catalogue import BY_ID, SPECS
from services.analysis.metric_spec import is_percent
from services.analysis.metrics import Metric
from services.analysis.wording import percent
from services.domain.insights import Chart, ChartSeries
from services.domain.periods import Period

_UPPER = {
    "roa": "Return on assets",
    "roe": "Return on equity",
    "dso": "Days sales outstanding",
    "dio": "Days inventory outstanding",
    "dpo": "Days payables outstanding",
    "ccc": "Cash conversion cycle",
    "ebitda_unadjusted": "EBITDA (unadjusted)",
    "ebitda_margin": "EBITDA margin",
    "debt_to_ebitda": "Debt / EBITDA",
    "net_debt_to_ebitda": "Net debt / EBITDA",
    "altman_z_prime": "Altman Z′ (private manufacturers)",
    "altman_z_double_prime": "Altman Z″ (non-manufacturers)",
    "beneish_m": "Beneish M",
    "springate_s": "Springate S",
    "zmijewski_x": "Zmijewski X",
    "piotroski_f": "Piotroski F (opening assets)",
    "piotroski_f_year_end": "Piotroski F (closing assets)",
    "revenue_cagr_2y": "Revenue CAGR, 2 years",
    "net_margin_3y_average": "Net margin, 3-year average",
    "operating_margin_3y_average": "Operating margin, 3-year average",
    "sga_to_revenue": "SG&A / revenue",
}
_PLACES = 2


def metric_name(metric_id: str) -> str:
    """Return what a metric is called."""
    words = metric_id.replace("_to_", " / ").replace("_", " ")
    return _UPPER.get(metric_id, words[:1].upper() + words[1:])


def metric_words(metric: Metric, currency: str) -> str:
    """Write a metric's value as finance people do: 23.4 %, 1.68×, 55.9 days, USD (1,234) m."""
    return value_words(metric.metric_id, metric.value, currency)


def value_words(metric_id: str, value: Decimal, currency: str = "USD") -> str:
    """Write a value as one of a metric."""
    unit = BY_ID[metric_id].unit
    if unit == "USD":
        return money(value, currency)
    if unit == "days":
        return f"{value:,.1f} days"
    if unit == "score":
        return f"{value:,.2f}"
    if is_percent(metric_id):
        return percent(value)
    return f"{value:,.{_PLACES}f}×"


def periods_of(metrics: Sequence[Metric]) -> list[Period]:
    """Return the periods that have metrics, latest first, a date right behind the stretch it ends."""
    periods = {metric.period for metric in metrics}
    return sorted(periods, key=lambda p: (-p.end.toordinal(), p.is_instant, -p.days))


def metric_frame(metrics: Sequence[Metric], currency: str) -> pd.DataFrame:
    """Return one row a metric in catalogue order and one column a period; unknown stays empty."""
    periods = periods_of(metrics)
    cells = {(metric.metric_id, metric.period): metric for metric in metrics}
    known = [
        spec.metric_id for spec in SPECS if any(m.metric_id == spec.metric_id for m in metrics)
    ]
    rows = [
        [
            metric_words(cells[name, period], currency) if (name, period) in cells else ""
            for period in periods
        ]
        for name in known
    ]
    names = pd.Index([metric_name(name) for name in known], name="Metric")
    return pd.DataFrame(rows, index=names, columns=[period.label for period in periods])


def trend_of(metrics: Sequence[Metric], like: Metric) -> Chart:
    """Return the chart of one metric over the periods of the same length, oldest first."""
    same = [
        m for m in metrics if m.metric_id == like.metric_id and m.period.span == like.period.span
    ]
    ordered = sorted(same, key=lambda metric: metric.period.end)
    percent = like.unit == "ratio" and is_percent(like.metric_id)
    unit = {"USD": "money", "days": "days"}.get(like.unit, "percent" if percent else "ratio")
    factor = 100 if percent else 1
    name = metric_name(like.metric_id)
    series = ChartSeries(
        name=name,
        x=tuple(metric.period.label for metric in ordered),
        y=tuple(metric.value * factor for metric in ordered),
    )
    return Chart(kind="line", title=name, unit=unit, series=(series,))
