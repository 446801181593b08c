"""Share counts in the words of a row: read from the wordings of real balance sheets, and put in order."""

import pytest

from services.confidence.facts import rescore
from services.domain.concepts import StatementKind
from services.domain.reports import TieOutStatus
from services.extraction import tie_out
from services.extraction.share_checks import share_counts
from tests.unit.statement_builder import at, build

PASS, FAIL = TieOutStatus.PASS, TieOutStatus.FAIL


def counts(label):
    return {status: [int(c.number) for c in found] for status, found in share_counts(label).items()}


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        (  # ADOBE_2022_10K, page 53
            "Common stock, $0.0001 par value; 900 shares authorized; 601 shares issued; "
            "462 and 475 shares outstanding, respectively",
            {"authorized": [900], "issued": [601], "outstanding": [462, 475]},
        ),
        (  # BESTBUY_2023_10K, page 39
            "Common stock, $0.10 par value: Authorized - 1.0 billion shares; Issued and outstanding - "
            "218.1 million and 227.4 million shares, respectively",
            {
                "authorized": [1_000_000_000],
                "issued": [218_100_000, 227_400_000],
                "outstanding": [218_100_000, 227_400_000],
            },
        ),
        (  # JPMORGAN_2022Q2_10Q, page 90
            "Common stock ($1 par value; authorized 9,000,000,000 shares; issued 4,104,933,895 shares)",
            {"authorized": [9_000_000_000], "issued": [4_104_933_895]},
        ),
        (  # CVSHEALTH_2018_10K, page 304
            "Common stock, par value $0.01: 3,200 shares authorized; 1,720 shares issued and 1,295 shares "
            "outstanding at December 31, 2018 and 1,712 shares issued and 1,014 shares outstanding at "
            "December 31, 2017 and capital surplus",
            {"authorized": [3200], "issued": [1720, 1712], "outstanding": [1295, 1014]},
        ),
        ("Treasury stock, at cost (145 and 139 shares, respectively)", {}),
        ("Total shareholders' equity", {}),
    ],
)
def test_counts_are_read_from_the_words_of_real_balance_sheets(label, expected):
    assert counts(label) == expected


def checked(label, *values):
    dates = [at(2018 - back) for back in range(len(values))]
    sheet, facts = build(StatementKind.BALANCE, dates, [(label, None, *values)])
    found = [t for t in tie_out.check([sheet], facts) if t.check == "T16"]
    return found, facts


def test_counts_in_order_hold_in_every_column():
    found, _ = checked(
        "Common stock: 900 shares authorized; 601 shares issued; 462 and 475 shares outstanding",
        9,
        9,
    )
    assert [(t.status, t.actual, t.expected) for t in found] == [
        (PASS, 462, 601), (PASS, 601, 900), (PASS, 475, 601), (PASS, 601, 900),
    ]  # fmt: skip


def test_more_shares_outstanding_than_issued_fail_in_their_column_alone():
    found, _ = checked(
        "Common stock: 900 shares authorized; 601 shares issued; 462 and 675 shares outstanding",
        9,
        9,
    )
    assert [t.status for t in found] == [PASS, PASS, FAIL, PASS]
    assert "gives 675 shares outstanding and 601 issued for Dec 31, 2017" in found[2].sentence


def test_an_authorised_number_that_changed_says_nothing_of_the_year_before():
    # NETFLIX_2015_10K, page 43: the issued shares of 2014 are restated for the split of 2015, the
    # authorised number is not
    found, _ = checked(
        "Common stock; 4,990,000,000 and 160,000,000 shares authorized; 427,940,440 and 422,910,887 "
        "issued and outstanding, respectively", 9, 9
    )  # fmt: skip
    assert [(t.status, t.actual) for t in found] == [(PASS, 427_940_440)]


def test_counts_of_which_one_may_be_in_thousands_are_not_compared():
    found, _ = checked("Common stock: Authorized - 750; issued - 311 million shares", 9)
    assert found == []


def test_wrong_words_do_not_lower_the_amount_beside_them():
    found, facts = checked("Common stock: 900 shares authorized; 961 shares issued", 9)
    assert [t.status for t in found] == [FAIL]
    assert rescore(facts, found) == facts
