"""Numbers as finance people write them, and document text that cannot become Markdown."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components import format
from services.domain.concepts import StatementKind, Unit
from services.domain.periods import Period
from services.domain.reports import ColumnKind, Scenario, Statement, StatementColumn
from tests.factories import a_fact


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        ("1577", 0, "1,577"),
        ("-1577", 0, "(1,577)"),
        ("0", 0, "0"),
        ("-0.4", 0, "0"),
        ("8.885", 2, "8.89"),
        ("-8.885", 2, "(8.89)"),
    ],
)
def test_an_amount_has_thousands_and_parentheses(value, decimals, text):
    assert format.amount(Decimal(value), decimals) == text


def test_an_unknown_amount_is_never_zero():
    assert format.amount(None) == format.UNKNOWN
    assert format.money(None) == format.UNKNOWN
    assert format.change(None) == format.UNKNOWN


@given(st.decimals(min_value=-(10**15), max_value=10**15, places=2))
def test_an_amount_reads_back_as_itself(value):
    text = format.amount(value, 2)
    sign = -1 if text.startswith("(") else 1
    assert sign * Decimal(re.sub(r"[(),]", "", text)) == value


def test_money_is_shown_in_the_statements_scale():
    assert format.money(Decimal(32_765_000_000)) == "USD 32,765 m"
    assert format.money(Decimal(-1_577_000_000)) == "USD (1,577) m"
    assert format.money(Decimal(12_345), scale=1) == "USD 12,345"


def test_money_below_its_scale_moves_to_a_finer_one():
    assert format.money(Decimal(450_000)) == "USD 450 k"
    assert format.money(Decimal(450)) == "USD 450"


def test_an_unknown_currency_keeps_its_code():
    assert format.money(Decimal(5_000_000), "CHF") == "CHF 5 m"


def test_a_per_share_fact_keeps_its_cents():
    fact = a_fact("eps_diluted", 2025, "8.89", unit=Unit.PER_SHARE, scale=1, decimals=2)
    assert format.headline(fact) == "USD 8.89"
    assert format.full(fact) == "8.89 USD per share"


def test_a_fact_in_millions_reads_in_millions_and_in_full():
    fact = a_fact("revenue", 2025, 32_765_000_000)
    assert format.headline(fact) == "USD 32,765 m"
    assert format.as_printed(fact) == "32,765"
    assert format.full(fact) == "32,765,000,000 USD"


def test_an_uncertain_probability_never_reads_as_certain():
    assert format.probability(0.9995) == ">99%"
    assert format.probability(1.0) == "100%"
    assert format.probability(0.944) == "94%"


def test_a_change_carries_its_sign():
    assert format.change(Decimal("0.035")) == "+3.5 %"
    assert format.change(Decimal("-0.0763")) == "-7.6 %"


def heading(period, **changes):
    return format.column_heading(StatementColumn(period=period, **changes))


def test_a_column_of_a_budget_or_of_percentages_says_so():
    year = Period(start=date(2018, 1, 1), end=date(2018, 12, 31))
    assert heading(year, scenario=Scenario.BUDGET).startswith("Budget\nYear to")
    assert heading(year, kind=ColumnKind.PERCENT).endswith("\n%")
    assert heading(year, member="Consumer").startswith("Consumer\n")


def a_statement(kind, *columns):
    return Statement(
        statement_id="s", report_id="r", kind=kind, title="t", columns=columns, rows=()
    )


def test_actual_columns_say_so_beside_a_budget_and_not_alone():
    year = Period(end=date(2018, 12, 31))
    actual, budget = (
        StatementColumn(period=year),
        StatementColumn(period=year, scenario=Scenario.BUDGET),
    )
    day = "Dec\u00a031,\u00a02018"
    both = a_statement(StatementKind.INCOME, actual, budget)
    assert format.column_headings(both) == [f"Actual\n{day}", f"Budget\n{day}"]
    assert format.column_headings(a_statement(StatementKind.INCOME, actual)) == [day]


def test_columns_that_read_alike_and_those_of_a_ledger_show_the_printed_heading():
    period = Period(end=date(2018, 12, 31))
    debit, credit = (StatementColumn(header=h, period=period) for h in ("Debit", "Credit"))
    day = "Dec\u00a031,\u00a02018"
    assert format.column_headings(a_statement(StatementKind.OTHER, debit, credit)) == [
        f"Debit\n{day}",
        f"Credit\n{day}",
    ]
    assert format.column_headings(a_statement(StatementKind.TRIAL_BALANCE, debit)) == [
        f"Debit\n{day}"
    ]
    assert format.column_headings(a_statement(StatementKind.OTHER, debit)) == [day]


def test_a_column_heading_stands_in_two_lines_that_do_not_break():
    year = Period(start=date(2018, 1, 1), end=date(2018, 12, 31))
    assert heading(year) == "Year to\nDec\u00a031,\u00a02018"
    quarter = Period(start=date(2018, 10, 1), end=date(2018, 12, 31))
    assert heading(quarter) == "Quarter to\nDec\u00a031,\u00a02018"
    assert heading(Period(end=date(2018, 12, 31))) == "Dec\u00a031,\u00a02018"


def test_an_iso_day_is_written_out_and_other_text_is_kept():
    assert format.day("2018-12-31") == "Dec 31, 2018"
    assert format.day("FY2018") == "FY2018"
    assert format.day(None) is None


@pytest.mark.parametrize(
    ("seconds", "text"), [(8.7, "8 s"), (72, "1 min 12 s"), (3900, "1 h 05 min"), (-3, "0 s")]
)
def test_a_duration_is_said_in_its_natural_unit(seconds, text):
    assert format.elapsed(seconds) == text


@pytest.mark.parametrize(
    ("count", "text"), [(820, "820 bytes"), (12_288, "12 KB"), (2_516_582, "2.4 MB")]
)
def test_a_size_is_said_in_its_natural_unit(count, text):
    assert format.size(count) == text


def test_a_time_is_said_in_utc():
    assert format.when(datetime(2026, 11, 22, 17, 35, tzinfo=UTC)) == "22 Nov 2026, 17:35 UTC"


def test_counting_knows_the_plural():
    assert format.counted(1, "entry", "entries") == "1 entry"
    assert format.counted(1204, "fact") == "1,204 facts"


def test_scale_and_unit_are_words():
    assert format.unit_words("USD", 1_000_000) == "USD millions"
    assert format.unit_words("EUR", 1) == "EUR"
    assert format.scale_words(100) == "× 100"


def test_a_concept_without_a_standard_name_is_still_readable():
    assert format.concept_name("revenue") == "Revenue"
    assert format.concept_name("odd_row") == "Odd row"
    assert format.concept_name(None) == "No standard concept"


def test_a_beginning_ends_at_a_word():
    assert format.beginning("Revenue rose.") == "Revenue rose."
    assert format.beginning("Revenue rose by a lot", 15) == "Revenue rose…"


def test_long_text_is_cut_in_its_middle_and_shows_it():
    assert format.shortened("page 56") == "page 56"
    cut = format.shortened("CONSOLIDATED STATEMENTS OF INCO!B3")
    assert "…" in cut
    assert cut.endswith("!B3")
    assert len(cut) <= 24


@given(st.text(alphabet="$*_[]()#`~:<>!|\\^=- ab1", max_size=40))
def test_document_text_keeps_every_character_but_loses_its_markdown(text):
    escaped = format.plain(text)
    assert re.sub(r"\\(.)", r"\1", escaped) == text
    assert not re.search(r"(?<!\\)(?:\\\\)*[$*_`\[<|~]", escaped)


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("Note 3: see :red[loss]", r"Note 3: see \:red\[loss\]"),
        ("# Heading", r"\# Heading"),
        ("- dash", r"\- dash"),
        ("12. item", r"12\. item"),
        ("http://x www.x", r"http\://x www\.x"),
        ("Net sales (a) 3.5 % - up", "Net sales (a) 3.5 % - up"),
    ],
)
def test_only_what_would_be_markup_is_escaped(text, escaped):
    assert format.plain(text) == escaped
