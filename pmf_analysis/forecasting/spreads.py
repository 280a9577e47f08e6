"""How far off a forecast is expected to be, on the working scale.

Errors of the two naive forecasts over the whole history, at the same horizon, tell most of it;
few cases tell the rest. What one short series tells is drawn towards what is usual for its
frequency and kind, as far as other series showed that it should be.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pmf_analysis.forecasting.scales import Scale
from pmf_analysis.terms import SeriesKind

Floats = NDArray[np.float64]

MEASURES = ("naive", "seasonal_naive", "recent")
"""Mean absolute errors in the history of the naive and the seasonal naive forecast, at each
horizon, and mean absolute change from period to period in the last year."""

USUAL = {
    SeriesKind.LEVEL: Scale.LOG,
    SeriesKind.COUNT: Scale.LOG,
    SeriesKind.SMALL_COUNT: Scale.ROOT,
    SeriesKind.PERCENT: Scale.LOGIT,
}
"""Scale on which the usual spread of a kind is known; on another a series speaks for itself."""

CHANCE_STEP = 2 / np.sqrt(np.pi)
"""Mean absolute difference of two draws from a normal distribution, in standard deviations."""


def measures_of(z: Floats, season: int, horizon: int) -> Floats:
    """Measures of how figures moved.

    Parameters
    ----------
    z : ndarray, shape (series, points)
        On the working scale; NaN where there is no figure.
    season, horizon : int

    Returns
    -------
    ndarray, shape (measures, series, horizon)
        In the order of ``MEASURES``; NaN where there are no two figures to compare. A horizon
        further than the history reaches has the measure of the one before it.
    """
    points = z.shape[1]
    found = np.full((len(MEASURES), len(z), horizon), np.nan)
    for place in range(horizon):
        ahead = place + 1
        found[0, :, place] = _mean_step(z, ahead)
        found[1, :, place] = _mean_step(z, season * -(-ahead // season))
    found[2] = _mean_step(z[:, max(0, points - max(season, 4) - 1) :], 1)[:, None]
    for place in range(1, horizon):
        gone = np.isnan(found[:, :, place])
        found[:, :, place] = np.where(gone, found[:, :, place - 1], found[:, :, place])
    found[1] = np.where(np.isnan(found[1]), found[0], found[1])
    found[2] = np.where(np.isnan(found[2]), found[0], found[2])
    return found


def log_measures(found: Floats, noise: Floats, floor: Floats, rules: dict[str, Any]) -> Floats:
    """Logarithms of measures less what few cases alone would move.

    Parameters
    ----------
    found : ndarray, shape (measures, series, horizon)
    noise : ndarray, shape (series, 1)
        Standard deviation that few cases give a figure.
    floor : ndarray, shape (series, 1)
        Below it a movement is not told from none.
    rules : dict
        Values of the rule set of ranges.

    Returns
    -------
    ndarray, shape (measures, series, horizon)
    """
    left = np.maximum(found**2 - (CHANCE_STEP * noise) ** 2, (rules["least_share"] * found) ** 2)
    return np.asarray(0.5 * np.log(left + floor**2))


def log_spread(logs: Floats, points: int, told: dict[str, float], rules: dict[str, Any]) -> Floats:
    """Logarithm of the expected error, without the noise of few cases.

    Parameters
    ----------
    logs : ndarray, shape (measures, series, horizon)
        NaN where nothing is known.
    points : int
        Length of the history.
    told : dict
        What is usual for the frequency and kind: ``typical``, ``shift``, ``slope``, ``growth``;
        without ``typical`` the series speaks for itself.
    rules : dict
        Values of the rule set of ranges.

    Returns
    -------
    ndarray, shape (series, horizon)
    """
    weights = [rules["spread"]["weights"][name] for name in MEASURES]
    own = sum(weight * log for weight, log in zip(weights, logs, strict=True))
    ahead = np.log(1.0 + np.arange(logs.shape[2]))
    length = rules["spread"]["length"] * np.log(max(points, 1) / 36)
    beside = told["shift"] + told["growth"] * ahead + length
    if "typical" not in told:
        return np.asarray(own + beside)
    trust = told["slope"] * max(points - 1, 0) / (points - 1 + rules["spread"]["prior_steps"])
    away = np.where(np.isnan(own), 0.0, own - told["typical"])
    return np.asarray(told["typical"] + trust * away + beside)


def usual(season: int, kind: SeriesKind, scale: Scale, rules: dict[str, Any]) -> dict[str, float]:
    """What is usual for a frequency and kind, on a scale."""
    told = dict(rules["groups"][f"{season} {kind.value}"])
    if scale is not USUAL[kind]:
        del told["typical"]
    return told


def floor_of(z: Floats, scale: Scale, rules: dict[str, Any]) -> Floats:
    """Least movement that is told from none, shape (series, 1)."""
    floor = np.full((len(z), 1), float(rules["floors"][scale.value]))
    if scale is Scale.PLAIN:
        known = ~np.isnan(z)
        size = np.where(known, np.abs(z), 0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
        floor = np.maximum(floor * size[:, None], 1e-12)
    return floor


def _mean_step(z: Floats, lag: int) -> Floats:
    """Mean absolute difference at a lag; NaN without a pair."""
    if lag >= z.shape[1]:
        return np.full(len(z), np.nan)
    step = np.abs(z[:, lag:] - z[:, :-lag])
    pairs = (~np.isnan(step)).sum(axis=1)
    with np.errstate(invalid="ignore"):
        return np.where(pairs > 0, np.nansum(step, axis=1) / np.maximum(pairs, 1), np.nan)
