"""Customers' shares of revenue in the sentences of real reports, and the sentences that state none."""

from decimal import Decimal

import pytest

from services.extraction.concentration import concentrations_in
from services.extraction.sentences import Prose

STATED = [
    (  # GENERALMILLS_2023_annualreport, page 5
        "During fiscal 2023, Walmart Inc. and its affiliates (Walmart) accounted for 21 percent of our "
        "consolidated net sales and 28 percent of net sales of our North America Retail segment.",
        ("customer_share", ["0.21"]),
    ),
    (  # LOCKHEEDMARTIN_2020_10K, page 10
        "We derived 74% of our total net sales from the U.S. Government in 2020, including 64% from the DoD.",
        ("customer_share", ["0.74"]),
    ),
    (  # AMCOR_2019_10K, page 9
        "Sales to our largest customer accounted for approximately 11% of our total net sales for fiscal "
        "years 2019 and 2018.",
        ("customer_share", ["0.11"]),
    ),
    (  # CVSHEALTH_2018_10K, page 370
        "In 2018 , 2017 and 2016 , approximately 9.8% , 12.3% and 11.7% , respectively, of the Company’s "
        "consolidated revenues were from Aetna, a Pharmacy Services segment client.",
        ("customer_share", ["0.098", "0.123", "0.117"]),
    ),
    (  # the same, the years the other way round
        "In 2016, 2017 and 2018, revenues from the federal government accounted for 16%, 17% and 18%, "
        "respectively, of the Company’s consolidated total revenues.",
        ("customer_share", ["0.18", "0.17", "0.16"]),
    ),
    (  # PFIZER_2015_10K, page 198
        "In 2015 , sales to our three largest U.S. wholesaler customers represented approximately 14% , "
        "11% and 10% of total revenues, respectively.",
        ("customer_share", ["0.14"]),
    ),
    (
        "In 2015, our top three biopharmaceutical wholesalers accounted for approximately 34% of our total "
        "revenues (and 74% of our total U.S. revenues).",
        ("customer_group_share", ["0.34"]),
    ),
]
STATED += [
    (
        "In each of the years ended December 31, 2021, 2020 and 2019, net sales to our largest customer, "
        "Walmart Inc. and its affiliates (“Walmart”), were 24%, 23% and 24% respectively, of our "
        "consolidated net sales.",
        ("customer_share", ["0.24", "0.23", "0.24"]),
    ),
    (
        "Walmart Inc. and its affiliates together accounted for approximately 13% and 18% of our "
        "consolidated net sales for the fiscal years ended June 30, 2026 and 2025, respectively.",
        ("customer_share", ["0.13", "0.18"]),
    ),
    ("Our largest customer accounted for 22% of net sales.", ("customer_share", ["0.22"])),
]
"""Those without a page are wordings of other companies' reports."""
NOT_STATED = [
    "One customer accounted for 14% of net sales of our Retail segment in 2020.",
    "The Rest of World segment represents 43% of our consolidated net sales.",
    "Sales to distributors accounted for 60% of our revenue in 2020.",
    "Growth from one customer was 15% of our sales increase.",
    # EBAY_2021_10K, page 71
    "In each of the years ended December 31, 2021, 2020 and 2019, no customer accounted for more than 10% "
    "of net revenues.",
    # ADOBE_2022_10K, page 14
    "For all periods presented, there were no customers that represented at least 10% of net revenue.",
    # AMCOR_2019_10K, page 9
    "From time to time, a single customer, depending on the current status and volumes of a number of "
    "separate contracts, may account for 10% or more of our revenue.",
    # APPLE_2022_10K, page 43
    "As of September 24, 2022, the Company had one customer that represented 10% or more of total trade "
    "receivables, which accounted for 10%.",
    # LOCKHEEDMARTIN_2020_10K, pages 3 and 16
    "U.S. Government customers accounted for 69% and international customers accounted for 31% of "
    "Aeronautics’ net sales.",
    "In 2020, 25% of our total net sales were from international customers.",
    # CVSHEALTH_2022_10K, page 7: a share of the revenue from one customer
    "Contracts with CMS accounted for approximately 74%, 79% and 78%, respectively, of the Company’s "
    "consolidated revenues from the federal government in 2022, 2021 and 2020.",
    # COCACOLA_2017_10K, page 18: a country, not a customer
    "In 2017, our operations outside the United States accounted for $20.7 billion, or 58 percent, of our "
    "total net operating revenues.",
    # Pfizer_2023Q2_10Q, page 38: which share is of which months is open
    "Additionally, revenues from the U.S. government represented 1% and 9% of total revenues for the three "
    "and six months ended July 2, 2023, respectively, and 26% and 22% of total revenues for the three and "
    "six months ended July 3, 2022, respectively.",
    "Customer support revenue represented 12% of our total revenues in 2020.",
    "Our largest supplier Acme Inc. represented 20% of our total sales in 2020.",
]


def shares(sentence):
    return [
        (cue.kind, [str(amount) for amount in cue.amounts])
        for cue in concentrations_in(Prose([f"Concentration\n{sentence}\nNext"]))
    ]


@pytest.mark.parametrize(("sentence", "expected"), STATED)
def test_a_share_of_all_revenue_is_read_with_the_latest_year_first(sentence, expected):
    assert shares(sentence) == [expected]


@pytest.mark.parametrize("sentence", NOT_STATED)
def test_a_sentence_that_states_no_customers_share_of_all_revenue_gives_none(sentence):
    assert shares(sentence) == []


def test_the_quotation_is_the_whole_sentence_with_its_page():
    sentence = STATED[1][0]
    (cue,) = concentrations_in(
        Prose(["Nothing here.", f"Item 1A.\nRisks are many. {sentence} Others follow."])
    )
    assert (cue.quote, cue.page) == (sentence, 2)
    assert cue.amounts == (Decimal("0.74"),)
