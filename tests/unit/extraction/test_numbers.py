from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.extraction.numbers import parse_number


@pytest.mark.parametrize(
    ("printed", "value"),
    [
        ("32,765", "32765"),
        ("$7,637", "7637"),
        ("(547)", "-547"),
        ("$(1,341)", "-1341"),
        ("($1,341)", "-1341"),
        ("(420.5)", "-420.5"),
        ("-12", "-12"),
        ("\u221212.5", "-12.5"),
        (".25", "0.25"),
        ("€1,000", "1000"),
        ("\uff11\uff12\uff13", "123"),
        ("1,234\u00b2", "1234"),
        ("93%", "93"),
        ("(5.1)%", "-5.1"),
    ],
)
def test_a_printed_number_has_its_value(printed: str, value: str) -> None:
    number = parse_number(printed)
    assert number is not None
    assert number.value == Decimal(value)
    assert not number.nil


@pytest.mark.parametrize(
    "printed",
    ["1,23", "12,34,567", "(547", "547)", "--5", "(-5)", "1.2.3", "12a", "\u0661\u0662", "$", "", "N/A", "$$5", "1 234"],
)  # fmt: skip
def test_what_is_not_surely_a_number_is_text(printed: str) -> None:
    assert parse_number(printed) is None


@pytest.mark.parametrize("printed", ["—", "–", "-", "$—", "--", "—%"])
def test_a_printed_dash_is_nil_and_not_blank(printed: str) -> None:
    number = parse_number(printed)
    assert number is not None
    assert number.nil
    assert number.value == 0


def test_decimals_and_percent_are_kept() -> None:
    number = parse_number("(12.50)%")
    assert number is not None
    assert (number.decimals, number.percent, number.value) == (2, True, Decimal("-12.50"))


@given(st.decimals(min_value=0, max_value=10**12, places=2), st.booleans())
def test_every_amount_survives_printing_and_reading(amount: Decimal, negative: bool) -> None:
    printed = f"({amount:,})" if negative else f"{amount:,}"
    number = parse_number(printed)
    assert number is not None
    assert number.value == (-amount if negative else amount)


@given(st.text(max_size=12))
def test_reading_never_fails_on_any_text(text: str) -> None:
    number = parse_number(text)
    assert number is None or number.value.is_finite()
