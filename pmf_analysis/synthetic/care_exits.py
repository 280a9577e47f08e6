"""How and when care ends: adoption, other ways out, or the 18th birthday."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis.synthetic.care_days import NEVER, Days, birthday
from pmf_analysis.synthetic.care_entrants import kinds_of
from pmf_analysis.synthetic.draws import Lags, days_at
from pmf_analysis.synthetic.own_numbers import own
from pmf_analysis.synthetic.setting import Setting

ADOPTED_BY_AGE = ((1, 0.29), (5, 0.205))
"""Age in years below which this share of entrants is adopted."""
SHORTEST_WAIT, SPREAD_OF_WAITS = 230, 801
"""Days from entering care to moving in with adopters: 430 on average."""
SHORTEST_ORDER, SPREAD_OF_ORDERS = 150, 210
"""Days from moving in to the adoption order."""

STAYS: Lags = (
    (0, 1), (0.08, 28), (0.20, 120), (0.35, 300), (0.50, 540), (0.65, 840), (0.80, 1430),
    (0.92, 2700), (1, 6100),
)  # fmt: skip
"""Days in care of those who are not adopted, were there no 18th birthday."""

GOING_HOME = {
    "E4A": 0.40, "E4B": 0.11, "E45": 0.10, "E46": 0.01, "E47": 0.05, "E48": 0.01, "E41": 0.09,
    "E3": 0.02, "E8": 0.20, "E14": 0.01,
}  # fmt: skip
"""Reasons why care ends before 16. E45 to E48 are special guardianship."""
LEAVING_EARLY = {
    "E4A": 0.38, "E4B": 0.18, "E5": 0.14, "E6": 0.08, "E8": 0.19, "E9": 0.02,
    "E3": 0.01,
}  # fmt: skip
"""Reasons from 16 on, before the 18th birthday."""
AT_18 = {"E5": 0.34, "E6": 0.17, "E7": 0.07, "E17": 0.22, "E8": 0.20}

WITH_CARERS = {"E45": "E47", "E46": "E48", "E17": "E5"}
"""Reasons that say the child stays with foster carers, and what stands for each elsewhere."""

NEEDS = {
    "N1": 0.63, "N2": 0.03, "N3": 0.03, "N4": 0.08, "N5": 0.15, "N6": 0.02, "N7": 0.005,
    "N8": 0.055,
}  # fmt: skip
SHORT_STATUS = {"V2": 0.57, "C1": 0.43}
LONG_STATUS = {"C2": 0.74, "V2": 0.20, "C1": 0.06}
SHORT = 240
"""Days up to which a period of care counts as short for its legal status."""


def with_exits(setting: Setting, entrants: pd.DataFrame) -> pd.DataFrame:
    """Entrants with how their care ends.

    Parameters
    ----------
    setting : Setting
    entrants : DataFrame
        Columns `care_entrants.CHILD`.

    Returns
    -------
    DataFrame
        Added: ``moved_in`` (with adopters; `NEVER` for others), ``ended``, ``reason``,
        ``legal_status`` and ``need``. Days may lie after the last one.
    """
    child, entered = entrants["child"].to_numpy(), entrants["entered"].to_numpy()
    eighteen = birthday(entrants["born"], 18)
    adopted = _adopted(setting, entrants)
    moved_in = np.where(adopted, entered + _wait(setting, child), NEVER)
    ordered = moved_in + SHORTEST_ORDER
    ordered = ordered + (own(setting, "adoption order", child) * SPREAD_OF_ORDERS).astype(int)
    stays = np.maximum(days_at(own(setting, "care stay", child), STAYS), 1)
    ended = np.where(adopted, ordered, np.minimum(entered + stays, eighteen))
    return entrants.assign(
        moved_in=moved_in,
        ended=ended,
        reason=_reasons(setting, entrants, adopted, ended),
        legal_status=_statuses(setting, child, adopted, ended - entered),
        need=kinds_of(setting, "care need", child, NEEDS),
    )


def _adopted(setting: Setting, entrants: pd.DataFrame) -> NDArray[np.bool_]:
    drawn = own(setting, "adopted", entrants["child"])
    shares = np.zeros(len(entrants))
    for years, share in reversed(ADOPTED_BY_AGE):
        younger = entrants["entered"].to_numpy() < birthday(entrants["born"], years)
        shares = np.where(younger, share, shares)
    return drawn < shares


def _wait(setting: Setting, child: Days) -> Days:
    both = own(setting, "adoption wait", child) * own(setting, "adoption wait", child, 1)
    return SHORTEST_WAIT + (both * SPREAD_OF_WAITS).astype(np.int64)


def _reasons(
    setting: Setting, entrants: pd.DataFrame, adopted: NDArray[np.bool_], ended: Days
) -> NDArray[np.str_]:
    child = entrants["child"]
    contested = own(setting, "adoption contested", child) < 0.45
    return np.select(
        [
            adopted & contested,
            adopted,
            ended >= birthday(entrants["born"], 18),
            ended >= birthday(entrants["born"], 16),
        ],
        [
            "E12",
            "E11",
            kinds_of(setting, "care reason", child, AT_18),
            kinds_of(setting, "care reason", child, LEAVING_EARLY),
        ],
        kinds_of(setting, "care reason", child, GOING_HOME),
    )


def _statuses(
    setting: Setting, child: Days, adopted: NDArray[np.bool_], days: Days
) -> NDArray[np.str_]:
    return np.select(
        [adopted, days <= SHORT],
        ["E1", kinds_of(setting, "care status", child, SHORT_STATUS)],
        kinds_of(setting, "care status", child, LONG_STATUS),
    )
