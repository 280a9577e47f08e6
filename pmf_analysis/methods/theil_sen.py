"""The median slope of a series. Arrays in, arrays out.

References
----------
Theil H (1950), Proc K Ned Akad Wet 53: 386-392, 521-525, 1397-1412. Sen PK (1968), J Am Stat
Assoc 63: 1379-1389.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

# series worked on at a time, so that the pairs of many series fit in memory
_AT_ONCE = 256


def theil_sen_slope(values: ArrayLike) -> NDArray[np.float64]:
    """Median of the slopes between every two figures of each series.

    Parameters
    ----------
    values : array_like of float, shape (n, periods)
        In order of time; NaN where there is no figure, which keeps its place in time.

    Returns
    -------
    ndarray of float, shape (n,)
        Change for one period; NaN with fewer than two figures.
    """
    given = np.atleast_2d(np.asarray(values, dtype=float))
    first, second = np.triu_indices(given.shape[1], 1)
    found = np.full(len(given), np.nan)
    enough = np.flatnonzero(np.isfinite(given).sum(axis=1) >= 2)
    for at in range(0, len(enough), _AT_ONCE):
        here = enough[at : at + _AT_ONCE]
        slopes = (given[here][:, second] - given[here][:, first]) / (second - first)
        found[here] = np.nanmedian(slopes, axis=1)
    return found
