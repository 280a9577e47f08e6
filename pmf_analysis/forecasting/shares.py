"""Percentages of few cases: only whole cases can occur, and 0% and 100% often do."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from pmf_analysis.forecasting.counts import denominators_of, recent_mean
from pmf_analysis.forecasting.distribution import LEVELS
from pmf_analysis.forecasting.series import Series

Floats = NDArray[np.float64]

MOST_CASES, MOST_RARE = 100, 20
"""With more cases, and more of them on either side, a percentage is as good as continuous."""

_LARGEST = 200
"""Rare cases of a large whole that are told apart."""

_WHOLES = 5
"""Sizes of the coming whole that are mixed."""

_NODES = 60
_GRID = np.linspace(-12.0, 12.0, 481)


def is_counted(series: Series) -> bool:
    """Whether a coming figure moves by whole cases: of few, or of many with few on one side."""
    whole = _expected(series)
    if not whole > 0:
        return False
    share = float(np.nanmean(np.asarray(series.values, dtype=float))) / 100
    return whole <= MOST_CASES or whole * min(share, 1 - share) <= MOST_RARE


def whole_cases(latent: Floats, series: Series) -> Floats:
    """Quantiles of the share that whole cases make, from those of the chance of each case.

    Parameters
    ----------
    latent : ndarray, shape (levels, horizon)
        Of the chance of each case at ``LEVELS``, in per cent.
    series : Series
        Its latest wholes, moved to the one that is expected, are the coming ones.

    Returns
    -------
    ndarray, shape (levels, horizon)
        In per cent, each a number of cases of a coming whole.
    """
    wholes = _coming(series)
    if wholes.max() > MOST_CASES and latent.mean() > 50:
        # counted are those that differ from the rest
        return 100 - _quantiles(100 - latent[::-1], wholes)[::-1]
    return _quantiles(latent, wholes)


def _quantiles(latent: Floats, wholes: NDArray[np.int64]) -> Floats:
    """Quantiles of the share of cases, in per cent, shape (levels, horizon)."""
    from scipy.special import ndtri

    shares = np.unique(np.concatenate([np.arange(min(n, _LARGEST) + 1) / n for n in wholes]))
    middles = ndtri((np.arange(_NODES) + 0.5) / _NODES)
    known = ndtri(LEVELS)
    chances = np.stack([np.interp(middles, known, column) for column in latent.T]) / 100
    with np.errstate(divide="ignore"):
        at = np.log(chances) - np.log1p(-chances)
    nearest = np.rint((np.clip(at, _GRID[0], _GRID[-1]) - _GRID[0]) / (_GRID[1] - _GRID[0]))
    lowest, highest = int(nearest.min()), int(nearest.max()) + 1
    nodes = _counted(nearest.astype(np.int64) - lowest, highest - lowest)
    below = np.zeros((latent.shape[1], len(shares)))
    sizes, times = np.unique(wholes, return_counts=True)
    for n, many in zip(sizes, times, strict=True):
        of_whole = nodes @ _binomial(int(n))[lowest:highest] / _NODES
        at_most = np.minimum(np.floor(shares * n + 1e-9), of_whole.shape[1] - 1).astype(int)
        below += many * of_whole[:, at_most] / len(wholes)
    first = [np.searchsorted(row, LEVELS - 1e-9) for row in below]
    return 100 * shares[np.minimum(np.stack(first, axis=1), len(shares) - 1)]


def _counted(nearest: NDArray[np.int64], width: int) -> Floats:
    """How many nodes of each row lie at each place of so wide a grid, shape (rows, width)."""
    rows = len(nearest)
    flat = nearest + width * np.arange(rows)[:, None]
    return np.bincount(flat.ravel(), minlength=rows * width).reshape(rows, width).astype(float)


def half_a_case(actual: Floats, middle: Floats, whole: Floats) -> Floats:
    """How far a middle lies from the shares that are rounded to the cases that came.

    Parameters
    ----------
    actual : ndarray
        Shares in per cent.
    middle : ndarray, the same shape
        On the logit.
    whole : ndarray, the same shape

    Returns
    -------
    ndarray
        On the logit, at least 0; NaN without a figure or a whole.
    """
    share = actual / 100
    with np.errstate(divide="ignore", invalid="ignore"):
        low = _logit(share - 0.5 / whole)
        high = _logit(share + 0.5 / whole)
    return np.maximum(np.maximum(low - middle, middle - high), 0.0)


def _logit(share: Floats) -> Floats:
    inside = np.clip(share, 0.0, 1.0)
    return np.log(inside) - np.log1p(-inside)


def _expected(series: Series) -> float:
    if series.coming_denominator > 0:
        return float(series.coming_denominator)
    return float(recent_mean(denominators_of(series)[None], series.season)[0, 0])


def _coming(series: Series) -> NDArray[np.int64]:
    """Equally likely sizes of the coming whole: the latest ones, around the expected one."""
    known = denominators_of(series)
    known = known[~np.isnan(known)][-max(series.season, 4) :]
    expected = _expected(series)
    if not len(known):
        return np.array([max(round(expected), 1)])
    spread = np.quantile(known / known.mean(), (np.arange(_WHOLES) + 0.5) / _WHOLES)
    return np.maximum(np.rint(spread * expected), 1).astype(np.int64)


@lru_cache(maxsize=256)
def _binomial(whole: int) -> Floats:
    """Chance of at most so many cases, shape (chances on the grid, cases)."""
    cases = np.arange(min(whole, _LARGEST) + 1.0)
    ways = np.concatenate([[0.0], np.cumsum(np.log(whole - cases[:-1]) - np.log(cases[1:]))])
    none = -whole * np.log1p(np.exp(_GRID))
    chances = np.exp(ways + cases * _GRID[:, None] + none[:, None])
    return np.minimum(np.cumsum(chances, axis=1), 1.0)
