"""Sentences that state numbers of a headline figure: what is read from them, and what is left alone."""

from decimal import Decimal

import pytest

from services.extraction.claims import claims_in
from services.extraction.sentences import Prose


def read(sentence):
    return claims_in(Prose([sentence]))


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
        "Total U.S. revenues were $13.0 billion and $12.1 billion in 2022 and 2021.",
        "Revenue and Net income were $2.0 billion and $1.0 billion in 2018 and 2017, respectively.",
        "Revenue and operating income grew 5% and 7% to $2.0 billion and $1.0 billion, respectively.",
        "Net sales by segment were $2.0 billion and $1.0 billion, respectively.",
        "The 10-year notes of $1.25 billion bear interest expense at 3.5%.",
        "Net sales (excluding fuel) increased 5% to $2.0 billion.",
        "Net sales of between $2.0 billion and $2.1 billion are our target for 2020.",
        "If net sales were $2.00 billion in 2020, we would pay more.",
        "A decline in net sales of $2.00 billion in 2020 may breach the covenant.",
        "Net sales increased $375 million on classified contracts.",
        "Net sales were $5 billion in 2020.",
        "Net sales were approximately $205 million in 2016.",
        "Interest expense was $459 million and $484 million in 2015, 2016 and 2017.",
        "Interest expense was $459 million and $484 million in 2013 and 2017.",
    ],
)
def test_parts_qualified_figures_and_plans_state_nothing_to_check(sentence):
    assert read(sentence) == ()


def test_an_amount_without_its_unit_is_not_guessed():
    assert read("Cost of sales increased $958 to $13,548 in fiscal 2023.") == ()


def test_the_sentence_is_quoted_whole_with_its_page():
    first, second = "Nothing here.", "Net sales grew 7% to $16.9 billion.\nMore text follows here."
    (claim,) = claims_in(Prose([first, second]))
    assert (claim.page, claim.quote) == (2, "Net sales grew 7% to $16.9 billion.")


@pytest.mark.parametrize(
    ("sentence", "year", "level", "before"),
    [
        (
            "During fiscal 2016, 2015 and 2014, our research and development expenses were $976.0 million, "
            "$862.7 million and $844.4 million, respectively.",
            2016,
            "976.0e6",
            "862.7e6",
        ),
        (
            "Interest expense was $459 million , $484 million , and $848 million in 2015 , 2016 , and 2017 .",
            2017,
            "848e6",
            "484e6",
        ),
        (
            "Net cash used in financing activities for the years ended December 31, 2017, 2016 and 2015 was "
            "$6,995 million, $8,796 million and $10,528 million, respectively.",
            2017,
            "6995e6",
            "8796e6",
        ),
    ],
)
def test_a_list_of_numbers_pairs_with_its_list_of_years(sentence, year, level, before):
    (claim,) = read(sentence)
    said = {role: value for role, (value, _) in amounts(claim).items()}
    assert (claim.year, said) == (year, {"level": Decimal(level), "before": Decimal(before)})


def test_one_number_with_three_digits_and_its_year_is_a_claim():
    (claim,) = read("In 2018, cash flows provided by operating activities increased $199 million.")
    assert (claim.subject, claim.direction, claim.year) == ("cash_from_operations", "up", 2018)
    assert amounts(claim) == {"change": (Decimal("199e6"), Decimal("1e6"))}


@pytest.mark.parametrize(
    ("words", "span"),
    [
        ("in the second quarter of 2023", "Q"),
        ("for the six months ended June 2, 2023", "H1"),
        ("in the first nine months of 2023", "9M"),
        ("in fiscal 2023", None),
    ],
)
def test_the_part_of_a_year_that_a_sentence_names_is_read(words, span):
    (claim,) = read(f"Net sales were $3.83 billion {words}.")
    assert (claim.span, claim.year) == (span, 2023)


def test_net_income_attributable_to_the_company_is_net_income():
    (claim,) = read("Net income attributable to 3M was $5.349 billion in 2018.")
    assert claim.subject == "net_income"
    assert amounts(claim) == {"level": (Decimal("5.349e9"), Decimal("1e6"))}
    assert (
        read("Net income attributable to noncontrolling interest was $5.349 billion in 2018.") == ()
    )
