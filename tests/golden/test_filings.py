"""Values of real filings, read by eye: value, page and printed label of each."""

from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from services.adapters.local.layout import LocalLayoutReader
from services.domain.base import utc_now
from services.domain.ids import ReportId, UserId
from services.domain.reports import Fact, Report, ReportFormat, TieOutStatus
from services.extraction.service import Extraction, extract

GOLDEN = [
    # filing, concept, period start, period end, value, page, label
    ("3M_2018_10K", "revenue", "2018-01-01", "2018-12-31", "32765000000", 56, "Net sales"),
    ("3M_2018_10K", "inventory", None, "2017-12-31", "4034000000", 58, "Total inventories"),
    ("3M_2018_10K", "total_assets", None, "2018-12-31", "36500000000", 58, "Total assets"),
    ("3M_2018_10K", "eps_diluted", "2016-01-01", "2016-12-31", "8.16", 56,
     "Earnings per share attributable to 3M common shareholders — diluted"),
    ("JPMORGAN_2022Q2_10Q", "revenue", "2022-04-01", "2022-06-30", "30715000000", 88, "Total net revenue"),
    ("JPMORGAN_2022Q2_10Q", "revenue", "2022-01-01", "2022-06-30", "61432000000", 88, "Total net revenue"),
    ("JPMORGAN_2022Q2_10Q", "total_assets", None, "2021-12-31", "3743567000000", 90, "Total assets(a)"),
    ("BESTBUY_2023_10K", "cash_from_operations", "2022-01-30", "2023-01-28", "1824000000", 42,
     "Total cash provided by operating activities"),
    ("BESTBUY_2023_10K", "dividends_paid", "2022-01-30", "2023-01-28", "789000000", 42, "Dividends paid"),
    ("APPLE_2023Q3_10Q", "cash_and_equivalents", None, "2023-07-01", "28408000000", 6, "Cash and cash equivalents"),
    ("APPLE_2023Q3_10Q", "retained_earnings", None, "2022-09-24", "-3068000000", 6,
     "Retained earnings/(Accumulated deficit)"),
    ("EBAY_2023Q1_EARNINGS", "net_income", "2022-01-01", "2022-03-31", "-1341000000", 8, "Net income (loss)"),
    ("EBAY_2023Q1_EARNINGS", "total_liabilities", None, "2023-03-31", "14617000000", 8, "Total liabilities"),
    ("COCACOLA_2017_10K", "shares_diluted_wavg", "2017-01-01", "2017-12-31", "4324000000", 74,
     "AVERAGE SHARES OUTSTANDING — DILUTED"),
    ("PFIZER_2021_10K", "interest_paid", "2021-01-01", "2021-12-31", "1467000000", 62, "Interest paid"),
    ("CVSHEALTH_2018_10K", "depreciation_amortization", "2018-01-01", "2018-12-31", "2718000000", 306,
     "Depreciation and amortization"),
    ("AMERICANWATERWORKS_2020_10K", "net_income", "2020-01-01", "2020-12-31", "709000000", 84,
     "Net income attributable to common shareholders"),
    ("AMCOR_2023Q4_EARNINGS", "total_assets", None, "2023-06-30", "17003000000", 9, "Total assets"),
]  # fmt: skip

TABLES = [
    # filing, kind, period end, value, page, label, the part it is of
    ("3M_2018_10K", "interest", "2016-12-31", "-196000000", 80,
     "Pension and postretirement net periodic benefit cost (benefit)", None),
    ("3M_2018_10K", "tax_reconciliation", "2017-12-31", "10.1", 85, "U.S. TCJA enactment - net impacts", None),
    ("3M_2018_10K", "tax_reconciliation", "2016-12-31", "28.3", 85, "Effective worldwide tax rate", None),
    ("BESTBUY_2023_10K", "segments", "2022-01-29", "244000000", 63, "International", "International"),
    ("BESTBUY_2023_10K", "segments", "2023-01-28", "14549000000", 63, "Domestic", "Domestic"),
    ("BESTBUY_2023_10K", "segments", "2021-01-30", "713000000", 63, "Total capital expenditures", None),
    ("CVSHEALTH_2018_10K", "debt_maturities", "2018-12-31", "10427000000", 348, "2021", None),
    ("CVSHEALTH_2018_10K", "debt_maturities", "2018-12-31", "43319000000", 348, "Thereafter", None),
    ("CVSHEALTH_2018_10K", "debt_maturities", "2018-12-31", "74265000000", 348, "Total", None),
]  # fmt: skip
"""Tables in notes, read by eye as well."""


@cache
def reading(path: Path) -> Extraction:
    report = Report(
        report_id=ReportId(path.stem),
        name=path.name,
        format=ReportFormat.PDF,
        sha256="0" * 64,
        size=path.stat().st_size,
        blob_key=path.name,
        uploaded_by=UserId("golden"),
        uploaded_at=utc_now(),
    )
    with LocalLayoutReader().open(path.read_bytes(), ReportFormat.PDF) as document:
        return extract(document, report)


def filing(shared: Path, name: str) -> Extraction:
    path = shared / "eval" / "filings" / f"{name}.pdf"
    if not path.is_file():
        pytest.fail(f"{path.name} is missing from the shared filings")
    return reading(path)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "concept", "start", "end", "value", "page", "label"), GOLDEN)
def test_a_real_filing_gives_the_printed_value_with_its_page_and_label(
    shared: Path,
    name: str,
    concept: str,
    start: str | None,
    end: str,
    value: str,
    page: int,
    label: str,
) -> None:
    facts = [fact for fact in filing(shared, name).facts if _is(fact, concept, start, end)]
    best = max(facts, key=lambda fact: fact.confidence.total)
    assert best.value == Decimal(value)
    assert (best.source.page, best.label) == (page, label)
    assert best.confidence.total > 0.85


@pytest.mark.slow
@pytest.mark.parametrize(("name", "kind", "end", "value", "page", "label", "member"), TABLES)
def test_a_table_in_a_note_gives_its_rows_with_their_page(
    shared: Path,
    name: str,
    kind: str,
    end: str,
    value: str,
    page: int,
    label: str,
    member: str | None,
) -> None:
    amounts = {
        fact.value
        for fact in filing(shared, name).facts
        if (fact.statement.value, fact.source.page, fact.label) == (kind, page, label)
        and (fact.period.end.isoformat(), fact.member) == (end, member)
    }
    assert Decimal(value) in amounts


def _is(fact: Fact, concept: str, start: str | None, end: str) -> bool:
    first = date.fromisoformat(start) if start else None
    period = (fact.period.start, fact.period.end)
    return (fact.concept, fact.basis) == (concept, "consolidated") and period == (
        first,
        date.fromisoformat(end),
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted({row[0] for row in GOLDEN}))
def test_no_tie_out_of_a_real_filing_fails(shared: Path, name: str) -> None:
    statuses = [tie_out.status for tie_out in filing(shared, name).tie_outs]
    assert TieOutStatus.FAIL not in statuses
    assert statuses.count(TieOutStatus.PASS) >= 40


@pytest.mark.slow
def test_a_filing_without_statements_says_so(shared: Path) -> None:
    read = filing(shared, "AMCOR_2022_8K_dated-2022-07-01")
    assert [finding.code for finding in read.findings] == ["no-statements"]
    assert read.facts == []
