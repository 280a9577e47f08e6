"""Kendall's test of a series against time, and Mann and Kendall's. Arrays in, arrays out.

References
----------
Kendall MG (1938), Biometrika 30: 81-93. Mann HB (1945), Econometrica 13: 245-259. Kendall MG
(1975), Rank Correlation Methods, 4th edition, chapter 4 (variance with ties). The choice between
exact and normal chances is that of R's ``cor.test``.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# from here on the chance of tau is taken from the normal distribution, as in R
_EXACT_BELOW = 50

# series worked on at a time, so that the pairs of many series fit in memory
_AT_ONCE = 256


class Kendall(NamedTuple):
    """What the tests say of each series, each of shape (n,); NaN with fewer than two figures.

    Attributes
    ----------
    points : ndarray of int
        Figures that are known.
    s : ndarray of float
        Pairs that rise less pairs that fall.
    variance : ndarray of float
        Of ``s`` where nothing changes, corrected for ties; 0 where all figures are one.
    z : ndarray of float
        ``s`` moved one towards 0 and divided by its standard deviation; 0 where that is 0.
    p_normal : ndarray of float
        Two-sided, of ``z``: Mann and Kendall's test; 1 where all figures are one.
    tau_b : ndarray of float
        NaN where all figures are one.
    p_value : ndarray of float
        Two-sided, of tau: exact with fewer than 50 figures and no ties, otherwise normal without
        a correction for continuity; 1 where all figures are one.
    exact : ndarray of bool
        Whether ``p_value`` is exact.
    """

    points: Ints
    s: Floats
    variance: Floats
    z: Floats
    p_normal: Floats
    tau_b: Floats
    p_value: Floats
    exact: NDArray[np.bool_]


def mann_kendall(values: ArrayLike) -> Kendall:
    """Test each series for a trend in one direction.

    Parameters
    ----------
    values : array_like of float, shape (n, periods)
        In order of time; NaN where there is no figure.

    Returns
    -------
    Kendall
    """
    given = np.atleast_2d(np.asarray(values, dtype=float))
    points = np.isfinite(given).sum(axis=1)
    parts = [_counted(given[at : at + _AT_ONCE]) for at in range(0, max(len(given), 1), _AT_ONCE)]
    s, tied, tied_cubes = (np.concatenate(part) for part in zip(*parts, strict=True))
    count = points.astype(float)
    whole = count * (count - 1) * (2 * count + 5)
    variance = (whole - tied_cubes) / 18
    pairs = count * (count - 1) / 2
    none = points < 2
    return Kendall(
        points,
        np.where(none, np.nan, s),
        np.where(none, np.nan, variance),
        *_normal(s, variance, none),
        *_tau(s, variance, pairs, tied, points),
    )


def _normal(s: Floats, variance: Floats, none: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    from scipy.special import ndtr

    spread = np.sqrt(np.where(variance > 0, variance, 1.0))
    z = np.where(variance > 0, (s - np.sign(s)) / spread, 0.0)
    return np.where(none, np.nan, z), np.where(none, np.nan, 2 * ndtr(-np.abs(z)))


def _tau(
    s: Floats, variance: Floats, pairs: Floats, tied: Floats, points: Ints
) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    from scipy.special import ndtr

    untied = pairs - tied
    known = (points >= 2) & (untied > 0)
    tau = np.divide(s, np.sqrt(untied * pairs), out=np.full(len(s), np.nan), where=known)
    spread = np.sqrt(np.where(variance > 0, variance, 1.0))
    p_value = np.where(known, 2 * ndtr(-np.abs(s) / spread), 1.0)
    exact = known & (tied == 0) & (points < _EXACT_BELOW)
    for count in np.unique(points[exact]):
        here = exact & (points == count)
        fewer = np.rint((pairs[here] - np.abs(s[here])) / 2).astype(np.int64)
        p_value[here] = np.minimum(1.0, 2 * _lower_tail(int(count))[fewer])
    return tau, np.where(points < 2, np.nan, p_value), exact


def _counted(values: Floats) -> tuple[Floats, Floats, Floats]:
    """For each series: S, tied pairs, and the sum of t (t - 1)(2 t + 5) over groups of ties."""
    first, second = np.triu_indices(values.shape[1], 1)
    difference = np.sign(values[:, second] - values[:, first])
    s = np.nansum(difference, axis=1)
    tied = (difference == 0).sum(axis=1).astype(float)
    # of each figure, how many of its series are equal to it, itself among them
    equal = np.zeros(values.shape)
    for place in range(values.shape[1]):
        equal += values == values[:, place : place + 1]
    groups = np.where(equal > 0, (equal - 1) * (2 * equal + 5), 0.0)
    return s, tied, groups.sum(axis=1)


@cache
def _lower_tail(count: int) -> Floats:
    """Chance of at most 0, 1, ... pairs that fall, among all orders of so many figures."""
    chance = np.ones(1)
    for size in range(2, count + 1):
        chance = np.convolve(chance, np.full(size, 1.0 / size))
    return np.cumsum(chance)
