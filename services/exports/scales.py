"""How the values of a chart are scaled and labelled, the same on the screen and on paper."""

from decimal import ROUND_HALF_UP, Decimal

from services.domain.insights import Chart

BILLION, MILLION, THOUSAND = Decimal(10**9), Decimal(10**6), Decimal(10**3)
_SMALL_MONEY, _LARGE_MONEY = 10, 100


def scale_of(chart: Chart) -> tuple[Decimal, str]:
    """Return what to divide the values by and what the axis then counts."""
    if chart.unit != "money":
        return Decimal(1), "%" if chart.unit == "percent" else chart.unit
    largest = max((abs(y) for s in chart.series for y in s.y if y is not None), default=Decimal(0))
    if largest >= BILLION * _LARGE_MONEY:
        return BILLION, "billions"
    if largest >= MILLION * _SMALL_MONEY:
        return MILLION, "millions"
    return (THOUSAND, "thousands") if largest >= THOUSAND * _SMALL_MONEY else (Decimal(1), "")


def point_label(value: Decimal | None, chart: Chart, divisor: Decimal) -> str:
    """Return a value as its label on the chart: parentheses for negative money and percent."""
    if value is None:
        return ""
    shown = value / divisor
    if chart.unit == "percent":
        share = _at(shown, 1)
        return f"({abs(share):,.1f}) %" if share < 0 else f"{share:,.1f} %"
    if chart.unit == "money":
        rounded = _at(shown, 1 if divisor >= BILLION else 0)
        return f"({abs(rounded):,})" if rounded < 0 else f"{rounded:,}"
    return f"{_at(shown, 1):,.1f}" if chart.unit == "days" else f"{_at(shown, 2):,.2f}"


def _at(value: Decimal, digits: int) -> Decimal:
    """Round half up; nought has no sign."""
    rounded = value.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    return abs(rounded) if rounded == 0 else rounded
