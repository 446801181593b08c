"""Numbers the way finance people write them; pure, no locale."""

from decimal import ROUND_HALF_EVEN, Decimal

from services.domain.periods import Period

_BILLIONS_FROM = Decimal(10_000_000_000)
_MILLION = Decimal(1_000_000)
_HUNDRED = Decimal(100)


def money(value: Decimal, currency: str = "USD") -> str:
    """Write an amount in base units: USD 32.8 bn, USD 1,234 m, USD (160) m, USD (532,000)."""
    size = abs(value)
    if _rounded(size / _MILLION, 0) >= _BILLIONS_FROM / _MILLION:
        return _amount(value, size / (1000 * _MILLION), 1, currency) + " bn"
    if size >= _MILLION:
        decimals = 0 if size >= 100 * _MILLION else 1
        return _amount(value, size / _MILLION, decimals, currency) + " m"
    return _amount(value, size, 0, currency)


def millions(value: Decimal, currency: str = "USD") -> str:
    """Write an amount in whole millions however large it is, to compare two of them: USD 43,761 m."""
    if abs(value) < 100 * _MILLION:
        return money(value, currency)
    return _amount(value, abs(value) / _MILLION, 0, currency) + " m"


def _amount(value: Decimal, size: Decimal, decimals: int, currency: str) -> str:
    text = f"{_rounded(size, decimals):,}"
    return f"{currency} ({text})" if value < 0 else f"{currency} {text}"


def per_share(value: Decimal, currency: str = "USD") -> str:
    """Write an amount per share with two decimals: USD 8.89, USD (0.41)."""
    return _amount(value, abs(value), 2, currency)


def percent(fraction: Decimal, decimals: int = 1) -> str:
    """Write a fraction as a percentage: 0.234 becomes 23.4 %, −0.052 becomes (5.2) %."""
    rounded = _rounded(fraction * _HUNDRED, decimals)
    return f"({abs(rounded):,}) %" if rounded < 0 else f"{rounded:,} %"


def growth(fraction: Decimal) -> str:
    """Write a change as a percentage: +3.5 %, (8.3) %."""
    return f"+{percent(fraction)}" if _rounded(fraction * _HUNDRED, 1) > 0 else percent(fraction)


def points(fraction: Decimal) -> str:
    """Write a difference of two percentages in points: +2.3 pp."""
    return f"{_signed(_rounded(fraction * _HUNDRED, 1))} pp"


def basis_points(fraction: Decimal) -> str:
    """Write a difference of two percentages in basis points: −229 bp."""
    return f"{_signed(_rounded(fraction * 10_000, 0))} bp"


def days(value: Decimal) -> str:
    """Write a number of days: 55.9 days."""
    return f"{plain(value, 1)} days"


def times(value: Decimal, decimals: int = 2) -> str:
    """Write a multiple: 1.68×."""
    return f"{plain(value, decimals)}×"


def plain(value: Decimal, decimals: int = 2) -> str:
    """Write a score without a unit: 1.39, −0.52."""
    return f"{_rounded(value, decimals):,}".replace("-", "−")


_STRETCHES = {
    "FY": "the year",
    "9M": "the nine months",
    "H1": "the six months",
    "Q": "the quarter",
    "M": "the month",
}


def stretch(period: Period) -> str:
    """Write a period inside a sentence: the year to Dec 31, 2018; Dec 31, 2018."""
    end = Period(end=period.end).label
    if period.is_instant:
        return end
    return f"{_STRETCHES.get(period.span, f'the {period.days + 1} days')} to {end}"


def _signed(value: Decimal) -> str:
    if value == 0:
        return f"{abs(value):,}"
    return f"{'+' if value > 0 else '−'}{abs(value):,}"


def _rounded(value: Decimal, decimals: int) -> Decimal:
    rounded = value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_EVEN)
    return abs(rounded) if rounded == 0 else rounded
