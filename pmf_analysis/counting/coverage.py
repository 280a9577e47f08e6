"""Which months the delivered records cover, by the log of extracts."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pmf_analysis import periods
from pmf_analysis.counting.cases import Months
from pmf_analysis.counting.columns import days_of
from pmf_analysis.counting.days import month_numbers
from pmf_analysis.errors import TableError

LOG = "extract_log"
"""Table with a row for each extract of a table."""
COLUMNS = ("table_name", "covers_from", "covers_to")

_DAY = np.timedelta64(1, "D")


def covered_months(log: pd.DataFrame) -> dict[str, frozenset[int]]:
    """Months of which every day is covered by some extract of a table.

    Parameters
    ----------
    log : pandas.DataFrame
        With `COLUMNS`: first and last day of what an extract holds, both included.

    Returns
    -------
    dict of str to frozenset of int
        By table, numbers of months (`days.month_numbers`). An entry without both of its days
        covers nothing.

    Raises
    ------
    TableError
        If a column is missing.
    """
    missing = [name for name in COLUMNS if name not in log.columns]
    if missing:
        raise TableError(
            f"The table {LOG} lacks {', '.join(missing)}",
            f"columns {', '.join(COLUMNS)}: which table an extract held, from and to which day",
        )
    begun, ended = days_of(log["covers_from"]), days_of(log["covers_to"])
    sound = ~np.isnat(begun) & ~np.isnat(ended) & (begun <= ended)
    names = log["table_name"].to_numpy(dtype=object)
    return {
        str(name): _whole_months(begun[sound & (names == name)], ended[sound & (names == name)])
        for name in sorted({str(one) for one in names[sound]})
    }


def _whole_months(begun: np.ndarray, ended: np.ndarray) -> frozenset[int]:
    found: set[int] = set()
    for first, last in _joined(begun, ended):
        # the month of a day is whole only from its first day on, and up to its last
        start = month_numbers(np.array([first - _DAY]))[0] + 1
        found.update(range(start, int(month_numbers(np.array([last + _DAY]))[0])))
    return frozenset(found)


def _joined(begun: np.ndarray, ended: np.ndarray) -> list[tuple[np.datetime64, np.datetime64]]:
    """Stretches of days, those that touch or overlap as one."""
    joined: list[tuple[np.datetime64, np.datetime64]] = []
    for first, last in sorted(zip(begun, ended, strict=True)):
        if joined and first <= joined[-1][1] + _DAY:
            joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
        else:
            joined.append((first, last))
    return joined


def months_counted(
    covered: dict[str, frozenset[int]], tables: tuple[str, ...], history: int
) -> Months:
    """Months that all tables cover, with so many months before them.

    Parameters
    ----------
    covered : dict of str to frozenset of int
        As `covered_months` gives it.
    tables : tuple of str
    history : int
        Months before a month that must be covered too.

    Returns
    -------
    Months
    """
    held = frozenset.intersection(*(covered.get(name, frozenset()) for name in tables))
    whole = [
        number for number in sorted(held)
        if all(number - back in held for back in range(1, history + 1))
    ]  # fmt: skip
    return Months(tuple(periods.month(one // 12, one % 12 + 1) for one in whole))
