import pytest

from services.extraction.units import currency_in, scale_in


@pytest.mark.parametrize(
    ("text", "scale"),
    [
        ("(In millions, except per share data)", 1_000_000),
        ("(Millions, except per share amounts)", 1_000_000),
        ("Dollars and shares in millions", 1_000_000),
        ("(in thousands, except par value)", 1_000),
        ("($ million)", 1_000_000),
        ("(000's omitted)", 1_000),
        ("$ in billions", 1_000_000_000),
        ("(in whole dollars)", 1),
    ],
)
def test_the_words_around_a_header_name_the_scale(text: str, scale: int) -> None:
    assert scale_in(text) == scale


@pytest.mark.parametrize(
    "text", ["Consolidated Balance Sheets", "2,000,000 shares", "in dollars per share"]
)
def test_words_that_name_no_scale_give_none(text: str) -> None:
    assert scale_in(text) is None


def test_the_scale_of_shares_is_not_the_scale_of_amounts() -> None:
    text = "(In millions, except number of shares which are reflected in thousands)"
    assert scale_in(text) == 1_000_000


def test_a_currency_is_read_from_its_sign_or_name() -> None:
    assert currency_in(["(€ in millions)"]) == "EUR"
    assert currency_in(["in millions of pounds sterling"]) == "GBP"
    assert currency_in(["$1,200"]) == "USD"
    assert currency_in(["1,200"]) is None
