"""Variances of many series drawn towards those of their group. Arrays in, arrays out.

A short series tells little of its own variance. Where the variances of a group differ no more
than chance makes them, the group knows each better than the series does.

References
----------
Smyth GK (2004), Stat Appl Genet Mol Biol 3: article 3, section 6.2 (moments of the logarithm).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

# a group that does not differ at all knows its variance this well, in degrees of freedom
_MOST_FREEDOM = 500.0

# of fewer series nothing is drawn
_LEAST_SERIES = 5


class Prior(NamedTuple):
    """What the group says of each series' variance, each of shape (n,).

    Attributes
    ----------
    variance : ndarray of float
        NaN where the group says nothing.
    freedom : ndarray of float
        How well it says so, in degrees of freedom; 0 where it says nothing.
    """

    variance: Floats
    freedom: Floats


def prior_variance(variance: ArrayLike, freedom: ArrayLike, group: ArrayLike) -> Prior:
    """Variance that the series of each group share, and how well it is known.

    Parameters
    ----------
    variance : array_like of float, shape (n,)
        Estimated of each series; NaN or 0 where it is not known.
    freedom : array_like of float, shape (n,)
        Degrees of freedom of the estimates.
    group : array_like, shape (n,)

    Returns
    -------
    Prior
    """
    from scipy.special import digamma, polygamma

    own, free = np.asarray(variance, dtype=float), np.asarray(freedom, dtype=float)
    known = (np.nan_to_num(own) > 0) & (free > 0)
    half = np.where(known, free, 2.0) / 2
    log = np.log(np.where(known, own, 1.0)) - digamma(half) + np.log(half)
    table = pd.DataFrame({"log": log, "chance": polygamma(1, half), "group": np.asarray(group)})
    groups = table[known].groupby("group")
    mean, spread = groups["log"].mean(), groups["log"].var()
    enough = groups.size() >= _LEAST_SERIES
    between = (spread - groups["chance"].mean()).where(enough)
    shared = np.array([_freedom(one) for one in between])
    moved = digamma(np.maximum(shared, 1e-3) / 2) - np.log(np.maximum(shared, 1e-3) / 2)
    middle = pd.Series(np.where(shared > 0, np.exp(mean + moved), np.nan), mean.index)
    freedoms = pd.Series(shared, mean.index)
    where = table["group"]
    return Prior(
        where.map(middle).to_numpy(dtype=float),
        where.map(freedoms).fillna(0.0).to_numpy(dtype=float),
    )


def _freedom(between: float) -> float:
    """Degrees of freedom whose logarithm varies so much; 0 where that is not known."""
    from scipy.special import polygamma

    if np.isnan(between):
        return 0.0
    if between <= polygamma(1, _MOST_FREEDOM / 2):
        return _MOST_FREEDOM
    half = 0.5 + 1 / between
    for _ in range(50):  # Newton's method on the reciprocal, which is nearly straight
        value = polygamma(1, half)
        step = value * (1 - value / between) / polygamma(2, half)
        half += step
        if abs(step) < 1e-9 * half:
            break
    return float(2 * half)
