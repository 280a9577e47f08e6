"""Care leavers: contacts with young people who were in care after their 16th birthday."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pmf_analysis.synthetic.care_days import Days, birthday, first_of, last_of, later_weekday
from pmf_analysis.synthetic.care_holders import LEAVER_UNTIL, leavers_team_on
from pmf_analysis.synthetic.draws import choose
from pmf_analysis.synthetic.own_numbers import own
from pmf_analysis.synthetic.setting import Setting

LEFT_FROM, IN_CARE_FOR = 16, 91
"""Age on leaving care, and days in care, that make a care leaver."""
NO_LEAVER = ("E2", "E3", "E11", "E12", "E14", "E15", "E16")
"""Reasons for the end of care that leave nobody to the county's leavers' teams."""

EVERY, WITHIN = 56, 14
"""Days between contacts, and how far one may slip."""
CLOSED_AT, STILL_ASKING, SELDOM = 25, 0.25, 3
"""After 22 a quarter still ask for help, until 25, at every third turn."""
SETTLED = 0.90
"""Share of contacts at which nothing has changed since the one before."""

ACTIVITIES = {
    "F1": 0.055, "P1": 0.005, "F2": 0.165, "P2": 0.015, "F4": 0.05, "P4": 0.02, "F5": 0.145,
    "P5": 0.055, "G4": 0.09, "G5": 0.255, "G6": 0.065, "": 0.08,
}  # fmt: skip
"""SSDA903 codes; the last share is not in touch."""
LEARNING_OR_WORKING = ("F1", "P1", "F2", "P2", "F4", "P4", "F5", "P5")
MOTHERS = "G6"
"""Not in work for being a parent."""
SUITABLE = {
    "B": 0.12, "C": 0.02, "D": 0.17, "E": 0.05, "K": 0.04, "T": 0.05, "U": 0.30, "Z": 0.08,
}  # fmt: skip
UNSUITABLE = {"S": 0.02, "V": 0.02, "W": 0.005, "X": 0.03, "Y": 0.015}
SUITABLY_HOUSED = 0.83
"""Of all leavers, those out of touch included."""


def leavers(setting: Setting, spells: pd.DataFrame) -> pd.DataFrame:
    """Those of the children who were in care who are care leavers within the records.

    Parameters
    ----------
    setting : Setting
    spells : DataFrame
        As from `care_exits.with_exits`, however long ago.
    """
    ended, born = spells["ended"].to_numpy(), spells["born"]
    left = (ended >= birthday(born, LEFT_FROM)) & ~spells["reason"].isin(NO_LEAVER).to_numpy()
    long = ended - spells["entered"].to_numpy() >= IN_CARE_FOR
    adult = (birthday(born, 18) <= last_of(setting)) & (ended <= last_of(setting))
    young = birthday(born, CLOSED_AT) > first_of(setting)
    return spells[left & long & adult & young]


def contacts(setting: Setting, leaver: pd.DataFrame) -> pd.DataFrame:
    """Contacts with care leavers, about every 8 weeks from their 18th birthday.

    Parameters
    ----------
    setting : Setting
    leaver : DataFrame
        As from `leavers`.

    Returns
    -------
    DataFrame
        ``child``, ``turn`` (0 for the first after the birthday), ``day``, ``in_touch``,
        ``activity``, ``accommodation``, ``suitable`` (empty where not in touch), ``team``; by
        child and day.
    """
    found = _days(setting, leaver)
    child, turn = found["child"].to_numpy(), found["turn"].to_numpy()
    latest = _latest_change(setting, child, turn)
    doing = np.array(list(ACTIVITIES))[
        choose(own(setting, "leaver activity", child, latest), list(ACTIVITIES.values()))
    ]
    touch = doing != ""
    return pd.DataFrame(
        {
            "child": child,
            "turn": turn,
            "day": found["day"],
            "in_touch": np.where(touch, "yes", "no"),
            "activity": doing,
            **_housing(setting, child, latest, touch),
            "team": leavers_team_on(setting, found, found["day"]),
        }
    )


def _days(setting: Setting, leaver: pd.DataFrame) -> pd.DataFrame:
    first, last = first_of(setting), last_of(setting)
    adult = birthday(leaver["born"], 18)
    base = adult + (own(setting, "leaver contact", leaver["child"]) * EVERY).astype(np.int64)
    turns = -(-365 * (CLOSED_AT - 18) // EVERY)
    row = np.repeat(np.arange(len(leaver)), turns)
    turn = np.tile(np.arange(turns), len(leaver))
    held = leaver.iloc[row]
    slip = own(setting, "leaver contact slips", held["child"], turn) * WITHIN
    day = later_weekday(base[row] + turn * EVERY + slip.astype(np.int64))
    older = day >= birthday(leaver["born"], LEAVER_UNTIL)[row]
    asks = (own(setting, "leaver asks", leaver["child"]) < STILL_ASKING)[row]
    seldom = asks & (turn % SELDOM == 0) & (day < birthday(leaver["born"], CLOSED_AT)[row])
    here = (day >= first) & (day <= last) & (~older | seldom)
    return held[here].assign(turn=turn[here], day=day[here]).reset_index(drop=True)


def _latest_change(setting: Setting, child: Days, turn: Days) -> Days:
    """Turn at which things last changed; the rows are by child and turn.

    A leaver's first turn within the records counts as a change.
    """
    first = np.concatenate([[True], child[1:] != child[:-1]])[: len(child)]
    changes = first | (own(setting, "leaver change", child, turn) >= SETTLED)
    row = np.maximum.accumulate(np.where(changes, np.arange(len(child)), 0))
    return turn[row]


def _housing(
    setting: Setting, child: Days, latest: Days, touch: np.ndarray
) -> dict[str, np.ndarray]:
    suits = own(setting, "leaver suitable", child, latest) < SUITABLY_HOUSED / (
        1 - ACTIVITIES[""] / sum(ACTIVITIES.values())
    )
    drawn = own(setting, "leaver home", child, latest)
    good = np.array(list(SUITABLE))[choose(drawn, list(SUITABLE.values()))]
    poor = np.array(list(UNSUITABLE))[choose(drawn, list(UNSUITABLE.values()))]
    return {
        "accommodation": np.where(touch, np.where(suits, good, poor), ""),
        "suitable": np.where(touch, np.where(suits, "yes", "no"), ""),
    }
