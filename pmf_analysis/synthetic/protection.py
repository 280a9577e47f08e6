"""Protection visits and reviews: what falls due under a plan, and whether it was done in time."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis.synthetic import structure, volumes
from pmf_analysis.synthetic.cases import DISTRICTS, Dates
from pmf_analysis.synthetic.own_numbers import own
from pmf_analysis.synthetic.setting import Setting
from pmf_analysis.synthetic.teams_then import PROTECTION, team_then
from pmf_analysis.synthetic.workdays import working_days

BEYOND_REACH = "red_target_beyond"
SOUTH = [code for code in DISTRICTS if structure.area_of(code) == "south"]
FIRST_REVIEW, NEXT_REVIEW = 3, 6
"""Months from the conference to the first review, and from each review to the next."""
MADE_LATE = 0.7
"""Share of visits and reviews missed on time that are made later."""
LATEST, EARLIEST = 16, 10
"""Days after and before a visit is due in which it may be made."""
SEEN_ALONE = 0.93
NEVER = np.datetime64("NaT", "D")


def visits(setting: Setting, plans: pd.DataFrame) -> pd.DataFrame:
    """One visit due a month for each child with a plan on that day.

    Parameters
    ----------
    setting : Setting
    plans : DataFrame
        ``number``, ``child_id``, ``begun``, ``ends`` (days; NaT while open), ``held_by``,
        ``home_district`` and ``protection_team``.
    """
    months = 1 + np.arange(_longest(setting, plans))
    found = _falling_due(setting, plans, months)
    south = found["home_district"].isin(SOUTH).to_numpy() & setting.planted(BEYOND_REACH)
    level = np.where(south, volumes.VISITED_SOUTH, volumes.VISITED)
    done = _done(setting, found, level, "protection visit", EARLIEST)
    alone = own(setting, "seen alone", found["number"], found["turn"]) < SEEN_ALONE
    seen = np.where(np.isnat(done), None, np.where(alone, "yes", "no"))
    return _table(setting, found, done, "V").assign(seen_alone=pd.array(seen, dtype="str"))


def reviews(setting: Setting, plans: pd.DataFrame) -> pd.DataFrame:
    """A first review within three months of a plan's beginning, then one every six."""
    count = 1 + _longest(setting, plans) // NEXT_REVIEW
    found = _falling_due(setting, plans, FIRST_REVIEW + NEXT_REVIEW * np.arange(count))
    level = np.full(len(found), volumes.REVIEWED)
    return _table(setting, found, _done(setting, found, level, "protection review", 21), "E")


def _longest(setting: Setting, plans: pd.DataFrame) -> int:
    """Months of the longest plan."""
    end = plans["ends"].fillna(pd.Timestamp(str(setting.last_day)))
    return int((end - plans["begun"]).dt.days.max() // 28) + 1 if len(plans) else 0


def _falling_due(setting: Setting, plans: pd.DataFrame, months: NDArray) -> pd.DataFrame:
    begun = plans["begun"].to_numpy().astype("datetime64[D]")
    ends = plans["ends"].to_numpy().astype("datetime64[D]")
    due = months_later(begun[:, None], months[None, :])
    open_then = np.isnat(ends)[:, None] | (due < ends[:, None])
    within = (due >= setting.first_day) & (due <= setting.last_day)
    plan, turn = np.nonzero(open_then & within)
    columns = ["number", "child_id", "ends", "home_district", "held_by", "protection_team"]
    return plans[columns].iloc[plan].assign(due=due[plan, turn], turn=turn + 1)


def months_later(days: Dates, months: NDArray) -> Dates:
    """The same day so many months later, or the last day of that month if it is shorter."""
    month = days.astype("datetime64[M]")
    then = month + months
    length = (then + 1).astype("datetime64[D]") - then.astype("datetime64[D]")
    day = days - month.astype("datetime64[D]")
    return then.astype("datetime64[D]") + np.minimum(day, length - np.timedelta64(1, "D"))


def _done(
    setting: Setting, found: pd.DataFrame, level: NDArray, purpose: str, earliest: int
) -> Dates:
    """On time, late, or NaT: not made while the plan was open, or not yet."""
    due = found["due"].to_numpy().astype("datetime64[D]")
    ends = found["ends"].to_numpy().astype("datetime64[D]")
    number, turn = found["number"], found["turn"]
    in_time = own(setting, purpose, number, turn)
    when = own(setting, f"{purpose}, day", number, turn)
    before = working_days().after(due - np.floor(when * earliest).astype("timedelta64[D]"), 0)
    missed = when * LATEST / MADE_LATE
    after = working_days().after(due, 1 + np.minimum(np.floor(missed), LATEST).astype(np.int64))
    late = (when < MADE_LATE) & (after <= setting.last_day) & (np.isnat(ends) | (after < ends))
    return np.where(in_time < level, before, np.where(late, after, NEVER))


def _table(setting: Setting, found: pd.DataFrame, done: Dates, letter: str) -> pd.DataFrame:
    number = found["number"].to_numpy()
    turn = found["turn"].to_numpy()
    ids = [f"{letter}P{one:07d}{two:02d}" for one, two in zip(number, turn, strict=True)]
    due = found["due"].to_numpy().astype("datetime64[D]")
    teams = team_then(
        setting, found["held_by"].to_numpy().astype(str), PROTECTION,
        found["protection_team"].to_numpy(), due,
    )  # fmt: skip
    key = "visit_id" if letter == "V" else "review_id"
    return pd.DataFrame(
        {
            key: pd.array(ids, dtype="str"),
            "child_id": found["child_id"].to_numpy(),
            "kind": pd.array(["protection"] * len(found), dtype="str"),
            "due_on": due.astype("datetime64[s]"),
            "event_date": done.astype("datetime64[s]"),
            "team_then": pd.array(teams, dtype="str"),
        }
    )
