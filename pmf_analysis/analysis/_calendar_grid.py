"""Series laid out by the calendar: one row for each series, one column for each period.

A period without a figure stays an empty cell, so that "the period before" means the
calendar and never the row before.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis.analysis._calendar import places
from pmf_analysis.tables import SERIES


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
    series = measures.groupby(list(SERIES), sort=True).ngroup().to_numpy(dtype=np.int64)
    numbers = places(measures["period"])["position"].to_numpy(dtype=np.int64)
    first = pd.Series(numbers).groupby(series).transform("min").to_numpy()
    place = pd.DataFrame(
        {"series": series, "period": numbers, "vintage": measures["vintage"].to_numpy()}
    )
    latest = ~place.sort_values("vintage", kind="stable").duplicated(
        ["series", "period"], keep="last"
    )
    return CalendarGrid(series, numbers, numbers - first, latest.sort_index().to_numpy())
