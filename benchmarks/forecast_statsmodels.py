"""Forecasts of statsmodels, one series after another, for `benchmarks.forecast`; no program itself.

Theta is the package's own automatic procedure. Of exponential smoothing with additive errors the
lowest corrected AIC among level, damped trend, and each with an additive season is taken: with
multiplicative parts the package's fits explode on some series. Where a model cannot be fitted, the
last figure is repeated, and counted.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.forecast_scores import NUMBERS, Slice
from benchmarks.growth import timed

Floats = NDArray[np.float64]

_LEVELS = (0.2, 0.05)
"""What lies outside the ranges of 80% and 95%."""


def theta(values: Floats, season: int, horizon: int) -> Floats:
    """Middle and limits, shape (horizon, 5), in the order of ``NUMBERS``."""
    from statsmodels.tsa.forecasting.theta import ThetaModel

    fitted = ThetaModel(values, period=season, deseasonalize=season > 1).fit()
    limits = [fitted.prediction_intervals(horizon, alpha=level) for level in _LEVELS]
    return np.column_stack([fitted.forecast(horizon), *(np.asarray(one) for one in limits)])


def ets(values: Floats, season: int, horizon: int) -> Floats:
    """Middle and limits, shape (horizon, 5), in the order of ``NUMBERS``."""
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    series = pd.Series(values)  # the package's ranges need an index
    fits = []
    for trend in (None, "add"):
        for seasonal in (None, "add") if len(values) >= 2 * season > 2 else (None,):
            model = ETSModel(
                series, error="add", trend=trend, damped_trend=trend is not None,
                seasonal=seasonal, seasonal_periods=season if seasonal else None,
            )  # fmt: skip
            fits.append(model.fit(disp=False))
    best = min(fits, key=lambda fit: fit.aicc if np.isfinite(fit.aicc) else np.inf)
    coming = best.get_prediction(start=len(values), end=len(values) + horizon - 1)
    limits = [coming.pred_int(alpha=level) for level in _LEVELS]
    return np.column_stack([coming.predicted_mean, *(np.asarray(one) for one in limits)])


MODELS: dict[str, Callable[[Floats, int, int], Floats]] = {
    "statsmodels Theta": theta,
    "statsmodels ETS": ets,
}


def forecast(part: Slice, name: str) -> tuple[pd.DataFrame, dict[str, float], int]:
    """Forecast every series of a slice by one model.

    Returns
    -------
    pandas.DataFrame
        ``series_id``, ``horizon`` and ``NUMBERS``.
    dict of str to float
        Frequency to CPU seconds.
    int
        Series that could not be fitted.
    """
    rows, seconds, unfitted = [], dict.fromkeys(part.table["freq"].unique(), 0.0), 0
    for one, truth in part.truth.items():
        values, freq = part.history[one], part.table.at[one, "freq"]
        season = int(part.table.at[one, "period"])
        found, spent = timed(lambda: _fitted(name, values, season, len(truth)))  # noqa: B023
        seconds[freq] += spent
        unfitted += found is None
        numbers = (
            np.repeat(values[-1], len(truth))[:, None] * np.ones(5) if found is None else found
        )
        rows.append(pd.DataFrame(numbers, columns=list(NUMBERS)).assign(
            series_id=one, horizon=np.arange(1, len(truth) + 1)
        ))  # fmt: skip
    return pd.concat(rows, ignore_index=True), seconds, unfitted


def _fitted(name: str, values: Floats, season: int, horizon: int) -> Floats | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            found = MODELS[name](values, season, horizon)
        except (ValueError, ArithmeticError, IndexError, np.linalg.LinAlgError):
            return None
    return found if np.isfinite(found).all() else None
