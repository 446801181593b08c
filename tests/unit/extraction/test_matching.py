from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.domain.concepts import CONCEPTS, StatementKind, Unit
from services.domain.reports import ColumnKind
from services.extraction.matching import match_statement
from services.extraction.model import RawCell, RawColumn, RawRow, RawStatement

from .statement_text import concepts, matches, statement, values

INCOME, BALANCE, CASH = StatementKind.INCOME, StatementKind.BALANCE, StatementKind.CASH_FLOW

SIMPLE = """
Net sales | 1,000 | 900
Cost of sales | 600 | 550
Gross profit | 400 | 350
Selling, general and administrative | 200 | 190
Operating income | 200 | 160
Interest expense | 20 | 20
Income before income taxes | 180 | 140
Provision for income taxes | 40 | 30
Net income | 140 | 110
# Earnings per share
Basic | 1.40 | 1.10
Diluted | 1.38 | 1.08
# Weighted-average shares
Basic | 100,000 | 100,000
Diluted | 101,450 | 101,850
"""


def test_there_is_one_match_per_printed_row_in_order():
    raw = statement(INCOME, SIMPLE)

    assert len(match_statement(raw)) == len(raw.rows)
    assert [m.concept for m in match_statement(raw)][:2] == ["revenue", "cost_of_revenue"]


def test_a_concept_is_given_to_one_row_only():
    repeated = SIMPLE + SIMPLE
    found = [m.concept for _, m in matches(INCOME, repeated) if m.concept]

    assert len(found) == len(set(found)) == 13


def test_every_mapped_row_carries_its_concepts_unit():
    for _, match in matches(INCOME, SIMPLE):
        if match.concept:
            assert match.unit is CONCEPTS[match.concept].unit


def test_money_takes_the_statements_scale_and_per_share_amounts_take_none():
    by_concept = {m.concept: m for _, m in matches(INCOME, SIMPLE)}

    assert by_concept["net_income"].scale == 1_000_000
    assert by_concept["eps_diluted"].scale == 1
    assert by_concept["eps_diluted"].unit is Unit.PER_SHARE


def test_the_scale_of_shares_follows_from_net_income_over_eps():
    found = values(INCOME, SIMPLE)

    assert found["shares_basic_wavg"] == Decimal(100_000_000)
    assert found["shares_diluted_wavg"] == Decimal(101_450_000)


def test_without_eps_the_scale_of_shares_is_the_one_their_heading_names():
    text = """
    Net income | 140 | 110
    # Shares used in calculation (000's)
    Basic | 443,651 | 443,089
    Diluted | 444,757 | 444,346
    """
    found = values(INCOME, text)

    assert found["shares_diluted_wavg"] == Decimal(444_757_000)


def test_without_eps_and_heading_a_count_that_cannot_be_is_lowered():
    text = """
    Net income | 140 | 110
    Weighted-average basic shares outstanding | 443,651,000 | 443,089,000
    """
    (match,) = [m for _, m in matches(INCOME, text) if m.concept == "shares_basic_wavg"]

    assert match.scale == 1
    assert match.certainty < 0.9


def test_the_title_can_name_the_scale_of_shares_apart():
    text = """
    Net income | 140 | 110
    Weighted-average basic shares outstanding | 443,651 | 443,089
    """
    found = matches(INCOME, text, title="(dollars in millions, shares in thousands)")

    assert [m.scale for _, m in found if m.concept == "shares_basic_wavg"] == [1_000]


def test_an_unknown_wording_stays_unmapped_and_says_so():
    ((_, match),) = matches(INCOME, "Zebra grooming | 5 | 4")

    assert match.concept is None
    assert match.candidates == ()
    assert match.reason == "no rule knows this wording"


def test_rows_that_cannot_be_told_apart_carry_candidates_and_no_concept():
    text = """
    Net income | 100 | 90
    Depreciation | 30 | 28
    Amortization of intangible assets | 10 | 9
    Net cash provided by operating activities | 140 | 127
    """
    found = dict(matches(CASH, text))

    assert found["Depreciation"].concept is None
    assert found["Depreciation"].candidates == ("depreciation_amortization",)
    assert found["Depreciation"].certainty == 0.5
    assert found["Amortization of intangible assets"].candidates == ("depreciation_amortization",)


def test_a_table_of_another_kind_is_not_mapped():
    assert concepts(StatementKind.OTHER, SIMPLE) == {}


def test_an_empty_statement_gives_no_matches():
    assert match_statement(statement(INCOME, "Heading")) == match_statement(
        statement(INCOME, "Heading")
    )
    assert concepts(INCOME, "Revenue") == {}


def test_a_percentage_row_is_a_pure_number():
    found = dict(matches(INCOME, SIMPLE + "Effective tax rate | 22.2% | 21.4%"))

    assert found["Effective tax rate"].unit is Unit.PURE
    assert found["Effective tax rate"].scale == 1


def test_dividends_per_share_are_per_share_and_no_concept():
    found = dict(matches(INCOME, SIMPLE + "Cash dividends declared per share | 0.50 | 0.48"))

    match = found["Cash dividends declared per share"]
    assert (match.concept, match.unit, match.scale) == (None, Unit.PER_SHARE, 1)


@pytest.mark.parametrize("kind", [INCOME, BALANCE, CASH])
def test_a_statement_of_blank_labels_maps_nothing(kind: StatementKind):
    assert concepts(kind, "| 1 | 2\n| 5 | 6\n| 9 | 7") == {}


def test_percentage_and_change_columns_take_no_part_in_the_decisions():
    """The sum holds in the value column only; the other columns would break it."""

    def row(label: str, value: int, percent: int) -> RawRow:
        cells = (RawCell(str(value), Decimal(value)), RawCell(f"{percent}%", Decimal(percent)))
        return RawRow(label, cells)

    columns = (
        RawColumn("2023", ColumnKind.VALUE, None),
        RawColumn("%", ColumnKind.PERCENT, None),
    )
    rows = (row("Sales", 1000, 100), row("Cost of sales", 600, 60), row("", 400, 7))
    raw = RawStatement(INCOME, "", columns, rows)

    assert [m.concept for m in match_statement(raw)] == [
        "revenue",
        "cost_of_revenue",
        "gross_profit",
    ]


LABELS = st.sampled_from(
    [
        "",
        "total",
        "Net income",
        "Net sales",
        "Cost of sales",
        "Basic",
        "Diluted",
        "Total assets",
        "Total equity",
        "Goodwill",
        "Noncontrolling interests",
        "Income tax expense",
        "Long-term debt",
        "Income before income taxes",
        "Net cash used in operating activities",
        "Net cash used in investing activities",
        "Interest, net",
        "Net decrease in cash",
        "Weighted-average shares",
    ]
)
NUMBERS = st.none() | st.decimals(-(10**9), 10**9, places=2, allow_nan=False)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from([INCOME, BALANCE, CASH, StatementKind.OTHER]),
    st.lists(st.tuples(LABELS | st.text(max_size=12), st.lists(NUMBERS, max_size=3)), max_size=12),
)
def test_any_rows_are_matched_one_to_one_without_a_concept_given_twice(
    kind: StatementKind, drawn: list[tuple[str, list[Decimal | None]]]
):
    columns = tuple(RawColumn(str(i), ColumnKind.VALUE, None) for i in range(2))
    rows = tuple(
        RawRow(label, tuple(None if n is None else RawCell(str(n), n, 2) for n in numbers))
        for label, numbers in drawn
    )
    found = match_statement(RawStatement(kind, "", columns, rows, scale=1000))

    assert len(found) == len(rows)
    mapped = [match.concept for match in found if match.concept]
    assert len(mapped) == len(set(mapped))
    for row, match in zip(rows, found, strict=True):
        assert 0 <= match.certainty <= 1
        assert match.sign in {1, -1}
        if match.concept:
            assert CONCEPTS[match.concept].statement is kind
            assert any(cell is not None for cell in row.cells)
