"""How far off a forecast is expected to be, on the working scale.

Errors of the two naive forecasts over the whole history, at the same horizon, tell most of it,
past forecasts and few cases the rest. What one short series tells is drawn towards what is usual
for its frequency and kind, as far as other series showed that it should be.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pmf_analysis.forecasting.scales import Scale
from pmf_analysis.terms import SeriesKind

Floats = NDArray[np.float64]

MEASURES = ("naive", "seasonal_naive", "recent", "past")
"""Mean absolute errors in the history of the naive and the seasonal naive forecast, at each
horizon; mean absolute change from period to period in the last year; and mean absolute error of
past forecasts of the next period."""

USUAL = {
    SeriesKind.LEVEL: Scale.LOG,
    SeriesKind.COUNT: Scale.LOG,
    SeriesKind.SMALL_COUNT: Scale.ROOT,
    SeriesKind.PERCENT: Scale.LOGIT,
}
"""Scale on which the usual spread of a kind is known; on another a series speaks for itself."""

_STEP, _ERROR = 2 / np.sqrt(np.pi), np.sqrt(2 / np.pi)
CHANCE = np.array([_STEP, _STEP, _STEP, _ERROR])[:, None, None]
"""What each measure would be if figures were drawn from a normal distribution, in its standard
deviations: the mean absolute difference of two draws, or the mean absolute draw."""


def measures_of(z: Floats, past: Floats, season: int, horizon: int) -> Floats:
    """Measures of how figures moved.

    Parameters
    ----------
    z : ndarray, shape (series, points)
        On the working scale; NaN where there is no figure.
    past : ndarray, shape (series, origins)
        Errors of past forecasts of the next period; NaN where there was no figure.
    season, horizon : int

    Returns
    -------
    ndarray, shape (measures, series, horizon)
        In the order of ``MEASURES``; NaN where there is nothing to compare. A horizon further
        than the history reaches has the measure of the one before it.
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
    found[3] = _mean_size(past)[:, None]
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
    left = np.maximum(found**2 - (CHANCE * noise) ** 2, (rules["least_share"] * found) ** 2)
    return np.asarray(0.5 * np.log(left + floor**2))


def completed(logs: Floats, typical: Floats, weights: Floats) -> Floats:
    """Measures that are not known, as far from what is typical as those that are.

    Parameters
    ----------
    logs : ndarray, shape (measures, series, horizon)
        NaN where not known.
    typical, weights : ndarray, shape (measures,)

    Returns
    -------
    ndarray, shape (measures, series, horizon)
        NaN where no measure is known.
    """
    known, usual = ~np.isnan(logs), typical[:, None, None]
    trusted = np.where(known, np.maximum(weights, 1e-3)[:, None, None], 0.0)
    away = np.sum(np.where(known, logs - usual, 0.0) * trusted, axis=0)
    total = trusted.sum(axis=0)
    mean = np.where(total > 0, away / np.where(total > 0, total, 1.0), np.nan)
    return np.where(known, logs, usual + mean)


def log_spread(logs: Floats, points: int, told: Usual, rules: dict[str, Any]) -> Floats:
    """Logarithm of the expected error, without the noise of few cases.

    Parameters
    ----------
    logs : ndarray, shape (measures, series, horizon)
        Completed; NaN where nothing is known.
    points : int
        Length of the history.
    told : Usual
    rules : dict
        Values of the rule set of ranges.

    Returns
    -------
    ndarray, shape (series, horizon)
    """
    own = sum(weight * log for weight, log in zip(weights_of(rules), logs, strict=True))
    ahead = np.log(1.0 + np.arange(logs.shape[2]))
    length = rules["spread"]["length"] * np.log(max(points, 1) / 36)
    typical = sum(weights_of(rules) * told.typical)
    away = np.where(np.isnan(own), 0.0, own - typical)
    trust = told.slope * max(points - 1, 0) / (points - 1 + rules["spread"]["prior_steps"])
    by_itself = 1.0 if told.alone else trust
    return np.asarray(typical + by_itself * away + told.shift + told.growth * ahead + length)


@dataclass(frozen=True)
class Usual:
    """What is usual for a frequency and kind.

    Attributes
    ----------
    typical : ndarray, shape (measures,)
        Logarithms of its measures.
    shift, slope, growth : float
        Of the logarithm of the error: against the measures, share of the way that a series'
        own measures take it away from the typical, and power of the horizon.
    alone : bool
        Whether the scale is another than the usual one, so that the series speaks for itself.
    """

    typical: Floats
    shift: float
    slope: float
    growth: float
    alone: bool


def usual(season: int, kind: SeriesKind, scale: Scale, rules: dict[str, Any]) -> Usual:
    """What is usual for a frequency and kind, on a scale."""
    told = rules["groups"][f"{season} {kind.value}"]
    error = told["of_error"]
    return Usual(
        np.array(told["typical"], dtype=float),
        error["shift"],
        error["slope"],
        error["growth"],
        scale is not USUAL[kind],
    )


def weights_of(rules: dict[str, Any]) -> Floats:
    """Weights of the measures, in their order; they sum to 1, so that units do not matter."""
    weights = np.array([rules["spread"]["weights"][name] for name in MEASURES])
    return weights / weights.sum()


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
    return _mean_size(z[:, lag:] - z[:, : max(z.shape[1] - lag, 0)])


def _mean_size(values: Floats) -> Floats:
    """Mean absolute value of each row; NaN without any."""
    size = np.abs(values)
    known = ~np.isnan(size)
    number = known.sum(axis=1)
    total = np.where(known, size, 0.0).sum(axis=1)
    return np.where(number > 0, total / np.maximum(number, 1), np.nan)
