"""What every list of the Annex A workbook says of a child, and who holds the case."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pmf_analysis.synthetic.returns.known import Tables
from pmf_analysis.synthetic.structure import all_units

SOURCES = {
    "1A": "Individual: family member", "1B": "Individual: acquaintance", "1C": "Individual: self",
    "1D": "Individual: other", "2A": "Schools", "2B": "Education services",
    "3A": "Health: general practitioner", "3B": "Health: health visitor",
    "3C": "Health: school nurse", "3D": "Health: other primary", "3E": "Health: A&E",
    "3F": "Health: other", "4": "Housing", "5A": "Local authority: social care",
    "5B": "Local authority: other internal", "5C": "Local authority: external",
    "5D": "Local authority: early help", "6": "Police", "7": "Other legal agency", "8": "Other",
    "9": "Anonymous", "10": "Unknown",
}  # fmt: skip
"""Sources of referrals in the words of the children in need census."""


@dataclass(frozen=True)
class Window:
    """The months that a workbook covers.

    Attributes
    ----------
    start, end : datetime64[D]
        First and last day.
    """

    start: np.datetime64
    end: np.datetime64

    def holds(self, day: pd.Series) -> pd.Series:
        """Whether each day is within it."""
        return (day >= self.start) & (day <= self.end)

    def meets(self, begun: pd.Series, over: pd.Series) -> pd.Series:
        """Whether something was going on within it; ``over`` is missing while it goes on."""
        return (begun <= self.end) & ~(over < self.start)

    def until(self, day: pd.Series) -> pd.Series:
        """Days after it taken away: they had not come."""
        return day.where(day <= self.end)

    def year(self, day: pd.Series) -> pd.Series:
        """Whether each day is within the twelve months to its end."""
        return (day > np.datetime64(self.end, "D") - np.timedelta64(365, "D")) & (day <= self.end)


def described(
    known: Tables, ids: pd.Series, window: Window, disability: bool = True
) -> pd.DataFrame:
    """The first columns of a list: identifier, sex, ethnicity, birth, age, disability."""
    child = known["child"].set_index("child_id").reindex(ids).reset_index(drop=True)
    on = pd.Timestamp(window.end)
    born = child["date_of_birth"]
    had = (born.dt.month < on.month) | ((born.dt.month == on.month) & (born.dt.day <= on.day))
    columns = {
        "Child Unique ID": ids.reset_index(drop=True),
        "Gender": child["sex"].map({"M": "b) Male", "F": "a) Female"}),
        "Ethnicity": child["ethnicity"],
        "Date of Birth": born,
        "Age": on.year - born.dt.year - (~had),
    }
    if disability:
        columns["Does the Child have a Disability"] = yes_or_no(child["disability"])
    return pd.DataFrame(columns)


def yes_or_no(said: pd.Series) -> pd.Series:
    """``a) Yes`` or ``b) No`` as the workbook's own lists of answers."""
    return said.map({"yes": "a) Yes", "no": "b) No", True: "a) Yes", False: "b) No"})


def team_names(codes: pd.Series) -> pd.Series:
    """Names of units by their codes; an unknown code as it is."""
    names = {unit.code: unit.name for unit in all_units()}
    return codes.map(names).fillna(codes)


def last_holders(known: Tables, window: Window) -> pd.DataFrame:
    """Team and worker who held each child's case last, by the last day; by ``child_id``."""
    held = known["allocation"]
    held = held[(held["kind"] == "case") & (held["started_on"] <= window.end)]
    held = held.sort_values("started_on", kind="stable").drop_duplicates("child_id", keep="last")
    return held.set_index("child_id")[["team", "person_id"]]


def holders(held: pd.DataFrame, ids: pd.Series) -> pd.DataFrame:
    """The columns for team and worker of children, from `last_holders`."""
    found = held.reindex(ids).reset_index(drop=True)
    return pd.DataFrame({
        "Allocated Team": team_names(found["team"]),
        "Allocated Worker": found["person_id"],
    })  # fmt: skip


def latest(rows: pd.DataFrame, ids: pd.Series, day: str, window: Window) -> pd.DataFrame:
    """Of each child the row with the latest day by the end of the months; missing if none."""
    past = rows[rows[day] <= window.end].sort_values(day, kind="stable")
    last = past.drop_duplicates("child_id", keep="last").set_index("child_id")
    return last.reindex(ids).reset_index(drop=True)


def counted(rows: pd.DataFrame, ids: pd.Series) -> pd.Series:
    """How many rows each child has."""
    return ids.map(rows["child_id"].value_counts()).fillna(0).astype(int).reset_index(drop=True)
