"""What a county is made from: a seed, a size, a stretch of months, and the stories planted."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from pmf_analysis import periods
from pmf_analysis.errors import ParameterError
from pmf_analysis.periods import Frequency, ReportingPeriod

LEAD = 12
"""Months of records before the first month that can be counted: what looks back needs them."""

LONGEST = 600
"""The most months that can be counted: fifty years."""

EXTRACT_DAY = 5
"""Day of the following month on which a month's extract is taken; it is delivered the day after."""


@dataclass(frozen=True)
class Setting:
    """What a county is made from.

    Attributes
    ----------
    seed : int
    months : int
        That can be counted; `LEAD` more stand before them.
    last_month : str
        Code of the last month.
    scale : float
        1 for the county of 355,000 children, 0.05 for a test, 10 for ten counties' worth.
    stories : frozenset of str
        Names of the stories planted.
    """

    seed: int
    months: int
    last_month: str
    scale: float
    stories: frozenset[str]

    @classmethod
    def of(
        cls,
        seed: int,
        months: int = 60,
        last_month: str = "2026-10",
        scale: float = 1.0,
        stories: Collection[str] = (),
    ) -> Setting:
        """Check what was given.

        Raises
        ------
        ParameterError
            If an argument means nothing.
        """
        if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
            raise ParameterError(f"The seed is {seed!r}", "a whole number, 0 or more")
        if isinstance(months, bool) or not isinstance(months, int) or not 1 <= months <= LONGEST:
            raise ParameterError(f"months is {months!r}", f"a whole number from 1 to {LONGEST}")
        if isinstance(scale, bool) or not 0.01 <= float(scale) <= 100:
            raise ParameterError(f"The scale is {scale!r}", "a number from 0.01 to 100")
        if periods.parse(last_month).frequency is not Frequency.MONTH:
            raise ParameterError(f"The last month is {last_month!r}", "a month such as 2026-10")
        return cls(seed, months, last_month, float(scale), frozenset(stories))

    def planted(self, story: str) -> bool:
        """Whether a story is planted."""
        return story in self.stories

    def stream(self, *names: str) -> np.random.Generator:
        """The stream of random numbers of one process in one place.

        Every process and unit has its own, so that a story planted in one changes no other.
        Only uniform numbers are drawn from it (``random``) and compared: the last bits of
        logarithms and exponentials differ between machines.
        """
        key = crc32("/".join(names).encode())
        return np.random.Generator(np.random.PCG64(np.random.SeedSequence([self.seed, key])))

    @cached_property
    def calendar(self) -> list[ReportingPeriod]:
        """Every month with records, the lead included."""
        last = periods.parse(self.last_month)
        return periods.sequence(periods.shift(last, 1 - self.months - LEAD), last)

    @property
    def counted(self) -> list[ReportingPeriod]:
        """The months that can be counted."""
        return self.calendar[LEAD:]

    @cached_property
    def starts(self) -> NDArray[np.datetime64]:
        """First days of the months of ``calendar``, and the day after the last one."""
        days = [month.start for month in self.calendar]
        after = periods.shift(self.calendar[-1], 1).start
        starts = np.array([*days, after], dtype="datetime64[D]")
        starts.flags.writeable = False  # it is worked out once, for all who ask
        return starts

    @property
    def first_day(self) -> np.datetime64:
        """First day with records."""
        return self.starts[0]

    @property
    def last_day(self) -> np.datetime64:
        """Last day of the last month."""
        return self.starts[-1] - np.timedelta64(1, "D")
