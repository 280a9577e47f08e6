"""The "recent trend" of public-health profiles: the latest five periods. Arrays in, arrays out.

A trend is named where the chi-squared test for a linear trend passes its limit and the slope
keeps its sign with each of the five periods left out in turn.

References
----------
Office for Health Improvement and Disparities, Fingertips, recent trends. Armitage P (1955),
Biometrics 11: 375-386 (proportions). Byar's interval as in `methods.intervals` (rates).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pmf_analysis.errors import ParameterError
from pmf_analysis.methods.intervals import byars_interval

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

PERIODS = 5
"""The rule speaks of exactly so many."""

# an interval of 95% is so many standard errors wide, as the rule computes it
_WIDTH_95 = 3.92


class RecentTrend(NamedTuple):
    """What the rule says of each series, each of shape (n,).

    Attributes
    ----------
    chi_squared : ndarray of float
        On one degree of freedom; NaN where not calculated, 0 where all figures are one.
    p_value : ndarray of float
    slope_sign : ndarray of int
        -1 where the slope of the five is below 0, otherwise 1; 0 where not calculated.
    consistent : ndarray of bool
        Whether the slope keeps its sign with each period left out.
    calculated : ndarray of bool
        False with fewer than five periods, or one of the five without a figure.
    """

    chi_squared: Floats
    p_value: Floats
    slope_sign: NDArray[np.int64]
    consistent: Flags
    calculated: Flags

    def direction(self, limit: float) -> NDArray[np.int64]:
        """1 for increasing, -1 for decreasing, 0 for no significant change or not calculated.

        Parameters
        ----------
        limit : float
            Chi-squared above which a change is significant.
        """
        significant = self.calculated & self.consistent & (self.chi_squared > limit)
        return np.where(significant, self.slope_sign, 0)


def proportion_trend(numerator: ArrayLike, denominator: ArrayLike) -> RecentTrend:
    """Recent trend of proportions: the Cochran-Armitage test, signs from lines through logits.

    Parameters
    ----------
    numerator, denominator : array_like of float, shape (n, periods)
        Counts of each series in order of time; NaN where not known. The last five columns
        count. Where one of a series' numerators is 0 or all of its denominator, a half is
        added to both sides of each before the logit.

    Returns
    -------
    RecentTrend

    Raises
    ------
    ParameterError
        If the two differ in shape, or a count cannot be.
    """
    events, total = _latest(numerator, denominator)
    if np.any((events < 0) | (events > total)):
        raise ParameterError(
            "A numerator lies below 0 or above its denominator", "0 <= numerator <= denominator"
        )
    calculated = np.isfinite(events + total).all(axis=1) & (total > 0).all(axis=1)
    events, total = (np.where(calculated[:, None], part, 1.0) for part in (events, total))
    score = np.arange(PERIODS, dtype=float)
    size = total.sum(axis=1)
    share = events.sum(axis=1) / size
    middle = (total @ score / size)[:, None]
    top = ((events - total * share[:, None]) * (score - middle)).sum(axis=1)
    bottom = share * (1 - share) * (total * (score - middle) ** 2).sum(axis=1)
    chi_squared = np.divide(top**2, bottom, out=np.zeros_like(top), where=bottom > 0)
    full = ((events == 0) | (events == total)).any(axis=1)
    added = np.where(full, 0.5, 0.0)[:, None]
    logit = np.log((events + added) / (total - events + added))
    return _trend(chi_squared, logit, np.ones_like(logit), calculated)


def rate_trend(
    count: ArrayLike, denominator: ArrayLike, multiplier: float = 1000.0, exact_below: float = 10
) -> RecentTrend:
    """Recent trend of rates: weighted least squares, weights from Byar's or exact intervals.

    Parameters
    ----------
    count, denominator : array_like of float, shape (n, periods)
        Events and those they are held over; NaN where not known. The last five columns count.
    multiplier : float
        Of the rate; it changes no verdict.
    exact_below : float
        With fewer events than this the interval is the exact one.

    Returns
    -------
    RecentTrend

    Raises
    ------
    ParameterError
        If the two differ in shape, or a count is below 0.
    """
    events, total = _latest(count, denominator)
    if np.any((events < 0) | (total < 0)):
        raise ParameterError("A count lies below 0", "counts of 0 or more")
    calculated = np.isfinite(events + total).all(axis=1) & (total > 0).all(axis=1)
    events, total = (np.where(calculated[:, None], part, 1.0) for part in (events, total))
    ends = byars_interval(events.ravel(), total.ravel(), 0.95, exact_below)
    error = multiplier * (ends.upper - ends.lower).reshape(events.shape) / _WIDTH_95
    rate = multiplier * events / total
    weight = error**-2.0
    slope, spread = _slope(rate, weight)
    chi_squared = np.where((rate == rate[:, :1]).all(axis=1), 0.0, slope**2 * spread)
    return _trend(chi_squared, rate, weight, calculated)


def _latest(first: ArrayLike, second: ArrayLike) -> tuple[Floats, Floats]:
    """The last five columns of both; NaN in front where there are fewer."""
    one, other = (np.atleast_2d(np.asarray(given, dtype=float)) for given in (first, second))
    if one.shape != other.shape:
        raise ParameterError(
            f"Counts of the shapes {one.shape} and {other.shape}", "one shape: series by periods"
        )
    missing = max(PERIODS - one.shape[1], 0)
    front = ((0, 0), (missing, 0))
    one, other = (np.pad(part, front, constant_values=np.nan) for part in (one, other))
    return one[:, -PERIODS:], other[:, -PERIODS:]


def _trend(chi_squared: Floats, y: Floats, weight: Floats, calculated: Flags) -> RecentTrend:
    from scipy.special import chdtrc

    sign = _sign(_slope(y, weight)[0])
    kept = np.ones(len(y), dtype=bool)
    for place in range(PERIODS):
        left = weight.copy()
        left[:, place] = 0.0
        kept &= _sign(_slope(y, left)[0]) == sign
    return RecentTrend(
        np.where(calculated, chi_squared, np.nan),
        np.where(calculated, chdtrc(1, chi_squared), np.nan),
        np.where(calculated, sign, 0),
        kept & calculated,
        calculated,
    )


def _slope(y: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Slope of the weighted line through each row, and the weighted spread of time."""
    score = np.arange(PERIODS, dtype=float)
    size = weight.sum(axis=1)
    middle = (weight @ score / size)[:, None]
    mean = ((weight * y).sum(axis=1) / size)[:, None]
    spread = (weight * (score - middle) ** 2).sum(axis=1)
    return (weight * (score - middle) * (y - mean)).sum(axis=1) / spread, spread


def _sign(slope: Floats) -> NDArray[np.int64]:
    return np.where(slope < 0, -1, 1)
