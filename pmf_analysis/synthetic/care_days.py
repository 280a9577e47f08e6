"""Days as whole numbers since 1970, as the records of care are worked out, and back."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from pmf_analysis import periods
from pmf_analysis.synthetic.setting import Setting

Days = NDArray[np.int64]

NEVER = 10**6
"""A day that does not come."""


def day_of(date: np.datetime64 | str) -> int:
    """One date as a day."""
    return int(np.datetime64(date, "D").astype(np.int64))


@cache
def first_of(setting: Setting) -> int:
    """First day with records."""
    return day_of(setting.first_day)


@cache
def last_of(setting: Setting) -> int:
    """Last day with records."""
    return day_of(setting.last_day)


def days_of(dates: pd.Series) -> Days:
    """Dates as days; a missing one is `NEVER`."""
    days = dates.to_numpy().astype("datetime64[D]")
    return np.where(np.isnat(days), NEVER, days.astype(np.int64))


def dates_of(days: ArrayLike, last_day: int) -> NDArray[np.datetime64]:
    """Days as dates; a day after the last one has not come yet and is missing."""
    whole = np.asarray(days, dtype=np.int64)
    come = whole <= last_day
    dates = np.where(come, whole, 0).astype("datetime64[D]").astype("datetime64[s]")
    dates[~come] = np.datetime64("NaT", "s")
    return dates


def birthday(born: ArrayLike, years: int) -> Days:
    """The day on which someone turns an age; 28 February for those born on the 29th, as needed."""
    days = np.asarray(born, dtype=np.int64).astype("datetime64[D]")
    month = days.astype("datetime64[M]")
    into = days - month.astype("datetime64[D]")
    there = month + np.timedelta64(12 * years, "M")
    last = (there + np.timedelta64(1, "M")).astype("datetime64[D]") - np.timedelta64(1, "D")
    return np.minimum(there.astype("datetime64[D]") + into, last).astype(np.int64)


def month_starts(setting: Setting, years_before: int) -> Days:
    """First days of months from some years before the records to their last, and the day after."""
    first = np.datetime64(setting.first_day, "M") - np.timedelta64(12 * years_before, "M")
    after = np.datetime64(setting.last_day, "M") + np.timedelta64(2, "M")
    return np.arange(first, after).astype("datetime64[D]").astype(np.int64)


def month_of_year(starts: Days) -> Days:
    """January 0 to December 11, of first days of months."""
    return starts.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12


def month_number(days: ArrayLike) -> Days:
    """Months since January 1970."""
    return (
        np.asarray(days, dtype=np.int64)
        .astype("datetime64[D]")
        .astype("datetime64[M]")
        .astype(np.int64)
    )


def earlier_weekday(days: ArrayLike) -> Days:
    """The day itself, or the Friday before a weekend."""
    whole = np.asarray(days, dtype=np.int64)
    return whole - np.maximum((whole + 3) % 7 - 4, 0)


def later_weekday(days: ArrayLike) -> Days:
    """The day itself, or the Monday after a weekend."""
    whole = np.asarray(days, dtype=np.int64)
    weekday = (whole + 3) % 7
    return whole + np.where(weekday > 4, 7 - weekday, 0)


def adoptions_from(setting: Setting) -> int:
    """First day of moving in that a mean of three years needs in the first counted month."""
    return day_of(periods.shift(setting.counted[0], -35).start.isoformat())
