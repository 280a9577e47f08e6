"""Ranges: laws that hold for any series, and what makes them wider."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.stats import t

from pmf_analysis.forecasting import LEVELS, Forecast, Series, calibration, forecast, spreads
from pmf_analysis.forecasting.calibration import Misses, held, joined, multipliers
from pmf_analysis.forecasting.ranges import correlation_of, table_of
from pmf_analysis.forecasting.scales import Scale
from pmf_analysis.terms import SeriesKind


def one(values, name="one", season=12, horizon=6, kind=SeriesKind.LEVEL, **fields) -> Series:
    return Series(name, np.asarray(values, dtype=float), season, horizon, kind, **fields)


def drawn(seed: int, points: int = 48, level: float = 200.0, spread: float = 15.0) -> np.ndarray:
    return np.random.default_rng(seed).normal(level, spread, points)


def width(found: Forecast, level: float = 0.95) -> np.ndarray:
    told = found.distribution
    return told.quantile(0.5 + level / 2) - told.quantile(0.5 - level / 2)


@pytest.fixture
def only(forecast_rules):
    """Forecast of one series alone."""
    return lambda *args, **fields: forecast([one(*args, **fields)], forecast_rules).of[0]


# --- tables -------------------------------------------------------------------------------


@pytest.mark.parametrize("freedom", [3, 5, 30])
def test_between_the_ranges_errors_follow_students_t(freedom):
    widths = np.array([[[t.ppf(0.9, freedom)]], [[t.ppf(0.975, freedom)]]])
    table = table_of(np.zeros((1, 1)), widths, Scale.PLAIN)[0, :, 0]
    np.testing.assert_allclose(table, t.ppf(LEVELS, freedom), rtol=0.02, atol=1e-9)


@given(
    st.floats(-5, 5), st.floats(1e-6, 3), st.floats(1e-6, 3), st.sampled_from(list(Scale))
)  # fmt: skip
def test_quantiles_never_fall_whatever_the_widths(middle, narrow, wide, scale):
    widths = np.array([[[narrow]], [[wide]]])
    table = table_of(np.array([[middle]]), widths, scale)[0, :, 0]
    assert (np.diff(table) >= 0).all()
    assert np.isfinite(table).all()


@pytest.mark.parametrize("season", [1, 4, 12])
@pytest.mark.parametrize("share", [1.0, 0.5])
def test_errors_of_periods_correlate_as_errors_can(forecast_rules, season, share):
    told = correlation_of(season, 18, share, forecast_rules)
    np.testing.assert_array_equal(np.diag(told), 1.0)
    assert np.linalg.eigvalsh(told).min() > -1e-9
    assert (told >= 0).all()


# --- what makes a range wide --------------------------------------------------------------


def test_ranges_grow_with_the_horizon(only):
    wide = width(only(drawn(1), horizon=12))
    assert wide[-1] > wide[0]


def test_a_series_that_moves_more_has_wider_ranges(only):
    assert (width(only(drawn(1, spread=30))) > 1.5 * width(only(drawn(1, spread=5)))).all()


@pytest.mark.parametrize("kind", [SeriesKind.LEVEL, SeriesKind.COUNT])
def test_ranges_have_the_unit_of_the_figures(only, kind):
    whole = np.rint(drawn(3, level=5000, spread=400))
    small, large = (width(only(whole * unit, kind=kind)) for unit in (1, 1000))
    np.testing.assert_allclose(large, 1000 * small, rtol=0.08)


def test_figures_below_nothing_keep_their_unit(only):
    change = drawn(4, level=0, spread=3)
    np.testing.assert_allclose(width(only(change * 1e6)), 1e6 * width(only(change)), rtol=1e-6)


def test_an_undeclared_change_widens_by_the_factor_of_the_rules(forecast_rules):
    # no past figure, so that no other series has a say
    values = drawn(5, level=0, spread=3)
    calm, exposed = (
        forecast([one(values, exposed=flag)], forecast_rules).of[0] for flag in (False, True)
    )
    assert (width(exposed) > 1.1 * width(calm)).all()


def test_few_cases_to_come_widen_a_percentage(forecast_rules):
    draws = np.random.default_rng(6)
    cases = draws.binomial(300, 0.8, 36)
    many = one(
        100 * cases / 300, kind=SeriesKind.PERCENT, lower=0, upper=100,
        denominators=np.full(36, 300.0),
    )  # fmt: skip
    few = replace(many, coming_denominator=10.0)
    wide, narrow = (width(forecast([series], forecast_rules).of[0]) for series in (few, many))
    assert (wide > 2 * narrow).all()


@pytest.mark.parametrize("mean", [2.0, 8.0, 40.0])
def test_no_range_of_a_count_is_narrower_than_chance_alone(only, mean):
    steady = np.rint(np.full(36, mean))
    told = width(only(steady, kind=SeriesKind.SMALL_COUNT, lower=0))
    assert (told >= 2 * 1.96 * np.sqrt(mean) - 1.5).all()


# --- defined answers ----------------------------------------------------------------------


@pytest.mark.parametrize("kind", SeriesKind)
@pytest.mark.parametrize("value", [0.0, 1.0, 50.0, 100.0])
@pytest.mark.parametrize("points", [1, 2, 8, 36])
def test_what_never_moved_has_a_range_all_the_same(only, kind, value, points):
    high = 100.0 if kind is SeriesKind.PERCENT else np.nan
    told = only(np.full(points, value), kind=kind, lower=0, upper=high).distribution
    limits = [told.quantile(level) for level in (0.025, 0.1, 0.5, 0.9, 0.975)]
    assert (np.diff(limits, axis=0) >= 0).all()
    assert np.isfinite(limits).all()
    if value not in (0.0, 100.0) or kind in (SeriesKind.PERCENT, SeriesKind.SMALL_COUNT):
        assert (limits[-1] > limits[0]).all()


def test_few_figures_without_a_past_forecast_are_expected_again(only):
    for points in (1, 2, 3):
        told = only(np.full(points, 90.0), kind=SeriesKind.PERCENT, lower=0, upper=100)
        np.testing.assert_allclose(told.distribution.quantile(0.5), 90, atol=1)


def test_small_counts_come_whole(only):
    told = only(np.random.default_rng(7).poisson(4, 36), kind=SeriesKind.SMALL_COUNT, lower=0)
    table = told.distribution.table
    np.testing.assert_array_equal(table, np.rint(table))
    assert told.distribution.smooth is not None


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(st.floats(0, 100), min_size=1, max_size=14),
    st.sampled_from(list(SeriesKind)),
    st.sampled_from([1, 4, 12]),
    st.floats(1, 200),
)
def test_limits_are_ordered_and_possible(forecast_rules, values, kind, season, whole):
    percent = kind is SeriesKind.PERCENT
    series = one(
        values, season=season, kind=kind, lower=0, upper=100 if percent else np.nan,
        denominators=np.full(len(values), whole) if percent else None,
    )  # fmt: skip
    told = forecast([series], forecast_rules).of[0].distribution
    assert (np.diff(told.table, axis=0) >= 0).all()
    assert np.isfinite(told.table).all()
    assert told.table.min() >= 0
    assert not percent or told.table.max() <= 100


# --- the measures of movement -------------------------------------------------------------


def test_measures_of_a_straight_line():
    z = np.arange(24.0)[None, :]
    found = spreads.measures_of(z, np.full((1, 3), 0.5), 12, 13)
    np.testing.assert_allclose(found[0, 0], np.arange(1, 14))
    np.testing.assert_allclose(found[1, 0], [12.0] * 13)
    np.testing.assert_allclose(found[2], 1.0)
    np.testing.assert_allclose(found[3], 0.5)


def test_a_gap_is_no_movement():
    z = np.array([[1.0, 2.0, np.nan, 4.0, 5.0]])
    np.testing.assert_allclose(spreads.measures_of(z, np.empty((1, 0)), 1, 1)[0], 1.0)


def test_of_one_figure_no_movement_is_known():
    assert np.isnan(spreads.measures_of(np.ones((1, 1)), np.empty((1, 0)), 12, 3)).all()


def test_a_measure_not_known_is_as_far_from_typical_as_the_others():
    logs = np.array([1.0, np.nan, 3.0])[:, None, None]
    found = spreads.completed(logs, np.array([0.0, 5.0, 2.0]), np.full(3, 1 / 3))
    np.testing.assert_allclose(found[:, 0, 0], [1.0, 6.0, 3.0])


# --- calibration --------------------------------------------------------------------------


def misses(size: float, series: int = 400, seed: int = 1) -> Misses:
    """Past errors of ranges that should have been ``size`` times as wide."""
    draws = np.abs(np.random.default_rng(seed).standard_normal((series, 5, 3)))
    return Misses(12, size * np.stack([draws / 1.2816, draws / 1.96]))


@pytest.fixture
def ranges(forecast_rules):
    """Rules by which past errors are as usual where ranges fitted."""
    return forecast_rules.ranges | {"past": {"12": [1.0, 1.0]}}


def test_ranges_that_held_are_left_as_they_are(ranges):
    np.testing.assert_allclose(multipliers(misses(1.0), ranges), 1.0, atol=0.05)


def test_ranges_that_were_too_narrow_are_widened_in_part(ranges):
    found = multipliers(misses(1.5), ranges)
    share = 400 / (400 + ranges["calibration"]["series_for_half"])
    np.testing.assert_allclose(found, 1.5**share, rtol=0.05)


def test_the_more_series_the_more_they_are_trusted(ranges):
    few, many = (multipliers(misses(1.5, series), ranges).mean() for series in (10, 4000))
    assert 1 < few < many < 1.55


def test_one_wild_series_moves_little(ranges):
    ratios = misses(1.0).ratios.copy()
    ratios[:, 0] = 1e9
    np.testing.assert_allclose(multipliers(Misses(12, ratios), ranges), 1.0, atol=0.06)


def test_no_past_no_change(ranges):
    none = Misses(12, np.full((2, 3, 0, 4), np.nan))
    np.testing.assert_array_equal(multipliers(none, ranges), 1.0)


def test_an_origin_has_no_part_in_how_it_is_judged(ranges):
    ratios = misses(1.0).ratios.copy()
    ratios[:, :, 2] = 0.99
    wild = ratios.copy()
    wild[:, :, 2] *= 3
    first, second = (held(Misses(12, given), ranges) for given in (ratios, wild))
    others = [0, 1, 3, 4]
    assert not (second[:, :, 2] == 1).any()
    assert np.mean(first[:, :, others] == 1) <= np.mean(second[:, :, others] == 1)


def test_achieved_shares_are_those_of_the_past(ranges):
    inside = held(misses(1.0), ranges)
    for place, nominal in enumerate(calibration.NOMINAL):
        assert np.nanmean(inside[place]) == pytest.approx(nominal, abs=0.02)


def test_batches_of_any_length_are_joined_at_the_last_origin():
    short = Misses(12, np.ones((2, 1, 1, 2)))
    long = Misses(12, np.full((2, 1, 3, 4), 2.0))
    both = joined([short, long]).ratios
    assert both.shape == (2, 2, 3, 4)
    np.testing.assert_array_equal(both[0, 0, -1], [1, 1, np.nan, np.nan])
    assert np.isnan(both[0, 0, :-1]).all()


def test_what_is_told_of_calibration(forecast_rules):
    series = [one(drawn(seed), f"{seed}") for seed in range(40)]
    found = forecast(series, forecast_rules)
    assert {told.horizon for told in found.calibration} == set(range(1, 7))
    assert {told.nominal for told in found.calibration} == {0.8, 0.95}
    for told in found.calibration:
        assert told.season == 12
        assert told.kind is SeriesKind.LEVEL
        assert 0.6 < told.achieved <= 1
        assert 0.6 < told.factor < 1.5
    for told in found.of:
        assert 0 <= told.coverage80 <= told.coverage95 <= 1
