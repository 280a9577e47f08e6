"""Where each row stands in time: as numbers, and laid out by the calendar.

A period without a figure stays an empty cell, so that "the period before" means the
calendar and never the row before.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis import periods
from pmf_analysis.analysis._columns import figures
from pmf_analysis.tables import SERIES
from pmf_analysis.terms import Frequency

_PLACE = {"frequency": "str", "position": "int64", "season": "int64", "season_label": "str"}


def places(codes: pd.Series) -> pd.DataFrame:
    """Read period codes, each once.

    Parameters
    ----------
    codes : pandas.Series of str
        Period codes.

    Returns
    -------
    pandas.DataFrame
        On the same index: ``frequency``; ``position``, which grows by one from
        period to period of a frequency; ``season``, 0 for the period that holds
        January; and ``season_label``, as in *August* or *July to September*.

    Raises
    ------
    ParameterError
        If a text is no code of a period.
    """
    numbers, known = pd.factorize(codes)
    held = [_place(periods.parse(code)) for code in known]
    table = pd.DataFrame(held, columns=list(_PLACE)).astype(_PLACE)
    return table.iloc[numbers].set_axis(codes.index)


def superseded(measures: pd.DataFrame) -> pd.Series:
    """Which rows another row of the same series and period replaces, by a later vintage."""
    keys = measures.groupby([*SERIES, "period"], sort=False).ngroup().to_numpy()
    return pd.Series(_replaced(keys, measures["vintage"]), index=measures.index)


def usable(measures: pd.DataFrame) -> pd.Series:
    """Which rows are charted: with a number, in a state that carries one, not superseded."""
    return pd.Series(~np.isnan(figures(measures)), measures.index) & ~superseded(measures)


def series_numbers(measures: pd.DataFrame) -> pd.Series:
    """The same number for all rows of one series."""
    return measures.groupby([*SERIES], sort=True).ngroup()


@dataclass(frozen=True)
class CalendarGrid:
    """Where each row of a measure table stands in the calendar.

    Attributes
    ----------
    series : ndarray of int, shape (n,)
        Number of each row's series.
    position : ndarray of int, shape (n,)
        Number of each row's period, which grows by one from period to period.
    step : ndarray of int, shape (n,)
        Periods since the first one of the row's series.
    latest : ndarray of bool, shape (n,)
        Whether the row is the latest vintage of its series and period.
    """

    series: NDArray[np.int64]
    position: NDArray[np.int64]
    step: NDArray[np.int64]
    latest: NDArray[np.bool_]

    @property
    def shape(self) -> tuple[int, int]:
        """Series and periods."""
        if len(self.series) == 0:
            return 0, 0
        return int(self.series.max()) + 1, int(self.step.max()) + 1

    def lay_out(self, column: NDArray[np.float64]) -> NDArray[np.float64]:
        """A column of the table as series by periods; NaN where there is no row."""
        laid = np.full(self.shape, np.nan)
        laid[self.series[self.latest], self.step[self.latest]] = column[self.latest]
        return laid

    def back(self, laid: NDArray[np.float64], steps: NDArray[np.int64]) -> NDArray[np.float64]:
        """For each row, what was laid out so many periods earlier; NaN where nothing was."""
        earlier = self.step - steps
        found = laid[self.series, np.maximum(earlier, 0)]
        return np.where(earlier >= 0, found, np.nan)


def grid_of(measures: pd.DataFrame) -> CalendarGrid:
    """Lay the rows of a measure table out by the calendar.

    Parameters
    ----------
    measures : pandas.DataFrame
        With the key columns. Rows may come in any order.

    Returns
    -------
    CalendarGrid
    """
    series = series_numbers(measures).to_numpy(dtype=np.int64)
    numbers = places(measures["period"])["position"].to_numpy(dtype=np.int64)
    first = pd.Series(numbers).groupby(series).transform("min").to_numpy()
    keys = series * (numbers.max(initial=0) + 1) + numbers
    return CalendarGrid(series, numbers, numbers - first, ~_replaced(keys, measures["vintage"]))


def _replaced(keys: NDArray[np.int64], vintages: pd.Series) -> NDArray[np.bool_]:
    """Which rows are not the last by vintage of those with their key; of equals, the last row."""
    found = np.zeros(len(keys), dtype=bool)
    if pd.Index(keys).is_unique:
        return found
    order = vintages.reset_index(drop=True).sort_values(kind="stable").index
    found[order] = pd.Series(keys[order]).duplicated(keep="last").to_numpy()
    return found


def _place(period: periods.ReportingPeriod) -> tuple[str, int, int, str]:
    position, season, label = periods.step_number(period), 0, ""
    if period.frequency is Frequency.MONTH:
        season = position % 12
        label = periods.MONTHS[season]
    elif period.frequency is Frequency.QUARTER:
        season = position % 4
        label = f"{periods.MONTHS[3 * season]} to {periods.MONTHS[3 * season + 2]}"
    return str(period.frequency), position, season, label
