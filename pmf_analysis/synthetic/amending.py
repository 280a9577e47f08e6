"""What is put right after it was entered: mistakes, taken-back doubles, dates made to fit.

A record's last version is what is true, but where a story has it otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis.synthetic.entry import TIMELY, Days, Entered, days_of, of_district, untimely
from pmf_analysis.synthetic.extracts import (
    DAYS_UNTIL_AGAIN,
    PUT_RIGHT,
    TAKEN_AGAIN,
    last_taken,
    monthly_extracts,
)
from pmf_analysis.synthetic.setting import Setting
from pmf_analysis.synthetic.structure import COLDRY_MOVES, area_of
from pmf_analysis.synthetic.workdays import working_days

DATE_MISTAKES = ("assessment", "conference", "visit", "review", "health", "case_audit")
"""Tables in which the date of an event is sometimes entered a day or two too late."""
CODE_MISTAKES = {
    "referral": "source", "plan": "category", "care_episode": "need", "child": "ethnicity",
    "complaint": "subject",
}  # fmt: skip
"""Tables, and the column in which a wrong code is sometimes entered."""
MISTAKEN = 0.003
_LATER_THAN_EVENT = 0.55
"""Share of dates, about, that are entered a day or more after: only these can be too late."""

DOUBLED = ("referral", "assessment", "visit", "review", "health", "leaver_contact", "complaint")
"""Tables in which a record is sometimes entered twice, and one of the two taken back."""
TWICE = 1 / 2000

WRONG_IN_EXTRACT = 12
"""Referrals, at scale 1, whose source was wrong in the extract that was taken again."""

BACK_DATING = "back_dating"
BACK_DATED_DISTRICT = "beltham"
BACK_DATED_FROM = "2026-01"
BACK_DATED_SHARE = 0.6


@dataclass(frozen=True)
class Amended:
    """Values of one column that a later version changes.

    Attributes
    ----------
    column : str
    rows : ndarray of int, shape (k,)
        Places of the rows.
    before, after : ndarray, shape (k,)
        What the versions until then hold, and the later one.
    on : ndarray of datetime64[D], shape (k,)
        When it was changed; later than any version before.
    """

    column: str
    rows: NDArray[np.intp]
    before: NDArray[np.generic] | pd.api.extensions.ExtensionArray
    after: NDArray[np.generic] | pd.api.extensions.ExtensionArray
    on: Days


@dataclass(frozen=True)
class Doubled:
    """Records entered twice: the rows, when the second was entered, and when it was taken back."""

    rows: NDArray[np.intp]
    entered: Days
    taken_back: Days


def amended(setting: Setting, name: str, rows: pd.DataFrame, known: Entered) -> list[Amended]:
    """What is put right in a table, or made to fit; each row at most once."""
    found = []
    if name in DATE_MISTAKES:
        found.append(_dates_put_right(setting, name, rows, known))
    if name in CODE_MISTAKES:
        found.append(_codes_put_right(setting, name, rows, known))
    if name == PUT_RIGHT:
        found += _extract_put_right(setting, rows, known, found)
    if name == "unit":
        found += _moved(setting, rows)
    if name == "assessment":
        found += _back_dated(setting, rows, known, found)
    return [each for each in found if len(each.rows)]


def doubled(setting: Setting, name: str, rows: pd.DataFrame, known: Entered) -> Doubled:
    """Which records were entered twice by mistake, as far as it was found out."""
    if name not in DOUBLED or not len(rows):
        nothing = np.empty(0, dtype="datetime64[D]")
        return Doubled(np.empty(0, dtype=np.intp), nothing, nothing)
    drawn = setting.stream("doubled", name).random((3, len(rows)))
    again = known.first + _days(drawn[1], 0, 3)
    back = again + _days(drawn[2], 5, 40)
    chosen = np.flatnonzero((drawn[0] < TWICE) & (back <= last_taken(setting)))
    return Doubled(chosen, again[chosen], back[chosen])


def _days(drawn: NDArray[np.float64], least: int, most: int) -> NDArray[np.timedelta64]:
    days = least + np.floor(drawn * (most - least + 1)).astype(np.int64)
    return days.astype("timedelta64[D]")


def _dates_put_right(setting: Setting, name: str, rows: pd.DataFrame, known: Entered) -> Amended:
    """Dates entered a day or two too late, but never later than the day of entry."""
    drawn = setting.stream("date mistakes", name).random((3, len(rows)))
    true = days_of(rows, "event_date")
    told = known.last if "event_date" in known.closes else known.first
    room = np.where(np.isnat(true), 0, (told - true).astype(np.int64))
    too_late = np.minimum(1 + (drawn[1] < 0.3), room)
    chosen = np.flatnonzero((drawn[0] < MISTAKEN / _LATER_THAN_EVENT) & (too_late > 0))
    before = true + too_late.astype("timedelta64[D]")
    on = known.last + _days(drawn[2], 7, 60)
    return Amended("event_date", chosen, before[chosen], true[chosen], on[chosen])


def _codes_put_right(setting: Setting, name: str, rows: pd.DataFrame, known: Entered) -> Amended:
    """Codes of another record, entered by mistake."""
    drawn = setting.stream("code mistakes", name).random((3, len(rows)))
    column = CODE_MISTAKES[name]
    others = np.floor(drawn[1] * len(rows)).astype(np.intp)
    true = rows[column].array
    chosen = np.flatnonzero(drawn[0] < MISTAKEN)
    chosen = chosen[np.asarray(true.take(others[chosen]) != true.take(chosen))]
    on = known.last + _days(drawn[2], 7, 60)
    return Amended(column, chosen, true.take(others[chosen]), true.take(chosen), on[chosen])


def _extract_put_right(
    setting: Setting, rows: pd.DataFrame, known: Entered, before: list[Amended]
) -> list[Amended]:
    """Codes that an extract got wrong, put right in the same extract taken again."""
    first = [each for each in monthly_extracts(setting) if each.month == TAKEN_AGAIN]
    drawn = setting.stream("extract", TAKEN_AGAIN).random((2, len(rows)))
    if not first or not len(rows):
        return []
    number = max(1, round(WRONG_IN_EXTRACT * setting.scale))
    inside = (known.first <= first[0].taken) & _after(known.first, first[0].since)
    inside &= np.isnat(known.closed)
    inside[_rows_of(before)] = False
    ranked = np.argsort(np.where(inside, drawn[0], 2.0), kind="stable")
    chosen = np.sort(ranked[: min(number, int(inside.sum()))])
    true = rows["source"].array.take(chosen)
    wrong = pd.array(["10"] * len(chosen), dtype="str")
    differs = np.asarray(true != wrong)
    on = first[0].taken + np.timedelta64(DAYS_UNTIL_AGAIN, "D")
    return [
        Amended("source", chosen[differs], wrong[differs], true[differs],
                np.full(int(differs.sum()), on)),
    ]  # fmt: skip


def _after(days: Days, since: np.datetime64) -> NDArray[np.bool_]:
    return np.full(len(days), True) if np.isnat(since) else days > since


def _rows_of(amendments: list[Amended]) -> NDArray[np.intp]:
    return np.concatenate([np.empty(0, np.intp), *(each.rows for each in amendments)])


def _moved(setting: Setting, rows: pd.DataFrame) -> list[Amended]:
    """The district that answered to another service before it moved."""
    if not setting.planted("structure") or setting.first_day >= np.datetime64(COLDRY_MOVES):
        return []
    place = np.flatnonzero(rows["unit_code"] == "coldry")
    before = pd.array([f"{area_of('coldry')}-social-work"] * len(place), dtype="str")
    on = np.full(len(place), np.datetime64(COLDRY_MOVES, "D"))
    return [Amended("parent", place, before, rows["parent"].array.take(place), on)]


def _back_dated(
    setting: Setting, rows: pd.DataFrame, known: Entered, before: list[Amended]
) -> list[Amended]:
    """Late completions whose date is changed, weeks later, to the last day in time."""
    drawn = setting.stream("amending", BACK_DATING).random((2, len(rows)))
    if not setting.planted(BACK_DATING):
        return []
    done = days_of(rows, "event_date")
    chosen = of_district(rows, BACK_DATED_DISTRICT) & untimely(rows)
    chosen &= (drawn[0] < BACK_DATED_SHARE) & (done >= np.datetime64(BACK_DATED_FROM, "D"))
    chosen[_rows_of(before)] = False
    places = np.flatnonzero(chosen)
    fitting = working_days().after(days_of(rows, "started_on")[places], TIMELY)
    on = (known.last + _days(drawn[1], 20, 60))[places]
    return [Amended("event_date", places, done[places], fitting, on)]
