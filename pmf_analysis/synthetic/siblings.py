"""Story: five brothers and sisters begin second plans in one month, in one district.

In September 2026 one of twelve plans there is a second one, in October six of fifteen. Families
who would have begun other plans in these months are met and begin none; some are added.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis.synthetic import volumes
from pmf_analysis.synthetic.assessments import SECTION_47
from pmf_analysis.synthetic.cases import CONFERENCE, Dates
from pmf_analysis.synthetic.draws import choose, days_at, weekday
from pmf_analysis.synthetic.households import APART, HAD_PLAN
from pmf_analysis.synthetic.setting import Setting
from pmf_analysis.synthetic.workdays import working_days

SIBLINGS, DISTRICT = "siblings", "marwick"
FIRST_NUMBER = 1_000_000_000
"""Places of the added children, after all others."""
OLDEST = 5000
"""Days of age of an added child, at most."""


@dataclass(frozen=True)
class Month:
    """What begins in a month.

    Attributes
    ----------
    month : str
    first, again : int
        Plans of children who had none before, and of single children who had one.
    family : int
        Plans of the children of one family who had one.
    """

    month: str
    first: int
    again: int
    family: int


MONTHS = (Month("2026-09", 11, 1, 0), Month("2026-10", 9, 1, 5))


def with_siblings(
    setting: Setting, rows: pd.DataFrame, children: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Courses and children with the story, if it is planted.

    Parameters
    ----------
    setting : Setting
    rows, children : DataFrame
        Of `courses`.

    Returns
    -------
    tuple of (DataFrame, DataFrame)
        Children with a column ``added``; added courses and children stand last.
    """
    children = children.assign(added=False)
    counted = {str(month.start)[:7] for month in setting.counted}
    if not setting.planted(SIBLINGS):
        return rows, children
    for month in MONTHS:
        if month.month in counted:
            rows, children = _planted(setting, rows, children, month)
    return rows, children


def _planted(
    setting: Setting, rows: pd.DataFrame, children: pd.DataFrame, month: Month
) -> tuple[pd.DataFrame, pd.DataFrame]:
    first, again = (round(count * setting.scale) for count in (month.first, month.again))
    theirs = (
        (rows["held_by"] == DISTRICT) & rows["planned"] & (rows["kind"] == CONFERENCE)
        & (rows["conference_on"].to_numpy().astype("datetime64[M]") == np.datetime64(month.month))
    )  # fmt: skip
    fresh = rows[theirs & (rows["previous_plans"] == 0)].sort_values("conference_on")
    stays = rows.index.isin(fresh.index[:first])
    rows = rows.assign(planned=rows["planned"] & (~theirs | stays))
    singles = first - int(stays.sum()) + again
    before = np.repeat([0, 1], [singles - again, again + month.family])
    family = np.minimum(np.arange(len(before)), singles)
    begins = len(rows) + 1
    added = _courses(setting, month, before, family).assign(
        child=FIRST_NUMBER + np.arange(begins, begins + len(before)),
        number=np.arange(begins, begins + len(before)),
    )
    told = _children(setting, month, added, family).set_index(added["child"].to_numpy())
    told = told.assign(family=FIRST_NUMBER + begins + family)
    return (
        pd.concat([rows, added[rows.columns]], ignore_index=True),
        pd.concat([children, told[children.columns]]),
    )


def _courses(
    setting: Setting, month: Month, before: NDArray[np.int64], family: NDArray[np.int64]
) -> pd.DataFrame:
    """Courses that lead to a conference in a month, from the conference back."""
    rng = setting.stream(SIBLINGS, month.month)
    own, shared = rng.random((3, len(before))), rng.random((8, len(before)))[:, family]
    held = _weekdays(month.month)[choose(shared[0], np.ones(len(_weekdays(month.month))))]
    usual, limit = volumes.CONFERENCE_IN_TIME_USUAL, volumes.IN_TIME_USUAL
    lag = np.where(
        shared[1] < usual,
        days_at(shared[2], volumes.CONFERRED_WITHIN),
        days_at(shared[2], volumes.CONFERRED_AFTER),
    )
    strategy = working_days().after(held, -lag)
    done = working_days().after(strategy, np.full(len(lag), -1))
    took = np.where(
        shared[3] < limit,
        days_at(shared[4], volumes.ASSESSED_WITHIN),
        days_at(shared[4], volumes.ASSESSED_AFTER),
    )
    began = working_days().after(done, -took)
    lasts = days_at(shared[5], volumes.PLAN_DAYS).astype("timedelta64[D]")
    sources, kinds = list(volumes.SOURCES), list(volumes.CATEGORIES)
    days = {
        "referred_on": began,
        "decided_on": working_days().after(began, np.ones(len(lag), dtype=np.int64)),
        "done_on": done,
        "enquiry_on": strategy,
        "conference_on": held,
        "plan_ends_on": working_days().after(held + lasts, 0),
    }
    return pd.DataFrame(
        {
            **{name: day.astype("datetime64[s]") for name, day in days.items()},
            "kind": CONFERENCE, "home_district": DISTRICT, "held_by": DISTRICT,
            "source": np.array(sources)[choose(shared[6], list(volumes.SOURCES.values()))],
            "decision": "service", "assessed": True, "outcome": SECTION_47,
            "front_door_team": own[0], "assessment_team": own[1], "protection_team": shared[7],
            "planned": True, "previous_plans": before,
            "category": np.array(kinds)[choose(own[2], list(volumes.CATEGORIES.values()))],
        }
    )  # fmt: skip


def _weekdays(month: str) -> Dates:
    begin = np.datetime64(month, "M")
    days = np.arange(begin.astype("datetime64[D]"), (begin + 1).astype("datetime64[D]"))
    return days[weekday(days) < 5]


def _children(
    setting: Setting, month: Month, added: pd.DataFrame, family: NDArray[np.int64]
) -> pd.DataFrame:
    rng = setting.stream(SIBLINGS, month.month, "children")
    age, sex, origin = rng.random((3, len(added)))
    rank = np.arange(len(family)) - np.searchsorted(family, family)
    room = OLDEST - HAD_PLAN - (np.bincount(family)[family] - 1) * APART
    rising = age[np.lexsort((age, family))]
    days = HAD_PLAN + np.floor(rising * room).astype(np.int64) + rank * APART
    origins = np.array(list(volumes.ETHNICITIES))
    known = added["referred_on"].to_numpy()
    born = known.astype("datetime64[D]") - days.astype("timedelta64[D]")
    return pd.DataFrame(
        {
            "date_of_birth": born.astype("datetime64[s]"),
            "sex": np.where(sex < volumes.BOYS, "M", "F"),
            "ethnicity": origins[choose(origin[family], list(volumes.ETHNICITIES.values()))],
            "disability": "no", "uasc": "no", "home_district": DISTRICT,
            "first_known_on": known, "added": True,
        }
    )  # fmt: skip
