"""Peers: quartiles and rank among five companies or more, of nearly the same year."""

from dataclasses import replace
from decimal import Decimal

import pytest

from services.analysis.metrics import Metric
from services.analysis.peers import sector_of, standings
from tests.unit.analysis.contexts import context_of
from tests.unit.statement_builder import manufacturer, year


def margin(value, period=None, unit="ratio", metric_id="net_margin"):
    return [
        Metric(metric_id=metric_id, period=period or year(2022), value=Decimal(value), formula="",
               unit=unit, fact_ids=())
    ]  # fmt: skip


OTHERS = [margin(value) for value in ("0.10", "0.30", "0.40", "0.50")]


def test_a_company_stands_among_five_with_median_quartiles_and_rank():
    (found,) = standings(margin("0.20"), OTHERS)
    assert (found.low, found.median, found.high) == (
        Decimal("0.20"),
        Decimal("0.30"),
        Decimal("0.40"),
    )
    assert (found.rank, found.count) == (4, 5)


def test_four_companies_are_no_peers():
    assert standings(margin("0.20"), OTHERS[:3]) == []


def test_a_year_too_far_away_and_an_amount_of_money_are_not_compared():
    assert standings(margin("0.20", year(2018)), OTHERS) == []
    amounts = [margin(1, unit="USD", metric_id="free_cash_flow") for _ in range(5)]
    assert standings(amounts[0], amounts[1:]) == []


def test_the_newest_year_of_each_company_counts():
    mine = [*margin("0.20"), *margin("0.90", year(2021))]
    assert standings(mine, OTHERS)[0].value == Decimal("0.20")


@pytest.mark.parametrize(
    ("changes", "sector"),
    [
        ({}, "industry, trade and services"),
        ({"utility": True}, "utility"),
        ({"property_company": True}, "property company"),
        ({"financial": True, "utility": True}, "bank or insurer"),
    ],
)
def test_the_sector_is_what_the_statements_show(changes, sector):
    assert sector_of(replace(context_of(*manufacturer()).profile, **changes)) == sector
