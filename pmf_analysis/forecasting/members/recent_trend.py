"""The smoothed level, moving on with the trend of the recent past, which fades."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pmf_analysis.forecasting.members.smoothing import level

Floats = NDArray[np.float64]

MEMORY = {12: 0.97, 4: 0.97}
"""What a figure counts against the one after it, by periods in a year."""

OTHER_MEMORY = 0.93
DAMPING = 0.98
MOST_BEHIND = 6.0


def forecast(z: Floats, season: int, horizon: int) -> Floats:
    """Discounted regression on time for the slope, damped.

    Parameters
    ----------
    z : ndarray, shape (series, points)
    season, horizon : int

    Returns
    -------
    ndarray, shape (series, horizon)

    References
    ----------
    Discounted least squares: Brown RG (1963), Smoothing, Forecasting and Prediction.
    """
    smoothed, constant = level(z)
    steps = np.cumsum(DAMPING ** np.arange(horizon))
    behind = np.minimum((1 - constant) / np.maximum(constant, 0.1) * DAMPING, MOST_BEHIND)
    rise = _discounted_slope(z, MEMORY.get(season, OTHER_MEMORY))
    return smoothed[:, None] + rise[:, None] * (steps[None, :] + behind[:, None])


def _discounted_slope(z: Floats, memory: float) -> Floats:
    points = z.shape[1]
    if points < 2:
        return np.zeros(len(z))
    weights = memory ** np.arange(points)[::-1]
    weights = weights / weights.sum()
    at = np.arange(points) - (weights * np.arange(points)).sum()
    return np.asarray((z * (weights * at)).sum(axis=1) / (weights * at * at).sum())
