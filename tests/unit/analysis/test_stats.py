"""Short-series statistics: golden values and the false-alarm rate on pure noise."""

import math

import numpy as np
import pytest
from scipy import stats

from services.analysis.stats import (
    Prior,
    benjamini_hochberg,
    cleaned,
    moderated_t,
    shared_prior,
)


def test_with_a_weightless_prior_the_moderated_t_is_the_plain_t():
    history = [0.02, 0.05, 0.03, 0.04]
    found = moderated_t(0.20, history, Prior(df=0.0, variance=1.0))
    spread = float(np.std(history, ddof=1)) * math.sqrt(1 + 1 / 4)
    t = (0.20 - 0.035) / spread
    assert found.t == pytest.approx(t)
    assert found.p == pytest.approx(2 * stats.t.sf(t, 3))
    assert (found.low + found.high) / 2 == pytest.approx(0.035)


def test_the_shared_prior_recovers_a_known_variance():
    source = np.random.default_rng(20180101)
    lines = [list(source.normal(0, 0.1, 5)) for _ in range(3000)]
    prior = shared_prior(lines)
    assert prior is not None
    assert prior.variance == pytest.approx(0.01, rel=0.1)
    assert prior.df > 30


def test_the_shared_prior_recovers_spread_out_variances():
    source = np.random.default_rng(7)
    variances = 0.01 * 4 / source.chisquare(4, 3000)
    lines = [list(source.normal(0, math.sqrt(v), 6)) for v in variances]
    prior = shared_prior(lines)
    assert prior is not None
    assert prior.df == pytest.approx(4, rel=0.2)
    assert prior.variance == pytest.approx(0.01, rel=0.1)


@pytest.mark.parametrize("lines", [[], [[0.1, 0.2]], [[0.1], [0.2]], [[0.1, 0.1], [0.2, 0.2]]])
def test_fewer_than_two_moving_lines_share_nothing(lines):
    assert shared_prior(lines) is None


@pytest.mark.parametrize("past", [3, 5, 8])
def test_pure_noise_raises_about_one_false_alarm_in_a_hundred_lines(past):
    source = np.random.default_rng(past)
    alarms = 0
    for _ in range(30):
        spreads = 0.05 * np.sqrt(6 / source.chisquare(6, 100))
        changes = [list(source.normal(0.03, spread, past + 1)) for spread in spreads]
        prior = shared_prior([line[:-1] for line in changes])
        assert prior is not None
        alarms += sum(moderated_t(line[-1], line[:-1], prior).p < 0.01 for line in changes)
    assert alarms / 30 <= 1.5


def test_benjamini_hochberg_adjusts_as_published():
    found = benjamini_hochberg([0.01, 0.04, 0.03, 0.005])
    assert found == pytest.approx([0.02, 0.04, 0.04, 0.02])
    assert benjamini_hochberg([]) == []


def test_one_old_outlier_is_set_aside_from_six_changes_on():
    kept = [0.02, 0.03, 0.02, 0.03, 0.025]
    assert cleaned([*kept[:2], 0.90, *kept[2:]]) == (kept, 2)
    assert cleaned([0.02, 0.03, 0.90, 0.02, 0.03]) == ([0.02, 0.03, 0.90, 0.02, 0.03], None)
    assert cleaned([0.02, 0.03, 0.05, 0.02, 0.03, 0.025])[1] is None
