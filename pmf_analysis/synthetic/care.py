"""Children in care and care leavers: periods of care and all that happens within them.

Everything is worked out with a child's own numbers (`own_numbers`), so that a story changes
nothing outside itself, and from entries that go back far enough (`care_entrants`), so that the
first day finds the county as any other day does.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from pmf_analysis.synthetic.adoptions import adoptions
from pmf_analysis.synthetic.care_days import adoptions_from, dates_of, first_of, last_of
from pmf_analysis.synthetic.care_entrants import entrants
from pmf_analysis.synthetic.care_exits import WITH_CARERS, with_exits
from pmf_analysis.synthetic.care_holders import FOSTERS, team_on
from pmf_analysis.synthetic.care_visits import health, reviews, visits
from pmf_analysis.synthetic.leavers import contacts, leavers
from pmf_analysis.synthetic.placements import placements
from pmf_analysis.synthetic.record_tables import RECORD_TABLES
from pmf_analysis.synthetic.setting import Setting
from pmf_analysis.synthetic.unaccompanied import arrivals

Made = Mapping[str, pd.DataFrame]


def make_care(setting: Setting, made: Made) -> dict[str, pd.DataFrame]:
    """The records of care, true and complete to the last day.

    Parameters
    ----------
    setting : Setting
    made : mapping of str to DataFrame
        With ``child`` and ``plan``: some of these children enter care. Without them everyone
        who enters is a child not known before.

    Returns
    -------
    dict of str to DataFrame
        ``child``, ``visit`` and ``review`` with the rows to be added; the whole tables
        ``care_episode``, ``placement``, ``health``, ``leaver_contact`` and ``adoption``. Periods
        of care are those open on the first day or later, and those of children adopted in the
        three years before the first counted month.
    """
    spells = periods_of_care(setting, made)
    kept = spells[_within_records(setting, spells)].reset_index(drop=True)
    leaver = leavers(setting, spells)
    contact = contacts(setting, leaver)
    lives = placements(setting, kept)
    young = pd.concat([kept, leaver[leaver["child"].isin(contact["child"])]])
    tables = {
        "child": _child(setting, young.drop_duplicates("child")),
        "care_episode": _care_episode(setting, kept, lives),
        "placement": _placement(setting, kept, lives),
        "visit": _visit(setting, visits(setting, kept)),
        "review": _review(setting, reviews(setting, kept)),
        "health": _health(setting, health(setting, kept)),
        "leaver_contact": _leaver_contact(setting, contact),
        "adoption": _adoption(setting, adoptions(setting, kept)),
    }
    return {name: _finished(name, rows) for name, rows in tables.items()}


def periods_of_care(setting: Setting, made: Made) -> pd.DataFrame:
    """Every period of care, however long ago and with its end to come: one row a child.

    Returns
    -------
    DataFrame
        As from `care_exits.with_exits`.
    """
    others = with_exits(setting, entrants(setting, made))
    unknown = others.loc[~others["known"], "child"]
    return pd.concat([others, arrivals(setting, int(unknown.max()) + 1)], ignore_index=True)


def _within_records(setting: Setting, spells: pd.DataFrame) -> pd.Series:
    begun = spells["entered"] <= last_of(setting)
    lasting = spells["ended"] >= first_of(setting)
    adopted = spells["moved_in"].between(adoptions_from(setting), last_of(setting))
    return begun & (lasting | adopted)


def _child(setting: Setting, spells: pd.DataFrame) -> pd.DataFrame:
    found = spells[~spells["known"]].sort_values("child")
    return pd.DataFrame(
        {
            "child_id": _ids("C", found["child"]),
            "family_id": _ids("F", found["child"]),
            "date_of_birth": _dates(setting, found["born"]),
            "sex": found["sex"],
            "ethnicity": found["ethnicity"],
            "disability": _yes_no(found["disabled"]),
            "uasc": _yes_no(found["uasc"]),
            "home_district": found["district"],
            "first_known_on": _dates(setting, found["entered"]),
        }
    )


def _care_episode(setting: Setting, spells: pd.DataFrame, lives: pd.DataFrame) -> pd.DataFrame:
    over = spells["ended"] <= last_of(setting)
    return pd.DataFrame(
        {
            "care_episode_id": _ids("CE", spells["child"]),
            "child_id": _ids("C", spells["child"]),
            "event_date": _dates(setting, spells["entered"]),
            "ended_on": _dates(setting, spells["ended"]),
            "legal_status": spells["legal_status"],
            "need": spells["need"],
            "reason_ended": np.where(over, _reasons(spells, lives), ""),
            "team_then": team_on(setting, spells, spells["entered"]),
        }
    )


def _reasons(spells: pd.DataFrame, lives: pd.DataFrame) -> pd.Series:
    """Why care ended, as the last placement allows."""
    last = lives.groupby("row")["placement_type"].last().reindex(spells.index)
    return spells["reason"].where(last.isin(FOSTERS), spells["reason"].replace(WITH_CARERS))


def _placement(setting: Setting, spells: pd.DataFrame, lives: pd.DataFrame) -> pd.DataFrame:
    held = spells.iloc[lives["row"].to_numpy()].reset_index(drop=True)
    over = lives["end"] <= last_of(setting)
    return pd.DataFrame(
        {
            "placement_id": _ids("PL", held["child"], lives["place"]),
            "child_id": _ids("C", held["child"]),
            "care_episode_id": _ids("CE", held["child"]),
            "event_date": _dates(setting, lives["start"]),
            "ended_on": _dates(setting, lives["end"]),
            "placement_type": lives["placement_type"],
            "provider": lives["provider"],
            "inside_county": lives["inside"],
            "distance_miles": lives["distance"],
            "reason_changed": np.where(over, lives["reason"], ""),
            "team_then": team_on(setting, held, lives["start"]),
        }
    )


def _visit(setting: Setting, found: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "visit_id": _ids("VC", found["child"], found["turn"]),
            "child_id": _ids("C", found["child"]),
            "kind": "care",
            "due_on": _dates(setting, found["due"]),
            "event_date": _dates(setting, found["done"]),
            "seen_alone": found["seen_alone"],
            "team_then": found["team"],
        }
    )


def _review(setting: Setting, found: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "review_id": _ids("RC", found["child"], found["turn"]),
            "child_id": _ids("C", found["child"]),
            "kind": "care",
            "due_on": _dates(setting, found["due"]),
            "event_date": _dates(setting, found["done"]),
            "team_then": found["team"],
        }
    )


def _health(setting: Setting, found: pd.DataFrame) -> pd.DataFrame:
    letters = {"initial": "HI", "review": "HR", "dental": "HD"}
    parts = [
        _ids(letters[kind], rows["child"], rows["turn"])
        for kind, rows in found.groupby("kind", sort=False)
    ]
    return pd.DataFrame(
        {
            "health_id": pd.concat(parts).reindex(found.index),
            "child_id": _ids("C", found["child"]),
            "kind": found["kind"],
            "due_on": _dates(setting, found["due"]),
            "event_date": _dates(setting, found["done"]),
            "team_then": found["team"],
        }
    )


def _leaver_contact(setting: Setting, found: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "leaver_contact_id": _ids("LC", found["child"], found["turn"]),
            "child_id": _ids("C", found["child"]),
            "event_date": _dates(setting, found["day"]),
            "in_touch": found["in_touch"],
            "activity": found["activity"],
            "accommodation": found["accommodation"],
            "suitable": found["suitable"],
            "team_then": found["team"],
        }
    )


def _adoption(setting: Setting, found: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "adoption_id": _ids("AD", found["child"]),
            "child_id": _ids("C", found["child"]),
            "entered_care_on": _dates(setting, found["entered"]),
            "decided_on": _dates(setting, found["decided"]),
            "matched_on": _dates(setting, found["matched"]),
            "event_date": _dates(setting, found["moved_in"]),
            "ordered_on": _dates(setting, found["ordered"]),
            "team_then": found["team"],
        }
    )


def _ids(letters: str, child: pd.Series, turn: pd.Series | None = None) -> pd.Series:
    """Ids from a child's number, and the turn in three digits: no other child moves them."""
    if turn is None:
        return letters + child.astype("str")
    return letters + (child * 1000 + turn).astype("str")


def _dates(setting: Setting, days: pd.Series) -> pd.Series:
    return pd.Series(dates_of(days, last_of(setting)), index=days.index)


def _yes_no(marks: pd.Series) -> pd.Series:
    return pd.Series(np.where(marks, "yes", "no"), index=marks.index, dtype="str")


def _finished(name: str, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of a table by id, with its columns in their order and their types."""
    table = RECORD_TABLES[name]
    types = {column: "str" for column, kind in table.columns.items() if kind in ("code", "yes_no")}
    found = rows[list(table.columns)].astype(types)
    return found.sort_values(table.key, kind="stable", ignore_index=True)
