"""Whole cases: the noise of few of them, and errors of figures that were rounded to them."""

from __future__ import annotations

import numpy as np
import pytest

from pmf_analysis.forecasting import Series
from pmf_analysis.forecasting.counts import (
    binomial_noise,
    denominators_of,
    is_whole,
    poisson_noise,
    recent_mean,
    to_edges,
)
from pmf_analysis.forecasting.scales import Scale, bend
from pmf_analysis.terms import SeriesKind


def one(values, kind=SeriesKind.COUNT, **fields) -> Series:
    return Series("one", np.asarray(values, dtype=float), 12, 3, kind, **fields)


@pytest.mark.parametrize("scale", [Scale.ROOT, Scale.LOG])
@pytest.mark.parametrize("mean", [30, 400])
def test_poisson_noise_is_that_of_counts_drawn(scale, mean):
    drawn = np.random.default_rng(1).poisson(mean, 20_000)
    told = poisson_noise(bend(np.array([[float(mean)]]), scale), scale)[0, 0]
    assert np.std(bend(drawn, scale)) == pytest.approx(told, rel=0.05)


def test_a_level_without_cases_has_no_noise_of_cases():
    np.testing.assert_array_equal(poisson_noise(np.array([[50.0]]), Scale.PLAIN), 0.0)


@pytest.mark.parametrize("share", [0.3, 0.8])
def test_binomial_noise_is_that_of_shares_drawn(share):
    cases = np.random.default_rng(2).binomial(400, share, 20_000)
    logit = np.log(cases / (400 - cases))
    told = binomial_noise(np.array([[np.log(share / (1 - share))]]), np.array([[400.0]]))
    assert np.std(logit) == pytest.approx(told[0, 0], rel=0.05)


@pytest.mark.parametrize("whole", [np.nan, 0.0])
def test_a_whole_not_known_or_of_nobody_adds_no_noise(whole):
    assert binomial_noise(np.array([[0.0]]), np.array([[whole]]))[0, 0] == 0.0


def test_noise_stays_finite_at_shares_of_all_and_none():
    noise = binomial_noise(np.array([[-1e3, 1e3]]), np.array([[5.0]]))
    assert (noise <= 3).all()


@pytest.mark.parametrize(
    ("values", "kind", "whole"),
    [
        ([1, 2, np.nan], SeriesKind.COUNT, True),
        ([1, 2.5], SeriesKind.COUNT, False),
        ([1, 2.5], SeriesKind.SMALL_COUNT, True),
        ([1, 2], SeriesKind.LEVEL, False),
    ],
)
def test_what_is_whole(values, kind, whole):
    assert is_whole(one(values, kind)) is whole


def test_denominators_of_nobody_are_not_known():
    series = one([50, 50, 50], SeriesKind.PERCENT, denominators=np.array([10.0, 0.0, np.nan]))
    np.testing.assert_array_equal(denominators_of(series), [10, np.nan, np.nan])


def test_recent_mean_is_of_the_last_year_or_else_of_all():
    whole = np.array([[10.0, 20.0, 30.0, 40.0], [10.0, 20.0, np.nan, np.nan], [np.nan] * 4])
    np.testing.assert_array_equal(recent_mean(whole, 2), [[35.0], [15.0], [np.nan]])


@pytest.mark.parametrize("scale", [Scale.ROOT, Scale.PLAIN])
def test_a_middle_that_rounds_to_the_figure_is_no_error(scale):
    actual = bend(np.array([[4.0, 4.0, 4.0, 0.0]]), scale)
    middle = bend(np.array([[3.6, 4.4, 6.0, 0.4]]), scale)
    error = to_edges(actual, middle, scale)
    np.testing.assert_allclose(error[0, [0, 1, 3]], 0.0)
    assert error[0, 2] == pytest.approx(middle[0, 2] - bend(np.array(4.5), scale))


def test_no_figure_no_error():
    assert np.isnan(to_edges(np.array([[np.nan]]), np.array([[2.0]]), Scale.ROOT)).all()
