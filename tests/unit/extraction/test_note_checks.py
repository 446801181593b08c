"""No segment has more revenue than the company, in columns beside one that adds up."""

import pytest

from services.domain.concepts import StatementKind
from services.domain.reports import TieOutStatus
from services.extraction import tie_out
from tests.unit.statement_builder import build, year

PASS, FAIL = TieOutStatus.PASS, TieOutStatus.FAIL
YEARS = [year(2018), year(2017)]


def parts(rows, revenue=(900, 800)):
    """The T27 of a segment table; rows are (label, the part it is of, values)."""
    income = build(StatementKind.INCOME, YEARS, [("Net sales", "revenue", *revenue)])
    table, facts = build(
        StatementKind.SEGMENTS, YEARS, [(label, None, *values) for label, _, *values in rows]
    )
    facts = [f.model_copy(update={"member": rows[f.row][1]}) for f in facts]
    tie_outs = tie_out.check([income[0], table], [*income[1], *facts])
    return [t for t in tie_outs if t.check == "T27"]


def block(consumer=600, other=-20, total=900):
    return [
        ("Consumer", "Consumer", consumer, 500),
        ("Industrial", "Industrial", 320, 310),
        ("Eliminations", "Eliminations", other, -10),
        ("Total net sales", None, total, 800),
    ]


def test_parts_that_add_up_hold_and_name_their_rows():
    found = parts(block())
    assert [(t.status, len(t.members), t.difference) for t in found] == [(PASS, 3, 0)] * 2


def test_a_segment_above_the_companys_revenue_fails():
    found = parts(block(consumer=6000))
    assert [t.status for t in found] == [FAIL, PASS]
    assert "'Consumer' is 6,000 million and 'Total net sales' 900 million" in found[0].sentence


def test_a_part_that_eliminations_bring_below_the_whole_is_possible():
    rows = block(consumer=1000, other=-420)
    assert [t.status for t in parts(rows)] == [PASS, PASS]


def test_rows_that_add_up_in_no_column_are_no_parts_of_the_total():
    rows = [("Assets", "Assets", 5000, 6000), ("Goodwill", "Goodwill", 70, 70), *block()[3:]]
    assert parts(rows) == []


@pytest.mark.parametrize("order", [1, -1])
def test_rows_of_one_name_under_the_parts_headings_are_its_parts(order):
    by_part = [
        ("Net sales", "North America", 600, 500),
        ("Operating income", "North America", 60, 50),
        ("Net sales", "International", 300, 300),
        ("Operating income", "International", -30, -30),
    ]  # fmt: skip
    rows = [*(by_part if order == 1 else by_part[2:] + by_part[:2]), ("Net sales", None, 900, 800)]
    assert [(t.status, len(t.members)) for t in parts(rows)] == [(PASS, 2), (PASS, 2)]
