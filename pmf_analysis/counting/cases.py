"""Which record counts in which month, and for which day it is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pmf_analysis.counting.columns import CHILD, Records, Texts
from pmf_analysis.counting.days import as_numbers, month_numbers
from pmf_analysis.periods import ReportingPeriod
from pmf_analysis.register.models import OpenRule, RecordSource

_EVER = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Months:
    """Months that are counted, in order; there may be gaps.

    Attributes
    ----------
    periods : tuple of ReportingPeriod
    """

    periods: tuple[ReportingPeriod, ...]

    def __len__(self) -> int:
        return len(self.periods)

    @property
    def ends(self) -> NDArray[np.datetime64]:
        """Last day of each."""
        return np.array([one.end for one in self.periods], dtype="datetime64[D]")

    def place(self, days: NDArray[np.datetime64]) -> NDArray[np.int64]:
        """Which month each day lies in; -1 where in none."""
        numbers = month_numbers(self.ends)
        wanted = month_numbers(days)
        at = np.searchsorted(numbers, wanted)
        found = at < len(numbers)
        found[found] = numbers[at[found]] == wanted[found]
        return np.where(found, at, -1)


@dataclass(frozen=True)
class Cases:
    """Records, each for a month in which it counts; every array of shape (n,).

    Attributes
    ----------
    records : Records
    table : str
    row : ndarray of int
        Row of the table.
    month : ndarray of int
        Which month.
    on : ndarray of datetime64[D]
        Day of the event; for a stock, the month's last day.
    """

    records: Records
    table: str
    row: NDArray[np.int64]
    month: NDArray[np.int64]
    on: NDArray[np.datetime64]

    def __len__(self) -> int:
        return len(self.row)

    def where(self, chosen: NDArray[np.bool_]) -> Cases:
        """Some of the cases."""
        return Cases(
            self.records, self.table, self.row[chosen], self.month[chosen], self.on[chosen]
        )

    def dates(self, name: str) -> NDArray[np.datetime64]:
        """A field of each case's record as days."""
        return self.records.dates(self.table, name)[self.row]

    def numbers(self, name: str) -> NDArray[np.float64]:
        """A field as numbers."""
        return self.records.numbers(self.table, name)[self.row]

    def texts(self, name: str) -> Texts:
        """A field as texts."""
        held = self.records.texts(self.table, name)
        return Texts(held.codes[self.row], held.labels)

    def filled(self, name: str) -> NDArray[np.bool_]:
        """Where a field is not empty."""
        return self.records.filled(self.table, name)[self.row]

    def entities(self, name: str) -> NDArray[np.int64]:
        """What a field names, numbered alike in all tables; -1 where it is empty."""
        return self.records.entities(self.table, name)[self.row]

    def children(self) -> NDArray[np.int64]:
        """A number for each child; a record without a child stands for one of its own."""
        child = self.entities(CHILD)
        return np.where(child < 0, child.max(initial=-1) + 1 + self.row, child)


def cases_of(source: RecordSource, records: Records, months: Months) -> Cases:
    """Every record in each month in which its time makes it count, before any condition.

    Parameters
    ----------
    source : RecordSource
    records : Records
    months : Months

    Returns
    -------
    Cases
        In the order of records, then months. An event with no date counts in no month.
    """
    if source.at:
        on = records.dates(source.table, source.at)
        month = months.place(on)
        row = np.flatnonzero(month >= 0)
        return Cases(records, source.table, row, month[row], on[row])
    if source.open is not None:
        first, after = open_months(source.open, records, source.table, months)
    else:
        first, after = _latest_months(source, records, months)
    row, month = spread(first, after)
    return Cases(records, source.table, row, month, months.ends[month])


def open_months(
    rule: OpenRule, records: Records, table: str, months: Months
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For each record the first month at whose end it is open, and the first at which no longer.

    One that ends before it begins is never open.
    """
    ends = months.ends.astype(np.int64)
    begun = as_numbers(records.dates(table, rule.from_), _EVER)
    ended = as_numbers(records.dates(table, rule.to), _EVER)
    first = np.searchsorted(ends, begun, side="left")
    after = np.searchsorted(ends, ended, side="right" if rule.inclusive else "left")
    return first, np.where(ended < begun, first, after)


def _latest_months(
    source: RecordSource, records: Records, months: Months
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For each record the months at whose end it is the latest of its child.

    Of records of one day that with the greater key is the later one, so that the order of rows
    decides nothing.
    """
    child = records.entities(source.table, CHILD)
    day = as_numbers(records.dates(source.table, source.latest), _EVER)
    key = records.texts(source.table, f"{source.table}_id")
    rank = np.append(np.argsort(np.argsort(np.array(key.labels, dtype=object))), -1)[key.codes]
    order = np.lexsort((rank, day, child))
    begins = np.searchsorted(months.ends.astype(np.int64), day[order], side="left")
    same = np.append(child[order][1:] == child[order][:-1], False)[: len(order)]
    same &= child[order] >= 0
    until = np.where(same, np.append(begins[1:], 0)[: len(order)], len(months))
    first, after = np.empty_like(begins), np.empty_like(begins)
    first[order], after[order] = begins, until
    return first, after


def spread(
    first: NDArray[np.int64], after: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows and months of every record from its first month up to the one before ``after``."""
    length = np.maximum(after - first, 0)
    row = np.repeat(np.arange(len(first)), length)
    into = np.arange(len(row)) - np.repeat(np.cumsum(length) - length, length)
    return row, first[row] + into


def listed_months(periods: Sequence[ReportingPeriod]) -> Months:
    """Months in the order of time, each once."""
    return Months(tuple(sorted(set(periods), key=lambda one: one.start)))
