"""Numbers as finance people write them."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.analysis import wording
from services.domain.periods import Period
from tests.unit.statement_builder import at, quarter, year


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("32765000000", "USD 32.8 bn"),
        ("1234000000", "USD 1,234 m"),
        ("9999400000", "USD 9,999 m"),
        ("9999600000", "USD 10.0 bn"),
        ("65140000", "USD 65.1 m"),
        ("-160000000", "USD (160) m"),
        ("-14300000000", "USD (14.3) bn"),
        ("532000", "USD 532,000"),
        ("0", "USD 0"),
        ("-0.2", "USD (0)"),
    ],
)
def test_money(value, text):
    assert wording.money(Decimal(value)) == text


def test_money_of_other_currencies_names_them():
    assert wording.money(Decimal(1234000000), "CHF") == "CHF 1,234 m"
    assert wording.money(Decimal(1234000000), "EUR") == "EUR 1,234 m"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (wording.percent(Decimal("0.2339")), "23.4 %"),
        (wording.growth(Decimal("0.0350")), "+3.5 %"),
        (wording.growth(Decimal("-0.0832")), "(8.3) %"),
        (wording.growth(Decimal("-0.0001")), "0.0 %"),
        (wording.points(Decimal("-0.0229")), "−2.3 pp"),
        (wording.basis_points(Decimal("-0.02291")), "−229 bp"),
        (wording.days(Decimal("55.92")), "55.9 days"),
        (wording.times(Decimal("1.682")), "1.68×"),
        (wording.per_share(Decimal("-0.41")), "USD (0.41)"),
        (wording.plain(Decimal("2.7349")), "2.73"),
    ],
)
def test_shares_days_and_multiples(text, expected):
    assert text == expected


@pytest.mark.parametrize(
    ("period", "text"),
    [
        (year(2018), "the year to Dec 31, 2018"),
        (quarter(2023, 2), "the quarter to Jun 30, 2023"),
        (at(2018), "Dec 31, 2018"),
        (Period(start=date(2023, 1, 1), end=date(2023, 4, 30)), "the 120 days to Apr 30, 2023"),
    ],
)
def test_periods_read_inside_a_sentence(period, text):
    assert wording.stretch(period) == text


@given(value=st.integers(min_value=-(10**14), max_value=10**14))
def test_a_negative_amount_always_shows_in_parentheses(value):
    assert ("(" in wording.money(Decimal(value))) == (value < 0)
