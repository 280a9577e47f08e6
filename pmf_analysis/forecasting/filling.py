"""Gaps before a forecast: a method needs a figure at each place, and none is made up elsewhere."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pmf_analysis.forecasting.rules import ForecastRules
from pmf_analysis.forecasting.seasons import pattern_of

Floats = NDArray[np.float64]


def filled(z: Floats, season: int, rules: ForecastRules) -> Floats:
    """Gaps filled along the line between their neighbours, with the season of the series.

    Parameters
    ----------
    z : ndarray, shape (series, points)
        NaN where there is no figure.
    season : int
    rules : ForecastRules

    Returns
    -------
    ndarray, shape (series, points)
        Before the first and after the last figure, these move on with the season alone. A
        series without any figure is all 0.
    """
    gaps = np.isnan(z)
    rows = np.flatnonzero(gaps.any(axis=1))
    if not len(rows):
        return z
    found = np.array(z, dtype=float)
    found[rows] = _along_lines(z[rows])
    if z.shape[1] >= 2 * season:
        told = rules.methods["season"]
        pattern = pattern_of(found[rows], season, told["decay"], told["penalty"])
        pattern = pattern[:, np.arange(z.shape[1]) % season]
        found[rows] = np.where(gaps[rows], _along_lines(z[rows] - pattern) + pattern, z[rows])
    return found


def _along_lines(z: Floats) -> Floats:
    at = np.arange(z.shape[1])
    found = np.zeros_like(z)
    for place, row in enumerate(z):
        there = ~np.isnan(row)
        if there.any():
            found[place] = np.interp(at, at[there], row[there])
    return found
