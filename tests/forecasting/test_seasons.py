"""What each time of the year adds."""

from __future__ import annotations

import numpy as np
import pytest

from pmf_analysis.forecasting.seasons import indices_of, pattern_of

WAVE = np.sin(2 * np.pi * np.arange(12) / 12)


def test_a_season_without_chance_is_found_whole():
    z = np.tile(WAVE, 5)[None] + 0.1 * np.arange(60)
    indices, share = indices_of(z, 12, 1.0, 1.0)
    # the moving average bends at its ends, a little
    np.testing.assert_allclose(indices[0], WAVE, atol=0.06)
    assert share[0] > 0.99


@pytest.mark.parametrize("season", [4, 12])
def test_of_chance_alone_little_is_believed(season):
    z = np.random.default_rng(5).normal(0, 1, (400, 4 * season))
    indices, share = indices_of(z, season, 0.85, 1.0)
    assert share.mean() < 0.25
    assert ((share >= 0) & (share <= 1)).all()
    np.testing.assert_allclose(indices.sum(axis=1), 0, atol=1e-9)


def test_the_recent_years_count_more_as_the_decay_is_stronger():
    z = np.concatenate([np.tile(WAVE, 5), np.tile(-WAVE, 2)])[None]
    slow, fast = (indices_of(z, 12, decay, 1.0)[0][0] for decay in (1.0, 0.5))
    assert slow @ WAVE > 0 > fast @ WAVE


def test_more_is_taken_away_by_a_harder_penalty():
    z = np.random.default_rng(6).normal(0, 0.5, (50, 36)) + np.tile(WAVE, 3)
    gentle, hard = (indices_of(z, 12, 0.85, penalty)[1] for penalty in (0.5, 2.0))
    assert (gentle >= hard).all()
    assert gentle.mean() > hard.mean()


@pytest.mark.parametrize(("season", "points"), [(1, 30), (12, 13), (4, 5)])
def test_too_few_figures_have_no_season(season, points):
    z = np.random.default_rng(7).normal(0, 1, (3, points))
    assert (pattern_of(z, season, 0.85, 1.0) == 0).all()


def test_a_constant_has_no_season():
    indices, share = indices_of(np.full((1, 48), 7.0), 12, 0.85, 1.0)
    np.testing.assert_allclose(indices * share[:, None], 0, atol=1e-12)
