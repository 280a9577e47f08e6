"""What each time of the year adds: indices that follow the recent years, drawn towards none."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def pattern_of(z: Floats, season: int, decay: float, penalty: float) -> Floats:
    """Seasonal pattern of each series, as far as it is more than chance.

    Parameters
    ----------
    z, season, decay, penalty
        As for ``indices_of``.

    Returns
    -------
    ndarray, shape (series, season)
        Column k belongs to the periods k, k + season, and so on; rows sum to 0.
    """
    indices, share = indices_of(z, season, decay, penalty)
    return np.asarray(indices * share[:, None])


def indices_of(z: Floats, season: int, decay: float, penalty: float) -> tuple[Floats, Floats]:
    """Seasonal indices of each series, and how much of them to believe.

    Means of what is left beside a centred moving average of one year, a year counting
    ``decay`` times the one after it. The share to believe is what is left when that is taken
    away which chance alone would give, as in James and Stein.

    Parameters
    ----------
    z : ndarray, shape (series, points)
        No gap.
    season : int
        Periods in a year.
    decay : float
        0 to 1; 1 counts all years alike.
    penalty : float
        Times the share of chance that is taken away; 1 takes what is expected.

    Returns
    -------
    indices : ndarray, shape (series, season)
        Zeros with fewer than ``season`` + 2 figures.
    share : ndarray, shape (series,)
        0 to 1.

    References
    ----------
    Shrunken indices: Miller DM, Williams D (2003), Int J Forecast 19: 669-684.
    """
    points = z.shape[1]
    if season == 1 or points < season + 2:
        return np.zeros((len(z), season)), np.zeros(len(z))
    rest = z - _trend(z, season)
    weights = decay ** ((points - 1 - np.arange(points)) // season).astype(float)
    pattern = np.stack(
        [_mean(rest[:, at::season], weights[at::season]) for at in range(season)], axis=1
    )
    pattern = pattern - pattern.mean(axis=1, keepdims=True)
    noise = rest - pattern[:, np.arange(points) % season]
    years = weights.sum() ** 2 / (weights * weights).sum() / season
    freedom = max(points - season - 1, 1)
    chance = (noise * noise * weights).sum(axis=1) / weights.sum() * points / freedom / years
    found = (pattern * pattern).sum(axis=1) / (season - 1)
    share = np.where(found > 0, 1 - penalty * chance / np.where(found > 0, found, 1.0), 0.0)
    return pattern, np.clip(share, 0.0, 1.0)


def _mean(values: Floats, weights: Floats) -> Floats:
    return np.asarray((values * weights).sum(axis=1) / weights.sum())


def _trend(z: Floats, season: int) -> Floats:
    """Centred moving average of a year, led on at both ends with half its slope there."""
    points = z.shape[1]
    at = np.arange(points) - (points - 1) / 2
    if points < 2 * season:
        rise = (z * at).sum(axis=1) / (at * at).sum()
        return np.asarray(z.mean(axis=1)[:, None] + rise[:, None] * at)
    even = season % 2 == 0
    weights = np.ones(season + 1 if even else season)
    weights[0] = weights[-1] = 0.5 if even else 1.0
    windows = np.lib.stride_tricks.sliding_window_view(z, len(weights), axis=1)
    middle = (windows * (weights / weights.sum())).sum(axis=2)
    half, near = len(weights) // 2, min(season, middle.shape[1])
    steps = np.arange(1, half + 1)
    first = middle[:, :1] - 0.5 * _slope(middle[:, :near])[:, None] * steps[::-1]
    last = middle[:, -1:] + 0.5 * _slope(middle[:, -near:])[:, None] * steps
    return np.concatenate([first, middle, last], axis=1)


def _slope(values: Floats) -> Floats:
    points = values.shape[1]
    if points < 2:
        return np.zeros(len(values))
    at = np.arange(points) - (points - 1) / 2
    return np.asarray((values * at).sum(axis=1) / (at * at).sum())
