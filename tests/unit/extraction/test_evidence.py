"""What a reading says for and against its own facts, part by part."""

from datetime import date
from decimal import Decimal

import pytest

from services.domain.concepts import StatementKind, Unit
from services.domain.periods import Period
from services.domain.reports import ColumnKind
from services.extraction.evidence import evidence_of
from services.extraction.model import RawCell, RawColumn, RawRow, RawStatement, RowMatch


def a_column(end, start=None, certainty=0.95):
    return RawColumn(end.isoformat(), ColumnKind.VALUE, Period(start=start, end=end), certainty)


def evidence(columns=(), scale_certainty=0.95, unit=Unit.MONEY, confirmed=None, page=3, **read):
    columns = columns or (a_column(date(2018, 12, 31)),)
    cell = RawCell("1,234", Decimal(1234), page=page, cell=None if page else "B4", **read)
    row = RawRow("Cash", (cell,) * len(columns), confirmed=confirmed)
    raw = RawStatement(
        kind=StatementKind.BALANCE,
        title="Balance sheet",
        columns=columns,
        rows=(row,),
        scale=1000,
        scale_certainty=scale_certainty,
    )
    match = RowMatch("cash", unit, 1, certainty=0.97, reason="says “cash”")
    told = evidence_of(raw, row, cell, match, columns[0])
    return {(one.part, one.name): one.reason for one in told}


def names(part, told):
    return [name for of, name in told if of == part]


def test_columns_a_year_apart_support_their_periods():
    years = tuple(a_column(date(year, 12, 31)) for year in (2018, 2017, 2016))
    assert names("period", evidence(years)) == ["column heading", "columns a year apart"]


def test_years_of_52_and_53_weeks_are_a_year_apart():
    weeks = tuple(a_column(end) for end in (date(2018, 2, 3), date(2017, 1, 28)))
    assert "columns a year apart" in names("period", evidence(weeks))


@pytest.mark.parametrize(
    "ends",
    [
        (date(2018, 12, 31), date(2016, 12, 31)),
        (date(2018, 12, 31), date(2018, 9, 30)),
        (date(2018, 12, 31), date(2017, 12, 31), date(2014, 12, 31)),
        (date(2018, 12, 31),),
    ],
)
def test_columns_at_other_distances_support_nothing(ends):
    columns = tuple(a_column(end) for end in ends)
    assert names("period", evidence(columns)) == ["column heading"]


def test_a_quarter_is_compared_with_quarters_only():
    columns = (
        a_column(date(2018, 6, 30), date(2018, 4, 1)),
        a_column(date(2017, 6, 30), date(2017, 4, 1)),
        a_column(date(2018, 6, 30), date(2018, 1, 1)),
    )
    assert "columns a year apart" in names("period", evidence(columns))


@pytest.mark.parametrize(
    ("confirmed", "name"),
    [(True, "second reading agrees"), (False, "second reading differs")],
)
def test_a_second_reading_speaks_on_the_value(confirmed, name):
    assert names("value", evidence(confirmed=confirmed)) == ["text layer", name]


def test_a_workbook_cell_needs_no_reading_of_characters():
    assert names("value", evidence(page=None)) == ["workbook cell"]


def test_the_unit_says_whether_it_was_printed():
    assert evidence()[("unit", "printed unit")] == "amounts are printed in units of 1,000"
    told = evidence(scale_certainty=0.6)[("unit", "printed unit")]
    assert told == "no unit of the amounts is printed near the table"
    assert names("unit", evidence(unit=Unit.PER_SHARE)) == ["no scale"]


@pytest.mark.parametrize(
    ("read", "source"),
    [
        ({"certainty": 0.79}, "doubtful characters"),
        ({"certainty": 0.8}, "text layer"),
        ({"certainty": 0.5, "recognised": True}, "recognised"),
    ],
)
def test_a_number_that_its_reader_doubts_is_worth_what_the_reader_says(read, source):
    """A second reading has the same characters, so that it says nothing then."""
    given = evidence(confirmed=True, **read)
    assert ("value", source) in given
    assert (("value", "second reading agrees") in given) == (source != "doubtful characters")
