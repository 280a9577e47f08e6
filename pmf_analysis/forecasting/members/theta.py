"""Theta: the smoothed level, moving on with a share of the trend of the whole history."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pmf_analysis.forecasting.members._grids import slope
from pmf_analysis.forecasting.members.smoothing import level

Floats = NDArray[np.float64]


def forecast(z: Floats, season: int, horizon: int, trend: float = 0.5) -> Floats:
    """Smoothing with drift; ``season`` is not used.

    Parameters
    ----------
    z : ndarray, shape (series, points)
    season, horizon : int
    trend : float
        Share of the slope; a half is the theta method.

    Returns
    -------
    ndarray, shape (series, horizon)

    References
    ----------
    Assimakopoulos V, Nikolopoulos K (2000), Int J Forecast 16: 521-530; as smoothing with drift:
    Hyndman RJ, Billah B (2003), Int J Forecast 19: 287-290.
    """
    del season
    points = z.shape[1]
    smoothed, constant = level(z)
    behind = (1 - (1 - constant) ** points) / np.maximum(constant, 0.02)
    steps = np.arange(horizon)[None, :] + behind[:, None]
    return smoothed[:, None] + trend * slope(z, points)[:, None] * steps
