"""Sentences that state numbers of a headline figure: what is read from them, and what is left alone."""

from decimal import Decimal

import pytest

from services.extraction.claims import claims_in


def read(sentence):
    return claims_in([sentence])


def amounts(claim):
    return {a.role: (a.value, a.unit) for a in claim.amounts}


def test_change_share_level_and_year_of_a_sentence_are_read():
    (claim,) = read(
        "• Total revenues increased $3.5 billion , or 2.7% , to $134.1 billion in 2018 compared to 2017."
    )
    assert (claim.subject, claim.direction, claim.year, claim.page) == ("revenue", "up", 2018, 1)
    assert amounts(claim) == {
        "change": (Decimal("3.5e9"), Decimal("1e8")),
        "growth": (Decimal("0.027"), Decimal("0.001")),
        "level": (Decimal("134.1e9"), Decimal("1e8")),
    }


def test_the_level_of_the_year_before_is_read_with_from_and_with_compared():
    for words in ("up from $5.85 billion in fiscal 2016", "compared to $5.85 billion in 2016"):
        (claim,) = read(f"Revenue was $7.30 billion in fiscal 2017, {words}.")
        assert amounts(claim)["before"] == (Decimal("5.85e9"), Decimal("1e7"))
        assert claim.year == 2017


def test_a_rate_is_a_share_and_its_change_is_in_points():
    (claim,) = read("Our effective income tax rate was 14.2% for 2022 and 16.4% for 2021.")
    assert amounts(claim) == {
        "level": (Decimal("0.142"), Decimal("0.001")),
        "before": (Decimal("0.164"), Decimal("0.001")),
    }
    (claim,) = read("Gross margin decreased 190 basis points to 33.7 percent.")
    assert amounts(claim)["change"] == (Decimal("0.0190"), Decimal("0.0010"))


def test_a_year_named_before_the_figure_counts():
    (claim,) = read("In fiscal 2019, net sales increased 7 percent to $16.9 billion.")
    assert claim.year == 2019


def test_what_is_called_approximate_is_marked():
    (claim,) = read("Net sales grew approximately $1.7 billion, or 2.1%, to $79.4 billion.")
    assert [a.about for a in claim.amounts] == [True, False, False]


@pytest.mark.parametrize(
    "sentence",
    [
        "Digital Media revenue was $12.84 billion, up from $11.52 billion in fiscal 2021.",
        "Product sales increased $4.9 billion, or 10%, in 2020.",
        "On an organic basis, net sales increased 4 percent to $17.6 billion.",
        "Adjusted operating profit of $3.5 billion increased 8 percent.",
        "Net sales increased 5% to $2.0 billion on a constant currency basis.",
        "Net sales would have increased 5% to $2.0 billion.",
        "We expect net sales to be $2.0 billion, up 5%.",
        "Operating profit in the Aeronautics segment increased 5% to $2.0 billion.",
        "Revenue and net income were $2.0 billion and $1.0 billion, respectively.",
        "Net sales increased 5% in Asia Pacific.",
        "Net sales increased.",
        "The notes bear interest at 3.5% and raised $2.0 billion.",
    ],
)
def test_parts_qualified_figures_and_plans_state_nothing_to_check(sentence):
    assert read(sentence) == ()


def test_an_amount_without_its_unit_is_not_guessed():
    assert read("Cost of sales increased $958 to $13,548 in fiscal 2023.") == ()


def test_the_sentence_is_quoted_whole_with_its_page():
    first, second = "Nothing here.", "Net sales grew 7% to $16.9 billion.\nMore text follows here."
    (claim,) = claims_in([first, second])
    assert (claim.page, claim.quote) == (2, "Net sales grew 7% to $16.9 billion.")
