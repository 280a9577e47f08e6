"""When Medwold's extracts are taken, and what each one covers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pmf_analysis import periods
from pmf_analysis.synthetic.setting import EXTRACT_DAY, LEAD, Setting

_DAY = np.timedelta64(1, "D")

TAKEN_AGAIN = "2026-03"
"""Month whose extract is taken a second time, because a code in one table was wrong."""
PUT_RIGHT = "referral"
"""The table whose code was wrong."""
LOG = "extract_log"
"""The table in which the case system keeps what it extracted."""
DAYS_UNTIL_AGAIN = 8


@dataclass(frozen=True)
class MonthlyExtract:
    """One extract of all tables: the versions of records changed since the one before.

    Attributes
    ----------
    month : str
        Code of the month at whose end it is due.
    taken : numpy.datetime64
        The day on which it is taken; what was changed until then is in it.
    since : numpy.datetime64
        What was changed on this day or before was in an earlier one; NaT in the first.
    covers_from, covers_to : numpy.datetime64
        The month, or all months up to it in the first.
    again : bool
        Whether it repeats the one of its month, with what was put right since.
    """

    month: str
    taken: np.datetime64
    since: np.datetime64
    covers_from: np.datetime64
    covers_to: np.datetime64
    again: bool = False

    @property
    def published(self) -> np.datetime64:
        """The day on which it is delivered."""
        return self.taken + _DAY

    def until(self, table: str) -> np.datetime64:
        """Last day whose changes it holds of a table.

        An extract taken again is made of what the first one was made of; only the table that
        was put right, and the log, are as they stand by then.
        """
        if self.again and table not in (PUT_RIGHT, LOG):
            return self.taken - np.timedelta64(DAYS_UNTIL_AGAIN, "D")
        return self.taken


def monthly_extracts(setting: Setting) -> tuple[MonthlyExtract, ...]:
    """Every extract of the case system, by the day on which it was taken.

    The first one holds the history up to the end of the first month that can be counted.
    """
    found: list[MonthlyExtract] = []
    taken = np.datetime64("NaT", "D")
    first = LEAD
    for place, month in enumerate(setting.calendar[first:], start=first):
        begins = setting.first_day if place == first else setting.starts[place]
        since, taken = taken, taken_on(month)
        ends = setting.starts[place + 1] - _DAY
        found.append(MonthlyExtract(month.code, taken, since, begins, ends))
        if month.code == TAKEN_AGAIN:
            found.append(
                MonthlyExtract(
                    month.code, taken + np.timedelta64(DAYS_UNTIL_AGAIN, "D"), since, begins, ends,
                    again=True,
                )
            )  # fmt: skip
    return tuple(found)


def taken_on(month: periods.ReportingPeriod) -> np.datetime64:
    """The day on which the extract of a month is taken."""
    following = periods.shift(month, 1).start
    return np.datetime64(following.replace(day=EXTRACT_DAY), "D")


def last_taken(setting: Setting) -> np.datetime64:
    """The day of the last extract: nothing that was entered later is known."""
    return taken_on(setting.calendar[-1])
