"""What if more cases came than are forecast, and no more were done.

The simple assumption, said wherever it is used: capacity stays. Of a share, as many cases as are
forecast count towards the numerator, and the cases above the forecast do not; so it falls by the
factor by which its whole grows, and so does every point of its range. Of a stock, more start and
as many end as are forecast; so it grows by the starts above the forecast.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan, nan
from statistics import NormalDist

import numpy as np

from pmf_analysis.register.models import Indicator
from pmf_analysis.studies._run_rate import StillToCome, printed_edge
from pmf_analysis.terms import MeasureKind, Polarity

_LEVELS = (0.025, 0.1, 0.5, 0.9, 0.975)
_TELLS = 2.33  # chances of 1% and of 99%
_NORMAL = NormalDist()


@dataclass(frozen=True)
class Outlook:
    """A coming figure: its middle, its ranges, and its chance of meeting the target.

    Attributes
    ----------
    points : tuple of float
        Lower end of the 95% and the 80% range, middle, upper end of the 80% and the 95% range.
    target_chance : float
        NaN without a target.
    """

    points: tuple[float, float, float, float, float]
    target_chance: float

    @property
    def middle(self) -> float:
        """The middle forecast."""
        return self.points[2]


def can_be_asked(indicator: Indicator) -> bool:
    """Whether more cases would mean work that must be done: a share of which more is better."""
    return (
        indicator.kind is MeasureKind.PROPORTION
        and indicator.polarity is Polarity.HIGH
        and not indicator.stock
    )


def with_more(
    indicator: Indicator, outlook: Outlook, stretch: StillToCome, share: float, target: float
) -> Outlook:
    """The coming figure with more cases than are forecast.

    Parameters
    ----------
    indicator : Indicator
        One for which `can_be_asked` holds.
    outlook : Outlook
        As forecast.
    stretch : StillToCome
    share : float
        0.1 for a tenth more cases in each period still to come.
    target : float
        In the indicator's unit; NaN without.

    Returns
    -------
    Outlook
        Never with a higher chance than as forecast, and a lower one the more cases come. The
        chance is read from the ends of the ranges on the scale of normal deviates, moved so
        that with no more cases it is that of the forecast, as far as this can be told.
    """
    total = stretch.denominator + stretch.coming
    if not total > 0:
        return outlook
    factor = (total + share * stretch.coming) / total
    points = tuple(point / factor for point in outlook.points)
    chance = outlook.target_chance
    if not isnan(chance) and not isnan(target):
        edge = printed_edge(indicator, target)
        chance = _chance_above(outlook.points, edge, edge * factor, chance)
    return Outlook((points[0], points[1], points[2], points[3], points[4]), chance)


def starts_can_be_asked(indicator: Indicator) -> bool:
    """Whether it is a stock whose starts are known, and of which more is not better."""
    return indicator.flows is not None and indicator.polarity in (Polarity.LOW, Polarity.NEUTRAL)


def with_more_starts(
    indicator: Indicator, outlook: Outlook, added: float, target: float
) -> Outlook:
    """The coming stock with more starts than are forecast.

    Parameters
    ----------
    indicator : Indicator
        One for which `starts_can_be_asked` holds.
    outlook : Outlook
        As forecast.
    added : float
        What the starts above the forecast add by then, in the stock's unit; at least 0.
    target : float
        In the indicator's unit; NaN without.

    Returns
    -------
    Outlook
        Never with a higher chance than as forecast; it is read as in `with_more`.
    """
    points = tuple(point + added for point in outlook.points)
    chance = outlook.target_chance
    if not isnan(chance) and not isnan(target):
        edge = printed_edge(indicator, target)
        # at most an edge is at least its mirror image
        mirrored = tuple(-point for point in reversed(outlook.points))
        chance = _chance_above(mirrored, -edge, added - edge, chance)
    return Outlook((points[0], points[1], points[2], points[3], points[4]), chance)


def _chance_above(points: tuple[float, ...], edge: float, moved: float, known: float) -> float:
    """Chance of a value at or above a moved edge, where that above the edge itself is known."""
    if any(isnan(point) for point in points):
        return nan
    if known == 0:
        return 0.0
    if known == 1 and moved <= points[0]:
        return known
    said = _TELLS if known == 1 else _NORMAL.inv_cdf(known)
    by_ranges = -_deviate(points, edge)
    # where the ranges are surer than a chance can be told, they are not less sure than it
    surer = by_ranges > said
    shift = _as_told(by_ranges) - _as_told(said) if surer else by_ranges - said
    return min(_NORMAL.cdf(-_deviate(points, moved) - shift), known)


def _as_told(deviate: float) -> float:
    """A deviate no further out than where futures, some hundreds of them, tell chances apart."""
    return max(-_TELLS, min(deviate, _TELLS))


def _deviate(points: tuple[float, ...], value: float) -> float:
    """Normal deviate of a value among the ends of the ranges; beyond them on along a line."""
    deviates = [_NORMAL.inv_cdf(level) for level in _LEVELS]
    # ends that fall together are told apart by less than any figure is printed with
    least = 1e-9 * max(1.0, abs(points[2]))
    ends = [point + place * least for place, point in enumerate(points)]
    slope = (deviates[-1] - deviates[0]) / (ends[-1] - ends[0])
    beyond = min(value - ends[0], 0.0) + max(value - ends[-1], 0.0)
    return float(np.interp(value, ends, deviates)) + slope * beyond
