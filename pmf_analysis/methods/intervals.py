"""Confidence intervals of proportions, rates and counts. Arrays in, arrays out.

The methods are those of the approved public-health indicators: Wilson's score
for a proportion; Byar's approximation for a rate or a count, the exact Poisson
limits where there are few events. Confidence and the number of events that
counts as few come from the rule set ``intervals``.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pmf_analysis.methods._arguments import (
    Floats,
    counts_of,
    normal_quantile,
    proportions_of,
)
from pmf_analysis.terms import MeasureKind


class Interval(NamedTuple):
    """Lower and upper end of an interval, each of shape (n,)."""

    lower: Floats
    upper: Floats


def wilson_interval(
    numerator: ArrayLike, denominator: ArrayLike, confidence: float = 0.95
) -> Interval:
    """Confidence interval of a proportion by Wilson's score method.

    Parameters
    ----------
    numerator, denominator : array_like of float, shape (n,)
        Counts. ``0 <= numerator <= denominator``; NaN where not known.
    confidence : float
        Share of such intervals that hold the true proportion, in (0, 1).

    Returns
    -------
    Interval
        ``lower`` and ``upper``, shape (n,), as proportions; NaN where the
        denominator is 0 or a count is not known.

    Raises
    ------
    MeasureError
        If a numerator is negative or exceeds its denominator; names the rows.
    ParameterError
        If the confidence does not lie between 0 and 1.

    References
    ----------
    Wilson EB (1927), J Am Stat Assoc 22: 209-212.
    """
    events, total = proportions_of(numerator, denominator)
    z = normal_quantile(confidence)
    total = np.where(total == 0, np.nan, total)
    share = events / total
    middle = 2 * events + z**2
    spread = z * np.sqrt(z**2 + 4 * events * (1 - share))
    scale = 2 * (total + z**2)
    # the ends are exact: 0 of n starts at 0, n of n ends at 1
    lower = np.where(events == 0, 0.0, (middle - spread) / scale)
    upper = np.where(events == total, 1.0, (middle + spread) / scale)
    known = np.isfinite(share)
    return Interval(np.where(known, lower, np.nan), np.where(known, upper, np.nan))


def clopper_pearson_interval(
    numerator: ArrayLike, denominator: ArrayLike, confidence: float = 0.95
) -> Interval:
    """Exact confidence interval of a proportion, from the binomial distribution.

    It never covers less than it says, and mostly more; Wilson's is the one in use.

    Parameters
    ----------
    numerator, denominator : array_like of float, shape (n,)
        Counts. ``0 <= numerator <= denominator``; NaN where not known.
    confidence : float
        Share of such intervals that hold the true proportion, in (0, 1).

    Returns
    -------
    Interval
        ``lower`` and ``upper``, shape (n,), as proportions; NaN where the
        denominator is 0 or a count is not known.

    Raises
    ------
    MeasureError
        If a numerator is negative or exceeds its denominator; names the rows.
    ParameterError
        If the confidence does not lie between 0 and 1.

    References
    ----------
    Clopper CJ, Pearson ES (1934), Biometrika 26: 404-413.
    """
    from scipy.special import betaincinv

    events, total = proportions_of(numerator, denominator)
    normal_quantile(confidence)
    tail = (1 - confidence) / 2
    total = np.where(total == 0, np.nan, total)
    rest = total - events
    lower = betaincinv(np.where(events == 0, 1, events), rest + 1, tail)
    upper = betaincinv(events + 1, np.where(rest == 0, 1, rest), 1 - tail)
    known = np.isfinite(events / total)
    lower, upper = np.where(events == 0, 0.0, lower), np.where(rest == 0, 1.0, upper)
    return Interval(np.where(known, lower, np.nan), np.where(known, upper, np.nan))


def byars_interval(
    count: ArrayLike, denominator: ArrayLike, confidence: float = 0.95, exact_below: float = 10
) -> Interval:
    """Confidence interval of a rate: Byar's method, exact for few events.

    Parameters
    ----------
    count, denominator : array_like of float, shape (n,)
        Events and those they are held over; NaN where not known.
    confidence : float
        Share of such intervals that hold the true rate, in (0, 1).
    exact_below : float
        With fewer events than this the exact Poisson limits are given.

    Returns
    -------
    Interval
        ``lower`` and ``upper``, shape (n,), per one of the denominator; NaN
        where the denominator is 0 or a count is not known.

    Raises
    ------
    MeasureError
        If a count or a denominator is negative; names the rows.
    ParameterError
        If the confidence does not lie between 0 and 1.

    References
    ----------
    Breslow NE, Day NE (1987), Statistical Methods in Cancer Research II: 69
    (Byar). Garwood F (1936), Biometrika 28: 437-442 (exact).
    """
    events, total = counts_of(count, denominator)
    limits = _poisson_limits(events, confidence, exact_below)
    total = np.where(total == 0, np.nan, total)
    return Interval(limits.lower / total, limits.upper / total)


def count_interval(count: ArrayLike, confidence: float = 0.95, exact_below: float = 10) -> Interval:
    """Confidence interval of a count taken as Poisson; see `byars_interval`."""
    events, _ = counts_of(count, np.ones_like(np.asarray(count, dtype=float)))
    return _poisson_limits(events, confidence, exact_below)


def interval_method(
    kind: MeasureKind | str,
    count: ArrayLike,
    confidence: float = 0.95,
    exact_below: float = 10,
) -> NDArray[np.object_]:
    """Say how the interval of each row was made.

    Parameters
    ----------
    kind : MeasureKind
    count : array_like of float, shape (n,)
        Numerators; what they are decides between Byar's and the exact method.
    confidence, exact_below : float
        As given to the interval.

    Returns
    -------
    ndarray of str, shape (n,)
        ``"Wilson score 95%"``, ``"Byar 95%"``, ``"exact Poisson 95%"``; empty
        where the count is not known and for means and medians, which have no
        interval without the records behind them.
    """
    events = np.asarray(count, dtype=float)
    percent = f"{confidence * 100:g}%"
    kind = MeasureKind(kind)
    if kind is MeasureKind.PROPORTION:
        named = np.full(events.shape, f"Wilson score {percent}", dtype=object)
    elif kind in (MeasureKind.RATE, MeasureKind.COUNT):
        few = (events < exact_below) | (events == 0)
        named = np.where(few, f"exact Poisson {percent}", f"Byar {percent}").astype(object)
    else:
        return np.full(events.shape, "", dtype=object)
    return np.where(np.isnan(events), "", named)


def _poisson_limits(events: Floats, confidence: float, exact_below: float) -> Interval:
    z = normal_quantile(confidence)
    few = (events < exact_below) | (events == 0)
    many = np.where(few, np.nan, events)
    lower = many * (1 - 1 / (9 * many) - z / (3 * np.sqrt(many))) ** 3
    above = many + 1
    upper = above * (1 - 1 / (9 * above) + z / (3 * np.sqrt(above))) ** 3
    for value in np.unique(events[few]):
        rows = events == value
        lower[rows], upper[rows] = _exact_poisson(float(value), confidence)
    return Interval(lower, upper)


@lru_cache(maxsize=1024)
def _exact_poisson(events: float, confidence: float) -> tuple[float, float]:
    # the means under which so many (so few) events are just not too surprising;
    # equal to half the chi-squared quantiles with 2x and 2x + 2 degrees of freedom
    tail = (1 - confidence) / 2
    lower = 0.0 if events == 0 else _gamma_quantile(events, tail)
    return lower, _gamma_quantile(events + 1, 1 - tail)


def _gamma_quantile(shape: float, chance: float) -> float:
    low, high = 0.0, shape + 1.0
    while _gamma_below(shape, high) < chance:
        low, high = high, 2 * high
    for _ in range(200):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if _gamma_below(shape, middle) < chance else (low, middle)
    return (low + high) / 2


def _gamma_below(shape: float, x: float) -> float:
    # regularised lower incomplete gamma function by its power series, all terms positive
    if x <= 0:
        return 0.0
    term = math.exp(shape * math.log(x) - x - math.lgamma(shape + 1))
    total, step = term, shape
    while term > total * 1e-17 or step < x:
        step += 1
        term *= x / step
        total += term
        if total == 0.0:
            break
    return total
