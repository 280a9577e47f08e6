"""When what happened is entered: most the same day or within a week, some after the extract."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis.synthetic.draws import Lags, days_at
from pmf_analysis.synthetic.record_tables import RecordTable
from pmf_analysis.synthetic.setting import Setting
from pmf_analysis.synthetic.workdays import working_days

Days = NDArray[np.datetime64]

PROMPT: Lags = ((0, 0), (0.55, 1), (0.92, 4), (0.972, 8), (0.99, 20), (0.997, 35), (1, 60))
USUAL: Lags = ((0, 0), (0.42, 1), (0.88, 5), (0.96, 9), (0.983, 20), (0.994, 35), (1, 65))
SLOW: Lags = ((0, 0), (0.30, 1), (0.82, 5), (0.94, 9), (0.975, 21), (0.991, 38), (1, 70))
_TEMPOS = (PROMPT, USUAL, USUAL, SLOW)

AT_ONCE = frozenset({"unit", "post", "person", "child", "case_audit", "survey", "action",
                     "commentary"})  # fmt: skip
"""Tables whose rows are made where they are kept: nothing waits to be entered."""

KNOWN_WITH = {"referral": "decided_on"}
"""Tables that are entered once another thing is known too."""

DONE_LATER = {
    "visit": ("event_date", ("seen_alone",)),
    "review": ("event_date", ()),
    "health": ("event_date", ()),
}
"""Tables that the case system opens on the day when something is due; it may come later."""

REFERS_TO = {
    "assessment": ("referral_id", "referral"),
    "enquiry": ("assessment_id", "assessment"),
    "conference": ("enquiry_id", "enquiry"),
    "plan": ("conference_id", "conference"),
    "placement": ("care_episode_id", "care_episode"),
}
"""Tables whose rows cannot be entered before the row that they come from."""

LATE_ENTRY = "late_entry"
LATE_DISTRICT = "ivelham"
LATE_SHARE_TIMELY, LATE_SHARE_UNTIMELY = 0.1234, 0.576
"""Shares entered late: 18% in all where 87.5% are timely, and of these 60% timely."""
LATE_FROM, LATE_TO = 25, 70
TIMELY = 45
"""Working days within which an assessment is to be completed."""


@dataclass(frozen=True)
class Entered:
    """When the rows of a table were entered.

    Attributes
    ----------
    first : ndarray of datetime64[D], shape (n,)
        Of the first version.
    closed : ndarray of datetime64[D], shape (n,)
        Of the version that tells the closing; NaT where there is none, or where the first
        version tells it already.
    closes : tuple of str
        Columns that only that version holds.
    """

    first: Days
    closed: Days
    closes: tuple[str, ...]

    @property
    def last(self) -> Days:
        """Of the version that tells all."""
        return np.where(np.isnat(self.closed), self.first, self.closed)


def days_of(table: pd.DataFrame, column: str) -> Days:
    """A date column as days."""
    return table[column].to_numpy().astype("datetime64[D]")


def entered(
    setting: Setting,
    table: RecordTable,
    rows: pd.DataFrame,
    parents: Mapping[str, pd.Series],
) -> Entered:
    """When each row of a true table was entered.

    Parameters
    ----------
    setting : Setting
    table : RecordTable
    rows : pandas.DataFrame
        The true rows.
    parents : mapping of str to pandas.Series
        By name of a table already entered: key to day of first entry.

    Returns
    -------
    Entered
        A row from before the first day with records was entered by then.
    """
    drawn = setting.stream("entry", table.name).random((2, len(rows)))
    column, others = _closing(table)
    closing = days_of(rows, column) if column else np.full(len(rows), "NaT", "datetime64[D]")
    known = _known(table, rows)
    # a team's tempo is the same for all that it enters
    tempos = _tempos(setting, rows, table.name)
    first = known + _lags(drawn[0], tempos)
    first = np.where(known < setting.first_day, np.minimum(first, setting.first_day), first)
    first = np.fmax(first, _parent_entered(table, rows, parents))
    closed = closing + _lags(drawn[1], tempos)
    if table.name == "assessment":
        closed = _entered_late(setting, rows, closing, closed)
    closed = np.where(closed > first, closed, np.datetime64("NaT", "D"))
    return Entered(first, closed, (column, *others) if column else ())


def _closing(table: RecordTable) -> tuple[str, tuple[str, ...]]:
    if table.name in DONE_LATER:
        return DONE_LATER[table.name]
    return next(iter(table.closes.items()), ("", ()))


def _known(table: RecordTable, rows: pd.DataFrame) -> Days:
    known = days_of(rows, table.known)
    if table.name in KNOWN_WITH:
        return np.fmax(known, days_of(rows, KNOWN_WITH[table.name]))
    return known


def _tempos(setting: Setting, rows: pd.DataFrame, name: str) -> NDArray[np.int64]:
    """Place in `_TEMPOS` of each row's team, and -1 for what is entered at once."""
    if name in AT_ONCE:
        return np.full(len(rows), -1)
    team = next((column for column in ("team_then", "team") if column in rows), "")
    if not team:
        return np.full(len(rows), 1)
    codes, teams = pd.factorize(rows[team])
    drawn = np.array([setting.stream("tempo", str(one)).random() for one in teams])
    return np.append(np.floor(drawn * len(_TEMPOS)), 1).astype(np.int64)[codes]


def _lags(drawn: NDArray[np.float64], tempos: NDArray[np.int64]) -> NDArray[np.timedelta64]:
    days = np.zeros(len(drawn), dtype=np.int64)
    for place, table in enumerate(_TEMPOS):
        mine = tempos == place
        days[mine] = days_at(drawn[mine], table)
    return days.astype("timedelta64[D]")


def _parent_entered(
    table: RecordTable, rows: pd.DataFrame, parents: Mapping[str, pd.Series]
) -> Days:
    column, name = REFERS_TO.get(table.name, ("", ""))
    if name not in parents:
        return np.full(len(rows), "NaT", "datetime64[D]")
    places = parents[name].index.get_indexer(rows[column].array)
    days = parents[name].to_numpy().astype("datetime64[D]")
    return np.append(days, np.datetime64("NaT", "D"))[places]  # -1, for none, is the last one


def _entered_late(setting: Setting, rows: pd.DataFrame, closing: Days, closed: Days) -> Days:
    """Completions of one district that are entered late, the untimely ones first."""
    drawn = setting.stream("entry", LATE_ENTRY).random((2, len(rows)))
    if not setting.planted(LATE_ENTRY):
        return closed
    share = np.where(untimely(rows), LATE_SHARE_UNTIMELY, LATE_SHARE_TIMELY)
    late = of_district(rows, LATE_DISTRICT) & (drawn[0] < share) & ~np.isnat(closing)
    days = LATE_FROM + np.floor(drawn[1] * (LATE_TO - LATE_FROM + 1)).astype(np.int64)
    return np.where(late, closing + days.astype("timedelta64[D]"), closed)


def untimely(assessments: pd.DataFrame) -> NDArray[np.bool_]:
    """Which assessments took more working days than they should."""
    took = working_days().between(
        days_of(assessments, "started_on"), days_of(assessments, "event_date")
    )
    return took > TIMELY


def of_district(rows: pd.DataFrame, district: str) -> NDArray[np.bool_]:
    """Which rows a team of a district answers for."""
    return rows["team_then"].str.startswith(f"{district}-").fillna(False).to_numpy(dtype=bool)
