"""The figure of the same period a year before."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def forecast(z: Floats, season: int, horizon: int) -> Floats:
    """Repeat the last year; the last figure while there is no full year.

    Parameters
    ----------
    z : ndarray, shape (series, points)
    season, horizon : int

    Returns
    -------
    ndarray, shape (series, horizon)
    """
    points = z.shape[1]
    lag = season if points >= season else 1
    return z[:, points - lag + np.arange(horizon) % lag]
