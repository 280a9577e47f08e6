"""Children and their families: referrals, and the way through assessment, enquiry and plan.

Every table is true: as the case system would hold it had everything been entered at once.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from pmf_analysis.synthetic.assessments import SECTION_47
from pmf_analysis.synthetic.cases import ORDINARY, TRANSFER
from pmf_analysis.synthetic.courses import courses
from pmf_analysis.synthetic.protection import reviews, visits
from pmf_analysis.synthetic.record_tables import RECORD_TABLES
from pmf_analysis.synthetic.setting import Setting
from pmf_analysis.synthetic.siblings import with_siblings
from pmf_analysis.synthetic.teams_then import (
    ASSESSMENT,
    FRONT_DOOR,
    PROTECTION,
    QUALITY,
    team_then,
)


def make_families(setting: Setting, made: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Children, and the records of the way from referral to protection plan.

    Parameters
    ----------
    setting : Setting
    made : mapping of str to DataFrame
        With ``post`` and ``person``, if vacancies are to delay assessments.

    Returns
    -------
    dict of str to DataFrame
        ``child``, ``referral``, ``assessment``, ``enquiry``, ``conference``, ``plan``, and the
        protection rows of ``visit`` and ``review``. No event lies after ``setting.last_day``.
    """
    rows, children = with_siblings(setting, *courses(setting, made))
    child, ids = _child(children)
    rows = rows.assign(child_id=ids[rows["child"]].to_numpy())
    plans = _plans(setting, rows)
    tables = {
        "child": child,
        "referral": _referral(setting, rows),
        "assessment": _assessment(setting, rows),
        "enquiry": _enquiry(setting, rows),
        "conference": _conference(setting, rows),
        "plan": _plan(setting, plans),
        "visit": visits(setting, plans),
        "review": reviews(setting, plans),
    }
    return {name: _in_order(name, table) for name, table in tables.items()}


def _in_order(name: str, table: pd.DataFrame) -> pd.DataFrame:
    return table[list(RECORD_TABLES[name].columns)].reset_index(drop=True)


def _ids(letter: str, numbers: pd.Series) -> pd.Series:
    return pd.Series([f"{letter}{number:07d}" for number in numbers], numbers.index, dtype="str")


def _child(children: pd.DataFrame) -> tuple[pd.DataFrame, pd.Series]:
    """The table, and ids by the index of ``children``."""
    told = children.sort_values(["added", "first_known_on"], kind="stable")
    families, _ = pd.factorize(told["family"])
    told = told.assign(
        child_id=pd.array([f"C1{one:06d}" for one in range(1, len(told) + 1)], dtype="str"),
        family_id=pd.array([f"F1{one:06d}" for one in families + 1], dtype="str"),
    )
    texts = ["sex", "ethnicity", "disability", "uasc", "home_district"]
    return told.astype(dict.fromkeys(texts, "str")), told["child_id"]


def _team(setting: Setting, rows: pd.DataFrame, part: str, column: str, day: str) -> pd.Series:
    teams = team_then(
        setting, rows["held_by"].to_numpy().astype(str), part, rows[column].to_numpy(),
        rows[day].to_numpy().astype("datetime64[D]"),
    )  # fmt: skip
    return pd.Series(teams, rows.index, dtype="str")


def _referral(setting: Setting, rows: pd.DataFrame) -> pd.DataFrame:
    team = _team(setting, rows.assign(held_by=FRONT_DOOR), "", "front_door_team", "referred_on")
    return rows.assign(
        referral_id=_ids("R", rows["number"]), event_date=rows["referred_on"], team_then=team
    ).astype(dict.fromkeys(["source", "decision", "home_district"], "str"))


def _assessment(setting: Setting, rows: pd.DataFrame) -> pd.DataFrame:
    assessed = rows[rows["assessed"]]
    over = assessed["done_on"] <= _last(setting)
    return assessed.assign(
        assessment_id=_ids("A", assessed["number"]),
        referral_id=_ids("R", assessed["number"]),
        started_on=assessed["referred_on"],
        event_date=assessed["done_on"].where(over),
        outcome=assessed["outcome"].astype("str").where(over),
        team_then=_team(setting, assessed, ASSESSMENT, "assessment_team", "referred_on"),
    )


def _enquiry(setting: Setting, rows: pd.DataFrame) -> pd.DataFrame:
    begun = rows["assessed"] & (rows["outcome"] == SECTION_47)
    found = rows[begun & (rows["enquiry_on"] <= _last(setting))]
    conference = np.where(found["conference_on"].isna(), "no_conference", "conference")
    return found.assign(
        enquiry_id=_ids("E", found["number"]),
        assessment_id=_ids("A", found["number"]),
        event_date=found["enquiry_on"],
        outcome=pd.array(conference, dtype="str"),
        team_then=_team(setting, found, PROTECTION, "protection_team", "enquiry_on"),
    )


def _conference(setting: Setting, rows: pd.DataFrame) -> pd.DataFrame:
    held = rows[(rows["kind"] != ORDINARY) & (rows["conference_on"] <= _last(setting))]
    moved_in = held["kind"] == TRANSFER
    by = held.assign(held_by=held["held_by"].where(~moved_in, QUALITY))
    return held.assign(
        conference_id=_ids("K", held["number"]),
        enquiry_id=_ids("E", held["number"]).where(~moved_in),
        kind=pd.array(np.where(moved_in, "transfer_in", "initial"), dtype="str"),
        strategy_on=held["enquiry_on"],
        event_date=held["conference_on"],
        outcome=pd.array(np.where(held["planned"], "plan", "no_plan"), dtype="str"),
        team_then=_team(setting, by, PROTECTION, "protection_team", "conference_on"),
    )


def _plans(setting: Setting, rows: pd.DataFrame) -> pd.DataFrame:
    last = _last(setting)
    begun = rows[rows["planned"] & (rows["conference_on"] <= last)]
    return begun.assign(
        begun=begun["conference_on"],
        ends=begun["plan_ends_on"].where(begun["plan_ends_on"] <= last),
    )


def _plan(setting: Setting, plans: pd.DataFrame) -> pd.DataFrame:
    moved_in = plans["kind"] == TRANSFER
    by = plans.assign(held_by=plans["held_by"].where(~moved_in, QUALITY))
    return plans.assign(
        plan_id=_ids("P", plans["number"]),
        conference_id=_ids("K", plans["number"]),
        event_date=plans["begun"],
        ended_on=plans["ends"],
        previous_plans=plans["previous_plans"].astype("Int64"),
        team_then=_team(setting, by, PROTECTION, "protection_team", "begun"),
    ).astype({"category": "str"})


def _last(setting: Setting) -> pd.Timestamp:
    return pd.Timestamp(str(setting.last_day))
