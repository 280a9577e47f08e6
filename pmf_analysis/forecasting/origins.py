"""Past forecasts by rolling origin: each made only from what stood before it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pmf_analysis.forecasting.combining import (
    NAIVE,
    SEASONAL_NAIVE,
    members_of,
    pool_of,
    weights_of,
)
from pmf_analysis.forecasting.filling import filled
from pmf_analysis.forecasting.rules import ForecastRules
from pmf_analysis.forecasting.scales import Scale, unbend
from pmf_analysis.terms import SeriesKind

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Past:
    """Past forecasts of the series of a batch, on the working scale.

    Attributes
    ----------
    actual, combined, naive, seasonal_naive : ndarray, shape (series, origins, horizon)
        NaN where there was no figure, or nothing was forecast yet. The last origin stands one
        period before the end; the origins before it lie further apart.
    """

    actual: Floats
    combined: Floats
    naive: Floats
    seasonal_naive: Floats

    @property
    def errors(self) -> Floats:
        """Actual less combined forecast."""
        return self.actual - self.combined


def forecasts_of(
    z: Floats, season: int, horizon: int, scale: Scale, kind: SeriesKind, rules: ForecastRules
) -> tuple[Floats, Past]:
    """Forecast what comes, and the known past from each of the latest origins.

    The weights of a forecast, a past one too, come from the past forecasts whose figures were
    known when it was made.

    Parameters
    ----------
    z : ndarray, shape (series, points)
        On the working scale; NaN where there is no figure.
    season, horizon : int
    scale : Scale
    kind : SeriesKind
    rules : ForecastRules

    Returns
    -------
    middle : ndarray, shape (series, horizon)
        On the working scale.
    past : Past

    References
    ----------
    Tashman LJ (2000), Int J Forecast 16: 437-450.
    """
    points = z.shape[1]
    names = members_of(kind, rules)
    places = origins_of(points, season, horizon, rules)
    pools = [
        pool_of(
            filled(z[:, :at], season, rules), season, min(horizon, points - at), scale, names, rules
        )
        for at in places
    ]
    coming = pool_of(filled(z, season, rules), season, horizon, scale, names, rules)
    power = float(rules.methods["pools"][kind.value]["power"])
    prior = float(rules.methods["prior_origins"])

    def combined(every: Floats, at: int) -> Floats:
        weights = weights_of(*_errors(z[:, :at], places, pools, scale, len(names)), power, prior)
        return np.asarray((weights[:, :, None] * every).sum(axis=1))

    found = {name: np.full((len(z), len(places), horizon), np.nan) for name in _PARTS}
    for place, (at, made_then) in enumerate(zip(places, pools, strict=True)):
        ahead = made_then.shape[2]
        seen = ~np.isnan(z[:, :at]).all(axis=1)
        made = {
            "actual": z[:, at : at + ahead],
            "combined": combined(made_then, at),
            "naive": made_then[:, names.index(NAIVE)],
            "seasonal_naive": made_then[:, names.index(SEASONAL_NAIVE)],
        }
        for name, values in made.items():
            found[name][:, place, :ahead] = np.where(seen[:, None], values, np.nan)
    return combined(coming, points), Past(**found)


_PARTS = ("actual", "combined", "naive", "seasonal_naive")


def origins_of(points: int, season: int, horizon: int, rules: ForecastRules) -> list[int]:
    """Numbers of figures from which the past is forecast, rising.

    Parameters
    ----------
    points, season, horizon : int
    rules : ForecastRules

    Returns
    -------
    list of int
        The last is one less than there are points; none when too few points are left.
    """
    told = rules.methods["origins"]
    least = max(int(told["least"]), int(points * float(told["least_share"])))
    if season > 1:
        least = max(least, min(season + 2, points - 2))
    room = points - least
    step = max(1, min(horizon, room) // int(told["apart"])) if season > 1 else 1
    spaced = {points - step * (place + 1) for place in range(int(told["most"]))}
    return sorted(at for at in spaced | {points - 1} if at >= least)


def _errors(
    z: Floats, places: list[int], pools: list[Floats], scale: Scale, methods: int
) -> tuple[Floats, Floats]:
    """Mean absolute errors of each method on the figures known, and the past forecasts tried.

    An origin counts by the square root of the number of figures that it forecast.
    """
    total = np.zeros((len(z), methods))
    weight, tried = np.zeros(len(z)), np.zeros(len(z))
    for at, pool in zip(places, pools, strict=True):
        truth = unbend(z[:, at : at + pool.shape[2]], scale)[:, None, :]
        away = np.abs(truth - unbend(pool[:, :, : truth.shape[2]], scale))
        known = (~np.isnan(away)).sum(axis=2)[:, 0] if away.shape[2] else np.zeros(len(z))
        known = known * ~np.isnan(z[:, :at]).all(axis=1)
        mean = np.nansum(away, axis=2) / np.maximum(known, 1)[:, None]
        share = np.sqrt(known)
        total += np.where(known[:, None] > 0, mean * share[:, None], 0.0)
        weight += share
        tried += known > 0
    return total / np.where(weight > 0, weight, 1.0)[:, None], tried
