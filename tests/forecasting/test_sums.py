"""Sums of several periods: their mean, and how far off their cases lie."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmf_analysis.forecasting import Series, forecast
from pmf_analysis.forecasting.scales import Scale, to_working
from pmf_analysis.forecasting.sums import logit_gap, spread_out
from pmf_analysis.terms import SeriesKind

MONTHS = 48


def share(seed: int, cases: int, chance: float, known: int = MONTHS, **fields) -> Series:
    """A percentage of so many cases a month, each with the same chance, to be summed."""
    counted = np.random.default_rng(seed).binomial(cases, chance, known)
    return Series(
        f"s{seed}", 100.0 * counted / cases, 12, 12, SeriesKind.PERCENT, 0.0, 100.0,
        np.full(known, float(cases)), summed=True, **fields,
    )  # fmt: skip


def gap(one: Series) -> float:
    return logit_gap(one, to_working(one, Scale.LOGIT))


# --- the mean -----------------------------------------------------------------------------


def test_small_months_hide_much_of_a_share_and_large_ones_nothing():
    small, large = ([gap(share(seed, n, 0.9)) for seed in range(40)] for n in (8, 2000))
    assert np.mean(small) < -0.2
    assert np.abs(large).max() < 0.01


def test_the_gap_of_half_is_none_and_that_of_the_others_is_mirrored():
    assert abs(np.mean([gap(share(seed, 8, 0.5)) for seed in range(60)])) < 0.03
    one = share(3, 8, 0.9)
    assert gap(replace(one, values=100 - one.values)) == pytest.approx(-gap(one))


def test_a_level_that_moves_from_year_to_year_is_no_gap():
    values = np.repeat([60.0, 70.0, 80.0, 90.0], 12)
    one = replace(share(1, 1000, 0.9), values=values)
    assert abs(gap(one)) < 0.01


@pytest.mark.parametrize("known", [5, 11])
def test_without_a_year_or_without_wholes_there_is_no_gap(known):
    assert gap(share(1, 8, 0.9, known)) == 0
    assert gap(replace(share(1, 8, 0.9), denominators=np.full(MONTHS, np.nan))) == 0


@given(
    st.lists(st.floats(0, 100), min_size=3, max_size=20), st.floats(-2, 2), st.floats(1, 2)
)  # fmt: skip
def test_futures_keep_their_order_and_their_mean_stays_a_share(shares, shift, stretch):
    before = np.array(shares)[:, None]
    after = spread_out(before, np.array([shift]), stretch)
    assert (np.diff(after[np.argsort(shares, kind="stable"), 0]) >= -1e-9).all()
    assert -1e-9 <= after.mean() <= 100 + 1e-9


def test_nothing_to_move_leaves_futures_as_they_are():
    before = np.random.default_rng(1).uniform(0, 100, (50, 4))
    np.testing.assert_allclose(spread_out(before, None, 1.0), before)
    sure = np.full((50, 4), 100.0)
    np.testing.assert_array_equal(spread_out(sure, np.full(4, -1.0), 2.0), sure)


# --- together -----------------------------------------------------------------------------


def year(one) -> np.ndarray:
    told = one.distribution
    shares = spread_out(told.paths(512), told.shift, told.stretch)
    return np.clip(shares.mean(axis=1), 0, 100)


def test_the_share_of_a_year_of_small_months_is_where_and_as_wide_as_it_should_be(forecast_rules):
    chance, cases = 0.9, 15
    series = [share(seed, cases, chance) for seed in range(60)]
    found = forecast(series, forecast_rules).of
    draws = np.random.default_rng(9).binomial(12 * cases, chance, len(found)) / (0.12 * cases)
    years = [year(one) for one in found]
    told = [np.quantile(one, [0.1, 0.9]) for one in years]
    held = [low <= came <= high for (low, high), came in zip(told, draws, strict=True)]
    assert np.mean([one.mean() for one in years]) == pytest.approx(100 * chance, abs=1.0)
    assert 0.7 <= np.mean(held) <= 0.95


def test_single_periods_do_not_depend_on_what_sums_need(forecast_rules):
    series = [share(seed, 15, 0.9) for seed in range(6)]
    for one, other in zip(
        forecast(series, forecast_rules).of,
        forecast([replace(one, summed=False) for one in series], forecast_rules).of,
        strict=True,
    ):
        np.testing.assert_array_equal(one.distribution.table, other.distribution.table)
        assert (other.distribution.shift, other.distribution.stretch) == (None, 1.0)


def test_sums_do_not_depend_on_the_order_of_series(forecast_rules):
    series = [share(seed, 6 + seed, 0.8) for seed in range(8)]
    there = forecast(series, forecast_rules).of
    back = forecast(series[::-1], forecast_rules).of[::-1]
    for one, other in zip(there, back, strict=True):
        np.testing.assert_array_equal(one.distribution.correlation, other.distribution.correlation)
        assert one.distribution.stretch == other.distribution.stretch


def test_errors_that_stay_go_together_in_the_next_sum(forecast_rules):
    draws = np.random.default_rng(4)
    waves = np.repeat(draws.normal(0, 1, (40, 8)), 6, axis=1)
    lone = draws.normal(0, 1, (40, MONTHS))

    def correlation(moves: np.ndarray) -> float:
        series = [
            Series(f"s{place}", np.exp(5 + 0.1 * row), 12, 12, SeriesKind.LEVEL, 0.0, summed=True)
            for place, row in enumerate(moves)
        ]
        return float(forecast(series, forecast_rules).of[0].distribution.correlation[0, 1])

    assert correlation(waves) > correlation(lone) + 0.2
