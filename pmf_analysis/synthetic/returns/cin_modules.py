"""What a children in need census says of each episode of need, one table for each module.

References
----------
Department for Education, Children in need census 2025 to 2026: technical specification and
code sets (assessment factors, categories of abuse, disabilities).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pmf_analysis.synthetic.returns import made_up
from pmf_analysis.synthetic.returns.collection import CollectionYear
from pmf_analysis.synthetic.returns.known import Tables
from pmf_analysis.synthetic.returns.needs import need_of
from pmf_analysis.synthetic.setting import Setting
from pmf_analysis.synthetic.workdays import working_days

CATEGORIES = {
    "neglect": "NEG", "physical": "PHY", "sexual": "SAB", "emotional": "EMO", "multiple": "MUL",
}  # fmt: skip

_FACTORS = (
    "1A", "1B", "1C", "2A", "2B", "2C", "3A", "3B", "3C", "4A", "4B", "4C", "5A", "5B", "6A", "6B",
    "7A", "10A", "12A", "13A", "14A", "15A", "16A", "17A",
)  # fmt: skip
_FACTOR_SHARES = (
    4, 9, 1, 7, 8, 1, 8, 14, 3, 12, 16, 2, 3, 2, 4, 3, 2, 4, 2, 5, 3, 7, 3, 9,
)  # fmt: skip
_CONFERENCE_DAYS = 15
"""Working days from the strategy discussion to the initial conference."""


@dataclass(frozen=True)
class Modules:
    """The modules of the episodes of need of a year, each with ``need_id`` and its items.

    Attributes
    ----------
    assessments, cin_plans, section_47, protection_plans : DataFrame
    reviews : DataFrame
        With ``plan_id``, as ``protection_plans`` has.
    conferences : Series
        ``need_id`` to the day of an initial conference without an enquiry.
    """

    assessments: pd.DataFrame
    cin_plans: pd.DataFrame
    section_47: pd.DataFrame
    protection_plans: pd.DataFrame
    reviews: pd.DataFrame
    conferences: pd.Series


def modules_of(
    setting: Setting, known: Tables, needs: pd.DataFrame, year: CollectionYear
) -> Modules:
    """The modules of the episodes of need of a year.

    Parameters
    ----------
    setting : Setting
    known : mapping of str to DataFrame
        Tables as known on a day.
    needs : DataFrame
        From `needs.episodes_of_need`.
    year : CollectionYear
        What came after its last day is left out, and what was over before its first.
    """
    plans = _protection_plans(known, needs, year)
    return Modules(
        assessments=_assessments(setting, known, needs, year),
        cin_plans=_cin_plans(known, needs, year),
        section_47=_section_47(known, needs, year),
        protection_plans=plans,
        reviews=_reviews(known, plans, year),
        conferences=_conferences(known, needs, year),
    )


def _in_needs(needs: pd.DataFrame, rows: pd.DataFrame, day: str, by: pd.Timestamp) -> pd.DataFrame:
    """Rows with the episode of need that they belong to, if they began by a day."""
    rows = rows[rows[day].notna() & (rows[day] <= by)]
    rows = rows.assign(need_id=need_of(needs, rows["child_id"], rows[day]))
    return rows[rows["need_id"].notna()]


def _within(day: pd.Series, year: CollectionYear) -> pd.Series:
    return (day >= year.start) & (day <= year.end)


def _assessments(
    setting: Setting, known: Tables, needs: pd.DataFrame, year: CollectionYear
) -> pd.DataFrame:
    rows = _in_needs(needs, known["assessment"], "started_on", year.end)
    done = rows["event_date"].where(rows["event_date"] <= year.end)
    rows = rows.assign(done=done)
    rows = rows[_within(done, year) | (done.isna() & _within(rows["started_on"], year))]
    rows = rows.sort_values(["need_id", "started_on", "assessment_id"], ignore_index=True)
    ids = rows["assessment_id"]
    kinds = [
        made_up.chosen(setting, f"factor {turn}", ids, _FACTORS, _FACTOR_SHARES)
        for turn in range(3)
    ]
    several = [made_up.uniform(setting, f"more factors {turn}", ids) < 0.6 for turn in range(2)]
    second = kinds[1].where(several[0] & (kinds[1] != kinds[0]), "")
    third = kinds[2].where(several[1] & (kinds[2] != kinds[0]) & (kinds[2] != kinds[1]), "")
    factors = (kinds[0] + " " + second + " " + third).str.split().str.join(" ")
    return rows[["need_id", "started_on", "done"]].assign(
        factors=factors.where(rows["done"].notna(), "")
    )


def _cin_plans(known: Tables, needs: pd.DataFrame, year: CollectionYear) -> pd.DataFrame:
    """From the first assessment that found a child in need, until protected, cared for, closed.

    None is open while the child has a protection plan or is looked after, as the census asks.
    """
    rows = _in_needs(needs, known["assessment"], "event_date", year.end)
    rows = rows[rows["outcome"] == "child_in_need"].sort_values("event_date", kind="stable")
    rows = rows.drop_duplicates("need_id")[["need_id", "child_id", "event_date"]]
    other = pd.concat([
        known[name][["child_id", "event_date", "ended_on"]] for name in ("plan", "care_episode")
    ])  # fmt: skip
    other = other[other["event_date"].notna()]
    met = rows.merge(other, on="child_id", suffixes=("", "_other"))
    # a plan for protection that was over before is no hindrance
    met = met[~(met["ended_on"] <= met["event_date"])]
    until = met.groupby("need_id", as_index=False)["event_date_other"].min()
    rows = rows.merge(until, on="need_id", how="left")
    rows = rows.merge(needs[["need_id", "closed"]], on="need_id", how="left")
    over = rows[["event_date_other", "closed"]].min(axis=1)
    over = over.where(over <= year.end)
    rows = rows.assign(over=over)
    rows = rows[~(over <= rows["event_date"]) & ~(over < year.start)]
    return rows[["need_id", "event_date", "over"]].sort_values("need_id", ignore_index=True)


def _section_47(known: Tables, needs: pd.DataFrame, year: CollectionYear) -> pd.DataFrame:
    held = known["conference"][["enquiry_id", "strategy_on", "event_date"]]
    held = held[held["enquiry_id"].notna() & (held["enquiry_id"] != "")]
    held = held.drop_duplicates("enquiry_id").rename(columns={"event_date": "held_on"})
    rows = known["enquiry"].merge(held, on="enquiry_id", how="left")
    rows = rows.assign(begun=rows["strategy_on"].fillna(rows["event_date"]))
    rows = _in_needs(needs, rows, "begun", year.end)
    met = rows["held_on"].where(rows["held_on"] <= year.end)
    rows = rows.assign(met=met, unneeded=rows["outcome"] == "no_conference")
    rows = rows[_within(met, year) | (met.isna() & _within(rows["begun"], year))]
    target = working_days().after(rows["begun"].to_numpy(), _CONFERENCE_DAYS)
    rows = rows.assign(target=pd.Series(target.astype("datetime64[s]"), index=rows.index))
    rows = rows.assign(target=rows["target"].mask(rows["unneeded"]))
    rows = rows.sort_values(["need_id", "begun", "enquiry_id"], ignore_index=True)
    return rows[["need_id", "begun", "target", "met", "unneeded"]]


def _conferences(known: Tables, needs: pd.DataFrame, year: CollectionYear) -> pd.Series:
    rows = known["conference"]
    rows = rows[rows["enquiry_id"].isna() | (rows["enquiry_id"] == "")]
    rows = _in_needs(needs, rows[_within(rows["event_date"], year)], "event_date", year.end)
    rows = rows.sort_values("event_date", kind="stable").drop_duplicates("need_id", keep="last")
    return rows.set_index("need_id")["event_date"]


def _protection_plans(known: Tables, needs: pd.DataFrame, year: CollectionYear) -> pd.DataFrame:
    rows = _in_needs(needs, known["plan"], "event_date", year.end)
    over = rows["ended_on"].where(rows["ended_on"] <= year.end)
    rows = rows.assign(over=over, category=rows["category"].map(CATEGORIES).fillna(""))
    rows = rows[~(over < year.start)]
    rows = rows.sort_values(["need_id", "event_date", "plan_id"], ignore_index=True)
    return rows[
        ["need_id", "plan_id", "child_id", "event_date", "over", "category", "previous_plans"]
    ]


def _reviews(known: Tables, plans: pd.DataFrame, year: CollectionYear) -> pd.DataFrame:
    rows = known["review"]
    rows = rows[(rows["kind"] == "protection") & _within(rows["event_date"], year)]
    rows = rows[["child_id", "event_date"]].rename(columns={"event_date": "held_on"})
    met = plans[["plan_id", "child_id", "event_date", "over"]].merge(rows, on="child_id")
    met = met[(met["held_on"] > met["event_date"]) & ~(met["held_on"] > met["over"])]
    return met[["plan_id", "held_on"]].sort_values(["plan_id", "held_on"], ignore_index=True)


def grouped(rows: pd.DataFrame, key: str) -> Mapping[int | str, list[tuple[object, ...]]]:
    """Rows of a table by one of its columns: key to the other values of its rows, in order."""
    found: dict[int | str, list[tuple[object, ...]]] = {}
    columns = [_plain(rows[name]) for name in rows if name != key]
    for group, values in zip(rows[key], zip(*columns, strict=True), strict=True):
        found.setdefault(group, []).append(values)
    return found


def _plain(column: pd.Series) -> list[object]:
    """Values as the census writes them: dates as YYYY-MM-DD, truth as true or false."""
    if pd.api.types.is_datetime64_dtype(column):
        days = np.datetime_as_string(column.to_numpy().astype("datetime64[D]"))
        return np.where(column.isna(), "", days).tolist()
    if column.dtype == bool:
        return np.where(column, "true", "false").tolist()
    return column.astype("str").where(column.notna(), "").tolist()
