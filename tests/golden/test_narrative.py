"""Sentences of real reports against their statements: they agree, and nothing is called wrong falsely."""

import os
from collections import Counter
from pathlib import Path

import pytest

from services.analysis.claims import Verdict, judged_claims
from services.analysis.service import context_of
from services.bootstrap import build_engine

SHARED = Path(__file__).resolve().parents[3] / "shared" / "eval"
PHRASES = {
    ("BESTBUY_2019_10K", 30, "revenue", "of $42.9 billion in fiscal 2019 increased 1.7% compared"),
    ("AMCOR_2019_10K", 24, "revenue", "$139.1 million, or 1.5%"),
    ("LOCKHEEDMARTIN_2022_10K", 37, "effective_tax_rate", "was 14.2% for 2022 and 16.4% for 2021"),
    ("ADOBE_2017_10K", 40, "cash_from_operations", "increased by $713.1 million, or 32%,"),
    ("AMAZON_2017_10K", 29, "interest_expense", "$484 million , and $848 million in 2015 , 2016"),
    ("CVSHEALTH_2022_10K", 89, "cash_from_financing", "to $10.5 billion in 2022 compared to $11.4"),
    ("Pfizer_2023Q2_10Q", 50, "research_and_development", "$167 million in the second quarter"),
}


@pytest.mark.slow
def test_the_sentences_of_real_reports_agree_with_their_statements_and_none_is_called_wrong():
    paths = sorted(SHARED.glob("filings/*.pdf"))
    if not paths:
        assert os.environ.get("CI") != "true", "the shared reports must be there in CI"
        pytest.skip("the shared reports are absent")
    engine, verdicts, agreeing = build_engine(), Counter(), []
    for path in paths:
        read = engine.read(path.name, path.read_bytes())
        context = context_of(read.report, read.statements, read.facts, read.tie_outs, [])
        for judged in judged_claims(context) if context.income else []:
            verdicts[judged.verdict] += 1
            if judged.verdict is Verdict.MATCH:
                agreeing.append((path.stem, judged.claim))
    assert verdicts[Verdict.MISMATCH] == verdicts[Verdict.CONTRADICTION] == 0
    assert verdicts[Verdict.MATCH] >= 165
    for name, page, subject, words in PHRASES:
        assert any(
            (name, page, subject) == (stem, claim.page, claim.subject) and words in claim.quote
            for stem, claim in agreeing
        ), words
