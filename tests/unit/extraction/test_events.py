"""Events after the period and claims in the sentences of real reports, and what is none of both."""

from datetime import date

import pytest

from services.extraction.events import events_in
from services.extraction.sentences import Prose

YEAR_END = date(2018, 12, 31)
EVENTS = [
    (  # 3M_2018_10K, page 27
        "2019 closed acquisitions: In February 2019, 3M completed the acquisition of the technology business "
        "of M*Modal for cash of approximately $0.7 billion, subject to closing and other adjustments.",
        YEAR_END,
        700_000_000,
    ),
    (  # AMCOR_2019_10K, page 95
        "Note 23 - Subsequent Events On August 8, 2019, the Company completed the sale of the EC Remedy for "
        "total consideration of approximately $394.0 million.",
        date(2019, 6, 30),
        394_000_000,
    ),
    (  # PFIZER_2015_10K, page 193
        "On February 12, 2016, Wyeth and the DOJ reached an agreement in principle to resolve the actions "
        "pending in the U.S. District Court for the District of Massachusetts for $784.6 million .",
        date(2015, 12, 31),
        784_600_000,
    ),
]
CLAIMS = [
    (  # 3M_2022_10K, page 111
        "As of December 31, 2022, the Company had recorded liabilities of $592 million for “other "
        "environmental liabilities.”",
        592_000_000,
    ),
    (  # CVSHEALTH_2022_10K, page 88
        "During 2022, the Company recorded $5.8 billion of opioid litigation charges.",
        5_800_000_000,
    ),
    (  # CVSHEALTH_2022_10K, page 174
        "In November 2021, the Company was among the chain pharmacies found liable by a jury; in August 2022, "
        "the court issued a judgment jointly against the three defendants in the amount of $651 million.",
        651_000_000,
    ),
    (  # LOCKHEEDMARTIN_2020_10K, page 104
        "At December 31, 2020 and 2019, the aggregate amount of liabilities recorded relative to environmental "
        "matters was $789 million and $810 million, most of which are noncurrent.",
        789_000_000,
    ),
    (
        "In April 2018, the Company agreed to settle the lawsuits in Kentucky for $340 million.",
        340_000_000,
    ),
]
NEITHER = [
    # BESTBUY_2017_10K, page 82, and AMCOR_2019_10K, page 95: approved, not done
    "In February 2019, our Board of Directors authorized a new $5.0 billion share repurchase plan.",
    "On March 1, 2019, the Board approved and we entered into a $500.0 million on-market buy-back.",
    # JPMORGAN_2021Q1_10Q, page 40
    "On January 30, 2019, the Firm announced that it will redeem all $1.4 billion of its preferred stock.",
    # AMERICANWATERWORKS_2021_10K, page 60
    "On February 10, 2019, the Illinois subsidiary filed a general rate case requesting $71 million.",
    # AMERICANWATERWORKS_2022_10K, page 68
    "In January 2019, the Company entered into three treasury lock agreements, with notional amounts "
    "totaling $100 million.",
    # within the year, and long after it
    "In February 2018, we completed the acquisition of Acme for $700 million.",
    "In February 2020, we completed the acquisition of Acme for $700 million.",
    # LOCKHEEDMARTIN_2020_10K, page 103: its own claim
    "Finally, our declaratory judgment action was later amended to include claims for monetary damages "
    "against the MTA of approximately $95 million.",
    # PFIZER_2021_10K, page 75: a licence
    "Under the terms of the agreement, we agreed to pay BioNTech $225 million, including an upfront payment.",
    # AMCOR_2023_10K, page 31
    "In fiscal years 2023 and 2022, we recorded total expenses of $55 million before insurance settlements.",
    # CVSHEALTH_2018_10K, page 269
    "The reversal of an accrual of $85 million in connection with a legal settlement favoured the segment.",
    "The plaintiffs could be awarded a judgment and the court could have issued a verdict of $300 million.",
    "At December 31, 2017 and 2018, the total amount of liabilities recorded for environmental matters was "
    "$789 million and $810 million.",
]


def told(sentence, end=YEAR_END):
    return [(cue.kind, cue.amounts) for cue in events_in(Prose([f"Notes\n{sentence}\nNext"]), end)]


@pytest.mark.parametrize(("sentence", "end", "amount"), EVENTS)
def test_what_was_done_after_the_periods_end_is_read_with_its_amount(sentence, end, amount):
    assert told(sentence, end) == [("subsequent_event", (amount,))]


@pytest.mark.parametrize(("sentence", "amount"), CLAIMS)
def test_an_amount_accrued_charged_or_awarded_is_read(sentence, amount):
    assert told(sentence) == [("contingency", (amount,))]


@pytest.mark.parametrize("sentence", NEITHER)
def test_what_is_neither_done_nor_owed_is_left_alone(sentence):
    assert told(sentence) == []


def test_the_quotation_begins_with_the_date_and_not_with_the_heading():
    (cue,) = events_in(Prose([EVENTS[1][0]]), date(2019, 6, 30))
    assert cue.quote.startswith("On August 8, 2019, the Company completed")
    assert cue.quote in EVENTS[1][0]


def test_without_a_periods_end_nothing_can_be_after_it():
    assert events_in(Prose([EVENTS[0][0]]), None) == ()
