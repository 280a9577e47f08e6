"""Laws that every method of the pool keeps, whichever files the folder holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from pmf_analysis.errors import RuleSetError
from pmf_analysis.forecasting import members
from pmf_analysis.forecasting.combining import members_of
from pmf_analysis.terms import SeriesKind

NAMES = sorted(path.stem for path in Path(members.__file__).parent.glob("[a-z]*.py"))
SHAPES = [(points, season) for points in (1, 2, 3, 8, 13, 36) for season in (1, 4, 12)]
LONG = [(points, season) for points, season in SHAPES if points >= 3]
ROWS = 7


@pytest.fixture(params=NAMES)
def method(request) -> Callable[..., np.ndarray]:
    """The forecast of one member."""
    return import_module(f"{members.__name__}.{request.param}").forecast


def drawn(points: int, season: int, rows: int = ROWS) -> np.ndarray:
    """Figures with a season, a trend and chance, another in each row."""
    draws = np.random.default_rng(points * 100 + season)
    at = np.arange(points)
    slope = draws.normal(0, 0.05, (rows, 1))
    wave = draws.normal(0, 1, (rows, 1)) * np.sin(2 * np.pi * at / max(season, 2))
    return 3 + slope * at + wave + draws.normal(0, 0.3, (rows, points))


def test_as_many_forecasts_as_asked_for_and_all_finite(method):
    for points, season in SHAPES:
        for horizon in (1, 3, 18):
            found = method(drawn(points, season), season, horizon)
            assert found.shape == (ROWS, horizon)
            assert np.isfinite(found).all()


def test_no_row_influences_another(method):
    for points, season in SHAPES:
        z = drawn(points, season)
        together = method(z, season, 6)
        for row in range(ROWS):
            alone = method(np.ascontiguousarray(z[row : row + 1]), season, 6)
            assert alone[0].tobytes() == together[row].tobytes()
        order = np.random.default_rng(1).permutation(ROWS)
        assert method(z[order], season, 6).tobytes() == together[order].tobytes()


@pytest.mark.parametrize("level", [0.0, 4.5, -3.0, 1e9, 1e-9])
def test_a_constant_stays_what_it_is(method, level):
    for points, season in SHAPES:
        found = method(np.full((2, points), level), season, 5)
        np.testing.assert_allclose(found, level, rtol=1e-9, atol=1e-12)


def test_another_zero_point_moves_the_forecast_by_as_much(method):
    for points, season in LONG:
        z = drawn(points, season)
        np.testing.assert_allclose(
            method(z + 5.25, season, 6), method(z, season, 6) + 5.25, rtol=1e-6, atol=1e-6
        )


def test_another_unit_multiplies_the_forecast(method):
    for points, season in LONG:
        z = drawn(points, season)
        for times in (0.01, 64.0):
            np.testing.assert_allclose(
                method(times * z, season, 6), times * method(z, season, 6), rtol=1e-6, atol=1e-9
            )


def test_upside_down_is_forecast_upside_down(method):
    for points, season in LONG:
        z = drawn(points, season)
        np.testing.assert_allclose(
            method(-z, season, 6), -method(z, season, 6), rtol=1e-6, atol=1e-9
        )


def test_a_further_horizon_leaves_the_nearer_ones_as_they_are(method):
    z = drawn(36, 12)
    far = method(z, 12, 18)
    np.testing.assert_allclose(method(z, 12, 3), far[:, :3], rtol=1e-12, atol=1e-12)


def test_the_figures_given_are_left_as_they_are(method):
    z = drawn(36, 12)
    before = z.copy()
    method(z, 12, 6)
    assert z.tobytes() == before.tobytes()


def test_many_rows_at_once(method):
    assert method(drawn(48, 12, 2000), 12, 12).shape == (2000, 12)


@pytest.mark.parametrize("kind", list(SeriesKind))
def test_the_two_naive_forecasts_are_in_the_pool_of_every_kind(forecast_rules, kind):
    names = members_of(kind, forecast_rules)
    assert {"naive", "seasonal_naive"} <= set(names)
    explained = forecast_rules.methods["members"]
    assert {explained[name]["method"] for name in names} <= set(NAMES)
    assert explained["naive"] == {"method": "naive", "figures": "given"}
    assert explained["seasonal_naive"] == {"method": "seasonal_naive", "figures": "given"}


def test_a_pool_without_a_naive_forecast_is_refused(forecast_rules):
    pools = {**forecast_rules.methods["pools"], "level": {"power": 1, "members": ["naive", "x"]}}
    rules = replace(forecast_rules, methods={**forecast_rules.methods, "pools": pools})
    with pytest.raises(RuleSetError, match="lacks seasonal_naive and names x"):
        members_of(SeriesKind.LEVEL, rules)


def test_naive_repeats_the_last_figure():
    naive = import_module(f"{members.__name__}.naive").forecast
    np.testing.assert_array_equal(naive(np.array([[1.0, 5.0, 2.0]]), 4, 3), [[2.0, 2.0, 2.0]])


def test_seasonal_naive_repeats_the_last_year():
    seasonal = import_module(f"{members.__name__}.seasonal_naive").forecast
    z = np.array([[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]])
    np.testing.assert_array_equal(seasonal(z, 4, 6), [[3.0, 4.0, 5.0, 6.0, 3.0, 4.0]])
    np.testing.assert_array_equal(seasonal(z, 12, 2), [[6.0, 6.0]])
