from datetime import date

import pytest

from services.extraction.filing import calendar_of, company_in_titles, company_on, read_filing

COVER = """UNITED STATES
SECURITIES AND EXCHANGE COMMISSION
Washington, D.C. 20549
FORM 10-K
☒ ANNUAL REPORT PURSUANT TO SECTION 13 OR 15(d)
For the fiscal year ended February 2, 2019
Commission File Number 1-9595
EXAMPLE STORES, INC.
(Exact name of registrant as specified in its charter)
Minnesota
"""


def test_a_cover_names_company_form_and_period_end() -> None:
    filing = read_filing([COVER])
    assert filing.company == "EXAMPLE STORES, INC."
    assert filing.form == "10-K"
    assert filing.period_end == date(2019, 2, 2)
    assert filing.annual


def test_a_quarterly_report_is_not_annual() -> None:
    cover = "FORM 10-Q\nFor the quarterly period ended July 1, 2023\nExample Inc.\n"
    filing = read_filing([cover])
    assert (filing.form, filing.period_end, filing.annual) == ("10-Q", date(2023, 7, 1), False)


def test_a_release_states_no_period_on_a_cover() -> None:
    filing = read_filing(["Example Reports Fourth Quarter and Full Year Results\nJanuary 30, 2023"])
    assert filing.form == "earnings release"
    assert not filing.states_period


def test_a_current_report_gives_the_date_of_its_event_and_no_period() -> None:
    cover = "FORM 8-K\nDate of Report (Date of earliest event reported): July 1, 2022\n"
    filing = read_filing([cover])
    assert (filing.form, filing.period_end, filing.dated) == ("8-K", None, date(2022, 7, 1))


def test_a_document_that_says_nothing_of_itself_leaves_all_open() -> None:
    filing = read_filing(["1,000 2,000"])
    assert (filing.company, filing.form, filing.period_end) == (None, None, None)


def test_the_owner_over_a_statement_stands_in_for_the_cover() -> None:
    assert company_on(
        ["Consolidated Balance Sheets", "THE EXAMPLE COMPANY AND SUBSIDIARIES\n1"]
    ) == ("THE EXAMPLE COMPANY")
    assert company_on(["Consolidated Balance Sheets\nIn millions"]) is None


def test_the_calendar_knows_the_dates_printed_on_the_statements() -> None:
    calendar = calendar_of(read_filing([COVER]), ["February 2, 2019 February 3, 2018"])
    assert calendar.period_end == date(2019, 2, 2)
    assert calendar.dates == {date(2019, 2, 2), date(2018, 2, 3)}
    assert calendar.annual


@pytest.mark.parametrize(
    "name", ["Unit price", "Product group", "Company name", "For the year ended 2025"]
)
def test_a_heading_without_a_legal_form_names_no_company(name: str) -> None:
    assert company_in_titles([f"{name} - Income statement"]) is None


def test_a_title_names_the_company_by_its_legal_form() -> None:
    titles = ["Larkfield Instruments, Inc. (invented company) - Income statement - in thousands"]
    assert company_in_titles(titles) == "Larkfield Instruments, Inc."
