"""Adjusted profit (K20): the gap to reported profit, its largest item, and when there is nothing to say."""

import pytest

from services.domain.concepts import StatementKind
from services.domain.insights import Severity
from tests.unit.analysis.contexts import CERTAIN, analysed, income, insight_of, reason_of
from tests.unit.statement_builder import build, year

YEARS = [year(2022), year(2021)]


def adjusted(reported, items, total, columns=YEARS):
    statement = income(
        columns,
        ("Sales", "revenue", 40_000, 40_000),
        ("Operating income", "operating_income", *reported),
    )
    rows = [
        ("Operating income", None, *reported),
        *items,
        ("Non-GAAP operating income", None, *total),
    ]
    table = build(StatementKind.NON_GAAP, columns, rows, confidence=CERTAIN)
    return analysed([statement[0], table[0]], [*statement[1], *table[1]])


ITEMS = [
    ("Amortization (3)", None, 86, 82),
    ("Add: Restructuring charges (4)", None, 147, -29),
]
"""BESTBUY_2023_10K, page 28, its smaller items added to the last: 1,795 to 2,028 and 3,039 to 3,092."""


def test_a_gap_that_widened_by_ten_points_is_told_with_its_largest_item():
    found = insight_of(adjusted((1795, 3039), ITEMS, (2028, 3092)), "K20")
    assert found.text == (
        "'Non-GAAP operating income' exceeds 'Operating income' by 13.0 % for the year to Dec 31, 2022, "
        "after 1.7 % a year earlier. The largest item added is 'Restructuring charges', USD 147 m."
    )
    assert found.severity is Severity.MEDIUM
    assert found.chart.totals == (0, 3)


def test_what_is_added_and_taken_off_again_is_not_the_largest_item():
    items = [*ITEMS, ("Add: interest", None, 290, 159), ("Less: interest", None, -290, -159)]
    found = insight_of(adjusted((1795, 3039), items, (2028, 3092)), "K20")
    assert "'Restructuring charges', USD 147 m" in found.text


def test_a_gap_that_widened_by_less_or_narrowed_is_quiet():
    for total in ((1878, 3092), (1795, 3539)):
        items = [("Restructuring", None, total[0] - 1795, total[1] - 3039)]
        analysis = adjusted((1795, 3039), items, total)
        assert insight_of(analysis, "K20") is None
        assert reason_of(analysis, "K20") is None


def test_adjustments_that_do_not_add_up_are_told():
    found = insight_of(adjusted((1795, 3039), ITEMS, (2128, 3092)), "K20")
    assert found.text == (
        "'Non-GAAP operating income' is USD 2,128 m for the year to Dec 31, 2022 (page 1), but reported "
        "profit and the printed adjustments give USD 2,028 m (USD 100 m apart)."
    )
    assert found.has_failed_check


@pytest.mark.parametrize(
    ("reported", "reason"),
    [((-100, 3039), "reported profit is not positive in both years, so the gap has no measure")],
)
def test_a_loss_has_no_gap(reported, reason):
    items = [("Impairment", None, 500, 53)]
    analysis = adjusted(reported, items, (reported[0] + 500, 3092))
    assert reason_of(analysis, "K20") == reason


def test_one_year_alone_says_that_the_year_before_is_missing():
    items = [("Impairment", None, 500)]
    analysis = adjusted_one(items)
    assert (
        reason_of(analysis, "K20") == "the table of adjusted profit does not show the year before"
    )


def adjusted_one(items):
    statement = income(YEARS[:1], ("Operating income", "operating_income", 1795))
    rows = [("Operating income", None, 1795), *items, ("Non-GAAP operating income", None, 2295)]
    table = build(StatementKind.NON_GAAP, YEARS[:1], rows, confidence=CERTAIN)
    return analysed([statement[0], table[0]], [*statement[1], *table[1]])
