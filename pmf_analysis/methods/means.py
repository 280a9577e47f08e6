"""Means of groups of values, with Student's interval."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from pmf_analysis.errors import MeasureError
from pmf_analysis.methods._arguments import Floats, normal_quantile
from pmf_analysis.methods._grouped import group_codes, sizes, totals
from pmf_analysis.methods.intervals import Interval


class Means(NamedTuple):
    """Of each group: total, number of values, sample deviation and mean, shape (groups,)."""

    total: Floats
    count: Floats
    deviation: Floats
    value: Floats


def means(values: ArrayLike, group: ArrayLike | None = None) -> Means:
    """Mean and sample standard deviation of each group.

    Parameters
    ----------
    values : array_like of float, shape (n,)
        In any unit; NaN is left out.
    group : array_like of int, shape (n,), optional
        Numbers of the groups, from 0; all are one group when not given.

    Returns
    -------
    Means
        The mean is NaN without a value, the deviation with fewer than two.

    Raises
    ------
    ParameterError
        If there is not one group for each value.
    MeasureError
        If a value is infinite.
    """
    given = np.atleast_1d(np.asarray(values, dtype=float))
    if np.isinf(given).any():
        raise MeasureError(
            f"Row {int(np.flatnonzero(np.isinf(given))[0])} holds an infinite value",
            "finite numbers",
        )
    codes, groups = group_codes(group, len(given))
    known = ~np.isnan(given)
    count = sizes(known, codes, groups).astype(float)
    total = totals(given, codes, groups)
    value = total / np.where(count == 0, np.nan, count)
    squares = totals((given - value[codes]) ** 2, codes, groups)
    deviation = np.sqrt(squares / np.where(count < 2, np.nan, count - 1))
    return Means(total, count, deviation, value)


def mean_interval(
    value: ArrayLike, count: ArrayLike, deviation: ArrayLike, confidence: float = 0.95
) -> Interval:
    """Confidence interval of a mean by Student's t on one degree of freedom less than values.

    Parameters
    ----------
    value, count, deviation : array_like of float, shape (n,)
        Mean, number of values, and sample standard deviation.
    confidence : float
        Share of such intervals that hold the true mean, in (0, 1).

    Returns
    -------
    Interval
        In the unit of the values; NaN with fewer than two values.

    Raises
    ------
    ParameterError
        If the confidence does not lie between 0 and 1.

    References
    ----------
    Student (1908), Biometrika 6: 1-25.
    """
    from scipy.special import stdtrit

    normal_quantile(confidence)
    middle, many, spread = np.broadcast_arrays(
        *(np.atleast_1d(np.asarray(part, dtype=float)) for part in (value, count, deviation))
    )
    many = np.where(many < 2, np.nan, many)
    half = stdtrit(many - 1, 1 - (1 - confidence) / 2) * spread / np.sqrt(many)
    return Interval(middle - half, middle + half)
