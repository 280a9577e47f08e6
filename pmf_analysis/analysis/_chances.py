"""The chance that a coming figure, as printed, meets its target or is worse than its floor."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil, floor, inf, nan, nextafter

from pmf_analysis.forecasting import Distribution
from pmf_analysis.register.models import Indicator, Level
from pmf_analysis.terms import Polarity

Below = Callable[[float, int], float]
"""Chance of a figure below a value, so many periods ahead, counted from 0."""

# the same level, worked out in binary from either side, may differ by this share of a digit
_NOISE = 1e-6


def below_of(distribution: Distribution) -> Below:
    """Chances of a distribution."""

    def below(value: float, step: int) -> float:
        if value in (-inf, inf):
            return 0.0 if value < 0 else 1.0
        return float(distribution.chance_at_most(nextafter(value, -inf))[step])

    return below


def chance_of_target(below: Below, step: int, indicator: Indicator, target: Level | None) -> float:
    """Chance that the printed figure meets the target; NaN without one."""
    if target is None or indicator.polarity is Polarity.NEUTRAL:
        return nan
    return _between(below, step, *_meets(target.value, float(indicator.tolerance or 0), indicator))


def chance_of_floor(
    below: Below, step: int, indicator: Indicator, target: Level | None, least: Level | None
) -> float:
    """Chance that the printed figure is worse than the floor; NaN without one.

    Where close to target is good, the floor stands for its distance from the target, on both
    sides, as it does for the status.
    """
    if least is None or indicator.polarity is Polarity.NEUTRAL:
        return nan
    if indicator.polarity is not Polarity.CLOSE_TO_TARGET:
        return 1 - _between(below, step, *_meets(least.value, 0.0, indicator))
    if target is None:
        return nan
    reach = max(abs(least.value - target.value), float(indicator.tolerance or 0))
    return 1 - _between(below, step, *_meets(target.value, reach, indicator))


def _between(below: Below, step: int, low: float, high: float) -> float:
    upper = 1.0 if high == inf else below(high, step)
    lower = 0.0 if low == -inf else below(low, step)
    return min(max(upper - lower, 0.0), 1.0)


def _meets(value: float, reach: float, indicator: Indicator) -> tuple[float, float]:
    """The figures, from the first up to the second, whose printed text keeps to a level."""
    digit = 10.0**-indicator.decimals
    lowest = (ceil((value - reach) / digit - _NOISE) - 0.5) * digit
    highest = (floor((value + reach) / digit + _NOISE) + 0.5) * digit
    if indicator.polarity is Polarity.HIGH:
        return lowest, inf
    if indicator.polarity is Polarity.LOW:
        return -inf, highest
    return lowest, highest
