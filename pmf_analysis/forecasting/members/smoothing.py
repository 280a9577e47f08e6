"""Simple exponential smoothing, the constant of each series by its squared errors."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

ALPHAS = np.linspace(0.1, 1.0, 10)


def forecast(z: Floats, season: int, horizon: int) -> Floats:
    """Flat forecast at the smoothed level.

    Parameters
    ----------
    z : ndarray, shape (series, points)
    season, horizon : int

    Returns
    -------
    ndarray, shape (series, horizon)

    References
    ----------
    Brown RG (1959), Statistical Forecasting for Inventory Control.
    """
    del season
    level = np.repeat(z[:, :4].mean(axis=1)[:, None], len(ALPHAS), axis=1)
    squared = np.zeros_like(level)
    for place in range(z.shape[1]):
        error = z[:, place, None] - level
        squared += error * error
        level = level + ALPHAS * error
    best = level[np.arange(len(z)), np.argmin(squared, axis=1)]
    return np.repeat(best[:, None], horizon, axis=1)
