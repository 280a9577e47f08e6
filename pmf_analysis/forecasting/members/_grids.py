"""Many constants tried at once: what each explains decides what it counts."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def akaike_weights(squared: Floats, points: int, sharpness: float = 1.0) -> Floats:
    """Weights of models with as many constants each, by their squared errors.

    Parameters
    ----------
    squared : ndarray, shape (series, models)
        Sums of squared errors one step ahead.
    points : int
        Errors in each sum.
    sharpness : float
        1 gives Akaike weights; less draws them towards equal, more towards the best model.

    Returns
    -------
    ndarray, shape (series, models)
        Rows sum to 1. Models that explain alike, exact ones among them, count alike.

    References
    ----------
    Burnham KP, Anderson DR (2002), Model Selection and Multimodel Inference, page 75.
    """
    least = squared.min(axis=1, keepdims=True)
    largest = squared.max(axis=1, keepdims=True)
    # errors this small against the largest are none, but for the last bits of a float
    floor = np.maximum(least, 1e-20 * largest)
    ratio = np.maximum(squared, floor) / np.where(floor > 0, floor, 1.0)
    weights = np.where(floor > 0, ratio, 1.0) ** (-0.5 * points * sharpness)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def slope(z: Floats, points: int) -> Floats:
    """Slope of the straight line through the first figures, shape (series,)."""
    first = min(points, z.shape[1])
    if first < 2:
        return np.zeros(len(z))
    at = np.arange(first) - (first - 1) / 2
    return np.asarray((z[:, :first] * at).sum(axis=1) / (at * at).sum())
