"""Restated prior years and a changed unit in real consecutive reports of one company."""

import os
from pathlib import Path

import pytest

from services.bootstrap import build_engine

SHARED = Path(__file__).resolve().parents[3] / "shared" / "eval"


def findings(*names):
    paths = [SHARED / name for name in names]
    if not all(path.exists() for path in paths):
        assert os.environ.get("CI") != "true", "the shared reports must be there in CI"
        pytest.skip("the shared reports are absent")
    engine = build_engine()
    reads = [engine.read(path.name, path.read_bytes()) for path in paths]
    latest = engine.analyse(reads)[-1]
    return [i for i in latest.analysis.insights if i.rule_id in {"A07", "A08"}]


def texts(found, words):
    return [insight.text for insight in found if words in insight.text]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("names", "said"),
    [
        (("restatements/3M_2020_10K.pdf", "restatements/3M_2021_10K.pdf"),
         "Retained earnings for Dec 31, 2020 was USD 43,761 m in 3M_2020_10K.pdf (page 59) and is "
         "USD 43,821 m in this report (page 47)"),
        (("restatements/PFIZER_2020_10K.pdf", "filings/PFIZER_2021_10K.pdf"),
         "Retained earnings for Dec 31, 2020 was USD 96,770 m in PFIZER_2020_10K.pdf (page 63) and "
         "is USD 90,392 m in this report (page 59)"),
    ],
)  # fmt: skip
def test_restated_retained_earnings_are_found_with_both_sources(names, said):
    assert len(texts(findings(*names), said)) == 1


@pytest.mark.slow
def test_each_restated_figure_has_the_reason_that_can_change_it():
    found = findings("restatements/PFIZER_2020_10K.pdf", "filings/PFIZER_2021_10K.pdf")
    quoted = {i.title.rpartition(": ")[2]: i.quotes[0].text for i in found if i.quotes}
    assert "reflected as discontinued operations" in quoted["revenue"]
    assert "reflected as discontinued operations" in quoted["other lines"]
    assert "cumulative effect decrease to Retained earnings" in quoted["retained earnings"]
    for figure in ("net income", "totals", "per-share figures"):
        assert "we adopted a change in accounting principle" in quoted[figure], figure


@pytest.mark.slow
def test_a_changed_unit_is_said_once_and_makes_no_total_look_restated():
    found = findings("restatements/ADOBE_2019_10K.pdf", "restatements/ADOBE_2020_10K.pdf")
    assert len(texts(found, "presents amounts in millions, ADOBE_2019_10K.pdf in thousands")) == 1
    restated = [i for i in found if i.rule_id == "A07"]
    assert [i.severity.value for i in restated] == ["low"]  # depreciation for prepaid expenses
