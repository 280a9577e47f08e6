"""Delivered counts of many units over the stretch that a shown figure adds up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis import periods
from pmf_analysis.periods import ReportingPeriod
from pmf_analysis.register import Context
from pmf_analysis.register.models import Indicator
from pmf_analysis.register.spans import shown_span
from pmf_analysis.terms import DataPeriod, MeasureKind, State

_READ = (
    "indicator", "service_area", "cohort", "period", "period_end", "numerator", "denominator",
    "shown_numerator", "shown_denominator", "shown_value", "shown_state", "shown_label", "era",
    "target",
)  # fmt: skip


_NUMBERS = frozenset(
    ("numerator", "denominator", "shown_numerator", "shown_denominator", "shown_value", "target")
)


@dataclass(frozen=True)
class Sum:
    """Numerators and denominators of one or more units added up over a stretch.

    Attributes
    ----------
    numerator, denominator : float
        NaN where a delivered figure of the stretch has no number.
    given : bool
        Whether any unit has a figure of it at all.
    """

    numerator: float
    denominator: float
    given: bool

    @property
    def known(self) -> bool:
        """Whether every figure of the stretch has its counts."""
        return bool(np.isfinite(self.numerator) and np.isfinite(self.denominator))

    def can_be(self, kind: MeasureKind) -> bool:
        """Whether these can be counts of such a measure: nothing below 0, no part above all."""
        if self.denominator < 0 or (self.denominator == 0 and self.numerator != 0):
            return False
        if kind is MeasureKind.MEAN:
            return True
        above = kind is MeasureKind.PROPORTION and self.numerator > self.denominator
        return self.numerator >= 0 and not above


@dataclass(frozen=True)
class Window:
    """The stretch of one shown figure, in steps of its frequency, both ends inside."""

    period: ReportingPeriod
    first: ReportingPeriod

    @property
    def steps(self) -> tuple[int, int]:
        """Step numbers of its first and last period."""
        return periods.step_number(self.first), periods.step_number(self.period)


@dataclass(frozen=True)
class Counts:
    """Every figure of one indicator and cohort: a row a unit, a column a period.

    Attributes
    ----------
    indicator : Indicator
    cohort : str
    columns : mapping of str to ndarray
        Columns of its rows of the analysis table.
    units : mapping of str to int
        Row of each unit.
    first : int
        Step number of the first column.
    place : ndarray of int, shape (units, periods)
        Place in ``columns``, -1 where there is none.
    numerator, denominator : ndarray, shape (units, periods)
        As delivered; a count has denominators of 1, so that it is its own rate.
    """

    indicator: Indicator
    cohort: str
    columns: Mapping[str, NDArray[Any]]
    units: dict[str, int]
    first: int
    place: NDArray[np.int64]
    numerator: NDArray[np.float64]
    denominator: NDArray[np.float64]

    def row_of(self, unit: str, step: int) -> int:
        """Index of a unit's row of a period; -1 where there is none."""
        column = step - self.first
        if unit not in self.units or not 0 <= column < self.place.shape[1]:
            return -1
        return int(self.place[self.units[unit], column])

    def shown(self, row: int) -> Sum:
        """The shown figure of one of its rows; a count is its own rate."""
        if self.indicator.kind is MeasureKind.COUNT:
            return Sum(float(self.columns["shown_value"][row]), 1.0, True)
        top, bottom = self.columns["shown_numerator"][row], self.columns["shown_denominator"][row]
        return Sum(float(top), float(bottom), True)

    def over(self, units: Sequence[str], window: Window) -> Sum:
        """What some units add up to over a stretch; those without figures add nothing."""
        first, last = (step - self.first for step in window.steps)
        own = [self.units[unit] for unit in units if unit in self.units]
        held = self.place[own, max(first, 0) : last + 1]
        there = held >= 0
        if not there.any():
            return Sum(0.0, 0.0, False)
        columns = slice(max(first, 0), last + 1)
        top, bottom = (each[own, columns][there] for each in (self.numerator, self.denominator))
        return Sum(float(top.sum()), float(bottom.sum()), True)

    def window(self, period: ReportingPeriod) -> Window:
        """The stretch that the shown figure of a period adds up."""
        return Window(period, periods.shift(period, 1 - shown_span(self.indicator, period)))

    def shares_months(self, before: Window, after: Window) -> bool:
        """Whether two shown figures have months in common."""
        covered = _YEARS.get(self.indicator.source.published.covers or "", 0)
        first = after.first.start
        if covered:
            first = periods.shift(periods.day(after.period.end), -covered).end
            return before.period.end > first
        return before.period.end >= first


_YEARS = {DataPeriod.ROLLING_12_MONTHS: 1, DataPeriod.ROLLING_3_YEARS: 3}


def counts_of(analysed: pd.DataFrame, context: Context) -> Iterator[Counts]:
    """The figures of every indicator and cohort, in order."""
    held = analysed.loc[analysed["state"] != State.FORECAST, list(_READ)]
    for (code, cohort), rows in held.groupby(["indicator", "cohort"], sort=True):
        yield _counts(context.register.indicators[str(code)], str(cohort), rows)


def _counts(indicator: Indicator, cohort: str, rows: pd.DataFrame) -> Counts:
    rows = rows.reset_index(drop=True)
    codes, known = pd.factorize(rows["period"])
    step_of = np.array([periods.step_number(periods.parse(code)) for code in known])
    right = np.array([periods.parse(code).frequency is indicator.frequency for code in known])
    steps, right = step_of[codes], right[codes]
    unit_of, units = pd.factorize(rows["service_area"], sort=True)
    first = int(steps[right].min()) if right.any() else 0
    shape = (len(units), int(steps[right].max()) - first + 1 if right.any() else 0)
    place = np.full(shape, -1, dtype=np.int64)
    place[unit_of[right], steps[right] - first] = np.flatnonzero(right)
    whole_count = indicator.kind is MeasureKind.COUNT
    columns = {
        name: pd.to_numeric(rows[name]).to_numpy(dtype=float, na_value=np.nan)
        if name in _NUMBERS
        else rows[name].to_numpy(dtype=object)
        for name in _READ
    }
    denominator = np.ones(len(rows)) if whole_count else columns["denominator"]
    return Counts(
        indicator, cohort, columns, {unit: row for row, unit in enumerate(units)}, first, place,
        _spread(columns["numerator"], place), _spread(denominator, place),
    )  # fmt: skip


def _spread(values: NDArray[np.float64], place: NDArray[np.int64]) -> NDArray[np.float64]:
    if not place.size:
        return np.empty(place.shape)
    return np.where(place >= 0, values[place], np.nan)
