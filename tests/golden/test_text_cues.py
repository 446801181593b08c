"""Text cues in real reports: where they fire, and that they fire nowhere else."""

import os
from pathlib import Path

import pytest

from services.adapters.local.layout import LocalLayoutReader
from services.domain.reports import ReportFormat
from services.extraction.cues import cues_in
from services.extraction.quoting import boxes_of_quote

SHARED = Path(__file__).resolve().parents[3] / "shared" / "eval"
EXPECTED = {
    ("AMCOR_2019_10K", 96, "controls_not_effective"),
    ("EBAY_2016_10K", 17, "controls_not_effective"),
    ("EBAY_2016_10K", 56, "controls_not_effective"),
    ("LOCKHEEDMARTIN_2016_10K", 16, "controls_not_effective"),
    ("LOCKHEEDMARTIN_2016_10K", 105, "controls_not_effective"),
    ("PFIZER_2015_10K", 41, "weakness_remediated"),
}


@pytest.mark.slow
def test_cues_fire_on_the_reports_that_assert_them_and_on_no_other():
    paths = [*SHARED.glob("filings/*.pdf"), *SHARED.glob("cues/*.pdf")]
    if not paths:
        assert os.environ.get("CI") != "true", "the shared reports must be there in CI"
        pytest.skip("the shared reports are absent")
    found = set()
    for path in paths:
        with LocalLayoutReader().open(path.read_bytes(), ReportFormat.PDF) as document:
            cues = cues_in(document.page_texts())
            for cue in cues:
                (page,) = document.page_words([cue.page])
                assert boxes_of_quote(page, cue.quote), f"{path.stem}: {cue.quote} is not marked"
        found |= {(path.stem, cue.page, cue.kind) for cue in cues}
    assert found == EXPECTED
