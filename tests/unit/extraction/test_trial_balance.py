"""Trial balances: how they are recognised, dated and labelled, and the checks they have to pass."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.domain.concepts import StatementKind
from services.domain.reports import Fact, ReportFormat, TieOut, TieOutStatus
from services.extraction.ledger_checks import MAX_MEMBERS
from services.extraction.service import Extraction, extract
from services.extraction.sheet_roles import Moment, Side, ledger_moments, ledger_side, side_in
from services.extraction.sheets import read_workbook
from tests.unit.extraction.sheet_builder import notes, only, read, sheet, spans
from tests.unit.extraction.test_service import FakeDocument, report

SIDES = [
    ["Acme plc"],
    ["Trial balance as at 31 December 2025"],
    ["Account code", "Account name", "Debit", "Credit"],
    [1000, "Cash", 100, ""],
    [2000, "Bank loan", "", 60],
    [3000, "Total return reserve", "", 40],
    ["", "Total", 100, 100],
]
MOVED = [
    ["Trial balance for the month ended 30 June 2025 (EUR)"],
    ["Account", "Name", "Opening balance", "Movement", "Closing balance"],
    ["1000", "Cash", 10, 5, 15],
    ["2000", "Loan", -10, 0, -10],
    ["3000", "Sales", 0, -5, -5],
]


def taken(rows: list[list[object]], name: str = "TB") -> Extraction:
    document = FakeDocument([], worksheets=[sheet(rows, name)])
    return extract(document, report(ReportFormat.XLSX))


def checks(rows: list[list[object]], check: str) -> list[TieOut]:
    return [tie_out for tie_out in taken(rows).tie_outs if tie_out.check == check]


def at(extraction: Extraction, cell: str) -> Fact:
    (fact,) = (fact for fact in extraction.facts if fact.source.cell == cell)
    return fact


def test_accounts_have_code_name_period_and_their_side_as_sign():
    extraction = taken(SIDES)
    (statement,) = extraction.statements
    assert statement.kind is StatementKind.TRIAL_BALANCE
    assert statement.title == "Acme plc - Trial balance as at 31 December 2025"
    assert [column.header for column in statement.columns] == ["Debit", "Credit"]
    assert {column.period.end for column in statement.columns} == {date(2025, 12, 31)}
    cash, loan = at(extraction, "C4"), at(extraction, "D5")
    assert (cash.label, cash.value, cash.concept) == ("1000 Cash", Decimal(100), None)
    assert (loan.label, loan.printed_value, loan.value) == (
        "2000 Bank loan",
        Decimal(60),
        Decimal(-60),
    )
    assert [row.is_total for row in statement.rows] == [False, False, False, True]


@pytest.mark.parametrize(
    ("title", "span"),
    [
        ("as at 31 December 2025", (None, date(2025, 12, 31))),
        ("for the month ended 31 December 2025", (date(2025, 12, 1), date(2025, 12, 31))),
        ("for the year ended 30 June 2025", (date(2024, 7, 1), date(2025, 6, 30))),
        ("Period 09/2025", (None, date(2025, 9, 30))),
        ("FY2025", (None, date(2025, 12, 31))),
        ("31.03.2025", (None, date(2025, 3, 31))),
    ],
)
def test_the_title_dates_a_trial_balance(title, span):
    statement = only([[f"Trial balance {title}"], *SIDES[2:]])
    assert spans(statement) == [span, span]


def test_a_sheet_name_and_debit_beside_credit_are_enough():
    assert only([[date(2025, 12, 31)], *SIDES[2:]], "Sheet1").kind is StatementKind.TRIAL_BALANCE
    named = only([["", "Account", "Amount"], ["1", "Cash", 5], ["2", "Loan", -5]], "TB 2025")
    assert (named.kind, [row.label for row in named.rows]) == (
        StatementKind.TRIAL_BALANCE,
        ["1 Cash", "2 Loan"],
    )


def test_a_list_of_postings_is_no_trial_balance():
    rows = [["Date", "Account", "Debit", "Credit"]]
    rows += [[date(2025, 1, day), "Cash", day, day] for day in range(1, 6)]
    assert StatementKind.TRIAL_BALANCE not in {found.kind for found in read(rows)}
    assert (
        read([["Journal 2025"], *SIDES[2:]], "Entries")[0].kind is not StatementKind.TRIAL_BALANCE
    )


def test_a_trial_balance_without_a_date_is_not_read_and_that_is_said():
    found = read_workbook([sheet(SIDES[2:], "Balances")])
    assert found.statements == []
    (note,) = found.notes
    assert note.code == "undated-statement"
    assert note.sentence == (
        "'Balances' on sheet 'Balances' (4 rows) names no date or period, so none of its numbers was "
        "read. Write one above the columns, such as 'as at 31 December 2025', and upload it again."
    )


def test_opening_movement_and_closing_are_of_their_own_days():
    statement = only(MOVED)
    assert spans(statement) == [
        (None, date(2025, 5, 31)),
        (date(2025, 6, 1), date(2025, 6, 30)),
        (None, date(2025, 6, 30)),
    ]
    assert (statement.currency, notes(sheet(MOVED))) == ("EUR", {})


def test_how_long_movements_lasted_is_assumed_to_be_a_year_and_that_is_said():
    rows = [["As at 31 December 2025"], *MOVED[1:]]
    statement = only(rows)
    assert spans(statement)[0] == (None, date(2024, 12, 31))
    assert [column.certainty for column in statement.columns] == [0.7, 0.7, 0.95]
    assert notes(sheet(rows))["assumed-period"].sentence.endswith(
        "a year was assumed for Opening balance, Movement."
    )


def test_sides_between_an_opening_and_a_closing_balance_are_movements():
    headings = ["opening", "debit", "credit", "closing balance"]
    assert ledger_moments(headings) == [
        Moment.OPENING,
        Moment.MOVEMENT,
        Moment.MOVEMENT,
        Moment.CLOSING,
    ]
    assert ledger_moments(["debit", "credit"]) == [None, None]


def test_two_header_rows_name_moment_and_side():
    rows = [
        ["As at 31 December 2025"],
        ["", "", "Opening", "", "Closing", ""],
        ["Code", "Account", "Debit", "Credit", "Debit", "Credit"],
        ["1", "Cash", 10, "", 15, ""],
        ["2", "Loan", "", 10, "", 15],
    ]
    statement = only(rows, "TB")
    assert [c.header for c in statement.columns] == [
        "Opening Debit",
        "Opening Credit",
        "Closing Debit",
        "Closing Credit",
    ]
    assert [c.sign for c in statement.columns] == [1, -1, 1, -1]
    assert {t.status for t in checks(rows, "T31")} == {TieOutStatus.PASS}


def test_equal_sides_tie_out_and_lift_confidence():
    extraction = taken(SIDES)
    (sides,) = (t for t in extraction.tie_outs if t.check == "T31")
    assert (sides.status, sides.expected, sides.actual) == (TieOutStatus.PASS, 100, 100)
    assert sides.sentence == (
        "Debits equal credits (Dec 31, 2025): holds for the debits of 3 accounts."
    )
    assert len(sides.members) == 3
    assert "adds up in 1" in {e.name for e in at(extraction, "C4").confidence.evidence}


def test_sides_that_differ_fail_and_name_nobody():
    rows = [*SIDES[:3], [1000, "Cash", 100, ""], [2000, "Bank loan", "", 90]]
    (sides,) = checks(rows, "T31")
    assert (sides.status, sides.difference, sides.members) == (TieOutStatus.FAIL, 10, ())
    assert sides.sentence == (
        "Debits equal credits (Dec 31, 2025): the debits of 2 accounts: 100 stands where 90 is "
        "expected; 10 is unexplained."
    )


def test_a_cent_is_rounding_and_a_euro_is_not():
    def status(credit: Decimal) -> TieOutStatus:
        rows = [*SIDES[:3], ["1", "Cash", 100, ""], ["2", "Loan", "", credit]]
        return checks(rows, "T31")[0].status

    assert status(Decimal("99.99")) is TieOutStatus.PASS_ROUNDING
    assert status(Decimal(99)) is TieOutStatus.FAIL


def test_thousands_may_miss_by_their_rounding():
    rows = [["Trial balance as at 31 December 2025 (EUR thousand)"], *SIDES[2:5]]
    rows += [[3000, "Reserve", "", 41]]
    assert checks(rows, "T31")[0].status is TieOutStatus.PASS_ROUNDING


def test_balances_of_one_sign_say_no_side_and_are_not_checked():
    rows = [
        ["Trial balance 2025"],
        ["Code", "Account", "Balance"],
        ["1", "Cash", 5],
        ["2", "Loan", 5],
    ]
    (sides,) = checks(rows, "T31")
    assert sides.status is TieOutStatus.NOT_APPLICABLE
    assert "does not show debits and credits apart" in sides.sentence


def test_signed_balances_add_up_to_nothing_in_every_column():
    rows = [
        ["Trial balance 2025"],
        ["Code", "Account", "Jan 2025", "Feb 2025"],
        ["1", "Cash", 10, 12],
        ["2", "Loan", -10, -11],
    ]
    assert [t.status for t in checks(rows, "T31")] == [TieOutStatus.PASS, TieOutStatus.FAIL]


def test_a_total_row_is_its_accounts_and_no_account_itself():
    assert {t.status for t in checks(SIDES, "T32")} == {TieOutStatus.PASS}
    wrong = [*SIDES[:-1], ["", "Total", 100, 101]]
    broken = [t for t in checks(wrong, "T32") if t.status is TieOutStatus.FAIL]
    assert [(t.expected, t.actual) for t in broken] == [(-100, -101)]
    assert "'Total' over 2 accounts: -101 stands where -100 is expected" in broken[0].sentence
    total = at(taken(wrong), "D7")
    assert "does not add up" in {evidence.name for evidence in total.confidence.evidence}


def test_subtotals_and_an_unlabelled_total_are_totals():
    rows = [
        *SIDES[:3],
        ["1", "Cash", 60, ""],
        ["2", "Stock", 40, ""],
        ["", "Subtotal assets", 100, ""],
        ["3", "Loan", "", 100],
        ["", "", 100, 100],
    ]
    extraction = taken(rows)
    assert [row.is_total for row in extraction.statements[0].rows] == [
        False, False, True, False, True,
    ]  # fmt: skip
    assert {t.status for t in extraction.tie_outs} == {TieOutStatus.PASS}
    assert len([t for t in extraction.tie_outs if t.check == "T32"]) == 3


def test_opening_plus_movement_is_closing_or_the_account_is_named():
    (holds,) = checks(MOVED, "T33")
    assert holds.sentence == (
        "Opening balance plus movement equals closing balance: holds for Jun 30, 2025 for all of "
        "3 accounts."
    )
    (broken,) = checks([*MOVED[:-1], ["3000", "Sales", 0, -5, -6]], "T33")
    assert (broken.status, broken.difference) == (TieOutStatus.FAIL, -1)
    assert "'3000 Sales': -6 stands where -5 is expected" in broken.sentence


def test_of_many_accounts_that_do_not_roll_forward_the_first_are_named_and_all_counted():
    rows = [*MOVED[:2], *[[str(i), f"Account {i}", i, 1, i] for i in range(1, 31)]]
    broken = checks(rows, "T33")
    assert len(broken) == 20
    assert broken[-1].sentence.endswith("In all 30 of 30 accounts do not.")


def test_a_check_over_very_many_accounts_names_none_of_them():
    count = MAX_MEMBERS + 1
    rows = [*SIDES[:3], *[[str(i), f"Account {i}", 1, ""] for i in range(count)]]
    rows += [["x1", "Loan", "", count]]
    (sides,) = checks(rows, "T31")
    assert (sides.status, sides.members) == (TieOutStatus.PASS, ())


def test_balances_with_the_side_written_behind_them_are_signed():
    rows = [["Trial balance at 30 September 2025"], ["Code", "Account", "Balance"]]
    rows += [["1", "Cash", "10.00 DR"], ["2", "Loan", "10.00 CR"]]
    (sides,) = checks(rows, "T31")
    assert (sides.status, sides.actual) == (TieOutStatus.PASS, 10)


def test_headings_name_a_side_alone_or_among_other_words():
    strict = [side_in(text) for text in ("debit", "cr (usd)", "closing dr", "credit losses")]
    assert strict == [Side.DEBIT, Side.CREDIT, Side.DEBIT, None]
    assert ledger_side("credit amount incl. accruals") is Side.CREDIT
    assert ledger_side("debit less credit") is None


@given(st.lists(st.integers(-(10**6), 10**6), min_size=2, max_size=12), st.integers(-5, 5))
def test_debits_equal_credits_exactly_when_all_amounts_add_up_to_nothing(cents, error):
    amounts = [*cents, -sum(cents) + error * 100]
    rows = [
        [str(index), f"Account {index}", Decimal(c) / 100 if c > 0 else "", Decimal(-c) / 100 if c < 0 else ""]
        for index, c in enumerate(amounts)
        if c
    ]  # fmt: skip
    found = checks([*SIDES[:3], *rows], "T31")
    judged = [t for t in found if t.status is not TieOutStatus.NOT_APPLICABLE]
    assert all((t.status is TieOutStatus.PASS) == (error == 0) for t in judged)
