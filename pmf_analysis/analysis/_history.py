"""The figures of each series that a forecast may use, or why there are too few."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis import periods
from pmf_analysis.analysis import _columns
from pmf_analysis.analysis._calendar import CalendarGrid, grid_of
from pmf_analysis.register.models import Indicator, RuleSet
from pmf_analysis.register.registry import Context
from pmf_analysis.register.rule_values import value_of
from pmf_analysis.terms import Frequency, State

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

_ADJECTIVES = {"month": "monthly", "quarter": "quarterly", "year": "yearly"}

OVERLAPPING = (
    "Successive figures count much of the same, so a forecast from them would look surer than it is"
)


@dataclass(frozen=True)
class History:
    """One series, and the rows of the measure table that its forecast may use.

    Attributes
    ----------
    indicator : Indicator
    last : int
        Place of the series' last row in the measure table.
    told : tuple of int
        Places of the rows that carry the reason: the last row, and the last with a number.
    era : ndarray of int, shape (periods,)
        Places of the rows from the latest registered break to the last row, one for each
        period; -1 where there is no row.
    start, stop : int
        The part of ``era`` in use is ``era[start:stop]``; ``stop`` follows the last settled
        figure.
    settled : ndarray of bool, shape (periods,)
        Periods of ``era`` whose figure is settled, or in which nothing was counted.
    level : ndarray of int, shape (stop - start,)
        Number of the level (between registered rebases) that each period in use belongs to.
    points : int
        Figures in use.
    reason : str
        Why there is no forecast; empty when there can be one.
    """

    indicator: Indicator
    last: int
    told: tuple[int, ...]
    era: Ints
    start: int
    stop: int
    settled: Flags
    level: Ints
    points: int
    reason: str = ""

    @property
    def rows(self) -> Ints:
        """Places of the rows in use, oldest first; -1 where there is no settled figure."""
        return np.where(self.settled, self.era, -1)[self.start : self.stop]

    @property
    def behind(self) -> int:
        """Newest periods without a settled figure."""
        return len(self.era) - self.stop

    @property
    def season(self) -> int:
        """Periods in a year."""
        return periods.season_length(self.indicator.frequency)


def histories(measures: pd.DataFrame, context: Context, rules: RuleSet) -> list[History]:
    """Find what each series may be forecast from.

    Parameters
    ----------
    measures : pandas.DataFrame
        Measure table with ``era`` and ``segment``; of several vintages the latest stands.
    context : Context
    rules : RuleSet
        The rule set ``forecast``.

    Returns
    -------
    list of History
        One for each series, in order of series.
    """
    grid = grid_of(measures)
    rows = grid.lay_out(np.arange(len(measures), dtype=float))
    values = _columns.figures(measures)
    settled = grid.lay_out(_settled(measures, values).astype(float))
    numbered = grid.lay_out(values)
    eras = grid.lay_out(_columns.numbers(measures, "era"))
    segments = _columns.numbers(measures, "segment").astype(int)
    newest = _newest_position(measures, grid)
    codes, labels = (measures[name].to_numpy(dtype=object) for name in ("indicator", "period"))
    found = []
    for number in range(grid.shape[0]):
        end = int(np.flatnonzero(~np.isnan(rows[number]))[-1])
        last = int(rows[number, end])
        known = ~np.isnan(eras[number, : end + 1])
        earlier = np.flatnonzero(known & (eras[number, : end + 1] != eras[number, end]))
        first = int(earlier[-1]) + 1 if len(earlier) else 0
        own = slice(first, end + 1)
        era = np.where(np.isnan(rows[number, own]), -1, rows[number, own]).astype(np.int64)
        with_number = np.flatnonzero(~np.isnan(numbered[number]))[-1:]
        told = {last, *rows[number, with_number].astype(int).tolist()}
        one = _in_use(
            context.register.indicators[codes[last]], last, tuple(sorted(told)), era,
            (settled[number, own] == 1) & (era >= 0), values, segments, rules,
        )  # fmt: skip
        older = bool(grid.position[last] < newest[last])
        label = periods.in_sentence(periods.parse(labels[last]).label)
        found.append(_judged(one, label, older, first > 0, values, rules))
    return found


def _settled(measures: pd.DataFrame, values: NDArray[np.float64]) -> Flags:
    """Rows with a figure that no late record changes, and those in which nothing was counted."""
    counts = [_columns.numbers(measures, name) for name in ("numerator", "denominator")]
    states = measures["state"].astype(str).to_numpy(dtype=object)
    nothing = (counts[0] == 0) & (counts[1] == 0) & (states == State.NOT_APPLICABLE.value)
    return (~np.isnan(values) | nothing) & (states != State.PROVISIONAL.value)


def _in_use(
    indicator: Indicator, last: int, told: tuple[int, ...], era: Ints, settled: Flags,
    values: NDArray[np.float64], segments: Ints, rules: RuleSet,
) -> History:  # fmt: skip
    """The stretch up to the last settled figure that has no gap which is too long."""
    there = np.flatnonzero(settled)
    stop = int(there[-1]) + 1 if len(there) else 0
    start = _start(
        settled[:stop],
        int(value_of(rules, "most_gap")[str(indicator.frequency)]),
        float(value_of(rules, "most_missing_share")),
    )
    used = era[start:stop]
    known = np.where(settled[start:stop], used, -1)
    points = int(np.sum(~np.isnan(values[known[known >= 0]])))
    level = segments[_without_gaps(used)] if np.any(used >= 0) else np.zeros_like(used)
    return History(indicator, last, told, era, start, stop, settled, level, points)


def _without_gaps(rows: Ints) -> Ints:
    """Places of rows; where there is none, that of the row before, at the start of the first."""
    there = np.flatnonzero(rows >= 0)
    before = np.searchsorted(there, np.arange(len(rows)), side="right") - 1
    return rows[there[np.maximum(before, 0)]]


def _start(settled: Flags, most_gap: int, most_share: float) -> int:
    """Where the longest stretch begins that ends here and whose gaps may be bridged."""
    run, missing, begin = 0, 0, len(settled)
    for place in range(len(settled) - 1, -1, -1):
        run = 0 if settled[place] else run + 1
        missing += not settled[place]
        if run > most_gap:
            break
        if settled[place] and missing <= most_share * (len(settled) - place):
            begin = place
    return begin


def _judged(
    history: History, label: str, older: bool, broken: bool, values: NDArray[np.float64],
    rules: RuleSet,
) -> History:  # fmt: skip
    """The history with the reason against a forecast, or cut to the level in force."""
    frequency = str(history.indicator.frequency)
    least = int(value_of(rules, "minimum_points")[frequency])
    many = f"{history.points} {_figures(frequency, history.points)}"
    since = " since the latest gap" if history.start else " since a registered break"
    reason = ""
    if history.indicator.overlapping and not history.indicator.stock:
        reason = OVERLAPPING
    elif not history.points or history.behind > int(value_of(rules, "most_behind")[frequency]):
        reason = f"There is no figure for {label} to forecast from"
    elif older:
        reason = f"The latest figure, {label}, is older than others of this indicator"
    elif history.points < least:
        cut = since if history.start or broken else ""
        reason = f"Only {many}{cut}: too few for a forecast; at least {least} are needed"
    if reason:
        return replace(history, reason=reason)
    return _at_one_level(history, least, values, rules)


def _at_one_level(
    history: History, least: int, values: NDArray[np.float64], rules: RuleSet
) -> History:
    """Only the latest level when it is long enough; a refusal when it is too short to place."""
    same = history.level == history.level[-1]
    if same.all():
        return history
    rows = history.rows[same]
    current = int(np.sum(~np.isnan(values[rows[rows >= 0]])))
    if current >= least:
        first = int(np.flatnonzero(same)[0])
        return replace(
            history, start=history.start + first, level=history.level[first:], points=current
        )
    frequency = str(history.indicator.frequency)
    placed = int(value_of(rules, "minimum_points_since_rebase")[frequency])
    if current < placed:
        reason = (
            f"Only {current} {_figures(frequency, current)} since the registered change of level: "
            f"too few for a forecast; at least {placed} are needed"
        )
        return replace(history, reason=reason)
    return history


def _newest_position(measures: pd.DataFrame, grid: CalendarGrid) -> NDArray[np.int64]:
    """For each row, the latest period of its indicator and cohort that has a number anywhere."""
    there = ~np.isnan(_columns.figures(measures))
    table = measures[["indicator", "cohort"]].assign(
        position=np.where(there, grid.position, np.iinfo(np.int64).min)
    )
    return table.groupby(["indicator", "cohort"])["position"].transform("max").to_numpy()


def _figures(frequency: str, count: int) -> str:
    return f"{_ADJECTIVES[str(Frequency(frequency))]} figure{'' if count == 1 else 's'}"
