"""The figure of a year before, with the change on the year, which fades."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pmf_analysis.forecasting.members import smoothing

Floats = NDArray[np.float64]

LASTING = 0.5
FULL = 12
MOST = 0.98


def forecast(z: Floats, season: int, horizon: int) -> Floats:
    """Last year's figures, moved by the change on the year before.

    The change goes back to half its mean as fast as it did in the past. Without two years of
    figures, or without a season, simple smoothing.

    Parameters
    ----------
    z : ndarray, shape (series, points)
    season, horizon : int

    Returns
    -------
    ndarray, shape (series, horizon)
    """
    points = z.shape[1]
    if season == 1 or points < 2 * season:
        return smoothing.forecast(z, season, horizon)
    change = z[:, season:] - z[:, :-season]
    mean = change.mean(axis=1) * LASTING * min(1.0, change.shape[1] / FULL)
    away = change - mean[:, None]
    spread = (away * away).sum(axis=1)
    together = (away[:, 1:] * away[:, :-1]).sum(axis=1)
    kept = np.clip(np.where(spread > 0, together / np.where(spread > 0, spread, 1.0), 0.0), 0, MOST)
    known = [z[:, points - season + place] for place in range(season)]
    for ahead in range(horizon):
        step = mean + away[:, -1] * kept ** (ahead + 1)
        known.append(known[ahead] + step)
    return np.stack(known[season:], axis=1)
