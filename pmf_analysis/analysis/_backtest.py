"""Past forecasts by rolling origin: how far off, how wide the ranges must be, what skill.

Every array has one row for each series of a batch of one length.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pmf_analysis.analysis import _pool
from pmf_analysis.analysis._pool import Floats, PoolRules


@dataclass(frozen=True)
class BacktestRules:
    """What the rule set ``forecast`` says of past forecasts and of ranges.

    Attributes
    ----------
    first_origin, most_origins : int
        Figures before the first past forecast; past forecasts at the most.
    shrink : float
        How far the squared error of a horizon is drawn towards that of all horizons, 0 to 1.
    least_freedom : int
    """

    first_origin: int
    most_origins: int
    shrink: float
    least_freedom: int


@dataclass(frozen=True)
class Backtest:
    """Past forecasts, each made only from what stood before it.

    Attributes
    ----------
    actual, combined, naive, seasonal_naive : ndarray, shape (series, origins, horizon)
        On the working scale; NaN beyond the last figure.
    """

    actual: Floats
    combined: Floats
    naive: Floats
    seasonal_naive: Floats

    @property
    def errors(self) -> Floats:
        """Actual less combined forecast."""
        return self.actual - self.combined

    @property
    def origins(self) -> int:
        """Past forecasts."""
        return self.actual.shape[1]


def past_forecasts(
    z: Floats, season: int, horizon: int, pool: PoolRules, rules: BacktestRules
) -> Backtest:
    """Forecast the known past again and again, one period later each time.

    Parameters
    ----------
    z : ndarray, shape (series, periods)
    season, horizon : int
    pool : PoolRules
    rules : BacktestRules

    Returns
    -------
    Backtest

    References
    ----------
    Tashman LJ (2000), Int J Forecast 16: 437-450.
    """
    length = z.shape[1]
    first = max(rules.first_origin, length - rules.most_origins)
    origins = range(first, length)
    shape = (len(z), len(origins), horizon)
    actual, *guesses = (np.full(shape, np.nan) for _ in range(4))
    for place, origin in enumerate(origins):
        ahead = min(horizon, length - origin)
        known = z[:, :origin]
        actual[:, place, :ahead] = z[:, origin : origin + ahead]
        guesses[0][:, place, :ahead] = _pool.combined(known, season, ahead, pool)
        guesses[1][:, place, :ahead] = _pool.naive(known, ahead)
        if season > 1 and origin >= season:
            guesses[2][:, place, :ahead] = _pool.seasonal_naive(known, season, ahead)
    return Backtest(actual, *guesses)


def standard_errors(squared: Floats, counts: Floats, floor: Floats, shrink: float) -> Floats:
    """Standard error at each horizon, from past errors.

    Parameters
    ----------
    squared : ndarray, shape (series, horizon)
        Sum of squared errors at each horizon.
    counts : ndarray, shape (series, horizon)
        Errors at each horizon.
    floor : ndarray, shape (series,)
        Least standard error.
    shrink : float

    Returns
    -------
    ndarray, shape (series, horizon)
        Never smaller at a later horizon; growing with the square root of the horizon where
        there is no past error.
    """
    every = squared.sum(axis=1) / np.maximum(counts.sum(axis=1), 1)
    found = np.empty_like(squared)
    for place in range(squared.shape[1]):
        own = squared[:, place] / np.maximum(counts[:, place], 1)
        size = np.maximum(np.sqrt((1 - shrink) * own + shrink * every), floor)
        before = found[:, place - 1] if place else floor
        grown = before * np.sqrt((place + 1) / max(place, 1))
        found[:, place] = np.where(counts[:, place] > 0, np.maximum(size, before), grown)
    return found


def squared_errors(errors: Floats) -> tuple[Floats, Floats]:
    """Sum and count of squared errors at each horizon, shape (series, horizon)."""
    there = ~np.isnan(errors)
    return np.where(there, errors * errors, 0.0).sum(axis=1), there.sum(axis=1).astype(float)


def freedom(origins: int, least: int) -> int:
    """Degrees of freedom of the ranges."""
    return max(origins - 1, least)


def coverage(backtest: Backtest, floor: Floats, rules: BacktestRules) -> Floats:
    """Share of past figures inside a 95% range made without their own past forecast.

    Parameters
    ----------
    backtest : Backtest
    floor : ndarray, shape (series,)
    rules : BacktestRules

    Returns
    -------
    ndarray, shape (series,)
        NaN with fewer than two past forecasts.
    """
    from scipy.special import stdtrit

    errors, origins = backtest.errors, backtest.origins
    if origins < 2:
        return np.full(len(errors), np.nan)
    times = stdtrit(freedom(origins - 1, rules.least_freedom), 0.975)
    inside = np.zeros(len(errors))
    for place in range(origins):
        others = squared_errors(np.delete(errors, place, axis=1))
        width = times * standard_errors(*others, floor, rules.shrink)
        inside += (np.abs(errors[:, place]) <= width).sum(axis=1)
    return inside / (~np.isnan(errors)).sum(axis=(1, 2))


def skill(actual: Floats, combined: Floats, rivals: list[Floats]) -> Floats:
    """How much closer the combination came than the better of its rivals.

    Parameters
    ----------
    actual, combined : ndarray, shape (series, origins, horizon)
        In the indicator's unit; NaN where there was nothing to forecast.
    rivals : list of ndarray
        Forecasts of the same shape.

    Returns
    -------
    ndarray, shape (series,)
        1 - (mean absolute error) / (that of the better rival): 0.1 is a tenth closer; 0 where
        neither was ever wrong, -1 where only the rival never was.
    """
    own = _mean_error(actual, combined)
    best = np.min([_mean_error(actual, rival) for rival in rivals], axis=0)
    ratio = np.where(best > 0, own / np.where(best > 0, best, 1.0), np.where(own > 0, 2.0, 1.0))
    return 1 - ratio


def _mean_error(actual: Floats, guess: Floats) -> NDArray[np.float64]:
    away = np.abs(actual - guess)
    there = ~np.isnan(away)
    total = np.where(there, away, 0.0).sum(axis=(1, 2))
    return total / np.maximum(there.sum(axis=(1, 2)), 1)
