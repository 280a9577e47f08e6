"""Children of a household: ages that brothers and sisters can have, and what they share."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis.synthetic import volumes
from pmf_analysis.synthetic.cases import DISTRICTS, Cases, Dates, Places
from pmf_analysis.synthetic.draws import choose
from pmf_analysis.synthetic.setting import Setting

CHILDHOOD = 6570
"""Days for which everyone is under 18."""
OLDEST, OLDEST_WITH_PLAN = 6500, 5900
"""Days of age at a referral, at most."""
HAD_PLAN = 730
"""Days of age, at least, of a child who had a plan before."""
APART = 330
"""Days between brothers and sisters, at least."""


def births(setting: Setting, cases: Cases, had_plan: NDArray[np.bool_]) -> Dates:
    """Dates of birth of the children, were each case the first of a child.

    Parameters
    ----------
    setting : Setting
    cases : Cases
    had_plan : ndarray of bool, shape (n,)
        Whose family had a plan before.
    """
    drawn = cases.drawn(setting, "age", 1)[0]
    # within a household the youngest first: its cases stand one after the other
    rising = drawn[np.lexsort((drawn, cases.first))]
    youngest = np.where(cases.ordinary | ~had_plan, 0, HAD_PLAN)
    oldest = np.where(cases.ordinary, OLDEST, OLDEST_WITH_PLAN)
    room = oldest - youngest - (cases.size - 1) * APART
    days = youngest + np.floor(rising * room).astype(np.int64) + cases.rank * APART
    return cases.day - days.astype("timedelta64[D]")


def child_table(
    setting: Setting, cases: Cases, born: Dates, disabled: NDArray[np.bool_], owners: Places
) -> pd.DataFrame:
    """The children of some cases, without their ids.

    Parameters
    ----------
    setting : Setting
    cases : Cases
    born : ndarray of datetime64[D], shape (n,)
    disabled : ndarray of bool, shape (n,)
    owners : ndarray of int, shape (m,)
        First cases of the children, in the order of the rows.
    """
    sex, own = cases.drawn(setting, "child", 2)
    origin = np.array(list(volumes.ETHNICITIES))[
        choose(own[cases.first], list(volumes.ETHNICITIES.values()))
    ]
    yes_no = np.where(disabled, "yes", "no")
    return pd.DataFrame(
        {
            "family": cases.first[owners],
            "date_of_birth": born[owners].astype("datetime64[s]"),
            "sex": np.where(sex < volumes.BOYS, "M", "F")[owners],
            "ethnicity": origin[owners],
            "disability": yes_no[owners],
            "uasc": "no",
            "home_district": np.array(DISTRICTS)[cases.district[owners]],
            "first_known_on": cases.day[owners].astype("datetime64[s]"),
        }
    )
