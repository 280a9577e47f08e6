"""Sums, ranks and quantiles of many groups at once, without a loop over groups."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pmf_analysis.errors import ParameterError
from pmf_analysis.methods._arguments import Floats

Codes = NDArray[np.int64]


def group_codes(group: ArrayLike | None, length: int) -> tuple[Codes, int]:
    """The group of each row as a number, and how many groups there are.

    Parameters
    ----------
    group : array_like of int, shape (n,), or None
        Numbers from 0; None puts every row in one group.
    length : int
        Rows.

    Returns
    -------
    codes : ndarray of int, shape (n,)
    groups : int
        One at least.

    Raises
    ------
    ParameterError
        If there is not one number for each row, or one is below 0.
    """
    if group is None:
        return np.zeros(length, dtype=np.int64), 1
    codes = np.asarray(group, dtype=np.int64)
    if codes.shape != (length,) or (codes < 0).any():
        raise ParameterError(
            f"Groups of shape {codes.shape}, the least {codes.min(initial=0)}",
            f"{length} whole numbers from 0, one for each row",
        )
    return codes, int(codes.max(initial=0)) + 1


def totals(values: Floats, codes: Codes, groups: int) -> Floats:
    """Sum of each group, shape (groups,); what is not known counts as nothing."""
    return np.bincount(codes, weights=np.nan_to_num(values), minlength=groups)


def sizes(known: NDArray[np.bool_], codes: Codes, groups: int) -> Codes:
    """How many rows of each group are known, shape (groups,)."""
    return np.bincount(codes[known], minlength=groups)


def ranks(values: Floats, codes: Codes) -> tuple[Floats, Floats]:
    """Rank of each value in its group, from 1.

    Parameters
    ----------
    values : ndarray of float, shape (n,)
        Those that are not known have no rank.
    codes : ndarray of int, shape (n,)

    Returns
    -------
    least, mean : ndarray of float, shape (n,)
        Equal values share the least, or the mean, of their ranks; NaN where there is none.
    """
    least, mean = np.full(len(values), np.nan), np.full(len(values), np.nan)
    rows = np.flatnonzero(~np.isnan(values))
    if not len(rows):
        return least, mean
    order = rows[np.lexsort((values[rows], codes[rows]))]
    held, own = values[order], codes[order]
    place = np.arange(len(order))
    opens = np.r_[True, own[1:] != own[:-1]]
    fresh = opens | np.r_[True, held[1:] != held[:-1]]
    start = np.maximum.accumulate(np.where(opens, place, 0))
    tie = np.cumsum(fresh) - 1
    first = place[fresh]
    last = np.r_[first[1:], len(order)] - 1
    least[order] = first[tie] - start + 1
    mean[order] = (first + last)[tie] / 2 - start + 1
    return least, mean


def quantile(values: Floats, codes: Codes, groups: int, share: float) -> Floats:
    """A quantile of each group, between the two values next to it (type 7).

    Parameters
    ----------
    values : ndarray of float, shape (n,)
        Those that are not known are left out.
    codes : ndarray of int, shape (n,)
    groups : int
    share : float
        In [0, 1].

    Returns
    -------
    ndarray of float, shape (groups,)
        NaN where a group has no value.

    References
    ----------
    Hyndman RJ, Fan Y (1996), The American Statistician 50: 361-365, definition 7.
    """
    known = ~np.isnan(values)
    rows = np.flatnonzero(known)
    count = sizes(known, codes, groups)
    found = np.full(groups, np.nan)
    some = count > 0
    held = values[rows[np.lexsort((values[rows], codes[rows]))]]
    start = (np.cumsum(count) - count)[some]
    at = (count[some] - 1) * share
    low = np.floor(at).astype(np.int64)
    high = np.minimum(low + 1, count[some] - 1)
    below, above = held[start + low], held[start + high]
    found[some] = below + (at - low) * (above - below)
    return found
