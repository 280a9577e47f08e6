"""Where periods lie in time, for many rows at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis import periods
from pmf_analysis.periods import ReportingPeriod
from pmf_analysis.terms import Frequency


@dataclass(frozen=True)
class Placed:
    """Periods of the rows of a table, shape (n,).

    Attributes
    ----------
    codes : ndarray of int
        Which of ``known`` each row has.
    known : tuple of ReportingPeriod
        Every period that occurs, once.
    """

    codes: NDArray[np.intp]
    known: tuple[ReportingPeriod, ...]

    def each(self, ask: Callable[[ReportingPeriod], object], dtype: object) -> NDArray:
        """Ask something of each period; one answer a row."""
        return np.array([ask(period) for period in self.known], dtype=dtype)[self.codes]

    @property
    def index(self) -> NDArray[np.int64]:
        """Steps of each period's own frequency; neighbours in time differ by 1."""
        return self.each(periods.step_number, np.int64)

    @property
    def year(self) -> NDArray[np.int64]:
        """The year in which the yearly period that a row falls in ends."""
        return self.each(year_number, np.int64)

    @property
    def end(self) -> NDArray[np.object_]:
        """Last day, as ISO text."""
        return self.each(lambda period: period.end.isoformat(), object)

    def of_frequency(self, frequency: Frequency) -> NDArray[np.bool_]:
        """Which rows hold a period of a frequency."""
        return self.each(lambda period: period.frequency is frequency, bool)


def place(codes: pd.Series) -> Placed:
    """Place period codes in time.

    Parameters
    ----------
    codes : pandas.Series of str
        Period codes.

    Raises
    ------
    ParameterError
        If a code cannot be read.
    """
    numbers, known = pd.factorize(codes, sort=True)
    return Placed(numbers, tuple(periods.parse(str(code)) for code in known))


def year_number(period: ReportingPeriod) -> int:
    """Year in which a yearly period ends, or the financial year that holds a shorter one."""
    if period.frequency is Frequency.YEAR:
        return period.end.year
    return periods.containing_year(period).end.year
