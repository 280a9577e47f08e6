"""Chances adjusted for how many tests were made together. Arrays in, arrays out.

References
----------
Bonferroni: Dunn OJ (1961), J Am Stat Assoc 56: 52-64. Holm S (1979), Scand J Stat 6: 65-70.
Benjamini Y, Hochberg Y (1995), J R Stat Soc B 57: 289-300. Benjamini Y, Yekutieli D (2001), Ann
Stat 29: 1165-1188. As R's ``p.adjust`` computes them.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from pmf_analysis.errors import ParameterError

Floats = NDArray[np.float64]

METHODS = ("bonferroni", "holm", "BH", "BY")
"""The first two bound the chance of any false alarm, the others the share of false alarms."""


def adjusted(p_values: ArrayLike, method: str, group: ArrayLike | None = None) -> Floats:
    """Adjust chances for the number of tests in each group.

    Parameters
    ----------
    p_values : array_like of float, shape (n,)
        NaN where no test was made: it counts for nothing and stays NaN.
    method : str
        One of `METHODS`.
    group : array_like, shape (n,), optional
        Tests of one group are taken together; all when not given.

    Returns
    -------
    ndarray of float, shape (n,)
        Never above 1.

    Raises
    ------
    ParameterError
        If the method is not known, or a chance lies outside 0 to 1.
    """
    chance = np.asarray(p_values, dtype=float)
    if method not in METHODS:
        raise ParameterError(f"There is no method {method!r}", f"one of {', '.join(METHODS)}")
    tested = np.flatnonzero(~np.isnan(chance))
    if np.any((chance[tested] < 0) | (chance[tested] > 1)):
        raise ParameterError("A chance lies outside 0 to 1", "chances from 0 to 1, or NaN")
    found = np.full(len(chance), np.nan)
    if not len(tested):
        return found
    labels = np.zeros(len(chance)) if group is None else pd.factorize(np.asarray(group))[0]
    owner = pd.factorize(labels[tested], sort=True)[0]
    order = np.lexsort((chance[tested], owner))
    owner, sorted_chance = owner[order], chance[tested][order]
    size = np.bincount(owner)[owner].astype(float)
    rank = np.arange(len(owner)) - np.searchsorted(owner, owner) + 1.0
    raw = sorted_chance * _factor(method, size, rank)
    table = pd.Series(raw)
    if method == "holm":
        table = table.groupby(owner).cummax()
    elif method in ("BH", "BY"):
        table = table[::-1].groupby(owner[::-1]).cummin()[::-1]
    found[tested[order]] = np.minimum(table.to_numpy(), 1.0)
    return found


def _factor(method: str, size: Floats, rank: Floats) -> Floats:
    if method == "bonferroni":
        return size
    if method == "holm":
        return size - rank + 1
    if method == "BH":
        return size / rank
    harmonic = np.cumsum(1.0 / np.arange(1.0, size.max() + 1))
    return size / rank * harmonic[size.astype(np.int64) - 1]
