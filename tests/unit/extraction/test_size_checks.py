"""A slipped scale and an impossible share count are named; large but possible amounts are not."""

import pytest

from services.confidence.facts import rescore
from services.domain.concepts import StatementKind
from services.domain.confidence import HIGH_FROM
from services.domain.reports import TieOutStatus
from services.extraction import tie_out
from tests.unit.statement_builder import at, build, year

BALANCE, CASH, INCOME = StatementKind.BALANCE, StatementKind.CASH_FLOW, StatementKind.INCOME
YEARS = (year(2022), year(2021))
ASSETS = build(BALANCE, [at(2022), at(2021)], [("Total assets", "total_assets", 36_500, 35_347)])


def slips(rows, columns=YEARS):
    sheet, assets = ASSETS
    flow, facts = build(CASH, list(columns), rows)
    return [t for t in tie_out.check([sheet, flow], [*assets, *facts]) if t.check == "T26"]


def test_a_number_a_thousand_times_its_row_and_above_all_assets_is_a_slipped_scale():
    (slip,) = slips([("Dividends paid", "dividends_paid", -841_000, -821)])
    assert slip.status is TieOutStatus.FAIL
    assert "'Dividends paid' is 841,000 million" in slip.sentence
    assert "more than all assets (35,347 million)" in slip.sentence


@pytest.mark.parametrize(
    "row",
    [
        ("Repayments of debt", None, -30_000, -12),  # a thousandfold, yet within the assets
        ("Purchases of securities", None, 90_000, 41_000),  # more than all assets, yet of one order
        ("Proceeds", None, 200_000, None),  # nothing beside it, less than ten times the assets
    ],
)
def test_a_large_number_that_is_possible_is_no_slip(row):
    assert slips([row]) == []


def test_a_number_without_a_neighbour_is_a_slip_beyond_ten_times_the_assets():
    (slip,) = slips([("Proceeds", None, 400_000, None)])
    assert slip.actual == 400_000_000_000


def test_a_slip_of_total_assets_itself_is_found_by_the_other_year():
    sheet, facts = build(
        BALANCE, [at(2022), at(2021)], [("Total assets", "total_assets", 36_500_000, 35_347)]
    )
    (slip,) = [t for t in tie_out.check([sheet], facts) if t.check == "T26"]
    assert slip.actual == 36_500_000_000_000


def test_a_slipped_number_is_not_of_high_confidence():
    sheet, assets = ASSETS
    flow, facts = build(
        CASH,
        [year(2022), year(2021)],
        [("Dividends paid", "dividends_paid", -841_000, -821)],
    )
    everything = [*assets, *facts]
    scored = rescore(everything, tie_out.check([sheet, flow], everything))
    slipped, honest = (fact.confidence.value for fact in scored[-2:])
    assert slipped < HIGH_FROM <= honest


@pytest.mark.parametrize(
    ("diluted", "status"),
    [(582, TieOutStatus.PASS), (585, TieOutStatus.PASS), (579, TieOutStatus.FAIL)],
)
def test_diluted_shares_are_no_fewer_than_basic_shares(diluted, status):
    rows = [
        ("Basic", "shares_basic_wavg", 582),
        ("Diluted", "shares_diluted_wavg", diluted),
    ]
    statement, facts = build(INCOME, [year(2022)], rows)
    (judged,) = [t for t in tie_out.check([statement], facts) if t.check == "T34"]
    assert judged.status is status


def test_one_share_count_alone_is_not_judged():
    statement, facts = build(INCOME, [year(2022)], [("Basic", "shares_basic_wavg", 582)])
    (judged,) = [t for t in tie_out.check([statement], facts) if t.check == "T34"]
    assert judged.status is TieOutStatus.NOT_APPLICABLE
