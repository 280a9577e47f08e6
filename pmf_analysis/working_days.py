"""Working days: Monday to Friday without the bank holidays of England.

Time limits of the service run in working days. The holidays are policy data: the rule set
``bank-holidays`` of a register.

References
----------
Banking and Financial Dealings Act 1971, schedule 1, and the proclamations of single years;
the dates as listed on the Government's page of bank holidays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

RULE_SET = "bank-holidays"


@dataclass(frozen=True)
class WorkingDays:
    """Counts of working days.

    Attributes
    ----------
    holidays : tuple of str
        ISO dates, on weekdays or not.
    """

    holidays: tuple[str, ...]

    @classmethod
    def of(cls, values: dict[str, object]) -> WorkingDays:
        """The working days of a rule set's values: ``days``, a list of ISO dates."""
        days: Sequence[object] = values["days"]  # type: ignore[assignment]
        return cls(tuple(str(day) for day in days))

    def _calendar(self) -> np.busdaycalendar:
        return np.busdaycalendar(holidays=np.array(self.holidays, dtype="datetime64[D]"))

    def between(self, start: ArrayLike, end: ArrayLike) -> NDArray[np.float64]:
        """Working days after one date up to another, this included.

        Parameters
        ----------
        start, end : array_like of datetime64, shape (n,)
            The day after ``start`` is day 1, so that a thing done on the same day took 0.

        Returns
        -------
        ndarray of float, shape (n,)
            NaN where either date is missing; negative where ``end`` is earlier.
        """
        begun = np.asarray(start, dtype="datetime64[D]")
        done = np.asarray(end, dtype="datetime64[D]")
        missing = np.isnat(begun) | np.isnat(done)
        day = np.timedelta64(1, "D")
        safe = np.datetime64("2020-01-01")
        counted = np.busday_count(
            np.where(missing, safe, begun) + day,
            np.where(missing, safe, done) + day,
            busdaycal=self._calendar(),
        )
        return np.where(missing, np.nan, counted.astype(float))

    def after(self, start: ArrayLike, days: ArrayLike) -> NDArray[np.datetime64]:
        """The date a number of working days after another.

        Parameters
        ----------
        start : array_like of datetime64, shape (n,)
            None missing.
        days : array_like of int, shape (n,)

        Returns
        -------
        ndarray of datetime64[D], shape (n,)
            The last date for which ``between`` gives ``days`` and which is a working day;
            ``start`` itself, or the working day before it, for 0.
        """
        begun = np.asarray(start, dtype="datetime64[D]")
        return np.busday_offset(begun, days, roll="backward", busdaycal=self._calendar())
