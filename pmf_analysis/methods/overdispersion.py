"""Funnels of places that differ by more than chance: how much more, and limits that allow for it.

Places differ in ways that no indicator holds constant, so that far more of them than chance
explains may lie outside a plain funnel. The spread between them is measured without the
extreme ones, and added to that of chance.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pmf_analysis.errors import ParameterError
from pmf_analysis.methods._arguments import (
    Floats,
    counts_of,
    normal_quantile,
    proportions_of,
)
from pmf_analysis.methods._grouped import group_codes, quantile, ranks, sizes, totals
from pmf_analysis.methods.funnel import baselines
from pmf_analysis.methods.intervals import Interval
from pmf_analysis.terms import FunnelScale

_RATIOS = (FunnelScale.LOG_RATIO, FunnelScale.ROOT_RATIO)


class Spread(NamedTuple):
    """How places of a funnel differ.

    Attributes
    ----------
    z : ndarray of float, shape (n,)
        Deviations from the baseline on the scale; NaN where a count is not known.
    deviation : ndarray of float, shape (n,)
        That of chance, on the scale.
    phi : ndarray of float, shape (groups,)
        Mean square of z without the extremes: 1 is what chance gives. NaN without a place.
    tau2 : ndarray of float, shape (groups,)
        Variance between the places that chance does not explain; 0 where there is none.
    baseline : ndarray of float, shape (groups,)
        Of a ratio 1.
    """

    z: Floats
    deviation: Floats
    phi: Floats
    tau2: Floats
    baseline: Floats

    @property
    def overdispersed(self) -> NDArray[np.bool_]:
        """Where the places differ by more than chance: phi above 1; shape (groups,)."""
        return self.phi > 1


def spread(
    numerator: ArrayLike,
    denominator: ArrayLike,
    scale: FunnelScale | str,
    group: ArrayLike | None = None,
    trim: float = 0.1,
) -> Spread:
    """Measure how much places differ, over and above chance.

    Parameters
    ----------
    numerator, denominator : array_like of float, shape (n,)
        Counts; of a ratio, observed and expected events. NaN where not known.
    scale : FunnelScale
        On the logarithm of a ratio the ranks at both ends are left out; on the others z is
        brought in to its quantiles. A place without an event has half an event on the
        logarithm of a ratio.
    group : array_like of int, shape (n,), optional
        Numbers of the funnels, from 0; all are one when not given.
    trim : float
        Share at each end that counts as extreme, in (0, 0.5).

    Returns
    -------
    Spread

    Raises
    ------
    MeasureError
        If a count is negative or infinite, or a proportion above 1.
    ParameterError
        If the trimmed share is not between 0 and a half, or groups are wrong.

    References
    ----------
    Spiegelhalter DJ, Sherlaw-Johnson C, Bardsley M, Blunt I, Wood C, Grigg O (2012), Journal
    of the Royal Statistical Society A 175: 1-47. NHS Digital (2020), SHMI methodology, version
    1.34 (logarithm of a ratio). DerSimonian R, Laird N (1986), Controlled Clinical Trials 7:
    177-188 (tau2).
    """
    if not 0 < trim < 0.5:
        raise ParameterError(f"A trimmed share of {trim!r}", "a share between 0 and 0.5")
    kind = FunnelScale(scale)
    given = proportions_of if kind is FunnelScale.PROPORTION else counts_of
    events, whole = given(numerator, denominator)
    whole = np.where(whole == 0, np.nan, whole)
    codes, groups = group_codes(group, len(events))
    middle = np.ones(groups) if kind in _RATIOS else baselines(events, whole, codes)
    y, deviation = _on_scale(events, whole, kind)
    at_zero = np.where(middle == 0, np.nan, middle) if kind is FunnelScale.LOG_RATE else middle
    z = (y - _moved(at_zero, kind)[codes]) / deviation
    held = _without_extremes(z, codes, groups, kind, trim)
    weight = np.where(np.isnan(held), np.nan, 1 / deviation**2)
    count = sizes(~np.isnan(held), codes, groups).astype(float)
    phi = totals(held**2, codes, groups) / np.where(count == 0, np.nan, count)
    weights, squares = (totals(weight**power, codes, groups) for power in (1, 2))
    room = weights - squares / np.where(weights == 0, np.nan, weights)
    extra = (count * phi - (count - 1)) / np.where(room > 1e-9 * weights, room, np.nan)
    return Spread(z, deviation, phi, np.maximum(np.nan_to_num(extra), 0.0), middle)


def overdispersed_limits(
    denominator: ArrayLike,
    baseline: ArrayLike,
    scale: FunnelScale | str,
    tau2: ArrayLike,
    confidence: float,
) -> Interval:
    """Limits at a size, with the spread between places added to that of chance.

    Parameters
    ----------
    denominator : array_like of float, shape (n,)
        Of a ratio, events expected.
    baseline : array_like of float, shape (n,) or ()
        1 for a ratio.
    scale : FunnelScale
    tau2 : array_like of float, shape (n,) or ()
        From `spread`; 0 gives the limits of chance alone.
    confidence : float
        0.95 or 0.998.

    Returns
    -------
    Interval
        In the unit of the baseline, turned back from the scale, never below 0 and of a
        proportion never above 1.

    Raises
    ------
    ParameterError
        If the confidence does not lie between 0 and 1.
    """
    z = normal_quantile(confidence)
    kind = FunnelScale(scale)
    size = np.atleast_1d(np.asarray(denominator, dtype=float))
    size = np.where(size == 0, np.nan, size)
    middle = np.asarray(baseline, dtype=float)
    half = z * np.sqrt(_chance(size, middle, kind) ** 2 + np.asarray(tau2, dtype=float))
    if kind in (FunnelScale.LOG_RATIO, FunnelScale.LOG_RATE):
        return Interval(middle * np.exp(-half), middle * np.exp(half))
    if kind is FunnelScale.PROPORTION:
        angle = np.arcsin(np.sqrt(middle))
        low, high = np.maximum(angle - half, 0.0), np.minimum(angle + half, np.pi / 2)
        return Interval(np.sin(low) ** 2, np.sin(high) ** 2)
    root = np.sqrt(middle)
    return Interval(np.maximum(root - half, 0.0) ** 2, (root + half) ** 2)


def _chance(size: Floats, middle: Floats, kind: FunnelScale) -> Floats:
    """Deviation of chance on the scale for a place of a size that lies on the baseline."""
    if kind is FunnelScale.LOG_RATIO:
        return 1 / np.sqrt(size)
    if kind is FunnelScale.LOG_RATE:
        return _of_two_counts(size * middle, size)
    return 1 / (2 * np.sqrt(size))


def _of_two_counts(events: Floats, whole: Floats) -> Floats:
    return np.sqrt(events / (events + 0.5) ** 2 + whole / (whole + 0.5) ** 2)


def _on_scale(events: Floats, whole: Floats, kind: FunnelScale) -> tuple[Floats, Floats]:
    """Each place on the scale, and its deviation of chance."""
    if kind is FunnelScale.LOG_RATE:
        return np.log((events + 0.5) / (whole + 0.5)), _of_two_counts(events, whole)
    deviation = _chance(whole, np.ones(1), kind)
    if kind is FunnelScale.PROPORTION:
        return np.arcsin(np.sqrt(events / whole)), deviation
    if kind is FunnelScale.ROOT_RATIO:
        return np.sqrt(events / whole), deviation
    return np.log(np.where(events == 0, 0.5, events) / whole), deviation


def _moved(middle: Floats, kind: FunnelScale) -> Floats:
    if kind in _RATIOS:
        return np.zeros_like(middle) if kind is FunnelScale.LOG_RATIO else np.ones_like(middle)
    return np.log(middle) if kind is FunnelScale.LOG_RATE else np.arcsin(np.sqrt(middle))


def _without_extremes(
    z: Floats, codes: NDArray[np.int64], groups: int, kind: FunnelScale, trim: float
) -> Floats:
    """Deviations without the extreme ranks, or with the extremes brought in."""
    if kind is FunnelScale.LOG_RATIO:
        _, mean = ranks(z, codes)
        count = sizes(~np.isnan(z), codes, groups)[codes]
        part = np.floor(mean / trim / (count + 1) + 1e-9)
        return np.where((part >= 1) & (part < np.round(1 / trim) - 1), z, np.nan)
    low, high = (quantile(z, codes, groups, share)[codes] for share in (trim, 1 - trim))
    return np.clip(z, low, high)
