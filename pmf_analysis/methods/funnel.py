"""Funnel limits and verdicts: how far from the baseline chance alone takes a place of its size.

The verdict on a place is that of its own interval, Wilson's for a proportion, Byar's or the
exact one for a rate; the limits at a size are the values at which that verdict turns.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pmf_analysis.methods._arguments import (
    Floats,
    counts_of,
    normal_quantile,
    proportions_of,
)
from pmf_analysis.methods._grouped import group_codes, totals
from pmf_analysis.methods.intervals import Interval, byars_interval, wilson_interval

_STEPS = 60
"""Halvings that settle a limit to the last digits."""


def baselines(
    numerator: ArrayLike, denominator: ArrayLike, group: ArrayLike | None = None
) -> Floats:
    """What all places of a group have together: sum of numerators over sum of denominators.

    Parameters
    ----------
    numerator, denominator : array_like of float, shape (n,)
        A row with either of them unknown counts in neither sum.
    group : array_like of int, shape (n,), optional
        Numbers of the groups, from 0; all are one group when not given.

    Returns
    -------
    ndarray of float, shape (groups,)
        NaN where the denominators of a group add up to nothing.

    Raises
    ------
    MeasureError
        If a count is negative or infinite.
    ParameterError
        If there is not one group for each row.
    """
    events, whole = counts_of(numerator, denominator)
    codes, groups = group_codes(group, len(events))
    known = ~np.isnan(events + whole)
    below = totals(np.where(known, whole, 0.0), codes, groups)
    above = totals(np.where(known, events, 0.0), codes, groups)
    return above / np.where(below == 0, np.nan, below)


def beyond_proportion(
    numerator: ArrayLike, denominator: ArrayLike, baseline: ArrayLike, confidence: float
) -> NDArray[np.int8]:
    """Whether a proportion lies outside its funnel: 1 above it, -1 below, 0 inside or not known.

    Parameters
    ----------
    numerator, denominator : array_like of float, shape (n,)
    baseline : array_like of float, shape (n,) or ()
        As a proportion.
    confidence : float
        0.95 for the inner limits, 0.998 for the outer ones.

    Returns
    -------
    ndarray of int, shape (n,)

    Raises
    ------
    MeasureError
        If a numerator is negative or above its denominator.
    ParameterError
        If the confidence does not lie between 0 and 1.

    References
    ----------
    Spiegelhalter DJ (2005), Statistics in Medicine 24: 1185-1202. Public Health England
    (2019), Technical guidance: funnel plots.
    """
    return _side(wilson_interval(numerator, denominator, confidence), baseline)


def beyond_rate(
    observed: ArrayLike,
    expected: ArrayLike,
    confidence: float,
    exact_below: float = 10,
) -> NDArray[np.int8]:
    """Whether events lie outside what is expected; see `beyond_proportion`.

    Parameters
    ----------
    observed : array_like of float, shape (n,)
        Events.
    expected : array_like of float, shape (n,)
        Those expected: of a rate, the baseline times the denominator.
    confidence : float
    exact_below : float
        With fewer events than this, exact Poisson limits instead of Byar's.

    Returns
    -------
    ndarray of int, shape (n,)

    Raises
    ------
    MeasureError
        If a count is negative or infinite.
    ParameterError
        If the confidence does not lie between 0 and 1.
    """
    return _side(byars_interval(observed, expected, confidence, exact_below), 1.0)


def proportion_limits(baseline: ArrayLike, denominator: ArrayLike, confidence: float) -> Interval:
    """Limits of a proportion at a size: ``p +- z sqrt(p (1 - p) / n)``, Wilson's turned about.

    Parameters
    ----------
    baseline : array_like of float, shape (n,) or ()
        As a proportion.
    denominator : array_like of float, shape (n,)
    confidence : float

    Returns
    -------
    Interval
        As proportions, within 0 and 1; NaN where the denominator is 0.

    Raises
    ------
    MeasureError
        If a baseline does not lie between 0 and 1.
    ParameterError
        If the confidence does not lie between 0 and 1.
    """
    z = normal_quantile(confidence)
    whole = np.atleast_1d(np.asarray(denominator, dtype=float))
    share, _ = proportions_of(np.broadcast_to(np.asarray(baseline, float), whole.shape), 1.0)
    whole = np.where(whole == 0, np.nan, whole)
    half = z * np.sqrt(share * (1 - share) / whole)
    return Interval(np.maximum(share - half, 0.0), np.minimum(share + half, 1.0))


def limits_at_events(events: ArrayLike, confidence: float) -> Interval:
    """Limits of a ratio of observed to expected, at a number of observed events.

    Parameters
    ----------
    events : array_like of float, shape (n,)
    confidence : float

    Returns
    -------
    Interval
        Ratios: the events over the exact Poisson limits of them. The upper one is infinite
        without events.

    Raises
    ------
    MeasureError
        If a count is negative or infinite.
    ParameterError
        If the confidence does not lie between 0 and 1.
    """
    from scipy.special import gammaincinv

    seen, _ = counts_of(events, 1.0)
    normal_quantile(confidence)
    tail = (1 - confidence) / 2
    least = np.where(seen == 0, 0.0, gammaincinv(np.where(seen == 0, 1.0, seen), tail))
    most = gammaincinv(seen + 1, 1 - tail)
    upper = np.divide(seen, least, out=np.full(seen.shape, np.inf), where=least > 0)
    return Interval(seen / most, np.where(np.isnan(seen), np.nan, upper))


def rate_limits(expected: ArrayLike, confidence: float, exact_below: float = 10) -> Interval:
    """Limits of a ratio of observed to expected, at a number of expected events.

    Parameters
    ----------
    expected : array_like of float, shape (n,)
        Events expected; of a rate, the baseline times the denominator.
    confidence : float
    exact_below : float
        As in `beyond_rate`, whose verdict turns at these limits.

    Returns
    -------
    Interval
        Ratios, 1 being as expected; NaN where nothing is expected.

    Raises
    ------
    MeasureError
        If a count is negative or infinite.
    ParameterError
        If the confidence does not lie between 0 and 1.
    """
    given, _ = counts_of(expected, 1.0)
    z = normal_quantile(confidence)
    sizes, place = np.unique(np.where(given == 0, np.nan, given), return_inverse=True)
    lower, upper = (
        _turning(sizes, z, (1 - confidence) / 2, exact_below, upward) for upward in (False, True)
    )
    return Interval((lower / sizes)[place], (upper / sizes)[place])


def _side(interval: Interval, baseline: ArrayLike) -> NDArray[np.int8]:
    """1 where the whole interval lies above the baseline, -1 below."""
    held = np.asarray(baseline, dtype=float)
    return (interval.lower > held).astype(np.int8) - (interval.upper < held).astype(np.int8)


def _turning(sizes: Floats, z: float, tail: float, exact_below: float, upward: bool) -> Floats:
    """The events from which on (up to which) an interval no longer holds each size."""
    from scipy.special import gammainc

    low = np.zeros_like(sizes)
    # wide enough on either side of every size: Byar's ends lie within z deviations and some
    high = np.where(np.isnan(sizes), 0.0, sizes + (z + 3) * (np.sqrt(sizes) + z + 3))
    for _ in range(_STEPS):
        seen = (low + high) / 2
        few = seen < exact_below
        if upward:
            # above the limit once the interval starts above the size
            with np.errstate(divide="ignore", invalid="ignore"):
                byar = seen * (1 - 1 / (9 * seen) - z / (3 * np.sqrt(seen))) ** 3 > sizes
            exact = gammainc(np.maximum(seen, 1e-300), sizes) < tail
        else:
            more = seen + 1
            byar = more * (1 - 1 / (9 * more) + z / (3 * np.sqrt(more))) ** 3 > sizes
            exact = gammainc(more, sizes) < 1 - tail
        above = np.where(few, exact, byar)
        low, high = np.where(above, low, seen), np.where(above, seen, high)
    return np.where(np.isnan(sizes), np.nan, (low + high) / 2)
