"""Which team holds a child in care, or a care leaver, on a day.

Unaccompanied children are held by their own service. Of the others, those placed for adoption
are held by an adoption team, some disabled children by the disabled children's service, young
people about to leave by a care leavers' team, and everyone else by a team for children in care.
Teams for children in care and for care leavers go by the area of the home district on the day.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from pmf_analysis.synthetic import structure
from pmf_analysis.synthetic.care_days import (
    NEVER,
    Days,
    birthday,
    dates_of,
    day_of,
    days_of,
    last_of,
)
from pmf_analysis.synthetic.own_numbers import numbers_of, own
from pmf_analysis.synthetic.setting import Setting

Made = Mapping[str, pd.DataFrame]
TeamsOn = Callable[[Setting, pd.DataFrame, ArrayLike], NDArray[np.str_]]

CHILDREN_IN_CARE, UNACCOMPANIED, DISABLED = (
    "children-in-care", "unaccompanied-children", "disabled-children",
)  # fmt: skip
CARE_LEAVERS, ADOPTION, FOSTERING = "care-leavers", "adoption", "fostering"
BY_AREA = (CHILDREN_IN_CARE, CARE_LEAVERS)
"""Services whose teams go by area."""

ABOUT_TO_LEAVE = 17, 61
"""Years and days of age from which a care leavers' team holds a child..."""
KNOWN_FIRST = 90
"""...and days in care before it does."""
DISABLED_SHARE = 0.31
"""Of disabled children in care: held by the disabled children's service."""
ADOPTERS = ("A3", "A4", "A5", "A6")
"""Types of placement with adopters."""
FOSTERS = ("U1", "U2", "U3", "U4", "U5", "U6")
OWN_PROVISION = "PR1"
LEAVER_UNTIL = 22
"""Age at which a care leaver's case is closed."""

HELD = ("child", "uasc", "disabled", "district", "born", "entered", "ended", "moved_in")
"""Columns that say who holds a child: numbers, days, two marks and a district's code."""


def area_on(setting: Setting, districts: ArrayLike, days: ArrayLike) -> NDArray[np.str_]:
    """Areas of districts on days."""
    names = np.asarray(districts, dtype=str)
    codes = np.array(list(structure.DISTRICTS))
    areas = np.array([structure.area_of(code) for code in codes])
    order = np.argsort(codes)
    found = areas[order][np.searchsorted(codes[order], names)]
    if not setting.planted("structure"):
        return found
    moved = np.asarray(days, dtype=np.int64) >= day_of(structure.COLDRY_MOVES)
    return np.where((names == "coldry") & moved, "west", found)


def service_on(setting: Setting, held: pd.DataFrame, days: ArrayLike) -> NDArray[np.str_]:
    """Service that holds each child on a day.

    Parameters
    ----------
    setting : Setting
    held : DataFrame
        Columns `HELD`.
    days : array_like of int, shape (n,)
    """
    on = np.asarray(days, dtype=np.int64)
    theirs = held["disabled"] & (own(setting, "disabled team", held["child"]) < DISABLED_SHARE)
    return np.select(
        [
            held["uasc"].to_numpy(),
            on >= held["moved_in"].to_numpy(),
            theirs.to_numpy(),
            on >= leaving_from(held["born"], held["entered"]),
        ],
        [UNACCOMPANIED, ADOPTION, DISABLED, CARE_LEAVERS],
        CHILDREN_IN_CARE,
    )


def leaving_from(born: ArrayLike, entered: ArrayLike) -> Days:
    """Day from which a child in care is about to leave."""
    years, days = ABOUT_TO_LEAVE
    return np.maximum(birthday(born, years) + days, np.asarray(entered) + KNOWN_FIRST)


def team_on(setting: Setting, held: pd.DataFrame, days: ArrayLike) -> NDArray[np.str_]:
    """Team that holds each child in care on a day; arguments as for `service_on`."""
    return _team(setting, held, service_on(setting, held, days), days)


def leavers_team_on(setting: Setting, held: pd.DataFrame, days: ArrayLike) -> NDArray[np.str_]:
    """Team that works with each care leaver on a day.

    Parameters
    ----------
    setting : Setting
    held : DataFrame
        Columns ``child`` and ``district``.
    days : array_like of int, shape (n,)
    """
    return _team(setting, held, np.full(len(held), CARE_LEAVERS), days)


def _team(
    setting: Setting, held: pd.DataFrame, services: NDArray[np.str_], days: ArrayLike
) -> NDArray[np.str_]:
    """One of the teams of a service, within the area where the service goes by area."""
    drawn = own(setting, "team", held["child"])
    areas = area_on(setting, held["district"], days)
    found = np.full(len(held), "", dtype="U32")
    for service in np.unique(services):
        theirs = services == service
        for area in np.unique(areas[theirs]) if service in BY_AREA else ("",):
            here = theirs & (areas == area) if area else theirs
            teams = np.array([one.code for one in structure.teams_of(service, area)])
            found[here] = teams[(drawn[here] * len(teams)).astype(np.int64)]
    return found


def supervising_team(setting: Setting, placement: pd.DataFrame) -> pd.Series:
    """Fostering or adoption team that supervises each placement.

    Parameters
    ----------
    setting : Setting
    placement : DataFrame
        Rows of the table ``placement``.

    Returns
    -------
    Series of str
        On the same index: a fostering team where the county's own carers look after the child,
        the child's adoption team where it is placed for adoption, empty elsewhere.
    """
    kind = placement["placement_type"]
    fostered = (kind.isin(FOSTERS) & (placement["provider"] == OWN_PROVISION)).to_numpy()
    adopted = kind.isin(ADOPTERS).to_numpy()
    children = numbers_of(placement["child_id"])
    turn = days_of(placement["event_date"])
    homes = own(setting, "fostering team", children, turn) * len(structure.teams_of(FOSTERING))
    families = own(setting, "team", children) * len(structure.teams_of(ADOPTION))
    teams = np.select(
        [fostered, adopted],
        [
            np.char.add(f"{FOSTERING}-", (1 + homes.astype(np.int64)).astype(str)),
            np.char.add(f"{ADOPTION}-", (1 + families.astype(np.int64)).astype(str)),
        ],
        "",
    )
    return pd.Series(teams, index=placement.index, dtype="str")


def holdings(setting: Setting, made: Made) -> pd.DataFrame:
    """Every stretch of time in which one team holds a child in care or a care leaver.

    Parameters
    ----------
    setting : Setting
    made : mapping of str to DataFrame
        With ``child``, ``care_episode``, ``adoption`` and ``leaver_contact``.

    Returns
    -------
    DataFrame
        ``child_id``, ``team``, ``started_on``, ``ended_on`` (the first day without it; missing
        while it goes on), sorted; the stretches of one child do not overlap.
    """
    last = last_of(setting)
    found = _joined(pd.concat([_held_in_care(setting, made), _held_as_leavers(setting, made)]))
    return pd.DataFrame(
        {
            "child_id": "C" + found["child"].astype(str),
            "team": found["team"],
            "started_on": dates_of(found["start"], last),
            "ended_on": dates_of(found["end"], last),
        }
    )


def held_of(made: Made) -> pd.DataFrame:
    """`HELD` of every care episode, from the tables themselves."""
    episode = made["care_episode"]
    child = made["child"].set_index("child_id").loc[episode["child_id"]]
    moved = made["adoption"].set_index("child_id")["event_date"].reindex(episode["child_id"])
    return pd.DataFrame(
        {
            "child": numbers_of(episode["child_id"]),
            "uasc": (child["uasc"] == "yes").to_numpy(),
            "disabled": (child["disability"] == "yes").to_numpy(),
            "district": child["home_district"].to_numpy(),
            "born": days_of(child["date_of_birth"]),
            "entered": days_of(episode["event_date"]),
            "ended": days_of(episode["ended_on"]),
            "moved_in": days_of(moved),
        }
    )


def _held_in_care(setting: Setting, made: Made) -> pd.DataFrame:
    held = held_of(made)
    start, end = held["entered"].to_numpy(), held["ended"].to_numpy()
    moves = _move_day(setting, held["district"])
    cuts = np.column_stack(
        [start, held["moved_in"], leaving_from(held["born"], start), moves, end]
    ).astype(np.int64)
    return _stretches(setting, held, np.sort(np.clip(cuts, start[:, None], end[:, None])), team_on)


def _held_as_leavers(setting: Setting, made: Made) -> pd.DataFrame:
    contact = made["leaver_contact"]
    first = contact.groupby("child_id", sort=True)["event_date"].min()
    child = made["child"].set_index("child_id").loc[first.index]
    born = days_of(child["date_of_birth"])
    start, end = birthday(born, 18), birthday(born, LEAVER_UNTIL)
    held = pd.DataFrame(
        {
            "child": numbers_of(pd.Series(first.index)),
            "district": child["home_district"].to_numpy(),
        }
    )
    moves = np.clip(_move_day(setting, held["district"]), start, end)
    return _stretches(setting, held, np.column_stack([start, moves, end]), leavers_team_on)


def _move_day(setting: Setting, districts: pd.Series) -> Days:
    moves = day_of(structure.COLDRY_MOVES) if setting.planted("structure") else NEVER
    return np.where(districts == "coldry", moves, NEVER)


def _stretches(setting: Setting, held: pd.DataFrame, cuts: Days, teams: TeamsOn) -> pd.DataFrame:
    """What lies between neighbouring days of ``cuts``, shape (n, k), with the team of then."""
    last = last_of(setting)
    parts = []
    for place in range(cuts.shape[1] - 1):
        begun, done = cuts[:, place], cuts[:, place + 1]
        real = (begun < done) & (begun <= last)
        parts.append(
            pd.DataFrame(
                {
                    "child": held["child"].to_numpy()[real],
                    "team": teams(setting, held[real], begun[real]),
                    "start": begun[real],
                    "end": done[real],
                }
            )
        )
    return pd.concat(parts)


def _joined(stretches: pd.DataFrame) -> pd.DataFrame:
    """Sorted by child and day, those of one team in a row made one."""
    rows = stretches.sort_values(["child", "start"], kind="stable", ignore_index=True)
    before = rows.shift(1)
    goes_on = (
        (rows["child"] == before["child"])
        & (rows["team"] == before["team"])
        & (rows["start"] == before["end"])
    )
    run = (~goes_on).cumsum()
    return rows.groupby(run, sort=True).agg(
        child=("child", "first"), team=("team", "first"), start=("start", "first"),
        end=("end", "last"),
    ).reset_index(drop=True)  # fmt: skip
