"""Confidence and severity are said in words and shapes, not in colour alone."""

from pathlib import Path

from components.confidence_badge import (
    BAND_COLOURS,
    SHAPES,
    STATUS_WORDS,
    band_words,
    confidence_words,
    severity_words,
)
from services.confidence.calibration import CALIBRATION, calibration_words
from services.domain.confidence import Band
from services.domain.ids import ReportId
from services.domain.insights import InsightStatus, Severity
from services.domain.provenance import SourceRef


def test_each_band_has_its_own_shape_word_and_colour():
    assert [band_words(total) for total in (0.94, 0.72, 0.41)] == ["▲ High", "■ Medium", "▼ Low"]
    assert len(set(SHAPES.values())) == len(set(BAND_COLOURS.values())) == len(Band)


def test_a_band_begins_exactly_at_its_edge():
    assert band_words(0.85) == "▲ High"
    assert band_words(0.8499) == "■ Medium"
    assert band_words(0.60) == "■ Medium"
    assert band_words(0.5999) == "▼ Low"


def test_a_confidence_is_said_with_its_percent():
    assert confidence_words(0.94) == "▲ High · 94%"
    assert confidence_words(0.9995) == "▲ High · >99%"


def test_every_severity_and_every_state_has_its_word():
    assert [severity_words(severity) for severity in Severity] == [
        "Info", "Low", "Medium", "High", "Critical",
    ]  # fmt: skip
    assert set(STATUS_WORDS) == set(InsightStatus)


def test_a_fact_of_a_pdf_says_on_how_much_its_confidence_was_calibrated():
    words = calibration_words(
        SourceRef(report_id=ReportId("r"), document="a.pdf", page=1, printed="1")
    )
    assert f"{CALIBRATION.cells:,} numbers of 46 filings by 17 companies" in words
    assert "2,511 values verified elsewhere" in words


def test_a_fact_of_a_workbook_does_not_borrow_the_calibration_of_pdfs():
    words = calibration_words(
        SourceRef(report_id=ReportId("r"), document="a.xlsx", sheet="IS", printed="1")
    )
    assert words == "Not calibrated on workbooks yet: the parts begin with starting weights."


def test_the_documentation_gives_the_same_figures_of_the_calibration():
    printed = (Path(__file__).parents[3] / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    for figure in (CALIBRATION.cells, CALIBRATION.wrong, CALIBRATION.verified):
        assert f"{figure:,}" in printed
