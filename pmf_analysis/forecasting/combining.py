"""The forecasts of the pool, combined."""

from __future__ import annotations

from importlib import import_module

import numpy as np
from numpy.typing import NDArray

from pmf_analysis.forecasting.rules import ForecastRules

Floats = NDArray[np.float64]


def combined(z: Floats, season: int, horizon: int, rules: ForecastRules) -> Floats:
    """Combination of the pool's forecasts.

    Parameters
    ----------
    z : ndarray, shape (series, points)
        On the working scale, no gap.
    season, horizon : int
    rules : ForecastRules

    Returns
    -------
    ndarray, shape (series, horizon)
    """
    pool = [member(name, z, season, horizon) for name in rules.methods["members"]]
    return sum(pool) / len(pool)


def member(name: str, z: Floats, season: int, horizon: int) -> Floats:
    """Forecast of one method of the pool, shape (series, horizon)."""
    module = import_module(f"pmf_analysis.forecasting.members.{name}")
    return np.asarray(module.forecast(z, season, horizon))
