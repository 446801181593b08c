import pytest

from services.domain.concepts import StatementKind
from services.extraction.titles import line_strength, squash, title_kinds

INCOME, BALANCE, FLOW = StatementKind.INCOME, StatementKind.BALANCE, StatementKind.CASH_FLOW


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("CONSOLIDATED BALANCE SHEETS", BALANCE),
        ("Example Corp. and Subsidiaries Consolidated Balance Shee t", BALANCE),
        ("Consolidated Statements of Financial Condition", BALANCE),
        ("Statement of Consolidated Operations", INCOME),
        ("Condensed Consolidated Statements of Income (Unaudited)", INCOME),
        ("Consolidated Statements of Operations and Comprehensive Income", INCOME),
        ("CONSOLIDATED STATEMENTS OF CASH FLOWS (continued)", FLOW),
        ("Consolidated Statements of Cash Flows For the Years Ended December 31", FLOW),
    ],
)
def test_a_title_names_its_statement(line: str, kind: StatementKind) -> None:
    assert title_kinds(line) == [kind]


@pytest.mark.parametrize(
    "line",
    [
        "The consolidated balance sheets include the accounts of all subsidiaries",
        "as presented in the consolidated statements of income under other expense",
        "Notes to Consolidated Financial Statements",
        "Consolidated Statements of Shareholders’ Equity",
    ],
)
def test_a_sentence_that_mentions_a_statement_is_no_title(line: str) -> None:
    assert title_kinds(line) == []


def test_a_consolidated_title_is_stronger_than_a_bare_one() -> None:
    assert line_strength(BALANCE, squash("Balance Sheets")) == 3
    assert line_strength(BALANCE, squash("Consolidated Balance Sheets")) == 4


def test_squashing_absorbs_split_letters_and_marks() -> None:
    assert squash("Statem ents\nof Stockholders’ Equity.") == "statementsofstockholdersequity"
