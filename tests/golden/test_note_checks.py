"""Checks on notes and share counts in real filings: where each holds, with page and printed number."""

from pathlib import Path

import pytest

from services.domain.reports import TieOutStatus
from tests.golden.test_filings import filing

HOLDS = [
    # filing, check, its name begins, page of the total, as printed, expected, actual
    ("ADOBE_2022_10K", "T16", "Shares", 53, "—", 601, 462),
    ("CVSHEALTH_2018_10K", "T16", "Shares", 304, "32,096", 1712, 1014),
    ("3M_2022_10K", "T19", "Debt maturities", 76, "$15,939", 15_939_000_000, 15_939_000_000),
    ("3M_2022_10K", "T19", "Debt in the notes", 76, "$15,939", 15_939_000_000, 15_939_000_000),
    ("3M_2018_10K", "T17", "Retained", 58, "40,636", 40_636_000_000, 40_636_000_000),
    ("AMERICANWATERWORKS_2020_10K", "T17", "Retained", 83, "102", 102_000_000, 102_000_000),
    ("3M_2022_10K", "T27", "No part", 123, "$34,229", 34_229_000_000, 34_229_000_000),
    ("BESTBUY_2023_10K", "T30", "Adjustments", 28, "$2,028", 2_028_000_000, 2_028_000_000),
    ("CVSHEALTH_2022_10K", "T30", "Adjustments", 180, "$17,532", 17_532_000_000, 17_532_000_000),
    ("AMAZON_2017_10K", "T27", "No part", 69, "$177,866", 177_866_000_000, 177_866_000_000),
]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "check", "begins", "page", "printed", "expected", "actual"), HOLDS
)
def test_a_check_holds_on_the_numbers_of_a_real_filing(
    shared: Path,
    name: str,
    check: str,
    begins: str,
    page: int,
    printed: str,
    expected: int,
    actual: int,
) -> None:
    read = filing(shared, name)
    facts = {fact.fact_id: fact for fact in read.facts}
    held = [
        (t.status, facts[t.total].source.page, facts[t.total].source.printed, t.expected, t.actual)
        for t in read.tie_outs
        if t.check == check and t.name.startswith(begins) and t.total is not None
    ]
    assert (TieOutStatus.PASS, page, printed, expected, actual) in held


@pytest.mark.slow
def test_none_of_them_fails_on_a_filing_that_was_printed_right(shared: Path) -> None:
    for path in sorted((shared / "eval" / "filings").glob("*.pdf")):
        failed = [
            t.sentence
            for t in filing(shared, path.stem).tie_outs
            if t.check in {"T16", "T17", "T19", "T27", "T30"} and t.status is TieOutStatus.FAIL
        ]
        assert failed == [], path.stem
