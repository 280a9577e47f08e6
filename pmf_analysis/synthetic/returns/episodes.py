"""Episodes of care as the return counts them: one for each placement under each legal status.

References
----------
Department for Education, Children looked-after by local authorities in England: guide to the
SSDA903 collection, episodes: a new one begins whenever a child's placement or legal status
changes, on the day on which the one before it ends.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from pmf_analysis.synthetic.returns.known import Tables
from pmf_analysis.synthetic.returns.lawful import lawful_pieces, lawful_spells

GOES_ON = "X1"
"""Reason for the end of an episode that the next one follows."""
ADOPTED = ("E11", "E12")
_BY_CARERS = ("A3", "A5")
"""Placed for adoption with those who fostered the child so far."""

_NEVER = np.datetime64("2262-01-01", "s")


def care_episodes(known: Tables, until: np.datetime64) -> pd.DataFrame:
    """Every episode of care that began by a day.

    Parameters
    ----------
    known : mapping of str to DataFrame
        Tables as known on a day.
    until : datetime64[D]
        What comes after it is not in the episodes: one that ended later is open.

    Returns
    -------
    DataFrame
        By child and date: ``child_id``, ``placement_id``, ``DECOM``, ``RNE``, ``LS``, ``CIN``,
        ``PLACE``, ``PLACE_PROVIDER``, ``DEC``, ``REC``, ``REASON_PLACE_CHANGE``,
        ``inside_county``, ``distance_miles``, ``period`` (number of the period of care, which
        begins with ``RNE`` S) and ``period_began``. A spell of care or placement without a
        first day is in no episode.
    """
    pieces = _pieces(known)
    pieces = _joined(lawful_pieces(pieces[pieces["begun"].to_numpy() <= until]))
    return _coded(pieces, until)


def in_year(episodes: pd.DataFrame, start: np.datetime64) -> pd.DataFrame:
    """Those that were not over before the first day of a year."""
    over = episodes["DEC"] < start
    return episodes[~over].reset_index(drop=True)


def _pieces(known: Tables) -> pd.DataFrame:
    """Where a placement and a spell of care under one legal status overlap."""
    spells = known["care_episode"].rename(columns={"event_date": "since", "ended_on": "to"})
    spells = lawful_spells(spells, known["child"].set_index("child_id")["date_of_birth"])
    placements = known["placement"].rename(columns={"event_date": "placed", "ended_on": "moved"})
    both = placements.drop(columns=["care_episode_id", "team_then"]).merge(
        spells.drop(columns="team_then"), on="child_id"
    )
    both = both[both["since"].notna() & both["placed"].notna()]
    begun = both[["since", "placed"]].max(axis=1)
    over = both[["to", "moved"]].fillna(_NEVER).min(axis=1)
    both = both.assign(begun=begun, over=over)[begun < over]
    order = ["child_id", "begun", "over", "placement_id", "care_episode_id"]
    return both.sort_values(order, kind="stable", ignore_index=True)


def _joined(pieces: pd.DataFrame) -> pd.DataFrame:
    """Pieces of the same placement under the same legal status that follow each other, as one."""
    before = pieces.shift()
    same = _follows(pieces)
    for column in ("placement_id", "legal_status"):
        same &= pieces[column] == before[column]
    group = (~same).cumsum()
    first = pieces.groupby(group, sort=False).first()
    last = pieces.groupby(group, sort=False)[["over", "to", "moved"]].last()
    reasons = pieces.loc[~group.duplicated(keep="last"), ["reason_ended", "reason_changed"]]
    last = last.assign(**{name: reasons[name].to_numpy() for name in reasons})
    return first.assign(**{name: last[name] for name in last}).reset_index(drop=True)


def _follows(pieces: pd.DataFrame) -> pd.Series:
    """Whether a piece begins on the day on which the child's piece before it ended."""
    before = pieces[["child_id", "over"]].shift()
    return (pieces["child_id"] == before["child_id"]) & (pieces["begun"] == before["over"])


def _coded(pieces: pd.DataFrame, until: np.datetime64) -> pd.DataFrame:
    follows = _follows(pieces)
    goes_on = follows.shift(-1, fill_value=False)
    ended = pieces["over"].to_numpy() <= until
    period = (~follows).cumsum()
    by_period = pieces.groupby(period, sort=False)
    began = _why_begun(pieces, follows)
    changed = goes_on & began.shift(-1).isin(["P", "B", "T", "U"]) & ended
    closing = np.where(goes_on, GOES_ON, pieces["reason_ended"].fillna(""))
    return pd.DataFrame({
        "child_id": pieces["child_id"],
        "placement_id": pieces["placement_id"],
        "DECOM": pieces["begun"],
        "RNE": began,
        "LS": pieces["legal_status"],
        "CIN": by_period["need"].transform("first"),
        "PLACE": pieces["placement_type"],
        "PLACE_PROVIDER": pieces["provider"],
        "DEC": pieces["over"].where(ended),
        "REC": np.where(ended, closing, ""),
        "REASON_PLACE_CHANGE": np.where(
            changed, pieces["reason_changed"].fillna("").replace("", "OTHER"), ""
        ),
        "inside_county": pieces["inside_county"],
        "distance_miles": pieces["distance_miles"],
        "period": period,
        "period_began": by_period["begun"].transform("first"),
    })  # fmt: skip


def _why_begun(pieces: pd.DataFrame, follows: pd.Series) -> pd.Series:
    """Reason for each new episode.

    S started to be looked after; L legal status changed; P placement and carer; B both of
    these; T placement, with the same carer; U that and the legal status.
    """
    before = pieces.shift()
    status = pieces["legal_status"] != before["legal_status"]
    moved = pieces["placement_id"] != before["placement_id"]
    kept = pieces["placement_type"].isin(_BY_CARERS) & before["placement_type"].str.startswith(
        "U", na=False
    )
    reason = np.select(
        [~follows, kept & moved & status, kept & moved, moved & status, moved],
        ["S", "U", "T", "B", "P"],
        default="L",
    )
    return pd.Series(reason, index=pieces.index, dtype="str")
