"""Numbers, periods and formulas in words, whatever they are."""

import calendar
import operator
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ask.answers import Answer
from services.ask.formula import Range, When
from services.ask.names import company_named
from services.ask.periods import MARK, marked
from services.ask.refusals import Reason
from services.ask.units import rounding, unit
from services.ask.words import simplified
from tests.unit.ask.loaded import ask, growing

YEARS = st.integers(1990, 2049)
DAYS = st.dates(date(1990, 1, 1), date(2049, 12, 31))


def periods(text: str) -> list[When | Range]:
    """What a text names, without the parts of a range."""
    left, found = marked(simplified(text))
    return [found[int(part[1:])] for part in left.split() if part.startswith(MARK)]


@given(
    YEARS, st.sampled_from(["FY{}", "fiscal year {}", "fiscal {}", "FY {}", "the year {}", "{}"])
)
def test_a_year_is_found_however_it_is_written(year, written):
    (found,) = periods(f"revenue for {written.format(year)}, please")
    assert isinstance(found, When)
    assert (found.year, found.quarter) == (year, 0)


@given(st.integers(0, 99))
def test_two_digits_are_a_year_of_this_century(year):
    assert periods(f"FY{year:02} revenue") == [When(2000 + year, fiscal=True)]


@given(
    YEARS,
    st.integers(1, 4),
    st.sampled_from(["Q{q} {y}", "Q{q} of {y}", "{y} Q{q}", "Q{q} FY{y}", "Q{q}{y}", "the {n} quarter of {y}"]),
)  # fmt: skip
def test_a_quarter_is_found_however_it_is_written(year, quarter, written):
    nth = ("first", "second", "third", "fourth")[quarter - 1]
    (found,) = periods(f"revenue in {written.format(q=quarter, y=year, n=nth)}")
    assert (found.year, found.quarter) == (year, quarter)


@given(DAYS, st.sampled_from(["{m} {d}, {y}", "{d} {m} {y}", "{s} {d}, {y}", "{i}"]))
def test_a_day_is_found_however_it_is_written(day, written):
    name = calendar.month_name[day.month]
    text = written.format(m=name, s=name[:3], d=day.day, y=day.year, i=day.isoformat())
    (found,) = periods(f"total assets as of {text}")
    assert found.day == day


@given(YEARS, YEARS, st.sampled_from(["{} - {}", "from {} to {}", "between {} and {}", "{}–{}", "{} through {}"]))  # fmt: skip
def test_two_years_joined_are_a_range_oldest_first(one, other, written):
    found = periods(f"average revenue {written.format(f'FY{one}', f'FY{other}')}")
    if one != other:
        low, high = sorted((one, other))
        assert found == [Range(When(low, fiscal=True), When(high, fiscal=True))]


@given(st.sampled_from(["365", "1,234", "2.5", "20181", "12.2018"]))
def test_a_number_is_no_year(number):
    assert periods(f"revenue / {number}") == []


def test_a_day_that_is_in_no_calendar_is_not_found_as_a_day():
    assert all(one.day is None for one in periods("as of February 30, 2018"))


@given(
    st.integers(0, 9),
    st.sampled_from(["round to {} decimal places", "rounded to {} decimals", "and to {} decimal place"]),
)  # fmt: skip
def test_decimals_asked_for_are_found(places, written):
    left, found = rounding(simplified(f"the current ratio, {written.format(places)}"))
    assert found == places
    assert "decimal" not in left


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("revenue in usd millions", "millions"),
        ("revenue (in $ billions)", "billions"),
        ("revenue? answer in thousands of dollars.", "thousands"),
        ("the margin (in units of percents and", "percent"),
        ("the margin as a %", "percent"),
        ("the change in percentage points", "points"),
        ("revenue", ""),
        ("capex as a % of revenue", ""),
    ],
)
def test_the_unit_asked_for_is_found(text, wanted):
    assert unit(text)[1] == wanted


FIGURES = {"revenue": Decimal(200_000_000), "net income": Decimal(20_000_000)}


SIGNS = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}


def joined(parts: tuple[tuple[str, Decimal | None], str, tuple[str, Decimal | None]]):
    """Two formulas and a sign: the text and its value, None where arithmetic has none."""
    (left, one), sign, (right, other) = parts
    known = one is not None and other is not None and not (sign == "/" and other == 0)
    return f"({left} {sign} {right})", SIGNS[sign](one, other) if known else None


FORMULAS = st.recursive(
    st.one_of(
        st.sampled_from(sorted(FIGURES.items())),
        st.integers(1, 359).map(lambda number: (str(number), Decimal(number))),
        st.just(("2.5", Decimal("2.5"))),
    ),
    lambda parts: st.tuples(parts, st.sampled_from(sorted(SIGNS)), parts).map(joined),
    max_leaves=6,
)


@given(FORMULAS)
def test_a_formula_is_computed_as_arithmetic_computes_it(written):
    text, expected = written
    found = ask(f"Define score as {text}. What is the score for FY2018?", growing())
    if isinstance(found, Answer):
        assert found.value == pytest.approx(expected, rel=Decimal("1e-20"))
    else:
        assert found.reason in {Reason.OTHER_UNIT, Reason.NO_MEANING}, found.sentence


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_and_never_breaks(text):
    found = ask(text, growing())
    assert found.sentence


LANGUAGE = """average|revenue|(|)|/|FY2018|to|and|growth|365|3 year|margin|-|ratio|% of|change|sum|in|
FY2016 - FY2018|difference between|CAGR"""


@given(st.lists(st.sampled_from(LANGUAGE.replace("\n", "").split("|")), max_size=9))
def test_words_of_the_language_in_any_order_give_an_answer_or_a_refusal(words):
    assert ask(" ".join(words), growing()).sentence.endswith(".")


@pytest.mark.parametrize(
    ("company", "text", "named"),
    [
        ("Larkfield Industries, Inc.", "What is Larkfield's revenue?", True),
        ("Larkfield Industries, Inc.", "What is LARKFIELD INDUSTRIES INC revenue?", True),
        ("American Pumps Company", "What is American Pumps' revenue?", True),
        ("American Pumps Company", "What is the revenue of American customers?", False),
        ("North Sea Oil Plc", "What is NSO's revenue?", True),
        ("Blue-Sky Corp", "What is BlueSky revenue?", True),
        ("General Widgets", "What is general revenue?", False),
        ("Acme", "What is revenue?", False),
    ],
)
def test_a_company_is_named_by_the_beginning_of_its_name(company, text, named):
    found, left = company_named(text, [company])
    assert (found == [company]) is named
    assert (left == text) is not named
