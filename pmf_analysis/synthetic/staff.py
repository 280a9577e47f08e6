"""Who works in Medwold: units, posts and the people in them, who come and go.

A row of ``person`` is one worker's stay in one post: when teams merge, whoever is in post gets
a row for the post after. ``ended_on`` of a person and ``valid_to`` of a post are the last day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from pmf_analysis.synthetic import structure
from pmf_analysis.synthetic.draws import codes
from pmf_analysis.synthetic.setting import Setting
from pmf_analysis.synthetic.turnover import BEGINNING, PER_MONTH, Aims, stays

POSTS = {
    "children-in-care": 90, "unaccompanied-children": 30, "disabled-children": 41,
    "care-leavers": 105,
}  # fmt: skip
"""Posts for social workers at scale 1, by service."""
POSTS_OF_DISTRICTS = 320
"""Of all districts together; each has them by its share of the county's families."""
SHARES = {
    "assessment": 0.60, "protection": 0.40,
    "north": 0.20, "east": 0.27, "south": 0.26, "west": 0.27,
}  # fmt: skip
"""Share of a district's posts in its assessment and protection teams; share of a service's posts
by area: between the areas as they were before Coldry moved and as they were after."""

VACANT, AGENCY = 0.144, 0.132
"""Share of posts vacant, and of workers who come from an agency."""
SWING, KNOT = 0.25, 6
"""How far a share strays from its level, as a share of it, and in how many months it turns."""
LEAVE, AGENCY_LEAVE = 0.15 / 12, 0.07
"""Chance in a month that a worker leaves."""
MANAGER_LEAVES = 0.10 / 12

STORY, STORY_UNIT, STORY_BEGINS, STORY_SHARE = "vacancies", "dunwick", "2026-07", 0.31

DAY = np.timedelta64(1, "D")
Made = Mapping[str, pd.DataFrame]


def make_staff(setting: Setting, made: Made) -> dict[str, pd.DataFrame]:
    """Units, posts, and the people in post over time.

    Parameters
    ----------
    setting : Setting
    made : mapping of str to DataFrame
        Tables made before; none is needed.

    Returns
    -------
    dict of str to DataFrame
        ``unit``, ``post`` and ``person``.
    """
    groups = _groups(setting)
    found = stays(_drawn(setting, groups), setting.starts, _aims(setting, groups))
    begun = min(np.datetime64(structure.BEGINNING), setting.first_day)
    posts = pd.DataFrame({
        "team": [team for group in groups for team in group.first],
        "later": [team for group in groups for team in group.last],
        "role": np.repeat([group.role for group in groups], _sizes(groups)),
        "fte": 1.0, "valid_from": begun, "valid_to": np.datetime64("NaT", "D"),
    })  # fmt: skip
    people = pd.DataFrame({
        "post": found.post,
        "employment": np.where(found.agency, "agency", "permanent"),
        "started_on": np.maximum(found.started, begun),
        "ended_on": found.ended - DAY,
    })  # fmt: skip
    posts, people = _after_merging(posts, people)
    return {"unit": unit_table(setting), **_numbered(posts, people)}


def _numbered(posts: pd.DataFrame, people: pd.DataFrame) -> dict[str, pd.DataFrame]:
    people = people.sort_values(["post", "started_on"], ignore_index=True)
    numbers = np.array(codes("P", len(posts), digits=5))
    posts = posts.assign(post_id=numbers)
    people = people.assign(
        person_id=codes("W", len(people), digits=5), post_id=numbers[people["post"]]
    )
    columns = ["post_id", "team", "role", "fte", "valid_from", "valid_to"]
    return {
        "post": _in_seconds(posts[columns]),
        "person": _in_seconds(
            people[["person_id", "post_id", "employment", "started_on", "ended_on"]]
        ),
    }


def unit_table(setting: Setting) -> pd.DataFrame:
    """The units of a setting, as the case system keeps them."""
    rows = structure.all_units(moved=setting.planted("structure"))
    holding = {True: "yes", False: "no", None: ""}
    return pd.DataFrame(
        {
            "unit_code": [row.code for row in rows],
            "name": [row.name for row in rows],
            "kind": [row.kind for row in rows],
            "parent": [row.parent for row in rows],
            "case_holding": [holding[row.case_holding] for row in rows],
            "valid_from": _seconds([row.valid_from for row in rows]),
            "valid_to": _seconds([row.valid_to or "NaT" for row in rows]),
            "successors": [";".join(row.successors) for row in rows],
        }
    )


def vacancy_by_month(setting: Setting, made: Made) -> dict[str, NDArray[np.float64]]:
    """Share of social workers' posts that are vacant at the end of each month.

    Parameters
    ----------
    setting : Setting
    made : mapping of str to DataFrame
        With ``post`` and ``person``.

    Returns
    -------
    dict of str to ndarray, shape (len(setting.calendar),)
        By district, and by service whose teams answer to it directly.
    """
    posts = made["post"].loc[made["post"]["role"] == "social_worker"]
    people = made["person"].merge(posts[["post_id", "team"]], on="post_id")
    parents = {row.code: row.parent for row in structure.all_units()}
    units = (*structure.DISTRICTS, *POSTS)
    there = _open_at_ends(setting, posts, parents, units, "valid_from", "valid_to")
    filled = _open_at_ends(setting, people, parents, units, "started_on", "ended_on")
    shares = 1 - filled / there
    return dict(zip(units, shares, strict=True))


def _open_at_ends(
    setting: Setting, rows: pd.DataFrame, parents: Mapping[str, str], units: Iterable[str],
    start: str, end: str,
) -> NDArray[np.int64]:  # fmt: skip
    """How many rows are open at each month's end, shape (units, months)."""
    unit = rows["team"].map(parents).to_numpy()
    first = np.searchsorted(setting.starts[1:], _days(rows[start]), side="right")
    ended = _days(rows[end]) + DAY
    last = np.where(
        np.isnat(ended),
        len(setting.calendar),
        np.searchsorted(setting.starts[1:], ended, side="right"),
    )
    changes = np.zeros((len(tuple(units)), len(setting.calendar) + 1), dtype=np.int64)
    place = pd.Index(list(units)).get_indexer(unit)
    np.add.at(changes, (place, np.minimum(first, len(setting.calendar))), 1)
    np.add.at(changes, (place, np.minimum(last, len(setting.calendar))), -1)
    return changes.cumsum(axis=1)[:, :-1]


@dataclass(frozen=True)
class _Group:
    """Posts that are filled together.

    Attributes
    ----------
    name, role : str
    first, last : tuple of str
        Team of each post at the beginning, and at the end (empty: the post is given up).
    """

    name: str
    role: str
    first: tuple[str, ...]
    last: tuple[str, ...]


def _groups(setting: Setting) -> list[_Group]:
    """Social workers by district or service, then managers by whom their teams answer to."""
    teams = [row for row in structure.all_units(setting.planted("structure")) if row.kind == "team"]
    found = []
    for unit in (*structure.DISTRICTS, *POSTS):
        here = [row.code for row in teams if row.parent == unit and not row.valid_to]
        own = {code: len(_before(teams, code)) for code in here}
        pairs = [
            pair
            for code, number in zip(own, _numbers(setting, unit, own), strict=True)
            for pair in _pairs(teams, code, number)
        ]
        found.append(_Group(unit, "social_worker", *zip(*pairs, strict=True)))
    for unit in sorted({row.parent for row in teams}):
        last = [row for row in teams if row.parent == unit and not row.valid_to]
        pairs = [(before, row.code) for row in last for before in _before(teams, row.code)[:1]]
        pairs += [(before, "") for row in last for before in _before(teams, row.code)[1:]]
        found.append(_Group(unit, "manager", *zip(*pairs, strict=True)))
    return found


def _numbers(setting: Setting, unit: str, merged: Mapping[str, int]) -> NDArray[np.int64]:
    """Posts of each team of a district or service, by how many teams became one."""
    whole = POSTS.get(unit, 0)
    if unit in structure.DISTRICTS:
        whole = POSTS_OF_DISTRICTS * structure.DISTRICTS[unit][2]
    parts = [_part(code.removeprefix(unit)) for code in merged]
    sisters = pd.Series(list(merged.values()), index=parts)
    shares = [SHARES.get(part, 1.0) for part in parts]
    weights = shares * (sisters / sisters.groupby(level=0).sum()[parts]).to_numpy()
    bounds = np.concatenate([[0.0], np.cumsum(weights) / weights.sum()])
    return np.maximum(np.diff(np.floor(bounds * whole * setting.scale + 0.5)), 1).astype(np.int64)


def _part(team: str) -> str:
    """What a team does in its district, or its area; empty where all do the same."""
    return next((part for part in SHARES if f"-{part}-" in team), "")


def _before(teams: list[structure.UnitRow], code: str) -> list[str]:
    """The teams that merged into one, or the team alone."""
    return [row.code for row in teams if code in row.successors] or [code]


def _pairs(teams: list[structure.UnitRow], code: str, number: int) -> list[tuple[str, str]]:
    before = _before(teams, code)
    return [(before[post % len(before)], code) for post in range(max(number, len(before)))]


def _sizes(groups: Sequence[_Group]) -> list[int]:
    return [len(group.first) for group in groups]


def _drawn(setting: Setting, groups: Sequence[_Group]) -> NDArray[np.float64]:
    """Uniforms of every post, each group's from its own stream."""
    rows = BEGINNING + PER_MONTH * len(setting.calendar)
    return np.concatenate(
        [
            setting.stream("turnover", group.role, group.name).random((rows, size))
            for group, size in zip(groups, _sizes(groups), strict=True)
        ],
        axis=1,
    )


def _after_merging(posts: pd.DataFrame, people: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Posts whose team passes into another end and begin again there, with whoever is in them."""
    day = np.datetime64(structure.HARSTOW_MERGES)
    passing = (posts["team"] != posts["later"]).to_numpy()
    here = passing[people["post"]]
    there = np.full(len(posts), -1)
    kept = np.flatnonzero(passing & (posts["later"] != "").to_numpy())
    there[kept] = len(posts) + np.arange(len(kept))
    goes_on = here & ~(people["ended_on"] < day).to_numpy()
    before = people.loc[~here | (people["started_on"] < day).to_numpy()]
    before = before.assign(ended_on=before["ended_on"].mask(goes_on[before.index], day - DAY))
    after = people.loc[goes_on].assign(
        post=there[people["post"].to_numpy()[goes_on]],
        started_on=lambda table: table["started_on"].clip(lower=day),
    )
    begun = posts.loc[kept].assign(team=posts["later"], valid_from=day)
    ended = posts.assign(valid_to=posts["valid_to"].mask(passing, day - DAY))
    return (
        pd.concat([ended, begun], ignore_index=True).drop(columns="later"),
        pd.concat([before, after.loc[after["post"] >= 0]], ignore_index=True),
    )


def _aims(setting: Setting, groups: Sequence[_Group]) -> Aims:
    aims = np.array([_aim(setting, group) for group in groups])
    manages = np.array([group.role == "manager" for group in groups])
    return Aims(
        group=np.repeat(np.arange(len(groups)), _sizes(groups)),
        vacant=aims[:, 0].T,
        agency=aims[:, 1].T,
        leave=np.where(manages, MANAGER_LEAVES, LEAVE),
        agency_leave=np.where(manages, MANAGER_LEAVES, AGENCY_LEAVE),
    )


def _aim(setting: Setting, group: _Group) -> NDArray[np.int64]:
    """Posts vacant and agency workers at the end of each month, shape (2, months)."""
    posts, months = len(group.first), len(setting.calendar)
    if group.role == "manager":
        return np.zeros((2, months), dtype=np.int64)
    drawn = setting.stream("vacancies", group.name).random((2, months // KNOT + 3))
    vacant = np.floor(posts * VACANT * _around(drawn[0], months) + drawn[0, -1])
    if setting.planted(STORY) and group.name == STORY_UNIT:
        on = setting.starts[:-1] >= np.datetime64(STORY_BEGINS)
        vacant = np.where(on, np.maximum(vacant + 1, np.floor(posts * STORY_SHARE + 0.5)), vacant)
    agency = np.floor((posts - vacant) * AGENCY * _around(drawn[1], months) + drawn[1, -1])
    return np.array([vacant, agency]).astype(np.int64)


def _around(drawn: NDArray[np.float64], months: int) -> NDArray[np.float64]:
    """Factors near 1, month by month, that turn every `KNOT` months and end near 1."""
    heights = 1 + SWING * (2 * drawn[:-1] - 1)
    heights[0] = 1.0
    since_end = np.arange(months)[::-1] / KNOT
    return np.interp(since_end, np.arange(len(heights)), heights)


def _in_seconds(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.astype({
        name: "datetime64[s]" for name in rows.columns
        if rows[name].dtype.kind == "M"
    })  # fmt: skip


def _seconds(days: ArrayLike) -> NDArray[np.datetime64]:
    return np.asarray(days, dtype="datetime64[D]").astype("datetime64[s]")


def _days(dates: pd.Series) -> NDArray[np.datetime64]:
    return dates.to_numpy().astype("datetime64[D]")
