"""Candidate dates of a lasting change of level. Arrays in, arrays out.

Of all ways to part a series into stretches of at least so many figures, the one is found that
leaves the least weighted sum of squares about the stretches' means, plus a penalty for each
further stretch: exactly, by dynamic programming over all series at once. It proposes dates and
judges none: `steps` gives the size of each with an interval, for a judge.

The same partition as Pelt (Killick and others 2012) with an ``l2`` cost and ``jump=1`` finds, where
all weights are 1; `tests/methods/test_change_points.py` holds it against the package ruptures.

References
----------
Jackson B and others (2005), IEEE Signal Processing Letters 12: 105-108 (optimal partitioning).
Killick R, Fearnhead P, Eckley IA (2012), J Am Stat Assoc 107: 1590-1598. Bias of the
autocorrelation: Marriott FHC, Pope JA (1954), Biometrika 41: 390-402.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pmf_analysis.errors import ParameterError

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]

# a spread smaller than this, relative to the largest figure, is binary noise
_NOISE = 1e-10

_MEDIAN_OF_NORMAL = 0.6744897501960817

_MOST_AUTOCORRELATION = 0.8


class Steps(NamedTuple):
    """Every candidate, in order of series and time, each of shape (m,).

    Attributes
    ----------
    series, column : ndarray of int
        Which series, and in which column the new level starts.
    before, after : ndarray of float
        Weighted means of the stretches before and from there.
    points_before, points_after : ndarray of int
        Figures in these stretches.
    sigma : ndarray of float
        Standard deviation of a figure of usual weight about its stretch; 0 where nothing is left.
    lag_one : ndarray of float
        Lag-1 autocorrelation of what the stretches leave, corrected for its bias, at least 0.
    error : ndarray of float
        Standard error of ``after - before``, with that autocorrelation; 0 where sigma is.
    freedom : ndarray of int
        Degrees of freedom of sigma.
    """

    series: Ints
    column: Ints
    before: Floats
    after: Floats
    points_before: Ints
    points_after: Ints
    sigma: Floats
    lag_one: Floats
    error: Floats
    freedom: Ints


def candidates(
    values: ArrayLike, weights: ArrayLike | None = None, *, penalty: float, min_size: int
) -> Flags:
    """Where new levels start.

    Parameters
    ----------
    values : array_like of float, shape (n, t)
        Series by periods; NaN where there is no figure.
    weights : array_like of float, shape (n, t), optional
        Of each figure, inverse to its variance, above 0 where there is a figure; 1 when not
        given. Only their ratios within a series matter.
    penalty : float
        What a further stretch costs, in variances of a figure of usual weight.
    min_size : int
        Figures that a stretch has at least.

    Returns
    -------
    ndarray of bool, shape (n, t)
        True at the first figure of each stretch but the first. Nothing in a series of fewer
        than two stretches' figures, or without spread.

    Raises
    ------
    ParameterError
        If a number cannot be.
    """
    value, weight, there = _given(values, weights, penalty, min_size)
    packed = _packed(value, weight, there)
    sigma = _spread(packed)
    standard = np.where(packed.there, packed.value / np.where(sigma > 0, sigma, 1.0)[:, None], 0.0)
    last = _partition(packed._replace(value=standard), penalty, min_size)
    starts = _traced(last, packed.points, min_size) & (sigma > 0)[:, None]
    found = np.zeros(value.shape, dtype=bool)
    rows, places = np.nonzero(starts)
    found[rows, packed.column[rows, places]] = True
    return found


def steps(values: ArrayLike, starts: ArrayLike, weights: ArrayLike | None = None) -> Steps:
    """How large each candidate is, and how well that is known.

    Parameters
    ----------
    values : array_like of float, shape (n, t)
    starts : array_like of bool, shape (n, t)
        Where new levels start, at figures that are there.
    weights : array_like of float, shape (n, t), optional

    Returns
    -------
    Steps

    Raises
    ------
    ParameterError
        If a stretch would start where there is no figure.
    """
    value, weight, there = _given(values, weights, 0.0, 1)
    begun = np.asarray(starts, dtype=bool)
    if (begun & ~there).any():
        raise ParameterError("A level starts where there is no figure", "starts at figures alone")
    stretch = np.cumsum(begun, axis=1)
    row = np.broadcast_to(np.arange(len(value))[:, None], value.shape)
    group = (row * (value.shape[1] + 1) + stretch)[there]
    codes, place = np.unique(group, return_inverse=True)
    heavy = np.bincount(place, weight[there], len(codes))
    mean = np.bincount(place, (weight * value)[there], len(codes)) / heavy
    count = np.bincount(place, minlength=len(codes))
    left = np.zeros(value.shape)
    left[there] = (value[there] - mean[place]) * np.sqrt(weight[there])
    stretches = np.bincount(codes // (value.shape[1] + 1), minlength=len(value))
    freedom = there.sum(axis=1) - stretches
    sigma = np.sqrt((left**2).sum(axis=1) / np.maximum(freedom, 1))
    lag_one = _lag_one(left, there, stretches)
    series, column = np.nonzero(begun)
    after = np.searchsorted(codes, series * (value.shape[1] + 1) + stretch[series, column])
    before = after - 1
    wide = np.sqrt((1 + lag_one) / (1 - lag_one))[series]
    error = sigma[series] * np.sqrt(1 / heavy[before] + 1 / heavy[after]) * wide
    return Steps(
        series, column, mean[before], mean[after], count[before], count[after], sigma[series],
        lag_one[series], error, freedom[series],
    )  # fmt: skip


def reach(found: Steps, confidence: float) -> Floats:
    """How far the interval of each change reaches to either side.

    Student's t, for a date that was given: that the date was looked for makes the size a little
    too large.

    Parameters
    ----------
    found : Steps
    confidence : float
        In (0, 1).

    Returns
    -------
    ndarray of float, shape (m,)
        0 where nothing is left about the levels.
    """
    from scipy import special

    quantile = special.stdtrit(np.maximum(found.freedom, 1), (1 + confidence) / 2)
    return quantile * found.error


def kept(
    values: ArrayLike,
    starts: ArrayLike,
    weights: ArrayLike | None = None,
    *,
    least_errors: float,
    least_sigmas: float,
) -> Flags:
    """The candidates that are left when unclear ones are dropped, the least clear first.

    With each that is dropped the others are measured anew: what follows on from figure to figure
    is seen only where no step has taken it up.

    Parameters
    ----------
    values, starts, weights
        As for `steps`.
    least_errors, least_sigmas : float
        Size that a step needs, in its own standard errors and in standard deviations of a figure.

    Returns
    -------
    ndarray of bool, shape (n, t)
    """
    left = np.array(starts, dtype=bool)
    while left.any():
        found = steps(values, left, weights)
        size = np.abs(found.after - found.before)
        with np.errstate(divide="ignore"):
            short = np.minimum(
                np.where(found.error > 0, size / found.error, np.inf) / least_errors,
                np.where(found.sigma > 0, size / found.sigma, np.inf) / least_sigmas,
            )
        least = np.full(len(left), np.inf)
        np.minimum.at(least, found.series, short)
        drop = (short < 1) & (short == least[found.series])
        if not drop.any():
            break
        left[found.series[drop], found.column[drop]] = False
    return left


class _Packed(NamedTuple):
    """Series with their figures moved together to the left."""

    value: Floats
    weight: Floats
    there: Flags
    column: Ints
    points: Ints


def _given(
    values: ArrayLike, weights: ArrayLike | None, penalty: float, min_size: int
) -> tuple[Floats, Floats, Flags]:
    value = np.asarray(values, dtype=float)
    there = np.isfinite(value)
    if value.ndim != 2 or np.isinf(value).any():
        raise ParameterError(
            f"Values of shape {value.shape}, or infinite", "numbers, series by periods"
        )
    if not (penalty >= 0 and np.isfinite(penalty)) or min_size < 1:
        raise ParameterError(
            f"A penalty of {penalty} and stretches of {min_size}", "0 or more, and 1 or more"
        )
    weight = np.ones(value.shape) if weights is None else np.asarray(weights, dtype=float)
    if weight.shape != value.shape or not (weight[there] > 0).all():
        raise ParameterError("Weights that do not fit the values", "a number above 0 a figure")
    weight = np.where(there, weight, 0.0)
    usual = weight.sum(axis=1) / np.maximum(there.sum(axis=1), 1)
    weight = weight / np.where(usual > 0, usual, 1.0)[:, None]
    return np.where(there, value, 0.0), weight, there


def _packed(value: Floats, weight: Floats, there: Flags) -> _Packed:
    column = np.argsort(~there, axis=1, kind="stable")
    take = lambda table: np.take_along_axis(table, column, axis=1)  # noqa: E731
    held, points = take(there), there.sum(axis=1)
    level = value.sum(axis=1) / np.maximum(points, 1)
    centred = np.where(held, take(value) - level[:, None], 0.0)
    return _Packed(centred, take(weight), held, column, points)


def _spread(packed: _Packed) -> Floats:
    """Standard deviation of a figure of usual weight, from the median of successive differences.

    The median is untouched by a few steps; where most figures are the same it is 0, and then the
    mean of the squares stands in, which steps only make larger.
    """
    if packed.value.shape[1] < 2:
        return np.zeros(len(packed.value))
    pair = packed.there[:, 1:]
    light = np.where(packed.there, 1 / np.where(packed.there, packed.weight, 1.0), 0.0)
    apart = np.diff(packed.value, axis=1) / np.sqrt(np.where(pair, light[:, 1:] + light[:, :-1], 1))
    size = np.where(pair, np.abs(apart), np.nan)
    some = pair.any(axis=1)
    found = np.zeros(len(size))
    found[some] = np.nanmedian(size[some], axis=1) / _MEDIAN_OF_NORMAL
    square = np.sqrt(np.where(pair, apart**2, 0.0).sum(axis=1) / np.maximum(pair.sum(axis=1), 1))
    largest = np.abs(packed.value).max(axis=1)
    found = np.where(found > _NOISE * largest, found, square)
    return np.where(found > _NOISE * largest, found, 0.0)


def _partition(packed: _Packed, penalty: float, min_size: int) -> Ints:
    """For each number of figures, where the last stretch of the best partition starts."""
    series, length = packed.value.shape
    zero = np.zeros((series, 1))
    heavy = np.hstack([zero, np.cumsum(packed.weight, axis=1)])
    total = np.hstack([zero, np.cumsum(packed.weight * packed.value, axis=1)])
    square = np.hstack([zero, np.cumsum(packed.weight * packed.value**2, axis=1)])
    best = np.full((series, length + 1), np.inf)
    best[:, 0] = -penalty
    last = np.zeros((series, length + 1), dtype=np.int64)
    for end in range(min_size, length + 1):
        start = slice(0, end - min_size + 1)
        weight = heavy[:, end : end + 1] - heavy[:, start]
        inside = total[:, end : end + 1] - total[:, start]
        cost = square[:, end : end + 1] - square[:, start]
        cost = cost - inside**2 / np.where(weight > 0, weight, 1.0)
        whole = best[:, start] + cost + penalty
        last[:, end] = whole.argmin(axis=1)
        best[:, end] = np.take_along_axis(whole, last[:, end : end + 1], axis=1)[:, 0]
    return last


def _traced(last: Ints, points: Ints, min_size: int) -> Flags:
    """Starts of the stretches, back from each series' own end."""
    starts = np.zeros((len(last), last.shape[1] - 1), dtype=bool)
    at = np.where(points >= 2 * min_size, points, 0)
    rows = np.arange(len(last))
    while (at > 0).any():
        at = np.where(at > 0, last[rows, at], 0)
        starts[rows[at > 0], at[at > 0]] = True
    return starts


def _lag_one(left: Floats, there: Flags, stretches: Ints) -> Floats:
    joined = there[:, 1:] & there[:, :-1]
    pairs = np.maximum(joined.sum(axis=1), 1)
    product = np.where(joined, left[:, 1:] * left[:, :-1], 0.0).sum(axis=1) / pairs
    points = there.sum(axis=1)
    spread = (left**2).sum(axis=1) / np.maximum(points, 1)
    raw = product / np.where(spread > 0, spread, 1.0)
    spare = np.maximum(points - stretches - 2, 1)  # what was fitted pulls the estimate down
    return np.clip((raw * points + stretches) / spare, 0.0, _MOST_AUTOCORRELATION)
