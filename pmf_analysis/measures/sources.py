"""One series from several tables: the first that has a number wins as a whole."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis.measures.calendar import place
from pmf_analysis.measures.known import REASONS
from pmf_analysis.register import Register
from pmf_analysis.terms import State

WITHHELD = tuple(
    rank
    for rank, reason in enumerate(REASONS, start=1)
    if reason in (State.SUPPRESSED, State.UNRELIABLE, State.ROUNDS_TO_ZERO)
)
"""Ranks of the reasons by which a publisher holds back a value that it has."""

_CELL = ["service_area", "cohort", "period"]


def first_with_number(given: Sequence[pd.DataFrame], register: Register) -> pd.DataFrame:
    """Put the measures of an indicator's tables together, a row for each unit and period.

    - The first table with a number gives the row as a whole: numerator, denominator, value,
      delivery and vintage. Two tables are never mixed in one row.
    - Where none has a number, the row of the first table that has one stands, with its state.
    - A value that a table prints as withheld (suppressed, unreliable, rounded to zero) stays
      so: what its publisher took back is not brought back from an older compilation.
    - A further table adds rows without a number only for units that exist in the period.

    Parameters
    ----------
    given : sequence of pandas.DataFrame
        Of each table in the order of the register, with ``withheld`` (bool) beside the columns
        of the measure table. At most one row for each unit, cohort and period.
    register : Register
        Knows from when to when a unit exists.

    Returns
    -------
    pandas.DataFrame
        The rows in the order of the tables, without ``withheld``, with a fresh index.
    """
    first, *further = given
    if not further:
        return first.drop(columns="withheld")
    rows = pd.concat(
        [first, *(one[one["value"].notna() | _exists(one, register)] for one in further)],
        keys=range(len(given)), names=["source", None],
    ).reset_index("source").reset_index(drop=True)  # fmt: skip
    numbered = rows["value"].notna().to_numpy()
    # the place of the first table with a number, or of the first that withholds its value
    decides = rows["source"].where(numbered | rows["withheld"], len(given))
    wins = decides.groupby([rows[name] for name in _CELL], sort=False).transform("min")
    undecided = wins == len(given)
    earliest = rows.groupby(_CELL, sort=False)["source"].transform("min")
    chosen = rows["source"] == wins.where(~undecided, earliest)
    return rows[chosen].drop(columns=["source", "withheld"]).reset_index(drop=True)


def _exists(rows: pd.DataFrame, register: Register) -> NDArray[np.bool_]:
    """Whether the unit of each row exists at the end of its period."""
    placed = place(rows["period"])
    codes, units = pd.factorize(rows["service_area"])
    pairs, row_of = np.unique(
        np.column_stack([codes, placed.codes]), axis=0, return_inverse=True
    )  # fmt: skip
    held = [
        units[unit] not in register.units
        or register.units[units[unit]].holds_on(placed.known[period].end)
        for unit, period in pairs.tolist()
    ]
    return np.array(held, dtype=bool)[row_of.ravel()]
