"""Numerators and denominators into values, with the reason where there is none.

Arrays in, arrays out: the same arithmetic serves a delivered figure and the sum of twelve.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pmf_analysis.errors import RuleSetError
from pmf_analysis.measures.known import REASONS, Cells
from pmf_analysis.methods.intervals import (
    byars_interval,
    count_interval,
    interval_method,
    wilson_interval,
)
from pmf_analysis.register.models import Indicator, RuleSet
from pmf_analysis.terms import MeasureKind, State

NOT_APPLICABLE = REASONS.index(State.NOT_APPLICABLE) + 1
UNRELIABLE = REASONS.index(State.UNRELIABLE) + 1

ZERO = "no value: the denominator is 0"
ABOVE = "no value: the numerator is above the denominator"
BELOW_ZERO = "no value: a count is below 0"
NO_INTERVAL = "no interval without the records"
TWICE = "delivered twice with different values"
AS_PUBLISHED = "as published"
WITHOUT_PARTS = "as published; no interval without numerator and denominator"


@dataclass(frozen=True)
class Confidence:
    """What the rule set ``intervals`` says.

    Attributes
    ----------
    confidence : float
        Share of intervals that hold the true value.
    exact_below : float
        Events; with fewer, exact limits instead of Byar's.
    """

    confidence: float
    exact_below: float

    @classmethod
    def of(cls, rules: RuleSet) -> Confidence:
        """Read the rule set.

        Raises
        ------
        RuleSetError
            If it lacks ``confidence`` or ``exact_below``, or one is no number.
        """
        held = {}
        for name in ("confidence", "exact_below"):
            value = rules.values.get(name)
            if not isinstance(value, int | float) or isinstance(value, bool):
                raise RuleSetError(
                    f"The rule set {rules.label} gives {name} as {value!r}",
                    "a number",
                    f"Set values.{name} in its file in data/reference/rules",
                )
            held[name] = float(value)
        return cls(**held)


@dataclass(frozen=True)
class Values:
    """Values of one indicator, each attribute of shape (n,).

    Attributes
    ----------
    value, lower, upper : ndarray of float
        In the indicator's unit; NaN where there is none.
    reason : ndarray of int
        0 where there is a value, else the rank of the reason (``REASONS``).
    method : ndarray of str
        How the interval was made, or why there is no value or interval.
    """

    value: NDArray[np.float64]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    reason: NDArray[np.int8]
    method: NDArray[np.object_]


def values_of(
    indicator: Indicator,
    numerator: NDArray[np.float64],
    denominator: NDArray[np.float64],
    reason: NDArray[np.int8],
    rule: Confidence,
) -> Values:
    """Values and intervals from the two counts.

    Parameters
    ----------
    indicator : Indicator
        For its kind and multiplier.
    numerator, denominator : ndarray of float, shape (n,)
        The denominator of a count is not used.
    reason : ndarray of int, shape (n,)
        Rank of the reason where a part has no number, else 0.
    rule : Confidence

    Returns
    -------
    Values
        ``numerator / denominator * multiplier``, or ``numerator * multiplier`` for a count.
        No value where the denominator is 0, where a count is negative, and where the
        numerator of a proportion exceeds its denominator; ``method`` says which.
    """
    counts = indicator.kind is MeasureKind.COUNT
    whole = np.ones_like(numerator) if counts else denominator
    reason, method = reason.copy(), np.full(numerator.shape, "", dtype=object)
    zero = (reason == 0) & (whole == 0)
    above = (reason == 0) & (indicator.kind is MeasureKind.PROPORTION) & (numerator > whole)
    below = (reason == 0) & (indicator.kind in _COUNTED) & ((numerator < 0) | (whole < 0))
    for rows, rank, words in (
        (above, UNRELIABLE, ABOVE), (zero, NOT_APPLICABLE, ZERO), (below, UNRELIABLE, BELOW_ZERO),
    ):  # fmt: skip
        reason[rows], method[rows] = rank, words
    sound = reason == 0
    top, bottom = np.where(sound, numerator, np.nan), np.where(sound, whole, np.nan)
    lower, upper = _interval(indicator.kind, top, bottom, rule)
    named = interval_method(indicator.kind, top, rule.confidence, rule.exact_below)
    if indicator.kind not in _COUNTED:
        named = np.full(numerator.shape, NO_INTERVAL, dtype=object)
    scale = indicator.multiplier
    return Values(
        top / bottom * scale, lower * scale, upper * scale, reason, np.where(sound, named, method)
    )


def as_delivered(printed: Cells, words: str) -> Values:
    """Values that stand as they were delivered, without an interval.

    Parameters
    ----------
    printed : Cells
        The values as published.
    words : str
        ``method`` of those that have a number.

    Returns
    -------
    Values
    """
    nothing = np.full(len(printed.value), np.nan)
    reason = np.where(printed.clash, np.int8(1), printed.reason)
    method = np.where(printed.clash, TWICE, np.where(reason == 0, words, ""))
    return Values(printed.value, nothing, nothing, reason, method.astype(object))


def with_printed(values: Values, printed: NDArray[np.float64], usable: NDArray[np.bool_]) -> Values:
    """Use the printed value where the parts are withheld and the value is not.

    Parameters
    ----------
    values : Values
    printed : ndarray of float, shape (n,)
        The value as published; NaN where there is none.
    usable : ndarray of bool, shape (n,)
        Where the printed value may stand in.

    Returns
    -------
    Values
        There without an interval; ``method`` keeps the reason of the parts in words.
    """
    rows = usable & (values.reason > 0) & ~np.isnan(printed)
    words = np.array(["", *(f"as published; parts {one.label}" for one in REASONS)], dtype=object)
    return replace(
        values,
        value=np.where(rows, printed, values.value),
        reason=np.where(rows, np.int8(0), values.reason),
        method=np.where(rows, words[values.reason], values.method),
    )


_COUNTED = (MeasureKind.PROPORTION, MeasureKind.RATE, MeasureKind.COUNT)


def _interval(
    kind: MeasureKind, top: NDArray[np.float64], bottom: NDArray[np.float64], rule: Confidence
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if kind is MeasureKind.PROPORTION:
        return wilson_interval(top, bottom, rule.confidence)
    if kind is MeasureKind.RATE:
        return byars_interval(top, bottom, rule.confidence, rule.exact_below)
    if kind is MeasureKind.COUNT:
        return count_interval(top, rule.confidence, rule.exact_below)
    nothing = np.full(top.shape, np.nan)
    return nothing, nothing
