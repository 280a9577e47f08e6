"""Whether a series that moves by small steps has jumped lately, and stayed there.

For series whose figures follow on from each other, such as stocks, which count most cases again:
where nothing happens, such a series wanders, so levels before and after differ anyway and only
its steps tell. A level shift is an outlying step. The step is held against the root mean square
of all other steps, so that it does not hide itself.

References
----------
Tsay RS (1988), J Forecasting 7: 1-20. Chen C, Liu LM (1993), J Am Stat Assoc 88: 284-297.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

# a mean square smaller than this, relative to the whole, is binary noise
_NOISE = 1e-12


class LevelShift(NamedTuple):
    """The largest late step of each series, each of shape (n,).

    Attributes
    ----------
    statistic : ndarray of float
        The step in root mean squares of the others, with its sign; NaN where nothing could be
        judged.
    latest : ndarray of int
        Figures after the step; 0 where nothing could be judged.
    kept : ndarray of float
        Share of the step by which the median after it differs from the median before it: 1
        for a shift, 0 for a single figure that was apart; NaN where nothing could be judged or
        no late step was made.
    """

    statistic: Floats
    latest: NDArray[np.int64]
    kept: Floats


def level_shift(
    values: ArrayLike, least: ArrayLike = 0.0, *, most_latest: int, least_before: int
) -> LevelShift:
    """Find the largest of the latest steps of each series.

    Parameters
    ----------
    values : array_like of float, shape (n, periods)
        In order of time, on a scale on which steps are alike at every level. NaN where there is
        no figure: a step then leads from the last known one.
    least : array_like of float, shape (n,)
        What the other steps are never taken to be smaller than, such as the step of one case.
    most_latest : int
        Steps before the latest 1 to so many figures are looked at; the median before a step is
        of as many figures.
    least_before : int
        Figures that must lie before the step.

    Returns
    -------
    LevelShift
        A series that moved only once is judged only where ``least`` is above 0.
    """
    given = np.asarray(values, dtype=float)
    first_gaps = np.argsort(~np.isnan(given), axis=1, kind="stable")
    z = np.take_along_axis(given, first_gaps, axis=1)
    n, periods = z.shape
    found = LevelShift(np.full(n, np.nan), np.zeros(n, np.int64), np.full(n, np.nan))
    if periods < 2:
        return found
    steps = np.nan_to_num(np.diff(z, axis=1))
    before = np.cumsum(~np.isnan(z), axis=1)[:, :-1]
    late = np.arange(periods - 1) >= periods - 1 - most_latest
    scale = _others(steps, ~np.isnan(z[:, :-1]), np.broadcast_to(np.asarray(least, float), (n,)))
    looked_at = late & (before >= max(least_before, 1))
    allowed = looked_at & (scale > 0)
    t = np.where(allowed, steps / np.where(scale > 0, scale, 1.0), 0.0)
    at = np.argmax(np.where(allowed, np.abs(t), -1.0), axis=1)
    alone = (looked_at & ~allowed & (steps != 0)).any(axis=1)
    rows = np.flatnonzero(allowed.any(axis=1) & ~alone)
    found.statistic[rows] = t[rows, at[rows]]
    found.latest[rows] = periods - 1 - at[rows]
    for row in rows[t[rows, at[rows]] != 0]:
        place = int(at[row])
        old = np.nanmedian(z[row, max(place + 1 - most_latest, 0) : place + 1])
        found.kept[row] = (np.median(z[row, place + 1 :]) - old) / steps[row, place]
    return found


def _others(steps: Floats, there: NDArray[np.bool_], least: Floats) -> Floats:
    """Root mean square of all steps but each, shape (n, periods - 1)."""
    squares = steps**2
    total = squares.sum(axis=1, keepdims=True)
    rest = np.where(total - squares > _NOISE * total, total - squares, 0.0)
    number = np.maximum(there.sum(axis=1, keepdims=True) - 1, 1)
    return np.maximum(np.sqrt(rest / number), least[:, None])
