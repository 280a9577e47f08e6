"""Who holds which child when.

A child has one open ``case`` at a time, with the team that does most: care before a plan, a plan
before help in need, help before an assessment. When a worker leaves, somebody else in the team
takes the child the same day, or nobody until somebody comes. Beside it the fostering and
adoption teams supervise the families in which children live.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from pmf_analysis.synthetic import structure
from pmf_analysis.synthetic.care_days import NEVER, dates_of, day_of, days_of
from pmf_analysis.synthetic.care_holders import (
    CHILDREN_IN_CARE,
    DISABLED,
    supervising_team,
)
from pmf_analysis.synthetic.caseworkers import Caseworkers
from pmf_analysis.synthetic.claims import Teams, claims
from pmf_analysis.synthetic.draws import codes
from pmf_analysis.synthetic.holding import Spells, handed_over, one_at_a_time
from pmf_analysis.synthetic.own_numbers import numbers_of, own
from pmf_analysis.synthetic.setting import Setting

Made = Mapping[str, pd.DataFrame]

CASE, SUPERVISING = "case", "supervising"
STORY, STORY_CHILDREN, STORY_MONTH = "two_services", 46, "2026-04"
"""Children whom two services hold at once, at scale 1, and from which month on."""


def make_allocations(setting: Setting, made: Made) -> dict[str, pd.DataFrame]:
    """Allocations that were open on the first day with records or began later.

    Parameters
    ----------
    setting : Setting
    made : mapping of str to DataFrame
        The tables of staff, families and care.

    Returns
    -------
    dict of str to DataFrame
        ``allocation``.
    """
    teams = Teams.of(setting)
    cases = one_at_a_time(claims(setting, made, teams))
    for team, day, into in teams.handovers:
        cases = handed_over(cases, team, day, into)
    if setting.planted(STORY):
        cases = Spells.together([cases, _held_twice(setting, made, cases, teams)])
    supervised = _supervised(setting, made["placement"], teams)
    social_workers = made["post"]["role"] == "social_worker"
    rows = pd.concat(
        [
            _with_people(setting, made, teams, CASE, cases, social_workers),
            _with_people(setting, made, teams, SUPERVISING, supervised, ~social_workers),
        ]
    )
    rows = rows.sort_values(["start", "child", "kind", "team"], ignore_index=True)
    return {"allocation": _table(setting, rows)}


def _with_people(
    setting: Setting, made: Made, teams: Teams, kind: str, spells: Spells, posts: pd.Series
) -> pd.DataFrame:
    """Every stretch cut where the worker changes; columns child, team, person, start, end, kind."""
    people, ids = Caseworkers.of(made["post"].loc[posts], made["person"], teams.codes)
    first, last = day_of(setting.first_day), day_of(setting.last_day)
    parts, left = [], spells.at((spells.end > first) & (spells.start <= last))
    left = replace(left, start=np.maximum(left.start, day_of(structure.BEGINNING)))
    while len(left):
        drawn = own(setting, f"{kind} worker", left.child, left.start)
        person, until = people.taking(left.team, left.start, drawn)
        end = np.minimum(left.end, until)
        parts.append(np.column_stack([left.child, left.team, person, left.start, end]))
        goes_on = (end < left.end) & (end <= last)
        left = Spells(left.child, left.team, end, left.end).at(goes_on)
    held = np.concatenate(parts) if parts else np.empty((0, 5), dtype=np.int64)
    rows = pd.DataFrame(held, columns=["child", "team", "person", "start", "end"])
    rows = rows.loc[rows["end"] > first]
    known = np.append(ids.to_numpy(dtype=object), "")
    return rows.assign(person=known[rows["person"]], kind=kind)


def _table(setting: Setting, rows: pd.DataFrame) -> pd.DataFrame:
    teams = Teams.of(setting).codes.to_numpy()
    last = day_of(setting.last_day)
    return pd.DataFrame(
        {
            "allocation_id": codes("AL", len(rows)),
            "child_id": "C" + rows["child"].astype("str"),
            "person_id": rows["person"].astype("str"),
            "kind": rows["kind"].astype("str"),
            "team": pd.Series(teams[rows["team"]], dtype="str"),
            "started_on": dates_of(rows["start"], last),
            "ended_on": dates_of(rows["end"], last),
        }
    )


def _supervised(setting: Setting, placement: pd.DataFrame, teams: Teams) -> Spells:
    """Placements with the county's own foster carers and with adopters."""
    team = supervising_team(setting, placement)
    theirs = placement.loc[team != ""]
    return Spells(
        numbers_of(theirs["child_id"]),
        teams.places(team.loc[theirs.index]),
        days_of(theirs["event_date"]),
        days_of(theirs["ended_on"]),
    )


def _held_twice(setting: Setting, made: Made, cases: Spells, teams: Teams) -> Spells:
    """Second allocations of children in care, with the disabled children's service."""
    month = np.datetime64(STORY_MONTH)
    first, after = (day_of(day.astype("datetime64[D]")) for day in (month, month + 1))
    in_care = np.array([code.startswith(CHILDREN_IN_CARE) for code in teams.codes])
    there = cases.at(in_care[cases.team] & (cases.start < first) & (cases.end == NEVER))
    disabled = made["child"].loc[made["child"]["disability"] == "yes", "child_id"]
    order = np.lexsort(
        (own(setting, STORY, there.child), ~np.isin(there.child, numbers_of(disabled)))
    )
    wanted = max(1, int(STORY_CHILDREN * setting.scale + 0.5))
    children = np.sort(there.child[order[:wanted]])
    second = teams.places(pd.Series([one.code for one in structure.teams_of(DISABLED)]))
    team = second[(own(setting, f"{STORY} team", children) * len(second)).astype(np.int64)]
    start = first + (own(setting, f"{STORY} day", children) * (after - first)).astype(np.int64)
    return Spells(children, team, start, np.full(len(children), NEVER))
