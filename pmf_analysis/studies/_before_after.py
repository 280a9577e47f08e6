"""One series before and since a date: the change, and what it is held against.

Figures are read adjusted for the time of year, those with more cases behind them weighing more.
Counts and rates of counts are read on the scale of logarithms, so that their changes are shares
of the level before.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis import periods
from pmf_analysis.methods import autocorrelated, interrupted
from pmf_analysis.methods.autocorrelated import Estimate
from pmf_analysis.register.models import Indicator
from pmf_analysis.terms import MeasureKind, State

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

READ = (
    "indicator", "service_area", "cohort", "period", "period_end", "vintage", "state",
    "numerator", "denominator", "value", "seasonal_factor", "era", "special_cause", "variation",
)  # fmt: skip


_ARRAYS = ("step", "value", "weight", "count", "whole")


@dataclass(frozen=True)
class ImpactRules:
    """The numbers of the method; see ``data/reference/rules/impact.yml`` for each."""

    min_before: int
    min_after: int
    most_before: int
    most_after: int
    begun_within: float
    min_share: float
    confidence: float
    correlation_centre: float
    correlation_spread: float
    trend_share: float
    comparison_share: float
    min_earlier: int
    most_earlier: float
    told_for: int
    extreme_within: int
    extreme_points: int
    extreme_deviations: float
    extreme_after: int
    words_at_most: int
    label: str


@dataclass(frozen=True)
class Points:
    """Figures of one series in order of time, each of shape (n,).

    Attributes
    ----------
    step : ndarray of int
        Number of each period; neighbours in time differ by 1.
    value : ndarray of float
        Adjusted for the time of year.
    weight : ndarray of float
        The inverse of each figure's variance, to a factor.
    count, whole : ndarray of float
        Of a series read on the scale of logarithms; empty otherwise.
    scale : float
        What one of ``count`` over ``whole`` is multiplied by to give a figure.
    """

    step: Ints
    value: Floats
    weight: Floats
    count: Floats
    whole: Floats
    scale: float = 1.0

    @property
    def counted(self) -> bool:
        """Whether it is read on the scale of logarithms."""
        return bool(len(self.count))

    def __len__(self) -> int:
        """How many figures there are."""
        return len(self.step)

    def where(self, kept: NDArray[np.bool_]) -> Points:
        """Some of the figures."""
        own = (self.step, self.value, self.weight)
        logs = (self.count, self.whole) if self.counted else ()
        parts = [each[kept] for each in (*own, *logs)]
        return replace(self, **dict(zip(_ARRAYS, parts, strict=False)))

    def level(self, value: float) -> float:
        """A level as a figure of the indicator."""
        return float(np.exp(value) * self.scale) if self.counted else float(value)

    def difference(self, value: float) -> float:
        """A difference in the indicator's unit, or in percent of the level before."""
        return float(100 * np.expm1(value)) if self.counted else float(value)

    def less(self, other: Floats) -> Points:
        """Held against another series at the same periods: the difference, or the ratio."""
        if self.counted:
            return replace(self, whole=self.whole * other, scale=1.0)
        return replace(self, value=self.value - other)


def measured(rows: pd.DataFrame, indicator: Indicator) -> pd.DataFrame:
    """Rows with a number that no longer waits, the latest of each period, in order of time."""
    usable = np.isfinite(rows["value"].to_numpy(dtype=float))
    usable &= (rows["state"] != State.FORECAST.value).to_numpy()
    if indicator.matures_after:
        usable &= (rows["state"] != State.PROVISIONAL.value).to_numpy()
    held = rows[usable].sort_values(["period_end", "vintage"], kind="stable")
    held = held.drop_duplicates("period", keep="last")
    steps = [periods.step_number(periods.parse(code)) for code in held["period"]]
    return held.assign(step=np.array(steps, dtype=np.int64)).reset_index(drop=True)


def points_of(rows: pd.DataFrame, indicator: Indicator) -> Points:
    """Rows of `measured` as the arrays that the method reads."""
    value, numerator, denominator = (
        rows[name].to_numpy(dtype=float) for name in ("value", "numerator", "denominator")
    )
    factor = rows["seasonal_factor"].to_numpy(dtype=float)
    factor = np.where(np.isfinite(factor) & (factor > 0), factor, 1.0)
    step, even, none = rows["step"].to_numpy(), np.ones(len(rows)), np.array([])
    known = bool(len(rows)) and bool((denominator > 0).all())
    if indicator.kind is MeasureKind.COUNT and (value >= 0).all():
        return Points(step, value / factor, even, value, factor)
    if indicator.kind is MeasureKind.RATE and known and (numerator >= 0).all():
        whole = denominator * factor
        return Points(step, value / factor, even, numerator, whole, indicator.multiplier)
    weighs = indicator.kind in (MeasureKind.PROPORTION, MeasureKind.MEAN) and known
    return Points(step, value / factor, denominator if weighs else even, none, none)


def stepped(points: Points, first_since: Ints | int, rules: ImpactRules) -> Estimate:
    """Level before, level since and their difference, without a slope.

    Parameters
    ----------
    points : Points
    first_since : int or ndarray of int, shape (...)
        The first period that counts as since.
    rules : ImpactRules

    Returns
    -------
    Estimate
        Of shape (..., 3).
    """
    return autocorrelated.intervals(
        **_read(points, _steps_of(points, first_since), _STEPPED, rules),
        confidence=rules.confidence,
    )


_STEPPED = np.array([[1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
"""Contrasts of a series without a slope: before, since, and the difference."""


def _steps_of(points: Points, first_since: Ints | int) -> Floats:
    return interrupted.design(points.step, np.asarray(first_since) - 1)[..., [0, 2]]


def segmented(points: Points, first_since: int, last_before: int, rules: ImpactRules) -> Estimate:
    """What a line before and a line since say.

    Parameters
    ----------
    points : Points
    first_since, last_before : int
        A period between them is left out of ``points`` already.
    rules : ImpactRules

    Returns
    -------
    Estimate
        Of shape (5,): the level at the last period before; the slope before; the change of
        level at the date; the change of slope; and the mean distance, over the
        figures since, from the line before.
    """
    since = points.step - (first_since - 1)
    terms = interrupted.design(points.step - last_before, first_since - 1 - last_before)
    far = float(since[since > 0].mean())
    contrasts = [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1], [0, 0, 1, far]]
    return autocorrelated.intervals(
        **_read(points, terms, np.array(contrasts, dtype=float), rules),
        confidence=rules.confidence,
    )


def _read(points: Points, terms: Floats, contrasts: Floats, rules: ImpactRules) -> dict[str, Any]:
    """What the method of intervals is given of the figures."""
    value, weight = points.value, points.weight
    if points.counted:
        value, weight = interrupted.working_response(
            np.broadcast_to(points.count, terms.shape[:-1]), points.whole, terms
        )
    return {
        "values": value, "terms": terms, "contrasts": contrasts, "weights": weight,
        "steps": np.diff(points.step), "centre": rules.correlation_centre,
        "spread": rules.correlation_spread,
    }  # fmt: skip


def events_both(points: Points, first_since: int) -> bool:
    """Whether counts have an event before and since, without which no ratio can be told."""
    if not points.counted:
        return True
    after = points.step >= first_since
    return bool(points.count[after].sum() > 0 and points.count[~after].sum() > 0)


def earlier(points: Points, change: float, rules: ImpactRules) -> tuple[int, int, Floats]:
    """The same change looked for on every earlier date on which nothing was done.

    Parameters
    ----------
    points : Points
        Those before the action alone.
    change : float
        What was found at the action, on the same scale.
    rules : ImpactRules

    Returns
    -------
    tuple of (int, int, ndarray of float)
        Dates that have enough figures on either side; those that show a change of the same
        direction as large as this one; and what each shows.
    """
    last = len(points) - rules.min_after
    dates = points.step[rules.min_before : last + 1]
    dates = np.array([one for one in dates if events_both(points, int(one))], dtype=np.int64)
    if not len(dates):
        return 0, 0, np.array([])
    found = autocorrelated.means(**_read(points, _steps_of(points, dates), _STEPPED[2:], rules))[
        :, 0
    ]
    return len(dates), int((found * np.sign(change) >= abs(change)).sum()), found
