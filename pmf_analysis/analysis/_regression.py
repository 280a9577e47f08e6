"""Least-squares lines over sliding windows of many series at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# A slope or a residual smaller than this share of the values is binary noise.
_NOISE = 1e-12
# Series worked on at a time, so that windows of many series fit in memory.
_AT_ONCE = 500


@dataclass(frozen=True)
class Lines:
    """A line for the window that ends at each period.

    Attributes
    ----------
    slope : ndarray, shape (series, periods)
        Change for one period; NaN with fewer than two points.
    start, end : ndarray
        The line at the first point of the window and at its last period.
    points : ndarray
        Figures in the window.
    p_value : ndarray
        Two-sided, of the slope; NaN with fewer than three points.
    """

    slope: NDArray[np.float64]
    start: NDArray[np.float64]
    end: NDArray[np.float64]
    points: NDArray[np.float64]
    p_value: NDArray[np.float64]


def sliding_lines(values: NDArray[np.float64], eras: NDArray[np.float64], window: int) -> Lines:
    """Ordinary least squares over the window that ends at each period.

    Parameters
    ----------
    values : ndarray, shape (series, periods)
        NaN where there is no figure; gaps keep their place in time.
    eras : ndarray, shape (series, periods)
        Only figures of the era of the window's last period take part.
    window : int
        Periods.

    Returns
    -------
    Lines

    References
    ----------
    Draper NR, Smith H (1998), Applied Regression Analysis, 3rd edition, chapter 1.
    """
    parts = [
        _fit(values[first : first + _AT_ONCE], eras[first : first + _AT_ONCE], window)
        for first in range(0, max(len(values), 1), _AT_ONCE)
    ]
    return Lines(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _fit(
    values: NDArray[np.float64], eras: NDArray[np.float64], window: int
) -> tuple[NDArray[np.float64], ...]:
    y, taken = _windows(values, eras, window)
    x = np.arange(window, dtype=float) - (window - 1)  # 0 at the window's last period
    points = taken.sum(axis=2).astype(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean_x = np.where(taken, x, 0.0).sum(axis=2) / points
        mean_y = np.where(taken, y, 0.0).sum(axis=2) / points
        dx = np.where(taken, x - mean_x[..., None], 0.0)
        dy = np.where(taken, y - mean_y[..., None], 0.0)
        sxx, sxy = (dx * dx).sum(axis=2), (dx * dy).sum(axis=2)
        slope = np.where(sxx > 0, sxy / sxx, np.nan)
        size = np.where(taken, np.abs(y), 0.0).max(axis=2, initial=0.0)
        slope = np.where(np.abs(slope) * window <= _NOISE * size, 0.0, slope)
        left = dy - slope[..., None] * dx
        residual = np.where(taken, left * left, 0.0).sum(axis=2)
        residual = np.where(residual <= (_NOISE * size) ** 2, 0.0, residual)
        error = np.sqrt(residual / (points - 2) / sxx)
        p_value = _two_sided(slope, error, points - 2)
    first = np.where(taken, x, np.inf).min(axis=2, initial=np.inf)
    end = mean_y - slope * mean_x
    start = end + slope * np.where(np.isfinite(first), first, np.nan)
    return slope, start, end, points, p_value


def _windows(
    values: NDArray[np.float64], eras: NDArray[np.float64], window: int
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Windows of values, and which cells of each take part."""
    ahead = ((0, 0), (window - 1, 0))
    slide = np.lib.stride_tricks.sliding_window_view
    y = slide(np.pad(values, ahead, constant_values=np.nan), window, axis=1)
    era = slide(np.pad(eras, ahead, constant_values=np.nan), window, axis=1)
    return y, ~np.isnan(y) & (era == eras[..., None])


def _two_sided(
    slope: NDArray[np.float64], error: NDArray[np.float64], freedom: NDArray[np.float64]
) -> NDArray[np.float64]:
    from scipy.special import stdtr

    enough = freedom >= 1
    t = np.where(slope == 0, 0.0, np.abs(slope) / error)
    return np.where(enough, 2 * stdtr(np.where(enough, freedom, 1.0), -t), np.nan)
