"""Days of things, in order, to ask how many there were up to a day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pmf_analysis.counting.days import as_numbers

_SPAN = 1 << 23
_SHIFT = 1 << 21
"""Room for every day of the years 1 to 9999, from 0 up."""


@dataclass(frozen=True)
class OrderedDays:
    """Days, each of something numbered.

    Attributes
    ----------
    keys : ndarray of int
        Number and day in one, in order.
    """

    keys: NDArray[np.int64]

    @classmethod
    def of(cls, numbers: NDArray[np.int64], days: NDArray[np.datetime64]) -> OrderedDays:
        """Put days in order; those without a number or a day are left out."""
        there = (numbers >= 0) & ~np.isnat(days)
        return cls(np.sort(_keys(numbers[there], days[there])))

    def until(self, numbers: NDArray[np.int64], days: NDArray[np.datetime64]) -> NDArray[np.int64]:
        """How many days of each number lie on or before a day; 0 where there is no number."""
        up_to = np.searchsorted(self.keys, _keys(numbers, days), side="right")
        before = np.searchsorted(self.keys, numbers * _SPAN, side="left")
        return np.where((numbers < 0) | np.isnat(days), 0, up_to - before)


def _keys(numbers: NDArray[np.int64], days: NDArray[np.datetime64]) -> NDArray[np.int64]:
    return numbers * _SPAN + as_numbers(days, 0) + _SHIFT
