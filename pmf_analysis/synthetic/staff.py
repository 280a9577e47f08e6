"""Who works in Medwold: units, posts and the people in them, who come and go.

A row of ``person`` is one worker's stay in one post: when teams merge, whoever is in post gets
a row for the post after. ``ended_on`` is the first day without them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from pmf_analysis.synthetic import structure
from pmf_analysis.synthetic.draws import codes
from pmf_analysis.synthetic.setting import Setting
from pmf_analysis.synthetic.turnover import Aims, stays

POSTS = {
    "children-in-care": 92, "unaccompanied-children": 28, "disabled-children": 36,
    "care-leavers": 95,
}  # fmt: skip
"""Posts for social workers at scale 1, by service."""
POSTS_OF_DISTRICTS = 330
"""Of all districts together; each has them by its share of the county's families."""
ASSESSMENT_SHARE = 0.55
"""Share of a district's posts that are in its assessment teams."""

VACANT, AGENCY = 0.144, 0.132
"""Share of posts vacant, and of workers who come from an agency."""
SWING, KNOT = 0.15, 6
"""How far a share strays from its level, as a share of it, and in how many months it turns."""
LEAVE, AGENCY_LEAVE = 0.15 / 12, 0.07
"""Chance in a month that a worker leaves."""
MANAGER_LEAVES = 0.10 / 12

STORY, STORY_UNIT, STORY_BEGINS, STORY_SHARE = "vacancies", "dunwick", "2026-07", 0.31

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
    held = [_stays(setting, group) for group in groups]
    post = pd.concat([one for one, _ in held], ignore_index=True)
    person = pd.concat([one for _, one in held], ignore_index=True)
    numbers = codes("P", len(post), digits=5)
    starts = np.cumsum([0, *(len(one) for one, _ in held)])
    shift = np.repeat(starts[:-1], [len(one) for _, one in held])
    post.insert(0, "post_id", numbers)
    person.insert(0, "person_id", codes("W", len(person), digits=5))
    person["post_id"] = np.array(numbers, dtype=object)[person["post_id"].to_numpy() + shift]
    return {
        "unit": unit_table(setting),
        "post": post.astype({"post_id": "str", "team": "str", "role": "str"}),
        "person": person.astype({"person_id": "str", "post_id": "str", "employment": "str"}),
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
    first_gone = posts["valid_to"] + np.timedelta64(1, "D")
    posts = posts.assign(first_gone=first_gone)
    there = _open_at_ends(setting, posts, parents, units, "valid_from", "first_gone")
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
    ended = _days(rows[end])
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
        own = [row.code for row in teams if row.parent == unit and not row.valid_to]
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


def _numbers(setting: Setting, unit: str, teams: list[str]) -> NDArray[np.int64]:
    """Posts of each team of a district or service."""
    whole, weights = POSTS.get(unit, 0), np.ones(len(teams))
    if unit in structure.DISTRICTS:
        whole = POSTS_OF_DISTRICTS * structure.DISTRICTS[unit][2]
        assess = ["-assessment-" in code for code in teams]
        weights = np.where(assess, ASSESSMENT_SHARE, 1 - ASSESSMENT_SHARE)
    bounds = np.concatenate([[0.0], np.cumsum(weights) / weights.sum()])
    return np.maximum(np.diff(np.floor(bounds * whole * setting.scale + 0.5)), 1).astype(np.int64)


def _before(teams: list[structure.UnitRow], code: str) -> list[str]:
    """The teams that merged into one, or the team alone."""
    return [row.code for row in teams if code in row.successors] or [code]


def _pairs(teams: list[structure.UnitRow], code: str, number: int) -> list[tuple[str, str]]:
    before = _before(teams, code)
    return [(before[post % len(before)], code) for post in range(max(number, len(before)))]


def _stays(setting: Setting, group: _Group) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Posts and people of a group; ``post_id`` of a person is the row of the post."""
    rng = setting.stream("staff", group.role, group.name)
    found = stays(rng, setting.starts, _aims(setting, group, rng))
    begun = min(np.datetime64(structure.BEGINNING), setting.first_day)
    posts = pd.DataFrame({
        "team": group.first, "later": group.last, "role": group.role, "fte": 1.0,
        "valid_from": begun, "valid_to": np.datetime64("NaT", "D"),
    })  # fmt: skip
    people = pd.DataFrame({
        "post_id": found.post,
        "employment": np.where(found.agency, "agency", "permanent"),
        "started_on": np.maximum(found.started, begun),
        "ended_on": found.ended,
    })  # fmt: skip
    posts, people = _after_merging(posts, people)
    people = people.sort_values(["post_id", "started_on"], ignore_index=True)
    return _in_seconds(posts), _in_seconds(people)


def _after_merging(posts: pd.DataFrame, people: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Posts whose team passes into another end and begin again there, with whoever is in them."""
    day = np.datetime64(structure.HARSTOW_MERGES)
    passing = (posts["team"] != posts["later"]).to_numpy()
    here = passing[people["post_id"]]
    there = np.full(len(posts), -1)
    kept = np.flatnonzero(passing & (posts["later"] != "").to_numpy())
    there[kept] = len(posts) + np.arange(len(kept))
    goes_on = here & ~(people["ended_on"] <= day).to_numpy()
    before = people.loc[~here | (people["started_on"] < day).to_numpy()]
    before = before.assign(ended_on=before["ended_on"].mask(goes_on[before.index], day))
    after = people.loc[goes_on].assign(
        post_id=there[people["post_id"].to_numpy()[goes_on]],
        started_on=lambda table: table["started_on"].clip(lower=day),
    )
    begun = posts.loc[kept].assign(team=posts["later"], valid_from=day)
    ended = posts.assign(valid_to=posts["valid_to"].mask(passing, day - np.timedelta64(1, "D")))
    return (
        pd.concat([ended, begun], ignore_index=True).drop(columns="later"),
        pd.concat([before, after.loc[after["post_id"] >= 0]], ignore_index=True),
    )


def _aims(setting: Setting, group: _Group, rng: np.random.Generator) -> Aims:
    posts, months = len(group.first), len(setting.calendar)
    if group.role == "manager":
        nobody = np.zeros(months, dtype=np.int64)
        return Aims(posts, nobody, nobody, MANAGER_LEAVES, 0.0)
    drawn = rng.random((2, months // KNOT + 3))
    share = VACANT * _around(drawn[0], months)
    vacant = np.floor(posts * share + drawn[0, -1]).astype(np.int64)
    if setting.planted(STORY) and group.name == STORY_UNIT:
        on = setting.starts[:-1] >= np.datetime64(STORY_BEGINS)
        vacant = np.where(on, np.maximum(vacant + 1, int(posts * STORY_SHARE + 0.5)), vacant)
    agency = np.floor((posts - vacant) * AGENCY * _around(drawn[1], months) + drawn[1, -1])
    return Aims(posts, vacant, agency.astype(np.int64), LEAVE, AGENCY_LEAVE)


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
