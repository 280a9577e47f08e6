"""The figures of each series that a forecast may use, or why there are too few."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis import periods
from pmf_analysis.analysis import _columns
from pmf_analysis.analysis._calendar import CalendarGrid, grid_of
from pmf_analysis.register.models import Indicator, RuleSet
from pmf_analysis.register.registry import Context
from pmf_analysis.register.rule_values import value_of
from pmf_analysis.terms import Frequency

_ADJECTIVES = {"month": "monthly", "quarter": "quarterly", "year": "yearly"}

_OVERLAPPING = (
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
    rows : ndarray of int, shape (points,)
        Places of the figures in use, oldest first, without a gap and in one era.
    level : ndarray of int, shape (points,)
        Number of the level (between registered rebases) that each belongs to.
    reason : str
        Why there is no forecast; empty when there can be one.
    """

    indicator: Indicator
    last: int
    told: tuple[int, ...]
    rows: NDArray[np.int64]
    level: NDArray[np.int64]
    reason: str = ""

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
    places = np.arange(len(measures), dtype=float)
    rows = grid.lay_out(places)
    values = grid.lay_out(_columns.figures(measures))
    eras = grid.lay_out(_columns.numbers(measures, "era"))
    segments = _columns.numbers(measures, "segment").astype(int)
    newest = _newest_position(measures, grid)
    codes, labels = (measures[name].to_numpy(dtype=object) for name in ("indicator", "period"))
    found = []
    for number in range(grid.shape[0]):
        own = np.flatnonzero(~np.isnan(rows[number]))
        end = int(own[-1])
        there = ~np.isnan(values[number])
        usable = there & (eras[number] == eras[number, end])
        broken = np.flatnonzero(~usable[: end + 1])
        start = int(broken[-1]) + 1 if len(broken) else 0
        used = rows[number, start : end + 1].astype(np.int64)
        last = int(rows[number, end])
        with_number = rows[number, np.flatnonzero(there)[-1:]].astype(int).tolist()
        indicator = context.register.indicators[codes[last]]
        why_short = _why_short(start, there, eras[number])
        history = History(
            indicator, last, tuple(sorted({last, *with_number})), used, segments[used]
        )
        older = bool(grid.position[last] < newest[last])
        label = periods.in_sentence(periods.parse(labels[last]).label)
        found.append(_judged(history, label, older, why_short, rules))
    return found


def _judged(history: History, label: str, older: bool, why_short: str, rules: RuleSet) -> History:
    """The history with the reason against a forecast, or cut to the level in force."""

    def refused(reason: str) -> History:
        return History(
            history.indicator, history.last, history.told, history.rows, history.level, reason
        )

    indicator = history.indicator
    frequency = str(indicator.frequency)
    if indicator.overlapping:
        return refused(_OVERLAPPING)
    if not len(history.rows):
        return refused(f"There is no figure for {label} to forecast from")
    if older:
        return refused(f"The latest figure, {label}, is older than others of this indicator")
    least = int(value_of(rules, "minimum_points")[frequency])
    many = f"{len(history.rows)} {_figures(frequency, len(history.rows))}"
    if len(history.rows) < least:
        return refused(
            f"Only {many}{why_short}: too few for a forecast; at least {least} are needed"
        )
    return _at_one_level(history, least, rules, refused)


def _at_one_level(
    history: History, least: int, rules: RuleSet, refused: Callable[[str], History]
) -> History:
    """Only the latest level when it is long enough; a refusal when it is too short to place."""
    current = int(np.sum(history.level == history.level[-1]))
    if current == len(history.rows):
        return history
    if current >= least:
        rows, level = history.rows[-current:], history.level[-current:]
        return History(history.indicator, history.last, history.told, rows, level)
    frequency = str(history.indicator.frequency)
    placed = int(value_of(rules, "minimum_points_since_rebase")[frequency])
    if current < placed:
        return refused(
            f"Only {current} {_figures(frequency, current)} since the registered change of level: "
            f"too few for a forecast; at least {placed} are needed"
        )
    return history


def _newest_position(measures: pd.DataFrame, grid: CalendarGrid) -> NDArray[np.int64]:
    """For each row, the latest period of its indicator and cohort that has a number anywhere."""
    there = ~np.isnan(_columns.figures(measures))
    table = measures[["indicator", "cohort"]].assign(
        position=np.where(there, grid.position, np.iinfo(np.int64).min)
    )
    return table.groupby(["indicator", "cohort"])["position"].transform("max").to_numpy()


def _why_short(start: int, there: NDArray[np.bool_], eras: NDArray[np.float64]) -> str:
    if start == 0:
        return ""
    return " since a registered break" if there[start - 1] else " since the latest gap"


def _figures(frequency: str, count: int) -> str:
    return f"{_ADJECTIVES[str(Frequency(frequency))]} figure{'' if count == 1 else 's'}"
