"""Short-series trend statistics: exact, honest about few points, and of the promised coverage."""

import numpy as np
import pytest

from services.analysis.stats import drift_range, mann_kendall, theil_sen


def test_four_rising_years_are_not_significant():
    assert mann_kendall([1.0, 2.0, 3.0, 4.0]).p == pytest.approx(0.0833, abs=1e-4)
    assert mann_kendall([1.0, 2.0, 3.0, 4.0, 5.0]).p <= 0.05


def test_ties_use_the_corrected_normal_distribution_and_a_flat_series_has_no_trend():
    assert mann_kendall([3.0, 3.0, 3.0, 3.0, 3.0]).p == 1.0
    tied = mann_kendall([1.0, 2.0, 2.0, 3.0, 4.0, 5.0])
    assert (tied.s, tied.p <= 0.05) == (14, True)


def test_one_outlier_leaves_the_slope_where_it_was():
    assert theil_sen([1.0, 2.0, 3.0, 4.0, 50.0, 6.0, 7.0]).value == pytest.approx(1.0)


@pytest.mark.parametrize("count", [4, 6, 8])
def test_an_eighty_percent_range_holds_about_eighty_percent(count):
    source = np.random.default_rng(7)
    held = 0
    for _ in range(2000):
        walk = np.cumsum(source.normal(0.03, 0.08, count + 1))
        low, high = drift_range(list(walk[:-1]))
        held += low <= walk[-1] <= high
    assert 0.77 <= held / 2000 <= 0.83
