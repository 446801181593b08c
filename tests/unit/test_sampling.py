"""The audit draw: seeded, with a probability that is exactly the one it says."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.confidence.sampling import draws, own_number, propensity
from services.domain.ids import InsightId


def ids(count, name="i"):
    return [InsightId(f"{name}-{n}") for n in range(count)]


def test_a_re_run_draws_the_same_whatever_the_order():
    first = draws(ids(40), 5, 0.1, "seed")
    again = draws(list(reversed(ids(40))), 5, 0.1, "seed")
    assert sorted(first, key=str) == sorted(again, key=str)
    assert first != draws(ids(40), 5, 0.1, "another seed")


def test_so_many_are_drawn_as_are_wanted_and_all_where_there_are_no_more():
    assert sum(one.is_drawn for one in draws(ids(40), 5, 0.0, "s")) == 5
    assert all(one.is_drawn and one.propensity == 1 for one in draws(ids(3), 5, 0.1, "s"))
    assert draws([], 5, 0.1, "s") == []


def test_with_the_minimum_met_one_in_ten_is_drawn():
    found = draws(ids(20_000), 0, 0.1, "s")
    assert sum(one.is_drawn for one in found) == pytest.approx(2000, abs=130)
    assert {one.propensity for one in found} == {0.1}


@pytest.mark.parametrize(("published", "wanting", "share"), [(10, 5, 0.1), (30, 2, 0.1), (7, 6, 0)])
def test_the_stated_probability_is_how_often_an_insight_is_drawn(published, wanting, share):
    runs = 4000
    drawn = [
        sum(one.is_drawn for one in draws(ids(published, f"r{run}"), wanting, share, "s"))
        for run in range(runs)
    ]
    stated = propensity(published, wanting, share)
    assert np.mean(drawn) / published == pytest.approx(stated, abs=0.012)


@given(st.integers(0, 40), st.integers(-10, 10), st.floats(0, 1))
def test_whoever_wants_less_than_nothing_of_nothing_draws_with_a_probability(n, wanting, share):
    assert 0 <= propensity(n, wanting, share) <= 1 + 1e-12
    found = draws(ids(n), wanting, share, "s")
    assert len(found) == n
    assert sum(one.is_drawn for one in found) >= min(n, wanting)


@given(st.integers(1, 400), st.integers(0, 10), st.floats(0, 1))
def test_a_probability_is_at_least_the_share_and_at_least_the_minimum_over_all(n, wanting, share):
    found = propensity(n, wanting, share)
    assert share - 1e-12 <= found <= 1 + 1e-12
    assert found >= min(1, wanting / n) - 1e-9


def test_an_insights_number_is_its_own_and_uniform():
    numbers = [own_number("s", one) for one in ids(5000)]
    assert len(set(numbers)) == 5000
    assert min(numbers) >= 0
    assert max(numbers) < 1
    assert np.histogram(numbers, bins=10, range=(0, 1))[0] == pytest.approx([500] * 10, abs=90)
