"""Days in time: months before a day, months by number, ages."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Days = NDArray[np.datetime64]

_DAY = np.timedelta64(1, "D")


def month_numbers(days: Days) -> NDArray[np.int64]:
    """Number of the month of each day, counted from January of year 0; -1 where there is none."""
    numbers = days.astype("datetime64[M]").astype(np.int64) + 1970 * 12
    return np.where(np.isnat(days), -1, numbers)


def months_before(days: Days, months: int) -> Days:
    """The same day some months earlier.

    The last day of a month gives the last day of the earlier one, and so does a day that the
    earlier month does not have.
    """
    month = days.astype("datetime64[M]")
    into, length = days - month, (month + 1).astype("datetime64[D]") - month.astype("datetime64[D]")
    earlier = month - months
    last = (earlier + 1).astype("datetime64[D]") - _DAY
    same = earlier.astype("datetime64[D]") + into
    return np.where(into + _DAY == length, last, np.minimum(same, last))


def years_between(born: Days, on: Days) -> NDArray[np.float64]:
    """Age in full years; NaN where a day is missing. Born on 29 February: a year older in March."""
    born_month, month = born.astype("datetime64[M]"), on.astype("datetime64[M]")
    months = (month - born_month).astype(np.float64)
    before = (on - month.astype("datetime64[D]")) < (born - born_month.astype("datetime64[D]"))
    years = np.floor((months - before) / 12)
    return np.where(np.isnat(born) | np.isnat(on), np.nan, years)


def as_numbers(days: Days, missing: int) -> NDArray[np.int64]:
    """Days as whole numbers; a given number where there is none."""
    return np.where(np.isnat(days), missing, days.astype(np.int64))
