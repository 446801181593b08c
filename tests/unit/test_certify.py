"""What labels prove: certified thresholds, the bounds of a share, and the study in small."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from services.confidence.certify import certify, precision_bounds
from tests.bench import labels as study


def test_no_threshold_is_certified_without_enough_labels():
    assert certify([0.95] * 19, [True] * 19) is None
    assert certify([], []) is None


@pytest.mark.parametrize(
    ("target", "needed"), [(0.80, 14), (0.85, 19), (0.90, 29), (0.95, 59), (0.98, 149)]
)
def test_so_many_labels_without_an_error_prove_a_precision(target, needed):
    assert certify([0.9] * needed, [True] * needed, target, min_n=1) == 0.30
    assert certify([0.9] * (needed - 1), [True] * (needed - 1), target, min_n=1) is None


@pytest.mark.parametrize(("errors", "needed"), [(1, 46), (2, 61), (3, 76), (5, 103)])
def test_errors_need_more_labels_for_nine_in_ten(errors, needed):
    right = [False] * errors + [True] * (needed - errors)
    assert certify([0.9] * needed, right) == 0.30
    assert certify([0.9] * (needed - 1), right[:-1]) is None


def test_the_sequence_stops_at_the_first_threshold_that_fails_however_good_the_rest_is():
    score = [0.95] * 40 + [0.75] * 20 + [0.55] * 500
    right = [True] * 40 + [False] * 20 + [True] * 500
    assert sum(right) / len(right) > 0.95
    assert certify(score, right) == 0.76


def test_the_lowest_threshold_that_still_passes_is_returned():
    score = [0.95] * 60 + [0.65] * 60
    right = [True] * 60 + [False] * 30 + [True] * 30
    assert certify(score, right) == 0.66


@given(
    st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=120),
    st.sampled_from([0.8, 0.9, 0.95]),
)
def test_what_is_certified_passes_the_exact_test_and_never_falls_with_the_target(labels, target):
    score, right = [one for one, _ in labels], [one for _, one in labels]
    found = certify(score, right, target)
    if found is not None:
        above = [ok for own, ok in labels if own >= found]
        assert binom.sf(sum(above) - 1, len(above), target) <= 0.05
        laxer = certify(score, right, target - 0.05)
        assert laxer is not None
        assert laxer <= found


def test_the_bounds_of_a_share_are_clopper_and_pearsons():
    lower, upper = precision_bounds(50, 50)
    assert (lower, upper) == (pytest.approx(0.05 ** (1 / 50)), 1.0)
    lower, upper = precision_bounds(0, 3)
    assert (lower, upper) == (0.0, pytest.approx(1 - 0.05 ** (1 / 3)))
    lower, _ = precision_bounds(46, 50)
    assert binom.sf(45, 50, lower) == pytest.approx(0.05)


def test_certified_thresholds_break_their_promise_in_one_run_of_twenty_at_most():
    """The bench in small, where the promise is hardest to keep: many labels, and a bold scorer."""
    found = study.promises(250, 0.85, runs=100)
    assert found.violated <= study.MOST_VIOLATIONS
    assert found.certified > 0.5
    assert found.naive_violated > 0.3


def test_recalibration_brings_a_bold_scorer_under_a_perfect_models_error():
    found = study.curves(500, runs=20)
    assert found.recalibrated <= found.limit < found.stated
