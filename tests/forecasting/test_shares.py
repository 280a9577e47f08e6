"""Percentages of few cases: whole cases alone, with what 0% and 100% are worth."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom

from pmf_analysis.forecasting import LEVELS, Series, forecast
from pmf_analysis.forecasting.shares import half_a_case, is_counted, whole_cases
from pmf_analysis.terms import SeriesKind


def one(whole: float, coming: float = np.nan, points: int = 36, chance: float = 0.9) -> Series:
    cases = np.random.default_rng(3).binomial(int(whole), chance, points)
    return Series(
        "one", 100 * cases / whole, 12, 2, SeriesKind.PERCENT, 0.0, 100.0,
        np.full(points, whole), coming,
    )  # fmt: skip


def sure(chance: float) -> np.ndarray:
    """Quantiles of a chance of each case that is known."""
    return np.full((len(LEVELS), 2), 100 * chance)


@pytest.mark.parametrize(("whole", "chance"), [(1, 0.3), (3, 0.95), (8, 0.5), (40, 0.86)])
def test_with_the_chance_of_each_case_known_the_cases_are_binomial(whole, chance):
    found = whole_cases(sure(chance), one(whole))
    expected = 100 * binom.ppf(LEVELS, whole, chance) / whole
    assert np.abs(found[:, 0] - expected).max() <= 100 / whole + 1e-9
    assert np.abs(found[:, 0] - expected).mean() <= 25 / whole


def test_the_expected_whole_is_the_one_that_comes():
    found = whole_cases(sure(0.5), one(40, coming=2.0))
    assert set(np.round(found[:, 0])) == {0, 50, 100}


def test_a_chance_that_is_not_known_spreads_the_cases():
    wide = np.linspace(40, 99, len(LEVELS))[:, None].repeat(2, axis=1)
    spread = [np.ptp(whole_cases(latent, one(20))[:, 0]) for latent in (sure(0.8), wide)]
    assert spread[1] > spread[0]


def test_many_cases_are_as_good_as_continuous():
    assert is_counted(one(100.0))
    assert not is_counted(one(101.0, chance=0.5))
    assert not is_counted(Series("one", np.array([50.0]), 12, 1, SeriesKind.PERCENT, 0.0, 100.0))


def test_rare_cases_of_many_are_whole_ones_too():
    series = one(4000.0, chance=0.9997)
    assert is_counted(series)
    found = whole_cases(sure(0.9997), series)[:, 0]
    expected = 100 * binom.ppf(LEVELS, 4000, 0.9997) / 4000
    assert np.abs(found - expected).max() <= 100 / 4000 + 1e-9
    assert found[-1] == 100


def test_a_middle_within_half_a_case_missed_nothing():
    middle = np.log(np.array([0.9, 0.9, 0.9]) / 0.1)
    missed = half_a_case(np.array([100.0, 80.0, 0.0]), middle, np.array([3.0, 5.0, 3.0]))
    assert missed[:2].tolist() == [0, 0]
    assert missed[2] > 1
    assert np.isnan(half_a_case(np.array([np.nan]), middle[:1], np.array([3.0]))).all()


def test_ranges_of_teams_with_few_cases_hold(forecast_rules):
    draws = np.random.default_rng(5)
    wholes = draws.integers(1, 8, (150, 48)).astype(float)
    cases = draws.binomial(wholes.astype(int), 0.9)
    values = 100 * cases / wholes
    series = [
        Series(f"{at}", values[at, :36], 12, 12, SeriesKind.PERCENT, 0.0, 100.0, wholes[at, :36])
        for at in range(150)
    ]
    told = [found.distribution for found in forecast(series, forecast_rules).of]
    for low, high, least in ((0.1, 0.9, 0.8), (0.025, 0.975, 0.92)):
        inside = [
            (held.quantile(low) <= then + 1e-9) & (then <= held.quantile(high) + 1e-9)
            for held, then in zip(told, values[:, 36:], strict=True)
        ]
        assert np.mean(inside) > least
