"""Recalibration and the measures of confidences on labels, against values worked out by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.confidence.measures import (
    auroc,
    effective,
    expected_calibration_error,
    measured,
    perfect_limit,
    reliability,
    risk_coverage,
    wilson,
)
from services.confidence.recalibrate import recalibrate, recalibrated
from services.domain.scoring import Recalibration


def bold(count, seed=1):
    """Statements of an over-confident scorer, and whether they were right."""
    source = np.random.default_rng(seed)
    odds = source.normal(1.5, 1.5, count)
    right = source.random(count) < 1 / (1 + np.exp(-odds))
    return list(1 / (1 + np.exp(-(1.6 * odds + 0.4)))), [bool(one) for one in right]


def test_a_bold_scorer_is_taken_back_by_the_curve_that_made_it_bold():
    score, right = bold(40_000)
    curve = recalibrate(score, right, [1.0] * len(score))
    assert curve.slope == pytest.approx(1 / 1.6, abs=0.03)
    assert curve.intercept == pytest.approx(-0.4 / 1.6, abs=0.05)
    assert curve.labels == 40_000


def test_a_curve_is_none_where_there_is_none():
    assert recalibrated(0.87, None) == 0.87
    assert recalibrated(0.87, Recalibration(slope=1, intercept=0, labels=50)) == pytest.approx(0.87)


def test_labels_that_are_all_alike_still_give_a_finite_curve():
    curve = recalibrate([0.9] * 30 + [0.8] * 30, [True] * 60, [1.0] * 60)
    assert recalibrated(0.9, curve) == pytest.approx(61 / 62, abs=0.01)


def test_confidences_that_fall_as_labels_get_better_are_replaced_by_the_base_rate():
    curve = recalibrate([0.9] * 40 + [0.6] * 40, [False] * 40 + [True] * 40, [1.0] * 80)
    assert curve.slope == 0
    assert recalibrated(0.9, curve) == recalibrated(0.6, curve) == pytest.approx(0.5)


def test_a_label_drawn_with_a_tenth_counts_like_ten():
    score = [0.9] * 20 + [0.6] * 100
    right = [True] * 10 + [False] * 110
    drawn = recalibrate(score, right, [10.0] * 10 + [1.0] * 110)
    assert recalibrated(0.9, drawn) == pytest.approx(100 / 110, abs=0.02)
    assert recalibrated(0.9, recalibrate(score, right, [1.0] * 120)) == pytest.approx(0.5, abs=0.05)


@given(
    st.lists(st.tuples(st.floats(0, 1), st.booleans(), st.floats(1, 20)), min_size=1, max_size=60)
)
def test_a_recalibrated_confidence_is_a_probability_and_keeps_the_order(labels):
    score, right, weight = (list(one) for one in zip(*labels, strict=True))
    curve = recalibrate(score, right, weight)
    after = [recalibrated(one, curve) for one in sorted(score)]
    assert all(0 < one < 1 for one in after)
    assert after == sorted(after)


def test_an_interval_of_wilson_is_the_published_one():
    low, high = wilson(8, 10)
    assert (low, high) == (pytest.approx(0.4902, abs=1e-4), pytest.approx(0.9433, abs=1e-4))
    assert wilson(0, 10)[0] == 0
    assert wilson(10, 10)[1] == pytest.approx(1)


def test_equal_weights_say_as_much_as_they_count_and_unequal_ones_less():
    assert effective([3.0] * 7) == pytest.approx(7)
    assert effective([10, 1]) == pytest.approx(121 / 101)


def test_the_calibration_error_is_the_mean_gap_over_ten_bins():
    score, right = [0.9] * 10 + [0.5] * 10, [True] * 8 + [False] * 2 + [True] * 5 + [False] * 5
    order = np.random.default_rng(3).permutation(20)
    exact = expected_calibration_error([0.9] * 10, [1] * 9 + [0], [1] * 10)
    assert exact == pytest.approx((9 * 0.1 + 0.9) / 10)
    bins = reliability(score, right, [1] * 20)
    assert [one.labels for one in bins] == [2] * 10
    assert sum(one.right * one.labels for one in bins) == pytest.approx(13)
    assert measured([score[i] for i in order], [right[i] for i in order], [1] * 20).brier == (
        pytest.approx((8 * 0.01 + 2 * 0.81 + 10 * 0.25) / 20)
    )


def test_a_perfect_models_limit_falls_with_the_number_of_labels():
    source = np.random.default_rng(5)
    limits = [perfect_limit(source.random(n), np.ones(n)) for n in (50, 200, 1000)]
    assert limits == sorted(limits, reverse=True)
    assert limits[0] == pytest.approx(0.212, abs=0.03)
    assert limits[2] == pytest.approx(0.044, abs=0.01)


def test_the_area_under_the_curve_counts_pairs_in_the_right_order_and_ties_as_half():
    assert auroc([0.9, 0.8, 0.7], [1, 1, 0], [1, 1, 1]) == 1
    assert auroc([0.9, 0.8, 0.8, 0.7], [1, 0, 1, 0], [1] * 4) == pytest.approx(3.5 / 4)
    assert auroc([0.9, 0.8], [1, 1], [1, 1]) is None
    assert auroc([0.9, 0.8, 0.7], [1, 0, 1], [3, 1, 1]) == pytest.approx(3 / 4)


def test_risk_is_told_for_every_share_taken():
    curve = risk_coverage([0.9, 0.8, 0.8, 0.6], [1, 1, 0, 0], [1] * 4)
    assert curve == ((0.25, 0), (0.75, pytest.approx(1 / 3)), (1, 0.5))


def test_a_bold_scorer_fails_the_gate_and_passes_it_recalibrated():
    score, right = bold(1000, seed=4)
    equal = [1.0] * 1000
    assert not measured(score, right, equal).passes
    train, outcome = bold(2000, seed=2)
    curve = recalibrate(train, outcome, [1.0] * 2000)
    found = measured([recalibrated(one, curve) for one in score], right, equal)
    assert found.passes
    assert found.auroc is not None
    assert found.auroc > 0.75
    assert found.log_loss < 0.5
