"""Insights from notes and running text on real filings: where each rule speaks, and nowhere else."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.analysis.service import analyse
from tests.golden.test_filings import filing
from tests.unit.analysis.contexts import shipped_templates

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SAID = {
    ("R14", "GENERALMILLS_2019_10K"): "Pet is 8.5 % of revenue",
    ("R14", "GENERALMILLS_2023_annualreport"): "International is 13.8 % of revenue",
    ("R15", "AMCOR_2019_10K"): "One customer brings 11 % of revenue",
    (
        "R15",
        "CVSHEALTH_2022_10K",
    ): "One customer brings 18 % of revenue, after 17 % the year before",
    ("R15", "GENERALMILLS_2019_10K"): "One customer brings 20 % of revenue",
    ("R15", "GENERALMILLS_2020_10K"): "One customer brings 21 % of revenue",
    ("R15", "GENERALMILLS_2022_10K"): "One customer brings 20 % of revenue",
    ("R15", "GENERALMILLS_2023_annualreport"): "One customer brings 21 % of revenue",
    ("R15", "LOCKHEEDMARTIN_2020_10K"): "One customer brings 74 % of revenue",
    ("R15", "LOCKHEEDMARTIN_2021_10K"): "One customer brings 71 % of revenue",
    ("R15", "LOCKHEEDMARTIN_2022_10K"): "One customer brings 73 % of revenue",
    ("R15", "PFIZER_2021_10K"): "One customer brings 13 % of revenue",
    ("K19", "3M_2018_10K"): "After Dec 31, 2018: “In February 2019, 3M completed the acquisition",
    ("K19", "3M_2022_10K"): "The report puts a claim or obligation at USD 592 m, 1.9× materiality",
    (
        "K19",
        "AMAZON_2022_10K",
    ): "After Dec 31, 2022: “In January 2023, we entered into an $8.0 billion",
    (
        "K19",
        "AMCOR_2019_10K",
    ): "After Jun 30, 2019: “On August 8, 2019, the Company completed the sale",
    (
        "K19",
        "AMCOR_2023_10K",
    ): "The report puts a claim or obligation at USD 54.0 m, 0.9× materiality",
    ("K19", "CVSHEALTH_2022_10K"): "The report puts a claim or obligation at USD 5,800 m",
    ("K19", "EBAY_2021_10K"): "After Dec 31, 2021: “In February 2022, we redeemed the $750 million",
    ("K19", "LOCKHEEDMARTIN_2020_10K"): "The report puts a claim or obligation at USD 789 m",
    ("K19", "LOCKHEEDMARTIN_2021_10K"): "The report puts a claim or obligation at USD 742 m",
    ("K19", "LOCKHEEDMARTIN_2022_10K"): "The report puts a claim or obligation at USD 696 m",
    (
        "K20",
        "AMCOR_2019_10K",
    ): "'Adjusted net income' exceeds 'Net income attributable to Amcor plc",
    ("K20", "BESTBUY_2023_10K"): "'Non-GAAP operating income' exceeds 'Operating income' by 13.0 %",
    (
        "K20",
        "CVSHEALTH_2022_10K",
    ): "'Adjusted operating income' exceeds 'Operating income' by 126.3 %",
}
RULES = {rule_id for rule_id, _ in SAID}


@pytest.mark.slow
def test_each_rule_speaks_of_the_filings_that_say_so_and_of_no_other(shared: Path) -> None:
    found: dict[tuple[str, str], str] = {}
    for path in sorted((shared / "eval" / "filings").glob("*.pdf")):
        read = filing(shared, path.stem)
        numbers = (read.statements, read.facts, read.tie_outs, [])
        analysis = analyse(read.report, *numbers, shipped_templates(), NOW, lambda: 0.0)
        for insight in analysis.insights:
            if insight.rule_id in RULES:
                assert (insight.rule_id, path.stem) not in found
                found[insight.rule_id, path.stem] = insight.text
    assert {place: text[: len(SAID.get(place, ""))] for place, text in found.items()} == SAID
