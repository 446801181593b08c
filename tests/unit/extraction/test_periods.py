from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.domain.concepts import StatementKind
from services.domain.periods import Period
from services.extraction.periods import (
    Calendar,
    Hint,
    dates_in,
    mentions_period,
    read_hint,
    resolve,
)

INCOME, BALANCE = StatementKind.INCOME, StatementKind.BALANCE


def periods(
    headers: list[str],
    kind: StatementKind = INCOME,
    context: str = "",
    calendar: Calendar | None = None,
) -> list[Period | None]:
    hints = [read_hint(header) for header in headers]
    return [period for period, _ in resolve(hints, kind, context, calendar or Calendar())]


def span(start: tuple[int, int, int], end: tuple[int, int, int]) -> Period:
    return Period(start=date(*start), end=date(*end))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Dec 26, 2020", date(2020, 12, 26)),
        ("January 29, 2022*", date(2022, 1, 29)),
        ("6/17/2023", date(2023, 6, 17)),
        ("31 December 2022", date(2022, 12, 31)),
        ("Sept. 30,2019", date(2019, 9, 30)),
    ],
)
def test_a_printed_date_is_read(text: str, expected: date) -> None:
    assert dates_in(text) == [expected]


def test_a_month_that_does_not_exist_is_no_date() -> None:
    assert dates_in("13/45/2020") == []


def test_days_over_years_are_read_column_by_column():
    heads = "Years ended\nSeptember 24, September 25, Sept. 26,\n2022 2021 2020\nNet sales"
    assert dates_in(heads) == [date(2022, 9, 24), date(2021, 9, 25), date(2020, 9, 26)]


def test_days_over_another_count_of_years_are_not_paired():
    assert dates_in("September 24, September 25,\n2022 2021 2020") == [date(2022, 9, 25)]


def test_a_quarter_and_the_year_to_date_have_their_own_starts() -> None:
    assert periods(["Three Months Ended June 30, 2022", "Six Months Ended June 30, 2022"]) == [
        span((2022, 4, 1), (2022, 6, 30)),
        span((2022, 1, 1), (2022, 6, 30)),
    ]


def test_weeks_are_counted_back_from_the_end() -> None:
    assert periods(["12 Weeks Ended 6/17/2023", "Thirteen weeks ended July 30, 2022"]) == [
        span((2023, 3, 26), (2023, 6, 17)),
        span((2022, 5, 1), (2022, 7, 30)),
    ]


def test_a_year_alone_takes_day_and_length_from_the_title() -> None:
    assert periods(["2018", "2017"], context="Years ended December 31") == [
        span((2018, 1, 1), (2018, 12, 31)),
        span((2017, 1, 1), (2017, 12, 31)),
    ]


def test_the_nth_date_of_the_title_belongs_to_the_nth_year() -> None:
    context = "Fiscal years ended December 29, 2018, December 30, 2017 and December 31, 2016"
    ends = [p.end for p in periods(["2018", "2017", "2016"], context=context) if p]
    assert ends == [date(2018, 12, 29), date(2017, 12, 30), date(2016, 12, 31)]


def test_a_fiscal_year_that_ends_in_the_next_january_keeps_its_order() -> None:
    context = "At January 3, 2021 and December 29, 2019"
    assert [p.end for p in periods(["2020", "2019"], BALANCE, context) if p] == [
        date(2021, 1, 3),
        date(2020, 1, 3),
    ] or [p.end for p in periods(["2020", "2019"], BALANCE, context) if p] == [
        date(2021, 1, 3),
        date(2019, 12, 29),
    ]


def test_a_fiscal_year_number_is_tied_to_the_cover() -> None:
    calendar = Calendar(
        period_end=date(2019, 2, 2),
        dates=frozenset({date(2019, 2, 2), date(2018, 2, 3), date(2017, 1, 28)}),
    )
    ends = [p.end for p in periods(["2018", "2017", "2016"], calendar=calendar) if p]
    assert ends == [date(2019, 2, 2), date(2018, 2, 3), date(2017, 1, 28)]


def test_a_year_of_53_weeks_starts_after_the_year_before() -> None:
    calendar = Calendar(
        period_end=date(2018, 2, 3), dates=frozenset({date(2018, 2, 3), date(2017, 1, 28)})
    )
    (period,) = periods(["Fiscal year ended February 3, 2018"], calendar=calendar)
    assert period == span((2017, 1, 29), (2018, 2, 3))


def test_a_balance_is_an_instant() -> None:
    assert periods(["December 31, 2022"], BALANCE) == [Period(end=date(2022, 12, 31))]


def test_a_partial_period_runs_from_its_first_day_to_its_last() -> None:
    (period,) = periods(["Period from July 2, 2015 to December 31, 2015"])
    assert period == span((2015, 7, 2), (2015, 12, 31))


def test_a_column_that_says_nothing_has_no_period() -> None:
    assert periods(["2022", "Change"], context="Years ended December 31") == [
        span((2022, 1, 1), (2022, 12, 31)),
        None,
    ]


def test_a_length_that_is_not_said_lowers_certainty() -> None:
    said = resolve([read_hint("Year ended March 31, 2022")], INCOME, "", Calendar())[0][1]
    unsaid = resolve([read_hint("March 31, 2022")], INCOME, "", Calendar(annual=False))[0][1]
    assert unsaid < said


def test_an_amount_or_a_page_number_is_no_period() -> None:
    assert not mentions_period("1,999 $2,015 2,016.5")
    assert read_hint("Total") == Hint()


@given(st.dates(min_value=date(1990, 1, 1), max_value=date(2060, 12, 31)))
def test_every_date_survives_printing_and_reading(day: date) -> None:
    assert dates_in(f"{day:%B} {day.day}, {day.year}") == [day]


@given(st.text(max_size=40))
def test_any_header_is_read_without_failing(text: str) -> None:
    period, certainty = resolve([read_hint(text)], INCOME, text, Calendar())[0]
    assert (period is None) == (certainty == 0.0)
