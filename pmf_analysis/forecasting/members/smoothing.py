"""Simple exponential smoothing, averaged over its constant."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pmf_analysis.forecasting.members._grids import akaike_weights

Floats = NDArray[np.float64]

CONSTANTS = np.array([0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.99])
START = 4


def forecast(z: Floats, season: int, horizon: int) -> Floats:
    """Flat forecast at the smoothed level; ``season`` is not used.

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
    return np.repeat(level(z)[0][:, None], horizon, axis=1)


def level(z: Floats) -> tuple[Floats, Floats]:
    """Smoothed level at the end, and the constant that led to it.

    Parameters
    ----------
    z : ndarray, shape (series, points)

    Returns
    -------
    level, constant : ndarray, shape (series,)
        Means over all constants, each with its Akaike weight.
    """
    points = z.shape[1]
    at = np.repeat(z[:, :START].mean(axis=1)[:, None], len(CONSTANTS), axis=1)
    squared = np.zeros_like(at)
    for place in range(points):
        error = z[:, place, None] - at
        if place or points < 3:
            squared += error * error
        at = at + CONSTANTS * error
    weights = akaike_weights(squared, points)
    return (weights * at).sum(axis=1), (weights * CONSTANTS).sum(axis=1)
