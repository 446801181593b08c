"""The pictures of calibration: every bin with its count and interval, and the same in words."""

import pytest

from components.calibration_charts import (
    reliability_figure,
    reliability_words,
    risk_figure,
    risk_words,
)
from services.confidence.measures import Bin

BINS = (Bin(12, 0.62, 0.5, 0.25, 0.75), Bin(30, 0.9, 0.87, 0.7, 0.95))


def test_each_bin_stands_with_its_count_and_its_interval():
    dots = reliability_figure(BINS).data[1]
    assert (dots.x, dots.y) == ((0.62, 0.9), (0.5, 0.87))
    assert dots.text == ("n = 12", "n = 30")
    assert dots.error_y.array == pytest.approx((0.25, 0.08))
    assert dots.error_y.arrayminus == pytest.approx((0.25, 0.17))


def test_the_diagram_is_told_in_words():
    assert "stated 62%, right 50% (25% to 75%) of 12 labels" in reliability_words(BINS)


def test_the_risk_of_the_surest_is_drawn_and_told():
    points = ((0.2, 0.0), (0.6, 0.1), (1.0, 0.25))
    assert risk_figure(points).data[0].y == (0.0, 0.1, 0.25)
    assert risk_words(points) == "Of the surest 60% 10% were wrong, of all 25%."
