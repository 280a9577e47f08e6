"""Adoptions: decided, matched, moved in, ordered."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pmf_analysis.synthetic.care_days import adoptions_from, last_of
from pmf_analysis.synthetic.care_holders import team_on
from pmf_analysis.synthetic.own_numbers import own
from pmf_analysis.synthetic.setting import Setting

DECIDED_AFTER, DECIDED_WITHIN = 0.35, 0.30
"""Part of the wait after which a child is to be adopted, and how much more it may take."""
MATCHED_BEFORE, MATCHED_WITHIN = 21, 40
"""Days from the match to moving in: at least, and how many more."""


def adoptions(setting: Setting, spells: pd.DataFrame) -> pd.DataFrame:
    """Children who have moved in with adopters, three years before the first counted month too.

    Parameters
    ----------
    setting : Setting
    spells : DataFrame
        As from `care_exits.with_exits`.

    Returns
    -------
    DataFrame
        ``child``, days ``entered``, ``decided``, ``matched``, ``moved_in`` and ``ordered``, and
        ``team``.
    """
    moved_in = spells["moved_in"]
    here = (moved_in >= adoptions_from(setting)) & (moved_in <= last_of(setting))
    found = spells[here.to_numpy()]
    child, entered = found["child"].to_numpy(), found["entered"].to_numpy()
    there = found["moved_in"].to_numpy()
    part = DECIDED_AFTER + own(setting, "adoption decided", child) * DECIDED_WITHIN
    before = MATCHED_BEFORE + own(setting, "adoption matched", child) * MATCHED_WITHIN
    return pd.DataFrame(
        {
            "child": child,
            "entered": entered,
            "decided": entered + ((there - entered) * part).astype(np.int64),
            "matched": there - before.astype(np.int64),
            "moved_in": there,
            "ordered": found["ended"].to_numpy(),
            "team": team_on(setting, found, there),
        }
    )
