"""Exponential smoothing of level, damped trend and season, averaged over its constants."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pmf_analysis.forecasting.members import damped_trend
from pmf_analysis.forecasting.members._grids import akaike_weights, slope
from pmf_analysis.forecasting.seasons import pattern_of

Floats = NDArray[np.float64]

LEVELS = (0.05, 0.15, 0.3, 0.5, 0.75)
SEASONS = (0.02, 0.08, 0.2, 0.4)
TRENDS = ((0.0, 0.0), (0.02, 0.9), (0.1, 0.9), (0.25, 0.9), (0.02, 0.97), (0.1, 0.97), (0.25, 0.97))
"""Constant of the trend and its damping; the first is no trend at all."""

DECAY, PENALTY = 0.85, 1.0
START = 4


def forecast(z: Floats, season: int, horizon: int) -> Floats:
    """Additive season; without two years of figures or a season, the damped trend.

    Parameters
    ----------
    z : ndarray, shape (series, points)
    season, horizon : int

    Returns
    -------
    ndarray, shape (series, horizon)

    References
    ----------
    Winters PR (1960), Management Science 6: 324-342; in the form of errors: Hyndman RJ, Koehler
    AB, Ord JK, Snyder RD (2008), Forecasting with Exponential Smoothing, chapter 2.
    """
    points = z.shape[1]
    if season == 1 or points < 2 * season:
        return damped_trend.forecast(z, season, horizon)
    alpha, gamma, beta, phi = _grid()
    pattern = pattern_of(z, season, DECAY, PENALTY)
    level, trend = _start(z - pattern[:, np.arange(points) % season], season, beta)
    seasonal = np.repeat(pattern.T[:, :, None], len(alpha), axis=2)
    squared = np.zeros_like(level)
    for place in range(points):
        now = seasonal[place % season]
        damped = phi * trend
        error = z[:, place, None] - (level + damped) - now
        squared += error * error
        level = level + damped + alpha * error
        trend = damped + alpha * beta * error
        now += gamma * (1 - alpha) * error
    weights = akaike_weights(squared, points)
    found = np.empty((len(z), horizon))
    reach = np.zeros_like(phi)
    for ahead in range(horizon):
        reach = reach + phi ** (ahead + 1)
        coming = level + reach * trend + seasonal[(points + ahead) % season]
        found[:, ahead] = (weights * coming).sum(axis=1)
    return found


def _grid() -> tuple[Floats, ...]:
    every = [(a, g, b, p) for a in LEVELS for g in SEASONS for b, p in TRENDS]
    return tuple(np.array(column) for column in zip(*every, strict=True))


def _start(adjusted: Floats, season: int, beta: Floats) -> tuple[Floats, Floats]:
    """Level and trend before the first figure, shape (series, models)."""
    first = min(adjusted.shape[1], max(2 * season, 10))
    rise = slope(adjusted, first)
    begin = adjusted[:, :first].mean(axis=1) - rise * ((first - 1) / 2 + 1)
    flat = adjusted[:, :START].mean(axis=1)
    moving = beta > 0
    level = np.where(moving, begin[:, None], flat[:, None])
    return level, np.where(moving, rise[:, None], 0.0)
