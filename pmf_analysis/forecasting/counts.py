"""Whole cases: the noise that few of them give a figure, and quantiles in whole numbers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pmf_analysis.forecasting.scales import Scale, bend, unbend
from pmf_analysis.forecasting.series import Series
from pmf_analysis.terms import SeriesKind

Floats = NDArray[np.float64]

COUNTED = (SeriesKind.COUNT, SeriesKind.SMALL_COUNT)

_MOST_NOISE = 3.0
"""On the logit, of a whole so small that it tells next to nothing."""


def is_whole(series: Series) -> bool:
    """Whether only whole numbers can occur: small counts, and counts given as whole numbers."""
    if series.kind is SeriesKind.SMALL_COUNT:
        return True
    known = series.values[~np.isnan(series.values)]
    return series.kind is SeriesKind.COUNT and bool(np.all(known == np.rint(known)))


def poisson_noise(z: Floats, scale: Scale) -> Floats:
    """Standard deviation of a count that is expected at ``z``, on its working scale.

    One half on the square root, one over the root of the count on the log.

    References
    ----------
    Bartlett MS (1936), Supplement to the Journal of the Royal Statistical Society 3: 68-78.
    """
    if scale is Scale.ROOT:
        return np.full_like(z, 0.5)
    if scale is Scale.LOG:
        return np.exp(-0.5 * np.maximum(z, 0.0))
    return np.zeros_like(z)


def binomial_noise(z: Floats, whole: Floats) -> Floats:
    """Standard deviation of the logit of a share of ``whole`` cases, expected at ``z``.

    0 where the whole is not known.

    References
    ----------
    Cox DR, Snell EJ (1989), Analysis of Binary Data, 2nd ed., section 2.1.
    """
    share = 1 / (1 + np.exp(-np.clip(z, -30, 30)))
    with np.errstate(divide="ignore", invalid="ignore"):
        noise = 1 / np.sqrt(whole * share * (1 - share))
    return np.where(whole > 0, np.minimum(noise, _MOST_NOISE), 0.0)


def denominators_of(series: Series) -> Floats:
    """Wholes of a percentage, shape (points,); NaN where not known or nobody."""
    if series.denominators is None:
        return np.full(len(series.values), np.nan)
    whole = np.asarray(series.denominators, dtype=float)
    return np.where(whole > 0, whole, np.nan)


def recent_mean(whole: Floats, season: int) -> Floats:
    """Mean over the last year of each row, shape (series, 1); over all where it holds none."""
    return _mean(whole[:, -max(season, 1) :], _mean(whole, np.full((len(whole), 1), np.nan)))


def to_edges(actual: Floats, middle: Floats, scale: Scale) -> Floats:
    """Error of whole figures: how far the middle is from any value rounded to the figure.

    Parameters
    ----------
    actual, middle : ndarray, one shape
        On the working scale.
    scale : Scale

    Returns
    -------
    ndarray
        At least 0; NaN where there was no figure.
    """
    figure = np.rint(unbend(actual, scale))
    low = bend(figure - 0.5, scale) if scale is Scale.PLAIN else _bent_floor(figure, scale)
    high = bend(figure + 0.5, scale)
    return np.maximum(np.maximum(low - middle, middle - high), 0.0)


def _bent_floor(figure: Floats, scale: Scale) -> Floats:
    """Working value of half a case less; of nobody, any value below."""
    return np.where(figure > 0, bend(np.maximum(figure - 0.5, 0.25), scale), -np.inf)


def _mean(values: Floats, without: Floats) -> Floats:
    known = ~np.isnan(values)
    count = known.sum(axis=1, keepdims=True)
    total = np.where(known, values, 0.0).sum(axis=1, keepdims=True)
    return np.where(count > 0, total / np.maximum(count, 1), without)
