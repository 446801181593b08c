"""Confidence and severity are said in words and shapes, not in colour alone."""

from components.confidence_badge import (
    BAND_COLOURS,
    SHAPES,
    STATUS_WORDS,
    band_words,
    confidence_words,
    severity_words,
)
from services.domain.confidence import Band
from services.domain.insights import InsightStatus, Severity


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
