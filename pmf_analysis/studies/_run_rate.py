"""What the cases still to come must bring for a target to be met by its date.

Arithmetic alone: counts of the periods that are over as they stand, the wholes forecast for those
to come, and the target as it is printed. Nothing here is a chance.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, nan

from pmf_analysis import formats
from pmf_analysis.register.models import Indicator
from pmf_analysis.terms import MeasureKind, Polarity, RunRate


@dataclass(frozen=True)
class StillToCome:
    """The stretch of the figure that a target is held against, at its date.

    Attributes
    ----------
    numerator, denominator : float
        Of its periods that are over; 0 where none of it is over.
    coming : float
        Denominators forecast for its periods still to come; of a count 0.
    periods : int
        Periods still to come, at least 1.
    """

    numerator: float
    denominator: float
    coming: float
    periods: int


@dataclass(frozen=True)
class Needed:
    """What is asked of the cases still to come.

    Attributes
    ----------
    verdict : RunRate
    cases : float
        Least numerator of the periods still to come that meets the target; where lower is
        better, the most. Whole, but for a mean. NaN where it was not worked out.
    of : float
        Denominators expected in them, whole; NaN for a count.
    """

    verdict: RunRate = RunRate.NOT_TOLD
    cases: float = nan
    of: float = nan


_WHOLES = (MeasureKind.PROPORTION, MeasureKind.MEAN, MeasureKind.RATE)


def needed(indicator: Indicator, stretch: StillToCome, target: float) -> Needed:
    """What the cases still to come must bring.

    Parameters
    ----------
    indicator : Indicator
        Its kind, multiplier, polarity and printed decimals.
    stretch : StillToCome
    target : float
        In the indicator's unit.

    Returns
    -------
    Needed
        ``not_told`` for a median, a polarity with no one good way, or where no case is expected.
    """
    high = indicator.polarity is Polarity.HIGH
    if indicator.polarity not in (Polarity.HIGH, Polarity.LOW):
        return Needed()
    if indicator.kind is MeasureKind.MEDIAN:
        return Needed()
    wholes = indicator.kind in _WHOLES
    coming = formats.round_half_up(stretch.coming) if wholes else nan
    total = stretch.denominator + coming if wholes else 1.0
    if not total > 0 or (wholes and not coming > 0):
        return Needed()
    edge = printed_edge(indicator, target) * total / indicator.multiplier - stretch.numerator
    if indicator.kind is MeasureKind.MEAN:
        out = not high and edge <= 0
        return Needed(RunRate.OUT_OF_REACH if out else _or_anyway(high and edge <= 0), edge, coming)
    cases = _whole_cases(indicator, stretch.numerator, total, target, edge)
    most = coming if indicator.kind is MeasureKind.PROPORTION else float("inf")
    if high:
        out, anyway = cases > most, cases <= 0
    else:
        out, anyway = cases < 0, cases >= most
    return Needed(RunRate.OUT_OF_REACH if out else _or_anyway(anyway), cases, coming)


def meets(indicator: Indicator, value: float, target: float) -> bool:
    """Whether a value, as printed, meets a target; of a polarity with no good way, never."""
    shown = formats.round_half_up(value, indicator.decimals)
    if indicator.polarity is Polarity.HIGH:
        return shown >= target
    if indicator.polarity is Polarity.LOW:
        return shown <= target
    if indicator.polarity is Polarity.CLOSE_TO_TARGET and indicator.tolerance is not None:
        return formats.round_half_up(abs(shown - target), 9) <= indicator.tolerance
    return False


def printed_edge(indicator: Indicator, target: float) -> float:
    """The value from which (up to which) a figure is printed as one that meets its target."""
    digit = 10.0**-indicator.decimals
    in_digits = formats.round_half_up(target / digit, 6)
    if indicator.polarity is Polarity.HIGH:
        return (ceil(in_digits) - 0.5) * digit
    return (floor(in_digits) + 0.5) * digit


def _or_anyway(anyway: bool) -> RunRate:
    return RunRate.MET_ANYWAY if anyway else RunRate.NEEDED


def _whole_cases(
    indicator: Indicator, known: float, total: float, target: float, edge: float
) -> float:
    """The whole number at the edge, tried as it would be printed."""
    high = indicator.polarity is Polarity.HIGH

    def would_meet(cases: float) -> bool:
        return meets(indicator, (known + cases) / total * indicator.multiplier, target)

    cases = float(floor(edge)) - 1.0 if high else float(ceil(edge)) + 1.0
    while not would_meet(cases):
        cases += 1.0 if high else -1.0
    return cases
