"""Values as printed: rounded half up, for whole columns at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

# Two numbers closer than this share of themselves are one number with binary noise: a ratio
# of counts of children never comes so near to a half without being one.
_NOISE = 1e-11


def last_digits(values: ArrayLike, decimals: ArrayLike) -> NDArray[np.float64]:
    """Whole numbers of the last printed digit: 81.25 at one decimal is 813.

    Halves are rounded away from zero, as `formats.round_half_up` does; a half that binary
    arithmetic missed by its last bits still counts as a half.

    Parameters
    ----------
    values : array_like of float, shape (n,)
        NaN stays NaN.
    decimals : array_like of int, shape (n,) or ()
        Decimals as printed.

    Returns
    -------
    ndarray of float, shape (n,)
        Whole numbers, exact up to 2**53.
    """
    scaled = np.asarray(values, dtype=float) * 10.0 ** np.asarray(decimals, dtype=float)
    size = np.abs(scaled)
    halves = np.rint(size * 2) / 2
    near = np.abs(size - halves) <= _NOISE * np.maximum(1.0, size)
    rounded = np.floor(np.where(near, halves, size) + 0.5)
    return np.copysign(rounded, scaled) + 0.0  # no negative zero


def printed(values: ArrayLike, decimals: ArrayLike) -> NDArray[np.float64]:
    """Values as printed: 81.25 at one decimal is 81.3.

    Parameters
    ----------
    values : array_like of float, shape (n,)
    decimals : array_like of int, shape (n,) or ()

    Returns
    -------
    ndarray of float, shape (n,)
        The floating-point number nearest to the printed text.
    """
    return last_digits(values, decimals) / 10.0 ** np.asarray(decimals, dtype=float)


def median_of_printed(digits: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Median of each row of last digits, itself rounded half up to a last digit.

    Parameters
    ----------
    digits : array_like of float, shape (n, k)
        As `last_digits` gives them; NaN is left out.

    Returns
    -------
    median : ndarray of float, shape (n,)
        In last digits; NaN where a row has no number.
    count : ndarray of int, shape (n,)
        Numbers in each row.
    """
    ordered = np.sort(np.asarray(digits, dtype=float), axis=1)  # NaN goes last
    count = np.sum(~np.isnan(ordered), axis=1)
    if ordered.shape[1] == 0:
        return np.full(len(ordered), np.nan), count
    rows = np.arange(len(ordered))
    lower = ordered[rows, np.maximum(count - 1, 0) // 2]
    upper = ordered[rows, np.minimum(count // 2, ordered.shape[1] - 1)]
    return last_digits((lower + upper) / 2, 0), count
