"""Lists of the SSDA903 return on children while they are looked after."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pmf_analysis.synthetic.returns import made_up
from pmf_analysis.synthetic.returns.collection import CollectionYear
from pmf_analysis.synthetic.returns.known import Tables
from pmf_analysis.synthetic.setting import Setting

_NO_NUMBER = ("P1", "P3", "R1", "R2", "R5", "T0", "T1", "T2", "T3", "T4", "Z1")
"""Placements that have no provider registered with Ofsted."""
_TOOK_PART = ("PN1", "PN2", "PN3", "PN4", "PN5", "PN6", "PN7")
_TOOK_PART_SHARES = (0.46, 0.04, 0.03, 0.22, 0.10, 0.09, 0.06)


def episode_list(setting: Setting, children: pd.DataFrame, of_year: pd.DataFrame) -> pd.DataFrame:
    """Episodes, with postcodes and distance but for unaccompanied children.

    Parameters
    ----------
    setting : Setting
    children : DataFrame
        The table ``child``, by ``child_id``.
    of_year : DataFrame
        From `episodes.care_episodes`, of the collection year.
    """
    known = children.reindex(of_year["child_id"]).reset_index(drop=True)
    with_home = known["uasc"] != "yes"
    home = made_up.postcodes(setting, "QY", of_year["child_id"])
    there = made_up.postcodes(setting, "QZ", of_year["placement_id"])
    registered = ~of_year["PLACE"].isin(_NO_NUMBER)
    inside = of_year["inside_county"].map({"yes": "IN", "no": "OUT"})
    return pd.DataFrame({
        "CHILD": of_year["child_id"],
        **{name: of_year[name] for name in (
            "DECOM", "RNE", "LS", "CIN", "PLACE", "PLACE_PROVIDER", "DEC", "REC",
            "REASON_PLACE_CHANGE",
        )},
        "HOME_POST": home.where(with_home, ""),
        "PL_POST": there,
        "URN": np.where(registered, made_up.NO_PROVIDER_NUMBER, ""),
        "PL_DISTANCE": of_year["distance_miles"].where(with_home),
        "PL_LOCATION": inside,
    })  # fmt: skip


def reviews(
    setting: Setting, known: Tables, of_year: pd.DataFrame, year: CollectionYear
) -> pd.DataFrame:
    """Reviews of children in care held in the year, and how the child took part."""
    held = known["review"]
    held = held[
        (held["kind"] == "care") & held["child_id"].isin(of_year["child_id"])
        & (held["event_date"] >= year.start) & (held["event_date"] <= year.end)
    ]  # fmt: skip
    held = held.sort_values(["child_id", "event_date", "review_id"], ignore_index=True)
    born = known["child"].set_index("child_id")["date_of_birth"].reindex(held["child_id"])
    infant = held["event_date"].to_numpy() < (born + pd.DateOffset(years=4)).to_numpy()
    part = made_up.chosen(setting, "took part", held["review_id"], _TOOK_PART, _TOOK_PART_SHARES)
    return pd.DataFrame({
        "CHILD": held["child_id"],
        "DOB": pd.NaT,
        "REVIEW": held["event_date"],
        "REVIEW_CODE": part.where(~infant, "PN0"),
    })  # fmt: skip


def social_workers(known: Tables, of_year: pd.DataFrame, year: CollectionYear) -> pd.DataFrame:
    """Who held the cases of the children during the year.

    The reason is that of the beginning: the first worker of all, a change of team, another. A
    case that waits for a worker is held by the team: ``XX0``.
    """
    held = known["allocation"]
    held = held[(held["kind"] == "case") & held["started_on"].notna()]
    held = held[~(held["ended_on"] <= held["started_on"])]
    held = held.sort_values(["child_id", "started_on", "allocation_id"], ignore_index=True)
    before = held[["child_id", "team"]].shift()
    first = held["child_id"] != before["child_id"]
    reason = np.select([first, held["team"] != before["team"]], ["FCONTA", "CHCHAN"], "OTHERS")
    held = held.assign(reason=reason)
    here = held[
        held["child_id"].isin(of_year["child_id"]) & (held["started_on"] <= year.end)
        & ~(held["ended_on"] < year.start)
    ].reset_index(drop=True)  # fmt: skip
    return pd.DataFrame({
        "CHILD": here["child_id"],
        "DOB": pd.NaT,
        "SW_ID": "XX" + here["person_id"].fillna("0").str.replace(r"\D", "", regex=True),
        "SW_DECOM": here["started_on"],
        "SW_DEC": here["ended_on"].where(here["ended_on"] <= year.end),
        "SW_REASON": here["reason"],
    })  # fmt: skip
