"""Gaps before a forecast."""

from __future__ import annotations

import numpy as np

from pmf_analysis.forecasting.filling import filled

SEASON = np.tile(10 * np.sin(2 * np.pi * np.arange(12) / 12), 4)


def test_what_has_no_gap_is_given_back(forecast_rules):
    z = SEASON[None]
    assert filled(z, 12, forecast_rules) is z


def test_a_gap_is_filled_along_the_line(forecast_rules):
    z = np.array([[1.0, np.nan, 3.0, np.nan, np.nan, 9.0]])
    np.testing.assert_allclose(filled(z, 12, forecast_rules), [[1, 2, 3, 5, 7, 9]])


def test_a_gap_and_an_end_follow_the_season(forecast_rules):
    z = SEASON.copy()[None]
    gaps = [20, 21, 22, 46, 47]
    z[0, gaps] = np.nan
    found = filled(z, 12, forecast_rules)[0]
    assert np.abs(found - SEASON).max() < 4
    assert np.abs(found - SEASON)[gaps].max() > 0
    known = np.setdiff1d(np.arange(48), gaps)
    np.testing.assert_array_equal(found[known], SEASON[known])


def test_no_row_influences_another_and_what_was_given_stays(forecast_rules):
    z = np.stack([SEASON, SEASON + 5])
    z[0, 3] = np.nan
    before = z.copy()
    found = filled(z, 12, forecast_rules)
    np.testing.assert_array_equal(z, before)
    np.testing.assert_array_equal(found[1], z[1])
    np.testing.assert_array_equal(found[:1], filled(z[:1], 12, forecast_rules))


def test_a_series_without_any_figure_is_no_trouble(forecast_rules):
    assert (filled(np.full((1, 30), np.nan), 12, forecast_rules) == 0).all()
