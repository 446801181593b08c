"""The table of debt maturities adds up and fits the balance sheet, or fails, or says nothing."""

import pytest

from services.domain.concepts import StatementKind
from services.domain.reports import TieOutStatus
from services.extraction import tie_out
from tests.unit.statement_builder import at, build

PASS, FAIL, OPEN = TieOutStatus.PASS, TieOutStatus.FAIL, TieOutStatus.NOT_APPLICABLE
DUE = [("2023", 1938), ("2024", 1100), ("2025", 1865), ("2026", 1438), ("2027", 845)]
"""3M_2022_10K, page 76, with 8,753 after 2027 and 15,939 in all."""


def found(*ending, debt=(1938, 14001)):
    rows = [(label, None, amount) for label, amount in (*DUE, ("After 2027", 8753), *ending)]
    table = build(StatementKind.DEBT_MATURITIES, [at(2022)], rows)
    sheet = build(
        StatementKind.BALANCE,
        [at(2022)],
        [
            ("Current portion of long-term debt", "short_term_debt", debt[0]),
            ("Long-term debt", "long_term_debt", debt[1]),
        ],
    )
    tie_outs = tie_out.check([table[0], sheet[0]], [*table[1], *sheet[1]])
    return [t for t in tie_outs if t.check == "T19"]


def test_maturities_add_up_and_agree_with_the_debt_of_the_balance_sheet():
    assert [t.status for t in found(("Total", 15939))] == [PASS, PASS]


def test_maturities_that_do_not_add_up_to_their_total_fail():
    tie_outs = found(("Total", 15839))
    assert [t.status for t in tie_outs] == [FAIL, OPEN]
    assert "'Total' is 15,839 million" in tie_outs[0].sentence


def test_a_table_without_a_total_is_not_checked():
    assert [t.status for t in found()] == [OPEN]
    assert "the table prints no total" in found()[0].sentence


@pytest.mark.parametrize(
    ("debt", "status"),
    [
        ((1938, 13801), OPEN),  # discounts between principal and carrying amount
        ((2, 14), FAIL),  # thousands for millions
        ((1_938_000, 14_001_000), FAIL),
    ],
)
def test_debt_of_another_order_fails_and_a_discount_does_not(debt, status):
    assert [t.status for t in found(("Total", 15939), debt=debt)] == [PASS, status]
