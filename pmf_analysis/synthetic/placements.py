"""Where children in care live: placements that tile a period of care, without overlap or gap.

A placement ends on the day on which the next one begins.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis.synthetic.care_days import NEVER, Days, birthday, last_of
from pmf_analysis.synthetic.draws import Lags, choose, days_at
from pmf_analysis.synthetic.own_numbers import own
from pmf_analysis.synthetic.setting import Setting

UNSETTLED = {0: 0.075, 5: 0.12, 10: 0.18, 16: 0.135}
"""Age on entering care to the share of children who move again and again."""
UNSETTLED_ARRIVALS = 0.092
"""The same of unaccompanied children."""
UNSETTLED_ADOPTED = 0.04

FIRST: Lags = ((0, 3), (0.25, 45), (0.5, 160), (0.75, 600), (1, 2600))
"""Days in the first placement..."""
LATER: Lags = ((0, 30), (0.15, 180), (0.5, 800), (1, 4500))
"""...in the others, of settled children..."""
SHORT: Lags = ((0, 5), (0.3, 30), (0.7, 110), (1, 330))
"""...and in any, of unsettled ones."""
BEFORE_ADOPTION: Lags = ((0, 5), (0.28, 120), (0.3, 2000), (1, 3000))
"""Days in the first placement of a settled child who will be adopted."""
RECEPTION: Lags = ((0, 14), (0.6, 42), (1, 90))
"""Days in the first placement of an unaccompanied child."""
LONG_TERM = 400
"""Days planned from which a foster placement is a long-term one."""


@dataclass(frozen=True)
class Home:
    """One kind of place to live.

    Attributes
    ----------
    code, long : str
        Type of placement, SSDA903, of a shorter and of a long-term stay.
    provider : str
        SSDA903.
    inside : float
        Share inside the county.
    near, far : float
        Miles from home of the farthest inside the county, and of the farthest outside it.
    shares : tuple of float, length 9
        How often it is used by each of `GROUPS`.
    """

    code: str
    long: str
    provider: str
    inside: float
    near: float
    far: float
    shares: tuple[float, ...]


GROUPS = (
    "settled, under 5", "settled, 5 to 9", "settled, 10 to 15", "settled, 16 or 17",
    "unsettled, under 10", "unsettled, 10 to 15", "unsettled, 16 or 17",
    "unaccompanied, under 16", "unaccompanied, 16 or 17",
)  # fmt: skip
"""Children who live in the same kinds of places; the age is that on moving in."""

HOMES = (
    Home("U3", "U1", "PR1", 0.80, 18, 90, (0.21, 0.16, 0.11, 0.02, 0.04, 0.02, 0, 0.02, 0)),
    Home("U6", "U4", "PR1", 0.97, 24, 25, (0.45, 0.36, 0.27, 0.12, 0.46, 0.25, 0.08, 0.41, 0.06)),
    Home("U6", "U4", "PR4", 0.74, 26, 70, (0.28, 0.37, 0.28, 0.10, 0.41, 0.22, 0.07, 0.50, 0.08)),
    Home("K2", "K2", "PR1", 1.00, 26, 25, (0, 0.01, 0.04, 0.03, 0.01, 0.08, 0.05, 0.03, 0.01)),
    Home("K2", "K2", "PR4", 0.50, 28, 120, (0, 0.05, 0.21, 0.10, 0.05, 0.36, 0.18, 0.04, 0.01)),
    Home("K1", "K1", "PR2", 0.00, 20, 200, (0, 0, 0, 0, 0, 0.02, 0.02, 0, 0)),
    Home("H5", "H5", "PR4", 0.84, 28, 60, (0, 0, 0, 0.53, 0, 0, 0.53, 0, 0.80)),
    Home("P2", "P2", "PR1", 0.95, 24, 30, (0, 0, 0, 0.06, 0, 0, 0.05, 0, 0.04)),
    Home("S1", "S1", "PR4", 0.30, 28, 120, (0, 0.02, 0.07, 0.02, 0, 0.03, 0, 0, 0)),
    Home("R3", "U4", "PR1", 0.90, 24, 60, (0.03, 0, 0, 0, 0, 0, 0, 0, 0)),
    Home("P1", "P1", "PR0", 0.93, 12, 60, (0.03, 0.03, 0.02, 0.02, 0.03, 0.02, 0.02, 0, 0)),
)  # fmt: skip
"""Every kind, but placement with adopters."""
ADOPTERS = (("A5", 0.15), ("A6", 0.85))
"""With the child's foster carers, or with others; all under a placement order."""
REASONS = {
    "CARPL": 0.50, "CREQB": 0.14, "CREQO": 0.09, "CHILD": 0.08, "LAREQ": 0.06, "PLACE": 0.04,
    "STAND": 0.02, "ALLEG": 0.01, "APPRR": 0.02, "CLOSE": 0.02, "OTHER": 0.02,
}  # fmt: skip
"""Why a placement ended in another one."""


def placements(setting: Setting, spells: pd.DataFrame) -> pd.DataFrame:
    """The placements of every period of care that have begun.

    Parameters
    ----------
    setting : Setting
    spells : DataFrame
        As from `care_exits.with_exits`, one row a child.

    Returns
    -------
    DataFrame
        ``row`` (place of the period of care in ``spells``), ``place`` (0 for a child's first),
        days ``start`` and ``end``, ``placement_type``, ``provider``, ``inside``, ``distance`` and
        ``reason`` (empty where care ended with it), by child and place.
    """
    stays = _stays(setting, spells)
    begun = stays[stays["start"] <= last_of(setting)].reset_index(drop=True)
    held = spells.iloc[begun["row"].to_numpy()]
    child, place = held["child"].to_numpy(), begun["place"].to_numpy()
    kind = _kinds(setting, held, begun)
    long = begun["planned"].to_numpy() >= LONG_TERM
    adopters = begun["with_adopters"].to_numpy()
    reasons = np.array(list(REASONS))[
        choose(own(setting, "placement reason", child, place), list(REASONS.values()))
    ]
    usual = np.where(long, _of(kind, "long"), _of(kind, "code"))
    return begun[["row", "place", "start", "end"]].assign(
        placement_type=np.where(adopters, _adopters(setting, child), usual),
        provider=np.where(adopters, "PR1", _of(kind, "provider")),
        **_where(setting, child, place, kind, adopters),
        reason=np.where(
            begun["end"].to_numpy() == held["ended"].to_numpy(),
            "",
            np.where(begun["end"].to_numpy() == held["moved_in"].to_numpy(), "CARPL", reasons),
        ),
    )


def _stays(setting: Setting, spells: pd.DataFrame) -> pd.DataFrame:
    """Stretches of living in one place, round by round until every period is tiled."""
    unsettled = _unsettled(setting, spells)
    limit = np.minimum(spells["ended"], spells["moved_in"]).to_numpy()
    row = np.arange(len(spells))
    child, start = spells["child"].to_numpy(), spells["entered"].to_numpy()
    parts, place = [], 0
    while len(row):
        planned = _planned(setting, child[row], unsettled[row], place)
        planned = planned if place else _planned_first(setting, spells, planned, unsettled)
        end = np.minimum(start + planned, limit[row])
        parts.append(_rows(row, place, start, end, planned, False))
        goes_on = end < limit[row]
        row, start, place = row[goes_on], end[goes_on], place + 1
    found = pd.concat(parts, ignore_index=True)
    return pd.concat([found, _with_adopters(spells, found)]).sort_values(
        ["row", "place"], kind="stable", ignore_index=True
    )


def _with_adopters(spells: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    row = np.flatnonzero(spells["moved_in"].to_numpy() < NEVER)
    place = before.groupby("row")["place"].max().reindex(row).to_numpy() + 1
    moved_in = spells["moved_in"].to_numpy()[row]
    ended = spells["ended"].to_numpy()[row]
    return _rows(row, place, moved_in, ended, ended - moved_in, True)


def _rows(
    row: Days, place: Days | int, start: Days, end: Days, planned: Days, adopters: bool
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "row": row, "place": place, "start": start, "end": end, "planned": planned,
            "with_adopters": adopters,
        }
    )  # fmt: skip


def _unsettled(setting: Setting, spells: pd.DataFrame) -> NDArray[np.bool_]:
    age = (spells["entered"] - spells["born"]).to_numpy() / 365.25
    band = np.searchsorted(list(UNSETTLED), age, side="right") - 1
    shares = np.array(list(UNSETTLED.values()))[band]
    shares = np.where(spells["uasc"], UNSETTLED_ARRIVALS, shares)
    shares = np.where(spells["moved_in"] < NEVER, UNSETTLED_ADOPTED, shares)
    return own(setting, "unsettled", spells["child"]) < shares


def _planned(setting: Setting, child: Days, unsettled: NDArray[np.bool_], place: int) -> Days:
    drawn = own(setting, "placement days", child, place)
    return np.where(unsettled, days_at(drawn, SHORT), days_at(drawn, LATER))


def _planned_first(
    setting: Setting, spells: pd.DataFrame, planned: Days, unsettled: NDArray[np.bool_]
) -> Days:
    """Days planned of everybody's first placement; ``planned`` for the unsettled."""
    drawn = own(setting, "placement days", spells["child"])
    adopted = spells["moved_in"].to_numpy() < NEVER
    settled = np.where(adopted, days_at(drawn, BEFORE_ADOPTION), days_at(drawn, FIRST))
    moving_on = spells["reason"].to_numpy() == "E3"
    arrival = np.where(moving_on, LONG_TERM - 1, days_at(drawn, RECEPTION))
    return np.where(spells["uasc"].to_numpy(), arrival, np.where(unsettled, planned, settled))


def _kinds(setting: Setting, held: pd.DataFrame, stays: pd.DataFrame) -> Days:
    """Place in `HOMES` of each stay."""
    drawn = own(setting, "placement kind", held["child"], stays["place"])
    group = _groups(setting, held, stays["start"].to_numpy())
    shares = np.array([home.shares for home in HOMES])
    found = np.zeros(len(held), dtype=np.int64)
    for one in range(len(GROUPS)):
        here = group == one
        found[here] = choose(drawn[here], shares[:, one])
    return found


def _groups(setting: Setting, held: pd.DataFrame, start: Days) -> Days:
    """Place in `GROUPS` of each child on a day."""
    five, ten, sixteen = (
        (start >= birthday(held["born"], years)).astype(np.int64) for years in (5, 10, 16)
    )
    unsettled = np.where(_unsettled(setting, held), 4 + ten + sixteen, five + ten + sixteen)
    return np.where(held["uasc"].to_numpy(), 7 + sixteen, unsettled)


def _of(kind: Days, what: str) -> NDArray:
    return np.array([getattr(home, what) for home in HOMES])[kind]


def _adopters(setting: Setting, child: Days) -> NDArray[np.str_]:
    codes, shares = zip(*ADOPTERS, strict=True)
    return np.array(codes)[choose(own(setting, "adopters", child), shares)]


def _where(
    setting: Setting, child: Days, place: Days, kind: Days, adopters: NDArray[np.bool_]
) -> dict[str, NDArray]:
    """Inside the county or not, and miles from home; most places are near."""
    drawn = own(setting, "placement inside", child, place)
    inside = drawn < np.where(adopters, 0.6, _of(kind, "inside"))
    both = own(setting, "placement distance", child, place) ** 2
    outside = 6 + both * (_of(kind, "far") - 6)
    return {
        "inside": np.where(inside, "yes", "no"),
        "distance": np.round(np.where(inside, 0.3 + both * _of(kind, "near"), outside), 1),
    }
