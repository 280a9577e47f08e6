"""Funnel limits as the R package FunnelPlotR 0.6.0 prints them, to reproduce published funnels.

Our own funnels use `overdispersion.overdispersed_limits`, which turn every limit back from its
scale. The package does not do so on the square-root scale; on that of rates its limits do not
depend on the number of events; and a lower limit of a proportion rises again below the size at
which it reaches 0.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from pmf_analysis.methods._arguments import Floats, normal_quantile
from pmf_analysis.methods.intervals import Interval
from pmf_analysis.terms import FunnelScale


def exact_ratio_limits(expected: ArrayLike, confidence: float) -> Interval:
    """Limits of a ratio at a number of expected events, from chi-squared quantiles.

    Parameters
    ----------
    expected : array_like of float, shape (n,)
    confidence : float
        0.95 or 0.998.

    Returns
    -------
    Interval
        Ratios: exact Poisson limits of as many events as are expected, over those expected.

    Raises
    ------
    ParameterError
        If the confidence does not lie between 0 and 1.
    """
    from scipy.special import gammaincinv

    normal_quantile(confidence)
    size = np.atleast_1d(np.asarray(expected, dtype=float))
    size = np.where(size > 0, size, np.nan)
    tail = (1 - confidence) / 2
    return Interval(gammaincinv(size, tail) / size, gammaincinv(size + 1, 1 - tail) / size)


def limits(
    denominator: ArrayLike,
    baseline: ArrayLike,
    scale: FunnelScale | str,
    tau2: ArrayLike,
    z: float,
) -> Interval:
    """Limits at a size as the package gives them; see `overdispersion.overdispersed_limits`.

    Parameters
    ----------
    denominator : array_like of float, shape (n,)
    baseline : array_like of float, shape (n,) or ()
    scale : FunnelScale
    tau2 : array_like of float, shape (n,) or ()
        0 for the limits that are not adjusted; those of ratios are `exact_ratio_limits`.
    z : float
        1.959964 or 3.090232, as the package has them.

    Returns
    -------
    Interval

    References
    ----------
    Mainey C (2024), FunnelPlotR 0.6.0, calculate_limits.
    """
    kind = FunnelScale(scale)
    size = np.atleast_1d(np.asarray(denominator, dtype=float))
    middle = np.asarray(baseline, dtype=float)
    variance = 1 / size if kind is FunnelScale.LOG_RATIO else 1 / (4 * size)
    half: Floats = z * np.sqrt(variance + np.asarray(tau2, dtype=float))
    if kind is FunnelScale.ROOT_RATIO:
        return Interval(1 - half, 1 + half)
    if kind is FunnelScale.PROPORTION:
        angle = np.arcsin(np.sqrt(middle))
        return Interval(np.sin(angle - half) ** 2, np.sin(angle + half) ** 2)
    return Interval(middle * np.exp(-half), middle * np.exp(half))
