"""What is not answered: each reason occurs, and nothing is guessed."""

import pytest

from services.ask.answering import answer
from services.ask.answers import Refusal
from services.ask.reading import LONGEST
from services.ask.refusals import Reason
from services.domain.concepts import StatementKind
from tests.unit.ask.loaded import (
    UNSURE,
    a_source,
    ask,
    balances,
    growing,
    retailer,
    the_manufacturer,
)
from tests.unit.statement_builder import at, quarter, year

REFUSED = (
    ("", Reason.NOTHING_ASKED),
    ("Thanks!", Reason.NOT_UNDERSTOOD),
    ("Define margin as net income / revenue.", Reason.NOTHING_ASKED),
    ("Why did revenue rise in 2018?", Reason.NEEDS_TEXT),
    ("What drove the change in gross margin in 2018?", Reason.NEEDS_TEXT),
    ("Which segment had the highest revenue?", Reason.NEEDS_TEXT),
    ("Is Acme Tools a capital-intensive business?", Reason.NEEDS_JUDGEMENT),
    ("What was revenue in the US in 2018?", Reason.NOT_UNDERSTOOD),
    ("What was IT revenue in 2018?", Reason.NOT_UNDERSTOOD),
    ("What was revenue last year?", Reason.NOT_UNDERSTOOD),
    ("What was the change in inventory in the cash flow statement in 2018?", Reason.NOT_UNDERSTOOD),
    ("Did inventory improve in 2018?", Reason.NEEDS_JUDGEMENT),
    ("Is Acme Tools profitable?", Reason.NEEDS_JUDGEMENT),
    ("Did organic revenue grow in 2018?", Reason.NOT_UNDERSTOOD),
    ("Did revenue grow faster than inventory in 2018?", Reason.NOT_UNDERSTOOD),
    ("Did revenue grow or was it negative in 2018?", Reason.NEEDS_JUDGEMENT),
    ("What is adjusted EBITDA for 2018?", Reason.NOT_UNDERSTOOD),
    ("What was organic revenue growth in 2018?", Reason.NOT_UNDERSTOOD),
    ("What was segment revenue in 2018?", Reason.NOT_UNDERSTOOD),
    ("What was revenue in Europe in 2018?", Reason.NOT_UNDERSTOOD),
    ("What was Zenith's revenue in 2018?", Reason.NOT_UNDERSTOOD),
    ("Excluding goodwill, what were total assets in 2018?", Reason.NOT_UNDERSTOOD),
    ("What was revenue in 2018? Exclude acquisitions.", Reason.NOT_UNDERSTOOD),
    ("What was revenue in 2018? Treat leases as debt.", Reason.NOT_UNDERSTOOD),
    ("What was revenue in 2018? What was net income in 2018?", Reason.NOT_UNDERSTOOD),
    ("What was revenue and net income in 2018?", Reason.NOT_UNDERSTOOD),
    ("What are cash expenses for 2018?", Reason.NOT_UNDERSTOOD),
    ("What was operating income (net income) in 2018?", Reason.NOT_UNDERSTOOD),
    ("revenue + in 2018", Reason.NOT_UNDERSTOOD),
    ("x" * (LONGEST + 1), Reason.NOT_UNDERSTOOD),
    ("What is the score for 2018? The score is defined as: goodwill impairment / revenue.", Reason.BAD_DEFINITION),
    ("What is the current ratio (using cash and inventory) for 2018?", Reason.BAD_DEFINITION),
    ("What was revenue in 2017 and 2018?", Reason.WHICH_PERIOD),
    ("What was average revenue in 2018?", Reason.WHICH_PERIOD),
    ("What is the 5 year revenue CAGR from 2016 to 2018?", Reason.WHICH_PERIOD),
    ("What is the CAGR of revenue?", Reason.WHICH_PERIOD),
    ("What was revenue in 2011?", Reason.NO_SUCH_PERIOD),
    ("What was revenue in Q3 2018?", Reason.NO_SUCH_PERIOD),
    ("What is revenue growth in 2017?", Reason.NO_SUCH_PERIOD),
    ("How much goodwill was there in 2018?", Reason.NOT_READ),
    ("What is the current ratio in USD millions?", Reason.OTHER_UNIT),
    ("What was revenue in 2018 in percent?", Reason.OTHER_UNIT),
    ("What is revenue + current ratio for 2018?", Reason.OTHER_UNIT),
    ("What was the change in operating margin from 2017 to 2018 in percent?", Reason.OTHER_UNIT),
    ("revenue / (capex - capex) 2018", Reason.NO_MEANING),
)  # fmt: skip


@pytest.mark.parametrize(("question", "reason"), REFUSED)
def test_what_is_not_understood_to_the_last_word_is_refused(question, reason):
    found = ask(question)
    assert isinstance(found, Refusal), found.sentence
    assert found.reason is reason, found.sentence


def test_without_a_report_there_is_no_answer():
    bare = the_manufacturer()
    assert ask("What is revenue?", bare).question
    nobody = growing()
    assert ask("What is revenue?", bare, nobody).reason is Reason.WHICH_COMPANY
    assert ask("What is Acme's and Beta's revenue?", bare, nobody).reason is Reason.WHICH_COMPANY


def test_years_that_end_in_january_can_be_called_after_either_year():
    refused = ask("What was revenue in FY2022?", retailer())
    assert refused.reason is Reason.WHICH_PERIOD
    assert "Jan 28, 2023" in refused.sentence
    assert ask("What was revenue in Q2 2024?", retailer()).reason is Reason.WHICH_PERIOD


def test_growth_from_a_loss_says_nothing():
    losing = a_source([year(2018), year(2017)], [("Net income", "net_income", 5, -3)])
    assert ask("What was net income growth in 2018?", losing).reason is Reason.NO_MEANING
    assert ask("What was the change in net income in 2018?", losing).text == "USD 8.0 m"


def test_more_than_a_year_on_year_is_no_growth_on_the_year_before():
    asked = "What was the year over year revenue growth from 2014 to 2018?"
    assert ask(asked, growing()).reason is Reason.WHICH_PERIOD
    assert ask("annual revenue growth rate from 2014 to 2018", growing()).reason is (
        Reason.NOT_UNDERSTOOD
    )


def test_numbers_that_are_read_unsurely_are_no_answer():
    unsure = a_source(
        [year(2018)],
        [("Revenue", "revenue", 50), ("Net income", "net_income", 5)],
        confidence=UNSURE,
    )
    found = ask("What is the net margin in 2018?", unsure)
    assert found.reason is Reason.UNSURE
    assert "Confirm or correct it" in found.sentence


def test_a_year_needs_a_year_and_a_quarter_alone_none():
    three_months = a_source([quarter(2018, 3)], [("Revenue", "revenue", 50)])
    assert ask("What is revenue?", three_months).text == "USD 50.0 m"
    assert ask("What was revenue in FY2018?", three_months).reason is Reason.NO_SUCH_PERIOD


def test_several_stretches_that_end_together_are_asked_back():
    both = a_source(
        [quarter(2018, 2), quarter(2018, 1).model_copy(update={"end": quarter(2018, 2).end})],
        [("Revenue", "revenue", 50, 90)],
    )
    found = ask("What is revenue?", both)
    assert found.reason is Reason.WHICH_PERIOD
    assert "Q to Jun 30, 2018" in found.sentence


def test_money_of_two_currencies_is_not_computed_together():
    mixed = growing()
    facts = [mixed.facts[0].model_copy(update={"currency": "EUR"}), *mixed.facts[1:]]
    asked = "What was revenue growth in 2018?"
    changed = type(mixed)(mixed.report, mixed.statements, facts, [])
    assert ask(asked, changed).reason is Reason.OTHER_UNIT


def test_nothing_is_converted_into_dollars():
    dollars = growing()
    facts = [fact.model_copy(update={"currency": "EUR"}) for fact in dollars.facts]
    euros = type(dollars)(dollars.report, dollars.statements, facts, [])
    assert ask("What was revenue in 2018 in millions?", euros).text == "EUR 200 m"
    refused = ask("What was revenue in 2018 in USD millions?", euros)
    assert refused.reason is Reason.OTHER_UNIT
    assert "nothing is converted" in refused.sentence


def test_a_metric_that_means_nothing_for_a_bank_is_refused():
    bank = a_source(
        [at(2018)],
        [
            ("Deposits", None, 900), ("Loans held for sale", None, 800), ("Trading assets", None, 7),
            ("Total assets", "total_assets", 2000),
        ],
        kind=StatementKind.BALANCE,
    )  # fmt: skip
    assert ask("What is debt to EBITDA at Dec 31, 2018?", bank).reason is Reason.NO_MEANING


def test_a_balance_alone_answers_for_its_date():
    assert ask("What were total assets at December 31, 2018?", balances(2018, 2017)).text == (
        "USD 118 m"
    )


def _load_nothing(report):
    raise AssertionError(f"{report.name} was loaded for nothing")


def test_every_reason_occurs():
    occurring = {reason for _, reason in REFUSED}
    occurring |= {Reason.WHICH_COMPANY, Reason.UNSURE}
    occurring.add(answer("What is revenue?", [], _load_nothing).reason)
    assert occurring == set(Reason)
