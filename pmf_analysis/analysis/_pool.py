"""The simple forecasts that are combined, for many series of one length at once.

Arrays have one row for each series and one column for each period; all series of a batch
have the same length and no gap. No row influences another.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class PoolRules:
    """What the rule set ``forecast`` says of the pool.

    Attributes
    ----------
    weights : dict of str to float
        Of ``naive``, ``seasonal_naive`` and ``smoothing``; those in use are scaled to 1.
    alphas : tuple of float
        Smoothing constants tried.
    start_points : int
        Figures whose mean starts the smoothing.
    seasonal_cycles : int
        Full years needed before a season is looked for.
    seasonal_z : float
        Critical value of the test for a season.
    """

    weights: dict[str, float]
    alphas: tuple[float, ...]
    start_points: int
    seasonal_cycles: int
    seasonal_z: float


def combined(z: Floats, season: int, horizon: int, rules: PoolRules) -> Floats:
    """Weighted mean of the pool's forecasts.

    Parameters
    ----------
    z : ndarray, shape (series, periods)
        On the working scale.
    season : int
        Periods in a year; 1 for yearly figures.
    horizon : int
        Periods ahead.
    rules : PoolRules

    Returns
    -------
    ndarray, shape (series, horizon)
    """
    pool = {"naive": naive(z, horizon), "smoothing": smoothing(z, season, horizon, rules)}
    if season > 1 and z.shape[1] >= season:
        pool["seasonal_naive"] = seasonal_naive(z, season, horizon)
    total = sum(rules.weights[name] for name in pool)
    return sum(rules.weights[name] / total * pool[name] for name in sorted(pool))


def naive(z: Floats, horizon: int) -> Floats:
    """The last figure again, shape (series, horizon)."""
    return np.repeat(z[:, -1:], horizon, axis=1)


def seasonal_naive(z: Floats, season: int, horizon: int) -> Floats:
    """The figure of the same period a year before, shape (series, horizon)."""
    return z[:, z.shape[1] - season + np.arange(horizon) % season]


def smoothing(z: Floats, season: int, horizon: int, rules: PoolRules) -> Floats:
    """Simple exponential smoothing, on seasonally adjusted figures where a season is found.

    The smoothing constant of each series is the one of the grid with the least squared
    error one step ahead.

    Parameters
    ----------
    z : ndarray, shape (series, periods)
    season, horizon : int
    rules : PoolRules

    Returns
    -------
    ndarray, shape (series, horizon)

    References
    ----------
    Brown RG (1959), Statistical Forecasting for Inventory Control.
    """
    length = z.shape[1]
    pattern = seasonal_pattern(z, season, rules)
    adjusted = z - pattern[:, np.arange(length) % season]
    alphas = np.array(rules.alphas)
    level = np.repeat(adjusted[:, : rules.start_points].mean(axis=1)[:, None], len(alphas), axis=1)
    squared = np.zeros_like(level)
    for place in range(length):
        error = adjusted[:, place, None] - level
        squared += error * error
        level = level + alphas * error
    best = level[np.arange(len(z)), np.argmin(squared, axis=1)]
    return best[:, None] + pattern[:, (length + np.arange(horizon)) % season]


def seasonal_pattern(z: Floats, season: int, rules: PoolRules) -> Floats:
    """What each time of the year adds; zeros where no season is found.

    A season is looked for with enough full years and found by the test of the M4
    competition: autocorrelation at one year beyond its limit. The pattern is that of
    classical additive decomposition.

    Parameters
    ----------
    z : ndarray, shape (series, periods)
    season : int
    rules : PoolRules

    Returns
    -------
    ndarray, shape (series, season)
        Column k belongs to the periods k, k + season, and so on.

    References
    ----------
    Makridakis S, Spiliotis E, Assimakopoulos V (2020), Int J Forecast 36: 54-74.
    """
    none = np.zeros((len(z), season))
    if season == 1 or z.shape[1] < max(rules.seasonal_cycles, 2) * season:
        return none
    ends = season % 2 == 0
    weights = np.ones(season + 1 if ends else season)
    weights[0] = weights[-1] = 0.5 if ends else 1.0
    windows = np.lib.stride_tricks.sliding_window_view(z, len(weights), axis=1)
    trend = (windows * (weights / weights.sum())).sum(axis=2)
    half = len(weights) // 2
    rest = np.full_like(z, np.nan)
    rest[:, half : half + trend.shape[1]] = z[:, half : half + trend.shape[1]] - trend
    pattern = np.stack([np.nanmean(rest[:, k::season], axis=1) for k in range(season)], axis=1)
    pattern = pattern - pattern.mean(axis=1)[:, None]
    return np.where(_has_season(z, season, rules)[:, None], pattern, none)


def _has_season(z: Floats, season: int, rules: PoolRules) -> NDArray[np.bool_]:
    away = z - z.mean(axis=1)[:, None]
    spread = (away * away).sum(axis=1)
    safe = np.where(spread > 0, spread, 1.0)
    together = [(away[:, lag:] * away[:, :-lag]).sum(axis=1) / safe for lag in range(1, season + 1)]
    before = sum(one * one for one in together[:-1])
    limit = rules.seasonal_z * np.sqrt((1 + 2 * before) / z.shape[1])
    return (spread > 0) & (together[-1] > limit)
