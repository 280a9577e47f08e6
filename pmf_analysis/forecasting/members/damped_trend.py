"""Exponential smoothing with a damped trend, averaged over its three constants."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pmf_analysis.forecasting.members._grids import akaike_weights, slope

Floats = NDArray[np.float64]

LEVELS = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.65, 0.8, 0.95)
TRENDS = (0.0, 0.02, 0.05, 0.1, 0.2)
DAMPING = (0.8, 0.87, 0.93, 0.97)
START = 10


def forecast(z: Floats, season: int, horizon: int) -> Floats:
    """Level and damped trend moved on; ``season`` is not used.

    Parameters
    ----------
    z : ndarray, shape (series, points)
    season, horizon : int

    Returns
    -------
    ndarray, shape (series, horizon)

    References
    ----------
    Gardner ES, McKenzie E (1985), Management Science 31: 1237-1246.
    """
    del season
    found = np.empty((len(z), horizon))
    for first in range(0, len(z), _TOGETHER):
        part = slice(first, first + _TOGETHER)
        found[part] = _forecast(z[part], horizon)
    return found


_TOGETHER = 64
"""Series worked on at once: so many states of all constants stay close to the processor."""


def _forecast(z: Floats, horizon: int) -> Floats:
    points = z.shape[1]
    grid = np.meshgrid(LEVELS, TRENDS, DAMPING, indexing="ij")
    alpha, beta, phi = (one.ravel() for one in grid)
    gain = alpha * beta
    first = min(points, START)
    rise = slope(z, first)
    begin = z[:, :first].mean(axis=1) - rise * ((first - 1) / 2 + 1)
    level = np.repeat(begin[:, None], len(alpha), axis=1)
    trend = np.repeat(rise[:, None], len(alpha), axis=1)
    squared, error, moved = np.zeros_like(level), np.empty_like(level), np.empty_like(level)
    for place in range(points):
        trend *= phi
        level += trend
        np.subtract(z[:, place, None], level, out=error)
        squared += np.multiply(error, error, out=moved)
        level += np.multiply(alpha, error, out=moved)
        trend += np.multiply(gain, error, out=moved)
    weights = akaike_weights(squared, points)
    found = np.empty((len(z), horizon))
    reach = np.zeros_like(phi)
    for ahead in range(horizon):
        reach = reach + phi ** (ahead + 1)
        found[:, ahead] = (weights * (level + reach * trend)).sum(axis=1)
    return found
