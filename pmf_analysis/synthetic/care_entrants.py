"""Who enters care: children from a child protection plan, and children not known before.

Entries go back a quarter of a century before the records, so that the children in care and the
care leavers of the first day are those whom the same flow leaves behind: nothing warms up.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from pmf_analysis.synthetic import structure
from pmf_analysis.synthetic.care_days import (
    Days,
    birthday,
    day_of,
    days_of,
    first_of,
    last_of,
    month_of_year,
    month_starts,
)
from pmf_analysis.synthetic.draws import Lags, choose, days_at, events_by_month
from pmf_analysis.synthetic.own_numbers import numbers_of, own
from pmf_analysis.synthetic.setting import Setting

Made = Mapping[str, pd.DataFrame]

ENTRIES = 61
"""Children who enter care in a mean month, without unaccompanied ones, at scale 1."""
FROM_PLAN = 0.25
"""Share of them whose child protection plan ends as they enter."""
OF_PLANS = 0.138
"""Share of child protection plans that end because the child enters care."""
YEARS_BEFORE = 26
"""Years of entries before the records."""
OLDEST = 17
"""A child who has had this birthday enters from no plan."""

AGES: Lags = (
    (0, 0), (0.13, 14), (0.25, 365), (0.41, 5 * 365), (0.555, 10 * 365), (0.66, 13 * 365),
    (0.762, 16 * 365), (1, 17.7 * 365),
)  # fmt: skip
"""Age on entering care, in days, of children not known before."""
AGES_FROM_PLAN: Lags = (
    (0, 130), (0.1, 3 * 365), (0.42, 8 * 365), (1, 17 * 365),
)  # fmt: skip
"""The same of those who come, or before the records came, from a plan."""
DISABILITY, DISABILITY_FROM_PLAN = 0.11, 0.22
BOYS = 0.55
ETHNICITIES = {
    "WBRI": 0.775, "WIRI": 0.005, "WROM": 0.015, "WOTH": 0.055, "MWBC": 0.02, "MWBA": 0.02,
    "MWAS": 0.015, "MOTH": 0.02, "AIND": 0.005, "AOTH": 0.015, "BCRB": 0.005, "BAFR": 0.03,
    "OOTH": 0.02,
}  # fmt: skip
FIRST_NUMBER = 2_000_001
"""Number of the first child not known before."""

CHILD = ("child", "uasc", "disabled", "district", "born", "sex", "ethnicity", "entered", "known")
"""Columns of entrants: the child's number, two marks, codes and days, and whether the child's row
stands in the table ``child`` already."""


def entrants(setting: Setting, made: Made) -> pd.DataFrame:
    """Children who enter care, without unaccompanied ones.

    Parameters
    ----------
    setting : Setting
    made : mapping of str to DataFrame
        With ``child`` and ``plan``, if children are to enter from plans.

    Returns
    -------
    DataFrame
        Columns `CHILD`.
    """
    unknown = _unknown(setting)
    if "plan" not in made:
        return unknown
    late = (unknown["entered"] >= first_of(setting)).to_numpy()
    replaced = late & _from_a_plan(setting, unknown["child"])
    return pd.concat([unknown[~replaced], _from_plans(setting, made)], ignore_index=True)


def _from_a_plan(setting: Setting, child: ArrayLike) -> NDArray[np.bool_]:
    """Which of the children without records before came from a plan all the same."""
    return own(setting, "care from a plan", child) < FROM_PLAN


def _unknown(setting: Setting) -> pd.DataFrame:
    entered = entry_days(setting, "care entries", YEARS_BEFORE, np.full(12, float(ENTRIES)))
    child = FIRST_NUMBER + np.arange(len(entered))
    planned = _from_a_plan(setting, child)
    drawn = own(setting, "care age", child)
    age = np.where(planned, days_at(drawn, AGES_FROM_PLAN), days_at(drawn, AGES))
    disabled = np.where(planned, DISABILITY_FROM_PLAN, DISABILITY)
    return pd.DataFrame(
        {
            "child": child,
            "uasc": False,
            "disabled": own(setting, "care disability", child) < disabled,
            "district": districts_of(setting, child),
            "born": entered - age,
            "sex": np.where(own(setting, "care sex", child) < BOYS, "M", "F"),
            "ethnicity": kinds_of(setting, "care ethnicity", child, ETHNICITIES),
            "entered": entered,
            "known": False,
        }
    )


def _from_plans(setting: Setting, made: Made) -> pd.DataFrame:
    plan = made["plan"]
    ended = days_of(plan["ended_on"])
    over = ended <= last_of(setting)
    numbers = numbers_of(plan["child_id"])
    which = plan.groupby("child_id").cumcount()
    drawn = own(setting, "care after a plan", numbers, which)
    taken = over & (ended >= first_of(setting)) & (drawn < OF_PLANS)
    child = made["child"].set_index("child_id").loc[plan["child_id"][taken]]
    found = pd.DataFrame(
        {
            "child": numbers[taken],
            "uasc": False,
            "disabled": (child["disability"] == "yes").to_numpy(),
            "district": child["home_district"].to_numpy(),
            "born": days_of(child["date_of_birth"]),
            "sex": child["sex"].to_numpy(),
            "ethnicity": child["ethnicity"].to_numpy(),
            "entered": ended[taken],
            "known": True,
        }
    )
    young = found["entered"] < birthday(found["born"], OLDEST)
    first = found[young].sort_values(["entered", "child"], kind="stable")
    return first.drop_duplicates("child", ignore_index=True)


def entry_days(
    setting: Setting, purpose: str, years_before: int, by_month: ArrayLike, since: str = ""
) -> Days:
    """Days on which children enter, month by month, at the setting's scale.

    Parameters
    ----------
    setting : Setting
    purpose : str
        Names the stream.
    years_before : int
        Years of entries before the records.
    by_month : array_like of float, shape (12,)
        Entries expected in January to December, at scale 1.
    since : str
        ISO date of a first day of a month: no entries before it.
    """
    starts = month_starts(setting, years_before)
    months = month_of_year(starts[:-1])
    expected = np.asarray(by_month, dtype=float)[months] * setting.scale
    begun = starts[:-1] >= (day_of(since) if since else starts[0])
    rng = setting.stream(purpose, structure.COUNTY)
    counts = events_by_month(rng, np.where(begun, expected, 0.0))
    first = np.repeat(starts[:-1], counts)
    length = np.repeat(np.diff(starts), counts)
    days = first + (rng.random(len(first)) * length).astype(np.int64)
    return days[days <= last_of(setting)]


def districts_of(setting: Setting, child: Days) -> NDArray[np.str_]:
    """Home districts, by their shares of the county's families."""
    shares = {code: share for code, (_, _, share) in structure.DISTRICTS.items()}
    return kinds_of(setting, "care district", child, shares)


def kinds_of(
    setting: Setting, purpose: str, child: ArrayLike, shares: Mapping[str, float]
) -> NDArray[np.str_]:
    """A code for each child, by its own number."""
    return np.array(list(shares))[choose(own(setting, purpose, child), list(shares.values()))]
