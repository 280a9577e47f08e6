"""Inequality from the least to the best placed: slope index and relative index."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from pmf_analysis.errors import MeasureError
from pmf_analysis.methods._arguments import Floats, normal_quantile
from pmf_analysis.methods.intervals import Interval


class SlopeIndex(NamedTuple):
    """Of each set of bands, shape (sets,); NaN where it cannot be said.

    Attributes
    ----------
    slope : ndarray of float
        Fitted value at the upper end of the ranking less that at the lower end.
    ratio : ndarray of float
        The one over the other.
    slope_interval, ratio_interval : Interval
    """

    slope: Floats
    ratio: Floats
    slope_interval: Interval
    ratio_interval: Interval


def slope_index(
    population: ArrayLike,
    value: ArrayLike,
    lower: ArrayLike,
    upper: ArrayLike,
    confidence: float = 0.95,
    given_confidence: float = 0.95,
) -> SlopeIndex:
    """Slope index and relative index of inequality over ordered bands.

    The line through the values at the middles of the bands' shares of the population, each
    weighted with its share. The values are taken as normal and independent, with the deviation
    that their intervals amount to; the slope's interval is then exact, and so is that of the
    ratio of two such sums (Fieller). Nothing is simulated.

    Parameters
    ----------
    population, value, lower, upper : array_like of float, shape (bands,) or (sets, bands)
        Of each band, in the order of the ranking: population, value, and its interval.
    confidence : float
        Of the interval of the index.
    given_confidence : float
        Of the intervals given.

    Returns
    -------
    SlopeIndex
        NaN where a value or an interval is not known, where fewer than two bands hold
        somebody, and for the ratio's interval where the lower end may be 0.

    Raises
    ------
    MeasureError
        If the shapes differ, or a population is negative.
    ParameterError
        If a confidence does not lie between 0 and 1.

    References
    ----------
    Low A, Low A (2004), Journal of Public Health 26: 388-395. Fieller EC (1954), Journal of
    the Royal Statistical Society B 16: 175-185.
    """
    z, given_z = normal_quantile(confidence), normal_quantile(given_confidence)
    parts = [np.atleast_2d(np.asarray(one, float)) for one in (population, value, lower, upper)]
    people, held, low, high = parts
    if len({one.shape for one in parts}) > 1 or (people < 0).any():
        raise MeasureError(
            f"Bands of shapes {', '.join(str(one.shape) for one in parts)}",
            "population, value and both ends of one shape, and no population below 0",
        )
    at_foot, at_head = _ends(people)
    variance = ((high - low) / 2 / given_z) ** 2
    foot, head = (at_foot * held).sum(axis=1), (at_head * held).sum(axis=1)
    foot_var, head_var, both = (
        (one * other * variance).sum(axis=1)
        for one, other in ((at_foot, at_foot), (at_head, at_head), (at_foot, at_head))
    )
    slope = head - foot
    half = z * np.sqrt(foot_var + head_var - 2 * both)
    ratio = head / np.where(foot == 0, np.nan, foot)
    return SlopeIndex(
        slope,
        ratio,
        Interval(slope - half, slope + half),
        _fieller(foot, head, foot_var * z**2, head_var * z**2, both * z**2),
    )


def _ends(people: Floats) -> tuple[Floats, Floats]:
    """Weights of the bands in the fitted values at both ends of the ranking."""
    whole = people.sum(axis=1, keepdims=True)
    share = people / np.where(whole == 0, np.nan, whole)
    middle = np.cumsum(share, axis=1) - share / 2
    centre = (share * middle).sum(axis=1, keepdims=True)
    spread = (share * (middle - centre) ** 2).sum(axis=1, keepdims=True)
    tilt = share * (middle - centre) / np.where(spread <= 1e-12, np.nan, spread)
    return share - centre * tilt, share + (1 - centre) * tilt


def _fieller(
    foot: Floats, head: Floats, foot_var: Floats, head_var: Floats, both: Floats
) -> Interval:
    """The ratios that two normal sums do not speak against; variances times z squared."""
    square = foot**2 - foot_var
    sure = (square > 0) & (foot > 0)
    square = np.where(sure, square, np.nan)
    middle = foot * head - both
    root = np.sqrt(np.maximum(middle**2 - square * (head**2 - head_var), 0))
    return Interval((middle - root) / square, (middle + root) / square)
