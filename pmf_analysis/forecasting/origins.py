"""Past forecasts by rolling origin: each made only from what stood before it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pmf_analysis.forecasting.combining import combined, member
from pmf_analysis.forecasting.rules import ForecastRules

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Past:
    """Past forecasts of the series of a batch, on the working scale.

    Attributes
    ----------
    actual, combined, naive, seasonal_naive : ndarray, shape (series, origins, horizon)
        NaN where there was no figure, or nothing was forecast yet. The last origin stands one
        period before the end, the one before it two, and so on.
    """

    actual: Floats
    combined: Floats
    naive: Floats
    seasonal_naive: Floats

    @property
    def errors(self) -> Floats:
        """Actual less combined forecast."""
        return self.actual - self.combined


def past_forecasts(
    filled: Floats, known: NDArray[np.bool_], season: int, horizon: int, rules: ForecastRules
) -> Past:
    """Forecast the known past from each of the latest origins.

    Parameters
    ----------
    filled : ndarray, shape (series, points)
        On the working scale, gaps filled.
    known : ndarray of bool, shape (series, points)
        Where there was a figure.
    season, horizon : int
    rules : ForecastRules

    Returns
    -------
    Past

    References
    ----------
    Tashman LJ (2000), Int J Forecast 16: 437-450.
    """
    points = filled.shape[1]
    least = max(2, min(points // 2, 2 * season + 1))
    origins = range(max(least, points - int(rules.methods["origins"])), points)
    shape = (len(filled), len(origins), horizon)
    actual, *guesses = (np.full(shape, np.nan) for _ in range(4))
    for place, origin in enumerate(origins):
        ahead = min(horizon, points - origin)
        then = filled[:, :origin]
        truth = np.where(known, filled, np.nan)[:, origin : origin + ahead]
        actual[:, place, :ahead] = truth
        guesses[0][:, place, :ahead] = combined(then, season, ahead, rules)
        guesses[1][:, place, :ahead] = member("naive", then, season, ahead)
        guesses[2][:, place, :ahead] = member("seasonal_naive", then, season, ahead)
    return Past(actual, *guesses)
