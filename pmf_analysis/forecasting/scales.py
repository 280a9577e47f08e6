"""The scale that a series is worked on, chosen so that impossible values cannot occur."""

from __future__ import annotations

from enum import Enum

import numpy as np
from numpy.typing import NDArray

from pmf_analysis.forecasting.series import Series
from pmf_analysis.terms import SeriesKind

Floats = NDArray[np.float64]


_MOST_LOG = 700.0
"""Larger numbers than this exponent gives are no floats."""


_LEAST = 0.1


class Scale(Enum):
    """How figures are bent before they are forecast."""

    LOGIT = "logit"
    LOG = "log"
    ROOT = "square-root"
    PLAIN = "plain"


def scale_of(series: Series) -> Scale:
    """Scale by the kind and the figures of a series."""
    known = series.values[~np.isnan(series.values)]
    if series.kind is SeriesKind.PERCENT and series.lower == 0 and series.upper == 100:
        return Scale.LOGIT
    if not len(known) or known.min() < 0:
        return Scale.PLAIN
    if series.kind is SeriesKind.SMALL_COUNT or known.min() == 0:
        return Scale.ROOT
    return Scale.LOG


def to_working(series: Series, scale: Scale) -> Floats:
    """The figures on the working scale, shape (points,); NaN stays NaN."""
    values = series.values
    if scale is Scale.LOGIT:
        if series.denominators is not None:
            whole = series.denominators
            cases = values / 100 * whole
            return np.where(whole > 0, _counted(cases, whole), _printed(values))
        return _printed(values)
    return bend(values, scale)


def last_digit(percentages: Floats) -> float:
    """Step of the last digit in which percentages are given: 1, or 0.1 where any is broken."""
    known = percentages[~np.isnan(percentages)]
    return 1.0 if np.all(known == np.rint(known)) else 0.1


def _printed(values: Floats) -> Floats:
    """Logit of percentages without their cases: 0 and 100 are half a digit from the end."""
    half = last_digit(values) / 2
    return bend(np.clip(values, half, 100 - half), Scale.LOGIT)


def _counted(cases: Floats, whole: Floats) -> Floats:
    """Logit of a share of cases, with one more case at the share so far.

    Half a case on either side would pull every small month towards 50%: 3 of 3 to 87%. None so
    far is not never: each side gets a tenth of a case at least.
    """
    known = ~np.isnan(cases) & (whole > 0)
    so_far, all_so_far = (np.cumsum(np.where(known, part, 0.0)) for part in (cases, whole))
    share = np.clip((so_far + 0.5) / (all_so_far + 1.0), _LEAST, 1 - _LEAST)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log(cases + share) - np.log(whole - cases + 1.0 - share)


def bend(values: Floats, scale: Scale) -> Floats:
    """Values on the working scale; what lies beyond its ends becomes infinite."""
    with np.errstate(divide="ignore", invalid="ignore"):
        if scale is Scale.LOGIT:
            inside = np.clip(values, 0.0, 100.0)
            return np.log(inside) - np.log(100.0 - inside)
        if scale is Scale.LOG:
            return np.log(np.maximum(values, 0.0))
        if scale is Scale.ROOT:
            return np.where(values < 0, -np.inf, np.sqrt(np.maximum(values, 0.0)))
        return np.asarray(values, dtype=float)


def unbend(z: Floats, scale: Scale) -> Floats:
    """Back to the series' unit; never outside what can be."""
    if scale is Scale.LOGIT:
        with np.errstate(invalid="ignore"):
            return 100.0 * np.exp(-np.logaddexp(0.0, -z))
    if scale is Scale.LOG:
        return np.exp(np.minimum(z, _MOST_LOG))
    if scale is Scale.ROOT:
        return np.maximum(z, 0.0) ** 2
    return z
