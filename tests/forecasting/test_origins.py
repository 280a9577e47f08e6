"""Past forecasts: each made only from what stood before it."""

from __future__ import annotations

import numpy as np
import pytest

from pmf_analysis.forecasting.origins import forecasts_of
from pmf_analysis.forecasting.scales import Scale
from pmf_analysis.terms import SeriesKind


@pytest.fixture
def past_of(forecast_rules):
    """Past forecasts of figures without a gap."""

    def made(z: np.ndarray, season: int = 12, horizon: int = 6, known: np.ndarray | None = None):
        given = z if known is None else np.where(known, z, np.nan)
        kind = SeriesKind.LEVEL
        return forecasts_of(given, season, horizon, Scale.PLAIN, kind, forecast_rules)[1]

    return made


def drawn(points: int, rows: int = 4) -> np.ndarray:
    return np.random.default_rng(points).normal(5, 1, (rows, points))


@pytest.mark.parametrize("points", [1, 2, 3, 5, 8, 13, 24, 48])
@pytest.mark.parametrize("season", [1, 4, 12])
def test_as_many_origins_for_every_series_and_at_most_as_the_rules_say(
    past_of, forecast_rules, points, season
):
    past = past_of(drawn(points), season)
    shape = past.actual.shape
    assert shape[0] == 4
    assert shape[1] <= max(0, points - 1)
    assert shape[2] == 6
    assert past.combined.shape == past.naive.shape == past.seasonal_naive.shape == shape


def test_the_last_origin_stands_one_period_before_the_end(past_of):
    z = drawn(36)
    past = past_of(z)
    np.testing.assert_array_equal(past.actual[:, -1, 0], z[:, -1])
    assert np.isnan(past.actual[:, -1, 1:]).all()
    np.testing.assert_array_equal(past.actual[:, -2, :2], z[:, -2:])
    assert np.isnan(past.actual[:, -2, 2:]).all()
    np.testing.assert_array_equal(past.naive[:, -1, 0], z[:, -2])
    np.testing.assert_array_equal(past.seasonal_naive[:, -1, 0], z[:, -13])


def test_what_came_after_changes_no_past_forecast(past_of):
    z = drawn(36)
    later = z.copy()
    later[:, -1] += 100
    first, second = past_of(z), past_of(later)
    np.testing.assert_array_equal(first.combined, second.combined)
    np.testing.assert_array_equal(first.naive, second.naive)
    assert not np.array_equal(first.actual[:, -1], second.actual[:, -1])


def test_a_gap_is_no_figure_that_a_forecast_missed(past_of):
    z = drawn(36)
    known = np.ones(z.shape, dtype=bool)
    known[:, -2] = False
    past = past_of(z, known=known)
    assert np.isnan(past.actual[:, -2, 0]).all()
    assert np.isnan(past.errors[:, -2, 0]).all()
    np.testing.assert_array_equal(past.actual[:, -1, 0], z[:, -1])


def test_errors_are_what_came_less_what_was_expected(past_of):
    past = past_of(drawn(36))
    np.testing.assert_array_equal(past.errors, past.actual - past.combined)


def test_no_series_influences_another(past_of):
    z = drawn(36)
    together, alone = past_of(z), past_of(z[2:3])
    assert together.combined[2].tobytes() == alone.combined[0].tobytes()
