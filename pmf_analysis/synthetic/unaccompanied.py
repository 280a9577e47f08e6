"""Unaccompanied children: they arrive mostly in summer, and most are soon transferred.

The story ``arrivals``: about 900 a year until March 2024, 2,450 a year from April 2024 on. All
who come more are transferred to other authorities within weeks, from a stream of their own.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from pmf_analysis.synthetic.care_days import NEVER, Days, birthday
from pmf_analysis.synthetic.care_entrants import districts_of, entry_days, kinds_of
from pmf_analysis.synthetic.care_exits import AT_18
from pmf_analysis.synthetic.draws import Lags, days_at
from pmf_analysis.synthetic.own_numbers import own
from pmf_analysis.synthetic.setting import Setting

STORY, BEGINS = "arrivals", "2024-04-01"
ARRIVALS = (60, 70, 100, 130, 180, 270, 360, 420, 380, 260, 140, 80)
"""January to December, at scale 1, with the story: 2,450 a year."""
USUAL = 900
"""A year without it, in the same months."""
YEARS_BEFORE = 12
FIRST_MORE = 29_000_001
"""Number of the first child whom the story brings."""

STAYING = 0.243
"""Share of the usual arrivals who stay until they are 18."""
AGED_UP = 0.04
"""Share of those who stay found to be adults by an age assessment."""
TRANSFER: Lags = ((0, 3), (0.5, 13), (0.85, 28), (1, 56))
"""Days in care until the transfer."""
ASSESSMENT: Lags = ((0, 40), (1, 160))
"""Days in care until an age assessment ends it."""
AGES_STAYING: Lags = (
    (0, 14 * 365.25 + 2), (0.08, 15 * 365.25), (0.28, 16 * 365.25), (0.68, 17 * 365.25),
    (1, 17.9 * 365.25),
)  # fmt: skip
AGES_MOVING: Lags = (
    (0, 14 * 365.25 + 2), (0.06, 15 * 365.25), (0.20, 16 * 365.25), (0.58, 17 * 365.25),
    (1, 17.8 * 365.25),
)  # fmt: skip
BOYS = 0.95
ETHNICITIES = {"AOTH": 0.32, "BAFR": 0.36, "OOTH": 0.24, "WOTH": 0.08}


def arrivals(setting: Setting, first_number: int) -> pd.DataFrame:
    """Unaccompanied children with how their care ends.

    Parameters
    ----------
    setting : Setting
    first_number : int
        Of the first of the usual arrivals.

    Returns
    -------
    DataFrame
        The columns that `care_exits.with_exits` gives.
    """
    season = np.array(ARRIVALS) / sum(ARRIVALS)
    usual = entry_days(setting, "arrivals", YEARS_BEFORE, USUAL * season)
    child = first_number + np.arange(len(usual))
    stays = own(setting, "arrivals staying", child) < STAYING
    found = [_children(setting, child, usual, stays)]
    if setting.planted(STORY):
        more = entry_days(
            setting, "more arrivals", 0, (sum(ARRIVALS) - USUAL) * season, since=BEGINS
        )
        child = FIRST_MORE + np.arange(len(more))
        found.append(_children(setting, child, more, np.zeros(len(more), dtype=bool)))
    return pd.concat(found, ignore_index=True)


def _children(setting: Setting, child: Days, entered: Days, stays: np.ndarray) -> pd.DataFrame:
    drawn = own(setting, "arrival age", child)
    age = np.where(stays, days_at(drawn, AGES_STAYING), days_at(drawn, AGES_MOVING))
    born = entered - age
    eighteen = birthday(born, 18)
    length = own(setting, "arrival stay", child)
    adult = stays & (own(setting, "age assessment", child) < AGED_UP)
    lengths = np.where(adult, days_at(length, ASSESSMENT), days_at(length, TRANSFER))
    ended = np.where(stays & ~adult, eighteen, np.minimum(entered + lengths, eighteen))
    way_out = np.select([ended == eighteen, adult], ["", "E15"], "E3")
    return pd.DataFrame(
        {
            "child": child,
            "uasc": True,
            "disabled": False,
            "district": districts_of(setting, child),
            "born": born,
            "sex": np.where(own(setting, "arrival sex", child) < BOYS, "M", "F"),
            "ethnicity": kinds_of(setting, "arrival ethnicity", child, ETHNICITIES),
            "entered": entered,
            "known": False,
            "moved_in": NEVER,
            "ended": ended,
            "reason": np.where(
                way_out == "", kinds_of(setting, "care reason", child, AT_18), way_out
            ),
            "legal_status": "V2",
            "need": "N8",
        }
    )
