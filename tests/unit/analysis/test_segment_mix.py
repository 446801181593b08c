"""Revenue mix (R14): shares of parts that add up to revenue, and the reasons where there are none."""

from decimal import Decimal

import pytest

from services.domain.concepts import StatementKind
from services.domain.insights import Severity
from tests.unit.analysis.contexts import CERTAIN, analysed, income, insight_of, reason_of
from tests.unit.statement_builder import build, year

YEARS = [year(2023), year(2022)]
SALES = [
    ("North America Retail", 12659.9, 11572.0),
    ("International", 2769.5, 3315.7),
    ("Pet", 2473.3, 2259.4),
    ("North America Foodservice", 2191.5, 1845.7),
]
"""GENERALMILLS_2023_annualreport, page 83: 20,094.2 and 18,992.8 in all."""
PROFITS = [("International", 161.8, 232.0), ("Pet", 445.5, 470.6)]


def mix(parts, total=(20094.2, 18992.8), profits=(), columns=YEARS):
    """Analyse revenue with a table of its parts; the rows of profit are called so."""
    statement = income(columns, ("Net sales", "revenue", *total))
    rows = [*parts, ("Total", *total), *profits]
    table, facts = build(
        StatementKind.SEGMENTS,
        columns,
        [(label, None, *values) for label, *values in rows],
        confidence=CERTAIN,
    )
    lines = [
        row.model_copy(update={"section": "Operating profit:"}) if row.row > len(parts) else row
        for row in table.rows
    ]
    named = [
        fact if fact.label == "Total" else fact.model_copy(update={"member": fact.label})
        for fact in facts
    ]
    table = table.model_copy(update={"rows": tuple(lines)})
    return analysed([statement[0], table], [*statement[1], *named])


def test_the_part_whose_share_moved_most_is_named_with_both_shares():
    found = insight_of(mix(SALES), "R14")
    assert found.title == "Revenue mix: International"
    assert found.text == (
        "International is 13.8 % of revenue for the year to Dec 31, 2023, 17.5 % a year earlier "
        "(−3.7 pp)."
    )
    assert found.severity is Severity.MEDIUM
    assert {fact.role for fact in found.evidence} == {
        "International, Year to Dec 31, 2023", "International, Year to Dec 31, 2022",
        "revenue, Year to Dec 31, 2023", "revenue, Year to Dec 31, 2022",
    }  # fmt: skip


def test_where_each_part_has_its_profit_the_mix_effect_is_told():
    profits = [("North America Retail", 3181.3, 2699.7), *PROFITS,
               ("North America Foodservice", 290.0, 255.5)]  # fmt: skip
    found = insight_of(mix(SALES, profits=profits), "R14")
    assert found.text.endswith("the shift alone moves the parts' operating margin by +48 bp.")
    step = found.calculations[-1]
    assert step.value.quantize(Decimal("0.00001")) == Decimal("0.00477")


def test_a_profit_missing_leaves_the_mix_effect_out():
    assert "margin" not in insight_of(mix(SALES, profits=PROFITS), "R14").text


def test_a_part_that_is_new_had_no_share_before():
    found = insight_of(mix([("Retail", 915, 1000), ("Pet", 85, 0)], (1000, 1000)), "R14")
    assert "Retail is 91.5 % of revenue" in found.text
    assert "; Pet 8.5 % after none." in found.text


def test_shares_that_moved_by_three_points_or_less_are_quiet():
    analysis = mix([("Retail", 530, 500), ("Online", 470, 500)], (1000, 1000))
    assert insight_of(analysis, "R14") is None
    assert reason_of(analysis, "R14") is None


def test_eliminations_are_no_part_of_the_mix():
    parts = [("Retail", 700, 690), ("Online", 400, 390), ("Eliminations", -100, -80)]
    assert insight_of(mix(parts, (1000, 1000)), "R14") is None


@pytest.mark.parametrize("wrong", [11772.0, 11372.0])
def test_parts_that_do_not_add_up_in_the_year_before_give_no_share(wrong):
    analysis = mix([("North America Retail", 12659.9, wrong), *SALES[1:]])
    assert insight_of(analysis, "R14") is None
    assert reason_of(analysis, "R14") == "no table of the parts of revenue shows the year before"


def test_a_report_without_such_a_table_says_so():
    analysis = analysed(*_alone())
    expected = "no table whose parts add up to revenue was read in the notes"
    assert reason_of(analysis, "R14") == expected


def _alone():
    statement, facts = income(YEARS, ("Net sales", "revenue", 100, 90))
    return [statement], facts
