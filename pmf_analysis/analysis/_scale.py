"""The scale that a series is forecast on, chosen so that impossible values cannot occur."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from pmf_analysis.register.models import Indicator
from pmf_analysis.terms import MeasureKind

Floats = NDArray[np.float64]


class Scale(Enum):
    """How figures are bent before they are forecast."""

    LOGIT = "logit"
    LOG = "log"
    ROOT = "square-root"
    PLAIN = "plain"


@dataclass(frozen=True)
class Working:
    """One series on its working scale.

    Attributes
    ----------
    scale : Scale
    z : ndarray, shape (periods,)
    floor : float
        Least standard error of a forecast: chance in a figure of this size, or half the last
        printed digit.
    """

    scale: Scale
    z: Floats
    floor: float


def to_working(
    values: Floats,
    numerators: Floats,
    denominators: Floats,
    indicator: Indicator,
    log_up_to_ratio: float,
) -> Working:
    """Choose the scale of one series and bend it.

    Parameters
    ----------
    values, numerators, denominators : ndarray, shape (periods,)
        Values without gaps; NaN where a count is not known.
    indicator : Indicator
    log_up_to_ratio : float
        Highest over lowest value up to which the log scale is used.

    Returns
    -------
    Working

    Notes
    -----
    A share of a whole becomes ``log((k + 0.5) / (n - k + 0.5))`` of its counts; where these
    are not known, 0% and 100% become half the last printed digit from the end.
    """
    scale = _choose(values, indicator, log_up_to_ratio)
    digit = 0.5 * 10.0**-indicator.decimals
    counted = scale is Scale.LOGIT and bool(np.all(denominators > 0) and np.all(numerators >= 0))
    if counted:
        inside = np.minimum(numerators, denominators)
        z = np.log((inside + 0.5) / (denominators - inside + 0.5))
    else:
        z = bend(np.clip(values, digit, 100 - digit) if scale is Scale.LOGIT else values, scale)
    noise = _chance(scale, values, numerators, denominators, indicator)
    return Working(scale, z, max(noise, _last_digit(scale, float(values[-1]), digit)))


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
    """Back to the indicator's unit; never outside what can be."""
    if scale is Scale.LOGIT:
        with np.errstate(invalid="ignore"):
            return 100.0 * np.exp(-np.logaddexp(0.0, -z))
    if scale is Scale.LOG:
        return np.exp(z)
    if scale is Scale.ROOT:
        return np.maximum(z, 0.0) ** 2
    return z


def _choose(values: Floats, indicator: Indicator, log_up_to_ratio: float) -> Scale:
    lowest, highest = float(values.min()), float(values.max())
    share = indicator.kind is MeasureKind.PROPORTION and indicator.unit == "percent"
    if share and lowest >= 0 and highest <= 100:
        return Scale.LOGIT
    if lowest < 0:
        return Scale.PLAIN
    if lowest > 0 and highest <= log_up_to_ratio * lowest:
        return Scale.LOG
    return Scale.ROOT


def _chance(
    scale: Scale, values: Floats, numerators: Floats, denominators: Floats, indicator: Indicator
) -> float:
    """Standard error that chance alone gives a figure of the series' usual size."""
    if indicator.kind not in (MeasureKind.PROPORTION, MeasureKind.RATE, MeasureKind.COUNT):
        return 0.0
    count = float(np.mean(numerators))
    if np.isnan(count):
        return 0.0
    if scale is Scale.LOGIT:
        rest = float(np.mean(denominators - numerators))
        return 0.0 if np.isnan(rest) else float(np.sqrt(1 / (count + 0.5) + 1 / (abs(rest) + 0.5)))
    if scale is Scale.LOG:
        return 1 / np.sqrt(count + 0.5)
    if scale is Scale.ROOT:
        mean = float(np.mean(values))
        per_case = mean / count if count > 0 else 1.0
        return 0.5 * np.sqrt(per_case)
    return 0.0


def _last_digit(scale: Scale, value: float, digit: float) -> float:
    """Half the last printed digit, as it looks on the working scale."""
    if scale is Scale.LOGIT:
        value = float(np.clip(value, digit, 100 - digit))
        ends = np.array([max(value - digit, digit / 2), min(value + digit, 100 - digit / 2)])
    elif scale is Scale.PLAIN:
        ends = np.array([value - digit, value + digit])
    else:
        ends = np.array([max(value - digit, value / 2), value + digit])
    low, high = bend(ends, scale)
    return float(high - low) / 2
