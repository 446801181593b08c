"""Text cues in real reports: where they fire, and that they fire nowhere else."""

import os
from functools import cache
from pathlib import Path

import pytest

from services.adapters.local.layout import LocalLayoutReader
from services.domain.reports import ReportFormat
from services.extraction.concentration import concentrations_in
from services.extraction.cues import cues_in
from services.extraction.quoting import boxes_of_quote
from services.extraction.sentences import Prose
from tests.golden.test_filings import reading

SHARED = Path(__file__).resolve().parents[3] / "shared" / "eval"
EXPECTED = {
    ("AMCOR_2019_10K", 96, "controls_not_effective"),
    ("EBAY_2016_10K", 17, "controls_not_effective"),
    ("EBAY_2016_10K", 56, "controls_not_effective"),
    ("LOCKHEEDMARTIN_2016_10K", 16, "controls_not_effective"),
    ("LOCKHEEDMARTIN_2016_10K", 105, "controls_not_effective"),
    ("PFIZER_2015_10K", 41, "weakness_remediated"),
}


CUSTOMERS = {
    ("AMCOR_2019_10K", 9, "0.11"),
    ("CVSHEALTH_2018_10K", 370, "0.098"),
    ("CVSHEALTH_2022_10K", 7, "0.14"),
    ("CVSHEALTH_2022_10K", 178, "0.18"),
    ("GENERALMILLS_2019_10K", 4, "0.2"),
    ("GENERALMILLS_2020_10K", 4, "0.21"),
    ("GENERALMILLS_2022_10K", 4, "0.2"),
    ("GENERALMILLS_2023_annualreport", 5, "0.21"),
    ("LOCKHEEDMARTIN_2016_10K", 3, "0.71"),
    ("LOCKHEEDMARTIN_2016_10K", 10, "0.71"),
    ("LOCKHEEDMARTIN_2020_10K", 3, "0.74"),
    ("LOCKHEEDMARTIN_2020_10K", 10, "0.74"),
    ("LOCKHEEDMARTIN_2021_10K", 3, "0.71"),
    ("LOCKHEEDMARTIN_2021_10K", 11, "0.71"),
    ("LOCKHEEDMARTIN_2022_10K", 10, "0.73"),
    ("LOCKHEEDMARTIN_2022_10K", 30, "0.73"),
    ("PFIZER_2015_10K", 12, "0.34"),
    ("PFIZER_2015_10K", 27, "0.14"),
    ("PFIZER_2015_10K", 27, "0.34"),
    ("PFIZER_2015_10K", 198, "0.14"),
    ("PFIZER_2015_10K", 198, "0.13"),
    ("PFIZER_2015_10K", 198, "0.12"),
    ("PFIZER_2021_10K", 109, "0.13"),
}

EVENTS_AND_CLAIMS = {
    "subsequent_event": {
        ("3M_2018_10K", 27, 700),
        ("AMAZON_2022_10K", 57, 8000),
        ("AMCOR_2019_10K", 95, 394),
        ("AMERICANWATERWORKS_2021_10K", 56, 6),
        ("EBAY_2021_10K", 43, 750),
        ("EBAY_2021_10K", 98, 750),
        ("PFIZER_2015_10K", 78, 1000),
        ("PFIZER_2015_10K", 120, 1000),
        ("PFIZER_2015_10K", 193, 784),
    },
    "contingency": {
        ("3M_2018_10K", 112, 28),
        ("3M_2018_10K", 119, 59),
        ("3M_2022_10K", 111, 592),
        ("3M_2022_10K", 111, 29),
        ("AMCOR_2023_10K", 99, 9),
        ("AMCOR_2023_10K", 99, 54),
        ("CVSHEALTH_2022_10K", 88, 5800),
        ("CVSHEALTH_2022_10K", 174, 651),
        ("LOCKHEEDMARTIN_2016_10K", 56, 1000),
        ("LOCKHEEDMARTIN_2016_10K", 101, 1000),
        ("LOCKHEEDMARTIN_2020_10K", 59, 789),
        ("LOCKHEEDMARTIN_2020_10K", 104, 789),
        ("LOCKHEEDMARTIN_2021_10K", 57, 742),
        ("LOCKHEEDMARTIN_2021_10K", 103, 742),
        ("LOCKHEEDMARTIN_2022_10K", 55, 696),
        ("LOCKHEEDMARTIN_2022_10K", 99, 696),
    },
}
"""Filing, page, USD million; those below performance materiality make no finding."""


def reports() -> list[Path]:
    paths = [*SHARED.glob("filings/*.pdf"), *SHARED.glob("cues/*.pdf")]
    if not paths:
        assert os.environ.get("CI") != "true", "the shared reports must be there in CI"
        pytest.skip("the shared reports are absent")
    return paths


@cache
def texts(path: Path) -> tuple[str, ...]:
    with LocalLayoutReader().open(path.read_bytes(), ReportFormat.PDF) as document:
        return tuple(document.page_texts())


@pytest.mark.slow
def test_cues_fire_on_the_reports_that_assert_them_and_on_no_other():
    found = set()
    for path in reports():
        cues = cues_in(Prose(texts(path)))
        with LocalLayoutReader().open(path.read_bytes(), ReportFormat.PDF) as document:
            for cue in cues:
                (page,) = document.page_words([cue.page])
                assert boxes_of_quote(page, cue.quote), f"{path.stem}: {cue.quote} is not marked"
        found |= {(path.stem, cue.page, cue.kind) for cue in cues}
    assert found == EXPECTED


@pytest.mark.slow
def test_customers_shares_are_read_where_they_are_stated_and_nowhere_else():
    found = {
        (path.stem, cue.page, str(cue.amounts[0]))
        for path in reports()
        for cue in concentrations_in(Prose(texts(path)))
    }
    assert found == CUSTOMERS


@pytest.mark.slow
def test_events_and_claims_are_read_where_they_are_stated_and_nowhere_else():
    found = {
        (path.stem, cue.page, cue.kind, int(cue.amounts[0] / 1_000_000))
        for path in reports()
        for cue in reading(path).report.cues
        if cue.kind in {"subsequent_event", "contingency"}
    }
    assert found == {
        (name, page, kind, amount)
        for kind, places in EVENTS_AND_CLAIMS.items()
        for name, page, amount in places
    }
