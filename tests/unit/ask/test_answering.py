"""Questions about invented reports: computed as asked, with the cells behind them."""

from decimal import Decimal

import pytest

from services.ask.answering import Source
from services.ask.answers import Answer
from services.ask.examples import examples
from services.domain.reports import ReportFormat
from tests.unit.ask.loaded import a_source, ask, given, growing, retailer, the_manufacturer
from tests.unit.statement_builder import year


@pytest.mark.parametrize(
    ("question", "answered"),
    [
        ("What was revenue in 2018?", "USD 32.8 bn"),
        ("FY2018 net sales, in USD millions", "USD 32,765 m"),
        ("How much did Acme Tools spend on capex in fiscal year 2018?", "USD 1,577 m"),
        ("What is Acme's year end FY2017 net PP&E in billions of dollars?", "USD 8.9 bn"),
        ("total current liabilities as of December 31, 2017 (in USD thousands)", "USD 7,687,000 thousand"),
        ("What is diluted EPS for 2018?", "USD 8.89"),
        ("How many diluted shares outstanding were there in 2018?", "602.0 m shares"),
        ("What is the current ratio at the end of FY2018?", "1.89×"),
        ("What is operating margin for FY2017?", "24.3 %"),
        ("What is the effective tax rate for 2018 rounded to 2 decimals, as a percent?", "23.39 %"),
        ("What was free cash flow in 2018?", "USD 4,862 m"),
        ("What is days sales outstanding for FY2018? Round to one decimal place.", "55.3 days"),
        ("What is R&D as a % of sales in 2018?", "5.6 %"),
        ("What percentage of revenue was SG&A in 2018?", "23.2 %"),
        ("What is the COGS % margin for 2018?", "50.9 %"),
        ("What is the ratio of capex to depreciation and amortization in FY18?", "1.06×"),
        ("What is the capex to revenue ratio for FY2018, in percent?", "4.8 %"),
        ("What is net debt at Dec 31, 2018, in USD billions, to two decimal places?", "USD 11.39 bn"),
        ("What is the sum of accounts receivable and inventory at the end of 2018?", "USD 9,386 m"),
        ("Difference between FY2018 revenue and FY2017 revenue in millions", "USD 1,108 m"),
        ("FY2018 revenue minus FY2017 revenue in USD millions", "USD 1,108 m"),
        ("EBITDA less capex for FY2018 in USD millions", "USD 7,118 m"),
        ("1 - payout ratio, FY2018", "40.3 %"),
        ("365 / inventory turnover, FY2018", "91.90 days"),
        ("What is revenue in 2018 divided by diluted shares?", "USD 54.43"),
        ("How much did revenue grow in 2018?", "3.5 %"),
        ("year-over-year change in revenue from FY2017 to FY2018 (in percents, to two decimals)", "3.50 %"),
        ("By what percentage did operating income change between 2017 and 2018?", "(6.3) %"),
        ("How did revenue change from 2017 to 2018?", "USD 1,108 m"),
        ("What was the change in operating margin from 2017 to 2018?", "−2.3 pp"),
        ("What was the change in operating margin from 2017 to 2018 in basis points?", "−230 bp"),
        ("What was average inventory between 2017 and 2018?", "USD 4,200 m"),
        ("Using only the balance sheet, what were total assets at year end FY2018?", "USD 36.5 bn"),
    ],
)  # fmt: skip
def test_a_figure_is_given_as_it_is_asked_for(question, answered):
    assert given(question) == answered


@pytest.mark.parametrize(
    ("question", "answered"),
    [
        ("What is the 2 year revenue CAGR from FY2016 to FY2018?", "15.5 %"),
        ("revenue CAGR between 2014 and 2018", "18.9 %"),
        ("What is the FY2016 - FY2018 3 year average of net income as a % of revenue?", "10.0 %"),
        ("What is the three year average revenue from FY2016 to FY2018, in USD millions?", "USD 177 m"),
        ("average revenue over FY2014 to FY2018 in USD millions", "USD 150 m"),
        ("What was the growth in revenue from 2014 to 2018?", "100.0 %"),
    ],
)  # fmt: skip
def test_several_years_are_taken_together_as_asked(question, answered):
    assert given(question, growing()) == answered


def test_a_ratio_defined_in_the_question_is_computed_as_defined():
    asked = (
        "What is the alpha score for FY2018? Alpha score is defined as: FY2018 net income / (average "
        "total assets between FY2017 and FY2018). Round to four decimal places."
    )
    found = ask(asked)
    assert isinstance(found, Answer)
    assert found.given == Decimal("0.1436")
    assert found.is_own_definition


def test_a_definition_of_the_question_wins_over_that_of_the_catalogue():
    asked = "What is the quick ratio for FY2018? {} Round to two decimal places."
    own = asked.format(
        "Define quick ratio as (total current assets - inventory) / current liabilities."
    )
    assert given(asked.format("")) == "1.14×"
    assert given(own) == "1.29×"
    assert (
        given("What is the quick ratio, defined as cash / current liabilities, for FY2018?")
        == "0.39×"
    )


def test_definitions_may_rest_on_one_another_in_any_order():
    asked = (
        "What is the FY2018 cash cycle (CYC)? CYC is defined as: XIO + XSO - XPO. "
        "XIO is defined as: 365 * (average inventory between FY2017 and FY2018) / (FY2018 COGS). "
        "XSO is defined as: 365 * (average accounts receivable between FY2017 and FY2018) / FY2018 revenue. "
        "XPO is defined as: 365 * accounts payable / (FY2018 COGS + change in inventory between FY2017 and FY2018)."
    )
    assert given(asked.replace("cash cycle (CYC)", "CYC")).startswith("bad_definition")
    defined = asked.replace("XIO", "DIO").replace("XSO", "DSO").replace("XPO", "DPO")
    expected = (
        Decimal(365) * 4200 / 16682
        + Decimal(365) * Decimal("4965.5") / 32765
        - Decimal(365) * 2266 / (16682 + 332)
    )
    found = ask(defined.replace("cash cycle (CYC)", "CCC").replace("CYC", "CCC"))
    assert isinstance(found, Answer)
    assert found.value == pytest.approx(expected)
    assert found.unit == "days"


def test_a_definition_that_names_itself_computes_the_figure_it_names():
    assert given("Define revenue as revenue / 2. What is revenue in 2018 in USD millions?") == (
        "USD 16,383 m"
    )


def test_every_number_behind_an_answer_is_cited_with_its_place():
    found = ask("What is days payable outstanding for FY2018?")
    assert isinstance(found, Answer)
    assert {(one.role, one.printed, one.page) for one in found.citations} == {
        ("cost of revenue, Year to Dec 31, 2018", "16682", 1),
        ("accounts payable, Dec 31, 2018", "2266", 1),
        ("accounts payable, Dec 31, 2017", "1945", 1),
        ("inventories, Dec 31, 2018", "4366", 1),
        ("inventories, Dec 31, 2017", "4034", 1),
    }
    assert [one.what for one in found.steps] == [
        "days payables outstanding = 365*avg(accounts payable)/(cost of revenue+delta(inventory))"
    ]


def test_an_answer_says_of_whom_and_when_it_is():
    found = ask("What is the current ratio?")
    assert isinstance(found, Answer)
    assert found.sentence == "Current ratio of Acme Tools, Inc., at Dec 31, 2018: 1.89×."
    assert found.period == "Dec 31, 2018"
    assert 0.85 < found.confidence < 1
    across = ask("revenue growth from 2017 to 2018")
    assert isinstance(across, Answer)
    assert across.period == "FY2017 to FY2018"


def test_without_a_period_the_newest_year_is_meant():
    assert given("What is revenue?", growing()) == "USD 200 m"


def test_a_year_of_another_report_of_the_company_is_found_there():
    newer = growing(2015, (125, 150, 180, 200, 240))
    older = a_source([year(2014)], [("Revenue", "revenue", 100)], name="report-9")
    found = ask("What was revenue in 2014?", newer, older)
    assert isinstance(found, Answer)
    assert (found.text, found.report_id) == ("USD 100 m", "report-9")
    across = ask("What was revenue growth from 2014 to 2019?", newer, older)
    assert isinstance(across, Answer)
    assert (across.text, {one.report_id for one in across.citations}) == (
        "140.0 %",
        {"report-2", "report-9"},
    )


def test_an_amended_filing_answers_before_the_one_it_amends_and_a_workbook_behind_both():
    def printed(amount: int, name: str, **changes) -> Source:
        one = a_source([year(2018)], [("Revenue", "revenue", amount)], name=name)
        return Source(one.report.model_copy(update=changes), one.statements, one.facts, [])

    workbook = printed(41, "report-3", format=ReportFormat.XLSX)
    first, amended = printed(40, "report-4", form="10-K"), printed(45, "report-5", form="10-K/A")
    asked = "What was revenue in 2018?"
    assert given(asked, workbook, first) == "USD 40.0 m"
    assert given(asked, workbook, first, amended) == "USD 45.0 m"
    assert given(asked, workbook) == "USD 41.0 m"
    older = a_source([year(2017)], [("Revenue", "revenue", 30)], name="report-6")
    assert given(asked, workbook, older) == "USD 41.0 m"


@pytest.mark.parametrize(
    "question",
    [
        "What is the revenue of Acme Tools, Inc. for the year ended December 31, 2018?",
        "How much did Acme Tools, Inc. earn in revenue in 2018? Answer in USD billions.",
        "What was the 2018 revenue of Acme Tools, Inc.? Answer in USD billions.",
    ],
)
def test_the_full_stop_of_a_legal_form_ends_no_sentence(question):
    assert given(question) == "USD 32.8 bn"


def test_every_example_that_is_offered_is_answered():
    source = the_manufacturer()
    offered = examples([source.report], lambda _: source.facts)
    assert len(offered) == 4
    assert [type(ask(one, source)) for one in offered] == [Answer] * 4
    assert examples([], lambda _: ()) == []
    nothing = a_source([year(2018)], [("Rent", None, 5)])
    assert examples([nothing.report], lambda _: nothing.facts) == []


def test_another_report_that_prints_another_number_is_told():
    restated = a_source([year(2019), year(2018)], [("Revenue", "revenue", 50, 45)], name="report-9")
    first = a_source([year(2018)], [("Revenue", "revenue", 40)])
    found = ask("What was revenue in 2018?", restated, first)
    assert isinstance(found, Answer)
    assert found.text == "USD 40.0 m"
    assert "prints 45" in found.notes[0]


@pytest.mark.parametrize(
    ("question", "answered"),
    [
        ("What was revenue in FY2023?", "USD 90.0 m"),
        ("What was revenue for the year ended January 29, 2022?", "USD 80.0 m"),
        ("What was revenue in Q2 of FY2024?", "USD 24.0 m"),
        ("revenue for the six months ended July 29, 2023", "USD 47.0 m"),
        ("revenue in the second quarter of fiscal 2024", "USD 24.0 m"),
    ],
)
def test_fiscal_years_and_quarters_are_the_companys_own(question, answered):
    assert given(question, retailer()) == answered


def test_the_company_asked_about_is_the_one_answered_for():
    acme, beta = the_manufacturer(), growing()
    assert given("What was Beta's revenue in 2018?", acme, beta) == "USD 200 m"
    assert given("What was revenue of ACME TOOLS in 2018?", acme, beta) == "USD 32.8 bn"


def test_a_question_without_question_words_is_a_question_too():
    assert given("net margin 2018") == "16.3 %"


@pytest.mark.parametrize(
    ("question", "answered"),
    [
        ("Did revenue grow in 2018?", "Yes"),
        ("Is operating income growing?", "No"),
        ("Has the current ratio improved or declined between FY2017 and FY2018?", "It improved"),
        ("Did total debt increase or decrease from 2017 to 2018?", "It rose"),
        ("Does Acme Tools have an improving operating margin profile as of FY2018?", "No"),
        ("Does Acme have positive working capital based on FY2018 data?", "Yes"),
        ("Was there any drop in cash between FY2017 and FY2018?", "Yes"),
        ("Was operating income negative in 2018?", "No"),
        ("Did total debt worsen in 2018?", "Yes"),
    ],
)
def test_yes_or_no_is_answered_where_a_number_decides_it(question, answered):
    assert given(question) == answered


def test_yes_or_no_comes_with_the_figures_that_decide_it():
    found = ask(
        "Does Acme have an improving operating margin profile as of FY2018? If operating margin is not a useful "
        "metric for a company like this, then state that and explain why."
    )
    assert isinstance(found, Answer)
    assert found.sentence == (
        "No. Operating margin of Acme Tools, Inc. went from 24.3 % (Dec 31, 2017) to 22.0 % (Dec 31, 2018)."
    )
    assert {one.printed for one in found.citations} == {"7207", "32765", "7692", "31657"}


def test_what_does_not_change_did_neither():
    flat = a_source([year(2018), year(2017)], [("Revenue", "revenue", 50, 50)])
    assert given("Did revenue grow in 2018?", flat) == "No"
    assert given("Did revenue increase or decrease in 2018?", flat) == "It did not change"


def test_a_metric_that_others_define_otherwise_says_how_it_is_computed():
    assert "is computed as" in ask("What is the quick ratio for FY2018?").notes[0]
    own = "What is the quick ratio for FY2018? Define quick ratio as cash / current liabilities."
    assert ask(own).notes == ()


@pytest.mark.parametrize(
    ("question", "answered"),
    [
        ("What is operating cash flow per diluted share for 2018?", "USD 10.70"),
        ("Total of capex and dividends in 2018, in USD millions", "USD 4,770 m"),
        ("Net income attributable to Acme Tools in 2018?", "USD 5,349 m"),
        ("What is the gross debt to equity?", "not_understood"),
        ("Please tell us what revenue in USD millions was in 2018", "USD 32,765 m"),
        ("What was revenue in US dollars in 2018, in millions?", "other_unit"),
        ("What is the difference between 2017 and 2018 revenue in US$ millions?", "USD 1,108 m"),
        ("What is the FY2018 debt ratio?", "not_understood"),
        ("What is the revenue ratio for 2018?", "not_understood"),
        ("What was operating margin growth in 2018?", "other_unit"),
        ("According to the balance sheet and the income statement, what is ROE defined as net income / "
         "average shareholders' equity for FY2018?", "50.1 %"),
    ],
)  # fmt: skip
def test_turns_of_phrase_are_read_for_what_they_mean(question, answered):
    assert given(question).startswith(answered)
