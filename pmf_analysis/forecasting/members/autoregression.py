"""Autoregression of the changes, held near none by a ridge."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LAGS = 2
RIDGE = 0.1
MOST_STEP = 3.0


def forecast(z: Floats, season: int, horizon: int) -> Floats:
    """Changes told from the two before them; ``season`` is not used.

    Parameters
    ----------
    z : ndarray, shape (series, points)
    season, horizon : int

    Returns
    -------
    ndarray, shape (series, horizon)
        The last figure again with fewer than seven.

    References
    ----------
    Hoerl AE, Kennard RW (1970), Technometrics 12: 55-67.
    """
    del season
    if z.shape[1] < LAGS + 5:
        return np.repeat(z[:, -1:], horizon, axis=1)
    change = np.diff(z, axis=1)
    first, second = _coefficients(change)
    most = MOST_STEP * np.sqrt((change * change).mean(axis=1))
    last, before, at = change[:, -1], change[:, -2], z[:, -1]
    found = np.empty((len(z), horizon))
    for ahead in range(horizon):
        step = np.clip(first * last + second * before, -most, most)
        at = at + step
        found[:, ahead] = at
        last, before = step, last
    return found


def _coefficients(change: Floats) -> tuple[Floats, Floats]:
    """Coefficients of the last change and of the one before it, in closed form."""
    now, last, before = change[:, 2:], change[:, 1:-1], change[:, :-2]
    ridge = RIDGE / LAGS * change.shape[1] * (change * change).mean(axis=1)
    a = (last * last).sum(axis=1) + ridge
    b = (last * before).sum(axis=1)
    c = (before * before).sum(axis=1) + ridge
    p, q = (last * now).sum(axis=1), (before * now).sum(axis=1)
    divisor = a * c - b * b
    still = divisor <= 0
    safe = np.where(still, 1.0, divisor)
    return (
        np.where(still, 0.0, (c * p - b * q) / safe),
        np.where(still, 0.0, (a * q - b * p) / safe),
    )
