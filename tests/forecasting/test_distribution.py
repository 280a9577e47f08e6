"""Distributions of coming figures: quantiles, chances and futures that agree with one another."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm, poisson

from pmf_analysis.forecasting import LEVELS, Distribution

HORIZON = 12
FADING = 0.8 ** np.abs(np.subtract.outer(np.arange(HORIZON), np.arange(HORIZON)))


def normal(mean: float = 50.0, sd: float = 4.0, correlation: np.ndarray = FADING) -> Distribution:
    column = norm.ppf(LEVELS, mean, sd)
    return Distribution(np.repeat(column[:, None], len(correlation), axis=1), correlation)


def cases(mean: float) -> Distribution:
    """A Poisson count, its table smoothed between whole numbers."""
    whole = poisson.ppf(LEVELS, mean)
    below = poisson.cdf(whole - 1, mean)
    smooth = whole - 0.5 + (LEVELS - below) / poisson.pmf(whole, mean)
    return Distribution(whole[:, None], np.eye(1), True, smooth[:, None])


# --- quantiles and chances ----------------------------------------------------------------


def test_levels_rise_and_mirror_each_other():
    assert (np.diff(LEVELS) > 0).all()
    np.testing.assert_allclose(LEVELS, 1 - LEVELS[::-1])


def test_tabled_quantiles_come_back():
    told = normal()
    for place, level in enumerate(LEVELS):
        np.testing.assert_allclose(told.quantile(level), told.table[place])


@pytest.mark.parametrize("level", [0.01, 0.15, 0.25, 0.75, 0.9])
def test_between_the_levels_of_a_normal_nothing_is_lost(level):
    np.testing.assert_allclose(normal().quantile(level), norm.ppf(level, 50, 4))


@pytest.mark.parametrize("value", [40.0, 45.5, 50.0, 58.0])
def test_chance_of_a_normal(value):
    np.testing.assert_allclose(normal().chance_at_most(value), norm.cdf(value, 50, 4))


@pytest.mark.parametrize("mean", [1.5, 4.0, 25.0])
def test_chance_of_whole_cases_is_near_that_of_poisson(mean):
    told = cases(mean)
    for value in range(int(mean * 2) + 3):
        assert told.chance_at_most(value)[0] == pytest.approx(poisson.cdf(value, mean), abs=0.04)


def test_a_count_is_at_most_a_broken_number_when_at_most_the_whole_one_below():
    told = cases(4.0)
    assert told.chance_at_most(3.7) == told.chance_at_most(3)


def test_of_many_equal_quantiles_the_highest_counts():
    certain = Distribution(np.full((len(LEVELS), 2), 7.0), np.eye(2))
    np.testing.assert_array_equal(certain.chance_at_most(7.0), 1.0)
    np.testing.assert_array_equal(certain.chance_at_most(6.999), 0.0)


def test_nothing_is_certain_beyond_what_is_tabled():
    told = cases(4.0)
    assert told.chance_at_most(-1)[0] <= LEVELS[0]
    assert told.chance_at_most(99)[0] >= LEVELS[-1]


@given(st.floats(0.002, 0.998), st.floats(-40, 140), st.floats(0.1, 30))
def test_the_chance_of_a_quantile_is_its_level(level, mean, sd):
    told = normal(mean, sd)
    np.testing.assert_allclose(told.chance_at_most(told.quantile(level)[0])[0], level, atol=1e-6)


# --- futures ------------------------------------------------------------------------------


def test_the_same_futures_at_each_call():
    np.testing.assert_array_equal(normal().paths(200), normal().paths(200))


def test_futures_of_a_period_follow_its_distribution():
    paths = normal().paths(1000)
    for level in (0.025, 0.1, 0.5, 0.9, 0.975):
        np.testing.assert_allclose(np.quantile(paths, level, axis=0), norm.ppf(level, 50, 4),
                                   atol=0.05)  # fmt: skip


@pytest.mark.parametrize("correlation", [FADING, np.eye(HORIZON), np.full((12, 12), 1.0)])
def test_periods_go_together_as_told(correlation):
    paths = normal(correlation=correlation).paths(2000)
    np.testing.assert_allclose(np.corrcoef(paths.T), correlation, atol=0.03)


@pytest.mark.parametrize("horizon", [1, 3, 12, 18])
@pytest.mark.parametrize("correlated", [0.0, 0.6])
def test_sums_over_periods_spread_as_they_should(horizon, correlated):
    correlation = np.full((horizon, horizon), correlated)
    np.fill_diagonal(correlation, 1.0)
    sums = normal(correlation=correlation).paths(500).sum(axis=1)
    expected = 4 * np.sqrt(correlation.sum())
    assert sums.mean() == pytest.approx(50 * horizon, abs=0.1)
    assert sums.std() == pytest.approx(expected, rel=0.05)
    assert np.quantile(sums, 0.9) - np.quantile(sums, 0.1) == pytest.approx(
        2 * 1.2816 * expected, rel=0.1
    )


def test_series_drawn_with_other_numbers_are_independent():
    first, second = (normal().paths(2000, draw).sum(axis=1) for draw in (0, 1))
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.07


def test_futures_of_counts_are_whole_and_follow_poisson():
    paths = cases(4.0).paths(1000)[:, 0]
    assert (paths == np.rint(paths)).all()
    assert paths.mean() == pytest.approx(4.0, abs=0.15)
    assert paths.var() == pytest.approx(4.0, rel=0.12)


def test_fewer_futures_than_periods():
    assert np.isfinite(normal().paths(3)).all()


def test_a_correlation_with_nothing_to_spare():
    correlation = np.array([[1.0, -1.0], [-1.0, 1.0]])
    paths = normal(correlation=correlation).paths(400)
    np.testing.assert_allclose(paths.sum(axis=1), 100, atol=0.2)


def test_futures_of_two_thousand_series_take_a_few_seconds():
    many = [normal(mean) for mean in range(100)]
    start = time.process_time()
    for told in many:
        told.paths(500)
    assert time.process_time() - start < 0.25
