"""From middles and past errors to tables of quantiles."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pmf_analysis.forecasting.distribution import LEVELS
from pmf_analysis.forecasting.origins import Past
from pmf_analysis.forecasting.rules import ForecastRules
from pmf_analysis.forecasting.scales import Scale, unbend

Floats = NDArray[np.float64]


def tables(
    filled: Floats, middle: Floats, past: Past, scale: Scale, season: int, rules: ForecastRules
) -> Floats:
    """Quantiles of coming figures at ``LEVELS``, before bounds.

    Parameters
    ----------
    filled : ndarray, shape (series, points)
    middle : ndarray, shape (series, horizon)
    past : Past
    scale : Scale
    season : int
    rules : ForecastRules

    Returns
    -------
    ndarray, shape (series, levels, horizon)
        In the series' unit.
    """
    from scipy.special import ndtri

    del rules, season
    errors = past.errors
    known = ~np.isnan(errors)
    own = np.sqrt(np.where(known, errors**2, 0).sum((1, 2)) / np.maximum(known.sum((1, 2)), 1))
    steps = np.abs(np.diff(filled, axis=1)).mean(axis=1)
    spread = np.maximum(np.maximum(own, 0.5 * steps), 1e-9)[:, None]
    spread = spread * np.sqrt(1 + 0.1 * np.arange(middle.shape[1]))
    return unbend(middle[:, None, :] + ndtri(LEVELS)[None, :, None] * spread[:, None, :], scale)
